// What stands over the lower left corner: how far the work is, that there is no connection, what can be undone.

import { CloudOff, TriangleAlert, Undo2, X } from "lucide-preact";
import { useEffect } from "preact/hooks";
import { span } from "../words/figures";
import { number, say } from "../words/words";
import { useDesk } from "./desk";

/** An offer to undo leaves on its own; the key works as long as it stands. */
const UNDO_MS = 9000;

export function Notices() {
  const desk = useDesk();
  const { phase, progress, have, total, trouble } = desk.status.value;
  const undo = desk.undo.value;

  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => (desk.undo.value = undefined), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo]);

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
      {undo && (
        <div class="pill" role="status">
          <span>{undo.says}</span>
          <button type="button" class="pill-act" onClick={() => desk.takeBack()}>
            <Undo2 size={16} strokeWidth={1.75} aria-hidden="true" />
            {say("undo")}
          </button>
          <button type="button" class="plain" aria-label={say("close")} onClick={() => (desk.undo.value = undefined)}>
            <X size={16} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </div>
      )}
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
