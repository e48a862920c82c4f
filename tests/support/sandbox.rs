//! The program `notion-sandbox` and its control API: what Notion saw, and what it shall do next.

use serde_json::{Value, json};

use super::process::Program;
use super::programs;
use super::world::World;

/// A running sandbox.
pub struct Sandbox {
    /// Where it listens, without a slash at the end.
    pub base_url: String,
    /// Its client's id.
    pub client_id: String,
    /// Its client's secret.
    pub client_secret: String,
    program: Program,
    http: reqwest::Client,
}

impl Sandbox {
    /// Starts the program with these arguments besides `--port`, which is left to the system
    /// unless it is among them.
    pub fn start(world: &World, args: &[&str]) -> Self {
        let mut command = world.command(programs::sandbox());
        command.args(args);
        if !args.contains(&"--port") {
            command.args(["--port", "0"]);
        }
        let (program, line) = Program::start_and_read_line(world, &command);
        let line: Value = serde_json::from_str(&line).expect("the sandbox's first line is JSON");
        let field = |name: &str| line[name].as_str().expect(name).to_owned();
        Self {
            base_url: field("base_url"),
            client_id: field("client_id"),
            client_secret: field("client_secret"),
            program,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// The port it listens on, for starting it again at the same address.
    pub fn port(&self) -> &str {
        self.base_url.rsplit(':').next().unwrap()
    }

    /// Ends it; its database stays.
    pub fn stop(self) {
        self.program.end();
    }

    /// Every request so far, oldest first, with secrets as hashes.
    pub async fn requests(&self) -> Vec<Value> {
        let url = self.control("requests");
        let answer = self
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        answer.json().await.unwrap()
    }

    /// How many requests came with this method and path, such as `POST /v1/oauth/token`.
    pub async fn count(&self, request: &str) -> usize {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let requests = self.requests().await;
        requests
            .iter()
            .filter(|it| it["method"] == method && it["path"] == path)
            .count()
    }

    /// Whether a token of its client works, by introspection.
    pub async fn is_active(&self, token: &str) -> bool {
        let asked = self
            .http
            .post(format!("{}/v1/oauth/introspect", self.base_url))
            .basic_auth(&self.client_id, Some(&self.client_secret))
            .json(&json!({ "token": token }));
        let answer = asked.send().await.unwrap().json::<Value>().await.unwrap();
        answer["active"].as_bool().expect("a verdict")
    }

    /// Makes the next requests to an endpoint fail as the fault says: `endpoint`, `times` and
    /// `status`, `headers`, `body`, `delay_ms` or `cut`.
    pub async fn fault(&self, fault: Value) {
        self.post("faults", fault).await;
    }

    /// Leaves no fault to come.
    pub async fn clear_faults(&self) {
        let cleared = self.http.delete(self.control("faults")).send().await;
        cleared.unwrap().error_for_status().unwrap();
    }

    /// Sets one of the sandbox's modes.
    pub async fn mode(&self, name: &str, value: Value) {
        self.post("modes", json!({ name: value })).await;
    }

    /// Revokes a connection behind Keyrack's back, as its owner can at Notion.
    pub async fn revoke(&self, bot_id: &str) {
        self.post("revoke", json!({ "bot_id": bot_id })).await;
    }

    /// Renews its client's secret, as one can in Notion's portal; the old one ends.
    pub async fn renew_secret(&self) -> String {
        let answer = self.post("secret", json!({})).await;
        text(&answer, "client_secret")
    }

    /// Adds a workspace to choose from and returns its id.
    pub async fn add_workspace(&self, name: &str, owner: &str) -> String {
        let answer = self
            .post("workspaces", json!({ "name": name, "owner": owner }))
            .await;
        text(&answer, "workspace_id")
    }

    /// Registers one more client; returns its id and secret.
    pub async fn another_client(&self) -> (String, String) {
        let answer = self.post("clients", json!({})).await;
        (text(&answer, "client_id"), text(&answer, "client_secret"))
    }

    async fn post(&self, act: &str, body: Value) -> Value {
        let answer = self
            .http
            .post(self.control(act))
            .json(&body)
            .send()
            .await
            .unwrap();
        let answer = answer.error_for_status().unwrap().bytes().await.unwrap();
        // Some acts answer nothing.
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    fn control(&self, act: &str) -> String {
        format!("{}/_sandbox/{act}", self.base_url)
    }
}

/// A field of an answer.
fn text(answer: &Value, field: &str) -> String {
    answer[field].as_str().expect(field).to_owned()
}
