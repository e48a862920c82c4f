//! The consent page and its outcomes.

use crate::common::{TestServer, first_workspace, form_token, location, query_value};
use notion_sandbox::{APP_LINK, Error, Options, Sandbox};
use reqwest::{Method, StatusCode};
use serde_json::json;

const STATE: &str = "a state & more";

#[tokio::test]
async fn allowing_returns_a_code_and_the_state_to_the_app_link() {
    let server = TestServer::controlled().await;
    let page = server.page().await;
    assert!(page.contains("This is not Notion"));
    for id in ["workspace", "allow", "cancel"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "#{id}");
    }

    let allowed = server
        .submit(&form_token(&page), &first_workspace(&page), "allow")
        .await;

    assert_eq!(allowed.status(), StatusCode::SEE_OTHER);
    let callback = location(&allowed);
    assert!(callback.starts_with("app.keyrack:/oauth/callback?code="));
    assert_eq!(query_value(&callback, "state").unwrap(), STATE);
    let code = query_value(&callback, "code").unwrap();
    assert!(uuid::Uuid::parse_str(&code).is_ok());
    let (status, tokens) = server.exchange(&code).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tokens["workspace_id"], json!(first_workspace(&page)));
}

#[tokio::test]
async fn cancelling_returns_access_denied_and_the_state_but_no_code() {
    let server = TestServer::controlled().await;
    let page = server.page().await;

    let cancelled = server
        .submit(&form_token(&page), &first_workspace(&page), "cancel")
        .await;

    let callback = location(&cancelled);
    assert_eq!(query_value(&callback, "error").unwrap(), "access_denied");
    assert_eq!(query_value(&callback, "state").unwrap(), STATE);
    assert_eq!(query_value(&callback, "code"), None);
}

#[tokio::test]
async fn a_redirect_uri_that_differs_in_anything_ends_on_an_error_page() {
    let registered = "http://localhost:4321/oauth/callback?from=notion";
    let server = TestServer::start(Options {
        redirect_uris: vec![registered.to_owned()],
        ..Options::default()
    })
    .await;
    let client_id = server.sandbox.client_id();

    for wrong in [
        "",
        "app.keyrack:/oauth/callback/",
        "app.keyrack://oauth/callback",
        "APP.KEYRACK:/oauth/callback",
        "http://localhost:4322/oauth/callback?from=notion",
        "http://127.0.0.1:4321/oauth/callback?from=notion",
    ] {
        let refused = server.authorize(client_id, wrong).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{wrong}");
        assert!(!refused.headers().contains_key("location"), "{wrong}");
        let page = refused.text().await.unwrap();
        assert!(page.contains("Missing or invalid redirect_uri"), "{wrong}");
    }

    let page = server.authorize(client_id, registered).await;
    let page = page.text().await.unwrap();
    let allowed = server
        .submit(&form_token(&page), &first_workspace(&page), "allow")
        .await;
    assert!(location(&allowed).starts_with(&format!("{registered}&code=")));
}

#[tokio::test]
async fn an_unknown_client_or_response_type_ends_on_an_error_page() {
    let server = TestServer::controlled().await;
    let refused = server.authorize("somebody", APP_LINK).await;
    let page = refused.text().await.unwrap();
    assert!(page.contains("Missing or invalid client_id"));

    let implicit = server
        .http
        .get(server.url("/v1/oauth/authorize"))
        .query(&[
            ("client_id", server.sandbox.client_id()),
            ("redirect_uri", APP_LINK),
            ("response_type", "token"),
        ])
        .send()
        .await
        .unwrap();
    assert_eq!(implicit.status(), StatusCode::BAD_REQUEST);
    let page = implicit.text().await.unwrap();
    assert!(page.contains("Missing or invalid response_type"));
}

#[tokio::test]
async fn a_page_is_answered_once_and_only_with_its_own_token() {
    let server = TestServer::controlled().await;
    let page = server.page().await;
    let workspace = first_workspace(&page);

    let forged = server.submit("0000", &workspace, "allow").await;
    assert_eq!(forged.status(), StatusCode::BAD_REQUEST);
    assert!(!forged.headers().contains_key("location"));

    let first = server.submit(&form_token(&page), &workspace, "allow").await;
    assert_eq!(first.status(), StatusCode::SEE_OTHER);
    let second = server.submit(&form_token(&page), &workspace, "allow").await;
    assert_eq!(second.status(), StatusCode::BAD_REQUEST);
    let page = second.text().await.unwrap();
    assert!(page.contains("no longer valid"));
}

#[tokio::test]
async fn an_unknown_workspace_gets_no_code() {
    let server = TestServer::controlled().await;
    let page = server.page().await;
    let refused = server
        .submit(&form_token(&page), "elsewhere", "allow")
        .await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(!refused.headers().contains_key("location"));
}

#[tokio::test]
async fn auto_approve_redirects_at_once_with_a_code_that_works() {
    let server = TestServer::start(Options {
        auto_approve: true,
        ..Options::default()
    })
    .await;
    let approved = server.authorize(server.sandbox.client_id(), APP_LINK).await;
    assert_eq!(approved.status(), StatusCode::FOUND);
    let callback = location(&approved);
    assert_eq!(query_value(&callback, "state").unwrap(), STATE);
    let code = query_value(&callback, "code").unwrap();
    let (status, tokens) = server.exchange(&code).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tokens["workspace_name"], "Acme Research");
}

#[tokio::test]
async fn the_page_loads_nothing_runs_nothing_and_may_redirect_its_form() {
    let server = TestServer::controlled().await;
    let page = server.authorize(server.sandbox.client_id(), APP_LINK).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("script-src"));
    assert!(!policy.contains("form-action"));
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    assert_eq!(page.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_workspace_name_cannot_write_html_or_reach_the_template() {
    let server = TestServer::controlled().await;
    let name = "</select><b id='x'>\"{{form_token}}";
    let workspace = json!({ "name": name, "owner": "Kim & Co", "icon": "🧪" });
    let (status, _) = server.control.post("/workspaces", workspace).await;
    assert_eq!(status, StatusCode::OK);
    let page = server.page().await;
    let inert =
        "🧪 &lt;/select&gt;&lt;b id=&#39;x&#39;&gt;&quot;&#123;&#123;form_token}} · Kim &amp; Co";
    assert!(page.contains(inert));
}

#[tokio::test]
async fn a_foreign_host_is_refused_and_loopback_names_with_the_port_are_not() {
    let server = TestServer::controlled().await;
    let port = server.sandbox.base_url().rsplit(':').next().unwrap();
    let status = async |host: &str| {
        let request = server
            .http
            .request(Method::GET, server.url("/v1/users/me"))
            .header("host", host);
        request.send().await.unwrap().status()
    };
    for foreign in [
        "evil.example",
        "127.0.0.1",
        "localhost:1",
        "evil.example:80",
    ] {
        assert_eq!(status(foreign).await, StatusCode::MISDIRECTED_REQUEST);
    }
    for own in ["localhost", "127.0.0.1"] {
        let status = status(&format!("{own}:{port}")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        server.control.requests().await.len(),
        2,
        "refused ones are not recorded"
    );
}

#[tokio::test]
async fn a_redirect_uri_that_nobody_could_register_is_refused_at_the_start() {
    for wrong in ["oauth/callback", "https://app.example/#part", ""] {
        let refused = Sandbox::start(Options {
            redirect_uris: vec![wrong.to_owned()],
            ..Options::default()
        })
        .await;
        assert!(matches!(refused, Err(Error::RedirectUri(_))), "{wrong}");
    }
}
