// In: what went wrong with single files. Out: one sentence each, with what to do, and a way to try again.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { RotateCw } from "lucide-preact";
import { useDesk } from "../components/desk";
import { Refusal, type ProblemRow } from "../components/house";
import { legible, moment } from "../words/figures";
import { say } from "../words/words";

export default function Problems() {
  const desk = useDesk();
  const rows = useSignal<ProblemRow[] | undefined>(undefined);
  const said = useSignal("");
  const count = desk.status.value.progress?.problems;

  useEffect(() => {
    desk.house.problems().then(
      (found) => (rows.value = found),
      (refusal: unknown) => (said.value = refusal instanceof Refusal ? refusal.message : say("failed")),
    );
  }, [count]);

  const retry = async (): Promise<void> => {
    try {
      await desk.house.retry();
      said.value = say("problemsRetrying");
    } catch (refusal) {
      said.value = refusal instanceof Refusal ? refusal.message : say("failed");
    }
  };

  const list = rows.value;
  return (
    <div class="paper">
      <div class="paper-head">
        <div>
          <h1>{say("problems")}</h1>
          {list && <p class="lead">{list.length === 0 ? say("problemsNone") : say("problemsLead", { n: list.length })}</p>}
        </div>
        {list && list.length > 0 && (
          <button type="button" class="button" onClick={() => void retry()}>
            <RotateCw size={16} strokeWidth={1.75} aria-hidden="true" />
            {say("problemsRetry")}
          </button>
        )}
      </div>
      <p class="said" role="status">
        {said.value}
      </p>
      {list && list.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say("problemWhat")}</th>
              <th scope="col">{say("problemFile")}</th>
              <th scope="col" class="wide">
                {say("problemWhen")}
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((row) => (
              <tr key={row.id}>
                <td>{row.message}</td>
                <td class="table-path">
                  <bdi>{legible(row.path)}</bdi>
                </td>
                <td class="table-when wide">{moment(row.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
