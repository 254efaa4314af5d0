// The place of a report, chosen on the map.
import { useMemo, useRef } from "preact/hooks";
import type { Summary } from "../api";
import { api } from "../api";
import { t } from "../i18n";
import { boundsOf, widen, type Bounds } from "../map/geometry";
import { MapView } from "../map/map";
import { useLoad } from "../ui/load";

interface Props { at: { lat: number; lon: number } | null; radius: number; area: Bounds | undefined; put: (lat: number, lon: number) => void }

export default function PlaceMap({ at, radius, area, put }: Props) {
  const lines = useLoad(() => api.lines().catch(() => []), []);
  const seen = useRef<Bounds | undefined>(undefined);
  const first = useRef(at);
  const bounds = useMemo<Bounds | undefined>(() => {
    const near = first.current;
    if (near) return [near.lon - 0.25, near.lat - 0.15, near.lon + 0.25, near.lat + 0.15];
    const line = boundsOf(lines.value ?? []);
    return area ?? (line ? widen(line, 0.1) : lines.value ? [20, 44, 41, 53] : undefined);
  }, [lines.value, area]);
  if (!bounds) return null;
  const mark = at ? { id: "here", from: "", to: "", lat: at.lat, lon: at.lon, radius_m: radius, activity: "", probability: 1, occurrence: "verified", severity: "", result: "" as const, sources: 1 } satisfies Summary : undefined;
  return (
    <div class="place-map">
      <MapView bounds={bounds} label={t("intake.map")} lines={lines.value ?? []} zones={[]} areas={[]} incidents={[]} selected={mark && { at: mark, members: [] }}
        onMove={b => { seen.current = b; }} onPlace={(lon, lat) => put(lat, lon)} />
      <p class="small grey">{t("intake.map.hint")}</p>
      <button type="button" onClick={() => { const b = seen.current ?? bounds; put((b[1] + b[3]) / 2, (b[0] + b[2]) / 2); }}>{t("intake.map.take")}</button>
    </div>
  );
}
