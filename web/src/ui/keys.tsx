// Keyboard shortcuts: one list, shown under "?".
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";

interface Shortcut { keys: string; text: string; run: () => void }
const shortcuts = new Map<string, Shortcut>();

const typing = (e: KeyboardEvent) => e.target instanceof HTMLElement && (e.target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName));

// useKeys adds shortcuts while the component is there. Keys are single
// characters, or two with "g" before ("g n").
export function useKeys(list: Shortcut[]) {
  useEffect(() => {
    for (const s of list) shortcuts.set(s.keys, s);
    return () => { for (const s of list) if (shortcuts.get(s.keys) === s) shortcuts.delete(s.keys); };
  });
}

export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [list, show] = useState<Shortcut[]>([]);
  useEffect(() => {
    let before = "", timer = 0;
    const press = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
      if (e.key === "?") {
        show([...shortcuts.values()]);
        dialog.current?.showModal();
        return;
      }
      const hit = shortcuts.get(before ? `${before} ${e.key}` : e.key) ?? shortcuts.get(e.key);
      clearTimeout(timer);
      before = e.key === "g" ? "g" : "";
      timer = window.setTimeout(() => { before = ""; }, 1200);
      if (hit && !dialog.current?.open) {
        e.preventDefault();
        hit.run();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <header><h2 id="keys-title">{t("keys.title")}</h2><form method="dialog"><button>{t("close")}</button></form></header>
      <dl class="pairs">
        {list.map(s => [<dt>{s.keys.split(" ").map(k => <><kbd>{k}</kbd> </>)}</dt>, <dd>{s.text}</dd>])}
        <dt><kbd>?</kbd></dt><dd>{t("keys.title")}</dd>
      </dl>
    </dialog>
  );
}
