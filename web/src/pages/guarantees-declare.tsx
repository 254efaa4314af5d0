// Declaring a base, a unit or a host's consent, or how one of them is now.
import { useState } from "preact/hooks";
import { api, get, post } from "../api";
import { said, t, word, type Texts } from "../i18n";
import { position, reader } from "../intake/form";
import { wall } from "../intake/wall";
import { party, session, status } from "../state";
import * as time from "../time";
import { Failure } from "../ui";
import { Field, handlings, inputs, now, Send, useSend, weapons, type Made } from "../ui/form";
import { useLoad } from "../ui/load";
import { usePlaceMap } from "../ui/place";
import type { Declared } from "./guarantees-posture";

const empty = {
  thing: "", kind: "unit", party: "", by: "", name: "", host: "", force: "", weapon: "", agrees: "", commitment: "", count: "", count_min: "", count_max: "",
  position: "", radius_m: "", from: "", until: "", text: "", handling: "",
};
type Fields = typeof empty;

/** made is the declaration that the fields make, and what is wrong with them. */
function made(w: Fields, known: Declared | undefined): Made {
  const { wrong, number, when } = reader(w, time.zone());
  const stands = w.kind !== "host";
  const body: Record<string, unknown> = { kind: w.kind, party: w.party, source: known?.source ?? (w.by || w.party), ...(known && { ref: known.ref }) };
  if (!w.party) wrong["party"] = "form.needed";
  if (!stands && !w.agrees) wrong["agrees"] = "form.needed";
  for (const k of [...(stands ? ["name", "force", "weapon", "commitment"] as const : ["agrees"] as const), "text", "handling"] as const) if (w[k].trim()) body[k] = w[k].trim();
  // A host is named as the reader calls it; the terms know it by its id.
  const host = w.host.trim();
  if (host) body["host"] = (status.value?.parties ?? []).find(p => p.id === host || said(p.name) === host)?.id ?? host;
  if (stands) {
    const n = number("count"), least = number("count_min"), most = number("count_max");
    if (least !== undefined && n !== undefined && least > n) wrong["count_min"] = "intake.wrong.between";
    if (most !== undefined && most < Math.max(n ?? 0, least ?? 0)) wrong["count_max"] = "intake.wrong.between";
    for (const [k, v] of [["count", n], ["count_min", least], ["count_max", most]] as const) if (v) body[k] = v;
    const at = w.position.trim() ? position(w.position) : undefined;
    const radius = number("radius_m", { low: 0, high: 500_000, whole: false });
    if (at === null) wrong["position"] = "intake.wrong.position";
    if (at) {
      if (radius === undefined) wrong["radius_m"] ??= "intake.wrong.radius";
      Object.assign(body, { position: at, radius_m: radius });
    }
  }
  body["from"] = when("from");
  if (w.until) {
    body["until"] = when("until");
    if (!wrong["until"] && !wrong["from"] && String(body["until"]) <= String(body["from"])) wrong["until"] = "intake.wrong.order";
  }
  return { body, wrong };
}

const text = (n: number | undefined) => (n ? String(n) : "");

