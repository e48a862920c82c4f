//! Programs that others wrote, unchanged: Notion's SDK, its MCP server and its command line, and the SDK
//! for Python, do real work against the sandbox, with a token and with a lease.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::test_env::TestEnv;

use super::{BETA, ended_all, hand_outs, said, two};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");

/// What runs a peer: Node.js, or the Python of the environment that `scripts/peers` makes.
fn interpreter(peer: &str) -> PathBuf {
    if Path::new(peer).extension().is_some_and(|end| end == "py") {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers-venv/bin/python")
    } else {
        PathBuf::from("node")
    }
}

/// Runs a peer under `keyrack run` with these options, and returns the line of JSON that it prints.
fn work(env: &TestEnv, options: &[&str], peer: &str) -> Value {
    let mut command: Command = env.world.command(&env.program);
    command.arg("run").args(options).arg("--");
    command.arg(interpreter(peer)).arg(peer).current_dir(FOLDER);
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{peer} {options:?} (run scripts/peers once): {shown}{}",
        said(&output)
    );
    serde_json::from_str(shown.trim()).unwrap()
}

/// Lets a peer work for two workspaces, with tokens and with leases: it finds in each what is there.
async fn works(peer: &str) {
    let (env, ..) = two().await;
    let mut said = Vec::new();
    for name in ["Acme Research Two", BETA] {
        for way in [&[][..], &["--proxy"]] {
            let options = [&[name, "--env-url", "BASE_URL"], way].concat();
            let worked = work(&env, &options, peer);
            assert_eq!(worked["workspace_name"], name, "{worked}");
            assert!(worked["found"].as_u64() != Some(0), "{worked}");
            said.push(worked);
        }
    }
    assert_eq!(said[0]["bot_id"], said[1]["bot_id"]);
    assert_ne!(said[0]["bot_id"], said[2]["bot_id"]);
    ended_all(&env);
    let leases = hand_outs(&env);
    let requests = |row: &Value| row["lease"]["requests"].as_u64();
    let used = leases.iter().filter_map(requests);
    assert!(used.clone().all(|count| count > 1), "{leases:?}");
    assert_eq!(used.count(), 2);
}

#[tokio::test]
async fn notions_sdk_works() {
    works("sdk-work.js").await;
}

#[tokio::test]
async fn the_sdk_for_python_works() {
    works("notion_client_work.py").await;
}

#[tokio::test]
async fn notions_mcp_server_works() {
    works("mcp-work.js").await;
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn notions_command_line_works() {
    works("ntn-work.js").await;
}
