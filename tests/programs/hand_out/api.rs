//! `keyrack api`.

use std::fs;

use serde_json::{Value, json};
use support::test_env::{ACME, TestEnv};
use support::words::{filled, words};

use super::{hand_outs, id_of, listed, printed, said, token_of};

fn document(output: &std::process::Output) -> Value {
    serde_json::from_str(&printed(output)).unwrap_or_else(|_| panic!("{}", said(output)))
}

#[tokio::test]
async fn one_request_is_made_and_its_reply_printed() {
    let env = TestEnv::connected_by_command().await;
    for path in ["/v1/users/me", "users/me"] {
        let me = env.keyrack(&["api", path], "");
        assert!(me.status.success(), "{}", said(&me));
        assert_eq!(document(&me)["bot"]["workspace_name"], ACME);
        assert_eq!(said(&me), "");
    }
    let named = env.keyrack(&["api", ACME, "/v1/users/me", "-i"], "");
    let shown = printed(&named);
    let (head, body) = shown.split_once("\n\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\n"), "{head}");
    assert!(head.contains("\nx-notion-request-id: "), "{head}");
    assert!(body.contains(ACME));

    let query = json!({ "query": "welcome to" }).to_string();
    let file = env.world.path("query.json");
    fs::write(&file, &query).unwrap();
    let at_file = format!("@{}", file.display());
    let by_argument = env.keyrack(&["api", "search", "-d", &query], "");
    let by_file = env.keyrack(&["api", "search", "-d", &at_file], "");
    let by_input = env.keyrack(&["api", "search", "-d", "-"], &query);
    let found = document(&by_argument)["results"].clone();
    assert!(!found.as_array().unwrap().is_empty());
    assert_eq!(document(&by_file)["results"], found);
    assert_eq!(document(&by_input)["results"], found);

    let rows = hand_outs(&env);
    assert!(rows.iter().all(|row| row["way"] == "api"), "{rows:?}");
    let text = json!(rows).to_string();
    assert!(
        !text.contains("welcome") && !text.contains("users/me"),
        "{text}"
    );
}

#[tokio::test]
async fn a_refusal_is_printed_and_said_and_counts_as_a_failure() {
    let env = TestEnv::connected_by_command().await;
    let missing = "/v1/pages/00000000-0000-4000-8000-000000000000";
    let refused = env.keyrack(&["api", missing], "");
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(document(&refused)["code"], "object_not_found");
    let told = said(&refused);
    assert!(told.contains("HTTP 404"), "{told}");
    assert_eq!(told.matches("object_not_found").count(), 1, "{told}");

    let before = env.sandbox.requests().await.len();
    for arguments in [
        &[
            "api",
            "--read-only",
            "-X",
            "PATCH",
            "/v1/blocks/1f2e",
            "-d",
            "{}",
        ][..],
        &["api", "/v1/search", "-d", "@/nowhere"],
        &["api", "/v1/search", "-F", "file=@/nowhere"],
    ] {
        let refused = env.keyrack(arguments, "");
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert_eq!(printed(&refused), "", "{arguments:?}");
    }
    assert_eq!(env.sandbox.requests().await.len(), before);
    assert_eq!(
        env.keyrack(&["api", "Nobody", "users"], "").status.code(),
        Some(3)
    );
    assert!(
        env.keyrack(&["hand-out", ACME, "never"], "")
            .status
            .success()
    );
    assert_eq!(env.keyrack(&["api", "users/me"], "").status.code(), Some(4));
}

#[tokio::test]
async fn pages_follow_one_another_to_the_last() {
    let env = TestEnv::connected_by_command().await;
    let one = env.keyrack(&["api", "users", "--query", "page_size=2"], "");
    assert_eq!(document(&one)["has_more"], true);
    let all = env.keyrack(
        &["api", "users", "--query", "page_size=2", "--paginate"],
        "",
    );
    let pages: Vec<Value> = serde_json::Deserializer::from_str(&printed(&all))
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(pages.len() > 1);
    let ids = |page: &Value| -> Vec<String> {
        let results = page["results"].as_array().unwrap();
        results.iter().map(|one| one["id"].to_string()).collect()
    };
    let mut found: Vec<_> = pages.iter().flat_map(ids).collect();
    let count = found.len();
    found.sort();
    found.dedup();
    assert_eq!(found.len(), count, "none twice");
    assert_eq!(pages.last().unwrap()["has_more"], false);

    let body = json!({ "query": "", "page_size": 1 }).to_string();
    let posted = env.keyrack(&["api", "search", "-d", &body, "--paginate"], "");
    let pages = serde_json::Deserializer::from_str(&printed(&posted))
        .into_iter::<Value>()
        .count();
    assert!(pages > 1, "{}", said(&posted));
}

