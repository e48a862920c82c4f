//! Many programs at once: each gets the living token or a true refusal, and tokens are renewed once.

use std::process::{Child, Command, Output, Stdio};

use serde_json::json;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

use super::{id_of, listed, printed, said, token_of};

const TOKEN: &str = "POST /v1/oauth/token";

/// What each of the sixteen is: `token`, `run` or `api`.
fn sixteen(env: &TestEnv, is_fresh: bool) -> Vec<(&'static str, Child)> {
    let ways = ["token", "run", "api", "token"];
    let start = |way: &'static str| {
        let mut command: Command = env.world.command(&env.program);
        let fresh = is_fresh && way != "api";
        command.arg(way).arg(ACME);
        if fresh {
            command.arg("--fresh");
        }
        match way {
            "run" => command.args(["--", "printenv", "NOTION_TOKEN"]),
            "api" => command.arg("/v1/users/me"),
            _ => &mut command,
        };
        let program = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        (way, program.unwrap())
    };
    (0..16).map(|index| start(ways[index % 4])).collect()
}

fn ended(all: Vec<(&'static str, Child)>) -> Vec<(&'static str, Output)> {
    let wait = |(way, program): (_, Child)| (way, program.wait_with_output().unwrap());
    all.into_iter().map(wait).collect()
}

/// Each has worked with the token that the keyring has now.
fn all_worked(env: &TestEnv, ended: &[(&str, Output)]) {
    let token = token_of(env, &id_of(&listed(env)[0]));
    for (way, output) in ended {
        assert!(output.status.success(), "{way}: {}", said(output));
        let shown = printed(output);
        let worked = match *way {
            "api" => shown.contains(ACME),
            _ => shown == format!("{token}\n"),
        };
        assert!(worked, "{way} was handed another token");
    }
}

#[tokio::test]
async fn sixteen_programs_renew_a_dead_token_once() {
    let env = TestEnv::connected_by_command().await;
    let token = token_of(&env, &id_of(&listed(&env)[0]));
    let body = json!({ "token": token }).to_string();
    let dead = env.keyrack(
        &["api", "--as-client", "Mine", "oauth/revoke", "-d", "-"],
        &body,
    );
    assert!(dead.status.success(), "{}", said(&dead));
    let before = env.sandbox.count(TOKEN).await;
    let ended = ended(sixteen(&env, true));
    all_worked(&env, &ended);
    assert_eq!(
        env.sandbox.count(TOKEN).await,
        before + 1,
        "one refresh in all"
    );
}

#[tokio::test]
async fn sixteen_programs_wait_for_a_refresh_that_is_under_way() {
    let env = TestEnv::connected_by_command().await;
    let before = env.sandbox.count(TOKEN).await;
    env.sandbox
        .fault(json!({ "endpoint": "token", "times": 1, "delay_ms": 1500 }))
        .await;
    let mut refresh: Command = env.world.command(&env.program);
    let mut refresh = refresh
        .args(["refresh", ACME])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until_async("the refresh to be under way", async || {
        (env.sandbox.count(TOKEN).await > before).then_some(())
    })
    .await;
    let ended = ended(sixteen(&env, false));
    assert!(refresh.wait().unwrap().success());
    all_worked(&env, &ended);
    assert_eq!(env.sandbox.count(TOKEN).await, before + 1);
}

#[tokio::test]
async fn sixteen_programs_are_truly_refused_what_is_revoked() {
    let env = TestEnv::connected_by_command().await;
    let bot = listed(&env)[0]["bot_id"].as_str().unwrap().to_owned();
    env.sandbox.revoke(&bot).await;
    for (way, output) in ended(sixteen(&env, true)) {
        assert!(!output.status.success(), "{way}");
        assert!(!said(&output).is_empty(), "{way} says why");
        if way != "api" {
            assert_eq!(printed(&output), "", "{way} was handed a dead token");
        }
    }
    assert_ne!(listed(&env)[0]["status"], "active");
}
