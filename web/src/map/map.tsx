import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { api } from "../api";
import { dark } from "../state";
import { useLoad } from "../ui/load";
import type { Drawn } from "./gl";
import { SvgMap } from "./svg";
import type { View } from "./view";

// MapView is the map that can be moved; without WebGL it is a still one.
export function MapView(view: View) {
  const element = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | undefined>(undefined);
  const latest = useRef(view);
  latest.current = view;
  const [still, setStill] = useState(false);
  useEffect(() => {
    let gone = false;
    void import("./gl").then(({ draw }) => {
      if (gone || !element.current) return;
      try {
        drawn.current = draw(element.current, latest.current);
      } catch (e) {
        console.warn("no WebGL map:", e);
        setStill(true);
      }
    });
    return () => { gone = true; drawn.current?.remove(); drawn.current = undefined; };
  }, []);
  useEffect(() => drawn.current?.update(view));
  useEffect(() => drawn.current?.repaint(), [dark.value]);
  const shapes = useLoad(async () => (still && view.tiles !== undefined ? api.zones() : []), [still]);
  if (still) return <div class="map still"><p class="map-note">{t("map.still")}</p><SvgMap {...view} zones={view.tiles === undefined ? view.zones : (shapes.value ?? [])} /></div>;
  return <div class="map" ref={element} />;
}
