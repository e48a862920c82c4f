//! The activity, and the details of a connection.

use serde_json::json;

use crate::documents::ExportFormat;
use crate::domain::act::{Act, Check, OfClient, Refresh};
use crate::domain::annotation::LabelChange;
use crate::domain::kind::Kind;
use crate::domain::problem::Cause;
use crate::views::activity::{ActivityFilter, Outcome};

use crate::tests::env::TestEnv;

#[tokio::test]
async fn everything_that_happened_stands_there_newest_first_with_what_it_came_to() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let tick = || env.pass(1_000);
    tick();
    let id = env.connect(&keyrack, &client).await;
    tick();
    keyrack.check(&id).await.expect("checked");
    tick();
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 400, "body": "{}"}))
        .await;
    keyrack.check(&id).await.expect("checked");
    tick();
    keyrack.revoke(&id).await.expect("revoked");

    let acts = |filter: &ActivityFilter| {
        let page = keyrack.activity(filter, None).expect("the activity");
        let acts = page.entries.iter().map(|act| (act.kind, act.outcome));
        acts.collect::<Vec<_>>()
    };
    let all = [
        (Kind::Revoke, Outcome::Done),
        (Kind::Check, Outcome::Failed),
        (Kind::Check, Outcome::Active),
        (Kind::Connect, Outcome::Done),
        (Kind::AddClient, Outcome::Done),
    ];
    let everything = ActivityFilter::default();
    assert_eq!(acts(&everything), all);
    let of_connection = ActivityFilter {
        connection: Some(id.clone()),
        ..ActivityFilter::default()
    };
    assert_eq!(acts(&of_connection), all[..4], "and it outlives its row");
    let checks = ActivityFilter {
        kinds: Some(vec![Kind::Check, Kind::Revoke]),
        ..ActivityFilter::default()
    };
    assert_eq!(acts(&checks), all[..3]);
    let trouble = ActivityFilter {
        trouble: true,
        ..ActivityFilter::default()
    };
    assert_eq!(acts(&trouble), all[1..2]);
    let entries = keyrack
        .activity(&everything, None)
        .expect("the activity")
        .entries;
    assert!(entries[0].receipt.is_some() && entries[1].problem.is_some());
    let named = entries[0].workspace_name.clone().expect("a workspace");
    let mentioned = |text: &str| {
        let text = text.to_owned();
        acts(&ActivityFilter {
            text,
            ..ActivityFilter::default()
        })
        .len()
    };
    assert_eq!(mentioned(&named.to_uppercase()), 4);
    assert_eq!(mentioned("nowhere to be found"), 0);

    let export = |format| {
        let exported = keyrack.export_activity(&everything, format);
        String::from_utf8(exported.expect("exported").bytes).expect("text")
    };
    let rows = export(ExportFormat::Csv);
    assert_eq!(rows.lines().count(), 1 + all.len());
    let written: serde_json::Value =
        serde_json::from_str(&export(ExportFormat::Json)).expect("JSON");
    let check = &written[2];
    assert_eq!(
        (&check["version"], &check["outcome"]),
        (&1.into(), &"active".into())
    );
    let began = entries[2].started_at.rfc3339();
    assert_eq!(
        check["started_at"], began,
        "as the command's documents have it"
    );
}

#[tokio::test]
async fn an_act_whose_connection_was_removed_under_it_is_not_done() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let connection = keyrack.store.connection(&id).expect("a row");
    let _journal = keyrack.begin(Refresh::of(&connection)).expect("begun");
    keyrack.forget(&id).await.expect("forgotten");
    let only = ActivityFilter {
        kinds: Some(vec![Kind::Refresh]),
        ..ActivityFilter::default()
    };
    let acts = keyrack.activity(&only, None).expect("the activity").entries;
    let [refresh] = acts.as_slice() else {
        panic!("{acts:?}")
    };
    assert_eq!(refresh.outcome, Outcome::Failed);
    let why = refresh.problem.as_ref().map(|problem| &problem.cause);
    assert_eq!(why, Some(&Cause::RemovedBeforeDone));
}

#[tokio::test]
async fn older_acts_come_page_by_page_and_none_twice() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    // All at the same moment, so that only their ids tell them apart.
    let connection = keyrack.store.connection(&id).expect("a row");
    for _ in 0..230 {
        let _journal = keyrack.begin(Check::of(&connection)).expect("begun");
    }
    let filter = ActivityFilter::default();
    let (mut seen, mut before, mut sizes) = (std::collections::HashSet::new(), None, Vec::new());
    loop {
        let page = keyrack
            .activity(&filter, before.as_deref())
            .expect("a page");
        sizes.push(page.entries.len());
        before = page.entries.last().map(|act| act.id.clone());
        seen.extend(page.entries.into_iter().map(|act| act.id));
        if !page.more {
            break;
        }
    }
    assert_eq!((sizes, seen.len()), (vec![100, 100, 32], 232));
}

#[tokio::test]
async fn details_tell_what_notion_said_and_say_nothing_of_what_it_did_not() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let fresh = keyrack.details(&id).await.expect("details");
    assert_eq!((fresh.issued_at, fresh.refreshed_at), (None, None));
    assert_eq!(keyrack.connection(&id).expect("a row").capabilities, None);
    keyrack.check(&id).await.expect("checked");
    let checked = keyrack.details(&id).await.expect("details");
    let row = keyrack.connection(&id).expect("a row");
    let capabilities = row.capabilities.expect("what Notion told");
    assert!(
        capabilities.contains(&"read_content".to_owned()),
        "{capabilities:?}"
    );
    assert!(checked.issued_at.is_some());
    keyrack.refresh(&id).await.expect("refreshed");
    let refreshed = keyrack.details(&id).await.expect("details");
    assert_eq!(refreshed.refreshed_at, Some(env.now()));
    assert_eq!(refreshed.issued_at, None, "it is another token");
    let refused = keyrack.details("nobody").await.expect_err("there is none");
    assert_eq!(refused.cause, Cause::ConnectionGone);
}

#[tokio::test]
async fn what_has_ended_is_not_written_over() {
    let (_env, keyrack, client) = TestEnv::with_client().await;
    let act = Act::EditClient(OfClient::from(&client));
    let operation = keyrack.begin(act).expect("begun");
    keyrack
        .fail(operation.clone(), Cause::KeyringLocked)
        .expect("ended");
    let again = keyrack.fail(operation, Cause::CutOff);
    assert_eq!(
        again.expect_err("it has ended").cause.code(),
        "store-failed"
    );
    let acts = keyrack
        .activity(&ActivityFilter::default(), None)
        .expect("acts");
    let edits = acts
        .entries
        .iter()
        .filter(|act| act.kind == Kind::EditClient);
    let why: Vec<_> = edits.map(|act| act.problem.clone()).collect();
    assert_eq!(why, [Some(Cause::KeyringLocked.into())]);
}

#[tokio::test]
async fn a_receipt_is_found_by_the_labels_of_that_time() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let label = LabelChange {
        add: vec!["Äpfel & Söhne".to_owned()],
        ..LabelChange::default()
    };
    keyrack
        .label_connections(std::slice::from_ref(&id), &label)
        .expect("labelled");
    keyrack.revoke(&id).await.expect("revoked");
    let found = |text: &str| {
        let filter = ActivityFilter {
            text: text.to_owned(),
            ..ActivityFilter::default()
        };
        let page = keyrack.activity(&filter, None).expect("the activity");
        page.entries.iter().map(|act| act.kind).collect::<Vec<_>>()
    };
    assert_eq!(found("äpfel"), [Kind::Revoke]);
    assert_eq!(found("birnen"), []);
}
