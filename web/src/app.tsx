import { LocationProvider, Route, Router, useLocation } from "preact-iso/router";
import { useEffect, useState } from "preact/hooks";
import { api } from "./api";
import { choose, language, languages, said, t, type Language } from "./i18n";
import { pages } from "./pages";
import { failure, refresh, session, status, theme, type Theme } from "./state";
import * as time from "./time";
import { Keys, useKeys } from "./ui/keys";
import { Failure } from "./ui";

const tabs = pages.filter(p => p.path !== "/sign-in");

function Clock() {
  const [now, tick] = useState(() => new Date());
  useEffect(() => {
    const id = setInterval(() => tick(new Date()), 5000);
    return () => clearInterval(id);
  }, []);
  return (
    <div class="clock">
      <b>{time.clock(now)} {time.mark(now)}</b> · {time.clock(now, "UTC")} UTC<br />
      <span class="grey">{time.date(now)}</span>
    </div>
  );
}

function Account() {
  const { path } = useLocation();
  if (!session.value?.account) return <a class="button" href="/sign-in" aria-current={path === "/sign-in" ? "page" : undefined}>{t("page.sign-in")}</a>;
  return (
    <>
      <span class="small" title={t("role." + (session.value.role ?? "public"))}>{session.value.name || session.value.account}</span>
      <button onClick={() => void api.signOut().then(refresh)}>{t("sign-out")}</button>
    </>
  );
}

function Head() {
  const { path } = useLocation();
  const s = status.value;
  const section = "/" + (path.split("/")[1] ?? "");
  useEffect(() => document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }), [section, !!s]);
  return (
    <>
      {s?.simulated && <div class="simulated" role="note">{t("simulated")}</div>}
      <header class="top">
        <div class="row">
          <a class="brand" href="/">
            <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><path d="M3 20c6-1 6-10 13-9s6-4 13-3" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" /><path d="M16 17l5 5-5 5-5-5z" fill="var(--breach)" /></svg>
            <span class="agreement">{s ? said(s.title) : "truce"}</span>
          </a>
          {s && <span class="mark-audience" title={t("audience.title")}>{t("for", { audience: t("audience." + s.audience) })}</span>}
          <Clock />
          <div class="settings">
            <select class="languages" aria-label={t("language")} value={language.value} onChange={e => void choose(e.currentTarget.value as Language)}>
              {Object.entries(languages).map(([k, name]) => <option value={k} lang={k}>{name}</option>)}
            </select>
            <select aria-label={t("theme")} value={theme.value} onChange={e => { theme.value = e.currentTarget.value as Theme; }}>
              {["system", "light", "dark"].map(k => <option value={k}>{t("theme." + k)}</option>)}
            </select>
            <Account />
          </div>
        </div>
        <nav class="tabs" aria-label={t("pages")}>
          <ul>{tabs.map(p => <li><a href={p.path} aria-current={(p.path === "/" ? section === "/" : section === "/" + p.path.split("/")[1]) ? "page" : undefined}>{t(p.name)}</a></li>)}</ul>
        </nav>
      </header>
    </>
  );
}

function Body() {
  const { route, path } = useLocation();
  useKeys(pages.map(p => ({ keys: `g ${p.key}`, text: t(p.name), run: () => route(p.path) })));
  const alone = pages.some(p => p.offline && p.path === path);
  const name = pages.find(p => p.path === path)?.name ?? pages.find(p => p.path !== "/" && path.startsWith("/" + p.path.split("/")[1]))?.name;
  useEffect(() => { document.title = `${name ? t(name) : "truce"} · ${status.value ? said(status.value.title) : "truce"}`; }, [name, language.value, status.value]);
  return (
    <main id="main" tabIndex={-1}>
      {failure.value && !alone && <div class="page"><Failure text={t("no-answer", { why: failure.value })} /></div>}
      {(status.value || alone) && <Router>{[...pages.map(p => <Route path={p.match} component={p.page} />), <Route default component={Missing} />]}</Router>}
    </main>
  );
}

const Missing = () => <div class="page"><h1>{t("missing")}</h1><p><a href="/">{t("page.now")}</a></p></div>;

export function App() {
  return (
    <LocationProvider scope={/^\/(?!api|ogc|feeds|downloads|tiles|log|docs|openapi)/}>
      <a class="skip" href="#main">{t("skip")}</a>
      <Head />
      <Body />
      <footer class="foot">
        <a href="/docs">{t("foot.api")}</a><a href="/feeds/reports.atom">{t("foot.feed")}</a><a href="/downloads/incidents.csv">CSV</a><a href="/downloads/incidents.geojson">GeoJSON</a>
        <span>{t("foot.keys")} <kbd>?</kbd></span>
      </footer>
      <Keys />
    </LocationProvider>
  );
}
