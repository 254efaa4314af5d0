// The server's HTTP interface as the pages use it: /openapi.json describes it.

export type Result = "breach" | "undetermined" | "excepted" | "consistent" | "";
export type Position = [number, number];

export type Text = Record<string, string> | string;

export interface Status {
  agreement: string;
  title: Text;
  version: string;
  standing?: string;
  parties: Party[];
  time_zone: string;
  cutoff: string;
  area?: [number, number, number, number];
  simulated: boolean;
  languages: string[];
  audience: "public" | "parties" | "mission";
  role: string;
  totals?: { observations: number; incidents: number; findings: number; breaches: number; days: number };
  head: { size: number; root: string };
  first?: string;
  last?: string;
  days: { first?: string; last?: string; best?: string };
  policy: { handling: string; delay_s: number; round_m: number; withhold?: string[] };
  severity: string[];
  base_map?: { url: string; credit?: string };
  now: string;
  software: string;
}

export interface Party { id: string; name: Text }

export interface Session { account?: string; name?: string; role?: string; party?: string; audience: string; csrf?: string; may: string[] }

// Summary is an incident as lists and maps show it.
export interface Summary {
  id: string;
  from: string;
  to: string;
  lat?: number;
  lon?: number;
  radius_m: number;
  activity: string;
  weapon?: string;
  count?: number | Count;
  probability: number;
  occurrence: string; // reported, corroborated, verified
  severity: string;
  result: Result;
  provision?: string;
  party?: string;
  side?: string;
  zones?: string[];
  sources: number;
  handling?: string;
  provisional?: boolean;
}

export interface Count { n?: number; min?: number; max?: number }
export interface Share { zone: string; probability: number }
export interface Place { zones?: Share[]; line?: string; distance_m?: number; side?: string; side_probability?: number }
export interface Reason { code: string; text: string; args?: Record<string, string> }
export interface Candidate { party: string; probability: number }

export interface Finding {
  id: string;
  incident?: string;
  provision: string;
  stage?: string;
  at: string;
  result: Result;
  occurrence: { step: string; probability: number; sources: number };
  breach_probability: number;
  responsible: { party?: string; probability?: number; candidates?: Candidate[]; basis?: string };
  severity?: string;
  place?: Place;
  reasons: Reason[];
}

export interface Observation {
  source: string; ref: string; means?: string; how?: string; from: string; to: string; reported?: string;
  position?: { lat: number; lon: number; radius_m: number };
  observer?: { lat: number; lon: number }; bearing_deg?: number; distance_m?: number;
  place?: string; activity: string; weapon?: string; count?: Count; direction?: string; party?: string; grade?: string; text?: string; lang?: string; url?: string; handling?: string;
}

export interface Member {
  seq: number; source?: string; ref?: string; means?: string; independent?: boolean; score?: number; distance_m?: number; lag_s?: number;
  why?: string; other?: string; other_probability?: number; observation?: Observation;
}

export interface Detail {
  incident: {
    id: string; from: string; to: string; reported?: string; position?: { lat: number; lon: number; radius_m: number }; place?: string; area?: string; activity: string;
    activities?: { activity: string; probability: number }[]; weapon?: string; count?: Count; probability: number; independent_sources: number; handling?: string;
  };
  summary: Summary;
  members: Member[];
  place?: Place;
  findings: Finding[];
  neighbours: (Summary & { km: number; minutes: number })[];
  cases: string[];
}

export interface Bucket { from: string; incidents: number; breaches: number; usual: number; low: number; high: number; days: number }

export interface Day { date: string; incidents: number; breaches: number; published: boolean }

export interface Why { text?: string; article?: string; quote?: string; words?: Text }
export interface Counts { breach: number; undetermined: number; excepted: number; consistent: number }
export type State = "kept" | "breached" | "undetermined" | "not-in-force" | "waiting";

export interface Deadline {
  provision: string; article?: string; stage?: string; kind: string; words: Text; start?: string; at: string; passed: boolean; result?: Result; finding?: string; parties?: string[];
}

export interface Provision {
  id: string; article?: string; words: Text; zone?: string; severity?: string; from?: string; until?: string; binds?: string[]; why?: Why[];
  prohibits?: { kind: string; forces?: string[] }; requires?: { kind: string }; permits?: { kind: string };
  state: State; counts: Counts; window: Counts; per_day: ({ date: string } & Counts)[]; deadlines: Deadline[];
}

export interface Source { id: string; title: Text; publisher?: string; date?: string; url?: string; language?: string }

