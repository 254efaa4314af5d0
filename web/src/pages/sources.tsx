// Sources: who reports, how that has turned out, and what nobody watched.
import { useLocation } from "preact-iso/router";
import { useEffect, useState } from "preact/hooks";
import { api, get } from "../api";
import { number, percent, t, word } from "../i18n";
import { towns } from "../map/base";
import { can, session } from "../state";
import * as time from "../time";
import { distance, Failure, Figures, Instant, Page, Waiting } from "../ui";
import { useLoad } from "../ui/load";

interface Of { hits: number; trials: number }
interface Estimate { n: number; value: number; low: number; high: number }
interface Sick { kind: string; seconds?: number; n: number; per_day?: number }
interface Track {
  confirmed: Of; peers: Of; ratio: Estimate; east_m: Estimate; north_m: Estimate; time_s: Estimate; spread_m: number; spread_s: number; held: Of;
  delay_s: Estimate; longest_silence_s: number; silent_s: number; sick?: Sick[];
}
interface Source { name: string; means?: string; observations: number; first: string; last: string; grade?: string; handling?: string; disagrees: number; track?: Track }

interface Point { lat: number; lon: number }
interface Strip { line: string; from: Point; to: Point; length_m: number; by_hour: number[] }
interface Coverage {
  known: boolean; length_m?: number; share: number; never_m: number; by_hour: number[]; day: string; from: string; strips?: Strip[];
  gaps?: { line: string; from: Point; to: Point; length_m: number; near?: string }[];
  means?: { means: string; sources: number; hours: number; range_m: { min: number; max: number } }[];
  silent: number; due: number; held_back: number;
}

export default function Sources() {
  const { query } = useLocation();
  const days = useLoad(signal => api.days({ signal }), [session.value]);
  const [day, choose] = useState(query["day"] ?? "");
  const cover = useLoad(signal => get<Coverage>("/api/v1/coverage", { day }, { signal }), [day, session.value]);
  return (
    <Page sections title={t("page.sources")} lead={t("sources.lead")}>
      <section aria-labelledby="coverage">
        <h2 id="coverage">{t("sources.coverage")}</h2>
        <p class="row-form">
          <label>{t("sources.day")}
            <select value={day || cover.value?.day} onChange={e => choose(e.currentTarget.value)}>
              {(days.value ?? []).map(d => <option value={d.date}>{time.date(new Date(d.date + "T12:00:00Z"), "UTC")}</option>)}
            </select>
          </label>
        </p>
        {cover.failure && <Failure text={cover.failure} />}
        {cover.value ? <Watched cover={cover.value} /> : !cover.failure && <Waiting />}
      </section>
      {can("read-sources") ? <All /> : <p class="notice">{t("sources.closed")}</p>}
    </Page>
  );
}

/** steps is how much of a stretch was watched, in five grades that print. */
const step = (share: number) => (share <= 0 ? 0 : share < 0.25 ? 1 : share < 0.5 ? 2 : share < 0.95 ? 3 : 4);

function Watched({ cover }: { cover: Coverage }) {
  if (!cover.known) return <p class="empty">{t("sources.coverage.unknown")}</p>;
  const hours = cover.by_hour.map((_, h) => time.clock(new Date(Date.parse(cover.from) + h * 3_600_000)));
  return (
    <>
      <Figures list={[
        { name: t("sources.watched"), value: percent(cover.share), note: t("sources.watched.note", { km: number((cover.length_m ?? 0) / 1000, 0) }) },
        { name: t("sources.never"), value: distance(cover.never_m), note: t("sources.never.note") },
        { name: t("sources.silent"), value: `${number(cover.silent, 0)} / ${number(cover.due, 0)}`, note: t("sources.silent.note") },
      ]} />
      {cover.held_back > 0 && <p class="small grey">{t("sources.held-back", { n: cover.held_back })}</p>}
      <Heat cover={cover} hours={hours} />
      <Gaps cover={cover} />
    </>
  );
}

