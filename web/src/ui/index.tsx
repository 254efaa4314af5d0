// The components that all pages are made of.
import type { ComponentChildren } from "preact";
import type { Result } from "../api";
import { number, percent, t } from "../i18n";
import * as time from "../time";
import { grade, resultName, Symbol } from "./symbol";

export { Symbol } from "./symbol";

// Badge names a result, with its shape.
export const Badge = ({ result }: { result: Result }) => (
  <span class={`badge ${result || "none"}`}><Symbol result={result} />{resultName(result)}</span>
);

// Severity shows a grade as bars and as its name.
export function Severity({ value, of = 4 }: { value: string; of?: number }) {
  if (!value) return null;
  return (
    <span class="badge" title={t("severity.title", { name: value })}>
      <span class="severity" aria-hidden="true">{Array.from({ length: of }, (_, i) => <i class={i < grade(value) ? "on" : ""} style={{ height: `${4 + i * 2}px` }} />)}</span>
      {value}
    </span>
  );
}

export const Tag = ({ children, title }: { children: ComponentChildren; title?: string }) => <span class="tag" title={title}>{children}</span>;

// Probability is a share of one as a bar and in per cent.
export const Probability = ({ p, label }: { p: number; label: string }) => (
  <span class="bar" role="img" aria-label={`${label}: ${percent(p)}`}>
    <span><i style={{ width: `${Math.round(p * 100)}%` }} /></span>{percent(p)}
  </span>
);

export interface Reason { code: string; text: string }

// Reasons is a chain of reasons, the conclusion last.
export const Reasons = ({ list, label }: { list: Reason[]; label?: string }) => (
  <ol class="reasons" aria-label={label}>{list.map((r, i) => <li class={i === list.length - 1 ? "last" : ""}>{r.text}</li>)}</ol>
);

// Instant is a time by the agreement's clock; UTC beside it or in its title.
export function Instant({ at, both = false, short = false }: { at: string; both?: boolean; short?: boolean }) {
  const d = new Date(at);
  return (
    <time class="instant" dateTime={at} title={`${time.local(d)} · ${time.utc(d)}`}>
      {short ? `${time.shortDate(d)}, ${time.clock(d)} ${time.mark(d)}` : time.local(d)}
      {both && time.zone() !== "UTC" && <small> ({time.clock(d, "UTC")} UTC)</small>}
    </time>
  );
}

// distance writes metres as people say them.
export function distance(m: number): string {
  const d = Math.abs(m);
  if (d < 1000) return t("unit.m", { n: number(d < 100 ? Math.round(d) : Math.round(d / 10) * 10, 0) });
  return t("unit.km", { n: number(d / 1000, d < 10000 ? 1 : 0) });
}

export interface Column<T> { name: string; cell: (row: T) => ComponentChildren; numeric?: boolean; head?: boolean }

// Table is rows with a caption; the first column is each row's header.
export function Table<T>({ caption, columns, rows, empty, hideCaption = false }: { caption: string; columns: Column<T>[]; rows: T[]; empty?: string; hideCaption?: boolean }) {
  if (rows.length === 0 && empty) return <p class="empty">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class={hideCaption ? "sr" : ""}>{caption}</caption>
        <thead><tr>{columns.map(c => <th scope="col" class={c.numeric ? "n" : ""}>{c.name}</th>)}</tr></thead>
        <tbody>{rows.map(r => <tr>{columns.map((c, i) => (c.head ?? i === 0) ? <th scope="row" class={c.numeric ? "n" : ""}>{c.cell(r)}</th> : <td class={c.numeric ? "n" : ""}>{c.cell(r)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

// Figures is a row of numbers with names.
export const Figures = ({ list }: { list: { name: string; value: ComponentChildren; note?: string | undefined }[] }) => (
  <dl class="tiles">{list.map(f => <div><dt>{f.name}</dt><dd class="value">{f.value}</dd>{f.note && <dd><small>{f.note}</small></dd>}</div>)}</dl>
);

export const Page = ({ title, lead, children, sections = false }: { title: string; lead?: ComponentChildren; children: ComponentChildren; sections?: boolean }) => (
  <article class={sections ? "page sections" : "page"}><header><h1>{title}</h1>{lead && <p>{lead}</p>}</header>{children}</article>
);

export const Failure = ({ text }: { text: string }) => <p class="notice bad" role="alert">{text}</p>;
export const Waiting = () => <p class="empty" role="status">{t("loading")}</p>;
