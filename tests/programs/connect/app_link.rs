//! The app link: how it reaches the window's program, open or not, and which entry is registered for it.

use std::fs;

use support::links;
use support::process::signal;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::window::open_program;
use support::words::words;
use support::world::World;

#[tokio::test]
async fn a_link_starts_the_app_and_the_connection_completes_once() {
    let mut env = TestEnv::new();
    let window = env.window().await;
    env.add_client(&window).await;
    let link = env.begin(&window).await;
    window.close().await;

    let browser = env.allow(&link, ACME).await;
    until_async("the exchange", async || {
        (env.exchanges().await == 1).then_some(())
    })
    .await;
    until_async("the tokens in the keyring", async || {
        (secrets::entries(&env.world).len() == 2).then_some(())
    })
    .await;
    close_started_by_link(&env).await;
    browser.close().await;

    let window = env.window().await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
    assert_eq!(env.exchanges().await, 1);
}

#[tokio::test]
async fn the_link_arrives_with_a_desktop_environments_name_and_with_none() {
    for desktop in [Some("GNOME"), None] {
        let mut world = World::new();
        world.set_desktop(desktop);
        let mut env = TestEnv::with(world, &["--auto-approve"]);
        let window = env.window().await;
        env.add_client(&window).await;
        let link = env.begin(&window).await;
        links::open(&env.world, &env.callback(&link).await);
        window.row(ACME).has("data-status", "active").await;
        window.close().await;
    }
}

#[tokio::test]
async fn the_link_arrives_wherever_the_program_lies_and_leaves_with_everything() {
    let mut world = World::new();
    world.set_desktop(Some("GNOME"));
    let mut env = TestEnv::with(world, &["--auto-approve"]);
    let odd = env.world.path("my apps 100% \u{fc}");
    fs::create_dir(&odd).unwrap();
    for program in [programs::desktop(), programs::keyrack()] {
        fs::copy(&program, odd.join(program.file_name().unwrap())).unwrap();
    }
    let window = open_program(&env.world, &odd.join("keyrack-desktop")).await;
    env.add_client(&window).await;
    let link = env.begin(&window).await;
    links::open(&env.world, &env.callback(&link).await);
    window.row(ACME).has("data-status", "active").await;
    let applications = env.world.data_home().join("applications");
    let entry = applications.join("keyrack-desktop-handler.desktop");
    assert!(entry.is_file());

    window.at("settings").click().await;
    window.at("remove-everything").click().await;
    window.at("understand").click().await;
    window.at("confirm-remove-everything").click().await;
    let removed = window.at("remove-everything-dialog");
    removed.holds(&words("everything.removed.app-link")).await;
    assert!(!entry.exists());
    let defaults = env.world.config_home().join("mimeapps.list");
    for file in [defaults, applications.join("mimeinfo.cache")] {
        let left = fs::read_to_string(&file).unwrap_or_default();
        assert!(!left.contains("keyrack"), "{}: {left}", file.display());
    }
}

#[tokio::test]
async fn registration_leaves_another_keyracks_entry_alone() {
    let mut env = TestEnv::approving();
    let mut installed = links::Catcher::install(&env.world, "keyrack-desktop", &["app.keyrack"]);
    let applications = env.world.data_home().join("applications");
    let before = folder_contents(&applications);

    let window = env.window().await;
    env.add_client(&window).await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;
    links::open(&env.world, &callback);
    assert_eq!(
        installed.next().await,
        callback,
        "the installed program still gets the link"
    );
    assert_eq!(folder_contents(&applications), before);
    window.close().await;
}

/// Ends a window that a link started, as the end of a session would: it has no driver.
async fn close_started_by_link(env: &TestEnv) {
    signal("TERM", &env.window_process());
    until_async("the window's end", async || {
        let search = ["search", "--name", "^Keyrack$"];
        let output = env.world.command("xdotool").args(search).output().unwrap();
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
