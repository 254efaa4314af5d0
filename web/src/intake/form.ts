// The intake form's fields, as they are typed, and the observation that they
// make (truce's own format, see docs/formats.md).
import { instant } from "./wall";

export interface Fields {
  activity: string;
  how: string;
  means: string;
  where: "there" | "from"; // the place itself, or the observer's place with bearing and distance
  at: string; // latitude, longitude: of the one or the other
  radius: string; // metres
  bearing: string; // degrees from true north
  bearingError: string;
  distance: string; // kilometres
  distanceError: string;
  place: string;
  zone: string; // IANA name: in which the times are meant
  since: string; // 2026-03-04T12:05
  until: string;
  count: string;
  min: string;
  max: string;
  direction: string;
  weapon: string;
  party: string;
  killed: string;
  injured: string;
  text: string;
  handling: string;
}

export const empty: Fields = {
  activity: "", how: "saw", means: "patrol", where: "from", at: "", radius: "", bearing: "", bearingError: "10", distance: "", distanceError: "",
  place: "", zone: "UTC", since: "", until: "", count: "", min: "", max: "", direction: "", weapon: "", party: "", killed: "", injured: "", text: "", handling: "",
};

/** What is wrong with a field: a key of the catalogue. */
export type Wrong = Partial<Record<keyof Fields, string>>;

