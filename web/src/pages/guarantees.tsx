// Guarantees: where the escalation stands, who pledged what and whether it is
// due, who stands where, and who was told.
import { useLocation } from "preact-iso/router";
import { useState } from "preact/hooks";
import { get, post, type Reason, type Result } from "../api";
import { language, number, said, t, word, type Texts } from "../i18n";
import { can, party, session, status } from "../state";
import * as time from "../time";
import { Failure, Instant, Page, Reasons, Table, Waiting } from "../ui";
import { Countdown } from "../ui/countdown";
import { useHash } from "../ui/hash";
import { useLoad } from "../ui/load";
import { Quotes, type Quote } from "../ui/quotes";
import { who } from "./cases-types";
import { Stationed } from "./guarantees-posture";

interface Interval { earliest: string; latest: string }
interface Rise { now: number; span: number; before: number; baseline: number; ratio: number; low: number; certainty: number }
interface Level { id: string; in_force: boolean; since?: Interval; by?: string; above?: string; t0?: Interval; evidence?: string[]; rise?: Rise; response?: Interval; tell?: string[]; due?: string[]; count: number; possible: number; need?: number; rate?: Rise }
interface LevelTerms { id: string; name?: Texts; words?: Texts; within?: string; after?: string; count?: number; window?: string; severity?: string; confidence?: string; leave?: string; due?: string[]; tell?: string[] }
interface Ladder {
  at: string; episode?: { t0: Interval; proof?: string; last: Interval; breaches: number; persistent?: string }; levels: Level[];
  transitions?: { level: string; is: string; at: Interval; by?: string; counted?: number; evidence?: string[] }[]; clocks: { level?: string; to: string; from: Interval; at: Interval }[]; terms: LevelTerms[];
}
interface Maker { party: string; is?: string; since?: string; steps?: { at: string; from?: string; is: string; move: string; sources?: Quote[]; why?: string }[] }
interface Pledge {
  id: string; by: string[]; to?: string[]; of: string; words: Texts; makers: Maker[]; condition: { condition?: string; truth: string; since?: string; terms?: { term: string; truth: string; decides?: boolean }[] };
  limits?: { id: string; words: Texts; sources?: Quote[] }[]; due: string; owed_by?: string[]; since?: string; deadline?: string; met?: boolean; levels?: string[]; reasons: Reason[]; sources?: Quote[];
}
interface Commitments { at: string; commitments: Pledge[]; due_now: string[]; history: { commitment: string; party: string; at: string; from?: string; is: string; move: string; record?: number }[] }
interface Notice { id: string; at: string; contact: string; party: string; channel: string; state: string; attempts?: number; tried?: string; error?: string; sent?: string; acknowledged?: string; acknowledged_role?: string; acknowledged_at?: string; move?: { level: string; is: string }; reminder?: { of: string; what: Texts; due: string; late: boolean } }

export default function Guarantees() {
  useHash();
  const { query, route } = useLocation();
  const at = query["at"];
  return (
    <Page sections title={t("page.guarantees")} lead={t("guarantees.lead")}>
      <p class="row-form no-print">
        <label>{t("guarantees.at")}<input type="date" value={at ?? ""} min={status.value?.days.first} onChange={e => route("/guarantees" + (e.currentTarget.value ? `?at=${e.currentTarget.value}` : ""))} /></label>
        {at && <a href="/guarantees">{t("terms.latest")}</a>}
      </p>
      <Escalation at={at} />
      <Pledges at={at} />
      {status.value?.audience === "mission" && <><Stationed at={at} /><Told /></>}
    </Page>
  );
}

/** An instant that is known to lie between two: the evidence says no more. */
function Between({ x }: { x: Interval }) {
  const wide = Date.parse(x.latest) - Date.parse(x.earliest);
  return <><Instant at={x.earliest} both />{wide >= 1000 && <small class="grey"> {t("guarantees.within", { span: wide < 60_000 ? t("guarantees.seconds", { n: Math.round(wide / 1000) }) : time.span(wide) })}</small>}</>;
}

