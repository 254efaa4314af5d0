// Who stands where, against what was promised.
import { useMemo } from "preact/hooks";
import { api, get, type Result, type Summary } from "../api";
import { number, percent, t } from "../i18n";
import { boundsOf, widen, type Bounds } from "../map/geometry";
import { SvgMap } from "../map/svg";
import { can, party, session } from "../state";
import { Badge, distance, Failure, Instant, Table, Waiting } from "../ui";
import { Behind, unseen } from "../ui/form";
import { useLoad } from "../ui/load";
import { Declare } from "./guarantees-declare";

export interface Declared {
  id: string; source: string; ref: string; kind: string; name?: string; party: string; host?: string; force?: string; weapon?: string; agrees?: string; commitment?: string;
  count?: number; count_min?: number; count_max?: number; position?: { lat: number; lon: number }; radius_m?: number; distance_m?: number; side?: string; from: string; until?: string; handling?: string;
  checks?: { finding: string; of: string; limit?: string; result: Result; probability: number }[];
}
interface Posture {
  at: string; withheld?: number; declared: Declared[];
  ceilings: { of: string; limit?: string; result: Result; probability: number; party?: string; host?: string; max: number; least: number; most: number; open?: boolean }[];
}

/** Of what kind it is, and in which country or to whose forces. */
const of = (d: Declared) => (d.kind === "host" ? t(`declare.agrees.${d.agrees === "yes" ? "yes" : "no"}.to`, { who: d.host ? party(d.host) : t("declare.everybody") }) : t("posture." + d.kind) + (d.host ? ` · ${t("guarantees.in", { host: party(d.host) })}` : ""));

/** How many it says that it is. */
const strength = (d: Declared) => {
  const least = d.count_min || d.count || 0, most = d.count_max || Math.max(d.count ?? 0, least);
  return most === 0 ? "–" : least === most ? number(most, 0) : `${number(least, 0)}–${number(most, 0)}`;
};

export function Stationed({ at }: { at: string | undefined }) {
  const load = useLoad(signal => get<Posture>("/api/v1/posture", { at }, { signal }), [at, session.value]);
  const lines = useLoad(api.lines, [session.value?.account]);
  const x = load.value;
  const marks = useMemo(() => (x?.declared ?? []).filter(d => d.position).map((d): Summary => ({
    id: d.id, from: d.from, to: d.from, lat: d.position!.lat, lon: d.position!.lon, radius_m: d.radius_m ?? 0, activity: "presence", probability: 1, occurrence: "verified", severity: "S2",
    result: d.checks?.some(c => c.result === "breach") ? "breach" : d.checks?.some(c => c.result === "undetermined") ? "undetermined" : "consistent", sources: 1,
  })), [x]);
  const bounds = useMemo<Bounds | undefined>(() => {
    const all = boundsOf([...(lines.value ?? []), ...marks.map(m => ({ type: "Feature" as const, properties: {}, geometry: { type: "Point" as const, coordinates: [m.lon!, m.lat!] } }))]);
    return all && widen(all, 0.1);
  }, [lines.value, marks]);
  if (load.failure) return <Failure text={load.failure} />;
  if (!x) return <Waiting />;
  const beyond = x.declared.length + x.ceilings.length === 0;
  return (
    <section aria-labelledby="posture">
      <h2 id="posture">{t("guarantees.posture")}</h2>
      {(x.withheld ?? 0) > 0 && <p class="small grey">{t("guarantees.withheld", { n: x.withheld ?? 0 })}</p>}
      {beyond ? <p class="empty">{t("guarantees.posture.none")}</p> : (
        <div class="bench stands">
          <div>
            <Table caption={t("guarantees.declared")} rows={x.declared} empty={t("guarantees.posture.none")} columns={[
              { name: t("guarantees.thing"), cell: d => <>{d.name ?? d.id}<br /><small class="grey">{of(d)} · {t("guarantees.since")} <Instant at={d.from} short />{d.until && <> – <Instant at={d.until} short /></>}</small></> },
              { name: t("guarantees.who"), cell: d => party(d.party) },
              { name: t("guarantees.strength"), cell: strength, numeric: true },
              { name: t("guarantees.to-line"), cell: d => (d.distance_m ? distance(d.distance_m) : "–"), numeric: true },
              { name: t("guarantees.checks"), cell: d => <Checks list={d.checks ?? []} /> },
            ]} />
            {x.ceilings.length > 0 && <Table caption={t("guarantees.ceilings")} rows={x.ceilings} columns={[
              { name: t("guarantees.limit"), cell: c => `${c.of}${c.limit ? `.${c.limit}` : ""}` },
              { name: t("guarantees.who"), cell: c => [c.party, c.host].filter(Boolean).map(p => party(p)).join(" · ") || "–" },
              { name: t("guarantees.of-max"), cell: c => `${number(c.least, 0)}${c.most !== c.least ? `–${number(c.most, 0)}` : ""} / ${number(c.max, 0)}`, numeric: true },
              { name: t("guarantees.checks"), cell: c => <Badge result={c.result} /> },
            ]} />}
          </div>
          {bounds && marks.length > 0 && <figure class="posture-map"><SvgMap bounds={bounds} label={t("guarantees.posture.map")} lines={lines.value ?? []} zones={[]} areas={[]} incidents={marks} width={560} describe={m => x.declared.find(d => d.id === m.id)?.name ?? m.id} /></figure>}
        </div>
      )}
      {can("declare") && (
        <Behind label={t("declare.new")}>
          {done => <Declare known={x.declared} done={(record, from) => { done(record, unseen(from, x, at)); load.again(); }} />}
        </Behind>
      )}
    </section>
  );
}

/** The limits that a thing is held against: what is beyond one, or can't be told; those that are kept behind their number. */
function Checks({ list }: { list: NonNullable<Declared["checks"]> }) {
  const name = (c: (typeof list)[number]) => `${c.of}${c.limit ? `.${c.limit}` : ""}`;
  const kept = list.filter(c => c.result === "consistent");
  if (list.length === 0) return <>–</>;
  return (
    <>
      {list.filter(c => c.result !== "consistent").map(c => <div><Badge result={c.result} /> <small>{name(c)} ({percent(c.probability)})</small></div>)}
      {kept.length > 0 && <details><summary>{t("guarantees.kept", { n: kept.length })}</summary><ul class="serials small">{kept.map(c => <li>{name(c)}</li>)}</ul></details>}
    </>
  );
}
