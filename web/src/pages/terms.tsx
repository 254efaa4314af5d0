// The agreement as a document; beside each provision how it stands.
import { useLocation } from "preact-iso/router";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Feature } from "geojson";
import { api, type Deadline, type Provision, type Result, type Source, type State, type Terms, type Why } from "../api";
import { number, percent, said, t } from "../i18n";
import { boundsOf, widen, type Bounds } from "../map/geometry";
import { SvgMap } from "../map/svg";
import { party, status } from "../state";
import * as time from "../time";
import { Failure, Severity, Symbol, Table, Waiting } from "../ui";
import { useHash } from "../ui/hash";
import { useLoad } from "../ui/load";
import { Spark } from "../ui/spark";

const states: State[] = ["breached", "undetermined", "waiting", "kept", "not-in-force"];
const shape: Record<State, Result> = { breached: "breach", undetermined: "undetermined", kept: "excepted", waiting: "consistent", "not-in-force": "" };
const Stands = ({ state }: { state: State }) => <span class={`badge ${shape[state] || "none"}`}><Symbol result={shape[state]} occurrence={state === "waiting" ? "reported" : "verified"} />{t("state." + state)}</span>;

export default function TermsPage() {
  const { query, route } = useLocation();
  const at = query["at"];
  const terms = useLoad(signal => api.terms(at, { signal }), [at, status.value?.audience]);
  const zones = useLoad(api.zones, []);
  const lines = useLoad(api.lines, []);
  const [only, choose] = useState<State | undefined>(undefined);
  const x = terms.value;
  useHash();
  const bounds = useMemo<Bounds>(() => widen(boundsOf(lines.value ?? []) ?? [-20, 30, 50, 65], 0.18), [lines.value]);
  if (!x) return <div class="page"><h1>{t("page.terms")}</h1>{terms.failure ? <Failure text={terms.failure} /> : <Waiting />}</div>;

  const groups = new Map<string, Provision[]>();
  for (const p of x.provisions) {
    if (only && p.state !== only) continue;
    const g = /^[^.\d]+/.exec(p.article ?? "")?.[0] ?? "";
    groups.set(g, [...(groups.get(g) ?? []), p]);
  }
  const due = x.provisions.flatMap(p => p.deadlines).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <article class="page terms">
      <header class="terms-title">
        <h1>{said(x.title)}</h1>
        {x.summary && <p class="terms-summary">{said(x.summary)}</p>}
        <p class="small grey">{[x.standing && t("terms.standing", { is: t("standing." + x.standing) }), `${x.agreement} · ${x.version}`].filter(Boolean).join(" · ")}</p>
      </header>

      <div class="terms-bar no-print">
        <div role="group" aria-label={t("terms.by-state")} class="terms-states">
          {states.map(s => {
            const n = x.provisions.filter(p => p.state === s).length;
            return n > 0 && <button aria-pressed={only === s} onClick={() => choose(only === s ? undefined : s)}><b>{number(n)}</b> <Stands state={s} /></button>;
          })}
        </div>
        <label class="beside">{t("terms.at")}<input type="date" value={time.day(new Date(x.at))} min={status.value?.days.first} onChange={e => route("/terms" + (e.currentTarget.value ? `?at=${e.currentTarget.value}` : ""))} /></label>
        {at && <a href="/terms">{t("terms.latest")}</a>}
      </div>
      <p class="small grey">{t("terms.window", { days: Math.round(x.window_s / 86400), at: time.local(new Date(x.at)) })}</p>

      {due.length > 0 && !only && <section class="terms-due"><h2>{t("terms.deadlines")}</h2><Deadlines list={due} at={x.at} now={!at} /></section>}

      {[...groups].map(([g, list]) => (
        <section class="terms-group">
          <h2>{g ? t("terms.part", { part: g }) : t("terms.provisions")}</h2>
          {list.map(p => <One p={p} terms={x} zones={zones.value ?? []} lines={lines.value ?? []} bounds={bounds} />)}
        </section>
      ))}

      {!only && (
        <>
          {x.definitions && (
            <section><h2>{t("terms.definitions")}</h2>
              <dl class="terms-definitions">{x.definitions.map(d => <div><dt>{d.term}{d.by && <span class="grey"> · {party(d.by)}</span>}</dt><dd>{said(d.words)}<Cited list={d.why} texts={x.texts} /></dd></div>)}</dl>
            </section>
          )}
          {x.thresholds && (
            <section><h2>{t("terms.thresholds")}</h2>
              <Table caption={t("terms.thresholds-caption")} rows={x.thresholds} columns={[
                { name: t("terms.provision"), cell: r => (r.provision ? <a href={`#${r.provision}`}>{r.provision}</a> : t("terms.every")) },
                { name: t("terms.occurrence"), numeric: true, cell: r => (r.occurrence ? percent(r.occurrence) : "") },
                { name: t("terms.breach"), numeric: true, cell: r => (r.breach ? percent(r.breach) : "") },
                { name: t("terms.attribution"), numeric: true, cell: r => (r.attribution ? percent(r.attribution) : "") },
              ]} />
            </section>
          )}
          {x.scales.severity && <section><h2>{t("col.severity")}</h2><dl class="terms-definitions">{x.scales.severity.map(s => <div><dt><Severity value={s.id} /> {said(s.name)}</dt><dd>{said(s.words)}</dd></div>)}</dl></section>}
          {x.texts && <section><h2>{t("terms.texts")}</h2><ol class="terms-texts small">{x.texts.map(s => <li id={`text-${s.id}`}><Titled s={s} /></li>)}</ol></section>}
        </>
      )}
    </article>
  );
}