function Escalation({ at }: { at: string | undefined }) {
  const load = useLoad(signal => get<Ladder>("/api/v1/ladder", { at }, { signal }), [at, session.value]);
  const x = load.value;
  if (load.failure) return <Failure text={load.failure} />;
  if (!x) return <Waiting />;
  const now = Date.parse(x.at);
  const top = x.levels.filter(l => l.in_force).at(-1);
  const terms = (id: string) => x.terms.find(l => l.id === id);
  return (
    <section aria-labelledby="ladder">
      <h2 id="ladder">{t("guarantees.ladder")}</h2>
      <p class="ladder-now"><b>{top ? said(terms(top.id)?.name) || top.id : t("guarantees.calm")}</b> <small class="grey">{t("guarantees.as-of")} <Instant at={x.at} both /></small></p>
      {x.episode && (
        <dl class="pairs">
          <dt>T0</dt><dd><Between x={x.episode.t0} /> {x.episode.proof && <a href={`/?id=${encodeURIComponent(x.episode.proof)}`}>{t("guarantees.proof")}</a>}</dd>
          <dt>{t("guarantees.last")}</dt><dd><Between x={x.episode.last} /></dd>
          <dt>{t("guarantees.breaches")}</dt><dd>{number(x.episode.breaches, 0)}{x.episode.persistent && <> · {t("guarantees.persistent")} <Instant at={x.episode.persistent} short /></>}</dd>
        </dl>
      )}
      <ol class="ladder" reversed>
        {x.levels.toReversed().map(l => <Rung l={l} terms={terms(l.id)} />)}
      </ol>
      {x.clocks.length > 0 && (
        <Table caption={t("guarantees.clocks")} rows={x.clocks} columns={[
          { name: t("guarantees.clock"), cell: c => <>{t("clock." + c.to)}{c.level && <> <span class="grey">{said(terms(c.level)?.name) || c.level}</span></>}</> },
          { name: t("guarantees.from"), cell: c => <Between x={c.from} /> },
          { name: t("guarantees.when"), cell: c => <><Between x={c.at} />{(c.to === "response-due" || Date.parse(c.at.earliest) > now) && <><br /><Countdown at={c.at.earliest} now={now} /></>}</> },
        ]} />
      )}
      {(x.transitions?.length ?? 0) > 0 && (
        <details><summary>{t("guarantees.history", { n: x.transitions!.length })}</summary>
          <ol class="history">{x.transitions!.map(m => <li><b>{said(terms(m.level)?.name) || m.level}</b> {t("level." + m.is)} <Between x={m.at} />{m.counted ? ` · ${t("guarantees.rests", { n: m.counted })}` : ""}</li>)}</ol>
        </details>
      )}
    </section>
  );
}

function Rung({ l, terms }: { l: Level; terms: LevelTerms | undefined }) {
  return (
    <li class={l.in_force ? "on" : ""}>
      <h3>{said(terms?.name) || l.id} <span class="tag">{t(l.in_force ? "guarantees.in-force" : "guarantees.not-in-force")}</span></h3>
      {terms?.words && <p class="small">{said(terms.words)}</p>}
      <p class="small">
        {l.need ? <span class="meter" title={t("guarantees.count", { n: l.count, of: l.need, most: l.possible })}><i style={{ width: `${Math.min(100, (100 * l.count) / l.need)}%` }} /></span> : null}
        {l.need ? ` ${t("guarantees.count", { n: l.count, of: l.need, most: l.possible })}` : ""}
        {l.rate && ` · ${t("guarantees.rate", { ratio: number(l.rate.ratio, 1), low: number(l.rate.low, 1) })}`}
      </p>
      {l.in_force && l.since && <p class="small">{t("guarantees.since")} <Between x={l.since} />{l.by && ` · ${t("level.by." + l.by)}`}{l.response && <> · {t("guarantees.response")} <Between x={l.response} /></>}</p>}
      {(l.evidence?.length ?? 0) > 0 && <p class="small">{t("guarantees.evidence")}: {l.evidence!.slice(0, 12).map((e, i) => <>{i > 0 && ", "}<a href={`/?id=${encodeURIComponent(e)}`}>{e}</a></>)}</p>}
      {(l.tell ?? terms?.tell ?? []).length > 0 && <p class="small grey">{t("guarantees.tell")}: {(l.tell ?? terms?.tell ?? []).map(who).join(", ")}</p>}
      {(l.due ?? terms?.due ?? []).length > 0 && <p class="small grey">{t("guarantees.makes-due")}: {(l.due ?? terms?.due ?? []).map((d, i) => <>{i > 0 && ", "}<a href={`#pledge-${d}`}>{d}</a></>)}</p>}
    </li>
  );
}

