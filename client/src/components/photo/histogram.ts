// In: a decoded picture. Out: how often each brightness occurs, in 64 steps from black to white, the most frequent being 1.

export const STEPS = 64;
/** Longest side the picture is counted at, px: enough for the shape of the curve, a millisecond of work. */
const SIDE = 192;

/** Rec. 709 luma of sRGB bytes, as cameras draw their histogram; `pixels` are RGBA. */
export function histogram(pixels: Uint8ClampedArray): Float32Array {
  const counts = new Float32Array(STEPS);
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const luma = 0.2126 * (pixels[i] as number) + 0.7152 * (pixels[i + 1] as number) + 0.0722 * (pixels[i + 2] as number);
    const step = Math.min(STEPS - 1, (luma * STEPS) >> 8);
    counts[step] = (counts[step] as number) + 1;
  }
  // One clipped step must not flatten the rest: the scale is the second highest.
  const sorted = Float32Array.from(counts).sort();
  const most = Math.max(1, sorted[STEPS - 2] as number);
  return counts.map((count) => Math.min(1, count / most));
}

export async function histogramOf(url: string): Promise<Float32Array | undefined> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return undefined;
  }
  const scale = SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return histogram(context.getImageData(0, 0, canvas.width, canvas.height).data);
}

/** The curve as an SVG path over a box of `width` by `height`. */
export function curve(values: ArrayLike<number>, width: number, height: number): string {
  const points: string[] = [];
  for (let i = 0; i < values.length; i++) {
    const x = (i / (values.length - 1)) * width;
    points.push(`${x.toFixed(1)} ${(height - (values[i] as number) * height).toFixed(1)}`);
  }
  return `M0 ${height}L${points.join("L")}L${width} ${height}Z`;
}
