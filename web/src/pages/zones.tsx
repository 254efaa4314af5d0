// Zones: the negotiator's table. How far each side pulls back, what that costs
// it, and how one plan stands beside another.
import { useLocation } from "preact-iso/router";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Feature } from "geojson";
import { api, post } from "../api";
import { number, percent, said, t } from "../i18n";
import { boundsOf, widen, type Bounds } from "../map/geometry";
import { MapView } from "../map/map";
import { csv, farthest, readPlan, same, writePlan, type Plan } from "../plan";
import { party, session, status } from "../state";
import { Failure, Instant, Page, Table, Waiting } from "../ui";
import { useLoad } from "../ui/load";

interface Share { area: string; land_m2: number; left_m2: number }
interface Side { party?: string; distance_m: number; area_m2: number; pullback_m: number; settlements: number; people: number; uncounted: number; areas?: Share[] }
interface Measured { line_m: number; left: Side; right: Side; asymmetry: number; equal?: { party?: string; on_left: boolean; distance_m: number; area_m2: number } }
interface Answer { at: string; line: string; version: string; from: string; source?: string; areas: boolean; plans: Measured[]; settlements_by?: string[]; features: { features: Feature[] }[] }
interface Result { plan: Plan; measured: Measured; features: Feature[]; answer: Answer }

const km2 = (m2: number) => t("unit.km2", { n: number(m2 / 1e6, m2 < 1e8 ? 1 : 0) });
const km = (m: number) => t("unit.km", { n: number(m / 1000, 1) });

export default function Zones() {
  const { query, route } = useLocation();
  const lines = useLoad(api.lines, [session.value?.account]);
  const areas = useLoad(api.areas, [session.value?.account]);
  if (lines.failure) return <Page sections title={t("page.zones")}><Failure text={lines.failure} /></Page>;
  if (!lines.value) return <Page sections title={t("page.zones")}><Waiting /></Page>;
  const drawn = lines.value.filter(l => l.properties?.["left"] && l.properties["right"]);
  const line = drawn.find(l => l.properties!["id"] === query["line"]) ?? drawn[0];
  if (!line) return <Page sections title={t("page.zones")} lead={t("zones.lead")}><p class="empty">{t("zones.no-line")}</p></Page>;
  return (
    <Page sections title={t("page.zones")} lead={t("zones.lead")}>
      {drawn.length > 1 && (
        <p class="row-form"><label>{t("zones.line")}
          <select value={String(line.properties!["id"])} onChange={e => route(`/zones?line=${encodeURIComponent(e.currentTarget.value)}`)}>
            {drawn.map(l => <option value={l.properties!["id"]}>{String(l.properties!["name"] ?? l.properties!["id"])}</option>)}
          </select>
        </label></p>
      )}
      <Bench key={line.properties!["id"]} line={line} areas={areas.value ?? []} />
    </Page>
  );
}

