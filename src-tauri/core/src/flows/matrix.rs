//! Every act against everything that Notion is known to do, or may do: what the person is shown,
//! what was sent, and what became of the tokens.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::outside::Outside;

/// How Notion behaves: a mode of the sandbox, or a fault of its next answers.
enum Behaviour {
    Mode(Value),
    /// One in which nothing is connected at all, so that it begins afterwards.
    LaterMode(Value),
    /// The answers of the endpoint that the act asks first.
    Fault(Value),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Connect,
    Check,
    CheckDead,
    Refresh,
    Revoke,
    Forget,
}

impl Act {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Connect, "connect again"),
        (Self::Check, "check"),
        (Self::CheckDead, "check, revoked elsewhere"),
        (Self::Refresh, "refresh"),
        (Self::Revoke, "revoke"),
        (Self::Forget, "forget"),
    ];

    fn endpoint(self) -> &'static str {
        match self {
            Self::Connect | Self::Refresh => "token",
            Self::Check | Self::CheckDead | Self::Forget => "introspect",
            Self::Revoke => "revoke",
        }
    }
}

fn behaviours() -> impl Iterator<Item = (&'static str, Behaviour)> {
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

/// All fields that a success may lack, lacking their value like this.
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
        ("an answer after 21 seconds", json!({"delay_ms": 21_000})),
        ("cut before it was read", json!({"cut": "unread"})),
        ("cut before it was done", json!({"cut": "before"})),
        ("cut after it was done", json!({"cut": "after"})),
    ]
}

/// One line of the table.
async fn line(act: Act, behaviour: &Behaviour) -> String {
    let (outside, keyrack, client) = Outside::with_client().await;
    if let Behaviour::Mode(mode) = behaviour {
        outside.mode(mode.clone()).await;
    }
    let id = outside.connect(&keyrack, &client).await;
    if let Behaviour::LaterMode(mode) = behaviour {
        outside.mode(mode.clone()).await;
    }
    let before = keyrack.vault.read_connection(&id).await.expect("tokens");
    if act == Act::CheckDead {
        let bot = keyrack.store.connection(&id).expect("a row").bot_id;
        outside.revoke(&bot).await;
    }
    let callback = match act {
        Act::Connect => Some(outside.callback(&keyrack, &client).await.1),
        _ => None,
    };
    if let Behaviour::Fault(fault) = behaviour {
        let mut fault = fault.clone();
        fault["endpoint"] = act.endpoint().into();
        fault["times"] = 1.into();
        outside.fault(fault).await;
    }
    let sent = outside.requests().await.len();
    let told = match act {
        Act::Connect => {
            let callback = callback.expect("a callback");
            let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
            match ended.progress {
                crate::Progress::Completed { earlier_works, .. } => {
                    let earlier = if earlier_works {
                        ", the earlier works too"
                    } else {
                        ""
                    };
                    format!("done{earlier}")
                }
                crate::Progress::Failed { problem } => word(problem.code),
                other => format!("{other:?}"),
            }
        }
        Act::Check | Act::CheckDead => match keyrack.check(&id).await.expect("a row").problem {
            None => "done".to_owned(),
            Some(problem) => word(problem.code),
        },
        Act::Refresh => match keyrack.refresh(&id).await {
            Ok(_) => "done".to_owned(),
            Err(problem) => word(problem.code),
        },
        Act::Revoke => match keyrack.revoke(&id).await.expect("begun") {
            crate::Revocation::Revoked { receipt } => {
                let confirmed = receipt.confirmed_at.map_or("unconfirmed", |_| "confirmed");
                let fate = receipt.refresh_token.map_or_else(|| "-".to_owned(), word);
                format!("done, {confirmed}, refresh token {fate}")
            }
            crate::Revocation::Pending { problem, .. } => word(problem.code),
        },
        Act::Forget => match keyrack.forget(&id).await {
            Ok(_) => "done".to_owned(),
            Err(problem) => word(problem.code),
        },
    };
    let requests = outside.requests().await.split_off(sent);
    let requests: Vec<_> = requests
        .iter()
        .map(|path| path.rsplit('/').next().unwrap_or_default())
        .collect();
    let status = match keyrack.store.connection(&id) {
        Ok(connection) => word(connection.status),
        Err(_) => "gone".to_owned(),
    };
    let tokens = match keyrack.vault.read_connection(&id).await {
        Ok(after) if after.access.expose_secret() == before.access.expose_secret() => "kept",
        Ok(_) => "new",
        Err(_) => "gone",
    };
    format!("{status} | {tokens} | {} | {told}", requests.join(" "))
}

fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).expect("a word");
    value.as_str().expect("a word").to_owned()
}

#[tokio::test]
async fn every_act_under_every_behaviour_shows_what_is_true() {
    let mut lines = JoinSet::new();
    let at_once = Arc::new(Semaphore::new(16));
    for (act, name) in Act::ALL {
        for (behaviour_name, behaviour) in behaviours() {
            let at_once = at_once.clone();
            lines.spawn(async move {
                let _one_of_them = at_once.acquire().await;
                let line = line(act, &behaviour).await;
                ((name, behaviour_name), line)
            });
        }
    }
    let lines: HashMap<_, _> = lines.join_all().await.into_iter().collect();
    let mut table = String::new();
    for (_, name) in Act::ALL {
        let _ = writeln!(table, "{name}: status | tokens | requests | told");
        for (behaviour, _) in behaviours() {
            let _ = writeln!(table, "  {behaviour}: {}", lines[&(name, behaviour)]);
        }
    }
    #[allow(
        clippy::print_stdout,
        reason = "the table is for whoever runs the tests"
    )]
    {
        println!("{table}");
    }
    let agreed = include_str!("matrix.txt");
    for (shown, agreed) in table.lines().zip(agreed.lines()) {
        assert_eq!(shown, agreed);
    }
    assert_eq!(table.lines().count(), agreed.lines().count());
}
