// The tooltips that the controls of all rows share: worded once for all of them.
import { titled } from "../kit/keys";
import { t } from "../words/messages";

export type Tips = ReturnType<typeof rowTips>;

export function rowTips() {
  return {
    select: titled(t("row.select.tip"), "toggle"),
    check: t("row.check.tip"),
    revoke: titled(t("row.revoke.tip"), "revoke"),
    more: titled(t("row.more.tip"), "menu"),
  };
}