function Bench({ line, areas }: { line: Feature; areas: Feature[] }) {
  const id = String(line.properties!["id"]), sides = [String(line.properties!["left"]), String(line.properties!["right"])] as const;
  const { query } = useLocation();
  const storage = `plans ${status.value?.agreement} ${id}`;
  const [plan, set] = useState<Plan>(() => readPlan(query["plan"], [...sides]) ?? { [sides[0]]: 15_000, [sides[1]]: 15_000 });
  const [together, couple] = useState(plan[sides[0]] === plan[sides[1]]);
  const [result, show] = useState<Result>();
  const [failed, fail] = useState("");
  const [busy, work] = useState(false);
  const [others, pin] = useState<Result[]>([]);
  const known = useRef(new Map<string, Result>());

  async function measure(plans: Plan[], signal?: AbortSignal): Promise<Result[]> {
    const missing = plans.filter(p => !known.current.has(writePlan(p)));
    if (missing.length > 0) {
      const answer = await post<Answer>("/api/v1/withdrawals", { line: id, plans: missing }, signal ? { signal } : {});
      missing.forEach((p, i) => known.current.set(writePlan(p), { plan: p, measured: answer.plans[i]!, features: answer.features[i]?.features ?? [], answer }));
    }
    return plans.map(p => known.current.get(writePlan(p))!);
  }

  // What is moved is measured as soon as the hand rests.
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const url = new URL(location.href);
      url.searchParams.set("plan", writePlan(plan));
      history.replaceState(history.state, "", url);
      work(true);
      measure([plan], stop.signal).then(([r]) => { show(r); fail(""); work(false); }, e => {
        if (stop.signal.aborted) return;
        fail(String(e instanceof Error ? e.message : e));
        work(false);
      });
    }, known.current.has(writePlan(plan)) ? 0 : 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [plan]);

  useEffect(() => {
    let list: Plan[] = [];
    try {
      list = (JSON.parse(localStorage.getItem(storage) ?? "[]") as string[]).map(s => readPlan(s, [...sides])).filter(p => p !== null);
    } catch { /* it was not this page that wrote it */ }
    if (list.length > 0) measure(list.slice(0, 8)).then(pin, () => {});
  }, []);
  const keep = (list: Result[]) => {
    localStorage.setItem(storage, JSON.stringify(list.map(r => writePlan(r.plan))));
    pin(list);
  };

  const move = (side: string, metres: number) => {
    const m = Math.max(0, Math.min(farthest, Math.round(metres)));
    set(together ? { [sides[0]]: m, [sides[1]]: m } : { ...plan, [side]: m });
  };

  const bounds = useMemo<Bounds>(() => widen(boundsOf([line])!, 0.06), [line]);
  const zones = useMemo(() => (result?.features ?? []).filter(f => f.properties?.["kind"] !== "pull-back line").map(f => {
    const index = f.properties!["kind"] === "equal-area line" ? 2 : f.properties!["party"] === sides[0] ? 0 : 1;
    return { ...f, properties: { ...f.properties, id: ["left", "right", "equal"][index], index } };
  }).sort((a, b) => a.properties.index - b.properties.index), [result]);

  const rows = others.some(o => same(o.plan, plan)) || !result ? others : [result, ...others];
  const equal = result?.measured.equal;
  return (
    <>
      <div class="bench">
        <section aria-labelledby="bench-plan" aria-busy={busy}>
          <h2 id="bench-plan">{t("zones.plan")}</h2>
          {sides.map((s, i) => <Slider party={s} index={i} metres={plan[s]!} move={m => move(s, m)} />)}
          <label class="beside"><input type="checkbox" checked={together} onChange={e => { couple(e.currentTarget.checked); if (e.currentTarget.checked) set({ [sides[0]]: plan[sides[0]]!, [sides[1]]: plan[sides[0]]! }); }} />{t("zones.together")}</label>
          {failed && <Failure text={failed} />}
          {result ? <Scales r={result.measured} sides={sides} /> : !failed && <Waiting />}
          {result && (
            <p class="asymmetry" aria-live="polite">
              {Math.abs(result.measured.asymmetry) < 0.005 ? t("zones.even") : t("zones.uneven", { party: party(result.measured.asymmetry > 0 ? sides[0] : sides[1]), share: percent(Math.abs(result.measured.asymmetry)) })}{" "}
              {equal && Math.abs(equal.distance_m - plan[equal.on_left ? sides[0] : sides[1]]!) >= 1 && (
                <>
                  {t("zones.equal", { party: party(equal.on_left ? sides[0] : sides[1]), km: km(equal.distance_m), area: km2(equal.area_m2) })}{" "}
                  <button onClick={() => { couple(false); set({ ...plan, [equal.on_left ? sides[0] : sides[1]]: Math.round(equal.distance_m) }); }}>{t("zones.equal.do")}</button>
                </>
              )}
            </p>
          )}
          <p class="actions">
            <button onClick={() => result && keep([result, ...others.filter(o => !same(o.plan, result.plan))].slice(0, 8))} disabled={!result || busy || others.some(o => same(o.plan, plan))}>{t("zones.keep")}</button>
          </p>
        </section>
        <div class="bench-map">
          <MapView bounds={bounds} label={t("zones.map", { left: party(sides[0]), right: party(sides[1]) })} lines={[line]} zones={zones} areas={areas} incidents={[]} />
          <p class="bench-legend small">
            {sides.map((s, i) => <span><i class={`z${i}`} />{t("zones.leaves", { party: party(s) })}</span>)}<span><i class="z2" />{t("zones.legend.equal")}</span><span><i class="zl" />{t("zones.legend.line")}</span> <span class="grey">Natural Earth · GeoNames</span>
          </p>
        </div>
      </div>
      {result && <Provenance a={result.answer} line={line} />}
      <section aria-labelledby="bench-compare">
        <h2 id="bench-compare">{t("zones.compare")}</h2>
        <Compare rows={rows} sides={sides} now={plan} load={p => { couple(p[sides[0]] === p[sides[1]]); set(p); }} drop={p => keep(others.filter(o => !same(o.plan, p)))} />
        <Downloads rows={rows} sides={sides} name={id} />
      </section>
      {result?.answer.areas && (
        <section aria-labelledby="bench-areas"><h2 id="bench-areas">{t("zones.areas")}</h2><Areas r={result.measured} sides={sides} /></section>
      )}
    </>
  );
}

