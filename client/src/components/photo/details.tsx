// In: one photo's record and what is heavier than it. Out: the panel beside the stage, in calm groups.

import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Star, X } from "lucide-preact";
import type { PhotoDetails, Reason, WordFacts } from "../../lib/library";
import type { PhotoRecord } from "../../lib/records";
import { aperture, bytes, exposure, exposureValue, focal, legible, megapixels, taken } from "../../words/figures";
import { number, say, score as sure, type Key } from "../../words/words";
import { useDesk } from "../desk";
import { why } from "../reasons";
import { whoIs } from "./boxes";
import { curve, histogramOf } from "./histogram";
import { Locator } from "./locator";
import { Tags } from "./tags";

interface Props {
  record: PhotoRecord;
  details: PhotoDetails | null;
  reasons: Reason[];
  least: number;
  setLeast: (least: number) => void;
  light: (of: string | undefined) => void;
  close: () => void;
}

export function Details({ record, details, reasons, least, setLeast, light, close }: Props) {
  const desk = useDesk();
  const when = record.taken ? taken(record.taken) : undefined;
  const place = [record.place?.city, record.place?.state !== record.place?.city ? record.place?.state : undefined, record.place?.country].filter(Boolean).join(", ");
  const time = when ? `${when.time}${when.zone ? ` (${when.zone})` : ""}` : "";
  const searchFor = (word: string) => () => {
    desk.search(/\s/.test(word) ? `"${word}"` : word);
  };

  return (
    <aside class="details" aria-label={say("details")}>
      <button type="button" class="details-handle" aria-label={say("close")} onClick={close}>
        <X size={20} strokeWidth={1.75} aria-hidden="true" />
      </button>
      <h2 class="details-day">{when?.day ?? say("undated")}</h2>
      <p class="details-where">{[time, place].filter(Boolean).join(" · ")}</p>
      {record.lat !== undefined && record.lon !== undefined && <Locator lat={record.lat} lon={record.lon} />}
      {details?.altitude != null && <p class="details-where">{say(details.altitude < -0.5 ? "depth" : "altitude", { n: Math.abs(Math.round(details.altitude)) })}</p>}
      <Caption record={record} />
      <Rating record={record} />
      <Tags record={record} />
      {reasons.length > 0 && (
        <section>
          <h3 class="label">{say("whyTitle")}</h3>
          <ul class="chips">
            {reasons.map((reason) => (
              <li key={why(reason)}>
                <span class="chip is-reason">{why(reason)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Camera record={record} />
      <Contents record={record} least={least} setLeast={setLeast} light={light} searchFor={searchFor} />
      {record.faces && record.faces.length > 0 && (
        <section>
          <h3 class="label">{say("people")}</h3>
          <ul>
            {record.faces.map(([id, , , , , age, gender, emotion, score]) => (
              <li key={id} class="pair" onPointerEnter={() => light("face")} onPointerLeave={() => light(undefined)}>
                <span>{say("aboutAge", { who: whoIs(gender, age), age })}</span>
                <span>
                  {say(`emotion_${emotion}` as Key)} {sure(score)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {record.palette && record.palette.length > 0 && (
        <section>
          <h3 class="label">{say("colours")}</h3>
          <ul class="palette">
            {record.palette.map((colour) => (
              <li key={colour} style={{ backgroundColor: colour }} title={colour}>
                <span class="unseen">{colour}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Light id={record.id} />
      <Meanings record={record} least={least} />
      <section>
        <h3 class="label">{say("files")}</h3>
        <ul>
          {(details?.files ?? [{ path: record.path, bytes: record.bytes, modified: "" }]).map((file, index) => (
            <li key={file.path} class="pair">
              <span class="path" title={legible(file.path)}>
                <bdi>{legible(file.path)}</bdi>
              </span>
              <span>{index === 0 ? `${megapixels(record.width, record.height)} · ${bytes(file.bytes)}` : say("samePicture")}</span>
            </li>
          ))}
        </ul>
      </section>
      {details && Object.keys(details.exif).length > 0 && (
        <details class="everything">
          <summary class="label">{say("everything")}</summary>
          <dl>
            {Object.entries(details.exif).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </aside>
  );
}

function Caption({ record }: { record: PhotoRecord }) {
  const desk = useDesk();
  const [text, setText] = useState(record.caption ?? "");
  useEffect(() => setText(record.caption ?? ""), [record.id, record.caption]);
  const save = (): void => {
    const next = text.trim();
    if (next !== (record.caption ?? "")) void desk.edit(record.id, { caption: next || null });
  };
  return (
    <input
      class="caption"
      type="text"
      maxLength={2000}
      aria-label={say("caption")}
      placeholder={say("captionHint")}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        else if (event.key === "Escape") {
          setText(record.caption ?? "");
          event.currentTarget.closest<HTMLElement>("[role=dialog]")?.focus();
        }
      }}
    />
  );
}

function Rating({ record }: { record: PhotoRecord }) {
  const desk = useDesk();
  const now = record.rating ?? 0;
  return (
    <div class="rating" role="group" aria-label={say("rating")}>
      {[1, 2, 3, 4, 5].map((stars) => (
        <button
          key={stars}
          type="button"
          class={stars <= now ? "is-on" : ""}
          aria-label={say("stars", { n: stars })}
          aria-pressed={stars === now}
          onClick={() => void desk.edit(record.id, { rating: stars === now ? null : stars })}
        >
          <Star size={18} strokeWidth={1.75} aria-hidden="true" />
        </button>
      ))}
    </div>
  );
}

function Camera({ record }: { record: PhotoRecord }) {
  const { camera } = record;
  if (!camera || Object.keys(camera).length === 0) return null;
  const { make, model, lens, iso, aperture: f, exposure: seconds, focal: mm, focal35 } = camera;
  const body = model && make && !model.toLowerCase().startsWith(make.toLowerCase().split(" ")[0] ?? "") ? `${make} ${model}` : (model ?? make ?? "");
  // Cameras without a lens they know write dashes.
  const named = lens && /[\p{L}\p{N}]/u.test(lens) ? lens : "";
  const glass = [named, focal35 ? say("equivalent", { n: Math.round(focal35) }) : mm ? focal(mm) : ""].filter(Boolean).join(", ");
  const shot = [f ? aperture(f) : "", seconds ? exposure(seconds) : "", iso ? `ISO ${number(iso).replace(/\D/g, "")}` : ""].filter(Boolean).join(" · ");
  const ev = f && seconds && iso ? `EV ${number(exposureValue(f, seconds, iso), 1)}` : "";
  return (
    <section>
      <h3 class="label">{say("camera")}</h3>
      {(body || glass) && (
        <p class="pair">
          <span>{body}</span>
          <span>{glass}</span>
        </p>
      )}
      {shot && (
        <p class="pair">
          <span>{shot}</span>
          <span>{ev}</span>
        </p>
      )}
    </section>
  );
}

/** Classes and objects under one label each, best first. */
export function contents(record: PhotoRecord): [label: string, score: number][] {
  const best = new Map<string, number>();
  for (const [label, score] of [...(record.objects ?? []), ...(record.classes ?? [])]) best.set(label, Math.max(best.get(label) ?? 0, score));
  return [...best].sort((a, b) => b[1] - a[1]);
}

function Contents({ record, least, setLeast, light, searchFor }: Pick<Props, "record" | "least" | "setLeast" | "light"> & { searchFor: (word: string) => () => void }) {
  const all = contents(record);
  const shown = all.filter(([, score]) => score >= least);
  const looked = Object.keys(record.state ?? {}).length > 0;
  return (
    <section>
      <div class="label-row">
        <h3 class="label">{say("whatIsInIt")}</h3>
        {all.length > 0 && (
          <label class="least">
            <span class="label">{say("scoreAtLeast", { n: sure(least) })}</span>
            <input type="range" min="0" max="0.95" step="0.05" aria-label={say("minimumScore")} value={least} onInput={(event) => setLeast(Number(event.currentTarget.value))} />
          </label>
        )}
      </div>
      <ul class="chips">
        {shown.map(([label, score]) => (
          <li key={label}>
            <button type="button" class="chip" title={say("searchFor", { word: label })} onClick={searchFor(label)} onPointerEnter={() => light(label)} onPointerLeave={() => light(undefined)} onFocus={() => light(label)} onBlur={() => light(undefined)}>
              {label} <span>{sure(score)}</span>
            </button>
          </li>
        ))}
        {(record.terms ?? []).map((term) => (
          <li key={`term ${term}`}>
            <button type="button" class="chip" title={say("searchFor", { word: term })} onClick={searchFor(term)}>
              {term}
            </button>
          </li>
        ))}
        {record.nsfw && (
          <li>
            <span class="chip">{say(record.nsfw === "explicit" ? "explicit" : "suggestive")}</span>
          </li>
        )}
      </ul>
      {shown.length === 0 && (all.length > 0 || !record.terms?.length) && <p class="details-quiet">{say(!looked ? "notLookedAt" : all.length > 0 ? "nothingSure" : "nothingKnown")}</p>}
    </section>
  );
}

function Light({ id }: { id: string }) {
  const path = useSignal("");
  useEffect(() => {
    let here = true;
    void histogramOf(`/media/${id}/thumb`).then((values) => {
      if (here) path.value = values ? curve(values, 332, 56) : "";
    });
    return () => {
      here = false;
    };
  }, [id]);
  return (
    <section>
      <h3 class="label">{say("light")}</h3>
      <svg class="histogram" viewBox="0 0 332 56" preserveAspectRatio="none" role="img" aria-label={say("histogram")}>
        <path d={path.value} />
        <line x1="0" x2="332" y1="55.5" y2="55.5" />
      </svg>
    </section>
  );
}

/** Definitions shown at once. */
const MEANINGS = 4;

function Meanings({ record, least }: { record: PhotoRecord; least: number }) {
  const desk = useDesk();
  const facts = useSignal<[string, WordFacts][]>([]);
  const labels = contents(record)
    .filter(([, score]) => score >= least)
    .slice(0, MEANINGS)
    .map(([label]) => label);
  const key = labels.join("\n");
  useEffect(() => {
    let here = true;
    void Promise.all(labels.map(async (label) => [label, await desk.library.words(label)] as const)).then((found) => {
      if (here) facts.value = found.filter((entry): entry is [string, WordFacts] => entry[1] !== null);
    });
    return () => {
      here = false;
    };
  }, [key]);
  if (facts.value.length === 0) return null;
  return (
    <section>
      <h3 class="label">{say("words")}</h3>
      <dl class="meanings">
        {facts.value.map(([label, { about, ancestors }]) => (
          <div key={label}>
            <dt>
              {label}
              {ancestors.length > 0 && <span> ← {ancestors.slice(0, 3).join(" ← ")}</span>}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

