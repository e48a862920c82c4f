//! Two processes at work on one connection: one waits for the other, with a word and not for ever.

use std::collections::BTreeSet;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use support::cli;
use support::process::signal;
use support::programs;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::words::words;

fn refresh(env: &TestEnv) -> Child {
    let mut command = env.world.command(programs::keyrack());
    command.args(["refresh", ACME]).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(env.world.open_log());
    command.spawn().unwrap()
}

/// Waits until more token requests than `before` have reached the sandbox.
async fn is_sent(env: &TestEnv, before: usize) {
    until_async("a token request", async || {
        (env.exchanges().await > before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stopped_process_holds_another_up_for_a_while_and_with_a_word() {
    let env = TestEnv::connected_by_command().await;
    let slow = serde_json::json!({"endpoint": "token", "times": 1, "delay_ms": 1_000});
    env.sandbox.fault(slow).await;
    let before = env.exchanges().await;
    let mut stopped = refresh(&env);
    is_sent(&env, before).await;
    signal("STOP", &stopped.id().to_string());

    let Output { status, stderr, .. } = env.keyrack(&["revoke", ACME], "");
    let said = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(5), "{said}");
    for key in ["waits.what", "problem.busy-elsewhere.what"] {
        assert!(said.contains(&words(key)), "{said}");
    }
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);

    // Notion's answer came while it was stopped, and counts.
    signal("CONT", &stopped.id().to_string());
    assert!(stopped.wait().unwrap().success());
    assert_eq!(env.exchanges().await, before + 1, "sent once");
    assert!(env.keyrack(&["revoke", ACME], "").status.success());
}

/// Longer than anything waits for a reply.
const A_LONG_STOP: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_reply_that_came_while_the_process_was_stopped_counts() {
    let env = TestEnv::connected_by_command().await;
    let slow = serde_json::json!({"endpoint": "token", "times": 2, "delay_ms": 1_000});
    env.sandbox.fault(slow).await;
    let before = env.exchanges().await;
    let mut refreshing = refresh(&env);
    is_sent(&env, before).await;
    signal("STOP", &refreshing.id().to_string());
    let mut connecting = cli::begin(&env).expect("a link");
    let callback = env.callback(&connecting.link).await;
    connecting.type_line(&callback);
    is_sent(&env, before + 1).await;
    signal("STOP", &connecting.id().to_string());

    tokio::time::sleep(A_LONG_STOP).await;
    signal("CONT", &refreshing.id().to_string());
    assert!(refreshing.wait().unwrap().success());
    signal("CONT", &connecting.id().to_string());
    assert!(connecting.end().success());
    assert_eq!(env.exchanges().await, before + 2, "each sent once");
    assert!(env.keyrack(&["check", ACME], "").status.success());
}

#[tokio::test]
async fn refreshes_of_four_processes_come_one_after_the_other() {
    let env = TestEnv::connected_by_command().await;
    let racers: Vec<_> = (0..4).map(|_| refresh(&env)).collect();
    for mut racer in racers {
        assert!(racer.wait().unwrap().success());
    }
    let requests = env.sandbox.requests().await;
    let sent: Vec<_> = requests
        .iter()
        .filter_map(|request| request["body"]["refresh_token"].as_str())
        .collect();
    let different: BTreeSet<_> = sent.iter().collect();
    assert_eq!((sent.len(), different.len()), (4, 4), "each token once");
    assert!(env.keyrack(&["check", ACME], "").status.success());
}
