// Record: the journal's head and who vouches for it, checked here, in the
// browser; the server only hands out what is checked.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import { number, t } from "../i18n";
import { base64, cosigned, hex, openCheckpoint, parseVerifier, readCheckpoint, Refused, type Checkpoint, type Verifier } from "../proof/note";
import { checkConsistency, Tiles, type Fetch } from "../proof/merkle";
import { forget, keep, kept } from "../proof/kept";
import { checkProof, readProof, type Proved } from "../proof/proof";
import { can, session } from "../state";
import { Failure, Figures, Instant, Page, Table, Waiting } from "../ui";
import { useLoad } from "../ui/load";

interface Seal {
  checkpoint: string; key: string; records: number; root: string; witnessed?: string;
  stamps: { records: number; at: string; by: string }[];
  witnesses: { witness: string; records: number; at: string }[];
}

/** A step of a check: what was done, what it proves, and whether it held. */
interface Step { name: string; proves: string; ok: boolean; why?: string; detail?: ComponentChildren }

const log: Fetch = async path => {
  const answer = await fetch("/log/" + path);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
};

const fault = (e: unknown) => (e instanceof Refused ? `${t("record.fault." + e.fault)} (${e.message})` : e instanceof Error ? e.message : String(e));

export default function Record() {
  const seal = useLoad(signal => get<Seal>("/api/v1/record", {}, { signal }), [session.value]);
  const [trusted, trust] = useState(() => localStorage.getItem("log-key") ?? "");
  if (seal.failure) return <Page sections title={t("page.record")}><Failure text={seal.failure} /></Page>;
  if (!seal.value) return <Page sections title={t("page.record")}><Waiting /></Page>;
  let key: Verifier | undefined, wrong = "";
  try {
    key = parseVerifier(trusted || seal.value.key);
  } catch (e) {
    wrong = fault(e);
  }
  return (
    <Page sections title={t("page.record")} lead={t("record.lead")}>
      <Head seal={seal.value} log={key} again={seal.again} />
      <Key seal={seal.value} trusted={trusted} wrong={wrong} trust={k => { localStorage.setItem("log-key", k); trust(k); }} />
      {key && <Check log={key} />}
      {key && <Kept seal={seal.value} log={key} />}
      <Vouching seal={seal.value} />
    </Page>
  );
}

/** Steps are the parts of a check; what does not hold is said at once to a screen reader too. */
const Steps = ({ list, label }: { list: Step[]; label: string }) => (
  <ol class="steps" aria-label={label}>
    {list.map(s => (
      <li class={s.ok ? "ok" : "bad"}>
        <b><span aria-hidden="true">{s.ok ? "✓" : "✕"}</span> {s.name} <span class="sr">{t(s.ok ? "record.holds" : "record.fails")}</span></b>
        <p>{s.ok ? s.proves : s.why}</p>
        {s.detail}
      </li>
    ))}
  </ol>
);

const Hash = ({ of }: { of: string }) => <code class="hash">{of.replaceAll(/(.{8})/g, "$1 ").trim()}</code>;

function Head({ seal, log: key, again }: { seal: Seal; log: Verifier | undefined; again: () => void }) {
  const check = useLoad(async () => {
    const steps: Step[] = [];
    if (!key) return steps;
    let c: Checkpoint;
    try {
      c = openCheckpoint(seal.checkpoint, key);
      steps.push({ name: t("record.step.signed"), ok: true, proves: t("record.step.signed.proves", { name: key.name, n: c.size }) });
    } catch (e) {
      return [{ name: t("record.step.signed"), ok: false, proves: "", why: fault(e) }];
    }
    const tiles = new Tiles(log, c.size);
    try {
      const root = await tiles.root();
      const same = hex(root) === hex(c.root);
      steps.push({ name: t("record.step.root"), ok: same, proves: t("record.step.root.proves"), ...(!same && { why: t("record.step.root.not", { root: hex(root) }) }) });
    } catch (e) {
      steps.push({ name: t("record.step.root"), ok: false, proves: "", why: fault(e) });
    }
    const before = kept(localStorage, c.origin).filter(k => k.note !== seal.checkpoint);
    let sound = true;
    for (const k of before.length > 0 ? [before[0]!, before.at(-1)!].filter((k, i, all) => all.indexOf(k) === i) : []) {
      const name = t("record.step.before", { n: k.checkpoint.size, when: new Date(k.at).toISOString().slice(0, 16).replace("T", " ") + " UTC" });
      try {
        openCheckpoint(k.note, key);
        checkConsistency(k.checkpoint.size <= c.size ? await tiles.consistency(k.checkpoint.size) : [], k.checkpoint, c);
        steps.push({ name, ok: true, proves: t("record.step.before.proves", { n: k.checkpoint.size }) });
      } catch (e) {
        sound = false;
        steps.push({ name, ok: false, proves: "", why: fault(e) });
      }
    }
    if (sound && steps.every(s => s.ok)) keep(localStorage, seal.checkpoint, new Date().toISOString());
    return steps;
  }, [seal, key?.hash]);
  return (
    <section aria-labelledby="record-head">
      <h2 id="record-head">{t("record.head")}</h2>
      <Figures list={[
        { name: t("record.records"), value: number(seal.records, 0), note: t("record.records.note") },
        { name: t("record.log"), value: <span class="logname">{seal.checkpoint.split("\n")[0]}</span> },
      ]} />
      <p><span class="grey">{t("record.root")}</span> <Hash of={seal.root} /></p>
      {check.value ? <Steps list={check.value} label={t("record.head")} /> : <Waiting />}
      {check.failure && <Failure text={check.failure} />}
      <p class="actions"><button onClick={again}>{t("record.again")}</button> <a class="button" download="checkpoint" href="/log/checkpoint">{t("record.download")}</a></p>
    </section>
  );
}

