// The door: name and password, and where to find the one-time link without one.

import { useSignal } from "@preact/signals";
import { useDesk } from "../components/desk";
import { Refusal } from "../components/house";
import { Mark } from "../components/mark";
import { around, say } from "../words/words";

export default function SignIn() {
  const desk = useDesk();
  const wrong = useSignal("");
  const busy = useSignal(false);
  const [before, after] = around("oneTimeLink", "command");

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    wrong.value = "";
    try {
      await desk.house.signIn(String(form.get("name") ?? "").trim(), String(form.get("password") ?? ""));
      // A fresh start opens the library as this person; nothing of the one before stays in memory.
      location.reload();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      wrong.value = refusal.message;
      busy.value = false;
    }
  };

  return (
    <main class="door">
      <form class="door-case" onSubmit={(event) => void submit(event)}>
        <Mark size={40} />
        <h1>{say("signInLead")}</h1>
        <label>
          <span class="label">{say("yourName")}</span>
          <input class="field" name="name" autoComplete="username" autoCapitalize="off" spellcheck={false} required />
        </label>
        <label>
          <span class="label">{say("password")}</span>
          <input class="field" name="password" type="password" autoComplete="current-password" required aria-describedby={wrong.value ? "door-wrong" : undefined} />
        </label>
        {wrong.value && (
          <p class="door-wrong" id="door-wrong" role="alert">
            {wrong.value}
          </p>
        )}
        <button type="submit" class="button is-main" disabled={busy.value}>
          {say("signIn")}
        </button>
        <p class="door-how">
          {before}
          <code>vitrine user link</code>
          {after}
        </p>
      </form>
    </main>
  );
}
