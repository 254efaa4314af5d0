// A plan of withdrawal: how far each side pulls back from the line, in metres.
// It is written into the page's address, so that a plan can be sent to others.

export type Plan = Record<string, number>;

export const farthest = 100_000; // metres, as the server takes

/** "russia:15000,ukraine:10000"; what is no plan is passed over. */
export function readPlan(text: string | undefined, parties: string[]): Plan | null {
  const plan: Plan = {};
  for (const part of (text ?? "").split(",")) {
    const at = part.lastIndexOf(":");
    const party = part.slice(0, at), metres = /^\d+(\.\d+)?(e\d+)?$/.test(part.slice(at + 1)) ? Number(part.slice(at + 1)) : NaN;
    if (at > 0 && parties.includes(party) && Number.isFinite(metres)) plan[party] = Math.min(farthest, Math.round(metres));
  }
  return parties.every(p => p in plan) ? plan : null;
}

export const writePlan = (plan: Plan) => Object.keys(plan).sort().map(p => `${p}:${plan[p]}`).join(",");

export const same = (a: Plan, b: Plan) => writePlan(a) === writePlan(b);

/** Rows as CSV (RFC 4180), with a byte order mark, by which spreadsheets know UTF-8. */
export function csv(rows: (string | number)[][]): string {
  // A cell that begins like a formula is none.
  const cell = (v: string | number) => {
    const s = typeof v === "string" && /^[=+\-@\t\r]/.test(v) ? "'" + v : String(v);
    return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
  };
  return "\ufeff" + rows.map(r => r.map(cell).join(",") + "\r\n").join("");
}
