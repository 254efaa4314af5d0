import { counted, type Provision, type Result, type Summary, type Zone } from "../api";
import { number, percent, said, t, word } from "../i18n";
import type { Connection } from "../live";
import { dashes, zoneToken } from "../map/style";
import { party, status } from "../state";
import * as time from "../time";
import { Severity, Symbol, Tag } from "../ui";
import { resultName, results } from "../ui/symbol";

// Live says whether the page hears of what is new.
export const Live = ({ state }: { state: Connection }) => (
  <span class={`live ${state}`} role="status"><i aria-hidden="true" />{t("live." + state)}</span>
);

// List is incidents, the newest first, by day.
export function List({ rows, fresh, onSelect }: { rows: Summary[]; fresh: string[]; onSelect: (id: string) => void }) {
  if (!rows.length) return <p class="empty">{status.value?.audience === "public" ? t("now.none-public") : t("now.none")}</p>;
  const days: [string, Summary[]][] = [];
  for (const r of rows) {
    const d = time.day(new Date(r.from));
    if (days.at(-1)?.[0] !== d) days.push([d, []]);
    days.at(-1)![1].push(r);
  }
  return (
    <div class="incidents">
      {days.map(([d, list]) => (
        <section>
          <h3>{time.longDate(new Date(d + "T12:00:00Z"), "UTC")}</h3>
          <ol>
            {list.map(i => {
              const at = new Date(i.from), n = counted(i.count);
              return (
                <li class={fresh.includes(i.id) ? "fresh" : ""}>
                  <a href={`?id=${i.id}`} onClick={e => { if (e.metaKey || e.ctrlKey) return; e.preventDefault(); e.stopPropagation(); onSelect(i.id); }}>
                    <Symbol result={i.result} severity={i.severity} occurrence={i.occurrence} />
                    <span class="what"><b>{word("activity", i.activity)}</b>{n > 1 && <> × {number(n)}</>}{i.weapon && i.weapon !== "unknown" && i.weapon !== i.activity && <span class="grey"> · {word("weapon", i.weapon)}</span>}</span>
                    <time dateTime={i.from} title={`${time.local(at)} · ${time.utc(at)}`}>{time.clock(at)}<small> {time.mark(at)}</small></time>
                    <span class="how">
                      <span class={`badge ${i.result || "none"}`}>{resultName(i.result)}</span>
                      {i.severity && <Severity value={i.severity} />}
                      <span title={t("now.happened")}>{percent(i.probability)}</span>
                      <span class="grey">{t("now.sources", { n: i.sources })}</span>
                      {i.result === "breach" && <span class="grey">{i.party ? t("now.by", { party: party(i.party) }) : t("now.by-nobody")}</span>}
                      {i.provisional && <Tag title={t("now.provisional-title")}>{t("now.provisional")}</Tag>}
                    </span>
                  </a>
                </li>
              );
            })}
          </ol>
        </section>
      ))}
    </div>
  );
}

const activities = ["explosion", "burst", "shot", "shelling", "projectile", "missile-strike", "air-strike", "uav-strike", "uav-flight", "aircraft-flight", "clash", "presence", "movement", "construction", "mine", "fire", "damage", "casualty", "access-denied", "jamming", "detention", "exercise", "demining", "other"];

// short is a provision in a line: its article and its first words.
function short(p: Provision): string {
  const words = said(p.words).replace(/\s+/g, " "), cut = words.length > 60 ? words.slice(0, 60).replace(/\s+\S*$/, "") + "…" : words;
  return p.article ? `${p.article} · ${cut}` : cut || p.id;
}

export function Filters({ query, provisions, onChange }: { query: Record<string, string>; provisions: Provision[]; onChange: (c: Record<string, string | undefined>) => void }) {
  const pick = (name: string, list: [string, string][]) => (
    <label>{t("filter." + name)}
      <select value={query[name] ?? ""} onChange={e => onChange({ [name]: e.currentTarget.value || undefined })}>
        <option value="">{t("filter.all")}</option>
        {list.map(([v, text]) => <option value={v}>{text}</option>)}
      </select>
    </label>
  );
  // The address may name a term that these terms, or those not yet here, don't have.
  const asked = query["provision"], terms = provisions.map((p): [string, string] => [p.id, short(p)]);
  if (asked && !provisions.some(p => p.id === asked)) terms.unshift([asked, asked]);
  const set = ["result", "activity", "party", "severity", "provision"].filter(k => query[k]);
  return (
    <form class="filters no-print" role="search" aria-label={t("filter.title")} onSubmit={e => e.preventDefault()}>
      {pick("result", results.filter((r): r is Exclude<Result, ""> => r !== "").map(r => [r, resultName(r)]))}
      {pick("activity", activities.map((a): [string, string] => [a, word("activity", a)]).sort((a, b) => a[1].localeCompare(b[1])))}
      {pick("severity", (status.value?.severity ?? []).map(s => [s, s]))}
      {pick("party", (status.value?.parties ?? []).map(p => [p.id, party(p.id)]))}
      {pick("provision", terms)}
      {set.length > 0 && <button class="plain" type="button" onClick={() => onChange(Object.fromEntries(set.map(k => [k, undefined])))}>{t("filter.clear")}</button>}
    </form>
  );
}

// Legend explains symbols and zones.
export function Legend({ zones }: { zones: Zone[] }) {
  return (
    <details class="legend">
      <summary>{t("legend.title")}</summary>
      <div class="legend-lists">
        <ul aria-label={t("legend.findings")}>{results.map(r => <li><Symbol result={r} />{resultName(r)}</li>)}</ul>
        <ul aria-label={t("legend.sure")}>
          {["reported", "corroborated", "verified"].map(o => <li><Symbol result="undetermined" occurrence={o} />{t("occurrence." + o)}</li>)}
          <li><Symbol result="breach" severity="S1" occurrence="reported" /><Symbol result="breach" severity="S4" occurrence="reported" />{t("legend.grave")}</li>
          <li><svg class="symbol" width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true"><circle r="8" fill="none" stroke="var(--ink)" stroke-dasharray="2.500 2" /></svg>{t("legend.circle")}</li>
        </ul>
        <ul aria-label={t("legend.zones")}>
          <li><svg class="symbol" width="28" height="8" viewBox="0 0 28 8" aria-hidden="true"><path d="M0 4h28" stroke="var(--map-line)" stroke-width="2.500" /></svg>{t("legend.line")}</li>
          {zones.map((z, i) => <li><svg class="symbol" width="28" height="8" viewBox="0 0 28 8" aria-hidden="true"><path d="M0 4h28" stroke={`var(${zoneToken(i)})`} stroke-width="1.500" stroke-dasharray={i % 5 ? dashes[i % 5]!.map(v => v * 1.5).join(" ") : undefined} /></svg>{said(z.name) || z.id}</li>)}
        </ul>
      </div>
    </details>
  );
}