function One({ p, terms, zones, lines, bounds }: { p: Provision; terms: Terms; zones: Feature[]; lines: Feature[]; bounds: Bounds }) {
  const zone = zones.findIndex(z => z.properties?.["id"] === p.zone);
  const zoneName = p.zone && (said(terms.zones?.find(z => z.id === p.zone)?.name) || zones[zone]?.properties?.["name"] || p.zone);
  const total = p.counts.breach + p.counts.undetermined + p.counts.excepted + p.counts.consistent;
  return (
    <section class="provision" id={p.id}>
      <div class="provision-text">
        <h3><a href={`#${p.id}`}>{p.article ?? p.id}</a></h3>
        <div>
          <p class="words">{said(p.words)}</p>
          <p class="small grey">{[zoneName && t("terms.in-zone", { zone: String(zoneName) }), p.from && t("terms.from", { at: time.local(new Date(p.from)) }), p.until && t("terms.until", { at: time.local(new Date(p.until)) }), p.binds?.length && t("terms.binds", { parties: p.binds.map(party).join(", ") })].filter(Boolean).join(" · ")}</p>
          <Cited list={p.why} texts={terms.texts} />
          {p.deadlines.length > 0 && <Deadlines list={p.deadlines} at={terms.at} now={false} brief />}
        </div>
      </div>
      <aside class="provision-stands" aria-label={t("terms.stands", { id: p.article ?? p.id })}>
        <p><Stands state={p.state} />{p.severity && <> <Severity value={p.severity} /></>}</p>
        {total > 0 && (
          <>
            <Spark days={p.per_day} label={t("terms.by-day")} />
            <p class="small"><a href={`/?provision=${p.id}&since=${status.value?.first ?? ""}`}>{t("terms.counts", { breach: p.counts.breach, undetermined: p.counts.undetermined, excepted: p.counts.excepted })}</a></p>
          </>
        )}
      </aside>
      <div class="provision-map">
        {zone >= 0 && <SvgMap bounds={bounds} width={180} towns={0} names={(terms.zones ?? []).map(z => z.id)} label={t("terms.zone-map", { zone: String(zoneName) })} lines={lines} zones={[zones[zone]!]} chosenZone={p.zone} areas={[]} incidents={[]} />}
      </div>
    </section>
  );
}

// Cited is on what a term rests: the texts, with their words where they are quoted.
function Cited({ list, texts }: { list: Why[] | undefined; texts: Source[] | undefined }) {
  if (!list?.length) return null;
  return (
    <ul class="cited small">
      {list.map(w => {
        const s = texts?.find(s => s.id === w.text);
        return <li>{w.quote && <q lang={s?.language}>{w.quote}</q>} <cite>{s ? <a href={`#text-${s.id}`}>{s.publisher ?? said(s.title)}</a> : w.text === "assumed" ? t("terms.assumed") : w.text}{w.article && `: ${w.article}`}</cite></li>;
      })}
    </ul>
  );
}

const Titled = ({ s }: { s: Source }) => (
  <>{s.url ? <a href={s.url} rel="noreferrer noopener">{said(s.title)}</a> : said(s.title)}{s.publisher && <span class="grey">. {s.publisher}</span>}{s.date && <span class="grey">, {time.date(new Date(s.date))}</span>}</>
);

// Deadlines are what is due when, with the time that is left; without now the
// time is counted from the instant that is looked at.
function Deadlines({ list, at, now, brief = false }: { list: Deadline[]; at: string; now: boolean; brief?: boolean }) {
  const [clock, tick] = useState(Date.now());
  useEffect(() => {
    if (!now) return;
    const id = setInterval(() => tick(Date.now()), 30000);
    return () => clearInterval(id);
  }, [now]);
  const from = now ? clock : Date.parse(at);
  const left = (d: Deadline) => {
    const ms = Date.parse(d.at) - from;
    return ms > 0 ? <b>{t("terms.left", { span: time.span(ms) })}</b> : <span class="grey">{t("terms.ago", { span: time.span(ms) })}</span>;
  };
  const met = (d: Deadline) => (d.passed ? (d.result === "consistent" ? <span class="badge excepted"><Symbol result="excepted" />{t("terms.met")}</span> : d.result === "breach" ? <span class="badge breach"><Symbol result="breach" />{t("terms.not-met")}</span> : d.result ? <span class="badge undetermined"><Symbol result="undetermined" />{t("result.undetermined")}</span> : t("terms.no-finding")) : t("terms.running"));
  if (brief) return <ul class="due">{list.map(d => <li><time dateTime={d.at}>{time.local(new Date(d.at))}</time> {d.stage && <b>{said(d.words)}</b>} {met(d)} {left(d)}</li>)}</ul>;
  return (
    <Table caption={t("terms.deadlines-caption")} hideCaption rows={list} columns={[
      { name: t("terms.provision"), cell: d => <a href={`#${d.provision}`}>{d.article ?? d.provision}</a> },
      { name: t("terms.what"), cell: d => said(d.words) },
      { name: t("terms.who"), cell: d => (d.parties ?? []).map(party).join(", ") },
      { name: t("terms.due"), cell: d => <time dateTime={d.at} title={time.utc(new Date(d.at))}>{time.local(new Date(d.at))}</time> },
      { name: t("terms.countdown"), cell: left },
      { name: t("terms.stands-short"), cell: met },
    ]} />
  );
}
