//! "Use…" by keyboard: what programs may do with a connection, what runs, and the commands to copy.

use support::clipboard::clipboard;
use support::page::Page;
use support::process::Program;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

use super::listed;
use support::keys::{activate, focus_is_in_a_dialog, focus_is_on, press, press_until};

/// Waits until the command's list says that this is allowed.
async fn allows(env: &TestEnv, allowed: &str) {
    until_async(&format!("{allowed} in the list"), async || {
        let listed = env.keyrack(&["list", "--json"], "");
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        (listed[0]["allows"] == allowed).then_some(())
    })
    .await;
}

/// Goes with Tab to the button that copies a command, and presses it.
async fn copy(env: &TestEnv, window: &Page, command: &str) -> String {
    let inside =
        format!("return document.activeElement.closest('[data-testid=\"{command}\"]') !== null;");
    for _ in 0..20 {
        if window.run(&inside).await == true {
            press(env, &["Return"]);
            window.at(command).holds("Copied").await;
            return clipboard(&env.world, "UTF8_STRING");
        }
        press(env, &["Tab"]);
        window.at_rest().await;
    }
    panic!("Tab never led to {command}");
}

#[tokio::test]
async fn what_programs_may_do_is_seen_chosen_and_taken_along() {
    let (env, window, _) = listed().await;
    let mut serve = env.world.command(&env.program);
    serve.args(["serve", ACME]);
    let (mut program, _) = Program::start_and_read_line(&env.world, &serve);

    press_until(&env, &window, "Tab", "connection").await;
    press_until(&env, &window, "Right", "more").await;
    press(&env, &["Return"]);
    focus_is_on(&window, "details").await;
    press_until(&env, &window, "Down", "use").await;
    press(&env, &["Return"]);
    let dialog = window.at("use-dialog");
    dialog.appears().await;

    // What runs is ended, and the program that held it ends with it.
    window.at("lease").appears().await;
    activate(&env, &window, "end-lease").await;
    window.at("lease").disappears().await;
    assert_eq!(program.wait(), Some(0));
    focus_is_in_a_dialog(&window).await;

    // Nothing is changed before it is saved.
    press_until(&env, &window, "shift+Tab", "allow-any").await;
    press(&env, &["Down"]);
    focus_is_on(&window, "allow-proxy-only").await;
    window.at("use-ends").holds("Not saved yet").await;
    allows(&env, "any").await;
    activate(&env, &window, "save-allows").await;
    allows(&env, "proxy-only").await;
    focus_is_on(&window, "allow-proxy-only").await;
    let refused = env.keyrack(&["token", ACME], "");
    assert!(!refused.status.success() && refused.stdout.is_empty());

    // The command that is copied does what it says, as it stands.
    let command = copy(&env, &window, "command-api").await;
    let folder = env.program.parent().unwrap().display();
    let mut shell = env.world.command("sh");
    shell.args(["-c", &format!("PATH=\"{folder}:$PATH\"; {command}")]);
    let answer = shell.output().unwrap();
    let bot: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(bot["type"], "bot", "{command}");

    press(&env, &["Escape"]);
    dialog.disappears().await;
    focus_is_on(&window, "more").await;
    window.close().await;
}
