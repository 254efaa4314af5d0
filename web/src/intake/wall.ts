// Wall clocks: what a clock in a time zone shows at an instant, and back.

/** What a clock in the zone shows, as an input for date and time wants it: 2026-03-04T12:05. */
export function wall(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string) => parts.find(p => p.type === type)?.value ?? "";
  return `${of("year").padStart(4, "0")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/**
 * The instant at which a clock in the zone shows that. Where it shows it twice
 * it is the first; where it never does, the clock is taken as not yet put forward.
 */
export function instant(shown: string, timeZone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(shown)) return null;
  const asUTC = Date.parse(shown + "Z");
  if (Number.isNaN(asUTC)) return null;
  const ahead = (at: number) => Date.parse(wall(new Date(at), timeZone) + "Z") - at;
  const day = 86_400_000;
  const candidates = [asUTC - ahead(asUTC - day), asUTC - ahead(asUTC + day)].sort((a, b) => a - b);
  return new Date(candidates.find(c => c + ahead(c) === asUTC) ?? asUTC - ahead(asUTC - day));
}
