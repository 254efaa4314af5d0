// Who holds how much ground, period by period, with the data's own doubt.
import { useState } from "preact/hooks";
import { api, get } from "../api";
import { number, percent, said, t } from "../i18n";
import { party, session } from "../state";
import * as time from "../time";
import { Failure, Table, Waiting } from "../ui";
import { useLoad } from "../ui/load";

interface Holding { area: string; land_m2: number; held_m2: number; gained_m2: number; lost_m2: number; uncertain_m2?: number }
interface Period { from: string; to: string; held_m2: number; gained_m2: number; lost_m2: number; uncertain_m2?: number; length_m: number; radius_m?: number; areas: Holding[] }
interface Answer { by: string; held_by?: string; source?: string; periods: Period[]; zones: { zone: string; area: string; held_m2: number; other_m2: number }[]; why?: string }

const km2 = (m2: number) => t("unit.km2", { n: number(m2 / 1e6, Math.abs(m2) < 1e7 ? 1 : 0) });
const km = (m: number) => t("unit.km", { n: number(m / 1000, m < 1e5 ? 1 : 0) });
const doubt = (m2: number | undefined) => (m2 ? ` ± ${number(m2 / 1e6, 0)}` : "");

export function Ground() {
  const [chosen, cut] = useState("");
  const load = useLoad(async signal => {
    const of = async (by: string): Promise<Answer> => ({ ...(await get<Answer>("/api/v1/territory", { by }, { signal })), by });
    const x = await of(chosen || "month");
    return chosen || x.periods.length > 2 ? x : of("day"); // a few weeks are told day by day
  }, [chosen, session.value]);
  const x = load.value;
  return (
    <section aria-labelledby="territory">
      <h2 id="territory">{t("issues.territory")}</h2>
      {load.failure && <Failure text={load.failure} />}
      {!x && !load.failure && <Waiting />}
      {x && (x.periods.length === 0 ? <p class="empty">{t("issues.territory.none")}{x.why && <><br /><small>{x.why}</small></>}</p> : <Held x={x} by={chosen || x.by} cut={cut} busy={load.busy} />)}
    </section>
  );
}

function period(p: Period): string {
  const [from, to] = [time.date(new Date(p.from)), time.date(new Date(Date.parse(p.to) - 1))];
  return from === to ? from : `${from} – ${to}`;
}

function Held({ x, by, cut, busy }: { x: Answer; by: string; cut: (by: string) => void; busy: boolean }) {
  const last = x.periods.at(-1)!;
  const terms = useLoad(signal => api.terms(undefined, { signal }), [session.value]);
  const changed = (m2: number) => (m2 >= 5e4 ? km2(m2) : "–");
  const zones = x.zones.filter(z => z.held_m2 + z.other_m2 >= 5e4); // areas' edges differ by as much
  return (
    <div aria-busy={busy}>
      <p class="row-form"><label>{t("issues.by")}<select value={by} onChange={e => cut(e.currentTarget.value)}>{["day", "week", "month", "year"].map(b => <option value={b}>{t("issues.by." + b)}</option>)}</select></label></p>
      <p>{t("issues.held", { party: party(x.held_by), area: km2(last.held_m2) + doubt(last.uncertain_m2) })}{x.source && <small class="grey"> {t("issues.held-source", { source: x.source })}</small>}</p>
      {last.radius_m && <p class="small grey">{t("issues.doubt", { km: km(last.radius_m), length: km(last.length_m) })}</p>}
      <Bars periods={x.periods.slice(-60)} label={t("issues.gains", { party: party(x.held_by) })} />
      <Table caption={t("issues.by-area", { period: period(last) })} rows={last.areas.filter(a => a.held_m2 > 0)} columns={[
        { name: t("zones.area.name"), cell: a => a.area },
        { name: t("issues.col.held"), cell: a => km2(a.held_m2) + doubt(a.uncertain_m2), numeric: true },
        { name: t("issues.col.share"), cell: a => percent(a.held_m2 / a.land_m2), numeric: true },
        { name: t("issues.col.gained"), cell: a => changed(a.gained_m2), numeric: true },
        { name: t("issues.col.lost"), cell: a => changed(a.lost_m2), numeric: true },
      ]} />
      <details><summary>{t("issues.by-period", { n: x.periods.length })}</summary>
        <Table caption={t("issues.periods")} rows={x.periods.toReversed().slice(0, 400)} columns={[
          { name: t("issues.period"), cell: period },
          { name: t("issues.col.held"), cell: p => km2(p.held_m2) + doubt(p.uncertain_m2), numeric: true },
          { name: t("issues.col.gained"), cell: p => changed(p.gained_m2), numeric: true },
          { name: t("issues.col.lost"), cell: p => changed(p.lost_m2), numeric: true },
        ]} />
      </details>
      {zones.length > 0 && <details><summary>{t("issues.zones")}</summary>
        <Table caption={t("issues.zones")} rows={zones} columns={[
          { name: t("issues.zone"), cell: z => said(terms.value?.zones?.find(y => y.id === z.zone)?.name) || z.zone }, { name: t("zones.area.name"), cell: z => z.area },
          { name: t("issues.zone.held", { party: party(x.held_by) }), cell: z => km2(z.held_m2), numeric: true },
          { name: t("issues.zone.other"), cell: z => km2(z.other_m2), numeric: true },
        ]} />
      </details>}
    </div>
  );
}

/** Gains above the line, losses below it, a bar a period. */
function Bars({ periods, label }: { periods: Period[]; label: string }) {
  const w = 720, h = 180, mid = h / 2, most = Math.max(1, ...periods.map(p => Math.max(p.gained_m2, p.lost_m2)));
  const step = w / periods.length, y = (m2: number) => ((mid - 14) * m2) / most;
  const every = Math.ceil(periods.length / 8);
  return (
    <figure class="gains">
      <figcaption>{label}</figcaption>
      <svg viewBox={`0 -10 ${w} ${h + 34}`} role="img" aria-label={label}>
        {periods.map((p, i) => (
          <g>
            <title>{`${time.date(new Date(p.from))}: +${km2(p.gained_m2)} −${km2(p.lost_m2)}`}</title>
            <rect x={i * step + 1} width={Math.max(1, step - 2)} y={mid - y(p.gained_m2)} height={y(p.gained_m2)} fill="var(--zone)" />
            <rect x={i * step + 1} width={Math.max(1, step - 2)} y={mid} height={y(p.lost_m2)} fill="none" stroke="var(--zone)" />
            {i % every === 0 && <text class={(i / every) % 2 ? "second" : undefined} x={i * step + step / 2} y={h + 17} text-anchor="middle">{time.shortDate(new Date(p.from))}</text>}
          </g>
        ))}
        <line x1="0" x2={w} y1={mid} y2={mid} stroke="var(--ink)" />
        <text x="2" y="12">+ {km2(most)}</text><text x="2" y={h - 2}>− {km2(most)}</text>
      </svg>
    </figure>
  );
}
