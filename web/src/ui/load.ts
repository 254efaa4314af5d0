import { useEffect, useState } from "preact/hooks";

export interface Load<T> { value?: T; failure?: string; busy: boolean; again: () => void }

// useLoad asks for what depends on keys, keeps the old answer while it asks
// again, and drops answers that come too late.
export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Load<T> {
  const [state, set] = useState<{ value?: T; failure?: string; busy: boolean }>({ busy: true });
  const [turn, next] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    set(s => ({ ...s, busy: true }));
    ask(stop.signal).then(
      value => stop.signal.aborted || set({ value, busy: false }),
      e => stop.signal.aborted || set(s => ({ ...s, busy: false, failure: e instanceof Error ? e.message : String(e) })),
    );
    return () => stop.abort();
  }, [...keys, turn]);
  return { ...state, again: () => next(n => n + 1) };
}
