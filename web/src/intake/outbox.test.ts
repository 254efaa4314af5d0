import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { newRef, NotSent, Outbox, ownLocks, photo, type Photo, type Receipt, type Wire } from "./outbox";

// A server as the page sees it: it keeps what it acknowledges, knows again what
// it has, and can be out of reach before or after it has stored something.
class Server implements Wire {
  who = "post-4";
  reachable = true;
  deaf = 0; // so many answers are lost after the work was done
  stored = new Map<string, Record<string, unknown>>();
  media_ = new Map<string, number>();
  asked = 0;
  private answer<T>(v: T): T {
    if (this.deaf > 0) {
      this.deaf--;
      throw new NotSent("unreachable", "the connection broke");
    }
    return v;
  }
  private reach() {
    this.asked++;
    if (!this.reachable) throw new NotSent("unreachable", "no network");
  }
  async account() {
    this.reach();
    return this.who;
  }
  async media(p: Photo) {
    this.reach();
    const sum = createHash("sha256").update(new Uint8Array(await p.data.arrayBuffer())).digest("hex");
    this.media_.set(sum, (this.media_.get(sum) ?? 0) + 1);
    return this.answer(sum);
  }
  async submit(o: Record<string, unknown>): Promise<Receipt> {
    this.reach();
    await new Promise(done => setTimeout(done, 5)); // so that tabs overlap
    const key = `${o["source"]}/${o["ref"]}`;
    if (o["activity"] === "nonsense") throw new NotSent("refused", "no such activity");
    if (o["activity"] === "judged") return { source: "", ref: "", status: "refused", reason: "in the future" };
    const known = this.stored.has(key);
    if (!known) this.stored.set(key, o);
    return this.answer({ source: String(o["source"]), ref: String(o["ref"]), status: known ? "known" : "new", incident: "I-1" });
  }
}

let n = 0;
async function fresh(t: test.TestContext) {
  const server = new Server(), name = `test-${n++}`, locks = ownLocks();
  const tab = async () => {
    const box = await Outbox.open(server, { locks, name });
    t.after(() => box.close());
    return box;
  };
  return { server, tab };
}

const shelling = { activity: "shelling", from: "2026-03-04T10:00:00Z" };

test("a report is stored without a network, and sent once when there is one", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  server.reachable = false;
  const { ref } = await box.put("post-4", shelling);
  assert.equal((await box.send())?.why, "unreachable");
  assert.deepEqual((await box.list()).map(i => [i.ref, i.state, i.reason]), [[ref, "stored", "unreachable"]]);

  const later = await tab(); // the page was closed and opened again
  server.reachable = true;
  assert.equal(await later.send(), null);
  const [item] = await later.list();
  assert.equal(item?.state, "sent");
  assert.equal(item?.receipt?.incident, "I-1");
  assert.deepEqual([...server.stored.keys()], [`post-4/${ref}`]);
  const asked = server.asked;
  assert.equal(await later.send(), null);
  assert.equal(server.asked, asked, "what is sent is not sent again");
});

test("an answer that is lost makes no second report", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  await box.put("post-4", shelling);
  server.deaf = 2;
  while (await box.send());
  assert.equal(server.stored.size, 1);
  const [item] = await box.list();
  assert.deepEqual([item?.state, item?.receipt?.status, item?.tries], ["sent", "known", 3]);
});

test("several tabs that send at once send each report once, in the order of writing", async t => {
  const { server, tab } = await fresh(t);
  const tabs = await Promise.all([tab(), tab(), tab()]);
  const refs: string[] = [];
  for (let i = 0; i < 9; i++) {
    refs.push((await tabs[i % 3]!.put("post-4", { ...shelling, count: { n: i } })).ref);
    await new Promise(done => setTimeout(done, 2)); // another millisecond
  }
  await Promise.all(tabs.flatMap(b => [b.send(), b.send()]));
  assert.deepEqual([...server.stored.keys()], refs.map(r => `post-4/${r}`));
  assert.equal(server.asked, 1 + refs.length);
});

