// Intake: a report from the field, written with or without a network.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { said, t, word, language } from "../i18n";
import { empty, observation, position, type Fields, type Wrong } from "../intake/form";
import { photo, type Draft, type Item, type Outbox, type Photo } from "../intake/outbox";
import { wall } from "../intake/wall";
import { openOutbox } from "../intake/wire";
import { failure, session, status } from "../state";
import type { Party } from "../api";
import * as time from "../time";
import { Instant, Page } from "../ui";
import { Field as Named, handlings, inputs, invalid as faulty, weapons } from "../ui/form";
import { usePlaceMap } from "../ui/place";

const frequent = ["explosion", "burst", "shot", "shelling", "uav-flight", "uav-strike", "movement", "fire"];
const activities = [
  "explosion", "burst", "shot", "projectile", "flash", "flare", "shelling", "missile-strike", "air-strike", "uav-strike", "uav-flight", "aircraft-flight", "clash",
  "presence", "movement", "construction", "mine", "fire", "damage", "casualty", "access-denied", "jamming", "silence", "detention", "exercise", "demining", "alert", "other",
];
const hows = ["saw", "heard", "recorded"];
const means = ["patrol", "post", "camera", "uav", "hotline"];
const directions = ["undetermined", "outgoing", "incoming", "impact", "in-flight"];

/** What the page must know of the server without asking it. */
interface Known { account: string; name: string; parties: Party[]; zone: string; area?: [number, number, number, number] | undefined }

export default function Intake() {
  const [box, opened] = useState<Outbox>();
  const [failed, fail] = useState("");
  const [known, know] = useState<Known>();
  const [items, show] = useState<Item[]>([]);
  const [online, connect] = useState(navigator.onLine);

  useEffect(() => {
    let open: Outbox | undefined, gone = false;
    openOutbox().then(async b => {
      if (gone) return b.close();
      open = b;
      const before = await b.recall<Known>("server");
      if (before) know(now => now ?? before);
      opened(b);
    }, e => fail(String(e)));
    return () => {
      gone = true;
      open?.close();
    };
  }, []);

  // Whoever signs in here, and what the server said last, is known later without it.
  const who = session.value, what = status.value;
  useEffect(() => {
    if (!box || !who || !what) return;
    const now = { account: who.account ?? "", name: who.name ?? "", parties: what.parties, zone: what.time_zone, area: what.area };
    know(now);
    void box.remember("server", now);
  }, [box, who, what]);

  // On a device that never had the server, the times are those of its own clock.
  const unanswered = failure.value !== "";
  useEffect(() => {
    if (box && unanswered) know(now => now ?? { account: "", name: "", parties: [], zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  }, [box, unanswered]);

  const send = useCallback(async () => {
    if (!box) return;
    const blocked = await box.send();
    connect(blocked?.why !== "unreachable" && navigator.onLine);
  }, [box]);

  useEffect(() => {
    if (!box) return;
    const list = () => void box.list().then(show);
    box.onchange = list;
    list();
    void send();
    const on = () => void send(), off = () => connect(false);
    addEventListener("online", on);
    addEventListener("offline", off);
    document.addEventListener("visibilitychange", on);
    const id = setInterval(on, 20_000);
    return () => {
      box.onchange = () => {};
      removeEventListener("online", on);
      removeEventListener("offline", off);
      document.removeEventListener("visibilitychange", on);
      clearInterval(id);
    };
  }, [box, send]);

  useEffect(() => void keepPage(), []);

  const waiting = items.filter(i => i.state === "stored").length;
  return (
    <Page title={t("page.intake")}>
      <div class="intake">
        <p class={`intake-net ${online ? "on" : "off"}`} role="status">
          <b>{t(online ? "intake.online" : "intake.offline")}</b>{" "}
          {waiting > 0 ? t("intake.waiting", { n: waiting }) : t(online ? "intake.online.note" : "intake.offline.note")}
        </p>
        {failed && <p class="notice bad" role="alert">{t("intake.no-store", { why: failed })}</p>}
        {box && known && <Form box={box} known={known} stored={send} />}
        {items.length > 0 && <Sent items={items} box={box!} send={send} />}
      </div>
    </Page>
  );
}

/** Keeps the page's own files on the device, where the browser does that. */
async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/intake" });
    await navigator.storage?.persist?.();
  } catch (e) {
    console.warn("the page is not kept on this device", e);
  }
}

