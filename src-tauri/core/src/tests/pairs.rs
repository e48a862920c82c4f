//! Pairs that lived elsewhere: each is judged before it is kept, and kept once.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::acts::import::pairs::PairImport;
use crate::domain::client::Client;
use crate::domain::connection::Status;
use crate::domain::hand_out::{Caller, Way};
use crate::domain::pairs::{JudgedLine, LineFault, PairCounts, PairLines, PairVerdict};
use crate::domain::problem::Cause;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::tests::connect::in_time;
use crate::tests::env::TestEnv;

/// A pair of a client in a workspace of its own, as a line of JSON, and its bot.
async fn pair(env: &TestEnv, name: &str, client: Option<&str>) -> (Value, String) {
    let workspace = env.notion.add_workspace(name, "Jo Lindqvist").await;
    let made = env.notion.make_tokens(&workspace, client).await;
    let bot = made["bot_id"].as_str().expect("a bot").to_owned();
    (made, bot)
}

/// Judges lines, while as much time passes between them as their requests may take.
async fn judge(import: &mut PairImport, lines: &[String]) -> Vec<PairVerdict> {
    let mut reading = PairLines::default();
    let mut verdicts = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(1)).await;
        tokio::time::resume();
        let read = reading.read(line.as_bytes()).expect("JSON lines");
        let JudgedLine { line, verdict } = import.judge(&read.expect("a line")).await;
        assert_eq!(line, at + 1);
        verdicts.push(verdict);
    }
    verdicts
}

async fn keep_all(import: &mut PairImport) -> Vec<String> {
    let mut kept = Vec::new();
    while let Some(line) = import.keep_next().await {
        kept.push(line.connection.expect("kept"));
    }
    kept
}

async fn begun(keyrack: &Arc<Keyrack>, client: &Client) -> PairImport {
    keyrack.import_pairs(&client.id).await.expect("begun")
}

#[tokio::test]
async fn a_pair_is_judged_then_kept_and_works_like_one_that_was_connected_here() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (mut line, bot) = pair(&env, "Birch", Some(&client.client_id)).await;
    line["labels"] = json!(["Acme"]);
    let mut import = begun(&keyrack, &client).await;
    let verdicts = judge(&mut import, &[line.to_string()]).await;
    assert!(
        matches!(&verdicts[..], [PairVerdict::New { workspace_name, bot_id, .. }]
            if workspace_name == "Birch" && *bot_id == bot),
        "{verdicts:?}"
    );
    assert_eq!(keyrack.connections().expect("the list"), [], "not kept yet");
    assert_eq!(import.waiting(), 1);
    let kept = keep_all(&mut import).await;
    let row = keyrack.connection(&kept[0]).expect("listed");
    assert_eq!((row.status, row.has_refresh_token), (Status::Active, true));
    assert_eq!(row.labels.as_slice(), ["Acme"]);
    assert!(!row.made_elsewhere);
    let refreshed = keyrack.refresh(&row.id).await.expect("refreshed");
    assert_eq!(refreshed.status, Status::Active);
    let handed = keyrack
        .hand_out(&row.id, Way::Token, Caller::default(), true)
        .await
        .expect("handed out");
    assert_ne!(handed.token.expose_secret(), line["access_token"]);
    keyrack.revoke(&row.id).await.expect("revoked");
    assert_eq!(keyrack.connections().expect("the list"), []);
}

#[tokio::test]
async fn what_is_in_the_list_is_never_replaced_and_not_asked_about_again() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let workspace = env.notion.add_workspace("Birch", "Jo Lindqvist").await;
    let first = env
        .notion
        .make_tokens(&workspace, Some(&client.client_id))
        .await;
    let second = env
        .notion
        .make_tokens(&workspace, Some(&client.client_id))
        .await;
    assert_eq!(first["bot_id"], second["bot_id"]);
    let mut import = begun(&keyrack, &client).await;
    let lines = [first.to_string(), first.to_string(), second.to_string()];
    let verdicts = judge(&mut import, &lines).await;
    assert!(matches!(verdicts[0], PairVerdict::New { .. }));
    let twice = PairVerdict::Twice { before: 1 };
    let same_bot = PairVerdict::SameBot { before: 1 };
    assert_eq!(verdicts[1..], [twice, same_bot]);
    let kept = keep_all(&mut import).await;
    let requests = env.notion.requests().await.len();

    let mut again = begun(&keyrack, &client).await;
    let verdicts = judge(&mut again, &lines[1..2]).await;
    let connection = kept[0].clone();
    assert_eq!(verdicts, [PairVerdict::Here { connection }]);
    assert_eq!(env.notion.requests().await.len(), requests);
    let verdicts = judge(&mut again, &lines[2..]).await;
    let connection = kept[0].clone();
    assert_eq!(verdicts, [PairVerdict::OtherTokens { connection }]);
    assert_eq!(again.waiting(), 0);
    let secrets = keyrack.vault.read_connection(&kept[0]).await.expect("read");
    assert_eq!(secrets.access.expose_secret(), first["access_token"]);
}