test("a form sent off twice is one report", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  const ref = newRef();
  await Promise.all([box.put("post-4", shelling, [], ref), box.put("post-4", shelling, [], ref)]);
  await box.send();
  await box.put("post-4", shelling, [], ref);
  await box.send();
  assert.equal(server.stored.size, 1);
  assert.equal((await box.list()).length, 1);
});

test("what is refused says why, holds up nothing, and can be mended and sent again", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  const bad = await box.put("post-4", { ...shelling, activity: "nonsense" });
  const judged = await box.put("post-4", { ...shelling, activity: "judged" });
  await box.put("post-4", shelling);
  assert.equal(await box.send(), null);
  assert.deepEqual((await box.list()).map(i => [i.state, i.reason]).sort(), [["refused", "in the future"], ["refused", "no such activity"], ["sent", ""]]);
  await box.again(judged.ref);
  assert.equal((await box.list()).find(i => i.ref === judged.ref)?.state, "stored");
  assert.ok(await box.discard(bad.ref));
  await box.put("post-4", shelling, [], bad.ref);
  await box.send();
  assert.ok(server.stored.has(`post-4/${bad.ref}`));
  const sent = (await box.list()).find(i => i.state === "sent")!;
  assert.equal(await box.discard(sent.ref), undefined, "what was sent is no draft");
});

test("a report is sent under the account that wrote it, and no other", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  server.who = "";
  await box.put("post-4", shelling);
  await box.put("", shelling);
  assert.equal((await box.send())?.why, "sign-in");
  server.who = "post-5";
  assert.equal((await box.send())?.why, "sign-in");
  assert.deepEqual([...server.stored.values()].map(o => o["source"]), ["post-5"]);
  server.who = "post-4";
  assert.equal(await box.send(), null);
  assert.deepEqual([...server.stored.values()].map(o => o["source"]), ["post-5", "post-4"]);
});

test("a photograph goes before the report, with its hash, and stays until both are there", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  const p = await photo(new Blob(["light"], { type: "image/jpeg" }));
  assert.equal(p.sha256, createHash("sha256").update("light").digest("hex"));
  await box.put("post-4", shelling, [p]);
  server.deaf = 1;
  assert.equal((await box.send())?.why, "unreachable");
  assert.equal((await box.list())[0]?.photos.length, 1);
  assert.equal(server.stored.size, 0);
  assert.equal(await box.send(), null);
  assert.deepEqual([...server.stored.values()][0]?.["media"], [{ sha256: p.sha256 }]);
  assert.deepEqual((await box.list()).map(i => [i.photos.length, i.hashes]), [[0, [p.sha256]]]);
});

test("drafts: a tab takes up what a closed one left, and not what another writes", async t => {
  const { server, tab } = await fresh(t);
  const first = await tab();
  const d = await first.draft();
  await first.saveDraft({ ...d, fields: { text: "two bangs" } });
  const second = await tab();
  const other = await second.draft();
  assert.notEqual(other.id, d.id);
  // Locks end with the tab that holds them.
  const reopened = await Outbox.open(server, { locks: ownLocks(), name: `test-${n - 1}` });
  t.after(() => reopened.close());
  assert.deepEqual((await reopened.draft()).fields, { text: "two bangs" });
  await reopened.dropDraft(d);
  assert.deepEqual(await reopened.recall("session"), undefined);
  await reopened.remember("session", { account: "post-4" });
  assert.deepEqual(await second.recall("session"), { account: "post-4" });
});

test("old reports that were sent make room, what is not sent never", async t => {
  const { server, tab } = await fresh(t);
  const box = await tab();
  for (let i = 0; i < 60; i++) await box.put("post-4", { ...shelling, count: { n: i } });
  await box.put("post-9", shelling);
  await box.send();
  assert.equal(server.stored.size, 60);
  assert.deepEqual([(await box.list()).length, (await box.list()).filter(i => i.state === "stored").length], [51, 1]);
});

test("references are of one form and never the same", () => {
  const at = new Date("2026-03-04T10:05:06.789Z");
  const refs = new Set(Array.from({ length: 1000 }, () => newRef(at)));
  assert.equal(refs.size, 1000);
  for (const r of refs) assert.match(r, /^20260304-100506-[0-9a-f]{16}$/);
});
