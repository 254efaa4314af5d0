// Issues: what is still open, where each party stands and who moved; what was
// said in an article; who holds which ground; protected sites; weapons.
import { useLocation } from "preact-iso/router";
import { Page } from "../ui";
import { useHash } from "../ui/hash";
import { t } from "../i18n";
import { Talks } from "./issues-talks";
import { Article } from "./issues-article";
import { Ground } from "./issues-territory";
import { ProtectedSites } from "./issues-sites";
import { Weapons } from "./issues-weapons";
import { can, status } from "../state";

export default function Issues() {
  const { query, route } = useLocation();
  const at = query["at"];
  useHash();
  return (
    <Page sections title={t("page.issues")} lead={t("issues.lead")}>
      <p class="row-form no-print">
        <label>{t("guarantees.at")}<input type="date" value={at ?? ""} min={status.value?.days.first} onChange={e => route("/issues" + (e.currentTarget.value ? `?at=${e.currentTarget.value}` : ""))} /></label>
        {at && <a href="/issues">{t("terms.latest")}</a>}
        <span class="jump">{["issues", "territory", "sites", "weapons"].map(id => <a href={`#${id}`}>{t(`issues.${id}`)}</a>)}</span>
      </p>
      <Talks at={at} />
      {can("declare") && <Article />}
      <Ground />
      <ProtectedSites />
      <Weapons at={at} />
    </Page>
  );
}