function Key({ seal, trusted, wrong, trust }: { seal: Seal; trusted: string; wrong: string; trust: (k: string) => void }) {
  const [typed, type] = useState(trusted);
  return (
    <details class="record-key" open={!!wrong}>
      <summary>{trusted ? t("record.key.own") : t("record.key.server")}</summary>
      <p>{t("record.key.why")}</p>
      <p><span class="grey">{t("record.key.theirs")}</span> <code>{seal.key}</code></p>
      <form class="row-form" onSubmit={e => { e.preventDefault(); trust(typed.trim()); }}>
        <label>{t("record.key.yours")}<input value={typed} onInput={e => type(e.currentTarget.value)} placeholder="name+hash+base64" size={50} aria-invalid={wrong ? true : undefined} /></label>
        <button>{t("record.key.use")}</button>
        {trusted && <button type="button" onClick={() => { type(""); trust(""); }}>{t("record.key.forget")}</button>}
      </form>
      {wrong && <Failure text={wrong} />}
    </details>
  );
}

interface Checked { of: string; steps: Step[]; records: Proved[] }

function check(json: unknown, log: Verifier, of: string): Checked {
  const steps: Step[] = [];
  try {
    const proof = readProof(json);
    const { checkpoint, records } = checkProof(proof, log);
    const shown = records.filter(r => r.body !== undefined).length;
    const hashes = records.reduce((n, r) => n + r.climb.length, 0);
    steps.push(
      { name: t("record.step.signed"), ok: true, proves: t("record.step.signed.proves", { name: log.name, n: checkpoint.size }) },
      { name: t("record.step.leaf", { n: records.length }), ok: true, proves: t("record.step.leaf.proves") },
      { name: t("record.step.path", { n: hashes }), ok: true, proves: t("record.step.path.proves", { n: checkpoint.size }) },
      { name: t("record.step.body", { n: shown, of: records.length }), ok: true, proves: shown > 0 ? t("record.step.body.proves") : t("record.step.body.none") },
    );
    return { of: proof.of ?? of, steps, records };
  } catch (e) {
    return { of, steps: [{ name: t("record.step.failed"), ok: false, proves: "", why: fault(e) }], records: [] };
  }
}

