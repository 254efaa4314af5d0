// The first page: what happened yesterday in words, then where and when.
import { useLocation } from "preact-iso/router";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, query as urlQuery, type Query, type Summary } from "../api";
import { language, percent, t, word } from "../i18n";
import { connection, listen } from "../live";
import { boundsOf, widen, type Bounds } from "../map/geometry";
import { MapView } from "../map/map";
import type { Selected } from "../map/view";
import { refresh, status } from "../state";
import * as time from "../time";
import { Failure } from "../ui";
import { Brush, type Period } from "../ui/brush";
import { useKeys } from "../ui/keys";
import { useLoad } from "../ui/load";
import { resultName } from "../ui/symbol";
import { Filters, Legend, List, Live } from "./now-list";
import { Incident } from "./now-incident";
import { Lead } from "./now-lead";

// steps are those in which the server counts.
const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10080].map(m => m * 60000);
const stepName = (ms: number) => (ms % 3600000 === 0 ? `${ms / 3600000}h` : `${ms / 60000}m`);

// describe is an incident in a line.
export const describe = (i: Summary) => `${word("activity", i.activity)}, ${time.shortDate(new Date(i.from))} ${time.clock(new Date(i.from))} ${time.mark(new Date(i.from))}: ${resultName(i.result)}${i.severity ? ` ${i.severity}` : ""}, ${percent(i.probability)}`;

