// In: what is typed. Out: a query; what was understood of it stands in the field as chips, what is still being typed behind them.

import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { Search as Lens, X } from "lucide-preact";
import type { Chip, Completion } from "../lib/library";
import { number, say } from "../words/words";
import { completed, helpful, without } from "./completing";
import { useDesk } from "./desk";
import { narrowed } from "./narrow";

const TYPING_MS = 70;

export function SearchField() {
  const desk = useDesk();
  const query = desk.searching.value ? desk.route.value.query : "";
  // The start of the query stands as chips, the rest is in the input.
  const settled = useSignal(query);
  const text = useSignal("");
  const offers = useSignal<Completion[]>([]);
  const active = useSignal(-1);
  const focused = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked = useRef(0);
  const sent = useRef(new Set<string>());
  const listId = useId();

  const joined = (): string => `${settled.value} ${text.value}`.trim();

  useLayoutEffect(() => {
    desk.focusSearch = () => {
      input.current?.focus();
      input.current?.select();
    };
  }, [desk]);

  // Back, a facet or a chip elsewhere changed the query. What was typed here comes back too, and late: by then the reader may
  // have typed on, so it must not overwrite the field.
  useEffect(() => {
    const own = sent.current.delete(query);
    if (query === joined()) sent.current.clear();
    else if (!own || document.activeElement !== input.current) {
      sent.current.clear();
      settled.value = query;
      text.value = "";
    }
  }, [query]);

  const show = (now = false): void => {
    clearTimeout(timer.current);
    const run = (): void => {
      sent.current.add(joined());
      desk.search(joined(), desk.searching.value);
    };
    if (now) run();
    else timer.current = setTimeout(run, TYPING_MS);
  };
  const offer = (): void => {
    const mine = ++asked.current;
    const whole = joined() + (/\s$/.test(text.value) ? " " : "");
    if (text.value.trim() === "") {
      withdraw();
      return;
    }
    void desk.library.complete(whole, whole.length).then((found) => {
      if (mine !== asked.current) return;
      offers.value = helpful(text.value, found);
      active.value = -1;
    });
  };
  /** Also those still on their way: they would cover what was found. */
  const withdraw = (): void => {
    asked.current++;
    offers.value = [];
  };
  const settle = (): void => {
    settled.value = joined();
    text.value = "";
    withdraw();
    show(true);
  };
  const accept = (completion: Completion): void => {
    text.value = completed(text.value, completion.text);
    if (completion.kind === "key") {
      offer();
      input.current?.focus();
    } else settle();
  };
  const clear = (): void => {
    settled.value = "";
    text.value = "";
    withdraw();
    show(true);
  };

  const selection = desk.selection.value;
  const understood = selection?.query === query || selection?.query.startsWith(settled.value) ? (selection?.chips ?? []) : [];
  const chips = understood.filter((chip) => chip.to <= settled.value.length);
  const raw = settled.value !== "" && chips.length === 0;

  const drop = (chip: Chip): void => {
    settled.value = without(settled.value, chip);
    show(true);
    input.current?.focus();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (offers.value.length === 0) return;
      event.preventDefault();
      const span = offers.value.length + 1;
      active.value = ((active.value + 1 + (event.key === "ArrowDown" ? 1 : -1) + span) % span) - 1;
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = offers.value[active.value];
      if (chosen) accept(chosen);
      else settle();
    } else if (event.key === "Tab" && offers.value[active.value]) {
      event.preventDefault();
      accept(offers.value[active.value] as Completion);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (offers.value.length > 0) withdraw();
      else if (joined() !== "") clear();
      else input.current?.blur();
    } else if (event.key === "Backspace" && text.value === "" && settled.value !== "") {
      event.preventDefault();
      const last = chips.at(-1);
      text.value = last ? settled.value.slice(last.from).trim() : settled.value;
      settled.value = last ? settled.value.slice(0, last.from).trim() : "";
      offer();
    }
  };

  const open = focused.value && offers.value.length > 0;
  return (
    <search class={`search${focused.value ? " is-focused" : ""}${joined() ? " is-filled" : ""}`}>
      <div class="search-field" onPointerDown={(event) => {
        if (event.target === event.currentTarget) {
          event.preventDefault();
          input.current?.focus();
        }
      }}>
        <Lens class="search-lens" size={18} strokeWidth={1.75} aria-hidden="true" />
        {chips.map((chip) => (
          <button key={`${chip.from} ${chip.label}`} type="button" class={`chip search-chip${chip.negated ? " is-negated" : ""}`} aria-label={say("removeWord", { word: chip.label })} title={say("removeWord", { word: chip.label })} onClick={() => drop(chip)}>
            <span>{emphasis(chip)}</span>
            <X size={13} strokeWidth={2} aria-hidden="true" />
          </button>
        ))}
        {raw && (
          <button type="button" class="chip search-chip is-raw" aria-label={say("removeWord", { word: settled.value })} onClick={clear}>
            <span>{settled.value}</span>
            <X size={13} strokeWidth={2} aria-hidden="true" />
          </button>
        )}
        <input
          ref={input}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          role="combobox"
          aria-expanded={open}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={open && active.value >= 0 ? `${listId}-${active.value}` : undefined}
          aria-label={say("search")}
          placeholder={settled.value ? (focused.value ? say("searchMore") : "") : say(desk.narrow.value ? "searchShort" : "searchHint")}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            show();
            offer();
          }}
          onKeyDown={pressed}
          onFocus={() => (focused.value = true)}
          onBlur={() => {
            focused.value = false;
            withdraw();
            if (text.value.trim() !== "") settle();
          }}
        />
        {joined() ? (
          <button type="button" class="search-key" {...(desk.narrow.value && { "aria-label": say("clearSearch") })} title={say("clearSearch")} onClick={clear}>
            {desk.narrow.value ? <X size={16} strokeWidth={1.75} aria-hidden="true" /> : say("key_escape")}
          </button>
        ) : (
          <kbd class="search-key" aria-hidden="true">/</kbd>
        )}
      </div>
      <ul class="search-offers" id={listId} role="listbox" aria-label={say("suggestions")} hidden={!open}>
        {offers.value.map((found, index) => (
          <li
            key={`${found.kind} ${found.text}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active.value}
            onPointerDown={(event) => {
              event.preventDefault();
              accept(found);
            }}
          >
            <span>{found.text}</span>
            {found.count > 0 && <span class="search-offer-count">{number(found.count)}</span>}
          </li>
        ))}
      </ul>
    </search>
  );
}

/** The joining words light, the searched ones strong: "dog *or* bird", "*not* people". */
function emphasis(chip: Chip) {
  const parts = chip.label.split(/(\s+(?:or|oder|and|und)\s+|^(?:not|without|nicht|ohne)\s+)/i);
  return parts.length === 1 && !chip.negated ? chip.label : parts.map((part, index) => (index % 2 === 1 ? part : <b key={index}>{part}</b>));
}

/** What the search found, beside what would narrow it. */
export function Findings() {
  const desk = useDesk();
  const selection = desk.selection.value;
  if (!desk.searching.value || !selection || selection.query !== desk.route.value.query) return null;
  const { order, ms, facets, mistake } = selection;
  if (order.length === 0 && !mistake) return null;
  return (
    <div class="findings">
      {mistake ? (
        <p class="findings-mistake">{mistake}</p>
      ) : (
        <p>
          {say("found", { n: order.length })}
          {order.length > 0 && (
            <>
              {" · "}
              {say("took", { ms: ms < 1 ? "<\u20091" : Math.round(ms) })}
              <span class="wide"> · {say("whyHere")}</span>
            </>
          )}
        </p>
      )}
      {order.length > 0 && (
        <ul>
          {facets.slice(0, 5).map((facet) => (
            <li key={`${facet.kind} ${facet.word}`}>
              <button type="button" class="chip" title={say("narrow", { word: facet.word, n: facet.count })} onClick={() => desk.search(narrowed(desk.route.value.query, facet.word))}>
                + {facet.word} <span>{number(facet.count)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