function Slider({ party: id, index, metres, move }: { party: string; index: number; metres: number; move: (m: number) => void }) {
  const [typed, type] = useState<string>();
  const top = metres > 60_000 ? farthest : 60_000;
  return (
    <div class={`slider z${index}`}>
      <label for={`slider-${index}`}>{party(id)}</label>
      <input id={`slider-${index}`} type="range" min="0" max={top} step="500" value={metres} aria-valuetext={km(metres)} onInput={e => move(Number(e.currentTarget.value))} />
      <span class="with">
        <input aria-label={t("zones.km", { party: party(id) })} inputMode="decimal" size={5} value={typed ?? number(metres / 1000, 2)}
          onInput={e => { type(e.currentTarget.value); const v = Number(e.currentTarget.value.replace(",", ".")); if (e.currentTarget.value.trim() && Number.isFinite(v) && v >= 0) move(v * 1000); }} onBlur={() => type(undefined)} />
        <span>km</span>
      </span>
    </div>
  );
}

/** Scales put what the one side leaves beside what the other leaves. */
function Scales({ r, sides }: { r: Measured; sides: readonly [string, string] }) {
  const none = r.left.settlements + r.right.settlements === 0, uncounted = r.left.uncounted + r.right.uncounted;
  const all: { name: string; of: (s: Side) => number; say: (s: Side) => string }[] = [
    { name: t("zones.area"), of: s => s.area_m2, say: s => km2(s.area_m2) },
    { name: t("zones.settlements"), of: s => s.settlements, say: s => number(s.settlements, 0) },
    { name: t("zones.people"), of: s => s.people, say: s => number(s.people, 0) },
    { name: t("zones.length"), of: s => s.pullback_m, say: s => km(s.pullback_m) },
  ];
  const rows = none ? [all[0]!, all[3]!] : all;
  return (
    <table class="scales">
      <caption class="sr">{t("zones.scales")}</caption>
      <thead><tr><th scope="col" class="n">{party(sides[0])}</th><th scope="col"><span class="sr">{t("zones.what")}</span></th><th scope="col">{party(sides[1])}</th></tr></thead>
      <tbody>
        {rows.map(x => {
          const [a, b] = [x.of(r.left), x.of(r.right)], most = Math.max(a, b, 1e-9);
          return (
            <tr>
              <td class="n"><span class="weigh"><i class="z0" style={{ width: `${(100 * a) / most}%` }} /></span><b>{x.say(r.left)}</b></td>
              <th scope="row">{x.name}</th>
              <td><span class="weigh"><i class="z1" style={{ width: `${(100 * b) / most}%` }} /></span><b>{x.say(r.right)}</b></td>
            </tr>
          );
        })}
      </tbody>
      {(none || uncounted > 0) && <tfoot><tr><td colSpan={3} class="small grey">{none ? t("zones.no-settlements") : t("zones.uncounted", { n: uncounted })}</td></tr></tfoot>}
    </table>
  );
}

const Provenance = ({ a, line }: { a: Answer; line: Feature }) => (
  <p class="small grey">{t("zones.from", { line: said(line.properties!["name"] as string) || a.line, version: a.version })} <Instant at={a.at} both />{a.source && ` · ${a.source}`}{a.settlements_by && ` · ${t("zones.settlements-by", { names: a.settlements_by.join(", ") })}`}</p>
);

