import { useLocation } from "preact-iso/router";
import { useState } from "preact/hooks";
import { api } from "../api";
import { t } from "../i18n";
import { refresh, session } from "../state";
import { Failure, Page } from "../ui";

export default function SignIn() {
  const { route, query } = useLocation();
  const [failed, fail] = useState("");
  const [busy, work] = useState(false);
  async function submit(e: SubmitEvent) {
    e.preventDefault();
    const form = new FormData(e.currentTarget as HTMLFormElement);
    work(true);
    try {
      await api.signIn(String(form.get("account")), String(form.get("password")));
      await refresh();
      route(query["to"]?.startsWith("/") && !query["to"].startsWith("//") ? query["to"] : "/");
    } catch (x) {
      fail(x instanceof Error ? x.message : String(x));
    } finally {
      work(false);
    }
  }
  return (
    <Page title={t("page.sign-in")} lead={t("sign-in.lead")}>
      {session.value?.account && <p class="notice">{t("sign-in.as", { name: session.value.name || session.value.account })}</p>}
      <form class="sign-in" onSubmit={e => void submit(e)}>
        {failed && <Failure text={failed} />}
        <label>{t("sign-in.account")}<input name="account" autocomplete="username" required autofocus autocapitalize="none" spellcheck={false} /></label>
        <label>{t("sign-in.password")}<input name="password" type="password" autocomplete="current-password" required /></label>
        <button class="primary" disabled={busy}>{t("page.sign-in")}</button>
        <p class="grey small">{t("sign-in.none")}</p>
      </form>
    </Page>
  );
}
