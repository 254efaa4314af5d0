// A step as it was taken, in a case's history.
import { t, word } from "../i18n";
import { Instant } from "../ui";
import { move, who, type Step } from "./cases-types";

export const Taken = ({ s }: { s: Step }) => (
  <li>
    <p><b>{move(s)}</b>{s.to && <> → <span class="tag">{word("case-state", s.to)}</span></>} <small class="grey"><Instant at={s.at} both /> · {s.by} ({word("role", s.role)}){s.for && `, ${t("cases.for", { party: who(s.for) })}`} · <a href={`/record?id=${encodeURIComponent("#" + s.record)}`}>{t("record.one", { n: s.record })}</a></small></p>
    {s.reasons && <p>{s.reasons}</p>}
    {s.text && <blockquote>{s.text}</blockquote>}
  </li>
);
