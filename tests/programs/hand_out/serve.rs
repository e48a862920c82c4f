//! `keyrack serve`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;
use support::process::{Program, signal};
use support::test_env::{ACME, TestEnv};
use support::wait::until;

use super::{hand_outs, printed, serving, token_of, two};

/// Asks `users/me` by curl, and returns the body and the status.
fn me(env: &TestEnv, lease: &Value, options: &[&str]) -> (String, String) {
    let mut curl = env.world.command("curl");
    let token = lease["token"].as_str().unwrap();
    let url = format!("{}/v1/users/me", lease["base_url"].as_str().unwrap());
    curl.args(["-sS", "-w", "\n%{http_code}", "-H"])
        .arg(format!("Authorization: Bearer {token}"))
        .args(options)
        .arg(url);
    let shown = printed(&curl.output().unwrap());
    let (body, status) = shown.rsplit_once('\n').unwrap();
    (body.to_owned(), status.to_owned())
}

#[tokio::test]
async fn a_connection_is_lent_until_the_program_is_ended() {
    let env = TestEnv::connected_by_command().await;
    let (program, lease) = serving(&env, &["--read-only"]);
    assert!(lease["ends_at"].as_str().unwrap().ends_with('Z'), "{lease}");
    assert_eq!(lease["workspace_name"], ACME);
    let token = token_of(&env, lease["connection"].as_str().unwrap());
    assert_ne!(lease["token"], token);
    let (body, status) = me(&env, &lease, &[]);
    assert_eq!(status, "200", "{body}");
    let (body, status) = me(&env, &lease, &["-X", "DELETE"]);
    assert_eq!(status, "403", "{body}");
    program.end();
    assert_eq!(me(&env, &lease, &[]).1, "000", "nobody answers");
    let rows = hand_outs(&env);
    assert_eq!(rows[0]["way"], "serve");
    assert_eq!(rows[0]["lease"]["requests"], 1);
    assert_eq!(rows[0]["lease"]["refusals"], 1);
}

#[tokio::test]
async fn it_ends_by_itself_when_its_time_is_over_or_its_leases_are_ended() {
    let env = TestEnv::connected_by_command().await;
    let (mut program, _) = serving(&env, &["--for", "1s"]);
    assert_eq!(program.wait(), Some(0));
    let (mut program, lease) = serving(&env, &[]);
    let id = lease["lease"].as_str().unwrap();
    assert!(env.keyrack(&["leases", "end", id], "").status.success());
    assert_eq!(program.wait(), Some(0));
    for wrong in ["0s", "8", "2y", ""] {
        let refused = env.keyrack(&["serve", "--for", wrong], "");
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
    }
}

#[tokio::test]
async fn several_connections_have_an_address_and_a_key_each() {
    let (env, acme, beta) = two().await;
    let mut command: Command = env.world.command(&env.program);
    command.args(["serve", &acme, &beta, "--for", "1s"]);
    let lines = printed(&command.output().unwrap());
    let leases: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(leases.len(), 2);
    assert_eq!(leases[0]["base_url"], leases[1]["base_url"]);
    assert_ne!(leases[0]["token"], leases[1]["token"]);
    let _ = env;
}

#[tokio::test]
async fn at_a_socket_only_the_person_reaches_it() {
    let env = TestEnv::connected_by_command().await;
    let (program, lease) = serving(&env, &["--socket"]);
    let socket = lease["socket"].as_str().unwrap();
    let data = std::fs::metadata(socket).unwrap();
    assert_eq!(data.permissions().mode() & 0o777, 0o600);
    let folder = std::path::Path::new(socket).parent().unwrap();
    assert_eq!(
        std::fs::metadata(folder).unwrap().permissions().mode() & 0o077,
        0
    );
    let (body, status) = me(&env, &lease, &["--unix-socket", socket]);
    assert_eq!(status, "200", "{body}");
    program.end();
    until("the socket to go", || {
        (!std::path::Path::new(socket).exists()).then_some(())
    });

    let path = env.world.path("theirs");
    std::fs::write(&path, "theirs").unwrap();
    let refused = env.keyrack(&["serve", "--socket", path.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs");
}

#[tokio::test]
async fn what_it_was_started_not_to_hear_it_does_not_hear() {
    let env = TestEnv::connected_by_command().await;
    let mut command = env.world.command("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" serve"]);
    command.arg(&env.program);
    let (program, line) = Program::start_and_read_line(&env.world, &command);
    let lease: Value = serde_json::from_str(&line).unwrap();
    let status = format!("/proc/{}/status", program.id());
    let bits = |of: &str| {
        let status = fs::read_to_string(&status).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(of))
            .unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    let (hangup, terminate) = (1, 1 << 14);
    until("it to wait for its end", || {
        (bits("SigCgt:") & terminate != 0).then_some(())
    });
    assert_ne!(bits("SigIgn:") & hangup, 0, "nohup is heeded");
    signal("HUP", &program.id().to_string());
    assert_eq!(me(&env, &lease, &[]).1, "200");
    program.end();
}
