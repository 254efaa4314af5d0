// What maps need of geometry: bounds, Web Mercator, circles on the ground.
import type { Feature, FeatureCollection, Position } from "geojson";

export type Bounds = [west: number, south: number, east: number, north: number];

export function eachPosition(coordinates: unknown, visit: (p: Position) => void) {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === "number") visit(coordinates as Position);
  else for (const c of coordinates) eachPosition(c, visit);
}

export function boundsOf(features: Feature[]): Bounds | undefined {
  const b: Bounds = [180, 90, -180, -90];
  for (const f of features)
    if (f.geometry && "coordinates" in f.geometry)
      eachPosition(f.geometry.coordinates, ([x, y]) => {
        b[0] = Math.min(b[0], x!); b[1] = Math.min(b[1], y!); b[2] = Math.max(b[2], x!); b[3] = Math.max(b[3], y!);
      });
  return b[0] <= b[2] ? b : undefined;
}

export function widen(b: Bounds, share: number): Bounds {
  const dx = Math.max(0.02, (b[2] - b[0]) * share), dy = Math.max(0.02, (b[3] - b[1]) * share);
  return [b[0] - dx, b[1] - dy, b[2] + dx, b[3] + dy];
}

// mercator is a position in the unit square of Web Mercator.
export const mercator = (lon: number, lat: number): [number, number] => {
  const s = Math.sin((lat * Math.PI) / 180);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
};

// circle is the ring of points a distance in metres from a place, on the sphere;
// on the scale of a map it and the ellipsoid's are one.
export function circle(lon: number, lat: number, metres: number): Position[] {
  const d = metres / 6371008.8, rad = Math.PI / 180, φ = lat * rad;
  return Array.from({ length: 65 }, (_, i) => {
    const θ = (i * 2 * Math.PI) / 64;
    const y = Math.asin(Math.sin(φ) * Math.cos(d) + Math.cos(φ) * Math.sin(d) * Math.cos(θ));
    const x = Math.atan2(Math.sin(θ) * Math.sin(d) * Math.cos(φ), Math.cos(d) - Math.sin(φ) * Math.sin(y));
    return [lon + x / rad, y / rad];
  });
}

export const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