export default function Now() {
  const { route, query, path } = useLocation();
  const s = status.value!;
  const set = (change: Record<string, string | undefined>) => {
    const q = new URLSearchParams(query);
    for (const [k, v] of Object.entries(change)) if (v) q.set(k, v); else q.delete(k);
    route(path + (q.size ? "?" + q : ""), true);
  };

  const first = Date.parse(s.first ?? s.now), last = Date.parse(s.last ?? s.now);
  const report = useLoad(signal => (s.days.best ? api.day(s.days.best, { signal }) : Promise.reject(new Error(t("now.no-day")))), [s.days.best, s.audience]);
  const start = s.days.best ? time.reportDay(s.days.best, s.cutoff)[0].getTime() : Math.max(first, last - 86400000);
  const period: Period = { since: query["since"] ? Date.parse(query["since"]) : start, until: query["until"] ? Date.parse(query["until"]) : last + 1000 };

  const span = Math.max(3600000, last - first);
  const step = steps.find(x => span / x <= 180) ?? steps.at(-1)!;
  const filter: Query = { activity: query["activity"], severity: query["severity"], result: query["result"], provision: query["provision"], party: query["party"] };
  const key = JSON.stringify(filter) + language.value + s.audience;

  const list = useLoad(signal => api.incidents({ ...filter, since: new Date(period.since).toISOString(), until: query["until"], limit: 500 }, { signal }), [key, period.since, query["until"]]);
  const rate = useLoad(signal => api.rate({ ...filter, step: stepName(step) }, { signal }), [step, key]);
  const lines = useLoad(api.lines, [s.audience]);
  const terms = useLoad(signal => api.terms(undefined, { signal }), [s.audience]);
  const areas = useLoad(api.areas, [s.audience]);
  const id = query["id"];
  const detail = useLoad(async signal => (id ? api.incident(id, language.value, { signal }) : undefined), [id, s.audience, language.value]);

  const [fresh, freshen] = useState<string[]>([]);
  const [said, say] = useState("");
  const [turn, next] = useState(0);
  const again = useRef(() => {});
  again.current = () => { void refresh(); list.again(); rate.again(); next(n => n + 1); if (id) detail.again(); };
  useEffect(() => {
    let timer = 0;
    const heard = new Set<string>();
    const stop = listen(e => {
      for (const i of e.incidents ?? []) heard.add(i);
      // However many come, the server is asked twice a second at most.
      timer ||= window.setTimeout(() => {
        timer = 0;
        again.current();
        if (!heard.size) return;
        freshen([...heard]);
        say(t("now.heard", { n: heard.size }));
        heard.clear();
      }, 500);
    });
    return () => { clearTimeout(timer); stop(); };
  }, []);

  // On a narrow screen what is chosen lies below the map.
  const what = useRef<HTMLElement>(null);
  const there = detail.value?.summary.id === id;
  useEffect(() => { if (id && there && matchMedia("(max-width: 48rem)").matches) what.current?.scrollIntoView({ block: "start" }); }, [id, there]);

  const rows = list.value?.incidents ?? [];
  const choose = (to: string | undefined) => set({ id: to });
  const place = rows.findIndex(i => i.id === id);
  useKeys([
    { keys: "j", text: t("keys.next"), run: () => choose(rows[Math.min(rows.length - 1, place + 1)]?.id) },
    { keys: "k", text: t("keys.before"), run: () => choose(rows[Math.max(0, place - 1)]?.id) },
    { keys: "Escape", text: t("keys.back"), run: () => choose(undefined) },
  ]);

  const zones = terms.value?.zones ?? [];
  const tiles = urlQuery({ ...filter, since: new Date(period.since).toISOString(), until: query["until"], turn: turn || undefined });
  const bounds = useMemo<Bounds>(() => widen(boundsOf(lines.value ?? []) ?? s.area ?? [-20, 30, 50, 65], 0.12), [lines.value]);
  const selected = useMemo<Selected | undefined>(() => {
    const at = detail.value?.summary ?? rows.find(i => i.id === id);
    if (!id || !at || at.id !== id) return undefined;
    return { at, members: detail.value?.summary.id === id ? detail.value.members.flatMap(m => (m.observation?.position ? [m.observation.position] : [])) : [] };
  }, [id, detail.value, list.value]);
  const shown = selected && !rows.some(i => i.id === selected.at.id) ? [selected.at, ...rows] : rows;

  return (
    <div class="now-page">
      <h1 class="sr">{t("page.now")}</h1>
      <Lead report={report.value} failure={report.failure} />
      <div class="now-board">
        <section class="now-where" aria-label={t("now.map")}>
          <MapView bounds={bounds} label={t("now.map-label", { n: rows.length })} lines={lines.value ?? []} zones={[]} names={zones.map(z => z.id)} tiles={tiles} areas={areas.value ?? []} incidents={shown} selected={selected} onSelect={choose} describe={describe} />
          <p class="map-credit">Natural Earth · GeoNames</p>
        </section>
        <section class="now-when" aria-label={t("brush.label")}>
          <div class="now-period">
            <strong>{time.local(new Date(period.since))} – {time.local(new Date(period.until))}</strong>
            <span class="grey">{t("now.count", { n: rows.length, more: list.value?.next ? "+" : "" })}</span>
            <span class="now-presets">
              <button class="plain" onClick={() => set({ since: undefined, until: undefined })}>{t("now.last-day")}</button>
              <button class="plain" onClick={() => set({ since: new Date(Math.max(first, last - 7 * 86400000)).toISOString(), until: undefined })}>{t("now.week")}</button>
              <button class="plain" onClick={() => set({ since: new Date(first).toISOString(), until: undefined })}>{t("now.all")}</button>
            </span>
          </div>
          {rate.value && <Brush buckets={rate.value} step={step} period={period} onChange={p => set({ since: new Date(p.since).toISOString(), until: p.until >= last ? undefined : new Date(p.until).toISOString() })} />}
          <Legend zones={zones} />
        </section>
        <section class="now-what" ref={what} aria-label={id ? t("now.incident") : t("now.list")}>
          {id ? (
            detail.value?.summary.id === id ? <Incident detail={detail.value} onSelect={choose} zones={zones} /> : detail.failure ? <><button onClick={() => choose(undefined)}>{t("now.back")}</button><Failure text={detail.failure} /></> : <p class="empty">{t("loading")}</p>
          ) : (
            <>
              <header class="now-head"><h2>{t("now.list")}</h2><Live state={connection.value} /></header>
              <Filters query={query} provisions={terms.value?.provisions ?? []} onChange={set} />
              {list.failure && <Failure text={list.failure} />}
              {list.value && <List rows={rows} fresh={fresh} onSelect={choose} />}
            </>
          )}
        </section>
      </div>
      <p class="sr" role="status" aria-live="polite">{said}</p>
    </div>
  );
}
