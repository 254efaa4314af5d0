// One case: how it stands, what is due, what can be done, and how it came here.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../api";
import { percent, t, word } from "../i18n";
import { listen } from "../live";
import { party, session } from "../state";
import { Badge, Failure, Instant, Page, Severity, Table, Waiting } from "../ui";
import { Countdown } from "../ui/countdown";
import { useLoad } from "../ui/load";
import type { Result } from "../api";
import { Next } from "./cases-step";
import { Taken } from "./cases-log";
import { outcome, who, type Case, type Procedure, type Ruling } from "./cases-types";

export function CaseView({ id }: { id: string }) {
  const file = useLoad(signal => get<Case>(`/api/v1/cases/${encodeURIComponent(id)}`, {}, { signal }), [id, session.value]);
  const procedure = useLoad(signal => get<Procedure>("/api/v1/procedure", {}, { signal }), []);
  useEffect(() => listen(e => { if (e.kind === "case" && e.subject === id) file.again(); }), [id]);
  if (file.failure && !file.value) return <Page sections title={id}><Failure text={file.failure} /><p><a href="/cases">{t("cases.back")}</a></p></Page>;
  if (!file.value || !procedure.value) return <Page sections title={id}><Waiting /></Page>;
  const c = file.value;
  return (
    <article class="page sections case">
      <header>
        <p class="small"><a href="/cases">← {t("cases.back")}</a></p>
        <h1>{c.id} {c.title}</h1>
        <p>
          <span class="tag strong">{word("case-state", c.state)}</span> {t("cases.since")} <Instant at={c.since} />
          {c.suspended && <> · {t("cases.rests", { why: word("suspended", c.suspended) })}</>}
          {(c.waiting?.length ?? 0) > 0 && <> · {t("cases.waits-for", { who: c.waiting!.map(who).join(", ") })}</>}
        </p>
      </header>
      <Track c={c} states={procedure.value.states} />
      <div class="case-grid">
        <div>
          <Next c={c} procedure={procedure.value} again={file.again} />
          <Deadlines c={c} />
        </div>
        <div>
          <About c={c} />
          {c.ruling && <Decision r={c.ruling} title={t("cases.ruling")} />}
          {c.rulings_before?.map(r => <Decision r={r} title={t("cases.ruling.before")} />)}
          <Parts c={c} />
        </div>
      </div>
      <Part id="case-history" title={t("cases.history")}><ol class="history">{c.steps.map(s => <Taken s={s} />)}</ol></Part>
    </article>
  );
}

/** Track shows the way of the case through the states that it came through. */
function Track({ c, states }: { c: Case; states: string[] }) {
  const passed = [...new Set(c.steps.map(s => s.to).filter(s => s && states.includes(s)))] as string[];
  const way = passed.includes(c.state) ? passed : [...passed, c.state];
  return (
    <ol class="track" aria-label={t("cases.track")}>
      {way.map(s => <li class={s === c.state ? "here" : "passed"} aria-current={s === c.state ? "step" : undefined}>{word("case-state", s)}</li>)}
    </ol>
  );
}

const Part = ({ title, children, id }: { title: string; id: string; children: ComponentChildren }) => (
  <section aria-labelledby={id} class="case-part"><h2 id={id}>{title}</h2>{children}</section>
);

function About({ c }: { c: Case }) {
  return (
    <Part id="case-about" title={t("cases.about")}>
      <dl class="pairs">
        <dt>{t("cases.accused")}</dt><dd>{party(c.accused)}</dd>
        <dt>{t("cases.reported")}</dt><dd>{c.reported_by}{c.reported_for && ` (${party(c.reported_for)})`}, <Instant at={c.opened} both /></dd>
        {c.office && <><dt>{t("cases.office")}</dt><dd>{c.office}</dd></>}
        {(c.notified?.length ?? 0) > 0 && <><dt>{t("cases.notified")}</dt><dd>{c.notified!.map(party).join(", ")}</dd></>}
        {c.outcome && <><dt>{t("cases.outcome")}</dt><dd><b>{outcome(c.outcome)}</b>{c.duplicate_of && <> <a href={`/cases/${c.duplicate_of}`}>{c.duplicate_of}</a></>}</dd></>}
      </dl>
      {(c.findings?.length ?? 0) > 0 && (
        <Table caption={t("cases.findings")} rows={c.findings!} columns={[
          { name: t("cases.finding"), cell: f => <><a href={`/?id=${encodeURIComponent(f.incident ?? "")}`}>{f.provision ?? f.finding}</a><br /><small class="grey">{f.from && <Instant at={f.from} short />} · <a href={`/record?id=${encodeURIComponent(f.finding)}`}>{t("cases.proof")}</a></small></> },
          { name: t("cases.then"), cell: f => <><Badge result={(f.result ?? "") as Result} /> <Severity value={f.severity ?? ""} /><br /><small>{word("occurrence", f.occurrence ?? "")} · {party(f.party)}</small></> },
          { name: t("cases.now"), cell: f => { const e = c.evidence?.find(e => e.finding === f.finding); return e ? <><Badge result={(e.result ?? "") as Result} /><br /><small>{word("occurrence", e.occurrence ?? "")} · {party(e.party)}</small></> : t("cases.gone"); } },
        ]} />
      )}
    </Part>
  );
}

