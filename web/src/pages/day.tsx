// The report of a day, as it was published for this audience.
import { useLocation, useRoute } from "preact-iso/router";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Day } from "../api";
import { language, t } from "../i18n";
import { status } from "../state";
import * as time from "../time";
import { Failure, Waiting } from "../ui";
import { useKeys } from "../ui/keys";
import { useLoad } from "../ui/load";

const noon = (date: string) => new Date(date + "T12:00:00Z");

export default function DayPage() {
  const { params } = useRoute();
  const { route } = useLocation();
  const days = useLoad(signal => api.days({ signal }), [status.value?.audience]);
  const list = days.value ?? [];
  const date = params["date"] || status.value?.days.best || list[0]?.date;
  const here = list.findIndex(d => d.date === date);
  const go = (d: Day | undefined) => { if (d) route(`/day/${d.date}`); };
  useKeys([
    { keys: "j", text: t("day.next"), run: () => go(list[here - 1]) },
    { keys: "k", text: t("day.before"), run: () => go(list[here + 1]) },
  ]);
  const frame = useRef<HTMLIFrameElement>(null);
  if (!date) return <div class="page"><h1>{t("page.day")}</h1>{days.failure ? <Failure text={days.failure} /> : days.value ? <p class="empty">{status.value?.audience === "public" ? t("lead.none-public", { delay: time.span((status.value.policy.delay_s || 0) * 1000) }) : t("now.no-day")}</p> : <Waiting />}</div>;
  const at = (format: string) => `/api/v1/days/${date}?format=${format}&lang=${language.value}`;
  return (
    <div class="day">
      <header class="day-head no-print">
        <div class="day-title">
          <h1>{time.longDate(noon(date), "UTC")}</h1>
          <div class="day-moves">
            <button onClick={() => go(list[here + 1])} disabled={here < 0 || here + 1 >= list.length} aria-label={t("day.before")}>←</button>
            <input type="date" aria-label={t("day.choose")} value={date} min={list.at(-1)?.date} max={list[0]?.date} onChange={e => e.currentTarget.value && route(`/day/${e.currentTarget.value}`)} />
            <button onClick={() => go(list[here - 1])} disabled={here < 1} aria-label={t("day.next")}>→</button>
          </div>
        </div>
        <Strip list={list} date={date} />
        <div class="day-files">
          <button onClick={() => frame.current?.contentWindow?.print()}>{t("day.print")}</button>
          {["pdf", "html", "csv", "geojson", "json"].map(f => <a class="button" href={at(f)} download={`report-${status.value?.agreement}-${date}-${language.value}.${f}`}>{f.toUpperCase()}</a>)}
          {list[here] && <span class="small grey">{list[here].published ? t("day.published") : t("day.not-published")}</span>}
        </div>
      </header>
      <Report key={at("html")} src={at("html")} title={t("day.report", { date: time.longDate(noon(date), "UTC") })} frame={frame} />
    </div>
  );
}

// Strip is every day as a bar, the breaches filled, to go to it.
function Strip({ list, date }: { list: Day[]; date: string }) {
  const top = Math.max(1, ...list.map(d => d.incidents)), shown = list.slice(0, 120).reverse();
  return (
    <nav class="day-strip" aria-label={t("day.days")}>
      <ol>
        {shown.map(d => (
          <li>
            <a href={`/day/${d.date}`} aria-current={d.date === date ? "date" : undefined} aria-label={t("day.of", { date: time.longDate(noon(d.date), "UTC"), n: d.incidents, breaches: d.breaches })} title={t("day.of", { date: time.date(noon(d.date), "UTC"), n: d.incidents, breaches: d.breaches })}>
              <span class="column"><i style={{ height: `${(d.incidents / top) * 100}%` }}><b style={{ height: `${d.incidents ? (d.breaches / d.incidents) * 100 : 0}%` }} /></i></span>
              <small>{new Date(d.date).getUTCDate()}</small>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

// Report shows the published page in a frame as high as it is. Each page has a
// Report of its own (its key): an effect that takes "ready" back can come after the frame has loaded.
function Report({ src, title, frame }: { src: string; title: string; frame: { current: HTMLIFrameElement | null } }) {
  const [height, setHeight] = useState(1200);
  const [failed, fail] = useState("");
  const [ready, be] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    // A frame shows a problem as text; ask first.
    void fetch(src, { method: "HEAD", signal: stop.signal }).then(a => { if (a.status === 404) fail(t("day.none")); else if (a.status >= 400 && a.status !== 405) fail(a.statusText); }, () => {});
    return () => stop.abort();
  }, []);
  function fit() {
    const page = frame.current?.contentDocument;
    if (!page) return;
    const measure = () => setHeight(page.documentElement.scrollHeight + 2);
    measure();
    be(true);
    new ResizeObserver(measure).observe(page.documentElement);
  }
  if (failed) return <div class="page"><Failure text={failed} /></div>;
  return <>{!ready && <p class="day-wait" role="status">{t("loading")}</p>}<iframe ref={frame} class="day-report" src={src} title={title} style={{ height: `${height}px` }} onLoad={fit} /></>;
}
