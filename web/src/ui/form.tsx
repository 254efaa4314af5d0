// Forms: inputs with what is wrong beside them, sending once, what became of it.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Problem } from "../api";
import { has, t } from "../i18n";
import { newRef } from "../intake/outbox";
import { labels } from "../intake/form";
import { wall } from "../intake/wall";
import * as time from "../time";
import { Failure } from "./index";

/** What is wrong with a field: a key of the catalogue, or words of the server. */
export type Wrong = Record<string, string | undefined>;

/** What is to be sent, or what is wrong with it. */
export interface Made { body: Record<string, unknown>; wrong?: Wrong }

/**
 * Sends what a form makes. The same again has the same key, by which the server
 * puts it on record once; what is refused is told of the field that it is of.
 */
export function useSend(make: () => Made, send: (body: Record<string, unknown>, key: string) => Promise<void>) {
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef({ words: "", key: "" });
  const [state, set] = useState<{ busy: boolean; failed: string; wrong: Wrong }>({ busy: false, failed: "", wrong: {} });
  const mend = (wrong: Wrong, failed = "") => {
    set({ busy: false, failed, wrong });
    // Once it is drawn: on to what is wrong, or back to the button.
    setTimeout(() => (form.current?.querySelector<HTMLElement>("[aria-invalid=true], .wrong[tabindex]") ?? form.current?.querySelector<HTMLElement>("button.primary"))?.focus());
  };
  async function submit(e: SubmitEvent) {
    e.preventDefault();
    if (state.busy) return;
    const { body, wrong } = make();
    if (wrong && Object.values(wrong).some(Boolean)) return mend(wrong);
    const words = JSON.stringify(body);
    if (words !== sent.current.words) sent.current = { words, key: newRef() };
    set({ busy: true, failed: "", wrong: {} });
    try {
      await send(body, sent.current.key);
      sent.current = { words: "", key: "" };
      set({ busy: false, failed: "", wrong: {} });
    } catch (x) {
      mend(...refusal(x, form.current));
    }
  }
  // What is typed anew is no longer what was wrong.
  const onInput = (e: InputEvent) => {
    const name = (e.target as HTMLInputElement).name;
    if (name && state.wrong[name]) set(s => ({ ...s, wrong: { ...s.wrong, [name]: undefined } }));
  };
  return { ...state, form: { ref: form, onInput, onSubmit: (e: SubmitEvent) => void submit(e) } };
}

/** refusal tells what the server said of fields of the form, and the rest. */
function refusal(x: unknown, form: HTMLFormElement | null): [Wrong, string] {
  if (!(x instanceof Problem)) return [{}, t("form.unreachable")];
  if (x.status !== 422) return [{}, x.status === 401 ? t("form.signed-out") : x.message];
  const wrong: Wrong = {}, rest: string[] = [];
  for (const e of x.errors) {
    const field = /^body\.(\w+)/.exec(e.location ?? "")?.[1] ?? "";
    if (!form?.elements.namedItem(field)) rest.push(e.message ?? x.message);
    else wrong[field] ??= has(`form.refused.${field}`) ? `form.refused.${field}` : (e.message ?? x.message);
  }
  return [wrong, x.errors.length === 0 ? x.message : rest.join("; ")];
}

/** What an input says of itself where something is wrong with it. */
export const invalid = (id: string, wrong: string | undefined) => (wrong ? { "aria-invalid": true, "aria-describedby": `${id}-wrong` } : {});

export const Field = ({ id, label, wrong, children }: { id: string; label: string; wrong?: string | undefined; children: ComponentChildren }) => (
  <div class="field">
    <label for={id}>{label}</label>
    {children}
    {wrong && <span class="wrong" id={`${id}-wrong`}>{t(wrong)}</span>}
  </div>
);

/** inputs draws a form's fields by their names. */
export function inputs<W extends { [K in keyof W]: string }>(form: string, w: W, put: (change: Partial<W>) => void, wrong: Wrong) {
  type Name = keyof W & string;
  const set = (name: Name) => (e: { currentTarget: { value: string } }) => put({ [name]: e.currentTarget.value } as Partial<W>);
  const at = (name: Name) => ({ id: `${form}-${name}`, name, value: w[name], ...invalid(`${form}-${name}`, wrong[name]) });
  const field = (name: Name, label: string, control: ComponentChildren) => <Field id={`${form}-${name}`} label={label} wrong={wrong[name]}>{control}</Field>;
  return {
    text: (name: Name, label: string, more: Record<string, unknown> = {}) => field(name, label, <input {...at(name)} autocomplete="off" onInput={set(name)} {...more} />),
    when: (name: Name, label: string) => field(name, label, <input {...at(name)} type="datetime-local" onInput={set(name)} />),
    area: (name: Name, label: string) => field(name, label, <textarea {...at(name)} rows={3} maxLength={4000} onInput={set(name)} />),
    pick: (name: Name, label: string, values: [string, string][], none?: string, more: Record<string, unknown> = {}) => field(name, label, (
      <select {...at(name)} onChange={set(name)} {...more}>{none !== undefined && <option value="">{none}</option>}{values.map(([v, text]) => <option value={v}>{text}</option>)}</select>
    )),
  };
}

export const weapons = [
  "unknown", "small-arms", "hmg", "agl", "rpg", "atgm", "mortar-82", "mortar-120", "cannon", "tank", "artillery-lt100", "artillery-ge100", "mlrs", "missile", "uav", "aircraft", "mine",
];

export const handlings = labels.map((l): [string, string] => [l, l]);

/** What the agreement's clock shows now, as an input for date and time wants it. */
export const now = () => wall(new Date(), time.zone());

/** Why the list of an instant doesn't show what is on record from another one. */
export const unseen = (from: string, list: { at: string }, asked: string | undefined) =>
  Date.parse(from) > Date.parse(list.at) && Date.parse(from) > Date.now() ? t("form.later") : asked ? t("form.at-earlier") : undefined;

const focus = (e: HTMLElement | null) => e?.focus();

/** A form behind a button; once it is sent, that it is on record is said in its place. */
export function Behind({ label, children }: { label: string; children: (done: (record: number, note?: string) => void) => ComponentChildren }) {
  const [open, show] = useState(false);
  const [done, tell] = useState<{ record: number; note?: string | undefined }>();
  return (
    <div class="behind no-print">
      <button type="button" aria-expanded={open} onClick={() => { show(!open); tell(undefined); }}>{label}</button>
      {done && <p class="notice good" role="status" tabIndex={-1} ref={focus}>✓ {t("form.recorded")} <a href={`/record?id=${encodeURIComponent("#" + done.record)}`}>{t("record.one", { n: done.record })}</a> {done.note}</p>}
      {open && children((record, note) => { show(false); tell({ record, note }); })}
    </div>
  );
}

/** The end of a form: what was refused, and the button. */
export const Send = ({ failed, wrong, busy, label }: { failed: string; wrong: Wrong; busy: boolean; label: string }) => {
  const n = Object.values(wrong).filter(Boolean).length;
  return (
    <>
      {failed ? <Failure text={failed} /> : n > 0 && <p class="notice bad" role="alert">{t("intake.wrong", { n })}</p>}
      <p class="actions"><button class="primary" disabled={busy}>{label}</button></p>
    </>
  );
};
