//! The way from the first start to a receipt by keyboard, and the keys of the window.

use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

use support::keys::{focus_is_on, press, press_until, write};

/// A window in the front, and the sandbox's client in it; the focus is in the page.
async fn opened() -> (TestEnv, Page) {
    let env = TestEnv::approving();
    let window = env.window().await;
    window.at("try-sandbox").appears().await;
    (env, window)
}

#[tokio::test]
async fn from_the_first_start_to_a_receipt_without_a_mouse() {
    let (mut env, window) = opened().await;
    press_until(&env, &window, "Tab", "add-client").await;
    press(&env, &["Return"]);
    // Past the first step, which is at Notion.
    window.at("client-name").appears().await;
    press_until(&env, &window, "Tab", "client-name").await;
    write(&env, "Mine");
    press_until(&env, &window, "Tab", "client-id").await;
    write(&env, &env.sandbox.client_id.clone());
    press_until(&env, &window, "Tab", "client-secret").await;
    write(&env, &env.sandbox.client_secret.clone());
    press(&env, &["Return"]);
    window.at("connect").appears().await;
    window.at("client-name").disappears().await;

    press(&env, &["ctrl+n"]);
    window.at("waiting").appears().await;
    let link = env.next_link().await;
    let callback = env.callback(&link).await;
    press_until(&env, &window, "Tab", "paste-callback").await;
    write(&env, &callback);
    press(&env, &["Return"]);
    let row = window.row(ACME);
    row.has("data-status", "active").await;

    // The search, and from it into the list.
    press(&env, &["slash"]);
    focus_is_on(&window, "search").await;
    write(&env, "acme");
    press(&env, &["Down"]);
    focus_is_on(&window, "connection").await;

    // Along the row to Check.
    let before = row.at("checked-at").attr("datetime").await;
    press_until(&env, &window, "Right", "check").await;
    press(&env, &["Return"]);
    until_async("a new check", async || {
        (row.at("checked-at").attr("datetime").await != before).then_some(())
    })
    .await;

    // The menu, by the keyboard in and out.
    press_until(&env, &window, "Right", "more").await;
    press(&env, &["Return"]);
    window.at("copy-token").appears().await;
    press(&env, &["Escape"]);
    window.at("copy-token").disappears().await;
    focus_is_on(&window, "more").await;

    // Details, and back.
    press_until(&env, &window, "Left", "connection").await;
    press(&env, &["Return"]);
    window.at("details-panel").appears().await;
    press(&env, &["Escape"]);
    window.at("details-panel").disappears().await;
    focus_is_on(&window, "connection").await;

    // A selection.
    press(&env, &["space"]);
    window.at("selection").says("1").await;
    press(&env, &["Escape"]);
    window.at("selection").disappears().await;

    // Delete asks first, and Escape is no.
    press(&env, &["Delete"]);
    window.at("confirm-revoke").appears().await;
    press(&env, &["Escape"]);
    window.at("confirm-revoke").disappears().await;
    focus_is_on(&window, "connection").await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    press(&env, &["Delete"]);
    window.at("confirm-revoke").appears().await;
    press_until(&env, &window, "Tab", "confirm-revoke").await;
    press(&env, &["Return"]);
    window.at("receipt").appears().await;
    focus_is_on(&window, "receipt-done").await;
    press(&env, &["Return"]);
    window.at("receipt").disappears().await;
    row.disappears().await;
    window.close().await;
}

#[tokio::test]
async fn the_keys_of_the_window_and_the_page_that_tells_them() {
    let (mut env, window) = opened().await;
    env.add_client(&window).await;
    press(&env, &["ctrl+n"]);
    window.at("waiting").appears().await;
    let link = env.next_link().await;
    let callback = env.callback(&link).await;
    window.at("paste-callback").fill(&callback).await;
    press(&env, &["Return"]);
    window.row(ACME).has("data-status", "active").await;

    press(&env, &["question"]);
    window.at("keys").appears().await;
    press(&env, &["Escape"]);
    window.at("keys").disappears().await;
    press(&env, &["ctrl+f"]);
    focus_is_on(&window, "search").await;
    let before = env.exchanges().await;
    press(&env, &["F5"]);
    window.notice("1 active").appears().await;
    assert_eq!(env.exchanges().await, before, "a check never refreshes");
    window.close().await;
}
