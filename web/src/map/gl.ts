// The map drawn by MapLibre: WebGL, no glyph server, nothing from elsewhere.
import { Map, ScaleControl, setWorkerUrl, type GeoJSONSource, type VectorTileSource } from "maplibre-gl";
import { t } from "../i18n";
import { ground, towns } from "./base";
import { boundsOf, collection, widen, type Bounds } from "./geometry";
import type { Summary } from "../api";
import { status } from "../state";
import { incidentTiles, picture, style } from "./style";
import { marks, namesOf, type View } from "./view";

export interface Drawn { update(v: View): void; repaint(): void; remove(): void }

// draw makes a map in an element. It throws where there is no WebGL.
export function draw(element: HTMLElement, first: View): Drawn {
  setWorkerUrl(document.querySelector<HTMLMetaElement>("meta[name=map-worker]")!.content);
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let view = first;
  let wanted = false; // the online base map
  const online = () => (wanted ? status.value?.base_map : undefined);
  const map = new Map({
    container: element, style: style(namesOf(first), first.tiles), bounds: first.bounds, fitBoundsOptions: { padding: 24 }, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false, maxZoom: 14, minZoom: 2, fadeDuration: reduced ? 0 : 150,
    canvasContextAttributes: { antialias: true },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.getCanvas().setAttribute("aria-label", first.label);
  map.setMissingStyleImageResolver(id => {
    const data = picture(id);
    if (data && !map.hasImage(id)) map.addImage(id, data, { pixelRatio: 2 });
  });

  const set = (name: string, features: GeoJSON.Feature[]) => map.getSource<GeoJSONSource>(name)?.setData(collection(features));
  let moved = false; // by the reader, or to what the reader chose
  map.on("movestart", e => { moved ||= "originalEvent" in e && !!e.originalEvent; });
  // What stands above the map may come later and make it lower.
  const whole = () => void map.fitBounds(view.bounds, { padding: 24, animate: false });
  map.on("resize", () => { if (!moved) whole(); });
  let loaded: Bounds | undefined, small = false, land: GeoJSON.Feature[] = [], named: GeoJSON.Feature[] = [];
  async function around() {
    const b = map.getBounds(), near = map.getZoom() >= 7.5;
    const seen: Bounds = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    view.onMove?.(seen);
    if (loaded && small >= near && seen[0] >= loaded[0] && seen[1] >= loaded[1] && seen[2] <= loaded[2] && seen[3] <= loaded[3]) return;
    const want = widen(seen, 0.03);
    loaded = want;
    small = near;
    const [earth, places] = await Promise.all([ground(want), towns(want, near)]);
    land = earth;
    named = places.map(p => ({ type: "Feature", properties: { name: p[0], people: p[3] }, geometry: { type: "Point", coordinates: [p[1], p[2]] } }));
    set("base", land);
    set("towns", named);
  }
  // fill gives every source what it has to show; a new style empties them.
  const fill = () => {
    set("base", land);
    set("towns", named);
    set("lines", view.lines);
    if (view.tiles === undefined) set("zones", view.zones);
    set("areas", view.areas);
    set("selected", marks(view.selected));
  };
  map.once("load", () => {
    fill();
    void around();
    map.on("moveend", () => void around());
  });
  map.once("idle", () => { element.dataset["drawn"] = "true"; });

  const tip = document.createElement("div");
  tip.className = "map-tip";
  tip.hidden = true;
  element.append(tip);
  map.on("mousemove", "incidents", e => {
    const over = e.features?.[0]?.properties as Summary | undefined;
    const at = view.incidents.find(i => i.id === over?.id) ?? over;
    map.getCanvas().style.cursor = "pointer";
    tip.hidden = !at;
    if (at) tip.textContent = view.describe?.(at) ?? at.id;
    tip.style.transform = `translate(${Math.min(e.point.x + 12, element.clientWidth - 220)}px, ${e.point.y + 14}px)`;
  });
  map.on("mouseleave", "incidents", () => { map.getCanvas().style.cursor = ""; tip.hidden = true; });
  map.on("click", e => {
    const near = 6;
    const hits = map.queryRenderedFeatures([[e.point.x - near, e.point.y - near], [e.point.x + near, e.point.y + near]], { layers: ["incidents"] });
    const id = hits[0]?.properties["id"];
    if (id) view.onSelect?.(String(id));
    else view.onPlace?.(e.lngLat.lng, e.lngLat.lat);
  });

  const buttons = document.createElement("div");
  buttons.className = "map-buttons";
  for (const [sign, label, run] of [["+", t("map.in"), () => { moved = true; map.zoomIn(); }], ["−", t("map.out"), () => { moved = true; map.zoomOut(); }], ["⤢", t("map.all"), () => map.fitBounds(view.bounds, { padding: 24, animate: !reduced })]] as const) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = sign;
    b.title = label;
    b.setAttribute("aria-label", label);
    b.onclick = run;
    buttons.append(b);
  }
  const base = status.value?.base_map;
  if (base) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = "◍";
    b.title = `${t("map.online")}${base.credit ? ` · ${base.credit}` : ""}`;
    b.setAttribute("aria-label", t("map.online"));
    b.setAttribute("aria-pressed", "false");
    const credit = document.createElement("p");
    credit.className = "map-credit map-credit-online";
    credit.textContent = base.credit ?? "";
    credit.hidden = true;
    b.addEventListener("click", () => {
      wanted = !wanted;
      b.setAttribute("aria-pressed", String(wanted));
      credit.hidden = !wanted || !base.credit;
      map.setStyle(style(namesOf(view), view.tiles, online()), { diff: true });
      fill();
    });
    buttons.append(b);
    element.append(credit);
  }
  element.append(buttons);

  return {
    update(next) {
      const chosen = next.selected?.at.id, chosenBefore = view.selected?.at.id;
      const before = view;
      view = next;
      if (!moved && next.bounds.join() !== before.bounds.join()) whole();
      if (namesOf(next).join() !== namesOf(before).join()) map.setStyle(style(namesOf(next), next.tiles, online()), { diff: true });
      else if (next.tiles !== undefined && next.tiles !== before.tiles) map.getSource<VectorTileSource>("incidents")?.setTiles(incidentTiles(next.tiles));
      fill();
      if (chosen && chosen !== chosenBefore) {
        const b = boundsOf(marks(next.selected));
        const seen = map.getBounds();
        if (b && (b[0] < seen.getWest() || b[2] > seen.getEast() || b[1] < seen.getSouth() || b[3] > seen.getNorth())) {
          moved = true;
          map.fitBounds(widen(b, 2), { maxZoom: Math.max(8, map.getZoom()), animate: !reduced });
        }
      }
    },
    repaint() {
      for (const id of map.listImages()) if (picture(id)) map.updateImage(id, picture(id)!);
      map.setStyle(style(namesOf(view), view.tiles, online()), { diff: true });
      fill();
    },
    remove: () => map.remove(),
  };
}