function Deadlines({ c }: { c: Case }) {
  const list = c.deadlines ?? [];
  if (list.length === 0) return null;
  const open = list.filter(d => !d.done), done = list.filter(d => d.done);
  const row = (d: (typeof list)[number]) => (
    <li>
      <b>{t(`deadline.${d.kind}`)}</b> {d.kind === "step" ? `${word("move", d.what)} · ` : d.what ? `“${d.what}” · ` : ""}{d.who.split(", ").map(who).join(", ")}{d.right && ` · ${t("cases.right")}`}<br />
      {d.rests ? <small class="grey">{t("cases.clock-rests")}</small> : <Countdown at={d.due} done={d.done} />}
    </li>
  );
  return (
    <Part id="case-deadlines" title={t("cases.deadlines")}>
      <ul class="plain-list">{open.map(row)}</ul>
      {open.length === 0 && <p class="empty">{t("cases.deadlines.none")}</p>}
      {done.length > 0 && <details><summary>{t("cases.deadlines.done", { n: done.length })}</summary><ul class="plain-list">{done.map(row)}</ul></details>}
    </Part>
  );
}

function Decision({ r, title }: { r: Ruling; title: string }) {
  const count = (v: string) => (r.votes ?? []).filter(x => x.vote === v).length;
  return (
    <section class="case-part ruling" aria-label={title}>
      <h2>{title}{r.appeal && ` · ${t("cases.on-appeal")}`}</h2>
      <p><b>{outcome(r.outcome)}</b>{r.party && <>: {party(r.party)}{r.confidence !== undefined && `, ${t("cases.confidence", { share: percent(r.confidence) })}`}</>}</p>
      {(r.provisions?.length ?? 0) > 0 && <p>{t("cases.broke")}: {r.provisions!.map((p, i) => <>{i > 0 && ", "}<a href={`/terms#${encodeURIComponent(p)}`}>{p}</a></>)}</p>}
      {r.votes && <p>{t("cases.votes", { for: count("for"), against: count("against"), abstain: count("abstain") })}: {r.votes.map(v => `${v.member} (${t("vote." + v.vote)})`).join(", ")}</p>}
      {r.dissents?.map(d => <blockquote class="dissent"><b>{t("cases.dissent", { member: d.member })}</b> {d.text}</blockquote>)}
      {r.at && <p class="small grey">{r.for && `${who(r.for)} · `}{r.by && `${r.by} · `}<Instant at={r.at} both /></p>}
    </section>
  );
}

function Parts({ c }: { c: Case }) {
  return (
    <>
      {(c.questions?.length ?? 0) > 0 && (
        <Part id="case-questions" title={t("cases.questions")}>
          <ul class="plain-list">{c.questions!.map(q => (
            <li><p><b>{q.id}</b> {t("cases.asked", { party: party(q.to) })} <Countdown at={q.due} done={q.answered} /></p><blockquote>{q.text}</blockquote>{q.answer ? <p class="answer"><b>{t("cases.answer")}</b> {q.answer}</p> : <p class="grey">{t("cases.no-answer")}</p>}</li>
          ))}</ul>
        </Part>
      )}
      {(c.tasks?.length ?? 0) > 0 && (
        <Part id="case-tasks" title={t("cases.tasks")}>
          <ul class="plain-list">{c.tasks!.map(k => (
            <li><p><b>{k.id}</b> {word("task-means", k.means)}{k.office && ` · ${k.office}`} <Countdown at={k.due} done={k.done} /></p><p>{k.text}</p>{k.outcome && <p class="answer"><b>{outcome(k.outcome)}</b> {k.result}{k.evidence?.map(e => <> <code>{e}</code></>)}</p>}</li>
          ))}</ul>
        </Part>
      )}
      {(c.drafts?.length ?? 0) > 0 && (
        <Part id="case-drafts" title={t("cases.drafts")}>
          <ul class="plain-list">{c.drafts!.map(d => (
            <li><p><b>{d.id}</b> {t("draft." + d.kind)} · {d.by}, <Instant at={d.at} short /></p><blockquote>{d.text}</blockquote><p class={d.approved_by ? "answer" : "grey"}>{d.approved_by ? `✓ ${t("cases.approved", { by: d.approved_by })}` : t("cases.unapproved", { by: d.by })}</p></li>
          ))}</ul>
        </Part>
      )}
      {(c.comments?.length ?? 0) > 0 && (
        <Part id="case-comments" title={t("cases.comments")}>
          <ul class="plain-list">{c.comments!.map(x => <li><p><b>{party(x.party)}</b> {x.position ? outcome(x.position) : t("cases.no-answer")} <Countdown at={x.due} done={x.done} /></p>{x.text && <blockquote>{x.text}</blockquote>}</li>)}</ul>
        </Part>
      )}
      {(c.remedies?.length ?? 0) > 0 && (
        <Part id="case-remedies" title={t("cases.remedies")}>
          <ul class="plain-list">{c.remedies!.map(r => <li><p><b>{r.id}</b> {party(r.party)} {r.outcome ? word("remedy", r.outcome) : ""} <Countdown at={r.due} done={r.done} /></p><p>{r.text}</p></li>)}</ul>
        </Part>
      )}
    </>
  );
}
