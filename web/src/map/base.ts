// The base map: land, borders and settlements, from this server's own files
// (build.mjs cuts them). See base.mjs for their form.
import type { Feature, Position } from "geojson";
import tiles from "base:tiles";
import { mercator, type Bounds } from "./geometry";

const there = new Set(tiles);
export type Town = [name: string, lon: number, lat: number, people: number];
interface Tile { land: number[][][]; border: number[][] }

const kept = new Map<string, Promise<unknown>>();
function file<T>(name: string): Promise<T> {
  if (!kept.has(name)) kept.set(name, fetch(`/base/${name}.json`).then(r => (r.ok ? r.json() : Promise.reject(new Error(`/base/${name}.json: ${r.status}`)))));
  return kept.get(name) as Promise<T>;
}

function within(b: Bounds): string[] {
  const clamp = (v: number) => Math.max(0, Math.min(31, Math.floor(v * 32)));
  const [x0, y0] = mercator(b[0], Math.min(85, b[3])), [x1, y1] = mercator(b[2], Math.max(-85, b[1]));
  const out: string[] = [];
  for (let x = clamp(x0); x <= clamp(x1); x++) for (let y = clamp(y0); y <= clamp(y1); y++) if (there.has(`${x}-${y}`)) out.push(`${x}-${y}`);
  return out;
}

function positions(steps: number[]): Position[] {
  const out: Position[] = [];
  let x = 0, y = 0;
  for (let i = 0; i < steps.length; i += 2) out.push([(x += steps[i]!) / 1000, (y += steps[i + 1]!) / 1000]);
  return out;
}

// ground is the land and the borders that lie within bounds.
export async function ground(b: Bounds): Promise<Feature[]> {
  const list = await Promise.all(within(b).map(k => file<Tile>(k)));
  return list.flatMap(t => [
    { type: "Feature", properties: { kind: "land" }, geometry: { type: "MultiPolygon", coordinates: t.land.map(p => p.map(positions)) } },
    { type: "Feature", properties: { kind: "border" }, geometry: { type: "MultiLineString", coordinates: t.border.map(positions) } },
  ]);
}

// towns are the settlements within bounds, the largest first; with small ones
// those from 2,500 people on, else from 100,000.
export async function towns(b: Bounds, small = false): Promise<Town[]> {
  const names = within(b).flatMap(k => (small ? [`${k}-towns`, `${k}-villages`] : [`${k}-towns`]));
  const list = (await Promise.all(names.map(n => file<Town[]>(n)))).flat();
  return list.filter(t => t[1] >= b[0] && t[1] <= b[2] && t[2] >= b[1] && t[2] <= b[3]).sort((x, y) => y[3] - x[3]);
}
