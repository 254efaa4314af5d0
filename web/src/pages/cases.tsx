// Cases: what people decide about findings, step by step, as the agreement's
// procedure lets them.
import { useLocation } from "preact-iso/router";
import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import { said, t, word } from "../i18n";
import { listen } from "../live";
import { can, party, session, status } from "../state";
import { Failure, Page, Table, Waiting } from "../ui";
import { Countdown } from "../ui/countdown";
import { useLoad } from "../ui/load";
import { OpenCase } from "./cases-step";
import { CaseView } from "./cases-one";
import { outcome, who, type Row, type Summary } from "./cases-types";

interface Answer { cases: Row[]; reminders?: { id: string; overdue: boolean; case: string; who: string; what: string; due: string }[]; published: Summary[] }

export default function Cases() {
  const { path } = useLocation();
  const id = decodeURIComponent(path.split("/")[2] ?? "");
  return id ? <CaseView key={id} id={id} /> : <List />;
}

function List() {
  const { query } = useLocation();
  const [closed, all] = useState(false);
  const [late, only] = useState(false);
  const list = useLoad(signal => get<Answer>("/api/v1/cases", { open: closed ? undefined : true, overdue: late || undefined, of: query["of"], party: query["party"] }, { signal }), [closed, late, query["of"], query["party"], session.value]);
  useEffect(() => listen(e => { if (e.kind === "case") list.again(); }), []);
  const mission = status.value?.audience !== "public";
  return (
    <Page sections title={t("page.cases")} lead={t("cases.lead")}>
      {list.failure && <Failure text={list.failure} />}
      {!list.value && !list.failure && <Waiting />}
      {list.value && mission && (
        <section aria-labelledby="cases-list">
          <h2 id="cases-list">{t("cases.open")}</h2>
          <p class="row-form">
            <label class="beside"><input type="checkbox" checked={closed} onChange={e => all(e.currentTarget.checked)} />{t("cases.closed-too")}</label>
            <label class="beside"><input type="checkbox" checked={late} onChange={e => only(e.currentTarget.checked)} />{t("cases.overdue-only")}</label>
          </p>
          <Table caption={t("cases.table")} rows={list.value.cases} empty={t("cases.none")} columns={[
            { name: t("cases.case"), cell: c => <><a href={`/cases/${c.id}`}><b>{c.id}</b> {c.title}</a></> },
            { name: t("cases.state"), cell: c => <span class="tag">{word("case-state", c.state)}</span> },
            { name: t("cases.accused"), cell: c => party(c.accused) },
            { name: t("cases.waits"), cell: c => (c.waiting ?? []).map(who).join(", ") || "–" },
            { name: t("cases.due"), cell: c => <>{c.due ? <Countdown at={c.due} /> : "–"}{(c.overdue ?? 0) > 0 && <><br /><b class="bad">{t("cases.overdue", { n: c.overdue ?? 0 })}</b></>}</> },
            { name: t("cases.outcome"), cell: c => (c.outcome ? <>{outcome(c.outcome)}{c.responsible && <><br />{party(c.responsible)}</>}</> : "–") },
          ]} />
        </section>
      )}
      {list.value && (list.value.published.length > 0 || !mission) && (
        <section aria-labelledby="cases-published">
          <h2 id="cases-published">{t("cases.published")}</h2>
          {list.value.published.length === 0 ? <p class="empty">{t("cases.published.none")}</p> : list.value.published.map(p => <Published p={p} />)}
        </section>
      )}
      {(can("case-work") || can("case-answer")) && <OpenCase take={query["take"] ?? ""} />}
    </Page>
  );
}

const Published = ({ p }: { p: Summary }) => (
  <article class="published">
    <h3>{p.id} {p.title}</h3>
    <p>{p.ruling && <><b>{outcome(p.ruling.outcome)}</b>{p.ruling.party && `: ${party(p.ruling.party)}`} · </>}<span class="tag">{word("case-state", p.state)}</span></p>
    {p.text && <p>{said(p.text)}</p>}
  </article>
);
