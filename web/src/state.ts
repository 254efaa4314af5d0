// What every page shares: what the server watches, who is asking, how it looks.
import { effect, signal } from "@preact/signals";
import { api, type Session, type Status } from "./api";

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
    const [who, what] = await Promise.all([api.session(), api.status()]);
    session.value = who;
    status.value = what;
    failure.value = "";
  } catch (e) {
    failure.value = e instanceof Error ? e.message : String(e);
  }
}

export const can = (action: string) => session.value?.may.includes(action) ?? false;
