// What somebody said in an article: found by the machine, confirmed by a person.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { percent, said, t, word } from "../i18n";
import { party, session, status } from "../state";
import * as time from "../time";
import { Failure } from "../ui";
import { useLoad } from "../ui/load";
import type { IssuesAnswer } from "./issues-talks";

interface Part { text: string }
interface Proposal { id: string; speaker: string; office?: string; as?: string; party?: string; verb?: string; kind: string; quote: Part[]; sentence: Part; language: string; issues?: { id: string; words: string[] }[]; stance?: string; confidence: number; reasons: string[] }
interface Found { sha256: string; language: string; proposals: Proposal[]; left_out?: { words: number; begins: string }[] }

const languages = ["en", "fr", "uk", "ru", "tr"];

export function Article() {
  const [text, type] = useState("");
  const [lang, speak] = useState("");
  const [title, name] = useState("");
  const [url, point] = useState("");
  const [said, date] = useState(time.day(new Date()));
  const [found, show] = useState<Found>();
  const [failed, fail] = useState("");
  const [busy, work] = useState(false);
  const issues = useLoad(signal => get<IssuesAnswer>("/api/v1/issues", {}, { signal }), [session.value]);
  const article = { text, ...(lang && { language: lang }) };
  async function read(e: SubmitEvent) {
    e.preventDefault();
    work(true);
    fail("");
    try {
      show(await post<Found>("/api/v1/statements", article));
    } catch (x) {
      fail(x instanceof Error ? x.message : String(x));
    } finally {
      work(false);
    }
  }
  return (
    <section aria-labelledby="article">
      <h2 id="article">{t("issues.article")}</h2>
      <p class="grey">{t("issues.article.lead")}</p>
      <form class="article-form" onSubmit={e => void read(e)}>
        <label class="block">{t("issues.article.text")}<textarea rows={6} required maxLength={500_000} value={text} onInput={e => { type(e.currentTarget.value); show(undefined); }} /></label>
        <div class="row-form">
          <label>{t("issues.article.title")}<input value={title} onInput={e => name(e.currentTarget.value)} /></label>
          <label>{t("issues.article.url")}<input type="url" value={url} onInput={e => point(e.currentTarget.value)} /></label>
          <label>{t("issues.article.said")}<input type="date" required value={said} onInput={e => date(e.currentTarget.value)} /></label>
          <label>{t("issues.article.language")}<select value={lang} onChange={e => speak(e.currentTarget.value)}><option value="">{t("issues.article.found-out")}</option>{languages.map(l => <option value={l}>{new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(l)}</option>)}</select></label>
          <button class="primary" disabled={busy}>{t("issues.article.read")}</button>
        </div>
        {failed && <Failure text={failed} />}
      </form>
      <div aria-live="polite">
        {found && <p>{t("issues.article.found", { n: found.proposals.length })}</p>}
        {found?.left_out && <details><summary>{t("issues.article.left-out", { n: found.left_out.length })}</summary><ul>{found.left_out.map(l => <li>{t("issues.article.left-words", { begins: l.begins, n: l.words })}</li>)}</ul></details>}
        {found?.proposals.map(p => <One key={p.id} p={p} article={article} meta={{ said, ...(title && { title }), ...(url && { url }) }} issues={issues.value} />)}
      </div>
    </section>
  );
}

function One({ p, article, meta, issues }: { p: Proposal; article: object; meta: object; issues: IssuesAnswer | undefined }) {
  const [w, set] = useState({ party: p.party ?? "", issue: p.issues?.[0]?.id ?? "", stance: p.stance ?? "statement", words: "", reasons: "" });
  const [done, end] = useState(0);
  const [failed, fail] = useState("");
  const put = (x: Partial<typeof w>) => set({ ...w, ...x });
  async function confirm() {
    fail("");
    try {
      const c = await post<{ record: number }>("/api/v1/statements/confirm", { ...article, ...meta, id: p.id, ...Object.fromEntries(Object.entries(w).filter(([, v]) => v)) });
      end(c.record);
    } catch (x) {
      fail(x instanceof Error ? x.message : String(x));
    }
  }
  return (
    <article class={`proposal ${done ? "done" : ""}`}>
      <p><b>{p.speaker}</b>{p.office && `, ${p.office}`} <small class="grey">{t("issues.kind." + p.kind)} · {t("issues.sure", { share: percent(p.confidence) })}</small></p>
      <blockquote lang={p.language}>{p.quote.map(q => q.text).join(" … ")}</blockquote>
      <details><summary>{t("issues.sentence")}</summary><p lang={p.language}>{p.sentence.text}</p><ul>{p.reasons.map(r => <li><small>{r}</small></li>)}</ul></details>
      {done > 0 ? <p class="answer">✓ {t("issues.confirmed")} <a href={`/record?id=${encodeURIComponent("#" + done)}`}>{t("record.one", { n: done })}</a></p> : (
        <div class="row-form">
          <label>{t("issues.party")}<select value={w.party} onChange={e => put({ party: e.currentTarget.value })}><option value="">–</option>{(status.value?.parties ?? []).map(x => <option value={x.id}>{party(x.id)}</option>)}</select></label>
          <label>{t("issues.issue")}<select value={w.issue} onChange={e => put({ issue: e.currentTarget.value })}><option value="">–</option>{(issues?.issues ?? []).map(i => <option value={i.id}>{said(i.title)}</option>)}</select></label>
          <label>{t("issues.stance")}<select value={w.stance} onChange={e => put({ stance: e.currentTarget.value })}>{["for", "against", "conditional", "open", "statement"].map(s => <option value={s}>{word("stance", s)}</option>)}</select></label>
          <label>{t("issues.summary")}<input value={w.words} onInput={e => put({ words: e.currentTarget.value })} /></label>
          <button onClick={() => void confirm()} disabled={!w.party}>{t("issues.confirm")}</button>
        </div>
      )}
      {failed && <Failure text={failed} />}
    </article>
  );
}
