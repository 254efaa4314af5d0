import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { base64, bytes, cosigned, openCheckpoint, parseVerifier, readCheckpoint, Refused } from "./note";
import { checkConsistency, checkInclusion, leafHash, tilePath, Tiles } from "./merkle";
import { checkProof, readProof, type Proof } from "./proof";

// Made, and checked, by package journal.
const vectors = JSON.parse(readFileSync("../journal/testdata/vectors.json", "utf8")) as {
  key: string; witness: string; checkpoints: string[]; witnessed: string; proofs: Proof[];
  consistency: { old: number; size: number; hashes: string[] }[]; tiles: Record<string, string>;
};
const log = parseVerifier(vectors.key);
const heads = new Map(vectors.checkpoints.map(c => openCheckpoint(c, log)).map(h => [h.size, h]));
const last = heads.get(700)!;
const tiles = new Tiles(async path => (vectors.tiles[path] ? bytes(vectors.tiles[path]) : null), 700);

const refused = (f: () => unknown, what: string) => assert.throws(f, Refused, what);

test("proofs of the journal hold", () => {
  for (const p of vectors.proofs) {
    const { checkpoint, records } = checkProof(readProof(p), log);
    assert.equal(checkpoint.size, 700);
    assert.equal(records.length, p.records.length);
    for (const [i, r] of records.entries()) {
      assert.equal(r.kind, "observation");
      assert.equal(r.at, "2026-01-06T12:00:00.123456Z");
      assert.equal(r.body, p.records[i]!.body);
      if (r.body) assert.equal(r.body, `{"n":${r.seq},"text":"Grüße, привіт"}`);
      const top = r.climb.at(-1)!;
      assert.deepEqual(top.parent, last.root);
    }
  }
  assert.equal(checkProof(vectors.proofs[2]!, log).records[0]!.body, undefined);
});

// Every bit of every string and number that a proof is made of.
test("whatever bit is changed in a proof, it is refused", () => {
  const flips = (s: string): string[] => {
    const raw = Buffer.from(s);
    const out: string[] = [];
    for (let i = 0; i < raw.length * 8; i++) {
      const changed = Buffer.from(raw);
      changed[i >> 3]! ^= 1 << (i & 7);
      out.push(changed.toString("utf8")); // what is no UTF-8 any more gets U+FFFD, as in JSON.parse of a response
    }
    return out;
  };
  let n = 0;
  const p = vectors.proofs[0]!;
  const tryAll = (values: (string | number)[], put: (q: Proof, v: never) => void) => {
    for (const v of values) {
      const q = structuredClone(p);
      put(q, v as never);
      refused(() => checkProof(readProof(q), log), `${JSON.stringify(v)} was accepted`);
      n++;
    }
  };
  tryAll(flips(p.checkpoint), (q, v) => { q.checkpoint = v; });
  tryAll(flips(p.format), (q, v) => { q.format = v; });
  p.hashes.forEach((h, i) => tryAll(flips(h), (q, v) => { q.hashes[i] = v; }));
  p.records.forEach((r, i) => {
    tryAll(flips(r.leaf), (q, v) => { q.records[i]!.leaf = v; });
    tryAll(flips(r.salt!), (q, v) => { q.records[i]!.salt = v; });
    tryAll(flips(r.body!), (q, v) => { q.records[i]!.body = v; });
    for (let bit = 0; bit < 31; bit++) {
      tryAll([r.seq ^ (1 << bit)], (q, v) => { q.records[i]!.seq = v; });
      r.proof.forEach((at, k) => tryAll([at ^ (1 << bit)], (q, v) => { q.records[i]!.proof[k] = v; }));
    }
    tryAll([0], q => { q.records[i]!.proof.pop(); });
    tryAll([0], q => { q.records[i]!.proof.push(0); });
    tryAll([0], q => { delete q.records[i]!.salt; });
  });
  assert.ok(n > 5_000, `${n} changes`);
});

test("another key, or a key with a bit changed, opens nothing", () => {
  const [name, hash, data] = [vectors.key.split("+")[0]!, vectors.key.split("+")[1]!, vectors.key.split("+").slice(2).join("+")];
  const raw = bytes(data);
  for (let i = 0; i < raw.length * 8; i++) {
    const changed = raw.slice();
    changed[i >> 3]! ^= 1 << (i & 7);
    refused(() => parseVerifier(`${name}+${hash}+${base64(changed)}`), `bit ${i}`);
    // Even with a checksum that fits.
    if (i >= 8) refused(() => openCheckpoint(vectors.checkpoints[0]!, { ...log, key: changed.slice(1) }), `bit ${i} of the key`);
  }
  refused(() => openCheckpoint(vectors.checkpoints[0]!, parseVerifier(vectors.witness)), "a witness's key");
  refused(() => openCheckpoint(vectors.checkpoints[0]!, { ...log, name: "another" }), "another log");
});