#[tokio::test]
async fn a_bot_that_was_connected_meanwhile_keeps_its_tokens() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (line, _) = pair(&env, "Birch", Some(&client.client_id)).await;
    let lines = [line.to_string()];
    let (mut one, mut other) = (
        begun(&keyrack, &client).await,
        begun(&keyrack, &client).await,
    );
    judge(&mut one, &lines).await;
    judge(&mut other, &lines).await;
    let kept = keep_all(&mut one).await;
    let refused = other.keep_next().await.expect("a line");
    assert_eq!(refused.connection, None);
    assert!(matches!(
        refused.problem.map(|problem| problem.cause),
        Some(Cause::TokenKnown { connection, .. }) if connection == kept[0]
    ));
    assert_eq!(env.keyring.users().len(), 2, "a client and a connection");
}

#[tokio::test]
async fn a_refused_client_and_a_notion_that_is_away_end_the_asking() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (line, _) = pair(&env, "Birch", Some(&client.client_id)).await;
    let mut import = begun(&keyrack, &client).await;
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 401,
        "body": {"error": "invalid_client"}}))
        .await;
    let lines = [line.to_string()];
    let verdicts = judge(&mut import, &lines).await;
    assert!(verdicts[0].stop().is_some(), "{verdicts:?}");
    assert_eq!(import.waiting(), 0);
    // A line that could not be asked about may come once more, in the same import and in another one.
    for import in [&mut import, &mut begun(&keyrack, &client).await] {
        let verdicts = judge(import, &lines).await;
        assert!(matches!(verdicts[0], PairVerdict::New { .. }));
    }
}

#[tokio::test]
async fn a_keyring_that_takes_no_pair_leaves_nothing_of_it_and_ends_the_keeping() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (line, _) = pair(&env, "Birch", Some(&client.client_id)).await;
    let mut import = begun(&keyrack, &client).await;
    judge(&mut import, &[line.to_string()]).await;
    env.keyring.behave(KeyringBehaviour::Locked);
    let kept = import.keep_next().await.expect("a line");
    assert!(kept.stop().is_some(), "{kept:?}");
    env.keyring.behave(KeyringBehaviour::Normal);
    assert_eq!(keyrack.connections().expect("the list"), []);
    assert_eq!(env.keyring.users(), [client.id]);
    // It waits on, and is kept once there is a way.
    assert_eq!(import.waiting(), 1);
    assert_eq!(keep_all(&mut import).await.len(), 1);
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
}

/// The lines that are no good, each in its own way.
async fn bad_line(env: &TestEnv, client: &Client, number: usize) -> (String, &'static str) {
    match (number / 3) % 11 {
        0 => ("not json".into(), "unreadable"),
        1 => ("{\"refresh_token\":\"nrt_1\"}".into(), "unreadable"),
        2 => ("{\"access_token\":\"two words\"}".into(), "unreadable"),
        3 => ("[]".into(), "unreadable"),
        4 => ("{\"access_token\":17}".into(), "unreadable"),
        5 => ("x".repeat(70_000), "unreadable"),
        6 => (format!("{{\"access_token\":\"ntn_{number}\"}}"), "dead"),
        7 => {
            let (line, bot) = pair(env, "Ended", Some(&client.client_id)).await;
            env.notion.revoke(&bot).await;
            (line.to_string(), "dead")
        }
        8 => {
            let (line, _) = pair(env, "Another's", None).await;
            (line.to_string(), "other-client")
        }
        9 => (
            "{\"access_token\":\"ntn_1\",\"label\":\"\\u202e\"}".into(),
            "unreadable",
        ),
        _ => ("{\"access_token\":\"\\u0441\"}".into(), "unreadable"),
    }
}

