//! A sandbox with a client that speaks to it over real HTTP, following no redirect.

use std::path::PathBuf;

use notion_sandbox::{APP_LINK, Options, Sandbox, test_client::TestClient};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub struct TestServer {
    pub sandbox: Sandbox,
    pub control: TestClient,
    pub http: reqwest::Client,
}

impl TestServer {
    pub async fn start(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let control = TestClient::new(sandbox.base_url());
        Self {
            http: control.http().clone(),
            sandbox,
            control,
        }
    }

    /// Starts a sandbox as the program does: in memory, with the control API.
    pub async fn controlled() -> Self {
        Self::start(Options {
            control: true,
            ..Options::default()
        })
        .await
    }

    pub async fn with_db(db: PathBuf) -> Self {
        Self::start(Options {
            db: Some(db),
            control: true,
            ..Options::default()
        })
        .await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    pub async fn authorize(&self, client_id: &str, redirect_uri: &str) -> Response {
        self.http
            .get(self.url("/v1/oauth/authorize"))
            .query(&[
                ("client_id", client_id),
                ("redirect_uri", redirect_uri),
                ("response_type", "code"),
                ("owner", "user"),
                ("state", "a state & more"),
            ])
            .send()
            .await
            .unwrap()
    }

    /// The consent page of the sandbox's own client.
    pub async fn page(&self) -> String {
        let response = self.authorize(self.sandbox.client_id(), APP_LINK).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.text().await.unwrap()
    }

    pub async fn submit(&self, form_token: &str, workspace: &str, answer: &str) -> Response {
        let form = format!("form_token={form_token}&workspace={workspace}&answer={answer}");
        self.http
            .post(self.url("/v1/oauth/authorize"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap()
    }

    /// A code for the first workspace, through the consent page.
    pub async fn code(&self) -> String {
        let client_id = self.sandbox.client_id().to_owned();
        self.code_for(&client_id).await
    }

    pub async fn code_for(&self, client_id: &str) -> String {
        let page = self.authorize(client_id, APP_LINK).await;
        let page = page.text().await.unwrap();
        let allowed = self
            .submit(&form_token(&page), &first_workspace(&page), "allow")
            .await;
        query_value(&location(&allowed), "code").unwrap()
    }

    /// Sends a POST with the sandbox's own client credentials.
    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let id = self.sandbox.client_id();
        let secret = self.sandbox.client_secret();
        self.post_as(id, secret, path, body).await
    }

    pub async fn post_as(
        &self,
        id: &str,
        secret: &str,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = self.http.post(self.url(path)).basic_auth(id, Some(secret));
        answer(request.json(&body)).await
    }

    pub async fn exchange(&self, code: &str) -> (StatusCode, Value) {
        self.post("/v1/oauth/token", exchange_body(code)).await
    }

    /// A token reply for the first workspace.
    pub async fn connect(&self) -> Value {
        let (status, tokens) = self.exchange(&self.code().await).await;
        assert_eq!(status, StatusCode::OK);
        tokens
    }

    pub async fn refresh(&self, refresh_token: &Value) -> (StatusCode, Value) {
        let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token });
        self.post("/v1/oauth/token", body).await
    }

    pub async fn introspect(&self, token: &Value) -> (StatusCode, Value) {
        self.post("/v1/oauth/introspect", json!({ "token": token }))
            .await
    }

    pub async fn is_active(&self, token: &Value) -> bool {
        let (status, answer) = self.introspect(token).await;
        assert_eq!(status, StatusCode::OK);
        answer["active"].as_bool().unwrap()
    }

    pub async fn revoke(&self, token: &Value) -> (StatusCode, Value) {
        self.post("/v1/oauth/revoke", json!({ "token": token }))
            .await
    }

    pub async fn me(&self, token: &Value) -> (StatusCode, Value) {
        let request = self.http.get(self.url("/v1/users/me"));
        answer(request.bearer_auth(token.as_str().unwrap())).await
    }
}

pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

pub fn exchange_body(code: &str) -> Value {
    json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": APP_LINK })
}

pub fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

pub fn query_value(uri: &str, name: &str) -> Option<String> {
    let uri = Url::parse(uri).unwrap();
    uri.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

pub fn form_token(page: &str) -> String {
    between(page, "name=\"form_token\" value=\"", "\"")
}

pub fn first_workspace(page: &str) -> String {
    between(page, "<option value=\"", "\"")
}

pub fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0.to_owned()
}

/// A hash as the record writes it.
pub fn hashed(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    digest.iter().fold("sha256:".to_owned(), |text, byte| {
        format!("{text}{byte:02x}")
    })
}
