//! The menu of a row, by keyboard.

use support::clipboard::clipboard;
use support::page::Page;
use support::test_env::TestEnv;
use support::wait::until_async;

use super::listed;
use support::keys::{
    activate, focus, focus_is_in_a_dialog, focus_is_on, press, press_until, write,
};

/// Opens the menu of the row that has the focus, and chooses an item.
async fn take(env: &TestEnv, window: &Page, item: &str) {
    if focus(window).await != "more" {
        press_until(env, window, "Right", "more").await;
    }
    press(env, &["Return"]);
    focus_is_on(window, "details").await;
    press_until(env, window, "Down", item).await;
    press(env, &["Return"]);
}

/// A window with the focus on its row.
async fn on_the_row() -> (TestEnv, Page) {
    let (env, window, _) = listed().await;
    press_until(&env, &window, "Tab", "connection").await;
    (env, window)
}

#[tokio::test]
async fn tokens_are_refreshed_and_copied_and_details_are_read() {
    let (env, window) = on_the_row().await;
    let before = env.exchanges().await;
    take(&env, &window, "refresh").await;
    until_async("a refresh", async || {
        (env.exchanges().await == before + 1).then_some(())
    })
    .await;
    focus_is_on(&window, "more").await;

    take(&env, &window, "copy-token").await;
    window.notice("Copied the token").appears().await;
    let copied = clipboard(&env.world, "UTF8_STRING");
    assert!(env.sandbox.is_active(&copied).await, "it is the token");
    focus_is_on(&window, "more").await;

    take(&env, &window, "details").await;
    let panel = window.at("details-panel");
    panel.holds("GNOME Keyring").await;
    let inside = "return document.activeElement.closest('aside') !== null;";
    assert_eq!(window.run(inside).await, true, "the focus goes with it");
    press(&env, &["Escape"]);
    panel.disappears().await;
    focus_is_on(&window, "more").await;
    window.close().await;
}

#[tokio::test]
async fn a_workspace_is_reconnected_after_a_warning() {
    let (mut env, window) = on_the_row().await;
    let before = env.exchanges().await;
    take(&env, &window, "reconnect").await;
    let yes = window.at("confirm-reconnect");
    yes.appears().await;
    press(&env, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "more").await;

    take(&env, &window, "reconnect").await;
    focus_is_on(&window, "confirm-reconnect").await;
    press(&env, &["Return"]);
    window.at("waiting-renews").appears().await;
    let callback = {
        let link = env.next_link().await;
        env.callback(&link).await
    };
    press_until(&env, &window, "Tab", "paste-callback").await;
    write(&env, &callback);
    press(&env, &["Return"]);
    window.notice("Connected").appears().await;
    window.at("waiting").disappears().await;
    focus_is_on(&window, "more").await;
    assert_eq!(env.exchanges().await, before + 1);
    assert_eq!(window.at("connection").count().await, 1, "the same row");
    window.close().await;
}

#[tokio::test]
async fn a_workspace_is_forgotten_here_and_notion_is_not_asked() {
    let (env, window) = on_the_row().await;
    let before = env.sandbox.requests().await.len();
    take(&env, &window, "forget").await;
    focus_is_in_a_dialog(&window).await;
    assert_ne!(focus(&window).await, "confirm-forget", "not by one key");
    press(&env, &["Escape"]);
    focus_is_on(&window, "more").await;

    take(&env, &window, "forget").await;
    activate(&env, &window, "confirm-forget").await;
    window.at("receipt").appears().await;
    focus_is_on(&window, "receipt-done").await;
    press(&env, &["Return"]);
    window.at("connection").disappears().await;
    focus_is_on(&window, "connect").await;
    assert_eq!(env.sandbox.requests().await.len(), before);
    window.close().await;
}