#[tokio::test]
async fn a_thousand_lines_have_a_verdict_each_and_go_on_where_they_were_left() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for number in 0..1_000 {
        let (line, verdict) = if number % 3 == 2 {
            bad_line(&env, &client, number).await
        } else {
            let name = format!("Workspace {number}");
            let (line, _) = pair(&env, &name, Some(&client.client_id)).await;
            (line.to_string(), "new")
        };
        lines.push(line);
        expected.push(verdict);
    }
    let word = |verdict: &PairVerdict| {
        let word = serde_json::to_value(verdict).expect("JSON");
        word["verdict"].as_str().expect("a word").to_owned()
    };

    // Cancelled in the asking after 400 lines, and in the keeping after 100 of those.
    let mut import = begun(&keyrack, &client).await;
    let verdicts = judge(&mut import, &lines[..400]).await;
    assert_eq!(
        verdicts.iter().map(word).collect::<Vec<_>>(),
        expected[..400]
    );
    assert_eq!(keyrack.connections().expect("the list").len(), 0);
    for _ in 0..100 {
        let kept = import.keep_next().await.expect("a line");
        assert_eq!(kept.problem, None);
    }
    drop(import);
    assert_eq!(keyrack.connections().expect("the list").len(), 100);

    let mut import = begun(&keyrack, &client).await;
    let asked = env.notion.requests().await.len();
    let mut counts = PairCounts::default();
    let verdicts = judge(&mut import, &lines).await;
    for verdict in &verdicts {
        counts.count(verdict);
    }
    for (at, verdict) in verdicts.iter().enumerate() {
        let is_kept = at < 150 && expected[at] == "new";
        let expected = if is_kept { "here" } else { expected[at] };
        assert_eq!(word(verdict), expected, "line {}", at + 1);
        if let PairVerdict::Unreadable { fault } = verdict {
            let is_long = lines[at].len() > 65_536;
            assert_eq!(*fault == LineFault::TooLong, is_long);
        }
    }
    let here = expected[..150].iter().filter(|one| **one == "new").count();
    assert_eq!((here, counts.here), (100, 100));
    let unreadable = expected.iter().filter(|one| **one == "unreadable").count();
    let asked = env.notion.requests().await.len() - asked;
    assert_eq!(asked, 2 * (1_000 - unreadable - here));
    while let Some(kept) = import.keep_next().await {
        counts.count_kept(&kept);
    }
    let new = expected.iter().filter(|one| **one == "new").count();
    assert_eq!(keyrack.connections().expect("the list").len(), new);
    assert_eq!((counts.kept, counts.not_kept), (new - here, 0));
    assert_eq!(counts.missing(), 1_000 - new);

    // The same summary, however often it is repeated.
    let mut import = begun(&keyrack, &client).await;
    let mut repeated = PairCounts::default();
    let verdicts = judge(&mut import, &lines).await;
    for verdict in &verdicts {
        repeated.count(verdict);
    }
    assert_eq!(import.waiting(), 0);
    assert_eq!((repeated.here, repeated.missing()), (new, counts.missing()));
}

#[tokio::test]
async fn a_pair_that_arrives_twice_at_once_is_listed_once() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let other = env.start();
    let (line, _) = pair(&env, "Birch", Some(&client.client_id)).await;
    let lines = [line.to_string()];
    let mut one = begun(&keyrack, &client).await;
    let mut two = begun(&other, &client).await;
    for import in [&mut one, &mut two] {
        judge(import, &lines).await;
    }
    env.keyring.hang();
    let first = tokio::spawn(async move { one.keep_next().await });
    in_time(|| env.keyring.waits() > 0).await;
    let second = tokio::spawn(async move { two.keep_next().await });
    // Far enough for it to have looked whether the pair is here, if it does not wait for the first.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    env.keyring.release();
    let [first, second] = [first.await, second.await].map(|kept| kept.expect("ended"));
    assert_eq!(first.expect("a line").problem, None);
    let refused = second.expect("a line").problem.map(|problem| problem.cause);
    assert!(
        matches!(refused, Some(Cause::TokenKnown { .. })),
        "{refused:?}"
    );
    assert_eq!(keyrack.connections().expect("the list").len(), 1);
    assert_eq!(env.keyring.users().len(), 2, "the client and the pair");
}
