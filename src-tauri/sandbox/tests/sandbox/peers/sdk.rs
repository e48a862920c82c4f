//! Notion's own SDK for JavaScript, run by Node.js from `tests/peers`.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers");

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
    install();
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

/// Installs the packages of the lock file unless they are installed. Tests are processes of their
/// own, so only a lock between processes keeps them from doing this twice at once.
fn install() {
    let folder = Path::new(FOLDER);
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers.lock")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read(folder.join("package-lock.json")).unwrap();
    let marker = folder.join("node_modules/.installed-lock.json");
    if fs::read(&marker).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .status()
        .expect("npm starts: the tests need Node.js with npm in PATH");
    assert!(npm.success(), "npm ci failed in tests/peers");
    fs::write(marker, wanted).unwrap();
}
