//! A client of a running sandbox, for tests: it uses the control API and answers the consent page.

#![allow(
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says so by panicking"
)]

use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};

/// A client of a running sandbox, for tests. A refusal panics, except where a method says otherwise.
#[derive(Debug, Clone)]
pub struct TestClient {
    base_url: String,
    http: Client,
}

impl TestClient {
    /// Makes a client of the sandbox at `base_url`, which has no slash at its end.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            base_url: base_url.to_owned(),
            http: http.build().expect("an HTTP client"),
        }
    }

    /// The HTTP client in use, which follows no redirect.
    #[must_use]
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// Every request that the sandbox has recorded, oldest first, with secrets as hashes.
    pub async fn requests(&self) -> Vec<Value> {
        let answer = self.http.get(self.url("/requests")).send().await;
        let answer = answer.expect("an answer").error_for_status();
        let requests = answer.expect("the requests").json().await;
        requests.expect("a list")
    }

    /// The number of recorded requests with a method and path, such as `POST /v1/oauth/token`.
    pub async fn count(&self, request: &str) -> usize {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let requests = self.requests().await;
        let same = |it: &&Value| it["method"] == method && it["path"] == path;
        requests.iter().filter(same).count()
    }

    /// Makes the next requests to an endpoint fail as the fault says: `endpoint`, `times` and
    /// `status`, `headers`, `body`, `delay_ms` or `cut`.
    pub async fn fault(&self, fault: Value) {
        self.ask("/faults", fault).await;
    }

    /// Removes all faults.
    pub async fn clear_faults(&self) {
        let cleared = self.http.delete(self.url("/faults")).send().await;
        let cleared = cleared.expect("an answer").error_for_status();
        cleared.expect("no fault to come");
    }

    /// Changes modes: how the sandbox behaves where Notion's documentation is silent. Returns all of
    /// them as they are afterwards.
    pub async fn modes(&self, changes: Value) -> Value {
        self.ask("/modes", changes).await
    }

    /// The files that were sent, with the length and hash of each part.
    pub async fn uploads(&self) -> Vec<Value> {
        let answer = self.http.get(self.url("/uploads")).send().await;
        let answer = answer.expect("an answer").error_for_status();
        let uploads = answer.expect("the uploads").json().await;
        uploads.expect("a list")
    }

    /// Ends every token of a bot, as its owner can in Notion. Returns the number of pairs ended.
    pub async fn revoke(&self, bot_id: &str) -> u64 {
        let ended = self.ask("/revoke", json!({ "bot_id": bot_id })).await;
        ended["pairs"].as_u64().expect("a number")
    }

    /// Renews the first client's secret, as in Notion's portal, and returns it; the old one ends.
    pub async fn renew_secret(&self) -> String {
        text(&self.ask("/secret", json!({})).await, "client_secret")
    }

    /// Adds a workspace to choose from and returns its id.
    pub async fn add_workspace(&self, name: &str, owner: &str) -> String {
        let workspace = json!({ "name": name, "owner": owner });
        text(&self.ask("/workspaces", workspace).await, "workspace_id")
    }

    /// Registers another client; returns its id and its secret.
    pub async fn add_client(&self) -> (String, String) {
        let added = self.ask("/clients", json!({})).await;
        (text(&added, "client_id"), text(&added, "client_secret"))
    }

    /// Makes tokens in a workspace without a consent: a client's pair, or an internal connection's single
    /// token. Returns `bot_id`, `access_token` and `refresh_token`.
    pub async fn make_tokens(&self, workspace: &str, client: Option<&str>) -> Value {
        let tokens = json!({ "workspace_id": workspace, "client_id": client });
        self.ask("/tokens", tokens).await
    }

    /// Posts to the control API; the reply may be a refusal.
    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let asked = self.http.post(self.url(path)).json(&body).send().await;
        let answer = asked.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    /// Opens an authorization URL at a sandbox with automatic approval, and returns the callback.
    pub async fn callback(&self, link: &str) -> String {
        let answer = self.http.get(link).send().await.expect("an answer");
        location(&answer)
    }

    /// Opens an authorization URL, allows access to a workspace, by its id, on the consent page, and
    /// returns the callback.
    pub async fn allow(&self, link: &str, workspace: &str) -> String {
        let page = self.http.get(link).send().await.expect("an answer");
        let page = page.text().await.expect("a page");
        let (_, token) = page
            .split_once("name=\"form_token\" value=\"")
            .expect("a form");
        let (token, _) = token.split_once('"').expect("its token");
        let (authorize, _) = link.split_once('?').expect("a query");
        let form = format!("form_token={token}&workspace={workspace}&answer=allow");
        let answer = self
            .http
            .post(authorize)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        location(&answer.send().await.expect("an answer"))
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    fn url(&self, path: &str) -> String {
        format!("{}/_sandbox{path}", self.base_url)
    }
}

fn text(answer: &Value, field: &str) -> String {
    answer[field].as_str().expect(field).to_owned()
}

fn location(answer: &reqwest::Response) -> String {
    let location = answer.headers().get("location").expect("a redirect");
    location.to_str().expect("ASCII").to_owned()
}
