// Taking a step in a case, on the version that was read; and opening one.
import { useLocation } from "preact-iso/router";
import { useEffect, useState } from "preact/hooks";
import { post, Problem } from "../api";
import { said, t, word } from "../i18n";
import { can, party, session, status } from "../state";
import { Failure } from "../ui";
import { Countdown } from "../ui/countdown";
import { useSend } from "../ui/form";
import { Taken } from "./cases-log";
import { move, outcome, who, type Case, type Option, type Procedure, type Vote } from "./cases-types";

/** What may be typed for each kind of step, in the order of the form. */
const fields: Record<string, string[]> = {
  report: ["title", "take", "accused", "text"], screen: ["accused"], dismiss: ["outcome", "case"], assign: ["office"], add: ["take", "evidence"], notify: ["parties"], ask: ["parties", "text"],
  answer: ["for", "item", "text"], task: ["means", "office", "text"], result: ["item", "outcome", "text", "evidence"], note: ["text"], suspend: ["reason"], draft: ["text", "accused"],
  approve: ["item"], "ask-comment": ["parties"], position: ["for", "outcome", "text"], decide: ["ruling"], rule: ["ruling"], appeal: ["for", "text"], "ask-remedy": ["text"],
  remedied: ["item"], persists: ["item"], statement: ["text"], reopen: ["take", "evidence"],
};
const outcomes: Record<string, string[]> = {
  dismiss: ["out-of-mandate", "unfounded", "duplicate"], result: ["confirmed", "not-confirmed", "inconclusive", "not-done"], position: ["accept", "contest", "counter-allegation", "no-reply"],
};
const taskMeans = ["patrol", "uav", "satellite", "camera", "interview", "document"];

type Words = Record<string, unknown> & { reasons: string };
const filled = (w: Words) => Object.fromEntries(Object.entries(w).filter(([, v]) => v !== "" && !(Array.isArray(v) && v.length === 0)));

/** mine says in whose name somebody with this session can take a step; null: not at all. */
function mine(o: Option, procedure: Procedure): string | null {
  const role = session.value?.role ?? "", name = session.value?.name || session.value?.account || "";
  if (o.not_by?.some(n => n.trim().toLowerCase() === name.trim().toLowerCase())) return null;
  if (role === "party-liaison") return o.by.some(b => ["party", "asked", "accused", role].includes(b)) ? "" : null;
  const needs = o.kind === "decide" || o.kind === "rule" ? "case-decide" : o.kind === "approve" ? "approve" : o.kind === "publish" || (o.kind === "statement" && role === "publisher") ? "publish" : "case-work";
  if (!can(needs)) return null;
  if (o.by.includes(role)) return "";
  const body = o.by.find(b => b === procedure.decides || b === procedure.appeal_to);
  return body ?? null;
}

export function Next({ c, procedure, again }: { c: Case; procedure: Procedure; again: () => void }) {
  const options = c.next ?? [];
  const ready = options.filter(o => !o.wait && mine(o, procedure) !== null);
  const [chosen, choose] = useState("");
  // The version on which the form was begun: a later one is a conflict, which is shown.
  const [begun, begin] = useState<{ version: number; steps: number }>();
  const [note, tell] = useState("");
  const option = options.find(o => o.move === chosen);
  const others = options.filter(o => !ready.includes(o));
  return (
    <section class="case-part case-next" aria-labelledby="case-next">
      <h2 id="case-next">{t("cases.next")}</h2>
      {note && <p class="notice good" role="status">{note}</p>}
      {ready.length === 0 ? <p class="empty">{t("cases.next.none")}</p> : (
        <div class="moves" role="group" aria-label={t("cases.next")}>
          {ready.map(o => (
            <button aria-pressed={chosen === o.move} onClick={() => { choose(chosen === o.move ? "" : o.move); begin({ version: c.version, steps: c.steps.length }); tell(""); }}>
              {move(o)}{o.to && o.to !== c.state && <small> → {word("case-state", o.to)}</small>}
            </button>
          ))}
        </div>
      )}
      {option?.due && <p class="small"><Countdown at={option.due} /></p>}
      {chosen && begun && <Form key={chosen} c={c} option={option ?? { move: chosen, kind: chosen, by: [] }} still={!!option && !option.wait} procedure={procedure} begun={begun} again={again}
        onto={() => begin({ version: c.version, steps: c.steps.length })} done={() => { choose(""); tell(t("cases.taken")); again(); }} />}
      {others.length > 0 && (
        <details><summary>{t("cases.not-now", { n: others.length })}</summary>
          <ul>{others.map(o => <li><b>{move(o)}</b>: {o.wait ?? (o.not_by?.length ? t("cases.other-eyes", { names: o.not_by.join(", ") }) : t("cases.is-for", { who: o.by.map(who).join(", ") }))}</li>)}</ul>
        </details>
      )}
    </section>
  );
}