#[tokio::test]
async fn a_file_is_sent_as_it_is() {
    let env = TestEnv::connected_by_command().await;
    let created = env.keyrack(
        &[
            "api",
            "file_uploads",
            "-d",
            r#"{"filename":"notes.txt","content_type":"text/plain"}"#,
        ],
        "",
    );
    let id = document(&created)["id"].as_str().unwrap().to_owned();
    let file = env.world.path("notes.txt");
    fs::write(&file, "what was noted\n".repeat(20_000)).unwrap();
    let part = format!("file=@{}", file.display());
    let sent = env.keyrack(
        &["api", &format!("file_uploads/{id}/send"), "-F", &part],
        "",
    );
    assert!(sent.status.success(), "{} {}", printed(&sent), said(&sent));
    assert_eq!(document(&sent)["status"], "uploaded", "{}", printed(&sent));
    assert_eq!(
        document(&sent)["content_length"],
        300_000,
        "{}",
        printed(&sent)
    );
}

#[tokio::test]
async fn a_clients_credentials_are_used_where_a_token_is_not_what_is_asked_for() {
    let env = TestEnv::connected_by_command().await;
    let id = id_of(&listed(&env)[0]);
    let body = json!({ "token": token_of(&env, &id) }).to_string();
    let client = listed(&env)[0]["client"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let said = env.keyrack(
        &["api", "--as-client", &client, "oauth/introspect", "-d", "-"],
        &body,
    );
    assert_eq!(document(&said)["active"], true);
    let tokens = r#"{"grant_type":"refresh_token","refresh_token":"x"}"#;
    let refused = env.keyrack(
        &["api", "--as-client", &client, "oauth/token", "-d", tokens],
        "",
    );
    assert_eq!(
        (refused.status.code(), printed(&refused)),
        (Some(2), String::new())
    );
}

/// What is said of a failure with `--json`.
fn error(output: &std::process::Output) -> Value {
    let said = said(output);
    let document: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    document["error"].clone()
}

#[tokio::test]
async fn a_client_s_credentials_do_not_write_either_where_only_reading_is_asked_for() {
    let env = TestEnv::connected_by_command().await;
    let before = env.sandbox.requests().await.len();
    let revoke = [
        "api",
        "--as-client",
        "Mine",
        "oauth/revoke",
        "-d",
        r#"{"token":"x"}"#,
    ];
    let refused = env.keyrack(&[&revoke[..], &["--read-only"]].concat(), "");
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains(&words("problem.only-reads.what")));
    for wrong in [
        &[
            "api",
            "--as-client",
            "Mine",
            "Nobody",
            "oauth/introspect",
            "-d",
            "{}",
        ][..],
        &[
            "api",
            "--as-client",
            "Mine",
            "oauth/introspect",
            "--reason",
            "why",
            "-d",
            "{}",
        ],
    ] {
        let refused = env.keyrack(wrong, "");
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(
            said(&refused).contains("Usage: keyrack api "),
            "{}",
            said(&refused)
        );
    }
    for path in [
        "oauth/tok%65n",
        "oauth/Token",
        "/v1/OAUTH/token",
        "oauth/token/",
    ] {
        let refused = env.keyrack(&["api", "--as-client", "Mine", path, "-d", "{}"], "");
        assert_eq!(refused.status.code(), Some(2), "{path}");
    }
    assert_eq!(
        env.sandbox.requests().await.len(),
        before,
        "nothing was sent"
    );
}

