//! The keys in use, compared with what people use in their place: `token` with `secret-tool`, `api` with
//! `curl`, and a request through a lease with one past it. They take turns.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::process::Program;
use support::secrets;
use support::test_env::{ACME, TestEnv};

use crate::figures::{median, quantile, record};

/// How often each program is started.
const STARTS: usize = 41;

/// How many requests go each way.
const REQUESTS: usize = 2000;

/// How long a program runs, in milliseconds.
fn took(command: &mut Command) -> f64 {
    let began = Instant::now();
    let output = command.output().unwrap();
    let took = began.elapsed();
    assert!(output.status.success(), "{command:?}");
    assert!(!output.stdout.is_empty(), "{command:?}");
    took.as_secs_f64() * 1_000.0
}

/// Runs two programs in turns, and prints the medians and the ratio.
fn compare(names: [&str; 2], mut ours: Command, mut theirs: Command) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        our_times.push(took(&mut ours));
        their_times.push(took(&mut theirs));
    }
    let [ours, theirs] = [&our_times, &their_times].map(|times| median(times));
    let ratio = ours / theirs;
    let [our_name, their_name] = names;
    record(&format!("{our_name}_ms"), ours);
    record(&format!("{their_name}_ms"), theirs);
    record(&format!("{our_name}_ratio"), ratio);
    println!("{our_name}: {ours:.1} ms, {their_name}: {theirs:.1} ms ({ratio:.2} x)");
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn a_token_beside_secret_tool_and_a_request_beside_curl() {
    let env = TestEnv::connected_by_command().await;
    let entries = secrets::entries(&env.world);
    let listed = env.keyrack(&["list", "--json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    let entry = entries.iter().find(|entry| entry.user() == id).unwrap();
    let payload: Value = serde_json::from_str(entry.secret.as_ref().unwrap()).unwrap();
    let token = payload["access"].as_str().unwrap().to_owned();

    let mut keyrack = env.world.command(&env.program);
    keyrack.arg("token");
    let mut secret_tool = env.world.command("secret-tool");
    secret_tool.args(["lookup", "username", &id]);
    compare(["token", "secret_tool"], keyrack, secret_tool);

    let mut keyrack = env.world.command(&env.program);
    keyrack.args(["api", ACME, "/v1/users/me"]);
    let mut curl = env.world.command("curl");
    curl.args(["-sS", "-H", &format!("Authorization: Bearer {token}")]);
    curl.arg(format!("{}/v1/users/me", env.sandbox.base_url));
    compare(["api", "curl"], keyrack, curl);
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn a_request_through_a_lease_beside_one_past_it() {
    let env = TestEnv::connected_by_command().await;
    let mut command: Command = env.world.command(&env.program);
    command.arg("serve");
    let (program, line) = Program::start_and_read_line(&env.world, &command);
    let lease: Value = serde_json::from_str(&line).unwrap();
    let http = reqwest::Client::new();
    let entries = secrets::entries(&env.world);
    let token = entries.iter().find_map(|entry| {
        let payload: Value = serde_json::from_str(entry.secret.as_ref()?).ok()?;
        Some(payload["access"].as_str()?.to_owned())
    });
    let token = token.unwrap();
    let ask = async |base_url: &str, token: &str| {
        let url = format!("{base_url}/v1/users/me");
        let began = Instant::now();
        let answer = http.get(url).bearer_auth(token).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.bytes().await.unwrap();
        began.elapsed().as_secs_f64() * 1_000.0
    };
    let through = (
        lease["base_url"].as_str().unwrap(),
        lease["token"].as_str().unwrap(),
    );
    let (mut by_lease, mut direct) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        by_lease.push(ask(through.0, through.1).await);
        direct.push(ask(&env.sandbox.base_url, &token).await);
    }
    let more = median(&by_lease) - median(&direct);
    record("lease_ms", median(&by_lease));
    record("direct_ms", median(&direct));
    record("lease_more_ms", more);
    println!(
        "Through a lease: {:.2} ms, direct: {:.2} ms, {more:.2} ms more at the median, {:.2} at the 99th",
        median(&by_lease),
        median(&direct),
        quantile(&by_lease, 0.99) - quantile(&direct, 0.99),
    );
    let memory = most_memory(program.id());
    record("lease_memory_mib", memory);
    println!("The program that holds it had at most {memory:.1} MiB (resident)");

    let mut cuts = Vec::new();
    for _ in 0..9 {
        cuts.push(cut(&env, &http).await);
    }
    record("stream_cut_ms", median(&cuts));
    let longest = quantile(&cuts, 1.0);
    record("stream_cut_longest_ms", longest);
    println!(
        "A stream is cut {:.0} ms after its lease was ended, at most {longest:.0}",
        median(&cuts)
    );
}

/// How long a stream goes on after its lease was ended, in milliseconds.
async fn cut(env: &TestEnv, http: &reqwest::Client) -> f64 {
    let mut command: Command = env.world.command(&env.program);
    command.arg("serve");
    let (_program, line) = Program::start_and_read_line(&env.world, &command);
    let lease: Value = serde_json::from_str(&line).unwrap();
    let modes = json!({ "stream_events": 1_000_000, "stream_gap_ms": 10 });
    env.sandbox.modes(modes).await;
    let url = format!("{}/v1/sessions", lease["base_url"].as_str().unwrap());
    let request = http.post(url).bearer_auth(lease["token"].as_str().unwrap());
    let request = request.header("content-type", "application/json");
    let mut stream = request.body(r#"{"message":"go"}"#).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let id = lease["lease"].as_str().unwrap();
    assert!(env.keyrack(&["leases", "end", id], "").status.success());
    let ended = Instant::now();
    while let Ok(Some(_)) = stream.chunk().await {
        assert!(ended.elapsed() < Duration::from_mins(1));
    }
    ended.elapsed().as_secs_f64() * 1_000.0
}

/// The most memory that a process has had, in MiB.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn most_memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.unwrap().trim().trim_end_matches(" kB");
    most.parse::<u64>().unwrap() as f64 / 1024.0
}
