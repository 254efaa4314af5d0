// What a map shows, whatever draws it.
import type { Feature } from "geojson";
import type { Summary } from "../api";
import { circle, type Bounds } from "./geometry";

export interface View {
  bounds: Bounds; // what is seen first
  label: string; // what it is, for those who don't see it
  lines: Feature[];
  // With tiles, the query that chooses incidents, the agreement's zones and the
  // incidents come as vector tiles; without, the zones are those of the page.
  tiles?: string | undefined;
  zones: Feature[];
  names?: string[]; // the ids of all zones, whose order gives each its hue and dash
  areas: Feature[];
  incidents: Summary[];
  selected?: Selected | undefined;
  onSelect?: (id: string) => void;
  onMove?: (b: Bounds) => void;
  onPlace?: (lon: number, lat: number) => void; // a place is chosen that is no incident
  describe?: (i: Summary) => string; // one line
}

export interface Selected { at: Summary; members: { lat: number; lon: number; radius_m: number }[] }

// namesOf are the ids by whose order zones are told apart.
export const namesOf = (v: Pick<View, "names" | "zones">) => v.names ?? v.zones.map(z => String(z.properties?.["id"]));

export const placed = (i: Summary): i is Summary & { lat: number; lon: number } => i.lat !== undefined && i.lon !== undefined;

// marks are the features that show what is selected: the circle that holds the
// true place with 95 %, and the observations it was made of.
export function marks(s: Selected | undefined): Feature[] {
  if (!s || !placed(s.at)) return [];
  const { lon, lat } = s.at, here = [lon, lat];
  const out: Feature[] = [{ type: "Feature", properties: { kind: "chosen" }, geometry: { type: "Point", coordinates: here } }];
  if (s.at.radius_m) out.push({ type: "Feature", properties: { kind: "circle" }, geometry: { type: "Polygon", coordinates: [circle(lon, lat, s.at.radius_m)] } });
  for (const m of s.members) {
    const there = [m.lon, m.lat];
    out.push({ type: "Feature", properties: { kind: "link" }, geometry: { type: "LineString", coordinates: [here, there] } });
    out.push({ type: "Feature", properties: { kind: "member" }, geometry: { type: "Point", coordinates: there } });
    if (m.radius_m) out.push({ type: "Feature", properties: { kind: "member-circle" }, geometry: { type: "LineString", coordinates: circle(m.lon, m.lat, m.radius_m) } });
  }
  return out;
}
