//! Connect, check and revoke in the real window, with a real keyring, browser and app link.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use support::links;
use support::process::signal;
use support::scene::{ACME, Scene, check_again};
use support::secrets;
use support::wait::until_async;
use support::world::World;

const LAUNCHPAD: &str = "Launchpad";

#[tokio::test]
async fn a_workspace_is_connected_checked_found_revoked_and_revoked() {
    let mut scene = Scene::new();
    let window = scene.window().await;
    scene.add_client(&window).await;

    scene.connect(&window, ACME).await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    row.at("owner").says("Jo Lindqvist").await;
    assert!(
        !window.at("waiting").is_shown().await,
        "nothing modal remains"
    );
    window.at("undo").appears().await;

    check_again(&row).await;
    row.has("data-status", "active").await;

    let bot_id = row.attr("data-bot-id").await.expect("a bot id");
    scene.sandbox.revoke(&bot_id).await;
    check_again(&row).await;
    row.has("data-status", "inactive").await;

    scene.connect(&window, LAUNCHPAD).await;
    let row = window.row(LAUNCHPAD);
    let id = row.attr("data-connection-id").await.expect("an id");
    let kept = |id: &str| {
        secrets::entries(&scene.world)
            .iter()
            .any(|entry| entry.user() == id)
    };
    assert!(kept(&id), "connected tokens are in the keyring");
    row.at("revoke").click().await;
    window.at("confirm-revoke").click().await;
    window
        .at("receipt")
        .says("Notion confirms the token is inactive")
        .await;
    assert!(!kept(&id), "revoked tokens are not");
    window.at("receipt-done").click().await;
    row.disappears().await;
    assert_eq!(
        scene.sandbox.count("POST /v1/oauth/revoke").await,
        2,
        "the access and the refresh token"
    );

    window.close().await;
    let window = scene.window().await;
    window.row(ACME).has("data-status", "inactive").await;
    assert!(!window.row(LAUNCHPAD).is_shown().await);
    window.close().await;
}

#[tokio::test]
async fn a_link_starts_the_app_and_the_connection_completes_once() {
    let mut scene = Scene::new();
    let window = scene.window().await;
    scene.add_client(&window).await;
    let link = scene.begin(&window).await;
    window.close().await;

    let browser = scene.allow(&link, ACME).await;
    until_async("the exchange", async || {
        (scene.exchanges().await == 1).then_some(())
    })
    .await;
    until_async("the tokens in the keyring", async || {
        (secrets::entries(&scene.world).len() == 2).then_some(())
    })
    .await;
    close_started_by_link(&scene).await;
    browser.close().await;

    let window = scene.window().await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
    assert_eq!(scene.exchanges().await, 1);
}

#[tokio::test]
async fn the_link_arrives_with_a_desktop_environments_name_and_with_none() {
    for desktop in [Some("GNOME"), None] {
        let mut world = World::new();
        world.set_desktop(desktop);
        let mut scene = Scene::with(world, &["--auto-approve"]);
        let window = scene.window().await;
        scene.add_client(&window).await;
        let link = scene.begin(&window).await;
        links::open(&scene.world, &scene.callback(&link).await);
        window.row(ACME).has("data-status", "active").await;
        window.close().await;
    }
}

#[tokio::test]
async fn registration_leaves_another_keyracks_entry_alone() {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let mut installed = links::Catcher::install(&scene.world, "keyrack-desktop", &["app.keyrack"]);
    let applications = scene.world.data_home().join("applications");
    let before = folder_contents(&applications);

    let window = scene.window().await;
    scene.add_client(&window).await;
    let link = scene.begin(&window).await;
    let callback = scene.callback(&link).await;
    links::open(&scene.world, &callback);
    assert_eq!(
        installed.next().await,
        callback,
        "the installed program still gets the link"
    );
    assert_eq!(folder_contents(&applications), before);
    window.close().await;
}

#[tokio::test]
async fn what_the_command_line_does_shows_in_the_open_window_and_the_other_way_round() {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let id = scene.sandbox.client_id.clone();
    let added = scene.keyrack(
        &["client", "add", "--name", "Mine", "--id", &id],
        &scene.sandbox.client_secret,
    );
    assert!(added.status.success());
    let window = scene.window().await;

    let connected = support::cli::connect(&mut scene).await;
    assert!(connected.success());
    let row = window.row(ACME);
    row.has("data-status", "active").await;

    let bot_id = row.attr("data-bot-id").await.expect("a bot id");
    scene.sandbox.revoke(&bot_id).await;
    assert!(scene.keyrack(&["check", ACME], "").status.success());
    row.has("data-status", "inactive").await;

    assert!(scene.keyrack(&["revoke", ACME], "").status.success());
    row.disappears().await;

    // And the other way: after all these processes have come and gone, what the window writes is
    // still written where the next one reads it.
    let link = scene.begin(&window).await;
    links::open(&scene.world, &scene.callback(&link).await);
    row.has("data-status", "active").await;
    let listed = scene.keyrack(&["list"], "");
    assert!(String::from_utf8_lossy(&listed.stdout).contains(ACME));
    assert!(scene.keyrack(&["forget", ACME], "").status.success());
    row.disappears().await;
    assert_eq!(
        secrets::entries(&scene.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}

/// A window that a link started has no driver; it is ended as the end of a session ends it.
async fn close_started_by_link(scene: &Scene) {
    signal("TERM", &scene.window_process());
    until_async("the window's end", async || {
        let search = ["search", "--name", "^Keyrack$"];
        let output = scene
            .world
            .command("xdotool")
            .args(search)
            .output()
            .unwrap();
        output.stdout.is_empty().then_some(())
    })
    .await;
}

fn folder_contents(folder: &std::path::Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut contents: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "desktop"))
        .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
        .collect();
    contents.sort();
    contents
}
