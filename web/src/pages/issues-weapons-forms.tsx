// Putting in the ledger what a visit found at a storage site, and what is
// declared to stand there.
import { useState } from "preact/hooks";
import { post } from "../api";
import { said, t, word } from "../i18n";
import { numeral, reader } from "../intake/form";
import * as time from "../time";
import { Field, handlings, inputs, invalid, now, Send, useSend, weapons, type Wrong } from "../ui/form";
import type { Sheet } from "./issues-weapons";

/** A class of weapons as it is typed: how many, which of the declared numbers were seen, and others. */
interface Row { weapon: string; number: string; seen: string[]; others: string }

const split = (s: string) => s.split(/[\s,;]+/).filter(Boolean);
const serials = (r: Row) => [...r.seen, ...split(r.others)];
const row = (weapon: string, change: Partial<Row> = {}): Row => ({ weapon, number: "", seen: [], others: "", ...change });

/** items are what is listed, and what is wrong with it, by the inputs' names. */
function items(rows: Row[]): { list: Record<string, unknown>[]; wrong: Wrong } {
  const wrong: Wrong = {}, all = new Set<string>();
  const list = rows.map(r => {
    const n = numeral(r.number), numbers = serials(r);
    if (!r.number.trim()) wrong[`number-${r.weapon}`] = "form.needed";
    else if (n === null || !Number.isInteger(n) || n < 0) wrong[`number-${r.weapon}`] = "intake.wrong.whole";
    else if (numbers.length > n) wrong[`number-${r.weapon}`] = "issues.w.wrong.fewer";
    if (numbers.some(s => all.has(s)) || new Set(numbers).size < numbers.length) wrong[`others-${r.weapon}`] = "issues.w.wrong.twice";
    numbers.forEach(s => all.add(s));
    return { weapon: r.weapon, number: n, ...(numbers.length > 0 && { serials: numbers }) };
  });
  return { list, wrong };
}

const sitesOf = (sites: Sheet[]) => sites.map((s): [string, string] => [s.site, said(s.name)]);

export function Visit({ sites, done }: { sites: Sheet[]; done: (record: number, at: string) => void }) {
  const [w, set] = useState(() => ({ site: sites[0]!.site, outcome: "checked", at: now(), remarks: "", handling: "" }));
  const sheet = sites.find(s => s.site === w.site) ?? sites[0]!;
  const [rows, list] = useState<Row[]>(() => sheet.lines.map(l => row(l.weapon)));
  const put = (change: Partial<typeof w>) => {
    set(o => ({ ...o, ...change }));
    if (change.site) list((sites.find(s => s.site === change.site)?.lines ?? []).map(l => row(l.weapon)));
  };
  const { form, busy, failed, wrong } = useSend(() => {
    const { wrong, when } = reader(w, time.zone());
    const at = when("at");
    if (at && Date.parse(at) > Date.now() + 60_000) wrong["at"] = "intake.wrong.future";
    const found = w.outcome === "checked" ? items(rows) : undefined;
    return {
      body: { site: w.site, at, outcome: w.outcome, ...(found && found.list.length > 0 && { found: found.list }), ...(w.remarks.trim() && { remarks: w.remarks.trim() }), ...(w.handling && { handling: w.handling }) },
      wrong: { ...wrong, ...found?.wrong },
    };
  }, async ({ site, ...body }, key) => {
    const { record } = await post<{ record: number }>(`/api/v1/weapons/${encodeURIComponent(String(site))}/visits`, body, { headers: { "Idempotency-Key": key } });
    done(record, String(body["at"]));
  });
  const { pick, when, area } = inputs("visit", w, put, wrong);
  return (
    <form {...form} class="step-form" noValidate>
      <div class="side broad">
        {pick("site", t("issues.storage"), sitesOf(sites))}
        {pick("outcome", t("issues.visit.outcome"), ["checked", "prevented", "abandoned"].map(o => [o, word("visit", o)]))}
        {when("at", t("intake.when", { zone: time.mark(new Date()) }))}
      </div>
      {w.outcome === "checked" && <Rows name="found" form="visit" legend={t("issues.visit.found")} rows={rows} put={list} wrong={wrong} sheet={sheet} sites={sites} />}
      {area("remarks", t("issues.visit.remarks"))}
      <div class="side">{pick("handling", t("intake.handling"), handlings, t("form.handling.none"))}</div>
      <Send failed={failed} wrong={wrong} busy={busy} label={t("form.send")} />
    </form>
  );
}

