//! Signals that ask a program to end while tokens are on their way: nothing is orphaned.

use std::process::Stdio;

use serde_json::{Value, json};
use support::cli;
use support::links;
use support::process::signal;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};

/// What Ctrl-C, a service's stop or a logout, and a terminal that is closed send.
const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];

/// Has Notion take its time over the next exchange.
async fn slow_exchange(env: &TestEnv) {
    let slow = json!({"endpoint": "token", "times": 1, "delay_ms": 1_500});
    env.sandbox.fault(slow).await;
}

/// Waits until an exchange more than `before` has reached Notion.
async fn is_exchanging(env: &TestEnv, before: usize) {
    until_async("an exchange", async || {
        (env.exchanges().await > before).then_some(())
    })
    .await;
}

/// The access tokens in the keyring.
fn kept(env: &TestEnv) -> Vec<String> {
    let payloads = secrets::entries(&env.world)
        .into_iter()
        .filter_map(|entry| serde_json::from_str::<Value>(&entry.secret?).ok());
    payloads
        .filter_map(|payload| payload["access"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_connect_ends_the_token_that_it_is_given_and_nothing_is_left() {
    for name in SIGNALS {
        let env = TestEnv::with_client();
        slow_exchange(&env).await;
        let mut connecting = cli::begin(&env).expect("a link");
        let callback = env.callback(&connecting.link).await;
        connecting.type_line(&callback);
        is_exchanging(&env, 0).await;
        signal(name, &connecting.id().to_string());
        assert_eq!(connecting.end().code(), Some(1), "{name}");
        assert!(
            env.sandbox.count("POST /v1/oauth/revoke").await > 0,
            "{name}"
        );
        assert!(kept(&env).is_empty(), "{name}");
        let next = env.keyrack(&["list", "--json"], "");
        assert_eq!(
            (next.stdout.as_slice(), next.stderr.as_slice()),
            (&b"[]\n"[..], &b""[..]),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_refresh_keeps_the_tokens_that_it_is_given() {
    for name in SIGNALS {
        let env = TestEnv::connected_by_command().await;
        let before = kept(&env);
        slow_exchange(&env).await;
        let mut refresh = env.world.command(&env.program);
        refresh.args(["refresh", ACME]).stdin(Stdio::null());
        refresh.stdout(Stdio::piped()).stderr(Stdio::piped());
        let refreshing = refresh.spawn().unwrap();
        is_exchanging(&env, 1).await;
        signal(name, &refreshing.id().to_string());
        let ended = refreshing.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{name}");
        let now = kept(&env);
        assert!(now.len() == 1 && now != before, "{name}");
        assert!(env.sandbox.is_active(&now[0]).await, "{name}");
        assert!(env.keyrack(&["check", ACME], "").status.success(), "{name}");
        assert_eq!(env.exchanges().await, 2, "{name}");
    }
}

#[tokio::test]
async fn a_window_keeps_the_tokens_that_it_is_given() {
    for name in SIGNALS {
        let (mut env, window) = TestEnv::opened().await;
        slow_exchange(&env).await;
        let link = env.begin(&window).await;
        links::open(&env.world, &env.callback(&link).await);
        is_exchanging(&env, 0).await;
        let process = env.window_process();
        signal(name, &process);
        until("its end", || {
            env.world
                .process_of(&programs::desktop())
                .is_none()
                .then_some(())
        });
        let now = kept(&env);
        assert!(
            now.len() == 1 && env.sandbox.is_active(&now[0]).await,
            "{name}"
        );
        let listed = env.keyrack(&["list", "--json"], "");
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(listed[0]["workspace_name"], ACME, "{name}");
        assert_eq!(env.exchanges().await, 1, "{name}");
        window.close().await;
    }
}
