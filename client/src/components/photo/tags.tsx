// In: a photo's tags. Out: the same as chips that lead to their photos and can be taken off, and a field for one more.

import { X } from "lucide-preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { PhotoRecord } from "../../lib/records";
import { say } from "../../words/words";
import { useDesk } from "../desk";
import { actOf } from "../keys";
import { retagged } from "./tagging";

/** The server's own bound, characters. */
const LONGEST = 200;

export function Tags({ record }: { record: PhotoRecord }) {
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [text, setText] = useState("");
  const [offers, setOffers] = useState<string[]>([]);
  // Ahead of the record, which follows once the server has agreed: a second tag may be typed before that.
  const [tags, setTags] = useState(record.tags ?? []);
  const pending = useRef(0);
  // By the record itself, not by what it says: two changes in a row may end where the last drawing stood.
  useEffect(() => {
    if (pending.current === 0) setTags(record.tags ?? []);
  }, [record]);
  useEffect(() => {
    setTags(record.tags ?? []);
    setText("");
    setOffers([]);
  }, [record.id]);

  const change = (next: string[]): void => {
    if (next.length === tags.length) return;
    setTags(next);
    pending.current++;
    void desk.tag({ ...record, tags }, next).then((done) => {
      pending.current--;
      if (!done) setTags(tags);
    });
  };
  const add = (): void => {
    // What stands in the field, not in the last drawing: leaving it with Escape has just emptied it.
    change(retagged(tags, field.current?.value ?? ""));
    setText("");
    setOffers([]);
  };
  const remove = (tag: string): void => {
    change(tags.filter((other) => other !== tag));
    field.current?.focus();
  };
  const typed = (next: string): void => {
    setText(next);
    const asked = next.trim();
    if (!asked) return setOffers([]);
    void desk.library.complete(asked, asked.length).then((found) => {
      setOffers(found.filter(({ kind, text: tag }) => kind === "tag" && !tags.includes(tag)).map((completion) => completion.text));
    });
  };
  const pressed = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && !event.repeat && text === "" && tags.length > 0) change(tags.slice(0, -1));
    else if (event.key === "Escape") {
      if (field.current) field.current.value = "";
      setText("");
      field.current?.closest<HTMLElement>("[role=dialog]")?.focus();
    } else if (text === "" && actOf(event, "everywhere") === "undo") {
      event.preventDefault();
      desk.takeBack();
    }
  };

  return (
    <div class="tags" role="group" aria-label={say("tags")}>
      {tags.map((tag) => (
        <span key={tag} class="chip tag">
          <button type="button" title={say("searchFor", { word: tag })} onClick={() => desk.search(`tag:"${tag.replaceAll('"', " ")}"`)}>
            {tag}
          </button>
          <button type="button" class="tag-off" aria-label={say("tagRemove", { tag })} title={say("tagRemove", { tag })} onClick={() => remove(tag)}>
            <X size={13} strokeWidth={2} aria-hidden="true" />
          </button>
        </span>
      ))}
      <input
        ref={field}
        class="tag-new"
        type="text"
        maxLength={LONGEST}
        autoComplete="off"
        list={listId}
        enterKeyHint="done"
        aria-label={say("tagNew")}
        placeholder={say("tagNew")}
        value={text}
        onInput={(event) => typed(event.currentTarget.value)}
        onKeyDown={pressed}
        onBlur={add}
      />
      <datalist id={listId}>
        {offers.map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
    </div>
  );
}
