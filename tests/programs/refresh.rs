//! New tokens for an existing connection: refreshed, or reconnected after a warning.

use serde_json::json;
use support::links;
use support::page::Part;
use support::secrets::{self, Entry};
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::words::{filled, words};
use support::world::World;

/// The keyring's entry for the connection of a row.
async fn kept(env: &TestEnv, row: &Part) -> Entry {
    let id = row.attr("data-connection-id").await.expect("an id");
    // Reading fails as a whole if a probe is deleted meanwhile.
    until_async("its entry in the keyring", async || {
        let mut entries = secrets::entries(&env.world).into_iter();
        entries.find(|entry| entry.user() == id)
    })
    .await
}

#[tokio::test]
async fn refreshing_replaces_the_tokens_and_a_refusal_asks_for_reconnecting() {
    let (env, window, row) = TestEnv::connected().await;
    let before = kept(&env, &row).await;
    row.choose_item("refresh").await;
    until_async("new tokens", async || {
        (kept(&env, &row).await != before).then_some(())
    })
    .await;
    row.has("data-status", "active").await;
    row.at("check").click().await;
    row.has("data-status", "active").await;

    let refreshed = kept(&env, &row).await;
    assert!(env.keyrack(&["refresh", ACME], "").status.success());
    assert_ne!(kept(&env, &row).await, refreshed, "by command too");

    let bot_id = row.attr("data-bot-id").await.expect("a bot id");
    env.sandbox.revoke(&bot_id).await;
    row.choose_item("refresh").await;
    row.has("data-status", "needs-reconnecting").await;
    window
        .notice(&words("problem.refresh-rejected.what"))
        .appears()
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_lost_answer_is_told_and_the_connection_keeps_working() {
    let (env, window, row) = TestEnv::connected().await;
    let before = kept(&env, &row).await;
    env.sandbox
        .fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    row.choose_item("refresh").await;
    window
        .notice(&words("problem.refresh-unfinished.what"))
        .appears()
        .await;
    row.has("data-status", "active").await;
    assert_eq!(kept(&env, &row).await, before);
    window.close().await;
}

#[tokio::test]
async fn reconnecting_warns_first_and_renews_the_connection_in_place() {
    let (mut env, window, row) = TestEnv::connected().await;
    let before = kept(&env, &row).await;
    row.choose_item("reconnect").await;
    let dialog = window.part("//dialog[@open]".to_owned());
    dialog
        .says(&filled("reconnect.text", &[("workspace", ACME)]))
        .await;
    assert_eq!(env.sandbox.count("GET /v1/oauth/authorize").await, 1);
    window.at("confirm-reconnect").click().await;
    window.at("waiting").appears().await;
    let link = env.next_link().await;
    links::open(&env.world, &env.callback(&link).await);
    window.at("waiting").disappears().await;
    row.has("data-status", "active").await;
    assert_ne!(kept(&env, &row).await, before);
    assert_eq!(secrets::entries(&env.world).len(), 2, "one connection");
    window.notice(&words("connected.earlier")).appears().await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    window.close().await;
}

#[tokio::test]
async fn another_workspace_than_the_one_to_reconnect_is_asked_about_in_real_windows() {
    let mut env = TestEnv::with(World::new(), &[]);
    let window = env.window().await;
    env.add_client(&window).await;
    env.sandbox.add_workspace("Bureau", "Jo Lindqvist").await;
    let link = env.begin(&window).await;
    let browser = env.allow(&link, ACME).await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    browser.close().await;
    let before = kept(&env, &row).await;

    row.choose_item("reconnect").await;
    window.at("confirm-reconnect").click().await;
    window.at("waiting-renews").says(ACME).await;
    let link = env.next_link().await;
    let browser = env.allow(&link, "Bureau").await;
    let dialog = window.at("waiting");
    dialog.holds(&words("waiting.other.title")).await;
    dialog.holds("Bureau").await;
    browser.close().await;
    assert_eq!(kept(&env, &row).await, before, "nothing is replaced");
    window.at("cancel-authorization").click().await;
    dialog.disappears().await;
    assert_eq!(window.at("connection").count().await, 1);
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 2);

    row.choose_item("reconnect").await;
    window.at("confirm-reconnect").click().await;
    dialog.appears().await;
    let link = env.next_link().await;
    let browser = env.allow(&link, "Bureau").await;
    window.at("keep-other-workspace").click().await;
    window.row("Bureau").has("data-status", "active").await;
    browser.close().await;
    assert_eq!(kept(&env, &row).await, before);
    window.close().await;
}
