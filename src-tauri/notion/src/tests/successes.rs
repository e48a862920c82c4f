//! Replies with a 2xx status.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{full_bot, full_grant, full_introspection, no_texts, reply, with};
use crate::{Bot, Error, Grant, Introspection, Owner, Revocation};

fn grant(body: &Value) -> Result<Grant, Error> {
    reply(200, body.to_string()).read(Grant::read)
}

fn introspection(body: &Value) -> Result<Introspection, Error> {
    reply(200, body.to_string()).read(Introspection::read)
}

fn bot(body: &Value) -> Result<Bot, Error> {
    reply(200, body.to_string()).read(|fields, _| Bot::read(fields))
}

fn unusable(name: &str) -> Error {
    Error::NotNotion {
        status: 200,
        what: format!("no usable `{name}`"),
    }
}

/// A grant as a JSON object, so that two of them can be compared field by field.
fn shown(grant: &Grant) -> Value {
    json!({
        "access_token": grant.access_token.expose_secret(),
        "refresh_token": grant.refresh_token.as_ref().map(ExposeSecret::expose_secret),
        "token_type": grant.token_type,
        "bot_id": grant.bot_id,
        "workspace_id": grant.workspace_id,
        "workspace_name": grant.workspace_name,
        "workspace_icon": grant.workspace_icon,
        "owner": grant.owner.as_ref().map(|owner| format!("{owner:?}")),
        "duplicated_template_id": grant.duplicated_template_id,
        "request_id": grant.request_id,
    })
}

fn sample_person() -> Owner {
    Owner::User {
        id: "c0000000-0000-4000-8000-000000000001".to_owned(),
        name: Some("Sample Person".to_owned()),
        avatar_url: Some("https://icons.example/person.png".to_owned()),
        email: Some("person@example.com".to_owned()),
        email_verified: Some(true),
    }
}

#[test]
fn a_full_token_response_is_read_to_the_last_field() {
    let grant = grant(&full_grant()).unwrap();
    assert_eq!(
        shown(&grant),
        with(
            full_grant(),
            "owner",
            Some(json!(format!("{:?}", sample_person())))
        )
    );
    assert_eq!(grant.owner, Some(sample_person()));
}

#[test]
fn the_smallest_token_response_is_enough() {
    let grant = grant(
        &json!({ "access_token": "a", "bot_id": "b", "workspace_id": "w", "new_field": [{}] }),
    )
    .unwrap();
    let mut expected = shown(&grant);
    for value in expected.as_object_mut().unwrap().values_mut() {
        *value = Value::Null;
    }
    for (name, value) in [
        ("access_token", "a"),
        ("bot_id", "b"),
        ("workspace_id", "w"),
    ] {
        expected[name] = json!(value);
    }
    assert_eq!(shown(&grant), expected);
}

#[test]
fn an_optional_field_of_a_grant_is_absent_if_unusable_and_disturbs_no_other() {
    let full = shown(&grant(&full_grant()).unwrap());
    for name in full.as_object().unwrap().keys() {
        if ["access_token", "bot_id", "workspace_id"].contains(&name.as_str()) {
            continue;
        }
        for bent in no_texts() {
            let body = with(full_grant(), name, bent);
            assert_eq!(
                shown(&grant(&body).unwrap()),
                with(full.clone(), name, Some(Value::Null)),
                "{body}"
            );
        }
    }
}

