//! Every act with every known or possible behaviour of Notion: what the person is shown, what was
//! sent, and what happened to the tokens.

mod behaviours;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::domain::authorization::Progress;
use crate::domain::connection::Connection;
use crate::domain::problem::Problem;
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;

use crate::tests::env::TestEnv;
use behaviours::{Behaviour, behaviours};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Connect,
    ConnectAgain,
    Check,
    CheckDead,
    Refresh,
    Revoke,
    Forget,
    Rotate,
}

impl Act {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Connect, "connect"),
        (Self::ConnectAgain, "connect again"),
        (Self::Check, "check"),
        (Self::CheckDead, "check, revoked elsewhere"),
        (Self::Refresh, "refresh"),
        (Self::Revoke, "revoke"),
        (Self::Forget, "forget"),
        (Self::Rotate, "replace the client's secret"),
    ];

    fn endpoint(self) -> &'static str {
        match self {
            Self::Connect | Self::ConnectAgain | Self::Refresh => "token",
            Self::Check | Self::CheckDead | Self::Forget | Self::Rotate => "introspect",
            Self::Revoke => "revoke",
        }
    }
}

/// One line of the table: an act with a behaviour.
async fn line(act: Act, behaviour: &Behaviour) -> String {
    let (env, keyrack, client) = TestEnv::with_client().await;
    if let Behaviour::Mode(mode) = behaviour {
        env.mode(mode.clone()).await;
    }
    let mut before = None;
    if act != Act::Connect {
        let id = env.connect(&keyrack, &client).await;
        before = keyrack.vault.read_connection(&id).await.ok();
        if act == Act::CheckDead {
            env.revoke(&only(&keyrack).expect("a row").bot_id).await;
        }
    }
    if let Behaviour::LaterMode(mode) = behaviour {
        env.mode(mode.clone()).await;
    }
    let callback = match act {
        Act::Connect | Act::ConnectAgain => env.callback(&keyrack, &client).await.1,
        _ => String::new(),
    };
    if let Behaviour::Fault(fault) = behaviour {
        let mut fault = fault.clone();
        fault["endpoint"] = act.endpoint().into();
        fault["times"] = 1.into();
        env.fault(fault).await;
    }
    let sent = env.requests().await.len();
    let id = only(&keyrack).map(|row| row.id).unwrap_or_default();
    let told = match act {
        Act::Connect | Act::ConnectAgain => connect(&keyrack, &callback).await,
        Act::Check | Act::CheckDead => {
            let problem = keyrack.check(&id).await.expect("a row").problem;
            told(problem.map_or(Ok(()), Err))
        }
        Act::Refresh => told(keyrack.refresh(&id).await),
        Act::Revoke => revoke(&keyrack, &id).await,
        Act::Forget => told(keyrack.forget(&id).await),
        Act::Rotate => {
            let secret = env.credentials().1.into();
            told(keyrack.replace_client_secret(&client.id, secret).await)
        }
    };
    let requests = env.requests().await.split_off(sent);
    let requests: Vec<_> = requests
        .iter()
        .map(|path| path.rsplit('/').next().unwrap_or_default())
        .collect();
    let Some(row) = only(&keyrack) else {
        let kept = env.keyring.users().len() - 1;
        assert_eq!(kept, 0, "tokens without a row");
        return format!("none | none | {} | {told}", requests.join(" "));
    };
    let after = keyrack.vault.read_connection(&row.id).await.ok();
    let tokens = match (before, after) {
        (Some(before), Some(after))
            if before.access.expose_secret() == after.access.expose_secret() =>
        {
            "kept"
        }
        (_, Some(_)) => "new",
        (_, None) => "none",
    };
    let status = word(row.status);
    format!("{status} | {tokens} | {} | {told}", requests.join(" "))
}

/// The only connection.
fn only(keyrack: &Keyrack) -> Option<Connection> {
    keyrack.store.connections().expect("rows").pop()
}

async fn connect(keyrack: &Arc<Keyrack>, callback: &str) -> String {
    let ended = keyrack.accept(callback.as_bytes()).await.expect("taken");
    match ended.progress {
        Progress::Completed {
            earlier_works: true,
            ..
        } => "done, the earlier works too".to_owned(),
        Progress::Completed { .. } => "done".to_owned(),
        Progress::Failed { problem } => problem.cause.code(),
        other => format!("{other:?}"),
    }
}

async fn revoke(keyrack: &Keyrack, id: &str) -> String {
    match keyrack.revoke(id).await.expect("begun") {
        Revocation::Revoked { receipt } => {
            let confirmed = receipt.confirmed_at.map_or("unconfirmed", |_| "confirmed");
            let fate = receipt.refresh_token.map_or_else(|| "-".to_owned(), word);
            format!("done, {confirmed}, refresh token {fate}")
        }
        Revocation::Pending { problem, .. } => problem.cause.code(),
    }
}

fn told<T>(result: Result<T, Problem>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(problem) => problem.cause.code(),
    }
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
