//! Tokens that were made elsewhere: added, used and checked like others, and ended only at Notion.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::acts::check::background::Attention;
use crate::acts::pass_on::{Outgoing, OutgoingBody};
use crate::domain::annotation::LabelChange;
use crate::domain::batch::BatchAct;
use crate::domain::connection::{Connection, Status};
use crate::domain::hand_out::{Caller, Way};
use crate::domain::problem::{Cause, Field, Problem};
use crate::domain::token::NewToken;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::tests::env::TestEnv;

fn form(token: &str) -> NewToken {
    NewToken {
        token: token.into(),
        name: "Night export".into(),
        expires_on: "2027-03-01".into(),
        labels: vec!["Acme".into()],
    }
}

/// A token of an internal connection in a new workspace.
async fn made(env: &TestEnv) -> String {
    let workspace = env.notion.add_workspace("Birch", "Jo Lindqvist").await;
    let made = env.notion.make_tokens(&workspace, None).await;
    made["access_token"].as_str().expect("a token").to_owned()
}

/// A test environment with a token that was added, its text, and its connection.
async fn with_token() -> (TestEnv, Arc<Keyrack>, String, Connection) {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let token = made(&env).await;
    let added = keyrack.add_token(form(&token)).await.expect("added");
    (env, keyrack, token, added)
}

fn cause<T>(result: Result<T, Problem>) -> Option<Cause> {
    result.err().map(|problem| problem.cause)
}

async fn end_at_notion(env: &TestEnv, connection: &Connection) {
    assert_eq!(env.notion.revoke(&connection.bot_id).await, 1);
}

#[tokio::test]
async fn a_token_is_listed_as_what_notion_says_of_it_and_no_client_is() {
    let (_env, keyrack, _, added) = with_token().await;
    assert!(added.made_elsewhere && !added.has_refresh_token);
    assert_eq!(
        (&*added.client_name, &*added.workspace_name, added.status),
        ("Night export", "Birch", Status::Active)
    );
    assert_eq!(added.labels.as_slice(), ["Acme"]);
    assert_eq!(
        added.expires_on.map(String::from).as_deref(),
        Some("2027-03-01")
    );
    assert_eq!(keyrack.connections().expect("the list"), [added]);
    assert_eq!(keyrack.clients().expect("clients"), []);
    assert_eq!(keyrack.snapshot().expect("a snapshot").clients, []);
}

#[tokio::test]
async fn a_token_without_a_name_has_that_of_its_bot() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let token = made(&env).await;
    let form = NewToken {
        name: " ".into(),
        ..form(&token)
    };
    let added = keyrack.add_token(form).await.expect("added");
    assert_eq!(added.client_name, "Keyrack");
}

#[tokio::test]
async fn a_token_that_notion_does_not_take_or_that_is_here_already_is_not_added() {
    let (env, keyrack, token, added) = with_token().await;
    let before = keyrack.connections().expect("the list");
    let entries = env.keyring.users();
    let known = Cause::TokenKnown {
        connection: added.id.clone(),
        workspace: "Birch".into(),
    };
    let again = format!("NOTION_TOKEN=\"{token}\"");
    assert_eq!(cause(keyrack.add_token(form(&again)).await), Some(known));
    let refused = keyrack.add_token(form("ntn_nobodys")).await;
    assert_eq!(cause(refused), Some(Cause::TokenRefused));
    let field = Field::Token;
    let refused = keyrack.add_token(form("two words")).await;
    assert_eq!(cause(refused), Some(Cause::InvalidInput { field }));
    env.fault(json!({"endpoint": "me", "times": 9, "status": 403,
        "body": {"object": "error", "status": 403, "code": "restricted_resource", "message": "no"}}))
        .await;
    let other = made(&env).await;
    let refused = keyrack.add_token(form(&other)).await;
    let status = 403;
    let detail = "restricted_resource".to_owned();
    assert_eq!(
        cause(refused),
        Some(Cause::NotionRefused { status, detail })
    );
    assert_eq!(keyrack.connections().expect("the list"), before);
    assert_eq!(env.keyring.users(), entries);
}

#[tokio::test]
async fn a_keyring_that_takes_no_token_leaves_nothing_of_it() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let token = made(&env).await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let refused = keyrack.add_token(form(&token)).await;
    assert_eq!(cause(refused), Some(Cause::KeyringLocked));
    env.keyring.behave(KeyringBehaviour::Normal);
    assert_eq!(keyrack.connections().expect("the list"), []);
    assert_eq!(env.keyring.users(), Vec::<String>::new());
    assert!(
        keyrack
            .store
            .unfinished_operations()
            .expect("read")
            .is_empty()
    );
}