#[test]
fn every_shape_of_owner_is_understood() {
    let named = |id: &str, name: Option<&str>, email: Option<&str>| {
        Some(Owner::User {
            id: id.to_owned(),
            name: name.map(str::to_owned),
            avatar_url: None,
            email: email.map(str::to_owned),
            email_verified: None,
        })
    };
    let table = [
        (
            json!({ "type": "workspace", "workspace": true }),
            Some(Owner::Workspace),
        ),
        (json!({ "workspace": true }), Some(Owner::Workspace)),
        (json!({ "type": "workspace" }), Some(Owner::Workspace)),
        (
            json!({ "type": "user", "user": { "object": "user", "id": "u" } }),
            named("u", None, None),
        ),
        (
            json!({ "user": { "object": "user", "id": "u", "name": "N" } }),
            named("u", Some("N"), None),
        ),
        (
            json!({ "type": "user", "user": { "id": "u", "name": null, "person": {} } }),
            named("u", None, None),
        ),
        (
            json!({ "type": "user", "user": { "id": "u", "person": { "email": "e" } } }),
            named("u", None, Some("e")),
        ),
        (
            json!({ "type": "user", "user": { "id": "u", "person": null, "avatar_url": 1 } }),
            named("u", None, None),
        ),
        (
            json!({ "type": "user", "user": { "name": "nobody" } }),
            None,
        ),
        (json!({ "type": "user", "user": null }), None),
        (json!({ "workspace": false }), None),
        (json!({ "workspace": "true" }), None),
        (json!({ "type": "planet" }), None),
        (json!({}), None),
    ];
    for (owner, expected) in table {
        let body = with(full_grant(), "owner", Some(owner.clone()));
        assert_eq!(grant(&body).unwrap().owner, expected, "in a grant: {owner}");
        let body = with(full_bot(), "bot", Some(json!({ "owner": owner })));
        assert_eq!(bot(&body).unwrap().owner, expected, "in a bot: {owner}");
    }
}

#[test]
fn an_introspection_tells_life_capabilities_and_age() {
    let full = introspection(&full_introspection()).unwrap();
    assert_eq!(
        full,
        Introspection {
            active: true,
            scope: ["read_content", "insert_content", "update_content"]
                .map(str::to_owned)
                .into(),
            issued_at: Some(1_790_000_000_123),
            token_type: Some("bearer".to_owned()),
            bot_id: Some("b0000000-0000-4000-8000-000000000001".to_owned()),
            workspace_id: Some("a0000000-0000-4000-8000-000000000001".to_owned()),
            workspace_name: Some("Acme Research".to_owned()),
            workspace_icon: Some("https://icons.example/acme.png".to_owned()),
            owner: Some(sample_person()),
            request_id: Some("e0000000-0000-4000-8000-000000000002".to_owned()),
        }
    );
    let dead = Introspection::default();
    assert_eq!(introspection(&json!({ "active": false })), Ok(dead.clone()));
    let bent =
        json!({ "active": false, "scope": ["read_content"], "iat": "soon", "request_id": 1 });
    assert_eq!(introspection(&bent), Ok(dead));
}

#[test]
fn an_introspection_without_a_boolean_active_proves_nothing() {
    for bent in [
        None,
        Some(Value::Null),
        Some(json!("true")),
        Some(json!(1)),
        Some(json!([true])),
    ] {
        let body = with(full_introspection(), "active", bent);
        assert_eq!(introspection(&body), Err(unusable("active")), "{body}");
    }
}

#[test]
fn the_time_of_issue_is_in_milliseconds_whichever_unit_came() {
    let table = [
        (json!(1_790_000_000), Some(1_790_000_000_000)),
        (json!(1_790_000_000_123_i64), Some(1_790_000_000_123)),
        (json!(100_000_000_000_i64), Some(100_000_000_000_000)),
        (json!(100_000_000_001_i64), Some(100_000_000_001)),
        (json!(i64::MAX), Some(i64::MAX)),
        (json!(u64::MAX), None),
        (json!(0), None),
        (json!(-5), None),
        (json!(1.5), None),
        (json!(null), None),
    ];
    for (iat, issued_at) in table {
        let body = with(full_introspection(), "iat", Some(iat));
        assert_eq!(introspection(&body).unwrap().issued_at, issued_at, "{body}");
    }
}

#[test]
fn a_bot_is_read_in_full_and_needs_only_its_id() {
    assert_eq!(
        bot(&full_bot()),
        Ok(Bot {
            id: "b0000000-0000-4000-8000-000000000001".to_owned(),
            name: Some("Sample client".to_owned()),
            owner: Some(sample_person()),
            workspace_id: Some("a0000000-0000-4000-8000-000000000001".to_owned()),
            workspace_name: Some("Acme Research".to_owned()),
        })
    );
    let bare = Bot {
        id: "b".to_owned(),
        name: None,
        owner: None,
        workspace_id: None,
        workspace_name: None,
    };
    for body in [
        json!({ "id": "b" }),
        json!({ "id": "b", "name": 1, "bot": null }),
        json!({ "id": "b", "bot": {} }),
    ] {
        assert_eq!(bot(&body), Ok(bare.clone()), "{body}");
    }
    for bent in no_texts() {
        assert_eq!(bot(&with(full_bot(), "id", bent)), Err(unusable("id")));
    }
}

