// In: choices and the one that holds. Out: a button with a list below it that keys and pointers can use alike.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Check, ChevronDown } from "lucide-preact";

export interface Choice {
  key: string;
  text: string;
  chosen?: boolean;
  act: () => void;
}

interface Props {
  label: string;
  /** What the face says in letters; part of the button's name, so that it can be called by what is seen. */
  value?: string;
  face: ComponentChildren;
  /** Draws the small arrow after the face. */
  arrow?: boolean;
  choices: Choice[];
  kind?: "radio" | "action";
  className?: string;
}

export function Menu({ label, value, face, arrow, choices, kind = "radio", className = "" }: Props) {
  const [open, setOpen] = useState(false);
  const home = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    const items = home.current?.querySelectorAll<HTMLElement>("[role^=menuitem]");
    (Array.from(items ?? []).find((item) => item.getAttribute("aria-checked") === "true") ?? items?.[0])?.focus();
    const away = (event: Event): void => {
      if (event.target instanceof Node && !home.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [open]);

  const leave = (): void => {
    setOpen(false);
    home.current?.querySelector("button")?.focus();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!open) return;
    const items = Array.from(home.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? []);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      leave();
    }
  };

  return (
    <div class={`menu ${className}`} ref={home} onKeyDown={pressed}>
      <button type="button" class="plain" aria-haspopup="menu" aria-expanded={open} aria-label={value ? `${label}: ${value}` : label} title={label} onClick={() => setOpen(!open)}>
        {face}
        {arrow && <ChevronDown size={14} strokeWidth={1.75} aria-hidden="true" />}
      </button>
      {open && (
        <div class="menu-list" role="menu" aria-label={label}>
          {choices.map((choice) => (
            <button
              key={choice.key}
              type="button"
              role={kind === "radio" ? "menuitemradio" : "menuitem"}
              {...(kind === "radio" && { "aria-checked": choice.chosen === true })}
              tabIndex={-1}
              onClick={() => {
                leave();
                choice.act();
              }}
            >
              <span class="menu-tick">{choice.chosen && <Check size={16} strokeWidth={2} aria-hidden="true" />}</span>
              {choice.text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