#[tokio::test]
async fn a_redirect_is_no_reply_of_notion_s_and_a_failure() {
    let env = TestEnv::connected_by_command().await;
    let fault = json!({
        "endpoint": "me", "times": 2, "status": 307, "headers": {"location": "/v1/users"},
    });
    env.sandbox.fault(fault).await;
    let redirected = env.keyrack(&["api", "users/me"], "");
    assert_eq!(redirected.status.code(), Some(1), "{}", said(&redirected));
    assert_eq!(printed(&redirected), "");
    let places = [("status", "307")];
    assert!(said(&redirected).contains(&filled("problem.not-notion.what", &places)));
    let with_head = env.keyrack(&["api", "users/me", "-i"], "");
    assert_eq!(with_head.status.code(), Some(1));
    assert!(printed(&with_head).contains("\nlocation: /v1/users\n"));
}

#[tokio::test]
async fn a_refusal_in_json_says_how_long_to_wait_and_which_request_it_was() {
    let env = TestEnv::connected_by_command().await;
    let fault = json!({
        "endpoint": "me", "times": 1, "status": 429, "body": {"code": "rate_limited"},
        "headers": {"retry-after": "7", "x-notion-request-id": "r-1"},
    });
    env.sandbox.fault(fault).await;
    let limited = env.keyrack(&["--json", "api", "users/me"], "");
    let limited = error(&limited);
    assert_eq!(limited["code"], "http-status");
    assert_eq!(limited["status"], 429);
    assert_eq!(limited["retry_after"], 7);
    assert_eq!(limited["request_id"], "r-1");
    let missing = env.keyrack(&["--json", "api", "pages/x"], "");
    assert!(
        error(&missing)["request_id"].is_string(),
        "{}",
        said(&missing)
    );
}

#[tokio::test]
async fn pages_that_lead_round_in_a_circle_end_with_a_failure() {
    let env = TestEnv::connected_by_command().await;
    let page = |next: &str| {
        json!({
            "endpoint": "api", "times": 1,
            "body": {"has_more": true, "next_cursor": next, "results": []},
        })
    };
    for next in ["a", "b", "a"] {
        env.sandbox.fault(page(next)).await;
    }
    let turned = env.keyrack(&["api", "users", "--paginate"], "");
    assert_eq!(turned.status.code(), Some(1), "{}", said(&turned));
    let pages = serde_json::Deserializer::from_str(&printed(&turned))
        .into_iter::<Value>()
        .count();
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn what_is_wrong_in_the_arguments_is_wrong_usage_in_words_of_its_own() {
    let env = TestEnv::connected_by_command().await;
    let before = env.sandbox.requests().await.len();
    let file = env.world.path("no.json");
    fs::write(&file, "{").unwrap();
    let at_file = format!("@{}", file.display());
    for (arguments, word) in [
        (&["users", "-H", "no colon"][..], "it is not NAME"),
        (&["users", "-H", "Authorization: Bearer x"], "authorization"),
        (&["users", "-H", "Host: example.org"], "host"),
        (&["users", "-H", "Content-Length: 3"], "content-length"),
        (
            &["users", "-H", "x-forwarded-for: 1"],
            "sets x-forwarded-for",
        ),
        (&["search", "-d", "{"], "EOF"),
        (&["search", "-d", &at_file], "EOF"),
        (&["/v1/../admin"], "lead out"),
        (&["/v1/users?a=b"], "character"),
    ] {
        let refused = env.keyrack(&[&["api"], arguments].concat(), "");
        let said = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?} {said}");
        assert_eq!(said.matches(word).count(), 1, "{arguments:?} {said}");
    }
    let untold = env.keyrack(&["api", "users", "-F", "file=@/proc/self/status"], "");
    assert_eq!(untold.status.code(), Some(1));
    assert_eq!(
        env.sandbox.requests().await.len(),
        before,
        "nothing was sent"
    );

    let head = env.keyrack(&["api", "users/me", "-X", "HEAD", "-i", "--read-only"], "");
    assert!(
        printed(&head).starts_with("HTTP/1.1 200 OK\n"),
        "{}",
        said(&head)
    );
    let twice = ["-H", "X-Two: one", "-H", "x-two: two"];
    let sent = env.keyrack(&[&["api", "users/me"], &twice[..]].concat(), "");
    assert!(sent.status.success(), "{}", said(&sent));
}
