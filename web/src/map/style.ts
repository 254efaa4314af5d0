// How the map looks: the tokens' colours, the report's dashes and symbols.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { filling, path, radius } from "../ui/symbol";
import type { Result } from "../api";

// hues and dashes tell up to 15 zones apart, as in the report.
export const zoneToken = (i: number) => ["--zone", "--zone-2", "--zone-3"][i % 3]!;
export const dashes = [[1, 0], [4, 2], [1.5, 1.5], [6, 2, 1.5, 2], [8, 3]];

export function tokens(): (name: string) => string {
  const css = getComputedStyle(document.documentElement);
  return name => css.getPropertyValue(name).trim();
}

// symbolName is the picture of an incident: result|severity|occurrence.
const symbolName: ExpressionSpecification = ["concat", ["coalesce", ["get", "result"], ""], "|", ["coalesce", ["get", "severity"], ""], "|", ["coalesce", ["get", "occurrence"], ""]];

// weight is how far in front an incident lies: breaches first, grave ones first.
const weight: ExpressionSpecification = ["match", ["coalesce", ["get", "result"], ""], "breach", 4, "undetermined", 3, "excepted", 2, "consistent", 1, 0];

const tiles = (layer: string, query = "") => ({ type: "vector" as const, tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt${query}`], maxzoom: 12 });
export const incidentTiles = (query: string) => tiles("incidents", query).tiles;

// online is an online base map, if its server was named and the reader wants it.
export function style(zones: string[], query: string | undefined, online?: { url: string; credit?: string }): StyleSpecification {
  const layer = (name: string) => (query === undefined ? {} : { "source-layer": name });
  const token = tokens();
  const halo = { "text-halo-color": token("--map-halo"), "text-halo-width": 1.4 };
  const index: ExpressionSpecification | number = zones.length ? (["match", ["get", "id"], ...zones.flatMap((z, i) => [z, i]), -1] as unknown as ExpressionSpecification) : -1;
  const hue = ["match", ["%", index, 3], 0, token("--zone"), 1, token("--zone-2"), token("--zone-3")] as unknown as ExpressionSpecification;
  const empty = { type: "geojson" as const, data: { type: "FeatureCollection" as const, features: [] } };
  const layers: LayerSpecification[] = [
    { id: "sea", type: "background", paint: { "background-color": token("--map-sea") } },
    { id: "land", type: "fill", source: "base", filter: ["==", ["get", "kind"], "land"], paint: { "fill-color": token("--map-land"), "fill-antialias": false } },
    ...(online ? [{ id: "online", type: "raster" as const, source: "online", paint: { "raster-opacity": 0.75 } }] : []),
    { id: "areas", type: "line", source: "areas", paint: { "line-color": token("--map-border"), "line-width": 0.7, "line-dasharray": [3, 2] } },
    { id: "border", type: "line", source: "base", filter: ["==", ["get", "kind"], "border"], paint: { "line-color": token("--map-border"), "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.9, 9, 1.6] } },
    { id: "zone-fill", type: "fill", source: "zones", ...layer("zones"), filter: ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]], paint: { "fill-color": hue, "fill-opacity": zones.length > 4 ? 0.045 : 0.08 } },
    ...dashes.map((dash, i): LayerSpecification => ({
      id: `zone-line-${i}`, type: "line", source: "zones", ...layer("zones"), filter: ["==", ["%", index, 5], i],
      paint: { "line-color": hue, "line-width": 1.1, ...(i ? { "line-dasharray": dash } : {}) },
    })),
    { id: "line-halo", type: "line", source: "lines", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": token("--map-halo"), "line-width": ["interpolate", ["linear"], ["zoom"], 4, 4.5, 10, 8] } },
    { id: "line", type: "line", source: "lines", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": token("--map-line"), "line-width": ["interpolate", ["linear"], ["zoom"], 4, 2, 10, 3.6] } },
    {
      id: "towns", type: "symbol", source: "towns",
      layout: {
        "text-field": ["get", "name"], "text-font": ["Source Sans Map"], "symbol-sort-key": ["-", 0, ["get", "people"]],
        "text-size": ["interpolate", ["linear"], ["get", "people"], 0, 11, 100000, 11.5, 1000000, 13.5],
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.45, "text-justify": "auto", "text-padding": 6,
        "icon-image": "town", "icon-size": 1, "icon-allow-overlap": false,
      },
      paint: { "text-color": token("--map-town"), ...halo },
    },
    { id: "circle-fill", type: "fill", source: "selected", filter: ["==", ["get", "kind"], "circle"], paint: { "fill-color": token("--ink"), "fill-opacity": 0.08 } },
    { id: "circle", type: "line", source: "selected", filter: ["==", ["get", "kind"], "circle"], paint: { "line-color": token("--ink"), "line-width": 1.2, "line-dasharray": [2, 1.5] } },
    { id: "member-circle", type: "line", source: "selected", filter: ["==", ["get", "kind"], "member-circle"], paint: { "line-color": token("--grey"), "line-width": 0.7, "line-dasharray": [1, 2] } },
    { id: "member-link", type: "line", source: "selected", filter: ["==", ["get", "kind"], "link"], paint: { "line-color": token("--grey"), "line-width": 0.8 } },
    { id: "members", type: "circle", source: "selected", filter: ["==", ["get", "kind"], "member"], paint: { "circle-radius": 3, "circle-color": token("--paper"), "circle-stroke-color": token("--ink"), "circle-stroke-width": 1.2 } },
    {
      id: "cells", type: "circle", source: "incidents", ...layer("cells"),
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 4, 10, 9, 100, 20], "circle-opacity": 0.75, "circle-stroke-width": 1.2, "circle-stroke-color": token("--map-halo"),
        "circle-color": ["interpolate", ["linear"], ["/", ["get", "breaches"], ["get", "count"]], 0, token("--none"), 1, token("--breach")],
      },
    },
    {
      id: "cell-counts", type: "symbol", source: "incidents", ...layer("cells"), filter: [">", ["get", "count"], 9],
      layout: { "text-field": ["to-string", ["get", "count"]], "text-font": ["Source Sans Map"], "text-size": 11 }, paint: { "text-color": token("--ink"), ...halo },
    },
    {
      id: "incidents", type: "symbol", source: "incidents", ...layer("incidents"),
      layout: { "icon-image": symbolName, "icon-size": ["interpolate", ["linear"], ["zoom"], 4, 0.72, 8, 1], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": weight },
    },
    { id: "chosen", type: "circle", source: "selected", filter: ["==", ["get", "kind"], "chosen"], paint: { "circle-radius": 14, "circle-opacity": 0, "circle-stroke-color": token("--focus"), "circle-stroke-width": 2.5 } },
  ];
  return {
    version: 8,
    sources: { ...(online ? { online: { type: "raster" as const, tiles: [online.url], tileSize: 256 } } : {}), base: empty, areas: empty, zones: query === undefined ? empty : tiles("zones"), lines: empty, towns: empty, selected: empty, incidents: query === undefined ? empty : tiles("incidents", query) },
    layers,
  };
}

// picture draws a symbol's picture by its name, at twice its size.
export function picture(name: string): ImageData | undefined {
  const token = tokens(), scale = 2;
  const canvas = document.createElement("canvas");
  const [result, severity = "", occurrence = ""] = name.split("|");
  const town = name === "town";
  if (!town && !name.includes("|")) return undefined;
  const r = town ? 2.2 : radius(severity) * 0.95;
  canvas.width = canvas.height = Math.ceil((r + 2.5) * 2) * scale;
  const g = canvas.getContext("2d");
  if (!g) return undefined;
  g.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height / 2);
  g.lineJoin = "round";
  if (town) {
    g.fillStyle = token("--map-halo");
    g.strokeStyle = token("--map-town");
    g.lineWidth = 1;
    g.beginPath();
    g.arc(0, 0, r, 0, 2 * Math.PI);
    g.fill();
    g.stroke();
  } else {
    const shape = new Path2D(path(result as Result, r)), colour = token("--" + (result || "none"));
    g.strokeStyle = token("--map-halo");
    g.lineWidth = 4.5;
    g.stroke(shape);
    if (result) {
      g.fillStyle = token("--paper");
      g.fill(shape);
      g.globalAlpha = filling(occurrence);
      g.fillStyle = colour;
      g.fill(shape);
      g.globalAlpha = 1;
    }
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.stroke(shape);
  }
  return g.getImageData(0, 0, canvas.width, canvas.height);
}
