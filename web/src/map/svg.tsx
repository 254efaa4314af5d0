// The map drawn as SVG: where there is no WebGL, in print, and wherever it is small.
import type { Feature, Position } from "geojson";
import { useEffect, useMemo, useState } from "preact/hooks";
import { colourOf, filling, path, radius } from "../ui/symbol";
import { ground, towns, type Town } from "./base";
import { mercator, type Bounds } from "./geometry";
import { dashes, zoneToken } from "./style";
import { marks, namesOf, placed, type View } from "./view";

export interface SvgProps extends Omit<View, "tiles"> { width?: number; towns?: number; chosenZone?: string | undefined }

export function SvgMap({ bounds, label, lines, zones, names, areas, incidents, selected, onSelect, describe, width = 800, towns: most = 24, chosenZone }: SvgProps) {
  const [land, setLand] = useState<Feature[]>([]);
  const [places, setPlaces] = useState<Town[]>([]);
  const key = bounds.join();
  useEffect(() => {
    let stale = false;
    void ground(bounds).then(f => stale || setLand(f));
    if (most) void towns(bounds).then(p => stale || setPlaces(p));
    return () => { stale = true; };
  }, [key, most]);

  const ids = namesOf({ zones, ...(names ? { names } : {}) });
  const { at, height, d } = useMemo(() => {
    const [x0, y0] = mercator(bounds[0], bounds[3]), [x1, y1] = mercator(bounds[2], bounds[1]);
    const scale = width / (x1 - x0);
    const at = (p: Position): [number, number] => { const [x, y] = mercator(p[0]!, p[1]!); return [(x - x0) * scale, (y - y0) * scale]; };
    const ring = (r: Position[], close: boolean) => {
      let out = "", px = NaN, py = NaN;
      for (const p of r) {
        const [x, y] = at(p);
        if (Math.abs(x - px) < 0.4 && Math.abs(y - py) < 0.4) continue;
        out += `${out ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
        px = x; py = y;
      }
      return out && close ? out + "Z" : out;
    };
    const d = (f: Feature): string => {
      const g = f.geometry;
      switch (g?.type) {
        case "Polygon": return g.coordinates.map(r => ring(r, true)).join("");
        case "MultiPolygon": return g.coordinates.flatMap(p => p.map(r => ring(r, true))).join("");
        case "LineString": return ring(g.coordinates, false);
        case "MultiLineString": return g.coordinates.map(r => ring(r, false)).join("");
        default: return "";
      }
    };
    return { at, height: (y1 - y0) * scale, d };
  }, [key, width]);

  const labels = useMemo(() => {
    const taken: Bounds[] = [], out: { name: string; x: number; y: number }[] = [];
    for (const [name, lon, lat] of places) {
      const [x, y] = at([lon, lat]);
      const box: Bounds = [x - 4, y - 10, x + 8 + name.length * 6.4, y + 5];
      if (out.length >= most) break;
      if (box[2] > width || y < 12 || y > height - 6 || taken.some(o => box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1])) continue;
      taken.push(box);
      out.push({ name, x, y });
    }
    return out;
  }, [places, at, most]);

  return (
    <svg class="svg-map" viewBox={`0 0 ${width} ${height.toFixed(1)}`} role="img" aria-label={label}>
      <rect width={width} height={height} fill="var(--map-sea)" />
      {land.map(f => <path d={d(f)} fill={f.properties?.["kind"] === "land" ? "var(--map-land)" : "none"} stroke={f.properties?.["kind"] === "land" ? "none" : "var(--map-border)"} />)}
      {areas.map(f => <path d={d(f)} fill="none" stroke="var(--map-border)" stroke-width=".7" stroke-dasharray="3 2" />)}
      {zones.map(f => {
        const on = chosenZone === undefined || f.properties?.["id"] === chosenZone;
        const n = Math.max(0, ids.indexOf(String(f.properties?.["id"])));
        return on && <path d={d(f)} fill={`var(${zoneToken(n)})`} fill-opacity={chosenZone ? 0.16 : 0.05} stroke={`var(${zoneToken(n)})`} stroke-width="1.2" stroke-dasharray={n % 5 ? dashes[n % 5]!.join(" ") : undefined} fill-rule="evenodd" />;
      })}
      {lines.map(f => [<path d={d(f)} fill="none" stroke="var(--map-halo)" stroke-width="4.5" />, <path d={d(f)} fill="none" stroke="var(--map-line)" stroke-width="2" stroke-linejoin="round" />])}
      {labels.map(l => <g class="town"><circle cx={l.x} cy={l.y} r="2" /><text x={l.x + 5} y={l.y + 4}>{l.name}</text></g>)}
      {marks(selected).map(f => f.properties?.["kind"] === "circle" && <path d={d(f)} fill="var(--ink)" fill-opacity=".08" stroke="var(--ink)" stroke-dasharray="3 2" />)}
      {[...incidents].reverse().filter(placed).map(i => {
        const [x, y] = at([i.lon, i.lat]);
        if (x < 0 || y < 0 || x > width || y > height) return null;
        const r = radius(i.severity), colour = colourOf(i.result);
        return (
          <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} onClick={() => onSelect?.(i.id)} style={onSelect ? { cursor: "pointer" } : {}}>
            <title>{describe?.(i) ?? i.id}</title>
            {selected?.at.id === i.id && <circle r="14" fill="none" stroke="var(--focus)" stroke-width="2.5" />}
            <path d={path(i.result, r)} fill={i.result ? "var(--paper)" : "none"} stroke="var(--map-halo)" stroke-width="4.5" />
            <path d={path(i.result, r)} fill={i.result ? colour : "none"} fill-opacity={filling(i.occurrence)} stroke={colour} stroke-width="2" stroke-linejoin="round" />
          </g>
        );
      })}
    </svg>
  );
}
