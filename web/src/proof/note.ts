// Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint,
// tlog-cosignature), as the journal writes them; see docs/journal.md.
//
// Signatures are checked by noble's Ed25519 and not by WebCrypto: it is the
// same code in every browser, and is there too on a page that came over plain
// HTTP in a field network, where browsers withhold WebCrypto.
import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

/** Why something is refused. */
export type Fault =
  | "format" // it is not of the form that it says
  | "key" // the public key can't be read
  | "unsigned" // it bears no signature of that key
  | "signature" // its signature is wrong
  | "origin" // it is of another log
  | "leaf" // the leaf is no record of the log
  | "path" // the hashes don't lead to the root
  | "body" // the body is not the one that was sealed
  | "missing" // the record is not in it
  | "shrunk" // the log had more records before
  | "fork"; // the log does not begin with what it had

/** Refused is thrown for whatever does not hold. */
export class Refused extends Error {
  constructor(readonly fault: Fault, message: string) {
    super(message);
  }
}

/** The state of a log: how many records, and the root of the tree over them. */
export interface Head { size: number; root: Uint8Array }

/** A head under the name of its log. */
export interface Checkpoint extends Head { origin: string }

/** A public key, of a log or of a witness. */
export interface Verifier { name: string; hash: number; key: Uint8Array; witness: boolean }

const text = new TextEncoder();

export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}

/** The bytes of standard base64 in its one form, of a given length if one is asked for. */
export function bytes(base64: string, length?: number): Uint8Array {
  let raw = "";
  try {
    raw = atob(base64);
  } catch {
    throw new Refused("format", `${quote(base64)} is not base64`);
  }
  if (btoa(raw) !== base64 || (length !== undefined && raw.length !== length)) {
    throw new Refused("format", `${quote(base64)} is not base64 of the length that is due`);
  }
  return Uint8Array.from(raw, c => c.charCodeAt(0));
}

export function base64(data: Uint8Array): string {
  let raw = "";
  for (const b of data) raw += String.fromCharCode(b);
  return btoa(raw);
}

export function hex(data: Uint8Array): string {
  return Array.from(data, b => b.toString(16).padStart(2, "0")).join("");
}

export function quote(s: string): string {
  return JSON.stringify(s.length > 60 ? s.slice(0, 60) + "…" : s);
}

function uint32(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

const ed25519 = 1;
const cosignature = 4;

/** Reads a public key ("name+hash+data"). */
export function parseVerifier(public_: string): Verifier {
  const [name, hash, ...rest] = public_.trim().split("+");
  const data = rest.join("+");
  if (!name || !hash || !data) throw new Refused("key", "a key has a name, a checksum and data");
  const raw = bytes(data);
  const alg = raw[0];
  if ((alg !== ed25519 && alg !== cosignature) || raw.length !== 33) {
    throw new Refused("key", "the key is neither of a log nor of a witness");
  }
  const want = uint32(sha256(concat(text.encode(name + "\n"), raw)));
  if (hash !== want.toString(16).padStart(8, "0")) throw new Refused("key", "the key's checksum is wrong");
  return { name, hash: want, key: raw.slice(1), witness: alg === cosignature };
}

/** A line of a note's signatures. */
interface Signature { name: string; hash: number; sig: Uint8Array }

/** Takes a signed note apart, without checking any signature. */
export function splitNote(signed: string): { text: string; signatures: Signature[] } {
  const end = signed.lastIndexOf("\n\n");
  if (end < 0 || !signed.endsWith("\n") || signed.length === end + 2 || /[\0-\x09\x0b-\x1f\ufffd]|\p{Surrogate}/u.test(signed)) {
    throw new Refused("format", "it is no signed note");
  }
  const lines = signed.slice(end + 2, -1).split("\n");
  if (lines.length > 100) throw new Refused("format", "it is no signed note: more than 100 signatures");
  const signatures = lines.map(line => {
    const m = /^— ([^\s+]+) (\S+)$/u.exec(line);
    if (!m) throw new Refused("format", `it is no signed note: ${quote(line)} is no signature`);
    const raw = bytes(m[2]!);
    if (raw.length < 5) throw new Refused("format", `it is no signed note: ${quote(line)} is no signature`);
    return { name: m[1]!, hash: uint32(raw), sig: raw.slice(4) };
  });
  return { text: signed.slice(0, end + 1), signatures };
}

/** Reads the text of a checkpoint: origin, size and root, in its one form. */
export function parseCheckpoint(note: string): Checkpoint {
  const lines = note.split("\n");
  if (lines.length !== 4 || lines[3] !== "" || !lines[0]) throw new Refused("format", "a checkpoint has three lines: origin, size and root");
  const size = Number(lines[1]);
  if (!/^(0|[1-9][0-9]*)$/.test(lines[1]!) || !Number.isSafeInteger(size)) {
    throw new Refused("format", `the checkpoint's size ${quote(lines[1]!)} is no number of records`);
  }
  return { origin: lines[0], size, root: bytes(lines[2]!, 32) };
}

/** Reads a checkpoint without checking any signature. */
export function readCheckpoint(signed: string): Checkpoint {
  return parseCheckpoint(splitNote(signed).text);
}

function valid(sig: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return sig.length === 64 && verify(sig, message, key, { zip215: false });
  } catch {
    return false; // the key or the signature is no point of the curve
  }
}

/** Reads a signed checkpoint and checks the log's signature. */
export function openCheckpoint(signed: string, log: Verifier): Checkpoint {
  const n = splitNote(signed);
  const ours = n.signatures.filter(s => s.name === log.name && s.hash === log.hash);
  if (log.witness || ours.length === 0) {
    throw new Refused("unsigned", `the checkpoint bears no signature of ${log.name} with key ${log.hash.toString(16).padStart(8, "0")}`);
  }
  for (const s of ours) {
    if (!valid(s.sig, text.encode(n.text), log.key)) throw new Refused("signature", `the checkpoint's signature of ${log.name} is wrong`);
  }
  const c = parseCheckpoint(n.text);
  if (c.origin !== log.name) throw new Refused("origin", `the checkpoint is of the log ${quote(c.origin)}, the key of ${quote(log.name)}`);
  return c;
}

/** The instants (seconds since 1970) at which a witness cosigned a checkpoint; a wrong cosignature is refused. */
export function cosigned(signed: string, witness: Verifier): number[] {
  const n = splitNote(signed);
  return n.signatures.filter(s => witness.witness && s.name === witness.name && s.hash === witness.hash).map(s => {
    if (s.sig.length !== 72) throw new Refused("signature", `the cosignature of ${witness.name} is wrong`);
    const at = Number(new DataView(s.sig.buffer, s.sig.byteOffset).getBigUint64(0));
    if (!valid(s.sig.slice(8), text.encode(`cosignature/v1\ntime ${at}\n${n.text}`), witness.key)) {
      throw new Refused("signature", `the cosignature of ${witness.name} is wrong`);
    }
    return at;
  });
}
