// What stands over the lower left corner: how far the work is, that there is no connection, what can be undone, and how to come back.

import { CloudOff, KeyRound, TriangleAlert, Undo2, X } from "lucide-preact";
import { useEffect } from "preact/hooks";
import { span } from "../words/figures";
import { number, say } from "../words/words";
import { useDesk } from "./desk";

/** An offer to undo leaves on its own; the key works as long as it stands. */
const UNDO_MS = 9000;

/** What was done, and the way back; or, where there is none, what could not be done. */
export function UndoPill() {
  const desk = useDesk();
  const undo = desk.undo.value;
  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => (desk.undo.value = undefined), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo]);
  return (
    <div role="status">
      {undo && (
        <div class="pill">
          <span>{undo.says}</span>
          {undo.take && (
            <button type="button" class="pill-act" onClick={() => desk.takeBack()}>
              <Undo2 size={16} strokeWidth={1.75} aria-hidden="true" />
              {say("undo")}
            </button>
          )}
          <button type="button" class="plain" aria-label={say("close")} onClick={() => (desk.undo.value = undefined)}>
            <X size={16} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </div>
      )}
    </div>
  );
}

/** Whoever came by a one-time link has no way back until there is a password. */
function Invitation() {
  const desk = useDesk();
  const user = desk.user.value;
  if (!user || user.password || desk.uninvited.value || desk.route.value.page === "settings") return null;
  return (
    <div class="pill is-quiet">
      <button type="button" class="pill-act" onClick={() => desk.go({ page: "settings", query: "" })}>
        <KeyRound size={16} strokeWidth={1.75} aria-hidden="true" />
        {say("invitation")}
      </button>
      <button type="button" class="plain" aria-label={say("notNow")} title={say("notNow")} onClick={() => desk.disinvite()}>
        <X size={16} strokeWidth={1.75} aria-hidden="true" />
      </button>
    </div>
  );
}

export function Notices() {
  const desk = useDesk();
  const { phase, progress, have, total, trouble } = desk.status.value;

  let pill: { text: string; share?: number; aside?: string } | undefined;
  if (phase === "syncing" && total !== null && total - have > 2000) {
    pill = { text: say("gettingCopy", { done: have, total }), share: have / total };
  } else if (progress) {
    const { read, analyze, scanning } = progress;
    const stage = analyze.done < analyze.total && read.done >= read.total ? analyze : read.done < read.total ? read : analyze;
    const key = stage === analyze ? "understanding" : "reading";
    if (stage.done < stage.total) {
      const rate = stage.rate > 0 ? say("rate", { n: number(stage.rate, 1) }) : "";
      const left = stage.left_s ? say("left", { time: span(stage.left_s) }) : "";
      pill = { text: say(key, { done: stage.done, total: stage.total }), share: stage.done / stage.total, aside: [rate, left].filter(Boolean).join(" · ") };
    } else if (scanning) pill = { text: say("scanning") };
  }

  return (
    <section class="notices" aria-label={say("notices")}>
      {desk.route.value.photo === undefined && <UndoPill />}
      <Invitation />
      {trouble && (
        <div class="pill" role="status">
          <TriangleAlert size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{say(`trouble_${trouble}`)}</span>
        </div>
      )}
      {phase === "offline" && (
        <div class="pill" title={say("offlineLong")}>
          <CloudOff size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{say("offline")}</span>
        </div>
      )}
      {pill && phase !== "offline" && (
        <button type="button" class="pill is-progress" onClick={() => desk.go({ page: "process", query: "" })}>
          <span>{pill.text}</span>
          {pill.share !== undefined && <progress value={pill.share} max={1} aria-label={pill.text} />}
          {pill.aside && <span class="wide">{pill.aside}</span>}
        </button>
      )}
    </section>
  );
}