function Form({ c, option, still, procedure, begun, again, onto, done }: {
  c: Case; option: Option; still: boolean; procedure: Procedure; begun: { version: number; steps: number }; again: () => void; onto: () => void; done: () => void;
}) {
  const [w, set] = useState<Words>(() => ({ reasons: "", ...(option.kind === "ask-comment" && c.accused ? { parties: [c.accused] } : {}) }));
  const put = (change: Record<string, unknown>) => set({ ...w, ...change });
  const newer = c.version > begun.version ? c.steps.slice(begun.steps) : [];
  const { form, busy, failed } = useSend(() => {
    const name = mine(option, procedure);
    const body: Record<string, unknown> = { move: option.move, ...filled(w) };
    if (name && !body["for"]) body["for"] = name;
    return { body };
  }, async (body, key) => {
    try {
      await post(`/api/v1/cases/${encodeURIComponent(c.id)}/steps`, body, { headers: { "If-Match": `"${begun.version}"`, "Idempotency-Key": key } });
    } catch (x) {
      if (!(x instanceof Problem) || x.status !== 412) throw x;
      return again(); // what the other did is shown above the form
    }
    done();
  });
  return (
    <form {...form} class="step-form">
      {newer.length > 0 && (
        <div class="conflict" role="alert">
          <h3>{t("cases.conflict", { n: newer.length })}</h3>
          <ol class="history">{newer.map(s => <Taken s={s} />)}</ol>
          <p>{still ? t("cases.conflict.still") : t("cases.conflict.gone")}</p>
          {still && <button type="button" onClick={onto}>{t("cases.conflict.onto")}</button>}
        </div>
      )}
      <h3>{move(option)}</h3>
      {(fields[option.kind] ?? []).map(f => <Field name={f} kind={option.kind} c={c} procedure={procedure} w={w} put={put} />)}
      <label class="block">{t("cases.reasons")}<textarea rows={3} required value={w.reasons} onInput={e => put({ reasons: e.currentTarget.value })} /></label>
      {failed && <Failure text={failed} />}
      <button class="primary" disabled={busy || newer.length > 0}>{t("cases.take", { move: move(option) })}</button>
    </form>
  );
}

