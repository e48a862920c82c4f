//! Settings, the self-test, the window's place, the language, and removing everything.

use std::fs;

use crate::support::page::Page;
use crate::support::process::signal;
use crate::support::programs;
use crate::support::scene::{ACME, Scene};
use crate::support::secrets;
use crate::support::wait::{until, until_async};

/// The process of `keyrack watch` in this scene's world.
fn watcher(scene: &Scene) -> Option<u32> {
    let home = format!("HOME={}", scene.world.home().display());
    let all = fs::read_dir("/proc").unwrap();
    let mut ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.find(|id| {
        let runs =
            fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == programs::keyrack());
        let env = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        runs && env
            .split(|byte| *byte == 0)
            .any(|set| set == home.as_bytes())
    })
}

async fn open_settings(window: &Page) {
    window.at("settings").click().await;
    window.at("settings-dialog").appears().await;
}

#[tokio::test]
async fn what_is_chosen_is_done_and_is_there_after_a_restart() {
    let (scene, window, _row) = Scene::connected().await;
    let autostart = scene
        .world
        .config_home()
        .join("autostart/app.keyrack.watch.desktop");
    let keyrack = programs::keyrack();
    open_settings(&window).await;
    assert_eq!(watcher(&scene), None);
    window.at("background-checks").choose("hourly").await;
    let watching = until("the background checks", || watcher(&scene));
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
        watcher(&scene),
        Some(watching),
        "it goes on without the window"
    );
    signal("KILL", &watching.to_string());
    let window = scene.window().await;
    window.row(ACME).at("check").holds("Prüfen").await;
    let watching = until("the background checks again", || watcher(&scene));
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
    let (mut scene, window, _row) = Scene::connected().await;
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
    scene.world.stop_keyring();
    window.at("run-self-test").click().await;
    result("keyring").has("data-result", "trouble").await;
    result("database").has("data-result", "fine").await;
    window.close().await;
}

#[tokio::test]
async fn everything_is_removed_after_it_is_revoked() {
    let (scene, window, _row) = Scene::connected().await;
    let folder = scene.world.data_home().join("app.keyrack.desktop");
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
    assert_eq!(scene.sandbox.count("POST /v1/oauth/revoke").await, 2);
    assert!(secrets::entries(&scene.world).is_empty());
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
    let (scene, window, _row) = Scene::connected().await;
    let run = |arguments: &[&str]| {
        let mut command = scene.world.command("xdotool");
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
    scene.close_window();
    until("the end of the window", || {
        scene.window_process().is_empty().then_some(())
    });
    window.close().await;
    let window = scene.window().await;
    window.row(ACME).appears().await;
    assert_eq!(geometry(), moved);
    window.close().await;
}
