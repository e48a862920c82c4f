//! The known and possible behaviours of Notion, as modes and faults of the sandbox.

use serde_json::{Value, json};

/// A behaviour of Notion: a mode of the sandbox, or a fault of its next replies.
pub(super) enum Behaviour {
    Mode(Value),
    /// A mode in which nothing can be connected, so that it begins after the connect.
    LaterMode(Value),
    /// A fault in the replies of the endpoint that the act calls first.
    Fault(Value),
}

/// All behaviours, by name.
pub(super) fn behaviours() -> impl Iterator<Item = (&'static str, Behaviour)> {
    let modes = modes()
        .into_iter()
        .map(|(name, mode)| (name, Behaviour::Mode(mode)));
    let later_modes = later_modes()
        .into_iter()
        .map(|(name, mode)| (name, Behaviour::LaterMode(mode)));
    let faults = faults()
        .into_iter()
        .map(|(name, fault)| (name, Behaviour::Fault(fault)));
    modes.chain(later_modes).chain(faults)
}

fn modes() -> Vec<(&'static str, Value)> {
    vec![
        ("as documented", json!({})),
        ("no refresh token", json!({"refresh_token": false})),
        (
            "second consent ends the first",
            json!({"second_consent": "replaces"}),
        ),
        (
            "second consent gives the same",
            json!({"second_consent": "same_pair"}),
        ),
        (
            "old access lives after refresh",
            json!({"refreshed_pair": "access_lives"}),
        ),
        (
            "old pair lives after refresh",
            json!({"refreshed_pair": "lives"}),
        ),
        ("a revoke ends the pair", json!({"revoke_reach": "pair"})),
        ("a revoke ends the bot", json!({"revoke_reach": "bot"})),
        (
            "second revoke is 400",
            json!({"revoke_reach": "pair", "second_revoke": 400}),
        ),
        (
            "refresh tokens not revocable",
            json!({"revoke_refresh_token": "unsupported"}),
        ),
        (
            "refresh tokens' revocation ignored",
            json!({"revoke_refresh_token": "ignored"}),
        ),
        (
            "dead tokens are 400",
            json!({"dead_token": "invalid_grant"}),
        ),
        ("owner is the workspace", json!({"owner": "workspace"})),
        (
            "owner is the workspace, untyped",
            json!({"owner": "workspace_untyped"}),
        ),
        (
            "owner without e-mail",
            json!({"owner": "user_without_email"}),
        ),
        ("owner is an id", json!({"owner": "user_id"})),
        ("owner untyped", json!({"owner": "user_untyped"})),
        (
            "optional fields null",
            json!({"reply_fields": optional("null")}),
        ),
        (
            "optional fields missing",
            json!({"reply_fields": optional("missing")}),
        ),
        ("long introspection", json!({"introspection": "long"})),
        ("seconds since 1970", json!({"iat": "seconds"})),
        (
            "errors as OAuth",
            json!({"error_shape": "oauth", "dead_token": "invalid_grant"}),
        ),
        (
            "errors as API",
            json!({"error_shape": "api", "dead_token": "invalid_grant"}),
        ),
        (
            "errors as HTML",
            json!({"error_shape": "html", "dead_token": "invalid_grant"}),
        ),
    ]
}

fn later_modes() -> Vec<(&'static str, Value)> {
    vec![
        (
            "required fields missing",
            json!({"reply_fields": {"bot_id": "missing", "active": "missing"}}),
        ),
        ("codes end at once", json!({"code_lifetime_s": 0})),
    ]
}

/// A mode in which all optional fields of a success are absent in the way of `how`.
fn optional(how: &str) -> Value {
    let fields = [
        "token_type",
        "workspace_name",
        "workspace_icon",
        "owner",
        "duplicated_template_id",
        "request_id",
        "scope",
        "iat",
    ];
    fields.into_iter().map(|field| (field, how)).collect()
}

fn faults() -> Vec<(&'static str, Value)> {
    let api = |status: u16, code: &str| json!({"object": "error", "status": status, "code": code, "message": "no"});
    vec![
        (
            "429",
            json!({"status": 429, "headers": {"retry-after": "1"}, "body": api(429, "rate_limited")}),
        ),
        (
            "429 for an hour",
            json!({"status": 429, "headers": {"retry-after": "3600"}, "body": api(429, "rate_limited")}),
        ),
        (
            "529",
            json!({"status": 529, "body": api(529, "service_overload")}),
        ),
        (
            "500",
            json!({"status": 500, "body": {"error": "server_error"}}),
        ),
        (
            "503",
            json!({"status": 503, "body": api(503, "service_unavailable")}),
        ),
        (
            "a proxy's page",
            json!({"status": 502, "headers": {"content-type": "text/html"}, "body": "<h1>Bad gateway</h1>"}),
        ),
        (
            "a captive portal",
            json!({"headers": {"content-type": "text/html"}, "body": "<h1>Welcome</h1>"}),
        ),
        (
            "a redirect",
            json!({"status": 307, "headers": {"location": "http://127.0.0.1:1/"}}),
        ),
        (
            "a huge body",
            json!({"body": "x".repeat(65_536), "repeat": 64}),
        ),
        (
            "a body without end",
            json!({"body": "x".repeat(1_024), "repeat": 0}),
        ),
        (
            "a body that drips without end",
            json!({"body": " ", "repeat": 0, "drip_ms": 500}),
        ),
        (
            "JSON that is called a page",
            json!({"headers": {"content-type": "text/html"}, "body": "{}"}),
        ),
        ("nothing at all", json!({"status": 204})),
        ("an answer after a minute", json!({"delay_ms": 60_000})),
        ("cut before it was read", json!({"cut": "unread"})),
        ("cut before it was done", json!({"cut": "before"})),
        ("cut after it was done", json!({"cut": "after"})),
    ]
}
