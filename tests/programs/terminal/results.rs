//! Results that go elsewhere than to a person, or nowhere.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::cli;
use support::rows;
use support::test_env::{ACME, TestEnv};
use support::words::words;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command whose standard output takes nothing.
fn into_the_full(env: &TestEnv, arguments: &[&str]) -> Output {
    let mut command = env.world.command(&env.program);
    let full = File::options().write(true).open("/dev/full").unwrap();
    command.args(arguments).stdin(Stdio::null()).stdout(full);
    command.stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[tokio::test]
async fn a_result_that_cannot_be_written_is_a_failure() {
    let env = TestEnv::connected_by_command().await;
    let what = words("problem.not-printed.what");
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["client", "list"],
        &["client", "edit", "Mine", "--budget", "higher"],
        &["check", ACME],
        &["check", "--all"],
        &["refresh", ACME],
        &["refresh", "--all"],
        &["watch", "--once", "--every", "daily"],
        &["rebuild"],
        &["connect", "--no-browser"],
        &["revoke", ACME],
        &["receipts"],
    ] {
        let output = into_the_full(&env, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            said(&output).contains(&what),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    assert!(cli::connect(&env).await.success());
    for arguments in [
        &["forget", ACME][..],
        &["--version"],
        &["--help"],
        &["client", "--help"],
    ] {
        let output = into_the_full(&env, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
    let listed = env.keyrack(&["list", "--json"], "");
    assert_eq!(listed.stdout, b"[]\n", "what was asked for was done");
}

#[tokio::test]
async fn a_reader_that_has_read_enough_is_no_failure_and_no_words() {
    let env = TestEnv::connected_by_command().await;
    // More than a pipe holds.
    rows::grow(&env, 2_000);
    for arguments in [&["list"][..], &["list", "--json"], &["--help"]] {
        let mut command = env.world.command(&env.program);
        command.args(arguments).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        drop(lines);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(said(&output), "", "{arguments:?}");
    }
}

#[tokio::test]
async fn a_connect_in_json_is_one_document_with_its_address_beside_it() {
    let env = TestEnv::with_client();
    let mut command = env.world.command(&env.program);
    command.args(["--json", "connect", "--no-browser"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let beside = said.find_map(|line| serde_json::from_str::<Value>(&line.unwrap()).ok());
    let beside = beside.expect("a line of JSON");
    let link = beside["authorization_url"].as_str().expect("an address");
    let callback = env.callback(link).await;
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{callback}").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["progress"]["workspace_name"], ACME, "{document}");
}

#[tokio::test]
async fn a_word_is_said_of_what_takes_long_and_only_of_that() {
    let env = TestEnv::connected_by_command().await;
    let quick = env.keyrack(&["check", ACME], "");
    assert_eq!(String::from_utf8_lossy(&quick.stderr), "");
    let slow = json!({"endpoint": "introspect", "times": 1, "delay_ms": 12_000});
    env.sandbox.fault(slow).await;
    let checked = env.keyrack(&["check", ACME], "");
    assert!(checked.status.success());
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(said.contains(&words("command.slow")), "{said}");
}

#[test]
fn wrong_usage_in_json_is_one_line() {
    let env = TestEnv::new();
    let wrong = env.keyrack(&["check", "--json", "--every"], "");
    assert_eq!(wrong.status.code(), Some(2));
    let line: Value = serde_json::from_slice(&wrong.stderr).expect("one document");
    assert_eq!(line["error"]["code"], "wrong-usage");
    assert!(
        line["error"]["message"]
            .as_str()
            .unwrap()
            .contains("--every")
    );
}

#[test]
fn a_failure_in_json_is_one_line_beside_an_empty_result() {
    let env = TestEnv::new();
    let failed = env.keyrack(&["--json", "check", "Nowhere"], "");
    assert_eq!(failed.status.code(), Some(3));
    assert_eq!(failed.stdout, b"");
    let line: Value = serde_json::from_slice(&failed.stderr).expect("one document");
    assert_eq!(line["error"]["code"], "no-such-connection");
    assert_eq!(line["error"]["name"], "Nowhere");
    let message = line["error"]["message"].as_str().expect("words");
    assert!(message.contains("called “Nowhere”"), "{message}");
    assert_eq!(said(&failed).lines().count(), 1);
}
