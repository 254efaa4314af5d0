// What was reported on this device and is on its way to the server. A report
// is stored here first, with its photographs, and sent whenever the server can
// be reached, by one tab at a time; it carries a reference made here, by which
// the server knows it again, so that it arrives once however often it is sent.
import { sha256 } from "@noble/hashes/sha2.js";
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { hex } from "../proof/note";

/** Where a report stands: only here, with the server for good, or not accepted by it. */
export type State = "stored" | "sent" | "refused";

export interface Photo { sha256: string; name: string; data: Blob }

/** What the server says of a report. */
export interface Receipt { source: string; ref: string; record?: number; status: "new" | "known" | "correction" | "refused"; incident?: string; reason?: string }

export interface Item {
  ref: string;
  account: string; // whose it is; only under this account it is sent. Empty: of whoever signs in next
  observation: Record<string, unknown>;
  photos: Photo[]; // kept until the report is with the server
  hashes: string[]; // of the photographs
  written: number; // milliseconds since 1970
  state: State;
  tries: number;
  tried?: number; // the last time
  reason?: string; // why it was refused, or could not be sent the last time
  receipt?: Receipt;
}

export interface Draft { id: string; changed: number; fields: Record<string, unknown>; photos: Photo[]; ref?: string }

/** The way to the server. Its methods throw a [NotSent]. */
export interface Wire {
  /** The account that is signed in; empty: nobody. */
  account(): Promise<string>;
  media(photo: Photo, handling: string): Promise<string>; // the SHA-256 of what arrived
  submit(observation: Record<string, unknown>, key: string): Promise<Receipt>;
}

/** Why something was not sent: later it may be, or never as it is. */
export class NotSent extends Error {
  constructor(readonly why: "unreachable" | "sign-in" | "refused", message = "", readonly after = 0) {
    super(message);
  }
}

interface Schema extends DBSchema {
  items: { key: string; value: Item; indexes: { written: number } };
  drafts: { key: string; value: Draft };
  known: { key: string; value: unknown };
}

/** Locks between tabs; navigator.locks where there is one. */
export interface Locks { request<T>(name: string, options: { ifAvailable?: boolean }, run: (lock: unknown) => Promise<T>): Promise<T> }

// Without locks between tabs each has its own: two may send the same, and the
// server takes it once.
export function ownLocks(): Locks {
  const held = new Map<string, Promise<unknown>>();
  return {
    async request<T>(name: string, options: { ifAvailable?: boolean }, run: (lock: unknown) => Promise<T>): Promise<T> {
      if (options.ifAvailable && held.has(name)) return run(null);
      while (held.has(name)) await held.get(name)!.catch(() => {});
      const job = run({ name });
      held.set(name, job);
      try {
        return await job;
      } finally {
        held.delete(name);
      }
    },
  };
}

const kept = 50; // reports that are shown after they were sent

