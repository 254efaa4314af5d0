// Texts, numbers and dates in the reader's language.
import { computed, signal } from "@preact/signals";

export const languages = { en: "English", fr: "Français", uk: "Українська" } as const;
export type Language = keyof typeof languages;
type Entries = Record<string, string | Record<string, string>>;

// The first page's texts, and those of all others.
const catalogues: Record<Language, [() => Promise<{ default: Entries }>, () => Promise<{ default: Entries }>]> = {
  en: [() => import("catalogue:en"), () => import("catalogue:en/later")],
  fr: [() => import("catalogue:fr"), () => import("catalogue:fr/later")],
  uk: [() => import("catalogue:uk"), () => import("catalogue:uk/later")],
};

export const language = signal<Language>("en");
const entries = signal<Entries>({});
const plural = computed(() => new Intl.PluralRules(language.value));

// locale is the language as Intl wants it; English counts its days before its months.
export const locale = () => (language.value === "en" ? "en-GB" : language.value);

const known = (l: string | null | undefined): l is Language => !!l && l in languages;

// preferred is the language that was chosen, or the first of the browser's that there is.
export function preferred(): Language {
  const chosen = localStorage.getItem("language");
  return [chosen, ...navigator.languages.map(l => l.slice(0, 2))].find(known) ?? "en";
}

let all = false; // the texts of the other pages are wanted too

export async function speak(l: Language) {
  const parts = await Promise.all(catalogues[l].slice(0, all ? 2 : 1).map(load => load()));
  entries.value = Object.assign({}, ...parts.map(p => p.default)) as Entries;
  language.value = l;
  document.documentElement.lang = l;
}

// sayAll loads the texts of the pages other than the first.
export async function sayAll() {
  if (all) return;
  all = true;
  await speak(language.value);
}

export async function choose(l: Language) {
  localStorage.setItem("language", l);
  await speak(l);
}

export type Args = Record<string, string | number>;

// t writes the text of a key. A number among the arguments is written as the
// language writes numbers; the one named by "by" (else "n") picks the plural
// form. A key that is missing shows as itself, which a test excludes.
export function t(key: string, args: Args = {}): string {
  const e = entries.value[key];
  if (e === undefined) return key;
  let text: string | undefined;
  if (typeof e === "string") text = e;
  else {
    const n = args[e["by"] ?? "n"];
    text = e[typeof n === "number" ? plural.value.select(n) : "other"] ?? e["other"];
  }
  return (text ?? key).replace(/\{(\w+)\}/g, (_, name: string) => {
    const v = args[name];
    return v === undefined ? `{${name}}` : typeof v === "number" ? number(v) : v;
  });
}

/** has says whether the catalogue has a key. */
export const has = (key: string) => key in entries.value;

// word is the text of a key that data names, or the data's own word.
export function word(kind: string, name: string): string {
  const key = `${kind}.${name}`;
  return has(key) ? t(key) : name.replaceAll("-", " ");
}

export function number(v: number, digits = v < 10 && v % 1 !== 0 ? 1 : 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(v);
}

// percent never says 0 % or 100 % of what is neither.
export function percent(p: number): string {
  const f = new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 });
  if (p > 0 && p < 0.01) return `<\u2009${f.format(0.01)}`;
  if (p < 1 && p > 0.99) return `>\u2009${f.format(0.99)}`;
  return f.format(p);
}

export type Texts = string | Record<string, string>;

// said is what a text by language says in the reader's, else in English, else in any.
export function said(x: Texts | undefined): string {
  if (!x) return "";
  return typeof x === "string" ? x : (x[language.value] ?? x["en"] ?? Object.values(x)[0] ?? "");
}
