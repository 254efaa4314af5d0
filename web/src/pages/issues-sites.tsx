// Protected sites with their checklist.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { percent, said, t, word, type Texts } from "../i18n";
import { can, party, session, status } from "../state";
import { Badge, distance, Failure, Instant, Waiting } from "../ui";
import { useLoad } from "../ui/load";
import type { Result } from "../api";

interface Near { incident: string; from: string; activity: string; distance_m: number; probability: number; within: number; out?: boolean; findings?: { id: string; provision: string; result: Result }[] }
interface Note { at: string; by: string; answers: Record<string, string>; remarks?: Record<string, string>; summary?: string; record?: number }
interface Site {
  id: string; name: Texts; kind: string; radius_m: number; standoff_m: number; basis: string; party?: string; provisions?: string[]; near: Near[] | null; findings: Record<string, number>;
  windows?: { ceasefire: string; purpose?: Texts; from: string; until?: string; state: string; breaches: number; undetermined: number; hours: number; hours_kept: number }[];
  note?: Note; checklist?: { id: string; name: Texts }[]; last_near?: string;
}

const answerMarks: Record<string, string> = { kept: "✓", "at-risk": "!", lost: "✕", unknown: "?" };

export function ProtectedSites() {
  const load = useLoad(signal => get<{ sites: Site[]; answers: string[] }>("/api/v1/sites", { since: status.value?.first, until: new Date(Date.now() + 60_000).toISOString() }, { signal }), [session.value]);
  return (
    <section aria-labelledby="sites">
      <h2 id="sites">{t("issues.sites")}</h2>
      {load.failure && <Failure text={load.failure} />}
      {!load.value && !load.failure && <Waiting />}
      {load.value?.sites.length === 0 && <p class="empty">{t("issues.sites.none")}</p>}
      <div class="issues">{load.value?.sites.map(s => <One s={s} answers={load.value!.answers} again={load.again} />)}</div>
    </section>
  );
}

function One({ s, answers, again }: { s: Site; answers: string[]; again: () => void }) {
  const near = s.near ?? [];
  return (
    <article class="issue" aria-labelledby={`site-${s.id}`}>
      <h3 id={`site-${s.id}`}>{said(s.name)}</h3>
      <p class="small grey">{word("site-kind", s.kind)}{s.party && ` · ${t("issues.held-by", { party: party(s.party) })}`} · {t("issues.standoff", { m: distance(s.standoff_m) })}</p>
      <p>{near.length === 0 ? t("issues.near.none") : t("issues.near", { n: near.length })}{s.last_near && <> · {t("issues.last-near")} <Instant at={s.last_near} short /></>}</p>
      {near.length > 0 && <details><summary>{t("issues.near.list")}</summary>
        <ul class="plain-list">{near.toReversed().slice(0, 30).map(n => (
          <li><a href={`/?id=${encodeURIComponent(n.incident)}`}>{word("activity", n.activity)}</a> <Instant at={n.from} short /> · {n.out ? t("issues.from-within") : distance(n.distance_m)} · {percent(n.probability)}{n.findings?.map(f => <> <Badge result={f.result} /> <small>{f.provision}</small></>)}</li>
        ))}</ul></details>}
      {s.windows?.map(w => (
        <p class="window"><span class="tag">{word("window", w.state)}</span> {said(w.purpose) || w.ceasefire}: <Instant at={w.from} short />{w.until && <> – <Instant at={w.until} short /></>} · {t("issues.window", { kept: w.hours_kept, of: w.hours, n: w.breaches })}</p>
      ))}
      {(s.checklist?.length ?? 0) > 0 && <Checklist s={s} answers={answers} again={again} />}
    </article>
  );
}

function Checklist({ s, answers, again }: { s: Site; answers: string[]; again: () => void }) {
  const [editing, edit] = useState(false);
  const [given, give] = useState<Record<string, string>>({});
  const [summary, sum] = useState("");
  const [failed, fail] = useState("");
  async function record(e: SubmitEvent) {
    e.preventDefault();
    try {
      await post(`/api/v1/sites/${encodeURIComponent(s.id)}/notes`, { answers: given, ...(summary && { summary }) });
      edit(false);
      fail("");
      again();
    } catch (x) {
      fail(x instanceof Error ? x.message : String(x));
    }
  }
  return (
    <div class="checklist">
      <h4>{t("issues.checklist")}</h4>
      {s.note ? <p class="small grey">{s.note.by}, <Instant at={s.note.at} both />{s.note.record ? <> · <a href={`/record?id=${encodeURIComponent("#" + s.note.record)}`}>{t("record.one", { n: s.note.record })}</a></> : null}</p> : <p class="small grey">{t("issues.no-note")}</p>}
      {!editing && <ul class="plain-list">{s.checklist!.map(i => {
        const a = s.note?.answers[i.id] ?? "unknown";
        return <li class={`a-${a}`}><b aria-hidden="true">{answerMarks[a]}</b> {said(i.name)} <small>{word("answer", a)}</small>{s.note?.remarks?.[i.id] && <><br /><small class="grey">{s.note.remarks[i.id]}</small></>}</li>;
      })}</ul>}
      {s.note?.summary && !editing && <p>{s.note.summary}</p>}
      {can("declare") && !editing && <button onClick={() => { give({ ...(s.note?.answers ?? {}) }); edit(true); }}>{t("issues.note.new")}</button>}
      {editing && (
        <form class="step-form" onSubmit={e => void record(e)}>
          {s.checklist!.map(i => <label class="block">{said(i.name)}<select value={given[i.id] ?? "unknown"} onChange={e => give({ ...given, [i.id]: e.currentTarget.value })}>{answers.map(a => <option value={a}>{word("answer", a)}</option>)}</select></label>)}
          <label class="block">{t("issues.summary")}<textarea rows={2} value={summary} onInput={e => sum(e.currentTarget.value)} /></label>
          {failed && <Failure text={failed} />}
          <p class="actions"><button class="primary">{t("issues.note.record")}</button><button type="button" onClick={() => edit(false)}>{t("close")}</button></p>
        </form>
      )}
    </div>
  );
}
