//! Leases: requests passed on, what Notion's replies prove, and the end.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::acts::lease::{Leases, Terms};
use crate::domain::act::{Forget, HandOut};
use crate::domain::connection::Status;
use crate::domain::hand_out::{Allowed, Caller, HandedTo, LeaseUse, Way};
use crate::domain::operation::Operation;
use crate::domain::problem::Cause;
use crate::keyrack::Keyrack;
use crate::runtime::proxy::Endpoint;
use crate::tests::env::TestEnv;
use crate::views::activity::{ActivityEntry, ActivityFilter};

const ME: &str = "/v1/users/me";
const TOKEN: &str = "/v1/oauth/token";

fn terms() -> Terms {
    Terms {
        way: Way::Proxy,
        caller: Caller {
            program: "node".to_owned(),
            pid: Some(4711),
            ..Caller::default()
        },
        read_only: false,
        lasts: None,
        fresh: false,
    }
}

async fn lease_with(keyrack: &Arc<Keyrack>, id: &str, terms: Terms) -> Leases {
    let begun = keyrack
        .begin_leases(&[id.to_owned()], &terms, &Endpoint::Port)
        .await;
    begun.expect("a lease")
}

async fn leased() -> (TestEnv, Arc<Keyrack>, String, Leases) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let leases = lease_with(&keyrack, &id, terms()).await;
    (env, keyrack, id, leases)
}

fn request(env: &TestEnv, leases: &Leases, method: Method, path: &str) -> RequestBuilder {
    let key = leases.begun()[0].key.expose_secret();
    let url = format!("{}{path}", leases.base_url());
    env.http.request(method, url).bearer_auth(key)
}

async fn ask(env: &TestEnv, leases: &Leases, method: Method, path: &str) -> Response {
    let asked = request(env, leases, method, path).send().await;
    asked.expect("an answer")
}

async fn me(env: &TestEnv, leases: &Leases) -> Response {
    ask(env, leases, Method::GET, ME).await
}

/// Ends a connection's access token at the sandbox, and nothing else.
pub(super) async fn access_token_dies(env: &TestEnv, keyrack: &Keyrack, id: &str) {
    let tokens = keyrack.vault.read_connection(id).await.expect("tokens");
    let (client, secret) = env.credentials();
    let url = format!("{}/v1/oauth/revoke", env.base_url());
    let revoke = env.http.post(url).basic_auth(client, Some(secret));
    let body = json!({ "token": tokens.access.expose_secret() });
    let revoked = revoke.json(&body).send().await.expect("a reply");
    assert_eq!(revoked.status(), StatusCode::OK);
}

/// The row of the last hand-out.
fn row(keyrack: &Keyrack, id: &str) -> ActivityEntry {
    let filter = ActivityFilter {
        connection: Some(id.to_owned()),
        ..ActivityFilter::default()
    };
    let page = keyrack.activity(&filter, None).expect("the activity");
    let mut rows = page.entries.into_iter();
    rows.find(|row| row.handed.is_some()).expect("a hand-out")
}

async fn refused(answer: Response, status: u16) -> String {
    assert_eq!(answer.status().as_u16(), status);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["object"], "error");
    assert_eq!(body["status"], status);
    let message = body["message"].as_str().expect("a message").to_owned();
    assert!(message.starts_with("Keyrack: "), "{message}");
    message
}

#[tokio::test]
async fn a_program_uses_a_token_that_it_does_not_have() {
    let (env, keyrack, id, leases) = leased().await;
    let answer = me(&env, &leases).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("x-notion-request-id"));
    let body: Value = answer.json().await.expect("JSON");
    let connection = keyrack.connection(&id).expect("a connection");
    assert_eq!(body["bot"]["workspace_name"], connection.workspace_name);

    let tokens = keyrack.vault.read_connection(&id).await.expect("tokens");
    let key = leases.begun()[0].key.expose_secret();
    assert_ne!(key, tokens.access.expose_secret());
    let with_token = env.http.get(format!("{}{ME}", leases.base_url()));
    let with_token = with_token.bearer_auth(tokens.access.expose_secret());
    let answer = with_token.send().await.expect("an answer");
    refused(answer, 401).await;
    assert_eq!(env.count(ME).await, 1, "only the lease's own key is one");
}

#[tokio::test]
async fn a_lease_is_listed_with_what_it_was_used_for_until_it_is_closed() {
    let (env, keyrack, id, leases) = leased().await;
    let [listed] = &keyrack.leases().expect("leases")[..] else {
        panic!("one lease");
    };
    assert_eq!((&listed.connection_id, listed.way), (&id, Way::Proxy));
    assert_eq!(listed.caller.program, "node");
    assert_eq!(listed.id, leases.begun()[0].id);

    env.pass(5000);
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    ask(&env, &leases, Method::POST, "/v1/pages").await;
    leases.close();
    assert!(keyrack.leases().expect("leases").is_empty());
    let used = row(&keyrack, &id).handed.and_then(|handed| handed.lease);
    let used = used.expect("a lease's row");
    assert_eq!((used.requests, used.writes, used.refusals), (2, 1, 0));
    assert_eq!(used.last_request_at, Some(env.now()));
    let connection = keyrack.connection(&id).expect("a connection");
    assert_eq!(connection.last_used_at, Some(env.now()));
}

