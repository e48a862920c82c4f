//! Settings, the self-test, the window's place, the language, and removing everything.

use std::fs;

use support::page::Page;
use support::process::signal;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};

/// The process id of the running `keyrack watch`.
fn watcher(env: &TestEnv) -> Option<u32> {
    env.world.process_of(&programs::keyrack())
}

async fn open_settings(window: &Page) {
    window.at("settings").click().await;
    window.at("settings-dialog").appears().await;
}

#[tokio::test]
async fn what_is_chosen_is_done_and_is_there_after_a_restart() {
    let (env, window, _row) = TestEnv::connected().await;
    let autostart = env
        .world
        .config_home()
        .join("autostart/app.keyrack.watch.desktop");
    let keyrack = programs::keyrack();
    open_settings(&window).await;
    assert_eq!(watcher(&env), None);
    window.at("background-checks").choose("hourly").await;
    let watching = until("the background checks", || watcher(&env));
    window.at("start-at-login").click().await;
    let entry = until("the login item", || fs::read_to_string(&autostart).ok());
    assert!(
        entry.contains(&format!("Exec=\"{}\" watch", keyrack.display())),
        "{entry}"
    );
    window.at("language").choose("de").await;
    window.at("settings-dialog").holds("Einstellungen").await;
    window.close_dialog().await;
    window.row(ACME).at("check").holds("Prüfen").await;
    assert_eq!(
        window.run("return document.documentElement.lang;").await,
        "de"
    );
    window.close().await;

    assert_eq!(
        watcher(&env),
        Some(watching),
        "it goes on without the window"
    );
    signal("KILL", &watching.to_string());
    let window = env.window().await;
    window.row(ACME).at("check").holds("Prüfen").await;
    let watching = until("the background checks again", || watcher(&env));
    open_settings(&window).await;
    assert_eq!(window.at("background-checks").value().await, "hourly");
    window.at("background-checks").choose("off").await;
    until("no login item", || (!autostart.exists()).then_some(()));
    signal("KILL", &watching.to_string());
    window.at("language").choose("en").await;
    window.at("settings-dialog").holds("Settings").await;
    window.close().await;
}

#[tokio::test]
async fn the_self_test_finds_all_well_with_a_real_round_trip_and_names_what_is_not() {
    let (mut env, window, _row) = TestEnv::connected().await;
    let result = |test: &str| {
        window.part(format!(
            "//*[@data-testid='self-test-result'][@data-test='{test}']"
        ))
    };
    open_settings(&window).await;
    window.at("self-test").click().await;
    for test in ["keyring", "localhost", "notion", "database", "app-link"] {
        result(test).has("data-result", "fine").await;
    }
    env.world.stop_keyring();
    window.at("run-self-test").click().await;
    result("keyring").has("data-result", "trouble").await;
    result("database").has("data-result", "fine").await;
    window.close().await;
}

#[tokio::test]
async fn everything_is_removed_after_it_is_revoked() {
    let (env, window, _row) = TestEnv::connected().await;
    let folder = env.data_folder();
    open_settings(&window).await;
    window
        .at("settings-dialog")
        .at("remove-everything")
        .click()
        .await;
    let dialog = window.at("remove-everything-dialog");
    dialog.appears().await;
    assert_eq!(
        window
            .at("confirm-remove-everything")
            .attr("disabled")
            .await
            .as_deref(),
        Some("true"),
        "never by one click"
    );
    window.at("understand").click().await;
    window.at("confirm-remove-everything").click().await;
    window.at("removed").appears().await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 2);
    assert!(secrets::entries(&env.world).is_empty());
    // The click ends the window, and with it the driver's session.
    let quit = "setTimeout(() => document.querySelector('[data-testid=quit]').click(), 100);";
    window.run(quit).await;
    until("the end of the data folder", || {
        (!folder.exists()).then_some(())
    });
    window.close().await;
}

#[tokio::test]
async fn the_window_opens_where_it_was_closed() {
    let (env, window, _row) = TestEnv::connected().await;
    let run = |arguments: &[&str]| {
        let mut command = env.world.command("xdotool");
        let output = command.args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let geometry = || {
        let said = run(&[
            "search",
            "--onlyvisible",
            "--name",
            "^Keyrack$",
            "getwindowgeometry",
            "--shell",
        ]);
        let lines = said.lines().filter(|line| {
            ["X=", "Y=", "WIDTH=", "HEIGHT="]
                .iter()
                .any(|key| line.starts_with(key))
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    run(&[
        "search",
        "--onlyvisible",
        "--name",
        "^Keyrack$",
        "windowsize",
        "--sync",
        "800",
        "500",
        "windowmove",
        "--sync",
        "120",
        "60",
    ]);
    let moved = until_async("the new place", async || {
        let now = geometry();
        now.contains(&"WIDTH=800".to_owned()).then_some(now)
    })
    .await;
    env.close_window();
    until("the end of the window", || {
        env.window_process().is_empty().then_some(())
    });
    window.close().await;
    let window = env.window().await;
    window.row(ACME).appears().await;
    assert_eq!(geometry(), moved);
    window.close().await;
}
