// Findings by day: bars from the line up for breaches, and above them what is
// undetermined or excepted.
import type { Counts } from "../api";
import { t } from "../i18n";

export function Spark({ days, label, height = 36 }: { days: ({ date: string } & Counts)[]; label: string; height?: number }) {
  if (!days.length) return null;
  const first = Date.parse(days[0]!.date), n = Math.round((Date.parse(days.at(-1)!.date) - first) / 86400000) + 1;
  const width = 200, step = Math.min(14, width / n), top = Math.max(1, ...days.map(d => d.breach + d.undetermined + d.excepted));
  const unit = (height - 2) / top;
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${label}: ${days.map(d => `${d.date} ${d.breach}`).join(", ")}`}>
      {days.map(d => {
        const x = ((Date.parse(d.date) - first) / 86400000) * step, w = Math.max(1.5, step - 1.5);
        let y = height - 1;
        const bar = (v: number, colour: string, solid: boolean) => {
          if (!v) return null;
          y -= v * unit;
          return <rect x={x + 0.5} y={y + 0.5} width={w - 1} height={Math.max(1, v * unit - 1)} fill={solid ? colour : "none"} stroke={colour} />;
        };
        return <g><title>{`${d.date}: ${t("spark.title", { breach: d.breach, undetermined: d.undetermined, excepted: d.excepted })}`}</title><rect x={x} y="0" width={step} height={height} fill="transparent" />{bar(d.breach, "var(--breach)", true)}{bar(d.undetermined, "var(--undetermined)", false)}{bar(d.excepted, "var(--excepted)", false)}</g>;
      })}
      <line x1="0" x2={Math.max(40, n * step)} y1={height - 0.5} y2={height - 0.5} stroke="var(--edge)" />
    </svg>
  );
}
