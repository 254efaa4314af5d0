// The ledger of withdrawn weapons.
import { get } from "../api";
import { number, said, t, word, type Texts } from "../i18n";
import { can, party, session } from "../state";
import * as time from "../time";
import { Failure, Instant, Table, Waiting } from "../ui";
import { Behind, unseen } from "../ui/form";
import { useLoad } from "../ui/load";
import { Stock, Visit } from "./issues-weapons-forms";

export interface Line { weapon: string; declared: number; present: number; missing_first: number; missing_again: number; moved: number; unchecked: number; undeclared: number; matched: number; serials?: { serial: string; state: string; where?: string }[] }
export interface Sheet { site: string; name: Texts; kind: string; party?: string; lines: Line[]; visits: { at: string; by?: string; outcome: string; remarks?: string; record?: number }[] | null; unverified?: string[] }
interface Ledger { at: string; since: string; sites: Sheet[]; seen: { category: string; incident: string; at: string; weapon?: string; count: { n?: number; min?: number; max?: number }; place?: string; side?: string }[] | null }

export function Weapons({ at }: { at: string | undefined }) {
  const load = useLoad(signal => get<Ledger>("/api/v1/weapons", { at }, { signal }), [at, session.value]);
  const x = load.value;
  const seen = x?.seen ?? [];
  const rows = (x?.sites ?? []).flatMap(s => s.lines.map((l, i) => ({ s, l, first: i === 0 })));
  return (
    <section aria-labelledby="weapons">
      <h2 id="weapons">{t("issues.weapons")}</h2>
      {load.failure && <Failure text={load.failure} />}
      {!x && !load.failure && <Waiting />}
      {x && (
        <>
          <Table caption={t("issues.weapons.declared")} rows={rows} empty={t("issues.weapons.none")} columns={[
            { name: t("issues.storage"), cell: r => <>{said(r.s.name)}<br /><small class="grey">{party(r.s.party)}{r.first && (r.s.unverified?.length ?? 0) > 0 && ` · ${r.s.unverified!.map(u => word("unverified", u)).join(", ")}`}</small></> },
            { name: t("intake.weapon"), cell: r => <>{word("weapon", r.l.weapon)}{(r.l.serials?.length ?? 0) > 0 && <Serials l={r.l} sites={x.sites} />}</> },
            { name: t("issues.w.declared"), cell: r => number(r.l.declared, 0), numeric: true },
            { name: t("issues.w.present"), cell: r => number(r.l.present, 0), numeric: true },
            { name: t("issues.w.missing"), cell: r => number(r.l.missing_first, 0), numeric: true },
            { name: t("issues.w.again"), cell: r => number(r.l.missing_again, 0), numeric: true },
            { name: t("issues.w.moved"), cell: r => number(r.l.moved, 0), numeric: true },
            { name: t("issues.w.unchecked"), cell: r => number(r.l.unchecked, 0), numeric: true },
            { name: t("issues.w.visit"), cell: r => (r.s.visits?.[0] ? <><Instant at={r.s.visits[0].at} short /><br /><small>{word("visit", r.s.visits[0].outcome)}{r.first && r.s.visits[0].remarks && `: ${r.s.visits[0].remarks}`}</small></> : t("issues.w.never")) },
          ]} />
          {can("declare") && x.sites.length > 0 && (
            <div class="side-by-side">
              <Behind label={t("issues.visit.new")}>{done => <Visit sites={x.sites} done={(record, when) => { done(record, unseen(when, x, at)); load.again(); }} />}</Behind>
              <Behind label={t("issues.stock.new")}>{done => <Stock sites={x.sites} done={(record, when) => { done(record, unseen(when, x, at)); load.again(); }} />}</Behind>
            </div>
          )}
          <Table caption={t("issues.weapons.seen", { since: time.local(new Date(x.since)) })} rows={seen.slice(0, 100)} empty={t("issues.weapons.unseen")} columns={[
            { name: t("guarantees.when"), cell: w => <Instant at={w.at} short /> },
            { name: t("issues.w.category"), cell: w => word("weapon-category", w.category) },
            { name: t("intake.weapon"), cell: w => <a href={`/?id=${encodeURIComponent(w.incident)}`}>{word("weapon", w.weapon ?? "unknown")}</a> },
            { name: t("intake.count.n"), cell: w => number(w.count.n ?? w.count.min ?? 1, 0), numeric: true },
            { name: t("issues.w.place"), cell: w => <>{w.place ?? "–"}{w.side && <small class="grey"> · {party(w.side)}</small>}</> },
          ]} />
        </>
      )}
    </section>
  );
}

/** The weapons with a number of their own, those in question first. */
function Serials({ l, sites }: { l: Line; sites: Sheet[] }) {
  const order = ["missing-again", "missing-first", "moved", "unchecked", "present"];
  const list = (l.serials ?? []).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.serial.localeCompare(b.serial));
  return (
    <details><summary class="small">{t("issues.w.serials", { n: list.length })}</summary>
      <ul class="serials small">{list.map(s => <li><code>{s.serial}</code> {word("serial", s.state)}{s.where && `, ${said(sites.find(x => x.site === s.where)?.name) || s.where}`}</li>)}</ul>
    </details>
  );
}
