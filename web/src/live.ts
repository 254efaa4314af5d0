// Live updates by server-sent events. The browser resumes a broken connection by
// itself, telling the last event it has; where the server refused, we try again.
import { signal } from "@preact/signals";

export type Connection = "off" | "connecting" | "live" | "lost";
export const connection = signal<Connection>("off");

export interface Event { id?: number; kind: string; at?: string; subject?: string; incidents?: string[]; gone?: string[]; record?: number }
type Listener = (e: Event) => void;

// reset says that events were lost: what is shown is asked for again.
const kinds = ["incident", "finding", "case", "level", "notice", "record", "settled", "reset"];
const listeners = new Set<Listener>();
let source: EventSource | undefined;
let last = "", wait = 1000, timer = 0;

function connect() {
  clearTimeout(timer);
  connection.value = connection.value === "lost" ? "lost" : "connecting";
  source = new EventSource("/api/v1/events" + (last && `?after=${last}`));
  source.onopen = () => {
    connection.value = "live";
    wait = 1000;
  };
  source.onerror = () => {
    connection.value = "lost";
    if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    timer = window.setTimeout(connect, wait);
    wait = Math.min(wait * 2, 30000);
  };
  const hear = (m: MessageEvent<string>) => {
    last = m.lastEventId || last;
    const e = { kind: m.type, ...JSON.parse(m.data) } as Event;
    for (const l of listeners) l(e);
  };
  source.onmessage = hear;
  source.addEventListener("hello", m => { last = m.lastEventId || last; });
  for (const k of kinds) source.addEventListener(k, hear);
}

// listen hears events until the function that it returns is called; the
// connection is there while somebody listens.
export function listen(l: Listener): () => void {
  listeners.add(l);
  if (listeners.size === 1) connect();
  return () => {
    listeners.delete(l);
    if (listeners.size) return;
    clearTimeout(timer);
    source?.close();
    connection.value = "off";
  };
}
