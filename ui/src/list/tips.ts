// The tooltips that the controls of all rows share: worded once for all of them.
import { titled } from "../kit/keys";
import { t } from "../words/messages";

export type Tips = ReturnType<typeof rowTips>;

/** Those of the sandbox's rows, or of all others. */
export function rowTips(sandbox: boolean) {
  return {
    select: titled(t("row.select.tip"), "toggle"),
    check: t(sandbox ? "row.check.tip.sandbox" : "row.check.tip"),
    revoke: titled(t(sandbox ? "row.revoke.tip.sandbox" : "row.revoke.tip"), "revoke"),
    endAtNotion: titled(t("elsewhere.tip"), "revoke"),
    more: titled(t("row.more.tip"), "menu"),
  };
}
