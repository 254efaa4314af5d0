// Proofs that records are in the journal ("truce-proof/1", see docs/journal.md),
// checked here with the log's public key alone.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytes, concat, equal, openCheckpoint, quote, Refused, type Checkpoint, type Verifier } from "./note";
import { checkInclusion, leafHash, type Climb } from "./merkle";

/** A proof as `truce prove` writes it. */
export interface Proof {
  format: string;
  of?: string;
  about?: string;
  checkpoint: string;
  hashes: string[];
  records: { seq: number; leaf: string; salt?: string; body?: string; proof: number[] }[];
}

/** A record as it was proved, with the way from its leaf to the root. */
export interface Proved {
  seq: number;
  kind: string;
  at: string; // when it was recorded, RFC 3339 in UTC with six decimals
  commitment: Uint8Array;
  leafHash: Uint8Array;
  climb: Climb[];
  body?: string; // missing where it is withheld or erased
}

const utf8 = new TextEncoder();
const leafForm = /^truce-record\/1 ([a-z0-9-]{1,64}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([A-Za-z0-9+/]{43}=)\n$/;

/** Reads a proof's JSON without checking what it says. */
export function readProof(json: unknown): Proof {
  const p = json as Proof;
  const strings = (v: unknown): v is string[] => Array.isArray(v) && v.every(s => typeof s === "string");
  const ok = p !== null && typeof p === "object" && typeof p.checkpoint === "string" && strings(p.hashes) && Array.isArray(p.records) &&
    p.records.every(r => r !== null && typeof r === "object" && Number.isSafeInteger(r.seq) && typeof r.leaf === "string" &&
      Array.isArray(r.proof) && r.proof.every(Number.isSafeInteger) &&
      [r.salt, r.body].every(s => s === undefined || s === null || typeof s === "string"));
  if (!ok) throw new Refused("format", "it is no proof");
  if (p.format !== "truce-proof/1") throw new Refused("format", `its format is ${quote(String(p.format))}; this page reads "truce-proof/1"`);
  return p;
}

/** Checks a proof with the log's public key alone: signature, then each record's way to the root, then each body that is shown. */
export function checkProof(p: Proof, log: Verifier): { checkpoint: Checkpoint; records: Proved[] } {
  const checkpoint = openCheckpoint(p.checkpoint, log);
  if (p.records.length === 0) throw new Refused("missing", "it proves nothing: it holds no record");
  const records = p.records.map((r, i): Proved => {
    const before = p.records[i - 1];
    if (before && r.seq <= before.seq) throw new Refused("format", `record ${r.seq}: records must follow the order of their numbers`);
    const m = leafForm.exec(r.leaf);
    if (!m || !realTime(m[2]!)) throw new Refused("leaf", `record ${r.seq}: the leaf is no record of this log: ${quote(r.leaf)}`);
    const commitment = bytes(m[3]!, 32);
    const path = r.proof.map(n => {
      const h = p.hashes[n];
      if (h === undefined) throw new Refused("format", `record ${r.seq}: its proof names hash ${n}, which is not there`);
      return bytes(h, 32);
    });
    const leaf = leafHash(utf8.encode(r.leaf));
    const climb = checkInclusion(leaf, r.seq, path, checkpoint);
    const out: Proved = { seq: r.seq, kind: m[1]!, at: m[2]!, commitment, leafHash: leaf, climb };
    if (r.body === undefined || r.body === null) return out;
    const salt = bytes(r.salt ?? "", 16);
    if (!equal(sha256(concat(salt, utf8.encode(r.body))), commitment)) {
      throw new Refused("body", `record ${r.seq}: its body is not the one that was sealed`);
    }
    return { ...out, body: r.body };
  });
  return { checkpoint, records };
}

function realTime(s: string): boolean {
  const t = Date.parse(s);
  return !Number.isNaN(t) && new Date(t).toISOString().slice(0, 19) === s.slice(0, 19);
}
