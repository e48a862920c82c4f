//! Several rows at once: filter, order, select, check and revoke together.

use serde_json::{Value, json};
use support::links;
use support::page::Page;
use support::test_env::TestEnv;
use support::wait::until_async;
use support::words::counted;
use support::world::World;

const REVOCATIONS: &str = "POST /v1/oauth/revoke";

/// A window with three connections.
async fn three() -> (TestEnv, Page, [String; 3]) {
    let mut env = TestEnv::with(World::new(), &[]);
    let window = env.window().await;
    env.add_client(&window).await;
    let names = ["Ada & Partners", "Bureau", "Zeppelin"];
    for name in names {
        let id = env.sandbox.add_workspace(name, "Jo Lindqvist").await;
        let link = env.begin(&window).await;
        links::open(&env.world, &env.sandbox.allow(&link, &id).await);
        window.row(name).has("data-status", "active").await;
    }
    (env, window, names.map(str::to_owned))
}

/// The names of the rows, from the top.
async fn names(window: &Page) -> Vec<String> {
    let ask = "const rows = [...document.querySelectorAll('[data-testid=connection]')];\
        rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);\
        return rows.map(row => row.querySelector('[data-testid=workspace-name]').textContent);";
    let rows: Vec<Value> = window.run(ask).await.as_array().unwrap().clone();
    rows.iter()
        .map(|name| name.as_str().unwrap().trim().to_owned())
        .collect()
}

/// Waits until these are the names, from the top.
pub async fn names_become(window: &Page, wanted: &[&str]) {
    until_async(&format!("the rows {wanted:?}"), async || {
        (names(window).await == wanted).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_needs_attention_comes_first_and_alone_if_one_likes() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    let bot = window.row(&zeppelin).attr("data-bot-id").await.unwrap();
    env.sandbox.revoke(&bot).await;
    window.row(&zeppelin).at("check").click().await;
    names_become(&window, &[&zeppelin, &ada, &bureau]).await;
    window.at("filter-attention").click().await;
    names_become(&window, &[&zeppelin]).await;
    window.at("filter-all").click().await;
    window.at("sort").choose("name").await;
    names_become(&window, &[&ada, &bureau, &zeppelin]).await;
    window.close().await;
}

#[tokio::test]
async fn selected_rows_are_checked_and_revoked_together_and_no_other() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    let before = env.sandbox.count("POST /v1/oauth/introspect").await;
    for name in [&ada, &bureau] {
        window.row(name).at("select").click().await;
    }
    window.at("selection").says("2").await;
    window.at("check-selected").click().await;
    window.notice("2 active").appears().await;
    assert_eq!(
        env.sandbox.count("POST /v1/oauth/introspect").await,
        before + 2
    );

    // One of them is not taken by Notion, whatever its turn.
    let busy = json!({"endpoint": "revoke", "times": 1, "status": 400, "body": "{\"error\":\"invalid_request\"}"});
    env.sandbox.fault(busy).await;
    window.at("revoke-selected").click().await;
    window.at("confirm-revoke-selected").click().await;
    let summary = window.at("summary");
    summary.appears().await;
    let text = summary.text().await;
    let (failed, gone) = if text.contains(&ada) {
        (&ada, &bureau)
    } else {
        (&bureau, &ada)
    };
    assert!(text.contains(failed.as_str()), "{text}");
    window.at("save-summary").click().await;
    summary.holds("keyrack-").await;
    window.at("summary-done").click().await;
    window.row(gone).disappears().await;
    window
        .row(failed)
        .has("data-status", "revocation-pending")
        .await;
    window.row(&zeppelin).has("data-status", "active").await;
    assert!(env.sandbox.count(REVOCATIONS).await >= 3);
    window.close().await;
}

#[tokio::test]
async fn a_page_that_is_loaded_anew_has_the_progress_and_the_result_still() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    let slow = json!({"endpoint": "revoke", "times": 100, "delay_ms": 1_500});
    env.sandbox.fault(slow).await;
    for name in [&ada, &bureau] {
        window.row(name).at("select").click().await;
    }
    window.at("revoke-selected").click().await;
    window.at("confirm-revoke-selected").click().await;
    window.at("revoke-all-progress").appears().await;
    window.run("location.reload()").await;
    window.at("revoke-all-progress").appears().await;
    let summary = window.at("summary");
    summary.appears().await;
    let all = counted("summary.revoke.all", 2);
    summary.holds(&all).await;

    // Nor is the result lost that nobody has closed.
    window.run("location.reload()").await;
    window.at("connect").appears().await;
    summary.holds(&all).await;
    window.at("summary-done").click().await;
    for name in [&ada, &bureau] {
        window.row(name).disappears().await;
    }
    window.row(&zeppelin).has("data-status", "active").await;
    window.run("location.reload()").await;
    window.at("connect").appears().await;
    window.at_rest().await;
    assert!(!summary.is_shown().await, "it was read");
    window.close().await;
}
