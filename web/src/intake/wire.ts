// The outbox's way to the server, for a page and for the service worker.
import { NotSent, Outbox, type Photo, type Receipt, type Wire } from "./outbox";

const patience = 30_000; // milliseconds; a photograph gets longer by its size

let csrf = "";

async function ask(path: string, init: RequestInit = {}, ms = patience): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, signal: AbortSignal.timeout(ms), headers: { Accept: "application/json", "X-Truce-CSRF": csrf, ...init.headers } });
  } catch (e) {
    throw new NotSent("unreachable", String(e));
  }
  const said = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string; errors?: { message?: string; location?: string }[] };
  if (answer.ok) return said;
  const why = [said.detail ?? said.title ?? answer.statusText, ...(said.errors ?? []).map(e => [e.location, e.message].filter(Boolean).join(": "))].join("; ");
  if (answer.status === 401) throw new NotSent("sign-in", why);
  if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) throw new NotSent("unreachable", why, Number(answer.headers.get("Retry-After")) || 0);
  throw new NotSent("refused", why);
}

export const wire: Wire = {
  async account() {
    const s = (await ask("/api/v1/session")) as { account?: string; csrf?: string };
    csrf = s.csrf ?? "";
    return s.account ?? "";
  },
  async media(p: Photo, handling: string) {
    const answer = await ask("/api/v1/media" + (handling && `?handling=${encodeURIComponent(handling)}`), { method: "POST", body: p.data, headers: { "Content-Type": p.data.type || "application/octet-stream" } }, patience + p.data.size / 5);
    return (answer as { sha256: string }).sha256;
  },
  async submit(observation, key) {
    const answer = await ask("/api/v1/observations", { method: "POST", body: JSON.stringify(observation), headers: { "Content-Type": "application/json", "Idempotency-Key": key } });
    const receipt = (answer as { receipts?: Receipt[] }).receipts?.[0];
    // An answer without a receipt is a portal's, not the server's.
    if (!receipt) throw new NotSent("unreachable", "the answer holds no receipt");
    return receipt;
  },
};

export const openOutbox = () => Outbox.open(wire);
