import { counted, type Candidate, type Detail, type Finding, type Member, type Zone } from "../api";
import { language, number, percent, said, t, word } from "../i18n";
import { party } from "../state";
import * as time from "../time";
import { Badge, distance, Instant, Probability, Reasons, Severity, Symbol, Tag } from "../ui";

// Incident is one incident with all that is known of it: what, how sure, where,
// who said so, why these are one, why it is a finding, what else was near.
export function Incident({ detail: d, onSelect, zones }: { detail: Detail; onSelect: (id: string | undefined) => void; zones: Zone[] }) {
  const i = d.incident, s = d.summary, n = counted(i.count), place = d.place;
  const zoneName = (id: string) => said(zones.find(z => z.id === id)?.name) || id;
  const where = [i.place, i.area].filter((x, k, all) => x && all.indexOf(x) === k).join(", ");
  const inside = (place?.zones ?? []).filter(z => z.probability >= 0.005).sort((a, b) => b.probability - a.probability);
  return (
    <div class="incident">
      <p class="no-print"><button onClick={() => onSelect(undefined)}>← {t("now.back")}</button></p>
      <header>
        <Symbol result={s.result} severity={s.severity} occurrence={s.occurrence} />
        <div>
          <h2>{word("activity", i.activity)}{n > 1 && ` × ${number(n)}`}{where && `, ${where}`}</h2>
          <p><Instant at={i.from} both />{Date.parse(i.to) - Date.parse(i.from) >= 120000 && <> – <Instant at={i.to} /></>}</p>
          <p><Badge result={s.result} /> {s.severity && <Severity value={s.severity} />} {s.occurrence && <Tag>{t("occurrence." + s.occurrence)}</Tag>} {i.handling && <Tag>{i.handling}</Tag>}</p>
        </div>
      </header>

      <section>
        <h3>{t("incident.sure")}</h3>
        <dl class="pairs">
          <dt>{t("incident.happened")}</dt><dd><Probability p={i.probability} label={t("incident.happened")} /> <small class="grey">{t("now.sources", { n: i.independent_sources })}</small></dd>
          {i.activities && i.activities.length > 1 && <><dt>{t("incident.kind")}</dt><dd>{i.activities.slice(0, 3).map(a => `${word("activity", a.activity)} ${percent(a.probability)}`).join(" · ")}</dd></>}
          {d.findings.map(f => <><dt>{t("incident.breach-of", { id: f.reasons.find(r => r.code === "provision")?.args?.["article"] ?? f.provision })}</dt><dd><Probability p={f.breach_probability} label={f.provision} /></dd></>)}
        </dl>
      </section>

      <section>
        <h3>{t("incident.where")}</h3>
        <dl class="pairs">
          {place?.distance_m !== undefined && <><dt>{t("incident.line")}</dt><dd>{distance(place.distance_m)}</dd></>}
          {place?.side && <><dt>{t("incident.side")}</dt><dd>{party(place.side)} <small class="grey">{percent(place.side_probability ?? 1)}</small></dd></>}
          {i.position && <><dt>{t("incident.position")}</dt><dd><code>{i.position.lat.toFixed(4)}, {i.position.lon.toFixed(4)}</code> <small class="grey">± {distance(i.position.radius_m)} ({t("incident.with-95")})</small></dd></>}
          {inside.length > 0 && <><dt>{t("incident.zones")}</dt><dd><ul class="zones-in">{inside.map(z => <li>{zoneName(z.zone)}{z.probability < 0.995 && <small class="grey"> {percent(z.probability)}</small>}</li>)}</ul></dd></>}
        </dl>
      </section>

      {d.findings.map(f => <Found f={f} />)}

      <section>
        <h3>{t("incident.observations", { n: d.members.length })}</h3>
        <p class="small grey">{d.members.length > 1 ? t("incident.one", { n: d.members.length, sources: i.independent_sources }) : t("incident.single")}</p>
        <ol class="members">{d.members.map(m => <Observed m={m} onSelect={onSelect} />)}</ol>
      </section>

      {d.neighbours.length > 0 && (
        <section>
          <h3>{t("incident.near")}</h3>
          <ul class="near">{d.neighbours.map(x => (
            <li><button class="plain" onClick={() => onSelect(x.id)}><Symbol result={x.result} severity={x.severity} occurrence={x.occurrence} /><span>{word("activity", x.activity)}</span><span class="grey">{distance(x.km * 1000)} · {time.span(x.minutes * 60000)} {t(x.minutes < 0 ? "incident.before" : "incident.after")}</span></button></li>
          ))}</ul>
        </section>
      )}
      <p class="small grey"><code>{i.id}</code> · <a href={`/api/v1/explain?id=${i.id}&lang=${language.value}`}>JSON</a></p>
    </div>
  );
}

function Found({ f }: { f: Finding }) {
  const who = (f.responsible.candidates ?? []).filter(c => c.probability >= 0.005).sort((a, b) => b.probability - a.probability);
  const provision = f.reasons.find(r => r.code === "provision"), quote = f.reasons.find(r => r.code === "sentence")?.args?.["quote"];
  const name = (c: Candidate) => (c.party ? party(c.party) : t("party.other"));
  return (
    <section class="found">
      <h3><Badge result={f.result} /> {f.severity && <Severity value={f.severity} />} <a href={`/terms#${f.provision}`}>{provision?.args?.["article"] ? t("article", { n: provision.args["article"] }) : f.provision}</a></h3>
      {provision?.args?.["words"] && <p>{provision.args["words"]}</p>}
      {quote && <blockquote class="small">“{quote}”</blockquote>}
      {who.length > 0 && (
        <dl class="pairs"><dt>{t("incident.author")}</dt><dd>{f.responsible.party ? <b>{party(f.responsible.party)}</b> : <b>{t("party.undetermined")}</b>} {who.map(c => <div><Probability p={c.probability} label={name(c)} /> <small>{name(c)}</small></div>)}</dd></dl>
      )}
      <details><summary>{t("incident.why")}</summary><Reasons list={f.reasons} label={t("incident.why")} /></details>
    </section>
  );
}

function Observed({ m, onSelect }: { m: Member; onSelect: (id: string) => void }) {
  const o = m.observation;
  const lag = m.lag_s ? `${m.lag_s > 0 ? "+" : "−"}${Math.abs(m.lag_s) < 90 ? t("unit.s", { n: Math.round(Math.abs(m.lag_s)) }) : time.span(m.lag_s * 1000)}` : "";
  return (
    <li>
      <p><b>{m.source ?? o?.source ?? t("incident.withheld")}</b> {o?.grade && <Tag title={t("incident.grade")}>{o.grade}</Tag>} {!m.independent && <Tag>{t("incident.dependent")}</Tag>}</p>
      <p class="small grey">{[m.means && word("means", m.means), o?.how && word("how", o.how), o && word("activity", o.activity), o && time.clock(new Date(o.from)) + " " + time.mark(new Date(o.from)), m.distance_m !== undefined && t("incident.off", { d: distance(m.distance_m) }), lag].filter(Boolean).join(" · ")}</p>
      {o?.text && <p class="small" lang={o.lang}>{o.text}</p>}
      {m.why && <p class="small grey">{m.why}{m.other && <>; <button class="link" onClick={() => onSelect(m.other!)}>{t("incident.other", { p: percent(m.other_probability ?? 0) })}</button></>}</p>}
    </li>
  );
}