function Check({ log: key }: { log: Verifier }) {
  const [id, type] = useState(new URLSearchParams(location.search).get("id") ?? "");
  const [result, show] = useState<Checked>();
  const [failed, fail] = useState("");
  const [busy, work] = useState(false);
  async function ask(id: string) {
    work(true);
    fail("");
    try {
      show(check(await get("/api/v1/record/proof", { id }), key, id));
    } catch (e) {
      show(undefined);
      fail(fault(e));
    } finally {
      work(false);
    }
  }
  useEffect(() => { if (id) void ask(id); }, []);
  async function file(f: File | undefined) {
    if (!f) return;
    fail("");
    try {
      show(check(JSON.parse(await f.text()), key, f.name));
    } catch (e) {
      fail(fault(e));
    }
  }
  return (
    <section aria-labelledby="record-check" class="record-check">
      <h2 id="record-check">{t("record.check")}</h2>
      <p class="grey">{t(can("read-sources") ? "record.check.lead" : "record.check.lead.public")}</p>
      <form class="row-form" onSubmit={e => { e.preventDefault(); void ask(id.trim()); }}>
        <label>{t("record.check.id")}<input name="id" value={id} onInput={e => type(e.currentTarget.value)} placeholder="#17, I-…, F-…" required maxLength={300} autocapitalize="none" spellcheck={false} /></label>
        <button class="primary" disabled={busy}>{t("record.check.do")}</button>
        <label>{t("record.check.file")}<input type="file" accept=".json,application/json" onChange={e => void file(e.currentTarget.files?.[0])} /></label>
      </form>
      <div aria-live="polite">
        {failed && <Failure text={failed} />}
        {result && (
          <div class={`verdict ${result.steps.every(s => s.ok) ? "ok" : "bad"}`}>
            <h3>{t(result.steps.every(s => s.ok) ? "record.check.holds" : "record.check.fails", { id: result.of })}</h3>
            <Steps list={result.steps} label={t("record.check")} />
            {result.records.map(r => <One r={r} />)}
          </div>
        )}
      </div>
    </section>
  );
}

/** One proved record: its leaf, the way to the root, what it says. */
const One = ({ r }: { r: Proved }) => (
  <details class="proved">
    <summary>{t("record.one", { n: r.seq })} · <code>{r.kind}</code> · <Instant at={r.at} both /></summary>
    <dl class="pairs">
      <dt>{t("record.commitment")}</dt><dd><Hash of={hex(r.commitment)} /></dd>
      <dt>{t("record.leaf")}</dt><dd><Hash of={hex(r.leafHash)} /></dd>
    </dl>
    <Table caption={t("record.climb")} rows={r.climb.map((c, i) => ({ ...c, level: i + 1 }))} empty={t("record.climb.none")} columns={[
      { name: t("record.climb.level"), cell: c => number(c.level), numeric: true },
      { name: t("record.climb.side"), cell: c => t("record.climb." + c.side) },
      { name: t("record.climb.sibling"), cell: c => <Hash of={hex(c.sibling)} /> },
      { name: t("record.climb.parent"), cell: c => <Hash of={hex(c.parent)} /> },
    ]} />
    {r.body !== undefined ? <pre tabIndex={0}>{pretty(r.body)}</pre> : <p class="grey">{t("record.withheld")}</p>}
  </details>
);

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}

function Kept({ seal, log: key }: { seal: Seal; log: Verifier }) {
  const [turn, next] = useState(0);
  const [pasted, paste] = useState("");
  const [chosen, choose] = useState<string[]>([]);
  const [result, show] = useState<Step[]>();
  const [failed, fail] = useState("");
  useEffect(() => {
    const id = setTimeout(() => next(n => n + 1), 1500); // the head's check keeps what it saw
    return () => clearTimeout(id);
  }, [seal]);
  const list = kept(localStorage, key.name);
  async function compare() {
    const [a, b] = list.filter(k => chosen.includes(k.note));
    if (!a || !b) return;
    const name = t("record.kept.both", { a: a.checkpoint.size, b: b.checkpoint.size });
    try {
      const [old, now] = [openCheckpoint(a.note, key), openCheckpoint(b.note, key)];
      const head = openCheckpoint(new TextDecoder().decode((await log("checkpoint"))!), key);
      if (now.size > head.size) throw new Refused("shrunk", `the log had ${now.size} records and now has ${head.size}`);
      const proof = await new Tiles(log, head.size).consistency(old.size, now.size);
      checkConsistency(proof, old, now);
      show([{ name, ok: true, proves: t("record.kept.proves", { a: old.size, b: now.size }), detail: proof.length > 0 && <details><summary>{t("record.kept.hashes", { n: proof.length })}</summary><ol>{proof.map(h => <li><code>{base64(h)}</code></li>)}</ol></details> }]);
    } catch (e) {
      show([{ name, ok: false, proves: "", why: fault(e) }]);
    }
  }
  function add() {
    fail("");
    try {
      const note = pasted.trimStart().replaceAll("\r\n", "\n").replace(/\n*$/, "\n");
      openCheckpoint(note, key);
      keep(localStorage, note, new Date().toISOString());
      paste("");
      next(turn + 1);
    } catch (e) {
      fail(fault(e));
    }
  }
  return (
    <section aria-labelledby="record-kept">
      <h2 id="record-kept">{t("record.kept")}</h2>
      <p class="grey">{t("record.kept.lead")}</p>
      <Table caption={t("record.kept.table")} rows={list.toReversed()} empty={t("record.kept.none")} columns={[
        { name: t("record.kept.choose"), cell: k => (
          <input type="checkbox" aria-label={t("record.kept.choose.one", { n: k.checkpoint.size })} checked={chosen.includes(k.note)} disabled={!chosen.includes(k.note) && chosen.length === 2}
            onChange={e => choose(e.currentTarget.checked ? [...chosen, k.note] : chosen.filter(n => n !== k.note))} />
        ) },
        { name: t("record.records"), cell: k => number(k.checkpoint.size, 0), numeric: true },
        { name: t("record.kept.at"), cell: k => <Instant at={k.at} both /> },
        { name: t("record.root"), cell: k => <code>{hex(k.checkpoint.root).slice(0, 16)}…</code> },
        { name: t("record.kept.do"), cell: k => (
          <>
            <a class="button" download={`checkpoint-${k.checkpoint.size}`} href={`data:text/plain;charset=utf-8,${encodeURIComponent(k.note)}`}>{t("record.kept.save")}</a>{" "}
            <button aria-label={t("record.kept.drop.one", { n: k.checkpoint.size })} onClick={() => { forget(localStorage, key.name, k.note); next(turn + 1); }}>{t("record.kept.drop")}</button>
          </>
        ) },
      ]} />
      <p class="actions"><button onClick={() => void compare()} disabled={chosen.length !== 2}>{t("record.kept.compare")}</button></p>
      <div aria-live="polite">{result && <Steps list={result} label={t("record.kept.compare")} />}</div>
      <details>
        <summary>{t("record.kept.paste")}</summary>
        <label class="block">{t("record.kept.note")}<textarea rows={6} value={pasted} onInput={e => paste(e.currentTarget.value)} spellcheck={false} /></label>
        <p class="actions"><button onClick={add} disabled={!pasted.trim()}>{t("record.kept.add")}</button></p>
        {failed && <Failure text={failed} />}
      </details>
    </section>
  );
}

