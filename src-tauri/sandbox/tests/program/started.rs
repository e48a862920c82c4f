//! The program, running.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use notion_sandbox::{APP_LINK, test_client::TestClient};
use serde_json::{Value, json};

/// A running program, killed when its test ends, with the line that it printed.
pub struct Started {
    pub child: Child,
    line: Value,
}

impl Started {
    /// A field of the line.
    pub fn field(&self, name: &str) -> String {
        self.line[name].as_str().expect(name).to_owned()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn sandbox() -> Command {
    Command::new(env!("CARGO_BIN_EXE_notion-sandbox"))
}

/// Starts the program on a free port.
pub fn start(more: &[&str]) -> Started {
    let mut command = sandbox();
    let command = command.args(["--port", "0"]).args(more);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let line = serde_json::from_str(&line).unwrap();
    Started { child, line }
}

/// An access token for the first workspace of a program that was started with `--auto-approve`.
pub async fn token(started: &Started) -> String {
    let (base_url, id) = (started.field("base_url"), started.field("client_id"));
    let control = TestClient::new(&base_url);
    let link = format!(
        "{base_url}/v1/oauth/authorize?client_id={id}&response_type=code&redirect_uri={APP_LINK}"
    );
    let callback = control.callback(&link).await;
    let (_, code) = callback.split_once("code=").unwrap();
    let request = control.http().post(format!("{base_url}/v1/oauth/token"));
    let request = request.basic_auth(id, Some(started.field("client_secret")));
    let exchange = json!({
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": APP_LINK,
    });
    let answer = request.json(&exchange).send().await.unwrap();
    let tokens: Value = answer.json().await.unwrap();
    tokens["access_token"].as_str().unwrap().to_owned()
}
