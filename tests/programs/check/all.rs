//! Check all in the real window: progress, a pause that Notion asks for, cancel, and the summary.

use serde_json::{Value, json};
use support::links::Catcher;
use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::words::words;
use support::world::World;
use support::{browser, cli, programs, window};

/// WebDriver's name of the key.
const F5: &str = "\u{E035}";

/// A test environment with two connections: the same workspace through two clients.
async fn connected_twice() -> (TestEnv, Page) {
    let (env, window, _) = TestEnv::connected().await;
    let (id, secret) = env.sandbox.add_client().await;
    env.add_client_named("Other", &id, &secret);
    let connected = cli::connect_with(&env, &["--client", "Other"]).await;
    assert!(connected.success());
    until_async("the second row", async || {
        (window.row(ACME).count().await == 2).then_some(())
    })
    .await;
    (env, window)
}

#[tokio::test]
async fn all_are_checked_and_the_summary_counts_what_they_came_to() {
    let (env, window) = connected_twice().await;
    let dead = window.row(ACME).attr("data-bot-id").await.expect("a bot");
    env.sandbox.revoke(&dead).await;
    window.at("check-all").click().await;
    let one_each = "Checked 2 workspaces: 1 active, 1 no longer active";
    window.notice(one_each).appears().await;
    let asked = env.sandbox.count("POST /v1/oauth/introspect").await;
    assert_eq!(asked, 2, "each once");
    let inactive = "//*[@data-testid='connection'][@data-status='inactive']";
    assert_eq!(window.part(inactive.to_owned()).count().await, 1);
    window.close().await;
}

#[tokio::test]
async fn a_pause_is_shown_and_a_cancel_keeps_what_was_known() {
    let (env, window) = connected_twice().await;
    let pause = json!({
        "endpoint": "introspect", "times": 2, "status": 429, "headers": {"retry-after": "3000"},
    });
    env.sandbox.fault(pause).await;
    window.part("//body".to_owned()).press(F5).await;
    let progress = window.at("check-all-progress");
    progress.says("Notion asked for a pause").await;
    window.at("check-all").has("aria-disabled", "true").await;
    window.at("cancel-check-all").click().await;
    progress.disappears().await;
    window
        .notice("Cancelled: 0 of 2 workspaces were checked.")
        .appears()
        .await;
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

#[tokio::test]
async fn a_check_beside_the_window_leaves_a_row_of_its_sandbox_as_it_is() {
    let world = World::new();
    let mut opened = Catcher::browser(&world);
    let window = window::open(&world).await;
    window.at("try-sandbox").click().await;
    window.at("connect").click().await;
    let link = opened.next().await;
    let origin = &link[..link.find("/v1/").expect("an authorization link")];
    let browser = browser::open(&world, origin).await;
    browser.goto(&link).await;
    browser.id("allow").click().await;
    window.row(ACME).has("data-status", "active").await;
    browser.close().await;

    let keyrack = |arguments: &[&str]| {
        let mut command = world.command(programs::keyrack());
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (String::from_utf8_lossy(&output.stdout).into_owned(), said)
    };
    let (shown, said) = keyrack(&["check", ACME]);
    assert!(
        said.contains(&words("problem.sandbox-elsewhere.what")),
        "{shown}{said}"
    );
    let (_, said) = keyrack(&["check", "--all"]);
    assert!(!said.is_empty(), "it could not be checked");
    let (listed, _) = keyrack(&["list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["status"], "active");
    assert!(listed[0]["problem"].is_null());
    window.close().await;
}

#[tokio::test]
async fn a_check_without_a_session_says_nothing_of_the_rows_to_those_that_have_one() {
    let env = TestEnv::connected_by_command().await;
    let mut check = env.world.command(&env.program);
    check.args(["check", ACME]);
    let refused = check
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(
        said.contains(&words("problem.no-session-bus.what")),
        "{said}"
    );
    let listed = env.keyrack(&["list", "--json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["status"], "active");
    assert!(listed[0]["problem"].is_null());
}