const dueShape: Record<string, Result> = { due: "breach", unknown: "undetermined", "not-due": "consistent" };
const Due = ({ p }: { p: Pledge }) => (
  <span class={`badge ${p.met ? "excepted" : dueShape[p.due] || "none"}`}><b aria-hidden="true">{p.met ? "✓" : p.due === "due" ? "●" : p.due === "unknown" ? "?" : "○"}</b> {t(p.met ? "due.met" : "due." + p.due)}</span>
);
const strength = ["statement", "letter-of-intent", "signed", "ratified"];
const Firm = ({ m }: { m: Maker }) => {
  const n = strength.indexOf(m.is ?? "") + 1;
  return (
    <span class="firm">
      <span class="bars" aria-hidden="true">{n > 0 ? strength.map((_, i) => <i class={i < n ? "on" : ""} />) : "✕"}</span> <b>{party(m.party)}</b> <small>{m.is ? word("firm", m.is) : t("guarantees.not-made")}{m.since && `, ${time.date(new Date(m.since))}`}</small>
    </span>
  );
};

function Pledges({ at }: { at: string | undefined }) {
  const load = useLoad(signal => get<Commitments>("/api/v1/commitments", { at, lang: language.value }, { signal }), [at, language.value, session.value]);
  const [only, filter] = useState("");
  const x = load.value;
  if (load.failure) return <Failure text={load.failure} />;
  if (!x) return <Waiting />;
  const counts = ["due", "unknown", "not-due"].map(d => [d, x.commitments.filter(p => p.due === d && !p.met).length] as const);
  const rows = x.commitments.filter(p => !only || (p.due === only && !p.met));
  return (
    <section aria-labelledby="pledges">
      <h2 id="pledges">{t("guarantees.matrix")}</h2>
      <p class="grey">{t("guarantees.matrix.note")}</p>
      <div class="moves" role="group" aria-label={t("guarantees.by-due")}>
        {counts.map(([d, n]) => <button aria-pressed={only === d} onClick={() => filter(only === d ? "" : d)}><b>{number(n, 0)}</b> {t("due." + d)}</button>)}
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("guarantees.table")}>
        <table class="matrix" role="table">
          <caption class="sr">{t("guarantees.table")}</caption>
          <thead role="rowgroup"><tr role="row">{["pledge", "makers", "condition", "due"].map(c => <th scope="col" role="columnheader">{t("guarantees." + c)}</th>)}</tr></thead>
          <tbody role="rowgroup">{rows.map(p => <Row p={p} now={Date.parse(x.at)} />)}</tbody>
        </table>
      </div>
      {x.history.length > 0 && (
        <details><summary>{t("guarantees.moves", { n: x.history.length })}</summary>
          <Table caption={t("guarantees.moved")} rows={x.history.toReversed()} columns={[
            { name: t("guarantees.when"), cell: h => <Instant at={h.at} short /> },
            { name: t("guarantees.who"), cell: h => party(h.party) },
            { name: t("guarantees.pledge"), cell: h => <a href={`#pledge-${h.commitment}`}>{h.commitment}</a> },
            { name: t("guarantees.change"), cell: h => t("guarantees.changed", { move: t("firmness." + h.move), to: (h.from ? `${word("firm", h.from)} → ` : "") + word("firm", h.is) }) },
          ]} />
        </details>
      )}
    </section>
  );
}

