//! Reading replies: bodies as Notion documents them, and the same bodies malformed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mutations;
mod pacer;
mod refusals;
mod successes;

use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use serde_json::{Value, json};

use crate::reply::Reply;

/// A reply with a status and a body, without headers.
fn reply(status: u16, body: impl AsRef<[u8]>) -> Reply {
    let reply = Reply {
        status,
        retry_after: Some(Duration::from_secs(7)),
        request_id: None,
        body: Zeroizing::new(body.as_ref().to_vec()),
    };
    reply.accepted(&[])
}

/// A token response with every documented field.
fn full_grant() -> Value {
    json!({
        "access_token": "ntn_sample-access",
        "token_type": "bearer",
        "refresh_token": "nrt_sample-refresh",
        "bot_id": "b0000000-0000-4000-8000-000000000001",
        "workspace_id": "a0000000-0000-4000-8000-000000000001",
        "workspace_name": "Acme Research",
        "workspace_icon": "https://icons.example/acme.png",
        "owner": {
            "type": "user",
            "user": {
                "object": "user",
                "id": "c0000000-0000-4000-8000-000000000001",
                "name": "Sample Person",
                "avatar_url": "https://icons.example/person.png",
                "type": "person",
                "person": { "email": "person@example.com", "email_verified": true },
            },
        },
        "duplicated_template_id": "d0000000-0000-4000-8000-000000000001",
        "request_id": "e0000000-0000-4000-8000-000000000001",
    })
}

/// An introspection with every field of the present and the older documentation.
fn full_introspection() -> Value {
    json!({
        "active": true,
        "scope": "read_content insert_content update_content",
        "iat": 1_790_000_000_123_i64,
        "token_type": "bearer",
        "bot_id": "b0000000-0000-4000-8000-000000000001",
        "workspace_id": "a0000000-0000-4000-8000-000000000001",
        "workspace_name": "Acme Research",
        "workspace_icon": "https://icons.example/acme.png",
        "owner": full_grant()["owner"],
        "request_id": "e0000000-0000-4000-8000-000000000002",
    })
}

fn full_bot() -> Value {
    json!({
        "object": "user",
        "id": "b0000000-0000-4000-8000-000000000001",
        "name": "Sample client",
        "type": "bot",
        "bot": {
            "owner": full_grant()["owner"],
            "workspace_name": "Acme Research",
            "workspace_id": "a0000000-0000-4000-8000-000000000001",
            "workspace_limits": { "max_file_upload_size_in_bytes": 5_242_880 },
        },
        "request_id": "e0000000-0000-4000-8000-000000000003",
    })
}

/// `value` with one field replaced, or removed for `None`.
fn with(mut value: Value, name: &str, replacement: Option<Value>) -> Value {
    let fields = value.as_object_mut().unwrap();
    match replacement {
        Some(replacement) => fields.insert(name.to_owned(), replacement),
        None => fields.remove(name),
    };
    value
}

/// Values that are not a text: absent, null, empty, of other types, and deeply nested brackets.
fn no_texts() -> Vec<Option<Value>> {
    let abyss = (0..100).fold(json!([]), |inner, _| json!([inner]));
    vec![
        None,
        Some(Value::Null),
        Some(json!("")),
        Some(json!(7)),
        Some(json!(true)),
        Some(json!(["a"])),
        Some(json!({ "a": 1 })),
        Some(abyss),
    ]
}
