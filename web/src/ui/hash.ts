import { useEffect } from "preact/hooks";

// useHash brings what the address names after # into view, and again while the
// page above it still grows, until the reader moves.
export function useHash() {
  useEffect(() => {
    if (!location.hash) return;
    const growth = new ResizeObserver(() => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView());
    const stop = () => growth.disconnect();
    const moves = ["wheel", "touchstart", "pointerdown", "keydown"];
    for (const m of moves) addEventListener(m, stop, { passive: true });
    growth.observe(document.body);
    return () => {
      stop();
      for (const m of moves) removeEventListener(m, stop);
    };
  }, []);
}