function Vouching({ seal }: { seal: Seal }) {
  const [keys, set] = useState(() => localStorage.getItem("witness-keys") ?? "");
  const put = (v: string) => { set(v); localStorage.setItem("witness-keys", v); };
  const verifiers: Verifier[] = [], wrong: string[] = [];
  for (const line of keys.split("\n").filter(l => l.trim())) {
    try {
      const v = parseVerifier(line);
      if (!v.witness) throw new Refused("key", "the key is not of a witness");
      verifiers.push(v);
    } catch (e) {
      wrong.push(`${line.slice(0, 30)}: ${fault(e)}`);
    }
  }
  const word = (name: string): string => {
    const v = verifiers.find(v => v.name === name);
    if (!v || !seal.witnessed) return t("record.witness.no-key");
    try {
      return cosigned(seal.witnessed, v).length > 0 ? t("record.witness.holds") : t("record.witness.other-key");
    } catch (e) {
      return fault(e);
    }
  };
  const size = (note: string | undefined) => {
    try {
      return note ? readCheckpoint(note).size : 0;
    } catch {
      return 0;
    }
  };
  return (
    <section aria-labelledby="record-vouch">
      <h2 id="record-vouch">{t("record.vouch")}</h2>
      <p class="grey">{t("record.vouch.lead")}</p>
      <Table caption={t("record.witnesses")} rows={seal.witnesses} empty={t("record.witness.none")} columns={[
        { name: t("record.witness"), cell: w => w.witness },
        { name: t("record.records"), cell: w => number(w.records || size(seal.witnessed), 0), numeric: true },
        { name: t("record.kept.at"), cell: w => <Instant at={w.at} both /> },
        { name: t("record.witness.checked"), cell: w => word(w.witness) },
      ]} />
      {seal.witnesses.length > 0 && (
        <details>
          <summary>{t("record.witness.keys")}</summary>
          <label class="block">{t("record.witness.keys.label")}<textarea rows={3} value={keys} onInput={e => put(e.currentTarget.value)} spellcheck={false} /></label>
          {wrong.map(w => <Failure text={w} />)}
        </details>
      )}
      <Table caption={t("record.stamps")} rows={seal.stamps} empty={t("record.stamp.none")} columns={[
        { name: t("record.stamp.by"), cell: s => s.by },
        { name: t("record.records"), cell: s => number(s.records, 0), numeric: true },
        { name: t("record.kept.at"), cell: s => <Instant at={s.at} both /> },
      ]} />
      <p class="small grey">{t("record.stamp.note")} <code>truce verify</code></p>
    </section>
  );
}
