// The table of keys as the reader sees it.

import { X } from "lucide-preact";
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../words/words";
import { useDesk } from "./desk";
import { KEYS, printed, type Scope } from "./keys";

const SCOPES: Scope[] = ["everywhere", "grid", "viewer"];

export function Help() {
  const desk = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => {
    desk.help.value = false;
  };
  return (
    <dialog class="help" ref={dialog} aria-labelledby="help-title" onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="help-inside">
        <header>
          <h2 id="help-title">{say("keyboard")}</h2>
          <button type="button" class="plain" aria-label={say("close")} onClick={() => dialog.current?.close()}>
            <X size={20} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </header>
        <div class="help-columns">
          {SCOPES.map((scope) => (
            <section key={scope}>
              <h3 class="label">{say(`scope_${scope}`)}</h3>
              <dl>
                {KEYS.filter((row) => row.scope === scope).map((row) => (
                  <Fragment key={`${row.act}${row.scope}`}>
                    <dt>
                      {row.keys.map((key) => (
                        <span key={key}>
                          {printed(key, say).map((part) => (
                            <kbd key={part}>{part}</kbd>
                          ))}
                        </span>
                      ))}
                    </dt>
                    <dd>{say(row.says)}</dd>
                  </Fragment>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </dialog>
  );
}
