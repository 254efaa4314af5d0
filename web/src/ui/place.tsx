// A place taken from the map, which is loaded when it is opened.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import type { Bounds } from "../map/geometry";

type PlaceMap = typeof import("../intake/map").default;

export function usePlaceMap({ at, radius, area, put }: { at: { lat: number; lon: number } | null; radius: number; area: Bounds | undefined; put: (at: string) => void }) {
  const [Map, open] = useState<PlaceMap | null>(null);
  const [failed, fail] = useState("");
  return {
    button: <button type="button" aria-expanded={!!Map} onClick={() => (Map ? open(null) : void import("../intake/map").then(m => open(() => m.default), e => fail(String(e))))}>{t("intake.map")}</button>,
    map: Map ? <Map at={at} radius={radius} area={area} put={(lat, lon) => put(`${lat.toFixed(5)}, ${lon.toFixed(5)}`)} /> : failed && <p class="small" role="alert">{failed}</p>,
  };
}