#[tokio::test]
async fn a_token_is_handed_out_and_requests_are_made_with_it() {
    let (env, keyrack, token, added) = with_token().await;
    for fresh in [false, true] {
        let handed = keyrack
            .hand_out(&added.id, Way::Token, Caller::default(), fresh)
            .await
            .expect("handed out");
        assert_eq!(handed.token.expose_secret(), token);
        assert_eq!(handed.base_url, env.base_url());
    }
    let outgoing = Outgoing {
        method: hyper::Method::GET,
        path: notion_oauth::ApiPath::parse("/v1/users/me").expect("a path"),
        query: None,
        headers: hyper::HeaderMap::new(),
        body: OutgoingBody::Whole(Vec::new().into()),
    };
    let reply = keyrack
        .request(&added.id, Caller::default(), true, outgoing)
        .await
        .expect("a reply");
    assert_eq!(reply.status(), 200);
    for request in env.notion.requests().await {
        assert_eq!(request["path"], "/v1/users/me", "nothing else is asked");
    }
}

#[tokio::test]
async fn a_check_asks_users_me_alone_and_only_a_refusal_of_the_token_ends_it() {
    let (env, keyrack, _, added) = with_token().await;
    let checked = keyrack.check(&added.id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
    env.fault(json!({"endpoint": "me", "times": 1, "status": 403,
        "body": {"object": "error", "status": 403, "code": "restricted_resource", "message": "no"}}))
        .await;
    let checked = keyrack.check(&added.id).await.expect("checked");
    assert_eq!(checked.status, Status::CannotCheck);
    assert_eq!(checked.last_status, Some(Status::Active));
    end_at_notion(&env, &added).await;
    let checked = keyrack.check(&added.id).await.expect("checked");
    assert_eq!(checked.status, Status::Inactive, "no consent helps");
    assert!(matches!(
        checked.problem.map(|problem| problem.cause),
        Some(Cause::TokenEnded { .. })
    ));
    assert_eq!(env.notion.count("POST /v1/oauth/introspect").await, 0);
    let refused = keyrack
        .hand_out(&added.id, Way::Token, Caller::default(), true)
        .await;
    let Some(Cause::NotHandedOut { why, .. }) = cause(refused) else {
        panic!("handed out")
    };
    assert!(matches!(*why, Cause::TokenEnded { .. }), "{why:?}");
}

#[tokio::test]
async fn what_notion_does_for_clients_alone_is_refused_and_the_page_is_named() {
    let (env, keyrack, _, added) = with_token().await;
    let requests = env.notion.requests().await.len();
    let page = "https://app.notion.com/developers/connections".to_owned();
    let refusal = Some(Cause::MadeElsewhere { page });
    assert_eq!(cause(keyrack.refresh(&added.id).await), refusal);
    assert_eq!(cause(keyrack.revoke(&added.id).await), refusal);
    assert_eq!(cause(keyrack.begin_reconnect(&added.id).await), refusal);
    assert_eq!(cause(keyrack.may_revoke(&added)), refusal);
    let run = keyrack.begin_batch(BatchAct::Revoke, None).expect("begun");
    let end = run.await;
    let causes: Vec<_> = end.not_done.iter().map(|one| &one.problem.cause).collect();
    assert_eq!(causes, [refusal.as_ref().expect("a cause")]);
    let run = keyrack.begin_batch(BatchAct::Refresh, None).expect("begun");
    assert_eq!(run.await.counts.total, 0, "there is none to refresh");
    let run = keyrack.begin_batch(BatchAct::Check, None).expect("begun");
    assert_eq!(run.await.counts.succeeded, 1);
    assert_eq!(env.notion.requests().await.len(), requests + 1);
    assert_eq!(
        keyrack.connection(&added.id).expect("listed").status,
        Status::Active
    );
    assert_eq!(keyrack.receipts().expect("receipts"), []);
}

#[tokio::test]
async fn a_forgotten_token_leaves_nothing_but_its_receipt() {
    let (env, keyrack, token, added) = with_token().await;
    let receipt = keyrack.forget(&added.id).await.expect("forgotten");
    assert_eq!(receipt.client_name, "Night export");
    assert_eq!(keyrack.connections().expect("the list"), []);
    assert_eq!(env.keyring.users(), Vec::<String>::new());
    assert_eq!(keyrack.store.paced().expect("rows"), []);
    let again = keyrack.add_token(form(&token)).await.expect("added again");
    assert_ne!(again.id, added.id);
}

#[tokio::test]
async fn a_lost_database_gets_the_token_back_with_its_day() {
    let (env, keyrack, token, added) = with_token().await;
    drop(keyrack);
    env.lose_database();
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let back = keyrack.connection(&added.id).expect("listed");
    assert!(back.made_elsewhere);
    assert_eq!(
        (&back.client_name, back.expires_on),
        (&added.client_name, added.expires_on)
    );
    assert_eq!(keyrack.clients().expect("clients"), []);
    let handed = keyrack
        .hand_out(&added.id, Way::Token, Caller::default(), false)
        .await
        .expect("handed out");
    assert_eq!(handed.token.expose_secret(), token);
    let checked = keyrack.check(&added.id).await.expect("checked");
    assert_eq!(checked.workspace_id, added.workspace_id);
}

type IsRight = fn(&Cause) -> bool;

#[tokio::test]
async fn a_row_that_says_otherwise_than_the_entry_moves_no_request() {
    let (env, keyrack, _, added) = with_token().await;
    let requests = env.notion.requests().await.len();
    let db =
        rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("the database");
    let expectations: [(&str, IsRight); 3] = [
        (
            "UPDATE clients SET base_url = 'http://127.0.0.1:9'",
            |cause| matches!(cause, Cause::ClientAltered { .. }),
        ),
        ("UPDATE clients SET kind = 'oauth'", |cause| {
            matches!(cause, Cause::ConnectionAltered)
        }),
        ("UPDATE connections SET bot_id = 'other'", |cause| {
            matches!(cause, Cause::ConnectionAltered)
        }),
    ];
    for (change, is_right) in expectations {
        db.execute(change, []).expect("altered");
        let refused = keyrack
            .hand_out(&added.id, Way::Token, Caller::default(), false)
            .await;
        let mut found = cause(refused).expect("refused");
        if let Cause::NotHandedOut { why, .. } = found {
            found = *why;
        }
        assert!(is_right(&found), "{change}: {found:?}");
        let checked = keyrack.check(&added.id).await.expect("checked");
        assert_eq!(checked.status, Status::CannotCheck, "{change}");
        keyrack.rebuild().await.expect("corrected");
        let back = keyrack.connection(&added.id).expect("listed");
        assert!(back.made_elsewhere, "{change}");
        assert_eq!(back.bot_id, added.bot_id, "{change}");
    }
    assert_eq!(env.notion.requests().await.len(), requests);
    let checked = keyrack.check(&added.id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn a_day_to_end_is_noted_on_tokens_that_were_made_elsewhere_alone() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let granted = env.connect(&keyrack, &client).await;
    let token = made(&env).await;
    let added = keyrack.add_token(form(&token)).await.expect("added");
    let day = |connection: Connection| connection.expires_on.map(String::from);
    let set = keyrack.set_expiry(&added.id, "2028-02-29").expect("noted");
    assert_eq!(day(set).as_deref(), Some("2028-02-29"));
    let set = keyrack.set_expiry(&added.id, "").expect("taken away");
    assert_eq!(day(set), None);
    let refused = keyrack.set_expiry(&granted, "2028-02-29");
    assert_eq!(cause(refused), Some(Cause::NoExpiry));
    let change = LabelChange {
        expires_on: Some("2028-02-29".into()),
        ..LabelChange::default()
    };
    let both = [added.id.clone(), granted];
    let refused = keyrack.label_connections(&both, &change);
    assert_eq!(cause(refused), Some(Cause::NoExpiry));
    assert_eq!(day(keyrack.connection(&added.id).expect("listed")), None);
    let field = Field::ExpiresOn;
    let refused = keyrack.set_expiry(&added.id, "soon");
    assert_eq!(cause(refused), Some(Cause::InvalidInput { field }));
}

#[tokio::test]
async fn everything_is_removed_with_the_tokens() {
    let (env, keyrack, _, _) = with_token().await;
    let removal = keyrack
        .remove_everything(false, || async {
            crate::domain::removal::Cleanup::NothingThere
        })
        .expect("begun");
    let removed = removal.await;
    assert_eq!(removed.removed.forgotten, 1);
    keyrack.close();
    assert_eq!(env.keyring.users(), Vec::<String>::new());
    assert!(!env.folder.path().join("keyrack.db").exists());
}

#[test]
fn an_added_tokens_form_is_what_the_window_sends() {
    let sent: Value = json!({"token": "ntn_1", "name": "", "expires_on": "", "labels": []});
    let read: NewToken = serde_json::from_value(sent).expect("a form");
    assert_eq!(read.token.expose_secret(), "ntn_1");
}

#[tokio::test]
async fn a_token_that_arrives_twice_at_once_is_listed_once() {
    let env = TestEnv::new().await;
    let (one, other) = (env.start(), env.start());
    let token = made(&env).await;
    let add = |keyrack: &Arc<Keyrack>| {
        let keyrack = keyrack.clone();
        let form = form(&token);
        async move { keyrack.add_token(form).await }
    };
    let added = tokio::join!(add(&one), add(&other), add(&one));
    let added = [added.0, added.1, added.2];
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1);
    for refused in added.into_iter().filter_map(Result::err) {
        assert!(
            matches!(refused.cause, Cause::TokenKnown { .. }),
            "{refused:?}"
        );
    }
    assert_eq!(one.connections().expect("the list").len(), 1);
    assert_eq!(env.keyring.users().len(), 1);
}

#[tokio::test]
async fn a_day_that_comes_near_is_told_of_once() {
    const DAY: i64 = 86_400_000;
    let (env, keyrack, _, added) = with_token().await;
    let mut watch = keyrack.watch().expect("the only one");
    let mut told = Vec::new();
    for days in [30, 1, 1] {
        env.pass(days * DAY);
        let caught_up = watch.catch_up(Duration::from_hours(1)).await;
        told.push(caught_up.expect("caught up").attention);
    }
    let [None, Some(Attention::One(row)), None] = told.as_slice() else {
        panic!("told {told:?}");
    };
    assert_eq!((&row.id, row.needs_attention), (&added.id, false));
}
