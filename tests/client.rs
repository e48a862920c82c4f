//! The client form before anything is saved, and a client whose secret was renewed.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use support::scene::Scene;
use support::secrets;
use support::words::words;

#[tokio::test]
async fn a_client_can_be_verified_before_it_is_saved() {
    let scene = Scene::new();
    let window = scene.window().await;
    window.at("add-client").click().await;
    scene.fill_client_form(&window).await;
    let dialog = window.part("//dialog[@open]".to_owned());

    window.at("client-secret").fill("secret_wrong").await;
    window.at("verify-client").click().await;
    dialog.says(&words("problem.client-rejected.what")).await;

    let (id, secret) = (&scene.sandbox.client_id, &scene.sandbox.client_secret);
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
    assert_eq!(secrets::entries(&scene.world), [], "nothing is kept yet");

    window.at("save-client").click().await;
    window.at("connect").appears().await;
    assert_eq!(secrets::entries(&scene.world).len(), 1);
    window.close().await;
}

#[tokio::test]
async fn a_renewed_secret_is_named_and_the_new_one_heals_the_connection() {
    let (scene, window, row) = Scene::connected().await;

    let renewed = scene.sandbox.renew_secret().await;
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.has("data-last-status", "active").await;
    row.at("status")
        .says(&words("problem.client-rejected.short"))
        .await;

    row.at("more").click().await;
    row.at("new-secret").click().await;
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
