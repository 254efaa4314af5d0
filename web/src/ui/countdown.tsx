// How long until an instant, or how long it is over, with the instant itself.
import { t } from "../i18n";
import * as time from "../time";
import { Instant } from "./index";

export function Countdown({ at, done, now = Date.now() }: { at: string; done?: string | undefined; now?: number }) {
  const left = Date.parse(at) - now;
  if (done) return <span class="countdown"><Instant at={at} short /> <small class="grey">✓ {t("countdown.done")}</small></span>;
  return (
    <span class={`countdown ${left < 0 ? "over" : left < 6 * 3_600_000 ? "soon" : ""}`}>
      <b>{left < 0 ? t("countdown.over", { span: time.span(left) }) : t("countdown.in", { span: time.span(left) })}</b> <small class="grey"><Instant at={at} short /></small>
    </span>
  );
}
