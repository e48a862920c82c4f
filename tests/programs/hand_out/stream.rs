//! Streams through a lease: events as they come, files however long, and their end with the lease's.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::test_env::{ACME, TestEnv};

use super::run::running;
use super::{ended_all, printed, serving};

/// A request by curl under a lease, which gives its body out as it comes.
fn curl(env: &TestEnv, lease: &Value, path: &str) -> Command {
    let mut curl = env.world.command("curl");
    let token = lease["token"].as_str().unwrap();
    curl.args(["-sS", "-N", "-H"])
        .arg(format!("Authorization: Bearer {token}"))
        .arg(format!("{}{path}", lease["base_url"].as_str().unwrap()));
    curl
}

/// A program under a lease that reads a stream of events, which does not end by itself, at its first one.
async fn reading(env: &TestEnv) -> (Child, impl Iterator<Item = String>) {
    let modes = json!({ "stream_events": 1_000_000, "stream_gap_ms": 50 });
    env.sandbox.modes(modes).await;
    let script = "exec curl -sS -N -H \"Authorization: Bearer $NOTION_TOKEN\" \
        -H 'Content-Type: application/json' -d '{\"message\":\"go\"}' \"$NOTION_BASE_URL/v1/sessions\"";
    let mut program = running(env, &["--proxy"], script);
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    assert!(
        first.starts_with("event:") || first.starts_with("data:"),
        "{first}"
    );
    (program, lines)
}

#[tokio::test]
async fn events_come_through_one_by_one_and_the_stream_is_cut_with_the_access() {
    for end in [
        &["revoke", ACME][..],
        &["forget", ACME],
        &["hand-out", ACME, "never"],
        &["leases", "end", "--all"],
    ] {
        let env = TestEnv::connected_by_command().await;
        let (mut program, events) = reading(&env).await;
        assert!(env.keyrack(end, "").status.success(), "{end:?}");
        // The program that holds the lease lives as long as the one that reads: nothing else ends it.
        assert!(events.count() < 1_000_000);
        let code = program.wait().unwrap().code();
        assert_eq!(
            code,
            Some(18),
            "{end:?}: curl sees that it is not the whole"
        );
        ended_all(&env);
    }
}

/// The most memory that a process has had, in KiB.
fn most_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.unwrap().trim().trim_end_matches(" kB");
    most.parse().unwrap()
}

#[tokio::test]
async fn a_file_of_a_hundred_mebibytes_passes_and_is_not_kept() {
    const LENGTH: u64 = 100 << 20;
    let env = TestEnv::connected_by_command().await;
    let (program, lease) = serving(&env, &[]);
    let create = json!({ "filename": "long.bin", "content_type": "application/octet-stream" });
    let mut created = curl(&env, &lease, "/v1/file_uploads");
    created
        .args(["-H", "Content-Type: application/json", "-d"])
        .arg(create.to_string());
    let created: Value = serde_json::from_str(&printed(&created.output().unwrap())).unwrap();
    let id = created["id"].as_str().unwrap();
    let before = most_memory(program.id());

    let file = env.world.path("long.bin");
    fs::File::create(&file).unwrap().set_len(LENGTH).unwrap();
    let mut sent = curl(&env, &lease, &format!("/v1/file_uploads/{id}/send"));
    sent.arg("-F").arg(format!("file=@{}", file.display()));
    let sent: Value = serde_json::from_str(&printed(&sent.output().unwrap())).unwrap();
    assert_eq!(sent["content_length"], LENGTH, "{sent}");
    let grown = most_memory(program.id()) - before;
    assert!(grown < 8 << 10, "{grown} KiB for {LENGTH} bytes");
}
