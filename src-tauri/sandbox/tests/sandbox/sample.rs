//! The sample workspace: read and written with a bearer token, in Notion's shapes.

mod reading;
mod stream;
mod uploads;
mod writing;

use crate::common::{TestServer, answer};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A sandbox with an access token for one of its workspaces.
struct Api {
    server: TestServer,
    token: String,
}

impl Api {
    async fn start() -> Self {
        let server = TestServer::controlled().await;
        let token = token(&server.connect().await);
        Self { server, token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.server.http.request(method, self.server.url(path));
        let request = request.header("notion-version", "2026-03-11");
        request.bearer_auth(&self.token)
    }

    /// Sends a request that must succeed.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.try_to(method, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    async fn try_to(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = self.request(method, path);
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Value {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// The id of the one page or data source with a title.
    async fn find(&self, title: &str, object: &str) -> String {
        let filter = json!({ "property": "object", "value": object });
        let body = json!({ "query": title, "filter": filter });
        let found = self.post("/v1/search", body).await;
        assert_eq!(found["results"].as_array().unwrap().len(), 1, "{title}");
        id(&found["results"][0])
    }

    async fn tasks(&self) -> String {
        self.find("tasks of", "data_source").await
    }

    async fn query(&self, body: Value) -> Value {
        let path = format!("/v1/data_sources/{}/query", self.tasks().await);
        self.post(&path, body).await
    }
}

fn token(tokens: &Value) -> String {
    tokens["access_token"].as_str().unwrap().to_owned()
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

fn results(list: &Value) -> &Vec<Value> {
    assert_eq!(list["object"], "list");
    list["results"].as_array().unwrap()
}

fn text(rich: &Value) -> &str {
    rich[0]["plain_text"].as_str().unwrap()
}

fn title(row: &Value) -> &str {
    text(&row["properties"]["Name"]["title"])
}