/** A reference that no other device makes: the instant and 64 random bits. */
export function newRef(now = new Date()): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}-${hex(random)}`;
}

export async function photo(file: Blob & { name?: string }): Promise<Photo> {
  const data = new Uint8Array(await file.arrayBuffer());
  // A copy: a file that is moved or changed on the device later is not read again.
  return { sha256: hex(sha256(data)), name: file.name ?? "", data: new Blob([data], { type: file.type }) };
}

export class Outbox {
  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly wire: Wire,
    private readonly locks: Locks,
    private readonly channel: BroadcastChannel,
    private readonly name: string,
  ) {
    channel.onmessage = () => this.told();
  }

  /** Told of every change, by this tab or another. */
  onchange: () => void = () => {};

  static async open(wire: Wire, { locks = (navigator as { locks?: Locks }).locks ?? ownLocks(), name = "truce-intake" } = {}): Promise<Outbox> {
    const db = await openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore("items", { keyPath: "ref" }).createIndex("written", "written");
        db.createObjectStore("drafts", { keyPath: "id" });
        db.createObjectStore("known");
      },
    });
    return new Outbox(db, wire, locks, new BroadcastChannel(name), name);
  }

  close() {
    this.channel.close();
    this.db.close();
  }

  private told() {
    this.onchange();
  }

  private changed() {
    this.channel.postMessage("changed");
    this.told();
  }

  /** Stores a report. When it returns, the report is on the device for good. */
  async put(account: string, observation: Record<string, unknown>, photos: Photo[] = [], ref = newRef()): Promise<Item> {
    const item: Item = { ref, account, observation, photos, hashes: photos.map(p => p.sha256), written: Date.now(), state: "stored", tries: 0 };
    const tx = this.db.transaction("items", "readwrite", { durability: "strict" });
    const before = await tx.store.get(ref);
    if (before && before.state !== "refused") {
      await tx.done;
      return before; // stored already: a form that was sent off twice
    }
    await tx.store.put(item);
    await tx.done;
    this.changed();
    return item;
  }

  /** All reports, the newest first. */
  async list(): Promise<Item[]> {
    return (await this.db.getAllFromIndex("items", "written")).reverse();
  }

  /** Puts a refused report among those to be sent again. */
  async again(ref: string): Promise<void> {
    await this.change(ref, item => (item.state === "refused" ? { ...item, state: "stored" } : item));
  }

  /** Removes a report that was refused; it is gone from the device. */
  async discard(ref: string): Promise<Item | undefined> {
    const tx = this.db.transaction("items", "readwrite");
    const item = await tx.store.get(ref);
    if (item?.state === "refused") await tx.store.delete(ref);
    await tx.done;
    this.changed();
    return item?.state === "refused" ? item : undefined;
  }

  private async change(ref: string, f: (item: Item) => Item): Promise<void> {
    const tx = this.db.transaction("items", "readwrite", { durability: "strict" });
    const item = await tx.store.get(ref);
    if (item) await tx.store.put(f(item));
    await tx.done;
    this.changed();
  }

  /**
   * Sends what is stored, the oldest first, after any other tab that is doing
   * so. It returns why it stopped: null where nothing is left to be sent.
   */
  async send(): Promise<NotSent | null> {
    return this.locks.request(this.name, {}, async () => {
      let blocked: NotSent | null = null;
      const waiting = (await this.db.getAllFromIndex("items", "written")).filter(i => i.state === "stored");
      if (waiting.length === 0) return null;
      const account = await this.wire.account().catch((e: unknown) => e);
      for (const item of waiting) {
        try {
          if (account instanceof NotSent) throw account;
          if (typeof account !== "string") throw new NotSent("unreachable", String(account));
          if (!account || (item.account && item.account !== account)) throw new NotSent("sign-in", item.account);
          const receipt = await this.deliver(item, account);
          await this.change(item.ref, i => ({ ...i, account, state: "sent", photos: [], tries: i.tries + 1, tried: Date.now(), reason: "", receipt }));
        } catch (e) {
          const why = e instanceof NotSent ? e : new NotSent("unreachable", String(e));
          await this.change(item.ref, i => ({
            ...i, state: why.why === "refused" ? "refused" : "stored", tries: i.tries + 1, tried: Date.now(),
            reason: why.why === "refused" ? why.message : why.why,
          }));
          if (why.why === "refused") continue;
          blocked = why;
          if (why.why === "unreachable") break; // nor would the others arrive
        }
      }
      await this.tidy();
      return blocked;
    });
  }

  private async deliver(item: Item, account: string): Promise<Receipt> {
    for (const p of item.photos) {
      const arrived = await this.wire.media(p, String(item.observation["handling"] ?? ""));
      if (arrived !== p.sha256) throw new NotSent("unreachable", `photograph ${p.sha256} arrived as ${arrived}`);
    }
    const media = item.hashes.map(sha256 => ({ sha256 }));
    const receipt = await this.wire.submit({ source: account, ...item.observation, ref: item.ref, ...(media.length > 0 && { media }) }, item.ref);
    if (receipt.status === "refused") throw new NotSent("refused", receipt.reason);
    return receipt;
  }

  private async tidy() {
    const sent = (await this.list()).filter(i => i.state === "sent");
    if (sent.length <= kept) return;
    const tx = this.db.transaction("items", "readwrite");
    for (const i of sent.slice(kept)) await tx.store.delete(i.ref);
    await tx.done;
    this.changed();
  }

  /**
   * Takes up the newest draft that no open tab is writing, or begins one. The
   * tab holds it until it closes.
   */
  async draft(): Promise<Draft> {
    const drafts = (await this.db.getAll("drafts")).sort((a, b) => b.changed - a.changed);
    for (const d of [...drafts, { id: newRef(), changed: 0, fields: {}, photos: [] }]) {
      const mine = await new Promise<boolean>(taken => {
        void this.locks.request(`${this.name}/draft/${d.id}`, { ifAvailable: true }, lock => {
          taken(!!lock);
          return lock ? new Promise<void>(() => {}) : Promise.resolve();
        });
      });
      if (mine) return d;
    }
    throw new Error("a new draft is held by another tab"); // its name is random
  }

  async saveDraft(d: Draft): Promise<void> {
    await this.db.put("drafts", { ...d, changed: Date.now() });
  }

  async dropDraft(d: Draft): Promise<void> {
    await this.db.delete("drafts", d.id);
  }

  /** Facts that the page knew when it last had the server: who is signed in, the parties. */
  async remember(key: string, value: unknown): Promise<void> {
    await this.db.put("known", value, key);
  }

  async recall<T>(key: string): Promise<T | undefined> {
    return (await this.db.get("known", key)) as T | undefined;
  }
}
