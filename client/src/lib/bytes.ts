// Text in hexadecimal or base64 to bytes, and back.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `size` bytes of `bytes` from `start`, as lower-case hexadecimal. */
export function toHex(bytes: Uint8Array, start: number, size: number): string {
  let text = "";
  for (let at = start; at < start + size; at++) text += HEX[bytes[at]];
  return text;
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}

/** Writes the bytes of lower-case `text` into `into` at `start`; false, with nothing promised of `into`, if it is not hexadecimal. */
export function fromHex(text: string, into: Uint8Array, start: number): boolean {
  if (text.length % 2) return false;
  for (let at = 0; at < text.length; at += 2) {
    const high = nibble(text.charCodeAt(at));
    const low = nibble(text.charCodeAt(at + 1));
    if (high < 0 || low < 0) return false;
    into[start + at / 2] = (high << 4) | low;
  }
  return true;
}

/** Bytes of base64 `text`; empty when it is none. */
export function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