async function sendLater() {
  const ready = await navigator.serviceWorker?.getRegistration("/intake");
  const sync = (ready as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register("truce-intake").catch(() => {}); // the page itself tries again too
}

function Form({ box, known, stored }: { box: Outbox; known: Known; stored: () => Promise<void> }) {
  const draft = useRef<Draft>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const [f, draw] = useState<Fields>();
  const latest = useRef<Fields>(empty); // what was typed last, drawn or not
  const set = (fields: Fields) => draw((latest.current = fields));
  const [photos, setPhotos] = useState<Photo[]>([]);
  const [wrong, complain] = useState<Wrong>({});
  const [note, tell] = useState("");
  const zone = f?.zone ?? known.zone; // the one in which the times of this draft are meant

  const fresh = (): Fields => ({ ...empty, zone: known.zone, since: wall(new Date(Date.now() - 60_000), known.zone), until: wall(new Date(), known.zone) });
  useEffect(() => {
    void box.draft().then(d => {
      draft.current = d;
      set({ ...fresh(), ...(d.fields as Partial<Fields>) });
      setPhotos(d.photos);
    });
  }, [box]);

  const save = (fields: Fields, pictures: Photo[]) => {
    const d = draft.current!;
    draft.current = { ...d, fields: { ...fields }, photos: pictures };
    void box.saveDraft(draft.current);
  };
  const put = (change: Partial<Fields>) => {
    const next = { ...latest.current, ...change };
    set(next);
    save(next, photos);
    if (Object.keys(wrong).length > 0) complain(observation(next, language.value, new Date()).wrong);
    tell("");
  };
  const picture = (next: Photo[]) => {
    setPhotos(next);
    save(f!, next);
  };

  // A refused report comes back into the form.
  useEffect(() => {
    const mend = (e: Event) => {
      const item = (e as CustomEvent<Item>).detail;
      const fields = { ...fresh(), ...fieldsOf(item.observation, known.zone) };
      draft.current = { ...draft.current!, ref: item.ref };
      set(fields);
      setPhotos(item.photos);
      save(fields, item.photos);
      form.current?.scrollIntoView();
    };
    addEventListener("truce-mend", mend);
    return () => removeEventListener("truce-mend", mend);
  });

  async function submit(e: SubmitEvent) {
    e.preventDefault();
    const made = observation(latest.current, language.value, new Date());
    complain(made.wrong);
    if (!made.observation) {
      tell("");
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    const d = draft.current!;
    await box.put(known.account, made.observation, photos, d.ref ?? d.id);
    await box.dropDraft(d);
    draft.current = await box.draft();
    set({ ...fresh(), at: f!.where === "from" ? f!.at : "", means: f!.means, where: f!.where }); // the post stays where it is
    setPhotos([]);
    tell(t("intake.stored"));
    await sendLater();
    await stored();
  }

  if (!f) return null;
  const at = position(f.at);
  const text = (field: keyof Fields, label: string, more: Record<string, unknown> = {}, after?: ComponentChildren) => (
    <Field field={field} label={label} wrong={wrong}>
      <span class="with"><input id={`intake-${field}`} value={f[field]} onInput={e => put({ [field]: e.currentTarget.value })} {...invalid(field, wrong)} {...more} />{after}</span>
    </Field>
  );
  const { pick } = inputs("intake", f, put, wrong);
  const words = (kind: string, names: string[]) => names.map((n): [string, string] => [n, word(kind, n)]);
  const decimal = { inputMode: "decimal", autocomplete: "off", size: 8 };
  const whole = { inputMode: "numeric", autocomplete: "off", size: 5 };

  return (
    <form ref={form} class="intake-form" onSubmit={e => void submit(e)} noValidate>
      <p class="intake-who">
        {known.account ? t("intake.as", { name: known.name || known.account, account: known.account }) : <>{t("intake.nobody")} <a href="/sign-in?to=/intake">{t("page.sign-in")}</a></>}
      </p>

      <fieldset>
        <legend>{t("intake.what")}</legend>
        <div class="choices" role="radiogroup" aria-label={t("intake.activity")}>
          {frequent.map(a => <Choice name="activity" value={a} now={f.activity} label={word("activity", a)} put={v => put({ activity: v })} />)}
        </div>
        {pick("activity", t("intake.activity.all"), words("activity", activities), "–")}
        <div class="choices" role="radiogroup" aria-label={t("intake.how")}>
          {hows.map(h => <Choice name="how" value={h} now={f.how} label={word("how", h)} put={v => put({ how: v })} />)}
        </div>
        <div class="side">
          {pick("means", t("intake.means"), words("means", means))}
          {pick("weapon", t("intake.weapon"), words("weapon", weapons), "–")}
        </div>
      </fieldset>

      <fieldset>
        <legend>{t("intake.where")}</legend>
        <div class="choices" role="radiogroup" aria-label={t("intake.where")}>
          <Choice name="where" value="from" now={f.where} label={t("intake.where.from")} put={() => put({ where: "from" })} />
          <Choice name="where" value="there" now={f.where} label={t("intake.where.there")} put={() => put({ where: "there" })} />
        </div>
        {text("at", t(f.where === "from" ? "intake.at.from" : "intake.at.there"), { placeholder: "48.592, 37.998", autocomplete: "off", class: "wide" })}
        <Locate f={f} put={put} area={known.area} />
        {at && <p class="small grey" data-read="at">{at.lat.toFixed(5)}° · {at.lon.toFixed(5)}°</p>}
        {f.where === "there"
          ? text("radius", t("intake.radius"), decimal, <span>m</span>)
          : (
            <div class="side">
              {text("bearing", t("intake.bearing"), decimal, <span>° {compass(f.bearing)}</span>)}
              {text("bearingError", t("intake.error"), decimal, <span>°</span>)}
              {text("distance", t("intake.distance"), decimal, <span>km</span>)}
              {text("distanceError", t("intake.error"), decimal, <span>km</span>)}
            </div>
          )}
        {text("place", t("intake.place"), { class: "wide", maxLength: 200 })}
      </fieldset>

      <fieldset>
        <legend>{t("intake.when", { zone: time.mark(new Date(), zone) })}</legend>
        <div class="choices">
          {[1, 5, 15, 60].map(min => (
            <button type="button" onClick={() => put({ since: wall(new Date(Date.now() - min * 60_000), zone), until: wall(new Date(), zone) })}>
              {min === 1 ? t("intake.now") : t("intake.ago", { n: min })}
            </button>
          ))}
        </div>
        <div class="side broad">
          {text("since", t("intake.since"), { type: "datetime-local", required: true })}
          {text("until", t("intake.until"), { type: "datetime-local" })}
        </div>
        <p class="small grey">{t("intake.when.note")}</p>
      </fieldset>

      <fieldset>
        <legend>{t("intake.count")}</legend>
        <div class="side">
          <Field field="count" label={t("intake.count.n")} wrong={wrong}>
            <span class="with">
              <button type="button" aria-label={t("intake.less")} onClick={() => put({ count: String(Math.max(0, (Number(f.count) || 0) - 1) || "") })}>−</button>
              <input id="intake-count" value={f.count} onInput={e => put({ count: e.currentTarget.value })} {...whole} {...invalid("count", wrong)} />
              <button type="button" aria-label={t("intake.more")} onClick={() => put({ count: String((Number(f.count) || 0) + 1) })}>+</button>
            </span>
          </Field>
          {text("min", t("intake.min"), whole)}
          {text("max", t("intake.max"), whole)}
          {pick("direction", t("intake.direction"), words("direction", directions), "–")}
        </div>
        <div class="side">
          {text("killed", t("intake.killed"), whole)}
          {text("injured", t("intake.injured"), whole)}
        </div>
      </fieldset>

      <fieldset>
        <legend>{t("intake.words")}</legend>
        <Field field="text" label={t("intake.text")} wrong={wrong}>
          <textarea id="intake-text" rows={4} maxLength={10_000} value={f.text} onInput={e => put({ text: e.currentTarget.value })} />
        </Field>
        <Photos photos={photos} put={picture} />
        <div class="side broad">
          {pick("party", t("intake.party"), known.parties.map(p => [p.id, said(p.name)]), t("intake.party.none"))}
          {pick("handling", t("intake.handling"), handlings, t("intake.handling.none"))}
        </div>
        <p class="small grey">{t("intake.party.note")}</p>
      </fieldset>

      <div class="intake-send">
        {Object.keys(wrong).length > 0 && <p class="notice bad" role="alert">{t("intake.wrong", { n: Object.keys(wrong).length })}</p>}
        {note && <p class="notice good" role="status">{note}</p>}
        <button class="primary" type="submit">{t("intake.submit")}</button>
      </div>
    </form>
  );
}

const invalid = (field: keyof Fields, wrong: Wrong) => faulty(`intake-${field}`, wrong[field]);

const Field = ({ field, label, wrong, children }: { field: keyof Fields; label: string; wrong: Wrong; children: ComponentChildren }) => (
  <Named id={`intake-${field}`} label={label} wrong={wrong[field]}>{children}</Named>
);

const Choice = ({ name, value, now, label, put }: { name: string; value: string; now: string; label: string; put: (v: string) => void }) => (
  <label class="choice"><input type="radio" name={name} value={value} checked={now === value} onChange={() => put(value)} /><span>{label}</span></label>
);

/** The compass point of a bearing, as a second look at what was typed. */
function compass(bearing: string): string {
  const v = Number(bearing.replace(",", "."));
  return bearing.trim() === "" || Number.isNaN(v) ? "" : t(`compass.${Math.round((((v % 360) + 360) % 360) / 22.5) % 16}`);
}

function Locate({ f, put, area }: { f: Fields; put: (c: Partial<Fields>) => void; area: Known["area"] }) {
  const [state, set] = useState("");
  const place = usePlaceMap({ at: position(f.at), radius: f.where === "there" ? Number(f.radius) || 0 : 0, area, put: at => put({ at }) });
  function ask() {
    set(t("intake.locating"));
    navigator.geolocation.getCurrentPosition(
      p => {
        set("");
        const at = `${p.coords.latitude.toFixed(5)}, ${p.coords.longitude.toFixed(5)}`;
        put(f.where === "there" ? { at, radius: String(Math.max(5, Math.ceil(p.coords.accuracy))) } : { at });
      },
      e => set(t("intake.no-position", { why: e.message })),
      { enableHighAccuracy: true, timeout: 30_000, maximumAge: 15_000 },
    );
  }
  return (
    <>
      <div class="choices"><button type="button" onClick={ask} disabled={!navigator.geolocation}>{t("intake.locate")}</button>{place.button}</div>
      {place.map}
      {state && <p class="small" role="status">{state}</p>}
    </>
  );
}

function Photos({ photos, put }: { photos: Photo[]; put: (p: Photo[]) => void }) {
  const [busy, work] = useState(false);
  async function add(files: FileList | null) {
    work(true);
    try {
      const more = await Promise.all([...(files ?? [])].map(photo));
      put([...photos, ...more.filter(m => !photos.some(p => p.sha256 === m.sha256))]);
    } finally {
      work(false);
    }
  }
  return (
    <div class="field">
      <label for="intake-photo">{t("intake.photo")}</label>
      <input id="intake-photo" type="file" accept="image/*" multiple onChange={e => { void add(e.currentTarget.files); e.currentTarget.value = ""; }} />
      {busy && <span role="status">{t("intake.hashing")}</span>}
      <ul class="photos">{photos.map(p => (
        <li>
          <Thumb photo={p} />
          <span><span class="small">SHA-256</span> <code>{p.sha256.slice(0, 16)}…</code><br /><button type="button" onClick={() => put(photos.filter(x => x !== p))}>{t("intake.photo.remove")}</button></span>
        </li>
      ))}</ul>
    </div>
  );
}

function Thumb({ photo }: { photo: Photo }) {
  const [url, set] = useState("");
  useEffect(() => {
    const u = URL.createObjectURL(photo.data);
    set(u);
    return () => URL.revokeObjectURL(u);
  }, [photo]);
  return url ? <img src={url} alt={t("intake.photo.alt", { name: photo.name || photo.sha256.slice(0, 8) })} /> : null;
}

const symbols = { stored: "○", sent: "✓", refused: "✕" } as const;

function Sent({ items, box, send }: { items: Item[]; box: Outbox; send: () => Promise<void> }) {
  return (
    <section class="intake-list" aria-labelledby="intake-list">
      <h2 id="intake-list">{t("intake.list")}</h2>
      <ol>{items.map(i => (
        <li class={i.state} data-ref={i.ref} data-state={i.state}>
          <p><b><span aria-hidden="true">{symbols[i.state]}</span> {t(`intake.state.${i.state}`)}</b> · {word("activity", String(i.observation["activity"]))} · <Instant at={String(i.observation["from"])} short /></p>
          <p class="small grey">
            <code>{i.ref}</code>{i.hashes.length > 0 && <> · {t("intake.photos", { n: i.hashes.length })}</>}
            {i.receipt?.incident && <> · <a href={`/?id=${encodeURIComponent(i.receipt.incident)}`}>{t("intake.incident", { id: i.receipt.incident })}</a></>}
            {i.receipt?.record !== undefined && <> · {t("intake.record", { n: i.receipt.record })}</>}
          </p>
          {i.state === "stored" && i.reason && <p class="small">{i.reason === "sign-in" ? t("intake.why.sign-in", { account: i.account }) : t("intake.why.unreachable")}</p>}
          {i.state === "refused" && (
            <>
              <p class="wrong">{t("intake.why.refused", { why: i.reason ?? "" })}</p>
              <div class="choices">
                <button type="button" onClick={() => dispatchEvent(new CustomEvent("truce-mend", { detail: i }))}>{t("intake.mend")}</button>
                <button type="button" onClick={() => void box.again(i.ref).then(send)}>{t("intake.again")}</button>
                <button type="button" onClick={() => confirm(t("intake.discard.sure")) && void box.discard(i.ref)}>{t("intake.discard")}</button>
              </div>
            </>
          )}
        </li>
      ))}</ol>
      <button type="button" onClick={() => void send()}>{t("intake.send")}</button>
    </section>
  );
}

/** The form's fields of an observation that this form made. */
function fieldsOf(o: Record<string, unknown>, zone: string): Partial<Fields> {
  const s = (k: string) => (o[k] === undefined || o[k] === null ? "" : String(o[k]));
  const km = (k: string) => (o[k] === undefined ? "" : String(Number(o[k]) / 1000));
  const from = o["observer"] as { lat: number; lon: number } | undefined;
  const at = from ?? (o["lat"] === undefined ? undefined : { lat: o["lat"], lon: o["lon"] });
  return {
    activity: s("activity"), how: s("how"), means: s("means"), where: from || !at ? "from" : "there", at: at ? `${at.lat}, ${at.lon}` : "", radius: s("radius_m"),
    bearing: s("bearing_deg"), bearingError: s("bearing_error_deg") || "10", distance: km("distance_m"), distanceError: km("distance_error_m"),
    place: s("place"), zone, since: wall(new Date(s("from")), zone), until: wall(new Date(s("to")), zone),
    count: s("count"), min: s("count_min"), max: s("count_max"), direction: s("direction"), weapon: s("weapon"), party: s("party"),
    killed: s("killed"), injured: s("injured"), text: s("text"), handling: s("handling"),
  };
}
