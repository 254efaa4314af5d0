// The Merkle tree of the journal: RFC 6962, section 2.1, and its tiles (C2SP
// tlog-tiles). Numbers of records are below 2^53.
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, Refused, type Head } from "./note";

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), leaf));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** A step of a proof: the hash that was known, the one beside it, and their parent. */
export interface Climb { side: "left" | "right"; sibling: Uint8Array; parent: Uint8Array }

/** The steps from a leaf to the root by an inclusion proof (RFC 9162, section 2.1.3.2). Refused where they lead elsewhere. */
export function checkInclusion(leaf: Uint8Array, index: number, proof: Uint8Array[], head: Head): Climb[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size) {
    throw new Refused("missing", `the checkpoint is over ${head.size} records only`);
  }
  const steps: Climb[] = [];
  let fn = index, sn = head.size - 1, r = leaf;
  for (const sibling of proof) {
    if (sn === 0) throw new Refused("path", "the proof has more hashes than the tree has levels");
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(sibling, r);
      steps.push({ side: "left", sibling, parent: r });
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      r = nodeHash(r, sibling);
      steps.push({ side: "right", sibling, parent: r });
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0 || !equal(r, head.root)) throw new Refused("path", "its hashes do not lead to the root of the checkpoint");
  return steps;
}

/** Checks that the tree of a head begins with that of an older one (RFC 9162, section 2.1.4.2). */
export function checkConsistency(proof: Uint8Array[], old: Head, head: Head): void {
  const fork = () => new Refused("fork", `the log of ${head.size} records does not begin with the ${old.size} that it had`);
  if (old.size > head.size) throw new Refused("shrunk", `the log had ${old.size} records and now has ${head.size}`);
  if (old.size === head.size || old.size === 0) {
    if (proof.length > 0 || (old.size === head.size && !equal(old.root, head.root))) throw fork();
    return;
  }
  const path = [...proof];
  if (Number.isInteger(Math.log2(old.size))) path.unshift(old.root);
  let fn = old.size - 1, sn = head.size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const first = path.shift();
  if (!first) throw fork();
  let fr = first, sr = first;
  for (const c of path) {
    if (sn === 0) throw fork();
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(c, fr);
      sr = nodeHash(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = fn / 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, c);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0 || !equal(fr, old.root) || !equal(sr, head.root)) throw fork();
}

/** Fetches a file of a log by its path below the log's folder; null where there is none. */
export type Fetch = (path: string) => Promise<Uint8Array | null>;

const tileHeight = 8;
const tileWidth = 256;

/** The path of a tile: level, number, and how many hashes it has. */
export function tilePath(level: number, n: number, width: number): string {
  let p = String(n % 1000).padStart(3, "0");
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    p = `x${String(rest % 1000).padStart(3, "0")}/${p}`;
  }
  return `tile/${level}/${p}${width < tileWidth ? `.p/${width}` : ""}`;
}

/** Reads hashes of the tree of a log of a given size from its tiles, each tile once. What comes is not trusted: check what is made of it. */
export class Tiles {
  private readonly seen = new Map<string, Promise<Uint8Array>>();
  constructor(private readonly fetch: Fetch, readonly size: number) {}

  private tile(level: number, n: number): Promise<Uint8Array> {
    const hashes = Math.floor(this.size / tileWidth ** level);
    const width = Math.min(tileWidth, hashes - n * tileWidth);
    const path = tilePath(level, n, width);
    let t = this.seen.get(path);
    if (!t) {
      t = (async () => {
        // A log may drop a tile that is not complete once it has the complete one.
        const data = (await this.fetch(path)) ?? (width < tileWidth ? await this.fetch(tilePath(level, n, tileWidth)) : null);
        if (!data || data.length < width * 32) throw new Refused("missing", `the log does not have its file ${path}`);
        return data;
      })();
      this.seen.set(path, t);
    }
    return t;
  }

  /** The hash over 2^height records from number n * 2^height on. */
  private async node(height: number, n: number): Promise<Uint8Array> {
    const level = Math.floor(height / tileHeight), below = height % tileHeight;
    const first = n * 2 ** below;
    const tile = await this.tile(level, Math.floor(first / tileWidth));
    let row: Uint8Array[] = [];
    for (let i = 0; i < 2 ** below; i++) {
      const at = ((first % tileWidth) + i) * 32;
      row.push(tile.subarray(at, at + 32));
    }
    while (row.length > 1) row = row.flatMap((h, i) => (i % 2 === 0 ? [nodeHash(h, row[i + 1]!)] : []));
    return row[0]!;
  }

  /** The hash over the records from lo to before hi, a subtree as proofs have them. */
  private async hash(lo: number, hi: number): Promise<Uint8Array> {
    const n = hi - lo;
    const height = Math.log2(n);
    if (Number.isInteger(height) && lo % n === 0) return this.node(height, lo / n);
    const k = split(n);
    return nodeHash(await this.hash(lo, lo + k), await this.hash(lo + k, hi));
  }

  /** The root over the first records. */
  async root(size = this.size): Promise<Uint8Array> {
    return size === 0 ? sha256(new Uint8Array()) : this.hash(0, size);
  }

  /** The inclusion proof of a record among the first size (RFC 6962, section 2.1.1). */
  async inclusion(index: number, size = this.size): Promise<Uint8Array[]> {
    const path = async (m: number, lo: number, hi: number): Promise<Uint8Array[]> => {
      if (hi - lo <= 1) return [];
      const k = lo + split(hi - lo);
      return m < k ? [...(await path(m, lo, k)), await this.hash(k, hi)] : [...(await path(m, k, hi)), await this.hash(lo, k)];
    };
    if (index >= size) throw new Refused("missing", `the log has ${size} records only`);
    return path(index, 0, size);
  }

  /** The proof that the tree over the first size records begins with that over the first old ones (RFC 6962, section 2.1.2). */
  async consistency(old: number, size = this.size): Promise<Uint8Array[]> {
    const sub = async (m: number, lo: number, hi: number, whole: boolean): Promise<Uint8Array[]> => {
      if (m === hi) return whole ? [] : [await this.hash(lo, hi)];
      const k = lo + split(hi - lo);
      return m <= k
        ? [...(await sub(m, lo, k, whole)), await this.hash(k, hi)]
        : [...(await sub(m, k, hi, false)), await this.hash(lo, k)];
    };
    return old <= 0 || old >= size ? [] : sub(old, 0, size, true);
  }
}

/** The largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