function Field({ name, kind, c, procedure, w, put }: { name: string; kind: string; c?: Case; procedure?: Procedure; w: Words; put: (x: Record<string, unknown>) => void }) {
  const value = String(w[name] ?? "");
  const select = (label: string, values: [string, string][], none = true) => (
    <label class="block">{label}<select value={value} required={none} onChange={e => put({ [name]: e.currentTarget.value })}>{none && <option value="">–</option>}{values.map(([v, text]) => <option value={v}>{text}</option>)}</select></label>
  );
  const text = (label: string, more: Record<string, unknown> = {}) => <label class="block">{label}<input value={value} onInput={e => put({ [name]: e.currentTarget.value })} {...more} /></label>;
  const list = (label: string, hint: string) => (
    <label class="block">{label}<input value={((w[name] as string[] | undefined) ?? []).join(" ")} placeholder={hint} onInput={e => put({ [name]: e.currentTarget.value.split(/[\s,]+/).filter(Boolean) })} /></label>
  );
  const everyone = (status.value?.parties ?? []).map((p): [string, string] => [p.id, said(p.name) || p.id]);
  switch (name) {
    case "title": return text(t("cases.title"), { maxLength: 500 });
    case "office": return text(t("cases.office"), { required: kind === "assign" });
    case "case": return value || w["outcome"] === "duplicate" ? text(t("cases.same-as"), { required: true }) : null;
    case "take": return list(t("cases.take-up"), "F-… I-…");
    case "evidence": return list(t("cases.evidence"), "F-… I-… source/ref");
    case "accused": return <label class="block">{t("cases.accused")}<select value={value} onChange={e => put({ accused: e.currentTarget.value })}><option value="">{c?.accused ? party(c.accused) : t("party.undetermined")}</option>{everyone.map(([v, n]) => <option value={v}>{n}</option>)}</select></label>;
    case "parties": {
      const on = (w["parties"] as string[] | undefined) ?? [];
      return <fieldset><legend>{t("cases.parties")}</legend>{everyone.map(([v, n]) => <label class="beside"><input type="checkbox" checked={on.includes(v)} onChange={e => put({ parties: e.currentTarget.checked ? [...on, v] : on.filter(x => x !== v) })} />{n}</label>)}</fieldset>;
    }
    case "for": {
      if (session.value?.party) return null;
      const asked = kind === "answer" ? (c?.questions ?? []).filter(q => !q.answered).map(q => q.to) : kind === "position" ? (c?.comments ?? []).filter(x => !x.position).map(x => x.party) : everyone.map(([v]) => v);
      return select(t("cases.in-name-of"), [...new Set(asked)].map(v => [v, party(v)]));
    }
    case "item": {
      const items: [string, string][] = kind === "answer" ? (c?.questions ?? []).filter(q => !q.answered).map(q => [q.id, `${q.id} ${q.text.slice(0, 60)}`])
        : kind === "result" ? (c?.tasks ?? []).filter(k => !k.done).map(k => [k.id, `${k.id} ${k.text.slice(0, 60)}`])
        : kind === "approve" ? (c?.drafts ?? []).filter(d => !d.approved_by).map(d => [d.id, `${d.id} ${t("draft." + d.kind)}, ${d.by}`])
        : (c?.remedies ?? []).filter(r => !r.done).map(r => [r.id, `${r.id} ${r.text.slice(0, 60)}`]);
      return items.length > 1 ? select(t("cases.of"), items) : null;
    }
    case "means": return select(t("cases.means"), taskMeans.map(m => [m, word("task-means", m)]));
    case "outcome": return select(t("cases.outcome"), (outcomes[kind] ?? []).map(o => [o, outcome(o)]));
    case "reason": return select(t("cases.rests-for"), (procedure?.suspended ?? []).map(s => [s, word("suspended", s)]));
    case "text": return <label class="block">{t(`cases.text.${["ask", "answer", "task", "draft", "statement", "appeal", "ask-remedy", "position"].includes(kind) ? kind : "other"}`)}<textarea rows={5} value={value} required={!["report", "result", "position"].includes(kind)} onInput={e => put({ text: e.currentTarget.value })} /></label>;
    case "ruling": return <RulingForm c={c} procedure={procedure!} w={w} put={put} />;
  }
  return null;
}

interface Drafted { outcome: string; party: string; confidence: string; provisions: string; votes: Vote[]; dissents: Record<string, string> }

