//! Several rows at once, by keyboard.

use super::three;
use support::keys::{activate, focus_is_on, press, press_until};

const CHECKS: &str = "POST /v1/oauth/introspect";

#[tokio::test]
async fn rows_are_selected_checked_and_revoked_together() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    press(&env, &["slash"]);
    focus_is_on(&window, "search").await;
    press(&env, &["Down"]);
    focus_is_on(&window, "connection").await;
    let selection = window.at("selection");
    press(&env, &["ctrl+a"]);
    selection.says("3 selected").await;
    press(&env, &["Escape"]);
    selection.disappears().await;
    press(&env, &["space"]);
    selection.says("1 selected").await;
    press(&env, &["shift+Down"]);
    selection.says("2 selected").await;
    for name in [&ada, &bureau] {
        window.row(name).has("aria-selected", "true").await;
    }
    window.row(&zeppelin).has("aria-selected", "false").await;

    let before = env.sandbox.count(CHECKS).await;
    press_until(&env, &window, "shift+Tab", "check-selected").await;
    press(&env, &["Return"]);
    window.notice("2 active").appears().await;
    assert_eq!(env.sandbox.count(CHECKS).await, before + 2);

    // The question, and a no that leads back to it.
    press_until(&env, &window, "Tab", "revoke-selected").await;
    press(&env, &["Return"]);
    let yes = window.at("confirm-revoke-selected");
    yes.appears().await;
    press(&env, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "revoke-selected").await;
    press(&env, &["Return"]);
    yes.appears().await;
    activate(&env, &window, "confirm-revoke-selected").await;
    let summary = window.at("summary");
    summary.says("Access to 2 workspaces is revoked").await;
    focus_is_on(&window, "summary-done").await;
    press_until(&env, &window, "shift+Tab", "save-summary").await;
    press(&env, &["Return"]);
    summary.holds("keyrack-receipts-").await;
    activate(&env, &window, "summary-done").await;
    summary.disappears().await;
    for name in [&ada, &bureau] {
        window.row(name).disappears().await;
    }
    // To the row that is left.
    focus_is_on(&window, "connection").await;

    // Delete means the selection, where the row is part of it.
    press(&env, &["ctrl+a"]);
    selection.says("1 selected").await;
    press(&env, &["Delete"]);
    yes.appears().await;
    press(&env, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "connection").await;
    window.row(&zeppelin).has("data-status", "active").await;
    window.close().await;
}
