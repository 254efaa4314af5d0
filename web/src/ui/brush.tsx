// A stretch of time under its counts: bars of incidents with the breaches among
// them, what is usual behind, and the period that is looked at, which can be
// dragged, or moved with the arrow keys at either end.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Bucket } from "../api";
import { number, t } from "../i18n";
import * as time from "../time";

export interface Period { since: number; until: number }
interface Props { buckets: Bucket[]; step: number; period: Period; onChange: (p: Period) => void }

const height = 84, base = 66;

export function Brush({ buckets, step, period, onChange }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [width, resize] = useState(800);
  const [dragged, drag] = useState<Period | undefined>(undefined);
  useEffect(() => {
    const o = new ResizeObserver(() => svg.current && resize(Math.max(200, svg.current.clientWidth)));
    if (svg.current) o.observe(svg.current);
    return () => o.disconnect();
  }, []);
  if (!buckets.length) return null;
  const start = Date.parse(buckets[0]!.from), end = Date.parse(buckets.at(-1)!.from) + step;
  const x = (at: number) => ((Math.max(start, Math.min(end, at)) - start) / (end - start)) * width;
  const top = Math.max(1, ...buckets.map(b => Math.max(b.incidents, b.usual)));
  const y = (v: number) => base - (Math.min(v, top) / top) * (base - 6);
  const snap = (at: number) => start + Math.round((at - start) / step) * step;
  const shown = dragged ?? period;
  const bar = Math.max(1, width / buckets.length - (width / buckets.length > 4 ? 1 : 0));

  const at = (e: PointerEvent) => start + ((e.clientX - svg.current!.getBoundingClientRect().left) / width) * (end - start);
  function press(e: PointerEvent) {
    if (e.button) return;
    const from = at(e), near = ((end - start) / width) * 10;
    const edge = Math.abs(from - period.since) < near ? period.until : Math.abs(from - period.until) < near ? period.since : undefined;
    const inside = edge === undefined && from > period.since && from < period.until && period.until - period.since < (end - start) * 0.95;
    let now: Period | undefined;
    const move = (m: PointerEvent) => {
      const to = at(m);
      if (inside) {
        const d = Math.max(start - period.since, Math.min(end - period.until, to - from));
        now = { since: snap(period.since + d), until: snap(period.until + d) };
      } else {
        const [a, b] = [edge ?? from, to].sort((p, q) => p - q) as [number, number];
        now = { since: Math.max(start, snap(a)), until: Math.min(end, Math.max(snap(b), snap(a) + step)) };
      }
      drag(now);
    };
    const up = () => {
      removeEventListener("pointermove", move);
      drag(undefined);
      if (now) onChange(now);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up, { once: true });
    e.preventDefault();
  }
  function key(which: "since" | "until", e: KeyboardEvent) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[e.key];
    let to = by === undefined ? undefined : snap(period[which]) + by * step;
    if (e.key === "Home") to = which === "since" ? start : period.since + step;
    if (e.key === "End") to = which === "since" ? period.until - step : end;
    if (to === undefined) return;
    e.preventDefault();
    const next = which === "since" ? { since: Math.max(start, Math.min(to, period.until - step)), until: period.until } : { since: period.since, until: Math.min(end, Math.max(to, period.since + step)) };
    onChange(next);
  }
  const days: number[] = [];
  const dayStep = Math.max(1, Math.ceil((end - start) / 86400000 / Math.max(2, width / 90)));
  for (let d = new Date(time.day(new Date(start)) + "T00:00:00Z").getTime(), n = 0; d < end; d += 86400000, n++) if (n % dayStep === 0 && d >= start) days.push(d);
  const usual = buckets.some(b => b.days > 0);
  const band = buckets.filter(b => b.days > 0);
  const edge = (b: Bucket) => Date.parse(b.from);
  const handle = (which: "since" | "until") => (
    <g class="brush-handle" transform={`translate(${x(shown[which]).toFixed(1)} 0)`} role="slider" tabindex={0} aria-label={t("brush." + which)} aria-orientation="horizontal"
      aria-valuemin={start} aria-valuemax={end} aria-valuenow={shown[which]} aria-valuetext={time.local(new Date(shown[which]))} onKeyDown={e => key(which, e)}>
      <rect x="-9" y="0" width="18" height={base} fill="transparent" />
      <line y1="0" y2={base} /><rect class="grip" x="-3.500" y={base / 2 - 9} width="7" height="18" rx="2" />
    </g>
  );
  return (
    <div class="brush">
      <svg ref={svg} width="100%" height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" onPointerDown={press} role="group" aria-label={t("brush.label")}>
        {band.length > 1 && <path class="usual-band" d={`M${band.map(b => `${x(edge(b)).toFixed(1)} ${y(b.high).toFixed(1)}H${x(edge(b) + step).toFixed(1)}`).join("L")}L${[...band].reverse().map(b => `${x(edge(b) + step).toFixed(1)} ${y(b.low).toFixed(1)}H${x(edge(b)).toFixed(1)}`).join("L")}Z`} />}
        {buckets.map(b => b.incidents > 0 && (
          <g>
            <rect class="bar-all" x={x(edge(b))} y={y(b.incidents)} width={bar} height={base - y(b.incidents)} />
            {b.breaches > 0 && <rect class="bar-breach" x={x(edge(b))} y={y(b.breaches)} width={bar} height={base - y(b.breaches)} />}
          </g>
        ))}
        {band.length > 1 && <path class="usual" d={`M${band.map(b => `${x(edge(b)).toFixed(1)} ${y(b.usual).toFixed(1)}H${x(edge(b) + step).toFixed(1)}`).join("L")}`} />}
        <rect class="outside" x="0" y="0" width={x(shown.since)} height={base} /><rect class="outside" x={x(shown.until)} y="0" width={width - x(shown.until)} height={base} />
        <line class="axis" x1="0" x2={width} y1={base} y2={base} />
        {days.map(d => <g class="tick"><line x1={x(d)} x2={x(d)} y1={base} y2={base + 4} /><text x={x(d) + 3} y={height - 3}>{time.shortDate(new Date(d), "UTC")}</text></g>)}
        <text class="top" x="3" y="11">{number(top, 0)}</text>
        {handle("since")}{handle("until")}
      </svg>
      <p class="brush-key small grey" aria-hidden="true"><i class="k-all" />{t("brush.incidents")} <i class="k-breach" />{t("brush.breaches")} {usual && <><i class="k-usual" />{t("brush.usual")}</>}</p>
    </div>
  );
}