#[tokio::test]
async fn a_reply_is_a_verdict_with_its_time() {
    let (env, keyrack, id, leases) = leased().await;
    env.pass(60_000);
    let asked_at = env.now();
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    env.pass(60_000);
    leases.close();
    let connection = keyrack.connection(&id).expect("a connection");
    assert_eq!(connection.status, Status::Active);
    assert_eq!(connection.checked_at, Some(asked_at));
}

#[tokio::test]
async fn a_dead_connection_turns_at_the_first_refusal() {
    let (env, keyrack, id, leases) = leased().await;
    let connection = keyrack.connection(&id).expect("a connection");
    env.revoke(&connection.bot_id).await;
    let answer = me(&env, &leases).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(
        body["message"], "API token is invalid.",
        "Notion's own words"
    );
    let connection = keyrack.connection(&id).expect("a connection");
    assert_ne!(connection.status, Status::Active);
    // From now on it is known here.
    let asked = env.count(ME).await;
    refused(me(&env, &leases).await, 401).await;
    assert_eq!(env.count(ME).await, asked);
}

#[tokio::test]
async fn a_token_that_dies_is_refreshed_once_and_nobody_notices() {
    let (env, keyrack, id, leases) = leased().await;
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    access_token_dies(&env, &keyrack, &id).await;
    let before = env.count(TOKEN).await;
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..16 {
        all.spawn(request(&env, &leases, Method::GET, ME).send());
    }
    for answer in all.join_all().await {
        assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    }
    assert_eq!(env.count(TOKEN).await, before + 1, "one refresh");
    let connection = keyrack.connection(&id).expect("a connection");
    assert_eq!(connection.status, Status::Active);
}

#[tokio::test]
async fn a_refresh_elsewhere_is_followed() {
    let (env, keyrack, id, leases) = leased().await;
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    env.pass(1000);
    env.start().refresh(&id).await.expect("refreshed elsewhere");
    let checks = env.count("/v1/oauth/introspect").await;
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    assert_eq!(env.count("/v1/oauth/introspect").await, checks);
    drop(keyrack);
}

#[tokio::test]
async fn a_write_whose_token_died_is_sent_again_and_only_then() {
    let (env, keyrack, id, leases) = leased().await;
    access_token_dies(&env, &keyrack, &id).await;
    // The sandbox has no such path: with the new token it says so, and is not asked again.
    let answer = ask(&env, &leases, Method::PATCH, "/v1/nothing").await;
    let status = answer.status().as_u16();
    assert!([400, 404].contains(&status), "{status}");
    let asked = env.requests().await;
    let asked = asked.iter().filter(|path| path.contains("/v1/nothing"));
    assert!((1..=2).contains(&asked.count()));
}

#[tokio::test]
async fn revoking_ends_the_use_and_the_receipt_names_it() {
    let (env, keyrack, id, leases) = leased().await;
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    let revocation = keyrack.revoke(&id).await.expect("revoked");
    let revocation = json!(revocation);
    let cut_off = &revocation["receipt"]["cut_off"];
    assert_eq!(cut_off[0]["program"], "node", "{revocation}");
    assert_eq!(cut_off[0]["pid"], 4711);
    let asked = env.count(ME).await;
    refused(me(&env, &leases).await, 401).await;
    assert_eq!(env.count(ME).await, asked);
    leases.ended().await;
    let receipts = keyrack.receipts().expect("receipts");
    assert_eq!(receipts[0].cut_off.len(), 1, "and stays on it");
}

#[tokio::test]
async fn forgetting_watching_only_and_ending_end_the_use() {
    type End = fn(&Keyrack, &str, &str);
    let ends: [(&str, End); 2] = [
        ("only watched", |keyrack, id, _| {
            keyrack.allow(id, Allowed::Never).expect("allowed");
        }),
        ("lease of this program was ended", |keyrack, _, lease| {
            keyrack.end_lease(lease).expect("ended");
        }),
    ];
    for (words, end) in ends {
        let (env, keyrack, id, leases) = leased().await;
        end(&keyrack, &id, &leases.begun()[0].id);
        let message = refused(me(&env, &leases).await, 401).await;
        assert!(message.contains(words), "{message}");
        assert_eq!(env.count(ME).await, 0);
        leases.ended().await;
    }
    let (env, keyrack, id, leases) = leased().await;
    let receipt = keyrack.forget(&id).await.expect("forgotten");
    assert_eq!(receipt.cut_off[0].program, "node");
    refused(me(&env, &leases).await, 401).await;
    let gone = keyrack.end_lease(&leases.begun()[0].id);
    assert!(matches!(
        gone.expect_err("ended").cause,
        Cause::NoSuchLease { .. }
    ));
}

