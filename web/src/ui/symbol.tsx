// Incidents as map, lists and report draw them: the shape and colour say what
// the terms make of it, the size how grave it is, the filling how sure it is
// that it happened (hollow: reported, tinted: corroborated, filled: verified).
import type { Result } from "../api";
import { t } from "../i18n";

export const results: Result[] = ["breach", "undetermined", "excepted", "consistent", ""];
export const resultName = (r: Result) => t("result." + (r || "none"));
export const colourOf = (r: Result) => `var(--${r || "none"})`;

// path is a result's shape about 0, 0 within a circle of radius r.
export function path(result: Result, r: number): string {
  switch (result) {
    case "breach": return `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
    case "excepted": { const s = r * 0.78; return `M${-s} ${-s}H${s}V${s}H${-s}Z`; }
    case "consistent": return `M0 ${-r}L${r * 0.92} ${r * 0.7}H${-r * 0.92}Z`;
    case "": { const s = r * 0.65; return `M${-s} ${-s}L${s} ${s}M${s} ${-s}L${-s} ${s}`; }
    default: { const s = r * 0.85; return `M${-s} 0A${s} ${s} 0 1 1 ${s} 0A${s} ${s} 0 1 1 ${-s} 0Z`; }
  }
}

export const filling = (occurrence: string) => (occurrence === "verified" ? 1 : occurrence === "corroborated" ? 0.45 : 0);

// grade is a severity's place on its scale: S3 is 3.
export const grade = (severity: string) => Number(/\d+/.exec(severity)?.[0] ?? 0);
export const radius = (severity: string) => 5 + 1.4 * Math.min(5, grade(severity));

export function Symbol({ result, severity = "S2", occurrence = "verified" }: { result: Result; severity?: string; occurrence?: string }) {
  const r = radius(severity);
  const colour = colourOf(result);
  return (
    <svg class="symbol" width="20" height="20" viewBox="-12.500 -12.500 25 25" aria-hidden="true">
      <path d={path(result, r)} fill={result === "" ? "none" : "var(--paper)"} />
      <path d={path(result, r)} fill={result === "" ? "none" : colour} fill-opacity={filling(occurrence)} stroke={colour} stroke-width="2" stroke-linejoin="round" />
    </svg>
  );
}
