//! A database that another program has altered: named in the window, and put right from the keyring.

use support::test_env::{ACME, TestEnv};
use support::words::words;

#[tokio::test]
async fn an_altered_address_is_named_costs_no_request_and_is_brought_back() {
    let (env, window, row) = TestEnv::connected().await;
    let elsewhere = "https://notion.example";
    let altered = env.database().execute(
        "UPDATE clients SET base_url = ?1 WHERE base_url IS NOT NULL",
        [elsewhere],
    );
    assert_eq!(altered.unwrap(), 1);
    let before = env.sandbox.requests().await.len();
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.says(&words("problem.client-altered.short")).await;
    assert_eq!(env.sandbox.requests().await.len(), before);

    row.choose_item("bring-back").await;
    window.notice(&words("rebuilt.intact")).appears().await;
    row.at("check").click().await;
    row.has("data-status", "active").await;
    let listed = env.keyrack(&["check", ACME], "");
    assert!(listed.status.success(), "the command agrees");
    window.close().await;
}

#[tokio::test]
async fn a_connect_with_an_altered_address_is_refused_with_the_way_back_beside_it() {
    let (mut env, window) = TestEnv::opened().await;
    let altered = env
        .database()
        .execute("UPDATE clients SET base_url = 'https://notion.example'", []);
    assert_eq!(altered.unwrap(), 1);
    window.at("connect").click().await;
    window.at("notice-bring-back").click().await;
    window.notice(&words("rebuilt.intact")).appears().await;
    let link = env.begin(&window).await;
    assert!(link.starts_with(&env.sandbox.base_url), "{link}");
    window.close().await;
}