function Compare({ rows, sides, now, load, drop }: { rows: Result[]; sides: readonly [string, string]; now: Plan; load: (p: Plan) => void; drop: (p: Plan) => void }) {
  const two = (f: (s: Side) => string) => (r: Result) => <>{f(r.measured.left)}<br />{f(r.measured.right)}</>;
  return (
    <Table caption={t("zones.compare.table", { left: party(sides[0]), right: party(sides[1]) })} rows={rows} empty={t("zones.compare.none")} columns={[
      { name: t("zones.plan"), cell: r => <span class={same(r.plan, now) ? "plan-now" : ""}>{sides.map(s => <>{party(s)}: <b>{km(r.plan[s]!)}</b><br /></>)}{same(r.plan, now) && <small>{t("zones.shown")}</small>}</span> },
      { name: t("zones.area"), cell: two(s => km2(s.area_m2)), numeric: true },
      { name: t("zones.settlements"), cell: two(s => number(s.settlements, 0)), numeric: true },
      { name: t("zones.people"), cell: two(s => number(s.people, 0)), numeric: true },
      { name: t("zones.length"), cell: two(s => km(s.pullback_m)), numeric: true },
      { name: t("zones.asymmetry"), cell: r => t("zones.percent", { n: number(Math.abs(r.measured.asymmetry) * 100, 1), party: Math.abs(r.measured.asymmetry) < 0.0005 ? "" : party(r.measured.asymmetry > 0 ? sides[0] : sides[1]) }), numeric: true },
      { name: t("zones.do"), cell: r => <span class="actions"><button onClick={() => load(r.plan)} disabled={same(r.plan, now)}>{t("zones.load")}</button><button onClick={() => drop(r.plan)}>{t("zones.drop")}</button></span> },
    ]} />
  );
}

function save(name: string, type: string, text: string) {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob([text], { type }));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}

function Downloads({ rows, sides, name }: { rows: Result[]; sides: readonly [string, string]; name: string }) {
  const table = () => csv([
    ["line", "line_version", "at", "party", "distance_m", "area_m2", "settlements", "people", "settlements_uncounted", "pullback_m", "asymmetry", "plan"],
    ...rows.flatMap(r => [r.measured.left, r.measured.right].map((s, i) => [
      r.answer.line, r.answer.version, r.answer.at, s.party ?? sides[i]!, s.distance_m, s.area_m2, s.settlements, s.people, s.uncounted, s.pullback_m, r.measured.asymmetry, writePlan(r.plan),
    ])),
  ]);
  const features = () => JSON.stringify({ type: "FeatureCollection", features: rows.flatMap(r => r.features.map(f => ({ ...f, properties: { ...f.properties, plan: writePlan(r.plan) } }))) });
  return (
    <p class="actions">
      <button disabled={rows.length === 0} onClick={() => save(`${name}-plans.geojson`, "application/geo+json", features())}>{t("zones.geojson")}</button>
      <button disabled={rows.length === 0} onClick={() => save(`${name}-plans.csv`, "text/csv;charset=utf-8", table())}>{t("zones.csv")}</button>
    </p>
  );
}

function Areas({ r, sides }: { r: Measured; sides: readonly [string, string] }) {
  const all = new Map<string, { land: number; left: number; right: number }>();
  for (const [side, shares] of [["left", r.left.areas ?? []], ["right", r.right.areas ?? []]] as const) {
    for (const s of shares) all.set(s.area, { ...(all.get(s.area) ?? { land: s.land_m2, left: 0, right: 0 }), [side]: s.left_m2 });
  }
  const rows = [...all].map(([area, v]) => ({ area, ...v })).filter(v => v.left + v.right > 0).sort((a, b) => b.left + b.right - a.left - a.right);
  const cell = (v: number, land: number) => (v > 0 ? `${km2(v)} · ${percent(v / land)}` : "–");
  return (
    <Table caption={t("zones.areas.table")} rows={rows} columns={[
      { name: t("zones.area.name"), cell: v => v.area },
      { name: party(sides[0]), cell: v => cell(v.left, v.land), numeric: true },
      { name: party(sides[1]), cell: v => cell(v.right, v.land), numeric: true },
    ]} />
  );
}
