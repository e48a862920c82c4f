//! The program `notion-sandbox`: what it prints when it listens, how it ends, and wrong usage.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running program, killed when its test ends.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sandbox() -> Command {
    Command::new(env!("CARGO_BIN_EXE_notion-sandbox"))
}

#[tokio::test]
async fn its_first_line_says_where_it_listens_and_for_which_client() {
    let mut started = sandbox();
    let started = started.args(["--port", "0"]).stdout(Stdio::piped());
    let mut started = Started(started.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(started.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    let field = |name: &str| line[name].as_str().expect(name);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = http
        .post(format!("{}/v1/oauth/introspect", field("base_url")))
        .basic_auth(field("client_id"), Some(field("client_secret")))
        .json(&serde_json::json!({ "token": "unknown" }));
    let answer: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["active"], false, "{answer}");
}

#[test]
fn wrong_usage_ends_with_two() {
    for wrong in [
        &[][..],
        &["--port", "far"],
        &["--port", "0", "--redirect-uri", "no address"],
    ] {
        let refused = sandbox().args(wrong).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(refused.stdout.is_empty(), "{wrong:?}");
    }
}
