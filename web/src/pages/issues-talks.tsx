// The open issues and each party's newest position on them.
import { get } from "../api";
import { said, t, word, type Texts } from "../i18n";
import { party, session } from "../state";
import { Failure, Instant, Waiting } from "../ui";
import { useLoad } from "../ui/load";
import { Quotes, type Quote } from "../ui/quotes";

interface Position { id: string; party: string; speaker?: string; at: string; stance?: string; words: Texts; sources?: Quote[]; record?: number }
interface Move { party: string; at: string; from: string[]; to: string[]; towards: string; said?: string[] }
export interface Issue {
  id: string; title: Texts; is?: string; since?: string; states?: { at: string; is: string; sources?: Quote[]; why?: string }[];
  parties?: { party: string; newest: Position[]; earlier?: Position[]; moves?: Move[] }[]; sources?: Quote[];
}
export interface IssuesAnswer { at: string; issues: Issue[]; moved: (Move & { issue?: string })[] }

const marks: Record<string, string> = { for: "+", against: "−", conditional: "±", open: "○", statement: "·" };
const arrows: Record<string, string> = { towards: "→", away: "←", changed: "↔" };

export function Talks({ at }: { at: string | undefined }) {
  const load = useLoad(signal => get<IssuesAnswer>("/api/v1/issues", { at }, { signal }), [at, session.value]);
  if (load.failure) return <Failure text={load.failure} />;
  if (!load.value) return <Waiting />;
  const x = load.value;
  return (
    <section aria-labelledby="issues">
      <h2 id="issues">{t("issues.issues")}</h2>
      {x.moved.length > 0 && (
        <ul class="moved">{x.moved.slice(-6).reverse().map(m => (
          <li><b aria-hidden="true">{arrows[m.towards]}</b> {party(m.party)}: {m.from.map(s => word("stance", s)).join(", ")} → {m.to.map(s => word("stance", s)).join(", ")} ({word("towards", m.towards)}) · {said(x.issues.find(i => i.id === m.issue)?.title) || m.issue} <small class="grey"><Instant at={m.at} short /></small></li>
        ))}</ul>
      )}
      <div class="issues">{x.issues.map(i => <One i={i} />)}</div>
    </section>
  );
}

const One = ({ i }: { i: Issue }) => (
  <article class="issue" aria-labelledby={`issue-${i.id}`}>
    <h3 id={`issue-${i.id}`}>{said(i.title)}</h3>
    <p><span class={`tag ${i.is === "agreed" ? "" : "strong"}`}>{i.is ? word("issue", i.is) : t("issues.not-raised")}</span> {i.since && <small class="grey">{t("guarantees.since")} <Instant at={i.since} short /></small>}</p>
    {(i.parties ?? []).map(p => {
      const first = p.newest[0];
      return (
        <div class="stand">
          <p><b>{party(p.party)}</b> {p.moves?.map(m => <span class="tag" title={`${m.from.map(s => word("stance", s)).join(", ")} → ${m.to.map(s => word("stance", s)).join(", ")}`}>{arrows[m.towards]} {word("towards", m.towards)}</span>)} {first && <small class="grey"><Instant at={first.at} short /></small>}</p>
          <ul class="plain-list">{p.newest.map(n => (
            <li>
              <span class="stance" title={word("stance", n.stance ?? "statement")}><span aria-hidden="true">{marks[n.stance ?? "statement"] ?? "·"}</span> <small>{word("stance", n.stance ?? "statement")}</small></span> {said(n.words)}
              <details><summary>{n.speaker ?? t("issues.source")}{(n.record ?? 0) > 0 && <> · <a href={`/record?id=${encodeURIComponent("#" + n.record)}`}>{t("record.one", { n: n.record! })}</a></>}</summary><Quotes list={n.sources} /></details>
            </li>
          ))}</ul>
          {(p.earlier?.length ?? 0) > 0 && <details><summary>{t("issues.earlier", { n: p.earlier!.length })}</summary><ul class="plain-list">{p.earlier!.map(n => <li><small class="grey"><Instant at={n.at} short /></small> {word("stance", n.stance ?? "statement")}: {said(n.words)}<Quotes list={n.sources} /></li>)}</ul></details>}
        </div>
      );
    })}
    {(i.parties ?? []).length === 0 && <p class="grey">{t("issues.nobody")}</p>}
    {(i.states?.length ?? 0) > 0 && <details><summary>{t("issues.how")}</summary>{i.states!.map(s => <><p><Instant at={s.at} short />: {word("issue", s.is)} {s.why}</p><Quotes list={s.sources} /></>)}</details>}
  </article>
);