#[tokio::test]
async fn a_lease_that_only_reads_lets_no_write_through() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let read_only = Terms {
        read_only: true,
        ..terms()
    };
    let leases = lease_with(&keyrack, &id, read_only).await;
    let before = env.requests().await.len();
    for (method, path) in [
        (Method::POST, "/v1/pages"),
        (Method::PATCH, "/v1/blocks/1f2e"),
        (Method::DELETE, "/v1/blocks/1f2e"),
        (Method::PUT, "/v1/search"),
    ] {
        let message = refused(ask(&env, &leases, method, path).await, 403).await;
        assert!(message.contains("only reads"), "{message}");
    }
    assert_eq!(env.requests().await.len(), before, "nothing was passed on");
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    leases.close();
    let used = row(&keyrack, &id).handed.and_then(|handed| handed.lease);
    let used = used.expect("a lease's row");
    assert_eq!((used.requests, used.refusals), (1, 4));
}

#[tokio::test]
async fn what_may_not_be_used_gets_no_lease_and_what_must_stay_gets_one() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    keyrack.allow(&id, Allowed::ProxyOnly).expect("allowed");
    let token = keyrack.hand_out(&id, Way::Token, Caller::default(), false);
    let not_handed_out = |cause: Cause| Cause::NotHandedOut {
        connection: id.clone(),
        workspace: "Acme Research".to_owned(),
        why: Box::new(cause),
    };
    let refused = token.await.err().expect("refused");
    assert_eq!(refused.cause, not_handed_out(Cause::TokenStays));
    let copied = keyrack.copy_token(&id, Caller::default()).await;
    assert_eq!(copied.expect_err("refused").cause, Cause::TokenStays);
    let leases = lease_with(&keyrack, &id, terms()).await;
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    leases.close();

    keyrack.allow(&id, Allowed::Never).expect("allowed");
    let ids = [id.clone()];
    let begun = keyrack.begin_leases(&ids, &terms(), &Endpoint::Port).await;
    let refused = begun.err().expect("refused");
    assert_eq!(refused.cause, not_handed_out(Cause::HandOutRefused));
    assert!(keyrack.leases().expect("leases").is_empty());
}

#[tokio::test]
async fn a_lease_for_a_while_ends_by_itself() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let short = Terms {
        lasts: Some(Duration::from_millis(1)),
        ..terms()
    };
    let leases = lease_with(&keyrack, &id, short).await;
    leases.ended().await;
    refused(me(&env, &leases).await, 401).await;
    assert!(keyrack.leases().expect("leases").is_empty());
    assert_eq!(env.count(ME).await, 0);
}

#[tokio::test]
async fn a_lease_for_a_while_ends_with_the_time_and_not_with_a_clock_that_is_set() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let hour = Duration::from_hours(1);
    let for_an_hour = Terms {
        lasts: Some(hour),
        ..terms()
    };
    let leases = lease_with(&keyrack, &id, for_an_hour).await;
    let ends_at = keyrack.now().plus(hour);
    assert_eq!(leases.ends_at(), Some(ends_at));
    env.set_clock(24 * 3_600_000);
    assert_eq!(me(&env, &leases).await.status(), StatusCode::OK);
    // The system slept, which timers do not count.
    env.pass(3_600_000);
    refused(me(&env, &leases).await, 401).await;
    assert_eq!(env.count(ME).await, 1);
}

#[tokio::test]
async fn no_lease_begins_on_what_was_ended_meanwhile() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    let lease = || {
        let handed = HandedTo {
            way: Way::Serve,
            caller: Caller::default(),
            count: 1,
            last_at: keyrack.now(),
            lease: Some(LeaseUse::default()),
        };
        let of = (&connection).into();
        Operation::begun(HandOut { of, handed }, keyrack.process.id(), keyrack.now())
    };
    let begins = || keyrack.store.begin_leases(&[lease()]).expect("asked");
    assert!(begins());
    keyrack.allow(&id, Allowed::Never).expect("saved");
    assert!(!begins(), "only watched");
    keyrack.allow(&id, Allowed::ProxyOnly).expect("saved");
    assert!(begins());
    keyrack.allow(&id, Allowed::Never).expect("ends them");
    keyrack.allow(&id, Allowed::Any).expect("saved");
    let forget = keyrack.begin(Forget::of(&connection)).expect("begun");
    assert!(!begins(), "being forgotten");
    drop(forget);
    keyrack.forget(&id).await.expect("forgotten");
    assert!(!begins(), "gone");
    assert!(keyrack.leases().expect("read").is_empty());
}

#[tokio::test]
async fn a_lease_of_an_ended_process_is_over() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let other = env.start();
    let leases = lease_with(&other, &id, terms()).await;
    assert_eq!(keyrack.leases().expect("leases").len(), 1);
    drop(leases);
    while Arc::strong_count(&other) > 1 {
        tokio::task::yield_now().await;
    }
    drop(other);
    assert!(keyrack.leases().expect("leases").is_empty());
    keyrack.recover().await.expect("recovered");
    assert!(row(&keyrack, &id).finished_at.is_some());
}