export interface Zone { id: string; name: Text }

export interface Terms {
  agreement: string; version: string; title: Text; summary?: Text; standing?: string; at: string; window_s: number;
  status?: { at: string; is: string; by?: string[]; why?: Why[] }[];
  texts?: Source[];
  ceasefire?: { id: string; from?: string; until?: string; purpose?: Text; zone?: string; why?: Why[] }[];
  definitions?: { term: string; by?: string; words: Text; why?: Why[] }[];
  zones?: Zone[];
  provisions: Provision[];
  scales: { severity?: { id: string; name?: Text; words?: Text }[]; occurrence?: { id: string; words?: Text }[] };
  thresholds?: { provision?: string; occurrence?: number; breach?: number; attribution?: number; why?: Why[] }[];
}

// DayReport is what the first page takes from a day's report.
export interface DayReport {
  day: string; from: string; to: string;
  totals: {
    incidents: { incidents: number; previous: number; change: string; expected: { mean: number; low: number; high: number } };
    breach: number; undetermined: number; excepted: number; expected_breaches: { mean: number; low: number; high: number };
  };
  provisions: { id: string; article?: string; words: Text; breach: number; undetermined: number; severity?: string }[] | null;
  responsibility: { breaches: number; undetermined: number };
  coverage: { known: boolean; share: number; length_m: number; never_m: number };
}

// Query chooses incidents; the same words in every list, tile and download.
export interface Query {
  since?: string | undefined;
  until?: string | undefined;
  bbox?: string | undefined;
  activity?: string | undefined;
  severity?: string | undefined;
  result?: string | undefined;
  provision?: string | undefined;
  party?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

// Problem is an answer that is an error: RFC 9457.
export class Problem extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string, readonly errors: { location?: string; message?: string }[] = []) {
    super(detail || title);
  }
}

let csrf = "";

export function query(q: object): string {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(q)) if (v !== undefined && v !== "" && v !== null) p.set(k, String(v));
  const s = p.toString();
  return s && "?" + s;
}

export async function call<T>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "application/json");
  if (method !== "GET") headers.set("X-Truce-CSRF", csrf);
  if (body !== undefined && !(body instanceof Blob)) headers.set("Content-Type", "application/json");
  const answer = await fetch(path, { ...init, method, headers, body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body) });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? "", problem.errors ?? []);
  }
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

export const get = <T>(path: string, q: object = {}, init: RequestInit = {}) => call<T>("GET", path + query(q), undefined, init);
export const post = <T>(path: string, body: unknown, init: RequestInit = {}) => call<T>("POST", path, body, init);

// whole gives a row the empty words that the answer left out.
function whole(x: Summary) {
  x.result ??= "";
  x.severity ??= "";
  x.occurrence ??= "";
}

const hold = (s: Session) => ((csrf = s.csrf ?? ""), s);
const features = (path: string) => () => get<GeoJSON.FeatureCollection>(path).then(c => c.features);

export const api = {
  status: () => get<Status>("/api/v1/status"),
  session: async () => hold(await get<Session>("/api/v1/session")),
  signIn: async (account: string, password: string) => hold(await post<Session>("/api/v1/session", { account, password })),
  signOut: () => call<void>("DELETE", "/api/v1/session"),
  incidents: (q: Query, init?: RequestInit) => get<{ incidents: Summary[]; next?: string }>("/api/v1/incidents", q, init).then(x => (x.incidents.forEach(whole), x)),
  incident: (id: string, lang: string, init?: RequestInit) => get<Detail>(`/api/v1/incidents/${encodeURIComponent(id)}`, { lang }, init).then(x => (whole(x.summary), x.neighbours.forEach(whole), x)),
  rate: (q: Query & { step: string }, init?: RequestInit) => get<{ buckets: Bucket[] }>("/api/v1/rate", q, init).then(x => x.buckets),
  days: (init?: RequestInit) => get<Day[]>("/api/v1/days", {}, init),
  day: (date: string, init?: RequestInit) => get<DayReport>(`/api/v1/days/${date}`, {}, init),
  terms: (at: string | undefined, init?: RequestInit) => get<Terms>("/api/v1/terms", { at }, init),
  lines: features("/api/v1/lines"),
  zones: features("/api/v1/zones"),
  areas: features("/api/v1/areas"),
};

// counted is how many a row says there were.
export const counted = (c: number | Count | undefined): number => (typeof c === "number" ? c : (c?.n ?? 0));
