//! The program `notion-sandbox`, controlled through its control API.

use std::ops::Deref;

use notion_sandbox::test_client::TestClient;
use serde_json::{Value, json};

use super::process::Program;
use super::programs;
use super::world::World;

/// A running sandbox.
pub struct Sandbox {
    /// The base URL, without a slash at the end.
    pub base_url: String,
    /// The id of the sandbox's client.
    pub client_id: String,
    /// The secret of the sandbox's client.
    pub client_secret: String,
    control: TestClient,
    /// Keeps the program running; dropped with the sandbox.
    _program: Program,
}

impl Sandbox {
    /// Starts the program with these arguments, at a port that is left to the system.
    pub fn start(world: &World, args: &[&str]) -> Self {
        let mut command = world.command(programs::sandbox());
        command.args(["--port", "0"]).args(args);
        let (program, line) = Program::start_and_read_line(world, &command);
        let line: Value = serde_json::from_str(&line).expect("the sandbox's first line is JSON");
        let field = |name: &str| line[name].as_str().expect(name).to_owned();
        Self {
            control: TestClient::new(line["base_url"].as_str().expect("an address")),
            base_url: field("base_url"),
            client_id: field("client_id"),
            client_secret: field("client_secret"),
            _program: program,
        }
    }

    /// Whether a token of the sandbox's client is active, by introspection.
    pub async fn is_active(&self, token: &str) -> bool {
        let asked = self
            .control
            .http()
            .post(format!("{}/v1/oauth/introspect", self.base_url))
            .basic_auth(&self.client_id, Some(&self.client_secret))
            .json(&json!({ "token": token }));
        let answer = asked.send().await.unwrap().json::<Value>().await.unwrap();
        answer["active"].as_bool().expect("a verdict")
    }
}

impl Deref for Sandbox {
    type Target = TestClient;

    fn deref(&self) -> &TestClient {
        &self.control
    }
}
