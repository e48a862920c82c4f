//! Replies with a 4xx or 5xx status, in Notion's two error shapes and in others.

use std::time::Duration;

use serde_json::json;

use super::reply;
use crate::Error;
use crate::reply::Party::{self, Bearer, Client};

const EDGE_PAGE: &str =
    "<html><head><title>403 Forbidden</title></head><body>cloudflare</body></html>";

fn refusal(status: u16, party: Party, body: impl AsRef<[u8]>) -> Error {
    reply(status, body).refusal(party, &["sent-token", "sent-secret"])
}

fn oauth(error: &str) -> String {
    json!({ "error": error, "error_description": "In Notion's words.", "request_id": "r" })
        .to_string()
}

fn api(status: u16, code: &str) -> String {
    json!({
        "object": "error", "status": status, "code": code, "message": "In Notion's words.",
        "request_id": "r", "additional_data": {},
    })
    .to_string()
}

fn refused(status: u16, code: &str) -> Error {
    Error::Refused {
        status,
        code: code.to_owned(),
        description: Some("In Notion's words.".to_owned()),
        request_id: Some("r".to_owned()),
    }
}

#[test]
fn each_refusal_says_what_it_is_about() {
    let r = || Some("r".to_owned());
    let client_rejected = Error::ClientRejected { request_id: r() };
    let grant_rejected = Error::GrantRejected {
        description: Some("In Notion's words.".to_owned()),
        request_id: r(),
    };
    let table = [
        (
            401,
            Client,
            oauth("invalid_client"),
            client_rejected.clone(),
        ),
        (
            401,
            Client,
            r#"{"error":"invalid_client","request_id":"r"}"#.to_owned(),
            client_rejected.clone(),
        ),
        (400, Client, oauth("invalid_client"), client_rejected),
        (400, Client, oauth("invalid_grant"), grant_rejected),
        (
            400,
            Client,
            oauth("invalid_request"),
            refused(400, "invalid_request"),
        ),
        (
            400,
            Client,
            oauth("unauthorized_client"),
            refused(400, "unauthorized_client"),
        ),
        (
            400,
            Client,
            oauth("unsupported_grant_type"),
            refused(400, "unsupported_grant_type"),
        ),
        (
            400,
            Client,
            oauth("invalid_scope"),
            refused(400, "invalid_scope"),
        ),
        (
            400,
            Client,
            api(400, "validation_error"),
            refused(400, "validation_error"),
        ),
        (
            403,
            Client,
            oauth("access_denied"),
            refused(403, "access_denied"),
        ),
        (
            403,
            Bearer,
            api(403, "restricted_resource"),
            refused(403, "restricted_resource"),
        ),
        (
            404,
            Bearer,
            api(404, "object_not_found"),
            refused(404, "object_not_found"),
        ),
        (
            401,
            Bearer,
            api(401, "unauthorized"),
            Error::Unauthorized { request_id: r() },
        ),
        (
            401,
            Bearer,
            oauth("unauthorized"),
            Error::Unauthorized { request_id: r() },
        ),
        (
            401,
            Bearer,
            oauth("invalid_token"),
            Error::Unauthorized { request_id: r() },
        ),
    ];
    for (status, party, body, expected) in table {
        assert_eq!(refusal(status, party, &body), expected, "{status} {body}");
    }
}

#[test]
fn a_refusal_about_something_that_was_not_sent_is_not_believed() {
    let table = [
        (
            401,
            Client,
            api(401, "unauthorized"),
            refused(401, "unauthorized"),
        ),
        (
            400,
            Client,
            api(400, "invalid_grant"),
            refused(400, "invalid_grant"),
        ),
        (
            401,
            Client,
            oauth("invalid_grant"),
            refused(401, "invalid_grant"),
        ),
        (
            401,
            Client,
            api(401, "invalid_client"),
            refused(401, "invalid_client"),
        ),
        (
            401,
            Bearer,
            oauth("invalid_client"),
            refused(401, "invalid_client"),
        ),
        (
            400,
            Bearer,
            oauth("invalid_grant"),
            refused(400, "invalid_grant"),
        ),
        (
            400,
            Bearer,
            api(400, "unauthorized"),
            refused(400, "unauthorized"),
        ),
    ];
    for (status, party, body, expected) in table {
        assert_eq!(
            refusal(status, party, &body),
            expected,
            "{status} {party:?} {body}"
        );
    }
}

