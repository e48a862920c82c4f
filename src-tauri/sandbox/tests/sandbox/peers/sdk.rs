//! Notion's own SDK for JavaScript, run by Node.js from `tests/peers`.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::installed::{FOLDER, check_npm};
use serde_json::Value;

/// Makes calls, each `[name, arguments]`, one after the other; returns `{"result"}` or
/// `{"error":{name,code,status,body,request_id}}` for each.
pub async fn sdk(base_url: &str, calls: Value) -> Vec<Value> {
    let base_url = base_url.to_owned();
    // The sandbox goes on serving on this test's own thread.
    tokio::task::spawn_blocking(move || run(&base_url, &calls))
        .await
        .unwrap()
}

fn run(base_url: &str, calls: &Value) -> Vec<Value> {
    check_npm();
    let mut node = Command::new("node")
        .args(["sdk.js", base_url])
        .current_dir(FOLDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts: the tests need Node.js in PATH");
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(calls.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "the SDK's script failed");
    serde_json::from_slice(&output.stdout).unwrap()
}
