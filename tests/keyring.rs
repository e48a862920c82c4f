//! A keyring that is missing, not set up or locked: said before any browser opens, and used as
//! soon as it is there.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use support::links;
use support::programs;
use support::scene::{ACME, Scene};
use support::secrets;
use support::words::words;
use support::world::{Service, World};

#[tokio::test]
async fn a_missing_keyring_is_told_and_found_once_it_is_there() {
    let mut scene = Scene::with(World::with(Service::Missing), &["--auto-approve"]);
    let window = scene.window().await;
    window.at("add-client").click().await;
    scene.fill_client_form(&window).await;
    window.at("save-client").click().await;
    let dialog = window.part("//dialog[@open]".to_owned());
    dialog.says(&words("problem.keyring-missing.what")).await;

    scene.world.start_keyring();
    window
        .at("client-secret")
        .fill(&scene.sandbox.client_secret.clone())
        .await;
    window.at("save-client").click().await;
    window.at("save-client").disappears().await;
    let link = scene.begin(&window).await;
    links::open(&scene.world, &scene.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_keyring_without_a_default_collection_is_told_and_used_once_it_has_one() {
    let mut scene = Scene::with(World::with(Service::NeverUnlocked), &["--auto-approve"]);
    let window = scene.window().await;
    window.at("add-client").click().await;
    scene.fill_client_form(&window).await;
    window.at("save-client").click().await;
    let dialog = window.part("//dialog[@open]".to_owned());
    dialog
        .says(&words("problem.keyring-no-collection.what"))
        .await;
    dialog
        .says(&words("problem.keyring-no-collection.next"))
        .await;
    let listed = scene.keyrack(&["client", "list", "--json"], "");
    assert_eq!(
        String::from_utf8_lossy(&listed.stdout).trim(),
        "[]",
        "nothing half-made is left"
    );

    scene.world.end_activated_keyring();
    scene.world.start_keyring();
    scene.fill_client_form(&window).await;
    window.at("save-client").click().await;
    window.at("save-client").disappears().await;
    let link = scene.begin(&window).await;
    links::open(&scene.world, &scene.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_locked_keyring_is_told_before_the_browser_opens_and_used_after_unlocking() {
    let (mut scene, window, row) = Scene::connected().await;
    let authorizations = scene.sandbox.count("GET /v1/oauth/authorize").await;

    scene.world.lock_keyring();
    window.at("connect").click().await;
    window.notice("keyring").appears().await;
    assert!(!window.at("waiting").is_shown().await);
    assert_eq!(
        scene.sandbox.count("GET /v1/oauth/authorize").await,
        authorizations,
        "no browser opened"
    );
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.has("data-last-status", "active").await;

    scene.world.unlock_keyring();
    row.at("check").click().await;
    row.has("data-status", "active").await;
    scene.begin(&window).await;
    window.close().await;
}

#[tokio::test]
async fn a_keyring_that_locks_during_consent_parks_the_answer_and_loses_nothing() {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    scene.add_client(&window).await;
    let link = scene.begin(&window).await;
    let callback = scene.callback(&link).await;

    scene.world.lock_keyring();
    links::open(&scene.world, &callback);
    window
        .at("waiting")
        .says(&words("waiting.parked.title"))
        .await;
    assert_eq!(
        scene.exchanges().await,
        0,
        "no token is asked for that could not be kept"
    );

    scene.world.unlock_keyring();
    let again = format!(
        "//button[normalize-space()='{}']",
        words("waiting.parked.retry")
    );
    window.part(again).click().await;
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(scene.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_restarted_keyring_is_used_without_a_restart_of_the_app() {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let window = scene.window().await;
    scene.add_client(&window).await;
    scene.world.restart_keyring();
    let link = scene.begin(&window).await;
    links::open(&scene.world, &scene.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(secrets::entries(&scene.world).len(), 2);
    window.close().await;
    assert!(
        scene
            .world
            .command(programs::keyrack())
            .args(["check", ACME])
            .status()
            .unwrap()
            .success()
    );
}
