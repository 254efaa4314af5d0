import { api } from "../api";
import { t } from "../i18n";
import { Badge, Failure, Instant, Page, Severity, Table, Waiting } from "../ui";
import { useLoad } from "../ui/load";
import { word } from "../i18n";

export default function Now() {
  const list = useLoad(signal => api.incidents({ limit: 50 }, { signal }), []);
  return (
    <Page title={t("page.now")}>
      {list.failure && <Failure text={list.failure} />}
      {list.value ? <Table caption={t("now.list")} rows={list.value.incidents} empty={t("now.none")} columns={[
        { name: t("col.when"), cell: i => <Instant at={i.from} /> },
        { name: t("col.what"), cell: i => word("activity", i.activity) },
        { name: t("col.result"), cell: i => <Badge result={i.result} /> },
        { name: t("col.severity"), cell: i => <Severity value={i.severity} /> },
      ]} /> : !list.failure && <Waiting />}
    </Page>
  );
}
