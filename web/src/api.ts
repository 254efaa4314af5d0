// The server's HTTP interface as the pages use it: /openapi.json describes it.

export type Result = "breach" | "undetermined" | "excepted" | "consistent" | "";
export type Position = [number, number];

export interface Status {
  agreement: string;
  title: Record<string, string> | string;
  version: string;
  standing: string;
  parties: Party[];
  time_zone: string;
  cutoff: string;
  simulated: boolean;
  languages: string[];
  audience: "public" | "parties" | "mission";
  role: string;
  totals: { observations: number; incidents: number; findings: number; breaches: number; days: number };
  head: { size: number; root: string };
  first: string;
  last: string;
  days: { first: string; last: string; best: string };
  now: string;
}

export interface Party { id: string; name: Record<string, string> | string }

export interface Session { account: string; name: string; role: string; audience: string; csrf: string; may: string[] }

// Summary is an incident as lists and maps show it.
export interface Summary {
  id: string;
  from: string;
  to: string;
  lat: number;
  lon: number;
  radius_m: number;
  activity: string;
  weapon?: string;
  count: number;
  probability: number;
  occurrence: "reported" | "corroborated" | "verified" | "";
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
  constructor(readonly status: number, readonly title: string, readonly detail: string) {
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
    throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? "");
  }
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

export const get = <T>(path: string, q: object = {}, init: RequestInit = {}) => call<T>("GET", path + query(q), undefined, init);
export const post = <T>(path: string, body: unknown, init: RequestInit = {}) => call<T>("POST", path, body, init);

const hold = (s: Session) => ((csrf = s.csrf), s);

export const api = {
  status: () => get<Status>("/api/v1/status"),
  session: async () => hold(await get<Session>("/api/v1/session")),
  signIn: async (account: string, password: string) => hold(await post<Session>("/api/v1/session", { account, password })),
  signOut: () => call<void>("DELETE", "/api/v1/session"),
  incidents: (q: Query, init?: RequestInit) => get<{ incidents: Summary[]; next?: string }>("/api/v1/incidents", q, init),
};