test("a witness's cosignature holds, and no other", () => {
  const w = parseVerifier(vectors.witness);
  assert.deepEqual(cosigned(vectors.witnessed, w), [Date.UTC(2026, 0, 6, 12) / 1000]);
  assert.deepEqual(cosigned(vectors.checkpoints[0]!, w), []);
  assert.equal(openCheckpoint(vectors.witnessed, log).size, 700);
  const at = vectors.witnessed.lastIndexOf(" ") + 1;
  const raw = bytes(vectors.witnessed.slice(at, -1));
  for (let i = 32; i < raw.length * 8; i++) {
    const changed = raw.slice();
    changed[i >> 3]! ^= 1 << (i & 7);
    refused(() => cosigned(vectors.witnessed.slice(0, at) + base64(changed) + "\n", w), `bit ${i}`);
  }
});

test("consistency holds between all heads, and not with a change", () => {
  for (const c of vectors.consistency) {
    const old = heads.get(c.old)!, proof = c.hashes.map(h => bytes(h, 32));
    checkConsistency(proof, old, last);
    for (const [i, h] of proof.entries()) {
      for (let bit = 0; bit < 256; bit++) {
        const changed = h.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        refused(() => checkConsistency(proof.with(i, changed), old, last), `hash ${i}, bit ${bit}`);
      }
    }
    refused(() => checkConsistency([...proof, last.root], old, last), "one more");
    if (proof.length > 0) refused(() => checkConsistency(proof.slice(1), old, last), "one less");
    const other = { ...old, root: old.root.with(0, old.root[0]! ^ 1) };
    refused(() => checkConsistency(proof, other, last), "another old root");
    refused(() => checkConsistency(proof, old, { ...last, root: last.root.with(5, last.root[5]! ^ 1) }), "another root");
  }
  refused(() => checkConsistency([], last, heads.get(512)!), "a shorter log");
});

test("proofs made from the log's tiles are the journal's", async () => {
  assert.deepEqual(await tiles.root(), last.root);
  for (const c of vectors.consistency) {
    assert.deepEqual((await tiles.consistency(c.old)).map(base64), c.hashes);
  }
  for (const p of vectors.proofs) {
    for (const r of p.records) {
      const proof = await tiles.inclusion(r.seq);
      assert.deepEqual(proof.map(base64), r.proof.map(i => p.hashes[i]));
      checkInclusion(leafHash(new TextEncoder().encode(r.leaf)), r.seq, proof, last);
    }
  }
});

// Against each other, for every size of a small log: the proof's making and its check are written from different sections.
test("every proof of small trees holds, and for no other record", async () => {
  const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Uint8Array.of(i)));
  for (let size = 1; size <= leaves.length; size++) {
    const flat = new Uint8Array(size * 32);
    leaves.slice(0, size).forEach((h, i) => flat.set(h, i * 32));
    const t = new Tiles(async path => (path.startsWith("tile/0/") ? flat : null), size);
    const head = { size, root: await t.root() };
    for (let i = 0; i < size; i++) {
      const proof = await t.inclusion(i);
      checkInclusion(leaves[i]!, i, proof, head);
      for (let k = 0; k < size; k++) {
        if (k !== i) refused(() => checkInclusion(leaves[i]!, k, proof, head), `leaf ${i} as ${k} of ${size}`);
      }
      const older = { size: i + 1, root: await t.root(i + 1) };
      checkConsistency(await t.consistency(i + 1), older, head);
      for (let k = 1; k <= i; k++) checkConsistency(await t.consistency(k, i + 1), { size: k, root: await t.root(k) }, older);
    }
  }
});

test("a complete tile serves where one that is not complete is gone", async () => {
  const flat = new Uint8Array(256 * 32).map((_, i) => i);
  const t = new Tiles(async path => (path === "tile/0/000" ? flat : null), 5);
  assert.equal((await t.inclusion(2)).length, 3);
  await assert.rejects(new Tiles(async () => null, 5).root(), Refused);
  assert.equal(tilePath(0, 1234067, 256), "tile/0/x001/x234/067");
  assert.equal(tilePath(2, 5, 3), "tile/2/005.p/3");
});

test("what is no proof is refused", () => {
  for (const bad of [null, 1, "x", [], {}, { ...vectors.proofs[0], records: [null] }, { ...vectors.proofs[0], hashes: [1] }, { ...vectors.proofs[0], format: "truce-proof/2" }]) {
    refused(() => readProof(bad), JSON.stringify(bad));
  }
  refused(() => checkProof({ ...vectors.proofs[0]!, records: [] }, log), "no record");
  for (const bad of ["", "a\n1\n", "a\n01\n" + base64(last.root) + "\n\n— a AAAAAAAA\n", "a\n1\nAAAA\n\n— a AAAAAAAA\n"]) {
    refused(() => readCheckpoint(bad), JSON.stringify(bad));
  }
});
