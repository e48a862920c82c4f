//! Every act against everything that Notion is known to do, or may do: what the person is shown,
//! what was sent, and what became of the tokens.

use std::fmt::Write as _;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::outside::Outside;

/// How Notion behaves: a mode of the sandbox, or a fault of its next answers.
enum Behaviour {
    Mode(Value),
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
}

impl Act {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Connect, "connect again"),
        (Self::Check, "check"),
        (Self::CheckDead, "check, revoked elsewhere"),
        (Self::Refresh, "refresh"),
        (Self::Revoke, "revoke"),
    ];

    fn endpoint(self) -> &'static str {
        match self {
            Self::Connect | Self::Refresh => "token",
            Self::Check | Self::CheckDead => "introspect",
            Self::Revoke => "revoke",
        }
    }
}

fn behaviours() -> impl Iterator<Item = (&'static str, Behaviour)> {
    let modes = modes()
        .into_iter()
        .map(|(name, mode)| (name, Behaviour::Mode(mode)));
    let faults = faults()
        .into_iter()
        .map(|(name, fault)| (name, Behaviour::Fault(fault)));
    modes.chain(faults)
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
            "dead tokens are 400",
            json!({"dead_token": "invalid_grant"}),
        ),
        ("owner is the workspace", json!({"owner": "workspace"})),
        (
            "owner missing, names null",
            json!({"reply_fields": {"owner": "missing", "workspace_name": "null", "request_id": "missing"}}),
        ),
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

fn faults() -> Vec<(&'static str, Value)> {
    let api = |status: u16, code: &str| json!({"object": "error", "status": status, "code": code, "message": "no"});
    vec![
        (
            "429",
            json!({"status": 429, "headers": {"retry-after": "7"}, "body": api(429, "rate_limited")}),
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
                crate::Progress::Completed { .. } => "done".to_owned(),
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
    let mut table = String::new();
    for (act, name) in Act::ALL {
        let _ = writeln!(table, "{name}: status | tokens | requests | told");
        for (behaviour_name, behaviour) in behaviours() {
            let line = line(act, &behaviour).await;
            let _ = writeln!(table, "  {behaviour_name}: {line}");
        }
    }
    #[allow(
        clippy::print_stdout,
        reason = "the table is for whoever runs the tests"
    )]
    {
        println!("{table}");
    }
    assert_eq!(table, include_str!("matrix.txt"));
}
