import type { DayReport } from "../api";
import { number, percent, said, t } from "../i18n";
import { status } from "../state";
import * as time from "../time";
import { distance, Symbol } from "../ui";

// Lead says in words what the last whole day was like, which terms were broken,
// how sure that is and what nobody saw.
export function Lead({ report: r, failure }: { report: DayReport | undefined; failure: string | undefined }) {
  if (!r) return <section class="lead" aria-label={t("lead.title")}><p class="grey">{failure ? (status.value?.audience === "public" ? t("lead.none-public", { delay: time.span((status.value.policy.delay_s || 0) * 1000) }) : failure) : t("loading")}</p></section>;
  const broken = (r.provisions ?? []).filter(p => p.breach > 0).sort((a, b) => b.breach - a.breach);
  const all = r.totals.incidents.incidents, e = r.totals.expected_breaches;
  const policy = status.value?.policy;
  const day = time.longDate(new Date(r.day + "T12:00:00Z"), "UTC");
  return (
    <section class="lead" aria-label={t("lead.title")}>
      <div class="lead-what">
        <p class="lead-day">{day}</p>
        <h2>{r.totals.breach ? t("lead.broke", { n: r.totals.breach, all }) : broken.length ? t("lead.unmet") : all ? t("lead.calm", { n: all }) : t("lead.nothing")}</h2>
        <p>
          {r.totals.undetermined > 0 && t("lead.undetermined", { n: r.totals.undetermined }) + " "}
          {r.totals.excepted > 0 && t("lead.excepted", { n: r.totals.excepted }) + " "}
          {t(`lead.change.${r.totals.incidents.change || "none"}`, { before: r.totals.incidents.previous })}
        </p>
        <p class="small"><a href={`/day/${r.day}`}>{t("lead.report")}</a></p>
      </div>
      {broken.length > 0 && (
        <div class="lead-terms">
          <h3>{t("lead.terms")}</h3>
          <ul>
            {broken.slice(0, 4).map(p => (
              <li><a href={`/terms#${p.id}`}><Symbol result="breach" {...(p.severity ? { severity: p.severity } : {})} /><b>{number(p.breach)} ×</b> <span>{p.article && <span class="grey">{t("article", { n: p.article })} </span>}{said(p.words)}</span></a></li>
            ))}
          </ul>
          {broken.length > 4 && <p class="small"><a href="/terms">{t("lead.more-terms", { n: broken.length - 4 })}</a></p>}
        </div>
      )}
      <div class="lead-sure">
        <h3>{t("lead.sure")}</h3>
        <ul>
          {r.totals.breach > 0 && <li>{t("lead.expected", { low: e.low, high: e.high })}</li>}
          {r.responsibility.breaches > 0 && <li>{t("lead.author", { known: r.responsibility.breaches - r.responsibility.undetermined, n: r.responsibility.breaches })}</li>}
          {policy && status.value?.audience !== "mission" && <li>{t("lead.policy", { audience: t("audience." + (status.value?.audience ?? "public")), delay: time.span(policy.delay_s * 1000), round: distance(policy.round_m) })}</li>}
          {r.coverage.known && <li>{t("lead.watched", { share: percent(r.coverage.share) })}</li>}
        </ul>
      </div>
    </section>
  );
}