/** The decision: what happened, whether it broke a term, who answers for it, how each voted, and who differs. */
function RulingForm({ c, procedure, put }: { c: Case | undefined; procedure: Procedure; w: Words; put: (x: Record<string, unknown>) => void }) {
  const quorum = procedure.quorum ?? 1;
  const [r, set] = useState<Drafted>(() => ({
    outcome: "", party: c?.accused ?? "", confidence: "", provisions: [...new Set((c?.findings ?? []).map(f => f.provision ?? ""))].filter(Boolean).join(" "),
    votes: Array.from({ length: quorum }, () => ({ member: "", vote: "for" })), dissents: {},
  }));
  const attributed = r.outcome === "confirmed-attributed";
  const change = (x: Partial<Drafted>) => set({ ...r, ...x });
  useEffect(() => {
    const votes = r.votes.filter(v => v.member.trim());
    put({
      ruling: {
        outcome: r.outcome, ...(attributed && { party: r.party, confidence: Number(r.confidence.replace(",", ".")) / 100 }),
        provisions: r.outcome.startsWith("confirmed") ? r.provisions.split(/[\s,]+/).filter(Boolean) : [], votes,
        dissents: votes.filter(v => v.vote !== "for" && r.dissents[v.member]?.trim()).map(v => ({ member: v.member, text: r.dissents[v.member]! })),
      },
    });
  }, [r]);
  return (
    <>
      <label class="block">{t("cases.outcome")}<select required value={r.outcome} onChange={e => change({ outcome: e.currentTarget.value })}><option value="">–</option>{procedure.outcomes.map(o => <option value={o}>{outcome(o)}</option>)}</select></label>
      {attributed && (
        <div class="side">
          <label class="block">{t("cases.responsible")}<select required value={r.party} onChange={e => change({ party: e.currentTarget.value })}><option value="">–</option>{(status.value?.parties ?? []).map(p => <option value={p.id}>{said(p.name) || p.id}</option>)}</select></label>
          <label class="block">{t("cases.confidence.percent")}<input inputMode="decimal" required value={r.confidence} onInput={e => change({ confidence: e.currentTarget.value })} placeholder="51–100" /></label>
        </div>
      )}
      {r.outcome.startsWith("confirmed") && <label class="block">{t("cases.broke")}<input value={r.provisions} onInput={e => change({ provisions: e.currentTarget.value })} /></label>}
      <fieldset class="votes">
        <legend>{t("cases.vote", { n: quorum })}</legend>
        {r.votes.map((v, i) => {
          const vote = (x: Partial<Vote>) => change({ votes: r.votes.map((y, k) => (k === i ? { ...y, ...x } : y)) });
          return (
            <div class="vote">
              <input aria-label={t("cases.member", { n: i + 1 })} placeholder={t("cases.member", { n: i + 1 })} value={v.member} onInput={e => vote({ member: e.currentTarget.value })} />
              <select aria-label={t("cases.vote.of", { n: i + 1 })} value={v.vote} onChange={e => vote({ vote: e.currentTarget.value })}>{["for", "against", "abstain"].map(x => <option value={x}>{t("vote." + x)}</option>)}</select>
              {v.vote !== "for" && v.member.trim() && <textarea rows={2} aria-label={t("cases.dissent", { member: v.member })} placeholder={t("cases.dissent", { member: v.member })} value={r.dissents[v.member] ?? ""} onInput={e => change({ dissents: { ...r.dissents, [v.member]: e.currentTarget.value } })} />}
            </div>
          );
        })}
        <button type="button" onClick={() => change({ votes: [...r.votes, { member: "", vote: "for" }] })}>{t("cases.member.more")}</button>
      </fieldset>
    </>
  );
}

export function OpenCase({ take }: { take: string }) {
  const { route } = useLocation();
  const [w, set] = useState<Words>({ reasons: "", ...(take && { take: [take] }) });
  const put = (x: Record<string, unknown>) => set({ ...w, ...x });
  const { form, busy, failed } = useSend(() => ({ body: filled(w) }), async (body, key) => {
    const c = await post<Case>("/api/v1/cases", body, { headers: { "Idempotency-Key": key } });
    route(`/cases/${c.id}`);
  });
  return (
    <details class="open-case" open={!!take}>
      <summary class="button">{t("cases.new")}</summary>
      <form {...form} class="step-form">
        <p class="grey">{t("cases.new.lead")}</p>
        {fields["report"]!.map(f => <Field name={f} kind="report" w={w} put={put} />)}
        <label class="block">{t("cases.reasons")}<textarea rows={3} required value={w.reasons} onInput={e => put({ reasons: e.currentTarget.value })} /></label>
        {failed && <Failure text={failed} />}
        <button class="primary" disabled={busy}>{t("cases.new.do")}</button>
      </form>
    </details>
  );
}

