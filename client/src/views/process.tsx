// In: the server's progress. Out: how far each stage is, and a way to look for new photos now.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { FolderSearch } from "lucide-preact";
import { useDesk } from "../components/desk";
import { Refusal, type About } from "../components/house";
import type { StageProgress } from "../lib/library";
import { span } from "../words/figures";
import { number, say, type Key } from "../words/words";

export default function Process() {
  const desk = useDesk();
  const said = useSignal("");
  const { progress } = desk.status.value;
  const about = useSignal<About | null>(null);
  useEffect(() => {
    // Without the server the stages show what was last heard.
    desk.house.about().then((told) => (about.value = told), () => undefined);
  }, [progress?.scanning]);
  const offline = about.value?.roots.filter(({ state }) => state === "offline").map(({ name, why }) => `${name}: ${why ?? ""}`).join(" ");
  const looking = figures(progress?.analyze, progress?.paused);
  const silent = about.value?.analyzing;

  const scan = async (): Promise<void> => {
    try {
      await desk.house.scan();
      said.value = say("scanStarted");
    } catch (refusal) {
      said.value = refusal instanceof Refusal ? refusal.message : say("failed");
    }
  };

  return (
    <div class="paper">
      <div class="paper-head">
        <div>
          <h1>{say("process")}</h1>
          <p class="lead">{say("processLead")}</p>
        </div>
        <button type="button" class="button" onClick={() => void scan()}>
          <FolderSearch size={16} strokeWidth={1.75} aria-hidden="true" />
          {say("scanNow")}
        </button>
      </div>
      <p class="said" role="status">
        {said.value}
      </p>
      <ol class="stages">
        <Stage name="stageScan" about="stageScanAbout" state={progress?.scanning ? say("stageRunning") : say("stageIdle")} {...(offline && { aside: offline })} />
        <Stage name="stageRead" about="stageReadAbout" {...figures(progress?.read, progress?.paused)} />
        <Stage name="stageAnalyze" about="stageAnalyzeAbout" {...looking} {...(silent && { aside: silent })} />
      </ol>
    </div>
  );
}

function figures(stage: StageProgress | undefined, paused = false): { state: string; share?: number; aside?: string } {
  if (!stage || stage.total === 0) return { state: say("stageIdle") };
  if (stage.done >= stage.total) return { state: say("stageDone", { n: stage.total }) };
  const aside = paused
    ? say("paused")
    : [stage.rate > 0 ? say("rate", { n: number(stage.rate, 1) }) : "", stage.left_s ? say("left", { time: span(stage.left_s) }) : ""].filter(Boolean).join(" · ");
  return { state: say("stageOf", { done: stage.done, total: stage.total }), share: stage.done / stage.total, aside };
}

function Stage({ name, about, state, share, aside }: { name: Key; about: Key; state: string; share?: number; aside?: string }) {
  return (
    <li class="stage-row">
      <div class="stage-line">
        <h2>{say(name)}</h2>
        <span>{state}</span>
      </div>
      <p>{say(about)}</p>
      {share !== undefined && <progress value={share} max={1} aria-label={say(name)} />}
      {aside && <p class="stage-aside">{aside}</p>}
    </li>
  );
}