export function Declare({ known, done }: { known: Declared[]; done: (record: number, from: string) => void }) {
  const [w, set] = useState<Fields>(() => ({ ...empty, from: now() }));
  const put = (change: Partial<Fields>) => set(o => ({ ...o, ...change }));
  const it = known.find(d => d.id === w.thing);
  const { form, busy, failed, wrong } = useSend(() => made(w, it), async (body, key) => {
    const { record } = await post<{ record: number }>("/api/v1/declarations", { ref: key, ...body }, { headers: { "Idempotency-Key": key } });
    done(record, String(body["from"]));
  });
  const terms = useLoad(signal => api.terms(undefined, { signal }), [session.value?.account]);
  const pledges = useLoad(signal => get<{ commitments: { id: string; by: string[]; words: Texts }[] }>("/api/v1/commitments", {}, { signal }), [session.value?.account]);
  const sites = useLoad(signal => get<{ sites: { id: string; name: Texts; position?: { lat: number; lon: number }; radius_m: number }[] }>("/api/v1/sites", {}, { signal }), [session.value?.account]);
  const { text: line, pick, when, area } = inputs("declare", w, put, wrong);
  const map = usePlaceMap({ at: position(w.position), radius: Number(w.radius_m) || 0, area: status.value?.area, put: at => put({ position: at }) });

  const choose = (id: string) => {
    const d = known.find(k => k.id === id);
    set(d ? {
      ...empty, thing: id, from: now(), kind: d.kind, party: d.party, name: d.name ?? "", host: d.kind === "host" ? (d.host ?? "") : d.host ? party(d.host) : "", force: d.force ?? "", weapon: d.weapon ?? "",
      agrees: d.agrees ?? "", commitment: d.commitment ?? "", count: text(d.count), count_min: text(d.count_min), count_max: text(d.count_max),
      position: d.position ? `${d.position.lat}, ${d.position.lon}` : "", radius_m: d.position ? String(d.radius_m ?? 0) : "", handling: d.handling ?? "",
    } : { ...empty, from: now() });
  };
  const parties = (status.value?.parties ?? []).map((p): [string, string] => [p.id, said(p.name) || p.id]);
  const forces = [...new Set([...(terms.value?.provisions ?? []).flatMap(p => p.prohibits?.forces ?? []), ...(w.force ? [w.force] : [])])].map((f): [string, string] => [f, word("force", f)]);
  const pledged = (pledges.value?.commitments ?? []).filter(c => c.by.includes(w.party) || c.id === w.commitment).map((c): [string, string] => [c.id, said(c.words)]);
  const places = [
    ...(sites.value?.sites ?? []).flatMap(s => (s.position ? [{ id: s.id, name: said(s.name), at: s.position, radius: s.radius_m }] : [])),
    ...known.flatMap(d => (d.position ? [{ id: d.id, name: d.name ?? d.id, at: d.position, radius: d.radius_m ?? 0 }] : [])),
  ];
  const missing = terms.failure ?? pledges.failure ?? sites.failure;
  const stands = w.kind !== "host";
  const zone = time.mark(new Date());
  return (
    <form {...form} class="step-form" noValidate>
      <p class="grey">{t("declare.lead")}</p>
      {missing && <Failure text={missing} />}
      <div class="side">
        {known.length > 0 && (
          <Field id="declare-thing" label={t("declare.thing")}>
            <select id="declare-thing" value={w.thing} onChange={e => choose(e.currentTarget.value)}>
              <option value="">{t("declare.thing.new")}</option>
              {known.map(d => <option value={d.id}>{`${d.name ?? d.id} · ${party(d.party)}`}</option>)}
            </select>
          </Field>
        )}
        {pick("kind", t("declare.kind"), ["unit", "base", "host"].map(k => [k, t("posture." + k)]), undefined, { disabled: !!it })}
        {pick("party", t(stands ? "declare.party" : "declare.party.host"), parties, "–", { disabled: !!it })}
        {!it && pick("by", t("declare.by"), parties, t("declare.by.itself"))}
      </div>
      {stands ? (
        <>
          <div class="side">
            {line("name", t("declare.name"), { maxLength: 200 })}
            {line("host", t("declare.host"), { list: "declare-hosts", maxLength: 200 })}
            {pick("force", t("declare.force"), forces, "–")}
            {pick("weapon", t("intake.weapon"), weapons.map(x => [x, word("weapon", x)]), "–")}
            {pledged.length > 0 && pick("commitment", t("declare.commitment"), pledged, t("declare.commitment.any"))}
          </div>
          <datalist id="declare-hosts">{parties.map(([, name]) => <option value={name} />)}</datalist>
          <fieldset>
            <legend>{t("guarantees.strength")}</legend>
            <div class="side">{line("count", t("intake.count.n"), { inputMode: "numeric" })}{line("count_min", t("intake.min"), { inputMode: "numeric" })}{line("count_max", t("intake.max"), { inputMode: "numeric" })}</div>
          </fieldset>
          <fieldset>
            <legend>{t("intake.where")}</legend>
            <div class="side">
              {places.length > 0 && (
                <Field id="declare-place" label={t("declare.place")}>
                  <select id="declare-place" value={places.find(p => w.position === `${p.at.lat}, ${p.at.lon}`)?.id ?? ""} onChange={e => {
                    const p = places.find(x => x.id === e.currentTarget.value);
                    put(p ? { position: `${p.at.lat}, ${p.at.lon}`, radius_m: String(Math.round(p.radius)) } : { position: "", radius_m: "" });
                  }}>
                    <option value="">{t("declare.place.other")}</option>
                    {places.map(p => <option value={p.id}>{p.name}</option>)}
                  </select>
                </Field>
              )}
              {line("position", t("declare.position"), { placeholder: "48.592, 37.998" })}
              {line("radius_m", t("declare.radius"), { inputMode: "decimal" })}
            </div>
            <div>{map.button}</div>
            {map.map}
          </fieldset>
        </>
      ) : (
        <div class="side">
          {pick("agrees", t("declare.agrees"), [["yes", t("declare.agrees.yes")], ["no", t("declare.agrees.no")]], "–")}
          {pick("host", t("declare.agrees.of"), parties, t("declare.everybody"))}
        </div>
      )}
      <div class="side broad">
        {when("from", t("form.from", { zone }))}
        {when("until", t("form.until", { zone }))}
        {pick("handling", t("intake.handling"), handlings, t(stands ? "declare.handling.stands" : "form.handling.none"))}
      </div>
      {it && <p class="small grey">{t("declare.again")} <button type="button" class="link" onClick={() => put({ from: wall(new Date(it.from), time.zone()) })}>{t("declare.again.from", { at: time.local(new Date(it.from)) })}</button></p>}
      {area("text", t("declare.text"))}
      <Send failed={failed} wrong={wrong} busy={busy} label={t("form.send")} />
    </form>
  );
}
