//! Every field of every documented reply, malformed in every way: the reply is read, or refused with
//! the field's name.

use serde_json::{Value, json};

use super::{full_bot, full_grant, full_introspection, no_texts, reply};
use crate::reply::Party;
use crate::{Bot, Error, Grant, Introspection, Response, Revocation};

type Read = fn(&Value) -> Result<(), Error>;
type IsUsable = fn(&Value) -> bool;

/// A documented reply, its reader, and its required fields.
struct Documented {
    body: Value,
    read: Read,
    required: &'static [(&'static str, IsUsable)],
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

fn owners() -> [Value; 6] {
    let person = json!({ "email": "e", "email_verified": false });
    let user = json!({ "object": "user", "id": "u", "name": null, "avatar_url": null, "type": "person", "person": person });
    [
        json!({ "type": "user", "user": user }),
        json!({ "user": { "object": "user", "id": "u", "type": "person", "person": {} } }),
        json!({ "type": "user", "user": { "object": "user", "id": "u" } }),
        json!({ "type": "workspace", "workspace": true }),
        json!({ "workspace": true }),
        Value::Null,
    ]
}

fn documented() -> Vec<Documented> {
    let mut all = vec![
        Documented {
            body: json!({ "request_id": "r" }),
            read: |body| Revocation::read(&reply(200, body.to_string())).map(drop),
            required: &[],
        },
        Documented {
            body: json!({ "active": false, "request_id": "r" }),
            read: introspection,
            required: &[("active", Value::is_boolean)],
        },
    ];
    for owner in owners().into_iter().chain([full_grant()["owner"].take()]) {
        let mut grant = full_grant();
        grant["owner"] = owner.clone();
        let mut old_introspection = full_introspection();
        old_introspection["owner"] = owner.clone();
        let mut bot = full_bot();
        bot["bot"]["owner"] = owner;
        all.extend([
            Documented {
                body: grant,
                read: |body| reply(200, body.to_string()).read(Grant::read).map(drop),
                required: &[
                    ("access_token", is_text),
                    ("bot_id", is_text),
                    ("workspace_id", is_text),
                ],
            },
            Documented {
                body: old_introspection,
                read: introspection,
                required: &[("active", Value::is_boolean)],
            },
            Documented {
                body: bot,
                read: |body| {
                    let reply = reply(200, body.to_string());
                    reply.read(|fields, _| Bot::read(fields)).map(drop)
                },
                required: &[("id", is_text)],
            },
        ]);
    }
    all
}

fn introspection(body: &Value) -> Result<(), Error> {
    let reply = reply(200, body.to_string());
    reply.read(Introspection::read).map(drop)
}

/// The JSON pointers (RFC 6901) of every field of a value, however deep.
fn fields(value: &Value, at: &str) -> Vec<String> {
    let object = value.as_object().into_iter().flatten();
    object
        .flat_map(|(name, inner)| {
            let pointer = format!("{at}/{name}");
            let mut all = fields(inner, &pointer);
            all.push(pointer);
            all
        })
        .collect()
}

/// `body` with the field malformed in each way: gone, of every other type, very deep, very long, and
/// with an unknown neighbour.
fn bent(body: &Value, pointer: &str) -> Vec<Value> {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let change = |name: &str, to: Option<Value>| {
        let mut body = body.clone();
        let object = body
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .unwrap();
        match to {
            Some(value) => object.insert(name.to_owned(), value),
            None => object.remove(name),
        };
        body
    };
    let long = "x".repeat(100 * 1024);
    no_texts()
        .into_iter()
        .chain([json!(-1.5e300), json!("\u{0}\u{202E}"), json!(long)].map(Some))
        .map(|to| change(name, to))
        .chain([change("new_field", Some(json!([{ "a": null }])))])
        .collect()
}

/// The start of a body's text, which may be 100 KiB long.
fn start_of(body: &Value) -> String {
    body.to_string().chars().take(2_000).collect()
}

#[test]
fn a_reply_is_read_unless_a_required_field_is_bent_and_then_that_is_named() {
    let mut bodies = 0;
    for Documented {
        body,
        read,
        required,
    } in documented()
    {
        assert_eq!(read(&body), Ok(()), "{body}");
        for pointer in fields(&body, "") {
            for body in bent(&body, &pointer) {
                let unusable = required
                    .iter()
                    .find(|(name, is_usable)| body.get(name).is_none_or(|value| !is_usable(value)));
                let expected = unusable.map_or(Ok(()), |(name, _)| {
                    Err(Error::NotNotion {
                        status: 200,
                        what: format!("no usable `{name}`"),
                    })
                });
                assert_eq!(read(&body), expected, "{pointer}: {}", start_of(&body));
                // The generic reader takes any JSON as it is.
                let any = Response::read(&reply(200, body.to_string()));
                assert!(any.is_ok_and(|any| any.body == body), "{pointer}");
                bodies += 1;
            }
        }
    }
    assert!(bodies > 3_000, "only {bodies} bodies were tried");
}

#[test]
fn a_refusal_stays_one_unless_its_code_is_bent() {
    let oauth = |error| json!({ "error": error, "error_description": "Words.", "request_id": "r" });
    let api = |status, code| {
        json!({
            "object": "error", "status": status, "code": code, "message": "Words.",
            "request_id": "r", "additional_data": { "a": 1 },
        })
    };
    let table = [
        (400, Party::Client, oauth("invalid_request")),
        (400, Party::Client, oauth("invalid_grant")),
        (400, Party::Client, oauth("unauthorized_client")),
        (400, Party::Client, oauth("unsupported_grant_type")),
        (400, Party::Client, oauth("invalid_scope")),
        (401, Party::Client, oauth("invalid_client")),
        (400, Party::Client, api(400, "validation_error")),
        (401, Party::Bearer, api(401, "unauthorized")),
        (403, Party::Bearer, api(403, "restricted_resource")),
        (429, Party::Client, api(429, "rate_limited")),
        (500, Party::Bearer, api(500, "internal_server_error")),
        (529, Party::Bearer, api(529, "service_overload")),
    ];
    for (status, party, body) in table {
        let refusal = |body: &Value| reply(status, body.to_string()).refusal(party, &[]);
        let kind = std::mem::discriminant(&refusal(&body));
        for pointer in fields(&body, "") {
            let decides = ["/error", "/code", "/object"].contains(&pointer.as_str());
            for body in bent(&body, &pointer) {
                let error = refusal(&body);
                let same = std::mem::discriminant(&error) == kind;
                let other =
                    decides && matches!(error, Error::NotNotion { .. } | Error::Refused { .. });
                assert!(same || other, "{pointer}: {error:?} {}", start_of(&body));
                assert!(format!("{error:?}").len() < 2_000, "{pointer}: too long");
            }
        }
    }
}