/** Reads a number with a point or a comma; null where it is none. */
export function numeral(s: string): number | null {
  const v = s.trim().replace(",", ".").replaceAll(/[\s\u00a0\u202f]/g, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(v) ? Number(v) : null;
}

/**
 * Reads a position in degrees WGS84: "48.592, 37.998", "48,592; 37,998",
 * "N48.592 E37.998", 48°35'31"N 37°59'53"E.
 */
export function position(s: string): { lat: number; lon: number } | null {
  const text = s.trim().toUpperCase().replaceAll(/[′’]/g, "'").replaceAll(/[″”]/g, '"');
  const hemisphere = /^(.*?[NS].*?)[\s,;]*([EW].*|[^NS]*[EW])$/.exec(text);
  const ways = hemisphere ? [hemisphere.slice(1)] : [/\s*;\s*/, /,\s+/, /\s+/, /,/].map(by => text.split(by));
  for (const [first, second, ...more] of ways) {
    const lat = angle(first!, "NS"), lon = second === undefined ? null : angle(second, "EW");
    if (lat !== null && lon !== null && more.length === 0) return Math.abs(lat) > 90 || Math.abs(lon) > 180 ? null : { lat, lon };
  }
  return null;
}

function angle(s: string, letters: string): number | null {
  const m = /^\s*([NSEW])?\s*([+-]?\d+(?:[.,]\d+)?)\s*°?\s*(?:(\d+(?:[.,]\d+)?)\s*')?\s*(?:(\d+(?:[.,]\d+)?)\s*")?\s*([NSEW])?\s*$/.exec(s);
  if (!m) return null;
  const letter = m[1] ?? m[5];
  if (letter && !letters.includes(letter)) return null;
  const [d, min, sec] = [m[2], m[3], m[4]].map(v => Number((v ?? "0").replace(",", ".")));
  if (min! >= 60 || sec! >= 60) return null;
  const size = Math.abs(d!) + min! / 60 + sec! / 3600;
  return (d! < 0 || m[2]!.startsWith("-") ? -1 : 1) * (letter === "S" || letter === "W" ? -1 : 1) * Math.round(size * 1e6) / 1e6;
}

export const labels = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"];

const stamp = (at: Date) => at.toISOString().replace(".000Z", "Z");

/** reader reads what was typed, the times by a clock in the zone, and notes what is wrong with it. */
export function reader<W extends { [K in keyof W]: string }>(w: W, zone: string) {
  const wrong: Partial<Record<keyof W, string>> = {};
  return {
    wrong,
    number(name: keyof W, { low = 0, high = 1e6, whole = true } = {}): number | undefined {
      if (!w[name].trim()) return undefined;
      const v = numeral(w[name]);
      if (v === null || (whole && !Number.isInteger(v))) wrong[name] = whole ? "intake.wrong.whole" : "intake.wrong.number";
      else if (v < low || v > high) wrong[name] = "intake.wrong.range";
      else return v;
      return undefined;
    },
    when(name: keyof W): string | undefined {
      const at = instant(w[name], zone);
      if (!at) wrong[name] = "intake.wrong.time";
      return at ? stamp(at) : undefined;
    },
  };
}

/** The observation without source and ref, or what is wrong. now is the device's clock. */
export function observation(f: Fields, lang: string, now: Date): { observation: Record<string, unknown> | null; wrong: Wrong } {
  const { wrong, number } = reader(f, f.zone);
  const o: Record<string, unknown> = {};

  if (!f.activity) wrong.activity = "intake.wrong.activity";
  o["activity"] = f.activity;
  if (f.how) o["how"] = f.how;
  if (f.means) o["means"] = f.means;

  const p = f.at.trim() ? position(f.at) : null;
  if (f.at.trim() && !p) wrong.at = "intake.wrong.position";
  const radius = number("radius", { low: 1, high: 500_000, whole: false });
  if (f.where === "there") {
    if (p) {
      if (radius === undefined && !wrong.radius) wrong.radius = "intake.wrong.radius";
      Object.assign(o, p, { radius_m: radius });
    } else if (!f.place.trim() && !wrong.at) wrong.at = "intake.wrong.place";
  } else {
    const bearing = number("bearing", { high: 360, whole: false });
    const distance = number("distance", { high: 200, whole: false });
    const bearingError = number("bearingError", { high: 180, whole: false }), distanceError = number("distanceError", { high: 200, whole: false });
    if (p) {
      const km = (v: number) => Math.round(v * 1e6) / 1e3;
      o["observer"] = p;
      if (bearing !== undefined) Object.assign(o, { bearing_deg: bearing % 360, bearing_error_deg: bearingError ?? 10 });
      if (distance !== undefined) Object.assign(o, { distance_m: km(distance), distance_error_m: km(distanceError ?? distance / 2) });
    } else if (!f.place.trim() && !wrong.at) wrong.at = "intake.wrong.place";
  }
  if (f.place.trim()) o["place"] = f.place.trim();

  const since = instant(f.since, f.zone), until = f.until ? instant(f.until, f.zone) : since;
  if (!since) wrong.since = "intake.wrong.time";
  else if (!until) wrong.until = "intake.wrong.time";
  else {
    // A time is typed by the minute: what ends at 12:05 ends before 12:06.
    const to = new Date(until.getTime() + 59_000);
    if (until < since) wrong.until = "intake.wrong.order";
    else if (since.getTime() > now.getTime() + 60_000) wrong.since = "intake.wrong.future";
    o["from"] = stamp(since);
    o["to"] = stamp(to > now && since <= now ? new Date(Math.floor(now.getTime() / 1000) * 1000) : to);
  }
  o["reported"] = stamp(new Date(Math.floor(now.getTime() / 1000) * 1000));

  const n = number("count"), min = number("min"), max = number("max");
  if (min !== undefined && max !== undefined && min > max) wrong.max = "intake.wrong.order";
  else if (n !== undefined && ((min !== undefined && n < min) || (max !== undefined && n > max))) wrong.count = "intake.wrong.between";
  for (const [k, v] of [["count", n], ["count_min", min], ["count_max", max]] as const) if (v) o[k] = v;
  if (f.direction) o["direction"] = f.direction;
  if (f.weapon) o["weapon"] = f.weapon;
  if (f.party) o["party"] = f.party;
  const killed = number("killed"), injured = number("injured");
  for (const [k, v] of [["killed", killed], ["injured", injured]] as const) if (v) o[k] = v;
  if (f.text.trim()) {
    o["text"] = f.text.trim();
    o["lang"] = lang;
  }
  if (labels.includes(f.handling)) o["handling"] = f.handling;
  return { observation: Object.keys(wrong).length > 0 ? null : o, wrong };
}