export function Stock({ sites, done }: { sites: Sheet[]; done: (record: number, at: string) => void }) {
  const declared = (s: Sheet) => s.lines.filter(l => l.declared > 0).map(l => row(l.weapon, { number: String(l.declared), others: (l.serials ?? []).map(x => x.serial).join(" ") }));
  const [w, set] = useState(() => ({ site: sites[0]!.site, at: now(), reasons: "", handling: "" }));
  const [rows, list] = useState<Row[]>(() => declared(sites[0]!));
  const put = (change: Partial<typeof w>) => {
    set(o => ({ ...o, ...change }));
    const s = sites.find(x => x.site === change.site);
    if (s) list(declared(s));
  };
  const { form, busy, failed, wrong } = useSend(() => {
    const { wrong, when } = reader(w, time.zone());
    const stands = items(rows);
    return {
      body: { site: w.site, at: when("at"), items: stands.list, ...(w.reasons.trim() && { reasons: w.reasons.trim() }), ...(w.handling && { handling: w.handling }) },
      wrong: { ...wrong, ...stands.wrong },
    };
  }, async ({ site, ...body }, key) => {
    const { record } = await post<{ record: number }>(`/api/v1/weapons/${encodeURIComponent(String(site))}/inventory`, body, { headers: { "Idempotency-Key": key } });
    done(record, String(body["at"]));
  });
  const { pick, when, area } = inputs("stock", w, put, wrong);
  return (
    <form {...form} class="step-form" noValidate>
      <div class="side broad">
        {pick("site", t("issues.storage"), sitesOf(sites))}
        {when("at", t("form.from", { zone: time.mark(new Date()) }))}
      </div>
      <Rows name="items" form="stock" legend={t("issues.stock.items")} rows={rows} put={list} wrong={wrong} />
      {area("reasons", t("issues.stock.reasons"))}
      <div class="side">{pick("handling", t("intake.handling"), handlings, t("form.handling.none"))}</div>
      <Send failed={failed} wrong={wrong} busy={busy} label={t("form.send")} />
    </form>
  );
}

/** The classes of weapons, each with its number and serial numbers; at a visit beside what is declared. */
function Rows({ name, form, legend, rows, put, wrong, sheet, sites = [] }: { name: string; form: string; legend: string; rows: Row[]; put: (next: (rows: Row[]) => Row[]) => void; wrong: Wrong; sheet?: Sheet; sites?: Sheet[] }) {
  const change = (r: Row, x: Partial<Row>) => put(all => all.map(y => (y.weapon === r.weapon ? { ...y, ...x } : y)));
  return (
    <fieldset name={name}>
      <legend>{legend}</legend>
      {wrong[name] && <p class="wrong" role="alert" tabIndex={-1}>{t(wrong[name])}</p>}
      {rows.map(r => {
        const id = `${form}-number-${r.weapon}`, other = `${form}-others-${r.weapon}`;
        const line = sheet?.lines.find(l => l.weapon === r.weapon), numbered = (line?.serials ?? []).map(s => s.serial);
        const unseen = numbered.filter(s => !r.seen.includes(s) && !split(r.others).includes(s));
        const elsewhere = split(r.others).flatMap(s => sites.filter(x => x !== sheet && x.lines.some(l => l.weapon === r.weapon && l.serials?.some(y => y.serial === s))).map(x => t("issues.w.moves", { serial: s, site: said(x.name) })));
        return (
          <div class="stock" key={r.weapon} role="group" aria-label={word("weapon", r.weapon)}>
            <p><b>{word("weapon", r.weapon)}</b>{line && <span class="grey"> · {t("issues.w.of", { n: line.declared })}</span>} <button type="button" class="link small" onClick={() => put(all => all.filter(x => x.weapon !== r.weapon))} aria-label={t("issues.w.remove.of", { weapon: word("weapon", r.weapon) })}>{t("issues.w.remove")}</button></p>
            {numbered.length > 0 && (
              <div class="serial-boxes" role="group" aria-label={t("issues.w.seen")}>
                <span class="small grey">{t("issues.w.seen")}</span>
                {numbered.map(s => <label class="beside"><input type="checkbox" checked={r.seen.includes(s)} onChange={e => change(r, { seen: e.currentTarget.checked ? [...r.seen, s] : r.seen.filter(x => x !== s) })} /><code>{s}</code></label>)}
                <button type="button" class="link small" onClick={() => change(r, { seen: numbered })}>{t("issues.w.seen.all")}</button>
              </div>
            )}
            <div class="side">
              <Field id={id} label={t("intake.count.n")} wrong={wrong[`number-${r.weapon}`]}><input id={id} name={`number-${r.weapon}`} value={r.number} inputMode="numeric" autocomplete="off" onInput={e => change(r, { number: e.currentTarget.value })} {...invalid(id, wrong[`number-${r.weapon}`])} /></Field>
              <Field id={other} label={t(numbered.length > 0 ? "issues.w.others" : "issues.w.numbers")} wrong={wrong[`others-${r.weapon}`]}><input id={other} name={`others-${r.weapon}`} value={r.others} autocomplete="off" placeholder="A1 A2" onInput={e => change(r, { others: e.currentTarget.value })} {...invalid(other, wrong[`others-${r.weapon}`])} /></Field>
            </div>
            <p class="small" aria-live="polite">{numbered.length > 0 && unseen.length > 0 && <>{t("issues.w.will-miss", { n: unseen.length, list: unseen.join(", ") })} </>}{elsewhere.join(" ")}</p>
          </div>
        );
      })}
      <Field id={`${form}-more`} label={t("issues.w.more")}>
        <select id={`${form}-more`} value="" onChange={e => { const more = e.currentTarget.value; e.currentTarget.value = ""; if (more) put(all => [...all, row(more)]); }}>
          <option value="">–</option>
          {weapons.filter(x => !rows.some(r => r.weapon === x)).map(x => <option value={x}>{word("weapon", x)}</option>)}
        </select>
      </Field>
    </fieldset>
  );
}