/** Heat is the line by the hour: a row a stretch, a column an hour. */
function Heat({ cover, hours }: { cover: Coverage; hours: string[] }) {
  const strips = cover.strips ?? [];
  const names = useNames(strips), ends = along(strips);
  const rows = strips.length > 0 ? strips.map((s, i) => ({ name: names[i] ?? "", shares: s.by_hour, ends: ends[i]! })) : [{ name: t("sources.line"), shares: cover.by_hour, ends: [0, cover.length_m ?? 0] as const }];
  return (
    <figure class="heat">
      <figcaption>{t("sources.heat", { zone: time.mark(new Date(cover.from)) })}</figcaption>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("sources.heat", { zone: time.mark(new Date(cover.from)) })}>
        <table>
          <thead><tr><th scope="col">{t("sources.stretch")}</th>{hours.map((h, i) => <th scope="col" class={i % 3 ? "minor" : ""}><span>{h}</span></th>)}</tr></thead>
          <tbody>
            {rows.map(r => (
              <tr>
                <th scope="row">{r.name} <small class="grey">{number(r.ends[0] / 1000, 0)}–{t("unit.km", { n: number(r.ends[1] / 1000, 0) })}</small></th>
                {r.shares.map((s, h) => <td class={`h${step(s)}`} title={`${hours[h]}: ${percent(s)}`}><span class="sr">{percent(s)}</span></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="heat-legend small" aria-hidden="true">{["sources.h0", "sources.h1", "sources.h2", "sources.h3", "sources.h4"].map((k, i) => <span><i class={`h${i}`} />{t(k)}</span>)}</p>
    </figure>
  );
}

/** Where each stretch begins and ends, in metres along its line. */
function along(strips: Strip[]): [number, number][] {
  let at = 0;
  return strips.map((s, i) => {
    if (s.line !== strips[i - 1]?.line) at = 0;
    return [at, (at += s.length_m)];
  });
}

/** The largest town within 40 km of each stretch's middle. */
function useNames(strips: Strip[]): string[] {
  const [names, set] = useState<string[]>([]);
  const key = strips.map(s => `${s.from.lat},${s.from.lon}`).join();
  useEffect(() => {
    if (strips.length === 0) return;
    let stale = false;
    const lats = strips.flatMap(s => [s.from.lat, s.to.lat]), lons = strips.flatMap(s => [s.from.lon, s.to.lon]);
    void towns([Math.min(...lons) - 1, Math.min(...lats) - 1, Math.max(...lons) + 1, Math.max(...lats) + 1], true).then(all => {
      if (stale) return;
      set(strips.map(s => {
        const lat = (s.from.lat + s.to.lat) / 2, lon = (s.from.lon + s.to.lon) / 2;
        let best = "", score = 0;
        for (const [name, x, y, people] of all) {
          const km = Math.hypot((y - lat) * 111, (x - lon) * 111 * Math.cos((lat * Math.PI) / 180));
          const now = km < 40 ? Math.sqrt(people) / (km + 5) : 0;
          if (now > score) [best, score] = [name, now];
        }
        return best || `${number(lat, 2)}°, ${number(lon, 2)}°`;
      }));
    });
    return () => { stale = true; };
  }, [key]);
  return names;
}

function Gaps({ cover }: { cover: Coverage }) {
  if (!cover.gaps?.length) return null;
  return (
    <details>
      <summary>{t("sources.gaps", { n: cover.gaps.length })}</summary>
      <ul>{cover.gaps.map(g => <li>{distance(g.length_m)}{g.near && ` · ${t("sources.near", { name: g.near })}`} · {at(g.from)} – {at(g.to)}</li>)}</ul>
    </details>
  );
}
const at = (p: Point) => `${p.lat.toFixed(2)}° ${p.lon.toFixed(2)}°`;

const share = (o: Of) => (o.trials ? o.hits / o.trials : 0);

type Sort = "name" | "observations" | "silent" | "delay" | "disagrees" | "ratio";
const value = (s: Source, by: Sort): number | string => {
  switch (by) {
    case "name": return s.name;
    case "observations": return -s.observations;
    case "silent": return -(s.track?.silent_s ?? 0);
    case "delay": return -(s.track?.delay_s.value ?? 0);
    case "disagrees": return -s.disagrees;
    case "ratio": return s.track?.ratio.value ?? 1;
  }
};

function All() {
  const { query } = useLocation();
  const list = useLoad(signal => get<Source[]>("/api/v1/sources", { since: query["since"], until: query["until"] }, { signal }), [query["since"], query["until"], session.value]);
  const [by, sort] = useState<Sort>("observations");
  const [find, seek] = useState("");
  const [open, show] = useState("");
  if (list.failure) return <Failure text={list.failure} />;
  if (!list.value) return <Waiting />;
  const rows = list.value.filter(s => `${s.name} ${s.means ? word("means", s.means) : ""}`.toLowerCase().includes(find.toLowerCase()))
    .sort((a, b) => { const x = value(a, by), y = value(b, by); return x < y ? -1 : x > y ? 1 : a.name < b.name ? -1 : 1; });
  const sick = list.value.filter(s => s.track?.sick?.length);
  const head = (key: Sort, name: string, n = true) => (
    <th scope="col" class={n ? "n" : ""} aria-sort={by === key ? (key === "name" || key === "ratio" ? "ascending" : "descending") : undefined}>
      <button class="plain sort" onClick={() => sort(key)}>{name}{by === key && <span aria-hidden="true"> ▾</span>}</button>
    </th>
  );
  return (
    <section aria-labelledby="who">
      <h2 id="who">{t("sources.who")}</h2>
      {sick.length > 0 && <p class="notice">{t("sources.sick", { n: sick.length })}: {sick.slice(0, 4).map(s => s.name).join(", ")}{sick.length > 4 && " …"}</p>}
      <p class="row-form"><label>{t("sources.find")}<input type="search" value={find} onInput={e => seek(e.currentTarget.value)} /></label></p>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("sources.table")}>
        <table class="sources">
          <caption class="sr">{t("sources.table")}</caption>
          <thead><tr>
            {head("name", t("sources.source"), false)}<th scope="col">{t("sources.grade")}</th>{head("observations", t("sources.reports"))}
            {head("silent", t("sources.last"))}{head("delay", t("sources.delay"))}{head("disagrees", t("sources.alone"))}{head("ratio", t("sources.ratio"))}
          </tr></thead>
          <tbody>
            {rows.map(s => [
              <tr class={open === s.name ? "open" : ""}>
                <th scope="row"><button class="plain name" aria-expanded={open === s.name} onClick={() => show(open === s.name ? "" : s.name)}>{s.name}</button> <small class="grey">{s.means && word("means", s.means)}</small>
                  {s.track?.sick?.map(k => <span class="tag warn">{t("sources.sick." + k.kind, { n: k.n, s: Math.round(k.seconds ?? 0), d: k.per_day ?? 0 })}</span>)}</th>
                <td>{s.grade ?? "–"}</td>
                <td class="n">{number(s.observations, 0)}</td>
                <td class="n">{s.track ? t("sources.ago", { span: time.span(s.track.silent_s * 1000) }) : <Instant at={s.last} short />}</td>
                <td class="n">{s.track?.delay_s.n ? time.span(s.track.delay_s.value * 1000) : "–"}</td>
                <td class="n">{s.track?.confirmed.trials ? t("sources.of", { share: percent(s.disagrees), n: s.track.confirmed.trials }) : "–"}</td>
                <td class="n">{s.track && s.track.ratio.n > 0 ? <Ratio e={s.track.ratio} /> : "–"}</td>
              </tr>,
              open === s.name && s.track && <tr class="more"><td colSpan={7}><More s={s} track={s.track} /></td></tr>,
            ])}
          </tbody>
        </table>
      </div>
      <p class="small grey">{t("sources.note")}</p>
    </section>
  );
}

/** Ratio is an estimate about 1 with its interval, drawn from 0 to 2. */
const Ratio = ({ e }: { e: Estimate }) => {
  const x = (v: number) => `${Math.max(0, Math.min(100, v * 50))}%`;
  const text = t("sources.estimate", { value: number(e.value, 2), low: number(e.low, 2), high: number(e.high, 2) });
  return (
    <span class="ratio" title={text}>
      <span class="range" aria-hidden="true"><i style={{ left: x(e.low), width: `calc(${x(e.high)} - ${x(e.low)})` }} /><b style={{ left: x(e.value) }} /></span>
      {number(e.value, 2)}<span class="sr"> ({number(e.low, 2)}–{number(e.high, 2)})</span>
    </span>
  );
};

function More({ s, track }: { s: Source; track: Track }) {
  const estimate = (e: Estimate, unit: string) => (e.n ? `${number(e.value, 0)} ${unit} (${number(e.low, 0)} … ${number(e.high, 0)})` : "–");
  return (
    <dl class="pairs">
      <dt>{t("sources.first-last")}</dt><dd><Instant at={s.first} /> – <Instant at={s.last} /></dd>
      <dt>{t("sources.handling")}</dt><dd>{s.handling ?? "–"}</dd>
      <dt>{t("sources.confirmed")}</dt><dd>{t("sources.hits", { hits: track.confirmed.hits, n: track.confirmed.trials })}; {t("sources.peers", { share: percent(share(track.peers)), n: track.peers.trials })}</dd>
      <dt>{t("sources.time-error")}</dt><dd>{estimate(track.time_s, "s")}</dd>
      <dt>{t("sources.place-error")}</dt><dd>{t("sources.east")} {estimate(track.east_m, "m")}; {t("sources.north")} {estimate(track.north_m, "m")}</dd>
      <dt>{t("sources.held")}</dt><dd>{track.held.trials ? t("sources.hits", { hits: track.held.hits, n: track.held.trials }) : "–"}</dd>
      <dt>{t("sources.longest")}</dt><dd>{time.span(track.longest_silence_s * 1000)}</dd>
    </dl>
  );
}
