//! Clients by keyboard: edited, given a new secret, verified, removed.

use support::test_env::ACME;

use super::listed;
use support::keys::{activate, choose, focus_is_on, press, write};

#[tokio::test]
async fn a_client_is_edited_given_a_new_secret_and_removed() {
    let (env, window, row) = listed().await;
    activate(&env, &window, "clients").await;
    let client = window.at("client");
    client.says("Mine").await;

    // Another name, and another redirect method.
    activate(&env, &window, "edit-client").await;
    focus_is_on(&window, "client-name").await;
    press(&env, &["ctrl+a"]);
    write(&env, "Theirs");
    choose(
        &env,
        &window,
        "redirect-method",
        "This computer (recommended)",
    )
    .await;
    window.at("redirect-changed").says("Notion").await;
    activate(&env, &window, "save-client").await;
    focus_is_on(&window, "edit-client").await;
    client.says("Theirs").await;
    client.says("http://localhost:").await;
    // Cancel returns to the list as well.
    press(&env, &["Return"]);
    focus_is_on(&window, "client-name").await;
    press(&env, &["Escape"]);
    focus_is_on(&window, "edit-client").await;

    // The secret was renewed at Notion.
    let renewed = env.sandbox.renew_secret().await;
    activate(&env, &window, "verify-saved").await;
    window.at("client-problem").appears().await;
    activate(&env, &window, "new-secret").await;
    focus_is_on(&window, "client-secret").await;
    write(&env, &renewed);
    press(&env, &["Return"]);
    window.at("client-secret").disappears().await;
    focus_is_on(&window, "edit-client").await;
    activate(&env, &window, "verify-saved").await;
    window.at("saved-verified").says("Notion").await;
    assert!(env.keyrack(&["check", ACME], "").status.success());

    // Gone, with what it has connected.
    activate(&env, &window, "remove-client").await;
    let yes = window.at("confirm-remove-revoke");
    yes.appears().await;
    press(&env, &["Escape"]);
    yes.disappears().await;
    focus_is_on(&window, "edit-client").await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    activate(&env, &window, "remove-client").await;
    yes.appears().await;
    activate(&env, &window, "confirm-remove-revoke").await;
    window.notice("Theirs").appears().await;
    row.disappears().await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 2);
    // The first start again, with the focus where it goes on.
    focus_is_on(&window, "add-client").await;
    window.close().await;
}
