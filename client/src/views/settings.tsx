// In: who is signed in and what this device keeps. Out: name and password, look and language, and a clean slate.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useDesk, type Theme } from "../components/desk";
import { Refusal } from "../components/house";
import { Pick } from "../components/tabs";
import { bytes } from "../words/figures";
import { LANGUAGES, say, type Key, type Language } from "../words/words";

const THEMES: Theme[] = ["system", "light", "dark"];

export default function Settings() {
  const desk = useDesk();
  const user = desk.user.value;
  const said = useSignal("");
  const size = useSignal<number | undefined>(undefined);

  useEffect(() => {
    void navigator.storage?.estimate().then((estimate) => (size.value = estimate.usage));
  }, []);

  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    try {
      await desk.house.setPassword(String(data.get("password") ?? ""), String(data.get("name") ?? "").trim());
      form.querySelector<HTMLInputElement>("[name=password]")?.form?.reset();
      await desk.meet();
      said.value = say("saved");
    } catch (refusal) {
      said.value = refusal instanceof Refusal ? refusal.message : say("failed");
    }
  };

  return (
    <div class="paper is-narrow">
      <h1>{say("settings")}</h1>
      {user && (
        <section>
          <h2 class="label">{say("you")}</h2>
          <form class="form" onSubmit={(event) => void save(event)}>
            <label>
              <span>{say("yourName")}</span>
              <input class="field" name="name" autoComplete="username" defaultValue={user.name} required maxLength={64} />
            </label>
            <label>
              <span>{say("newPassword")}</span>
              <input class="field" name="password" type="password" autoComplete="new-password" required minLength={8} aria-describedby="password-how" />
            </label>
            <p class="quiet" id="password-how">
              {say(user.password ? "passwordSet" : "passwordUnset")}
            </p>
            <div class="form-foot">
              <button type="submit" class="button is-main">
                {say("save")}
              </button>
              <button type="button" class="button" onClick={() => void desk.signOut()}>
                {say("signOut")}
              </button>
              <span class="said" role="status">
                {said.value}
              </span>
            </div>
          </form>
        </section>
      )}
      <section>
        <h2 class="label">{say("appearance")}</h2>
        <div class="picks">
          <Pick label={say("theme")} value={desk.theme.value} options={THEMES.map((key) => [key, say(`theme_${key}` as Key)])} pick={(value) => desk.setTheme(value as Theme)} />
          <Pick
            label={say("language")}
            value={desk.language.value}
            options={[["system", say("language_system")], ...Object.entries(LANGUAGES).map(([key, { own }]): [string, string] => [key, own])]}
            pick={(value) => void desk.setLanguage(value as Language | "system")}
          />
        </div>
      </section>
      <section>
        <h2 class="label">{say("device")}</h2>
        <p>{say("installHow")}</p>
        {size.value !== undefined && <p>{say("deviceKeeps", { size: bytes(size.value) })}</p>}
        <div class="form-foot">
          <button type="button" class="button" onClick={() => void desk.library.purge()}>
            {say("purge")}
          </button>
          <span class="said">{say("purgeHow")}</span>
        </div>
      </section>
    </div>
  );
}
