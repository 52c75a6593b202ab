// In: the server's word on itself. Out: version, watched folders, and thanks to those whose pictures the demo shows.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useDesk } from "../components/desk";
import { Mark } from "../components/mark";
import type { About as Facts } from "../components/house";
import { say } from "../words/words";

export default function About() {
  const desk = useDesk();
  const facts = useSignal<Facts | undefined>(undefined);
  useEffect(() => {
    desk.house.about().then(
      (found) => (facts.value = found),
      () => undefined,
    );
  }, []);
  const found = facts.value;
  return (
    <div class="paper is-narrow">
      <div class="about-mark">
        <Mark size={44} />
        <div>
          <h1>{say("name")}</h1>
          {found && <p class="quiet">{say("version", { version: found.version })}</p>}
        </div>
      </div>
      <p>{say("aboutLead")}</p>
      {found && found.roots.length > 0 && (
        <section>
          <h2 class="label">{say("roots")}</h2>
          <ul class="rows">
            {found.roots.map((root) => (
              <li key={root.name}>
                <span>{root.name}</span>
                <span>
                  {say("photoCount", { n: root.photos })}
                  {root.state === "offline" && ` · ${say("rootOffline")}`}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {found?.demo && found.credits.length > 0 && (
        <section>
          <h2 class="label">{say("photos")}</h2>
          <p>{say("demoLead")}</p>
          <ul class="rows">
            {found.credits.map((credit, index) => (
              <li key={index}>
                <span>{credit.title ?? credit.source}</span>
                <span>{[credit.author, credit.licence].filter(Boolean).join(" · ")}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