const Row = ({ p, now }: { p: Pledge; now: number }) => (
  <tr role="row" id={`pledge-${p.id}`} class={p.due}>
    <th scope="row" role="rowheader">
      {said(p.words)}
      <details><summary>{t("guarantees.more")}</summary>
        {(p.limits?.length ?? 0) > 0 && <><h4>{t("guarantees.limits")}</h4><ul>{p.limits!.map(l => <li>{said(l.words)}<Quotes list={l.sources} /></li>)}</ul></>}
        <h4>{t("guarantees.why")}</h4><Reasons list={p.reasons} />
        <h4>{t("guarantees.quotes")}</h4><Quotes list={[...(p.sources ?? []), ...p.makers.flatMap(m => m.steps?.flatMap(s => s.sources ?? []) ?? [])].filter((q, i, all) => q.quote && all.findIndex(o => o.quote === q.quote) === i)} />
      </details>
    </th>
    <td role="cell">{p.makers.map(m => <Firm m={m} />)}{(p.to?.length ?? 0) > 0 && <small class="grey">{t("guarantees.to", { who: p.to!.map(party).join(", ") })}</small>}</td>
    <td role="cell">{p.condition.condition ? <><code>{p.condition.condition}</code><br /><b>{word("truth", p.condition.truth)}</b>{p.condition.terms?.filter(k => k.decides && k.term !== p.condition.condition).map(k => <><br /><small>{k.term}: {word("truth", k.truth)}</small></>)}</> : t("guarantees.unconditional")}</td>
    <td role="cell"><Due p={p} />{p.due === "due" && p.owed_by && <><br /><small>{t("guarantees.owed", { who: p.owed_by.map(party).join(", ") })}</small></>}{p.since && <><br /><small class="grey">{t("guarantees.since")} <Instant at={p.since} short /></small></>}{p.deadline && <><br /><Countdown at={p.deadline} now={now} /></>}</td>
  </tr>
);

function Told() {
  const load = useLoad(signal => get<{ notices: Notice[] }>("/api/v1/notices", {}, { signal }), [session.value]);
  const [failed, fail] = useState("");
  if (load.failure) return <Failure text={load.failure} />;
  if (!load.value) return <Waiting />;
  const take = (id: string) => post(`/api/v1/notices/${encodeURIComponent(id)}/ack`, {}).then(() => { fail(""); load.again(); }, e => fail(e instanceof Error ? e.message : String(e)));
  return (
    <section aria-labelledby="notices">
      <h2 id="notices">{t("guarantees.notices")}</h2>
      {failed && <Failure text={failed} />}
      <Table caption={t("guarantees.notices.table")} rows={load.value.notices} empty={t("guarantees.notices.none")} columns={[
        { name: t("guarantees.when"), cell: n => <Instant at={n.at} short /> },
        { name: t("guarantees.what"), cell: n => (n.move ? `${n.move.level} ${t("level." + n.move.is)}` : (n.reminder ? `${said(n.reminder.what)} (${n.reminder.of})` : n.id)) },
        { name: t("guarantees.to-whom"), cell: n => <>{n.contact} <small class="grey">{who(n.party)} · {n.channel}</small></> },
        { name: t("guarantees.became"), cell: n => <>{t("notice." + n.state)}{n.acknowledged && `: ${n.acknowledged}`}{n.error && n.state === "failed" && <><br /><small>{n.error} ({number(n.attempts ?? 0, 0)}×)</small></>}</> },
        { name: t("guarantees.ack"), cell: n => (n.state !== "acknowledged" && can("notify-ack") ? <button onClick={() => void take(n.id)}>{t("guarantees.ack.do")}</button> : "–") },
      ]} />
    </section>
  );
}
