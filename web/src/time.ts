// Instants as the agreement's clock and UTC show them, always marked.
import { language, locale } from "./i18n";
import { status } from "./state";

export const zone = () => status.value?.time_zone ?? "UTC";

const formats = new Map<string, Intl.DateTimeFormat>();
function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language.value + timeZone + JSON.stringify(options);
  let f = formats.get(key);
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(locale(), { timeZone, ...options })));
  return f;
}
const clockOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const dateOptions = { day: "numeric", month: "short", year: "numeric" } as const;

export const clock = (at: Date, timeZone = zone()) => format(timeZone, clockOptions).format(at);
export const date = (at: Date, timeZone = zone()) => format(timeZone, dateOptions).format(at);
export const longDate = (at: Date, timeZone = zone()) => format(timeZone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(at);
export const shortDate = (at: Date, timeZone = zone()) => format(timeZone, { day: "numeric", month: "short" }).format(at);

// mark names a time zone as it is at an instant: EET, UTC+2.
export function mark(at: Date, timeZone = zone()): string {
  if (timeZone === "UTC") return "UTC";
  const part = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "short" }).formatToParts(at).find(p => p.type === "timeZoneName");
  return (part?.value ?? timeZone).replace("GMT", "UTC");
}

// local is an instant by the agreement's clock, with its mark.
export const local = (at: Date) => `${date(at)}, ${clock(at)} ${mark(at)}`;
export const utc = (at: Date) => `${date(at, "UTC")}, ${clock(at, "UTC")} UTC`;

// day is the day of an instant by the agreement's clock: 2026-03-04.
export const day = (at: Date, timeZone = zone()) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

// instant is when a clock in a time zone shows a date (2026-03-04) and a time (19:30).
export function instant(date: string, at: string, timeZone = zone()): Date {
  const wanted = Date.parse(`${date}T${at || "00:00"}:00Z`);
  const shown = (t: number) => Date.parse(`${day(new Date(t), timeZone)}T${format(timeZone, clockOptions).format(t)}:00Z`);
  const first = wanted - (shown(wanted) - wanted);
  return new Date(first - (shown(first) - wanted)); // once more: the offset may have changed between
}

// reportDay is when a report's day begins and ends: at the cut-off of the day
// before and of the day, or at midnight.
export function reportDay(date: string, cutoff: string, timeZone = zone()): [Date, Date] {
  const beside = (days: number) => new Date(Date.parse(date + "T00:00:00Z") + days * 86400000).toISOString().slice(0, 10);
  return cutoff ? [instant(beside(-1), cutoff, timeZone), instant(date, cutoff, timeZone)] : [instant(date, "", timeZone), instant(beside(1), "", timeZone)];
}

// span is a length of time in words: 3 d 4 h, 12 min.
export function span(ms: number): string {
  const min = Math.round(Math.abs(ms) / 60000);
  const f = (v: number, unit: "day" | "hour" | "minute") => new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" }).format(v);
  if (min < 60) return f(min, "minute");
  if (min < 48 * 60) return min % 60 && min < 600 ? `${f(Math.floor(min / 60), "hour")} ${f(min % 60, "minute")}` : f(Math.round(min / 60), "hour");
  return f(Math.round(min / 1440), "day");
}
