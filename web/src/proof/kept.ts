// The checkpoints that this browser has kept: what it saw of a log, so that the
// log can't show it another past later.
import { readCheckpoint, type Checkpoint } from "./note";

export interface Kept { note: string; at: string } // the signed note, and when it was seen (RFC 3339)

const most = 40;

/** All kept checkpoints of a log, by size. */
export function kept(storage: Storage, origin: string): (Kept & { checkpoint: Checkpoint })[] {
  let list: Kept[] = [];
  try {
    list = JSON.parse(storage.getItem("checkpoints") ?? "[]") as Kept[];
  } catch {
    list = [];
  }
  const out = [];
  for (const k of list) {
    try {
      out.push({ ...k, checkpoint: readCheckpoint(k.note) });
    } catch {
      // It was not this page that wrote it.
    }
  }
  return out.filter(k => k.checkpoint.origin === origin).sort((a, b) => a.checkpoint.size - b.checkpoint.size || (a.at < b.at ? -1 : 1));
}

/** Keeps a checkpoint unless it is kept already; of too many, the first and the newest stay. */
export function keep(storage: Storage, note: string, at: string): void {
  const c = readCheckpoint(note);
  const before = kept(storage, c.origin);
  if (before.some(k => k.note.startsWith(note.slice(0, note.indexOf("\n\n") + 2)))) return;
  let list: Kept[] = [...before.map(({ note, at }) => ({ note, at })), { note, at }];
  if (list.length > most) list = [list[0]!, ...list.slice(-(most - 1))];
  storage.setItem("checkpoints", JSON.stringify(list));
}

export function forget(storage: Storage, origin: string, note: string): void {
  storage.setItem("checkpoints", JSON.stringify(kept(storage, origin).filter(k => k.note !== note).map(({ note, at }) => ({ note, at }))));
}
