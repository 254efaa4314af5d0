// What every page shares: what the server watches, who is asking, how it looks.
import { said, t } from "./i18n";
import { effect, signal } from "@preact/signals";
import { api, Problem, type Session, type Status } from "./api";

export const status = signal<Status | undefined>(undefined);
export const session = signal<Session | undefined>(undefined);
export const failure = signal<string>("");

export type Theme = "system" | "light" | "dark";
export const theme = signal<Theme>((localStorage.getItem("theme") as Theme | null) ?? "system");
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
export const dark = signal(false);
function paint() {
  dark.value = theme.value === "dark" || (theme.value === "system" && darkSystem.matches);
  document.documentElement.dataset["theme"] = dark.value ? "dark" : "light";
}
darkSystem.addEventListener("change", paint);
effect(() => {
  localStorage.setItem("theme", theme.value);
  paint();
});

// refresh asks again who we are and what there is to see; after sign-in and sign-out too.
export async function refresh() {
  try {
    // A session that has ended is told once; then the cookie is gone.
    const who = await api.session().catch((e: unknown) => (e instanceof Problem && e.status === 401 ? api.session() : Promise.reject(e)));
    const what = await api.status();
    session.value = who;
    status.value = what;
    failure.value = "";
  } catch (e) {
    failure.value = e instanceof Error ? e.message : String(e);
  }
}

export const can = (action: string) => session.value?.may.includes(action) ?? false;

// party is the name of a party; the empty one is nobody.
export function party(id: string | undefined): string {
  if (!id) return t("party.undetermined");
  const p = status.value?.parties.find(p => p.id === id);
  return p ? said(p.name) || id : id;
}
