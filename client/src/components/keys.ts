// The one table of keys: what the page listens to, what the help shows, what docs/keyboard.md lists.

import type { Key } from "../words/words";

export type Scope = "everywhere" | "grid" | "viewer";

export interface KeyRow {
  /** `KeyboardEvent.key` values, with `Shift+` or `Mod+` (Ctrl, or Cmd on a Mac) before them. */
  keys: readonly string[];
  scope: Scope;
  act: string;
  says: Key;
}

export const KEYS = [
  { keys: ["/"], scope: "everywhere", act: "search", says: "key_search" },
  { keys: ["Escape"], scope: "everywhere", act: "leave", says: "key_leave" },
  { keys: ["?"], scope: "everywhere", act: "help", says: "key_help" },
  { keys: ["p"], scope: "everywhere", act: "photos", says: "key_photos" },
  { keys: ["t"], scope: "everywhere", act: "theme", says: "key_theme" },
  { keys: ["Mod+z"], scope: "everywhere", act: "undo", says: "key_undo" },
  { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], scope: "grid", act: "move", says: "key_move" },
  { keys: ["Home", "End"], scope: "grid", act: "ends", says: "key_ends" },
  { keys: ["PageUp", "PageDown"], scope: "grid", act: "page", says: "key_page" },
  { keys: ["Enter"], scope: "grid", act: "open", says: "key_open" },
  { keys: [" "], scope: "grid", act: "select", says: "key_select" },
  { keys: ["Shift+ "], scope: "grid", act: "range", says: "key_range" },
  { keys: ["g"], scope: "grid", act: "group", says: "key_group" },
  { keys: ["Mod+a"], scope: "grid", act: "all", says: "key_all" },
  { keys: ["f"], scope: "grid", act: "favourite", says: "key_favourite" },
  { keys: ["+", "="], scope: "grid", act: "larger", says: "key_larger" },
  { keys: ["-"], scope: "grid", act: "smaller", says: "key_smaller" },
  { keys: ["ArrowLeft", "k"], scope: "viewer", act: "previous", says: "key_previous" },
  { keys: ["ArrowRight", "j"], scope: "viewer", act: "next", says: "key_next" },
  { keys: ["i"], scope: "viewer", act: "details", says: "key_details" },
  { keys: ["b"], scope: "viewer", act: "boxes", says: "key_boxes" },
  { keys: ["f"], scope: "viewer", act: "favourite", says: "key_favourite" },
  { keys: ["0", "1", "2", "3", "4", "5"], scope: "viewer", act: "rate", says: "key_rate" },
  { keys: ["#"], scope: "viewer", act: "tag", says: "key_tag" },
  { keys: ["z", "Enter"], scope: "viewer", act: "zoom", says: "key_zoom" },
] as const satisfies readonly KeyRow[];

export type Act = (typeof KEYS)[number]["act"];

/** What a pressed key means in `scope`, or undefined. Keys with modifiers the table does not name are the browser's. */
export function actOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">, scope: Scope): Act | undefined {
  if (event.altKey) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = event.ctrlKey || event.metaKey ? `Mod+${key}` : event.shiftKey && key === " " ? "Shift+ " : key;
  return KEYS.find((row) => row.scope === scope && (row.keys as readonly string[]).includes(pressed))?.act;
}

/** Typing is not steering: keys pressed in a field belong to it. A slider is no such field, though its arrows are its own. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.getAttribute("type") !== "range");
}

const SIGNS: Record<string, string | Key> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
const NAMED: Record<string, Key> = {
  " ": "key_space",
  Enter: "key_enter",
  Escape: "key_escape",
  PageUp: "key_pageup",
  PageDown: "key_pagedown",
  Home: "key_home",
  End: "key_end",
};

/** A key as it is printed on a keyboard; `name` says those that carry a word. */
export function printed(key: string, name: (key: Key) => string): string[] {
  const parts = key.startsWith("Mod+") ? ["Ctrl", key.slice(4)] : key.startsWith("Shift+") ? ["Shift", key.slice(6)] : [key];
  return parts.map((part) => {
    const named = NAMED[part];
    return named ? name(named) : (SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  });
}
