//! A keyring that is missing, not set up or locked: reported before any browser opens, and used as
//! soon as it is available.

use support::links;
use support::page::Page;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::words::words;
use support::world::{Service, World};

use support::keys::{press, write};

/// Saves the client in the form, and connects with it.
async fn saves_and_connects(env: &mut TestEnv, window: Page) {
    window.at("save-client").click().await;
    window.at("save-client").disappears().await;
    let link = env.begin(&window).await;
    links::open(&env.world, &env.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_missing_keyring_is_told_and_found_once_it_is_there() {
    let mut env = TestEnv::with(World::with(Service::Missing), &["--auto-approve"]);
    let window = env.window().await;
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    window.at("save-client").click().await;
    let dialog = window.part("//dialog[@open]".to_owned());
    dialog.says(&words("problem.keyring-missing.what")).await;

    env.world.start_keyring();
    window
        .at("client-secret")
        .fill(&env.sandbox.client_secret.clone())
        .await;
    saves_and_connects(&mut env, window).await;
}

#[tokio::test]
async fn an_entry_of_before_there_were_labels_gets_one_when_it_is_next_written() {
    let env = TestEnv::connected_by_command().await;
    let label = |env: &TestEnv| {
        let entries = secrets::entries(&env.world);
        let is_it = |entry: &&secrets::Entry| entry.label != "Keyrack: client Mine";
        let entry = entries.iter().find(is_it).unwrap();
        entry.label.clone()
    };
    let named = label(&env);
    assert!(named.ends_with(ACME), "{named}");
    let entries = secrets::entries(&env.world);
    let entry = entries.iter().find(|entry| entry.label == named).unwrap();
    let attributes: Vec<_> = entry
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    secrets::store(
        &env.world,
        "Keyrack",
        &attributes,
        entry.secret.as_ref().unwrap(),
    );
    assert_eq!(label(&env), "Keyrack");
    assert!(env.keyrack(&["check", ACME], "").status.success());
    assert_eq!(label(&env), "Keyrack", "nothing was written");
    assert!(env.keyrack(&["refresh", ACME], "").status.success());
    assert_eq!(label(&env), named);

    // As SECURITY.md says.
    env.world.lock_keyring();
    assert_eq!(label(&env), named);
}

/// Waits for the keyring's own dialog, which asks for the password of a new keyring.
fn asks_for_a_new_password(env: &TestEnv) {
    until("the keyring's dialog", || {
        let mut search = env.world.command("xdotool");
        search.args(["search", "--onlyvisible", "--class", "gcr-prompter"]);
        let found = search.output().unwrap();
        (!found.stdout.is_empty()).then_some(())
    });
}

#[tokio::test]
async fn a_keyring_without_a_default_collection_makes_one_by_its_own_dialog() {
    let mut env = TestEnv::with(World::with(Service::NeverUnlocked), &["--auto-approve"]);
    let window = env.window().await;
    // As a session does, so that the keyring's dialog finds the display.
    let mut update = env.world.command("dbus-update-activation-environment");
    assert!(update.arg("DISPLAY").status().unwrap().success());
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    window.at("save-client").click().await;
    asks_for_a_new_password(&env);
    press(&env, &["Escape"]);
    let dialog = window.part("//dialog[@open]".to_owned());
    dialog
        .says(&words("problem.keyring-no-collection.what"))
        .await;
    let listed = env.keyrack(&["client", "list", "--json"], "");
    assert_eq!(
        String::from_utf8_lossy(&listed.stdout).trim(),
        "[]",
        "nothing half-made is left"
    );

    env.fill_client_form(&window).await;
    window.at("save-client").click().await;
    asks_for_a_new_password(&env);
    write(&env, "a new password");
    press(&env, &["Tab"]);
    write(&env, "a new password");
    press(&env, &["Return"]);
    window.at("save-client").disappears().await;
    let link = env.begin(&window).await;
    links::open(&env.world, &env.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_locked_keyring_is_told_before_the_browser_opens_and_used_after_unlocking() {
    let (mut env, window, row) = TestEnv::connected().await;
    let authorizations = env.sandbox.count("GET /v1/oauth/authorize").await;

    env.world.lock_keyring();
    window.at("connect").click().await;
    window.notice("keyring").appears().await;
    assert!(!window.at("waiting").is_shown().await);
    assert_eq!(
        env.sandbox.count("GET /v1/oauth/authorize").await,
        authorizations,
        "no browser opened"
    );
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.has("data-last-status", "active").await;

    env.world.unlock_keyring();
    row.at("check").click().await;
    row.has("data-status", "active").await;
    env.begin(&window).await;
    window.close().await;
}

#[tokio::test]
async fn a_keyring_that_locks_during_consent_parks_the_answer_and_loses_nothing() {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;

    env.world.lock_keyring();
    links::open(&env.world, &callback);
    window
        .at("waiting")
        .says(&words("waiting.parked.title"))
        .await;
    assert_eq!(
        env.exchanges().await,
        0,
        "no token is asked for that could not be kept"
    );

    env.world.unlock_keyring();
    let again = format!(
        "//button[normalize-space()='{}']",
        words("waiting.parked.retry")
    );
    window.part(again).click().await;
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(env.exchanges().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_restarted_keyring_is_used_without_a_restart_of_the_app() {
    let (mut env, window) = TestEnv::opened().await;
    env.world.restart_keyring();
    let link = env.begin(&window).await;
    links::open(&env.world, &env.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(secrets::entries(&env.world).len(), 2);
    window.close().await;
    assert!(
        env.world
            .command(programs::keyrack())
            .args(["check", ACME])
            .status()
            .unwrap()
            .success()
    );
}
