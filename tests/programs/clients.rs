//! Clients: the form, a renewed secret, changes, and removal.

use support::secrets;
use support::test_env::{TestEnv, free_port};
use support::wait::until_async;
use support::words::{filled, words};

#[tokio::test]
async fn a_client_can_be_verified_before_it_is_saved() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    let dialog = window.part("//dialog[@open]".to_owned());

    window.at("client-secret").fill("secret_wrong").await;
    window.at("verify-client").click().await;
    dialog.says(&words("problem.client-rejected.what")).await;

    let (id, secret) = (&env.sandbox.client_id, &env.sandbox.client_secret);
    window.at("client-id").fill("secret_wrong").await;
    window.at("client-secret").fill(id).await;
    window.at("verify-client").click().await;
    dialog.says(&words("problem.client-swapped.what")).await;

    window.at("client-id").fill(id).await;
    window.at("client-secret").fill(secret).await;
    window.at("verify-client").click().await;
    window
        .at("client-verified")
        .says(&words("client.verified"))
        .await;
    assert_eq!(secrets::entries(&env.world), [], "nothing is kept yet");

    window.at("save-client").click().await;
    window.at("connect").appears().await;
    assert_eq!(secrets::entries(&env.world).len(), 1);
    window.close().await;
}

#[tokio::test]
async fn a_renewed_secret_is_named_and_the_new_one_heals_the_connection() {
    let (env, window, row) = TestEnv::connected().await;

    let renewed = env.sandbox.renew_secret().await;
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.has("data-last-status", "active").await;
    row.at("status")
        .says(&words("problem.client-rejected.short"))
        .await;

    row.choose_item("new-secret").await;
    let dialog = window.part("//dialog[@open]".to_owned());
    window.at("client-secret").fill("secret_wrong").await;
    window.at("save-secret").click().await;
    dialog.says(&words("problem.client-rejected.what")).await;
    window.at("client-secret").fill(&renewed).await;
    window.at("save-secret").click().await;
    row.has("data-status", "active").await;
    assert!(!window.at("save-secret").is_shown().await);
    window.close().await;
}

#[tokio::test]
async fn a_wrong_secret_is_said_on_the_client_and_healed_from_there() {
    let (env, window, row) = TestEnv::connected().await;
    let renewed = env.sandbox.renew_secret().await;
    window.at("clients").click().await;
    let client = window.at("client");
    client.at("verify-saved").click().await;
    let problem = client.at("client-problem");
    problem.says(&words("clients.client-rejected.what")).await;
    window.close_dialog().await;
    row.has("data-status", "active").await;

    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    window.at("clients").click().await;
    problem.says(&words("clients.client-rejected.what")).await;
    problem.at("new-secret").click().await;
    window.at("client-secret").fill(&renewed).await;
    window.at("save-secret").click().await;
    problem.disappears().await;
    client.at("verify-saved").click().await;
    client
        .at("saved-verified")
        .says(&words("client.verified"))
        .await;
    window.close_dialog().await;
    row.has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_client_is_edited_and_the_next_connect_goes_its_new_way() {
    let (mut env, window, row) = TestEnv::connected().await;
    window.at("clients").click().await;
    window.at("edit-client").click().await;
    window.at("client-name").fill("Agency").await;
    window.at("redirect-method").choose("localhost").await;
    let port = free_port();
    window.at("localhost-port").fill(&port).await;
    let uri = format!("http://localhost:{port}/oauth/callback");
    until_async("the redirect URI", async || {
        (window.at("redirect-uri").value().await == uri).then_some(())
    })
    .await;
    window
        .at("redirect-changed")
        .says(&words("edit.moved"))
        .await;
    window.at("budget").choose("higher").await;
    window.at("save-client").click().await;
    window.at("client").says("Agency").await;
    window.at("client").says(&uri).await;
    window.close_dialog().await;

    row.at("check").click().await;
    row.has("data-status", "active").await;
    let link = env.begin(&window).await;
    let encoded = format!("redirect_uri=http%3A%2F%2Flocalhost%3A{port}%2Foauth%2Fcallback");
    assert!(link.contains(&encoded));
    window.at("cancel-authorization").click().await;
    window.at("waiting").disappears().await;
    let listed = env.keyrack(&["client", "list", "--json"], "");
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["budget"], "higher");
    window.close().await;
}

#[tokio::test]
async fn a_client_is_removed_only_with_a_word_on_its_connections() {
    let (env, window, row) = TestEnv::connected().await;
    let busy = serde_json::json!({"endpoint": "revoke", "times": 1, "status": 503});
    env.sandbox.fault(busy).await;
    window.at("clients").click().await;
    window.at("remove-client").click().await;
    window.at("confirm-remove-revoke").click().await;
    let dialog = window.part("//dialog[@open]".to_owned());
    let busy = filled("problem.notion-unavailable.what", &[("status", "503")]);
    dialog.says(&busy).await;
    dialog.says(&words("remove.safe")).await;
    until_async("nothing to be lost", async || {
        (secrets::entries(&env.world).len() == 2).then_some(())
    })
    .await;

    window.at("confirm-remove-revoke").click().await;
    row.disappears().await;
    window.at("try-sandbox").appears().await;
    until_async("the secret's end", async || {
        secrets::entries(&env.world).is_empty().then_some(())
    })
    .await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 3);
    window.close().await;
}