#[test]
fn too_many_and_not_available_need_no_shape() {
    let wait = Some(Duration::from_secs(7));
    for party in [Client, Bearer] {
        for (body, id) in [
            (api(429, "rate_limited"), Some("r")),
            (EDGE_PAGE.to_owned(), None),
            (String::new(), None),
        ] {
            let request_id = id.map(str::to_owned);
            let limited = Error::RateLimited {
                retry_after: wait,
                request_id: request_id.clone(),
            };
            assert_eq!(refusal(429, party, &body), limited, "{body}");
            for status in [500, 502, 503, 504, 529, 599] {
                let unavailable = Error::Unavailable {
                    status,
                    retry_after: wait,
                    request_id: request_id.clone(),
                };
                assert_eq!(refusal(status, party, &body), unavailable, "{body}");
            }
        }
    }
}

#[test]
fn what_has_neither_shape_did_not_come_from_notion() {
    let shapeless = "JSON in neither of Notion's error shapes";
    let table = [
        (EDGE_PAGE, "a web page"),
        ("", "an empty body"),
        ("error code: 1020", "a body that is not JSON"),
        ("[]", "JSON that is not an object"),
        ("{}", shapeless),
        (r#"{"error":null}"#, shapeless),
        (r#"{"error":{"message":"invalid_grant"}}"#, shapeless),
        (
            r#"{"code":"unauthorized","message":"API token is invalid."}"#,
            shapeless,
        ),
        (r#"{"object":"error","status":401,"code":401}"#, shapeless),
        (r#"{"object":"list","code":"unauthorized"}"#, shapeless),
    ];
    for (body, what) in table {
        for (status, party) in [(400, Client), (401, Client), (401, Bearer), (403, Bearer)] {
            let expected = Error::NotNotion {
                status,
                what: what.to_owned(),
            };
            assert_eq!(refusal(status, party, body), expected, "{body}");
        }
    }
}

#[test]
fn descriptions_are_cleaned_and_optional() {
    let table = [
        (
            json!("two\nlines\u{202E}\u{7}"),
            Some("two lines".to_owned()),
        ),
        (
            json!("sent-token of sent-secret"),
            Some("[secret] of [secret]".to_owned()),
        ),
        (json!("x".repeat(5_000)), Some("x".repeat(300))),
        (json!("\u{0}"), None),
        (json!(null), None),
        (json!(["a"]), None),
    ];
    for (text, description) in table {
        let body = json!({ "error": "invalid_grant", "error_description": text }).to_string();
        let expected = Error::GrantRejected {
            description: description.clone(),
            request_id: None,
        };
        assert_eq!(refusal(400, Client, body), expected);
        let body = json!({ "object": "error", "code": "c", "message": text, "request_id": text })
            .to_string();
        let expected = Error::Refused {
            status: 400,
            code: "c".to_owned(),
            request_id: None,
            description,
        };
        assert_eq!(refusal(400, Bearer, body), expected);
    }
}

#[test]
fn an_id_of_a_request_is_kept_only_if_it_can_be_one_and_is_no_echo() {
    let table = [
        ("1c9d5b1e-77aa-4c1e-9d2b-0a1b2c3d4e5f", true),
        ("sent-token", false),
        ("c2VudDpzZW50LXNlY3JldA==", false),
        ("ntn_a1", false),
        ("two words", false),
        (&"x".repeat(65), false),
        ("", false),
    ];
    for (id, is_kept) in table {
        let body = json!({ "object": "error", "code": "c", "request_id": id }).to_string();
        let error = refusal(400, Bearer, body);
        assert_eq!(error.request_id().is_some(), is_kept, "{id}");
    }
}

#[test]
fn no_damage_to_an_error_makes_it_more_than_an_error() {
    for whole in [oauth("invalid_grant"), api(401, "unauthorized")].map(String::into_bytes) {
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            for damage in [b'"', b'{', b'\\', 0xff] {
                damaged[position] = damage;
                for error in [
                    refusal(400, Client, &damaged),
                    refusal(401, Bearer, &damaged),
                ] {
                    assert!(!matches!(error, Error::Unreachable { .. }), "{error:?}");
                    assert!(
                        error.request_id().is_none_or(|id| !id.is_empty()),
                        "{error:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn errors_read_as_plain_english_and_repeat_nothing_from_outside() {
    let table = [
        (
            refusal(400, Client, oauth("invalid_grant")),
            "Notion does not accept the code or token",
        ),
        (
            refusal(403, Client, oauth("strange_code")),
            "Notion refused the request (HTTP 403)",
        ),
        (
            refusal(529, Client, ""),
            "Notion is not available at the moment (HTTP 529)",
        ),
        (
            refusal(403, Client, EDGE_PAGE),
            "the answer did not come from Notion (HTTP 403: a web page)",
        ),
        (
            Error::Unreachable { sent: false },
            "Notion could not be reached",
        ),
        (
            Error::Unreachable { sent: true },
            "Notion's answer did not arrive",
        ),
    ];
    for (error, text) in table {
        assert_eq!(error.to_string(), text);
    }
}