#[test]
fn empty_or_json_means_revoked_and_anything_else_does_not() {
    let revoked = |request_id: Option<&str>| {
        Ok(Revocation {
            request_id: request_id.map(str::to_owned),
        })
    };
    let not_notion = |what: &str| {
        Err(Error::NotNotion {
            status: 200,
            what: what.to_owned(),
        })
    };
    let table = [
        ("", revoked(None)),
        ("\r\n", revoked(None)),
        ("{}", revoked(None)),
        ("null", revoked(None)),
        (r#"{"request_id":"r"}"#, revoked(Some("r"))),
        (r#"{"request_id":null}"#, revoked(None)),
        (
            "<!DOCTYPE html><title>Sign in</title>",
            not_notion("a web page"),
        ),
        ("OK", not_notion("a body that is not JSON")),
        (r#"{"request_id":"#, not_notion("a body that is not JSON")),
        ("{} <html>", not_notion("a body that is not JSON")),
    ];
    for (body, expected) in table {
        assert_eq!(Revocation::read(&reply(200, body)), expected, "{body:?}");
    }
}

#[test]
fn a_success_that_is_no_object_is_named_for_what_it_is() {
    let abyss = "[".repeat(30_000) + &"]".repeat(30_000);
    let table: [(&[u8], &str); 8] = [
        (b"", "an empty body"),
        (b" \n", "an empty body"),
        (b"<html></html>", "a web page"),
        (b"\n <?xml version='1.0'?>", "a web page"),
        (b"access_token=a&bot_id=b", "a body that is not JSON"),
        (
            b"{\"active\":true,\"scope\":\"\xff\"}",
            "a body that is not JSON",
        ),
        (b"[true]", "JSON that is not an object"),
        (abyss.as_bytes(), "JSON that is not an object"),
    ];
    for (body, what) in table {
        let expected = Error::NotNotion {
            status: 200,
            what: what.to_owned(),
        };
        assert_eq!(
            reply(200, body).read(Introspection::read),
            Err(expected),
            "{}",
            body.escape_ascii()
        );
    }
}

#[test]
fn the_id_of_a_request_comes_from_the_body_or_else_the_header() {
    for (body, expected) in [
        (r#"{"active":true,"request_id":"body"}"#, "body"),
        (r#"{"active":true}"#, "header"),
    ] {
        let mut reply = reply(200, body);
        reply.request_id = Some("header".to_owned());
        let reply = reply.accepted(&[]);
        let read = reply.read(Introspection::read).unwrap();
        assert_eq!(read.request_id.as_deref(), Some(expected));
    }
}

#[test]
fn an_id_of_a_success_is_no_echo_of_what_was_sent() {
    let body = r#"{"active":true,"request_id":"03fa"}"#;
    let reply = reply(200, body).accepted(&["03fa"]);
    let read = reply.read(Introspection::read).unwrap();
    assert_eq!(read.request_id, None);
}

#[test]
fn no_damage_to_a_body_is_more_than_a_refusal() {
    for body in [full_grant(), full_introspection(), full_bot()] {
        let whole = body.to_string().into_bytes();
        for position in 0..whole.len() {
            for damage in [b'"', b'{', b'\\', 0xff] {
                let mut damaged = whole.clone();
                damaged[position] = damage;
                check(&damaged);
            }
            check(&whole[..position]);
        }
    }
}

/// Asserts that every reader either reads the body or fails with [`Error::NotNotion`].
fn check(body: &[u8]) {
    let reply = reply(200, body);
    let errors = [
        reply.read(Grant::read).err(),
        reply.read(Introspection::read).err(),
        reply.read(|fields, _| Bot::read(fields)).err(),
        Revocation::read(&reply).err(),
    ];
    for error in errors.into_iter().flatten() {
        assert!(
            matches!(error, Error::NotNotion { status: 200, .. }),
            "{error:?} for {}",
            body.escape_ascii()
        );
    }
}

#[test]
fn a_printed_grant_shows_no_token() {
    let printed = format!("{:?}", grant(&full_grant()).unwrap());
    assert!(printed.contains("Acme Research"), "{printed}");
    assert!(
        !printed.contains("ntn_sample-access") && !printed.contains("nrt_sample-refresh"),
        "{printed}"
    );
}
