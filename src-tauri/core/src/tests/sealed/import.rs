//! What came from another computer is asked about, and kept once.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::Here;
use crate::acts::import::sealed::OpenedFile;
use crate::domain::annotation::LabelChange;
use crate::domain::connection::{Connection, Status};
use crate::domain::hand_out::{Allowed, Caller, Way};
use crate::domain::problem::{Cause, Problem};
use crate::domain::sealed::SealedVerdict;
use crate::domain::token::NewToken;
use crate::keyrack::Keyrack;
use crate::storage::vault::EntryKind;
use crate::tests::env::TestEnv;

/// The data folder of another computer, with the same Notion.
struct There {
    keyrack: Arc<Keyrack>,
    _folder: tempfile::TempDir,
}

impl There {
    fn new(env: &TestEnv) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            keyrack: env.start_in(folder.path()),
            _folder: folder,
        }
    }

    async fn open(&self, here: &Here) -> Result<OpenedFile, Problem> {
        let with = here.key.unseal();
        self.keyrack
            .open_file(here.path.clone(), with, |_| ())
            .await
    }

    fn connections(&self) -> Vec<Connection> {
        self.keyrack.connections().expect("connections")
    }
}

fn verdicts(file: &OpenedFile) -> Vec<SealedVerdict> {
    let rows = file.found.connections.iter();
    rows.map(|row| row.verdict.clone()).collect()
}

#[tokio::test]
async fn a_moved_connection_works_there_with_what_was_written_on_it() {
    let here = Here::new().await;
    let change = LabelChange {
        add: vec!["VIP".into()],
        note: Some("Ask Ada".into()),
        ..LabelChange::default()
    };
    let ids = [here.id.clone()];
    here.keyrack
        .label_connections(&ids, &change)
        .expect("labelled");
    here.keyrack
        .allow(&here.id, Allowed::ProxyOnly)
        .expect("allowed");
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    let file = there.open(&here).await.expect("opened");
    assert_eq!(verdicts(&file), [SealedVerdict::New]);
    assert!(!file.found.copy);
    assert_eq!(
        there.connections(),
        [],
        "nothing is kept before it is wanted"
    );
    assert_eq!(there.keyrack.clients().expect("clients"), []);

    let taken = there.keyrack.import_file(file).await;
    assert_eq!((taken.clients, taken.not_taken.len()), (1, 0));
    let [row] = &*there.connections() else {
        panic!("one connection");
    };
    assert_eq!((taken.taken[0].at, &taken.taken[0].connection), (0, row));
    let before = here.row();
    assert_ne!(row.id, before.id, "the file does not name entries");
    assert_ne!(row.client_id, before.client_id);
    let said = |row: &Connection| {
        let names = [&row.bot_id, &row.workspace_id, &row.workspace_name];
        let names = names.map(String::clone);
        (
            names,
            row.owner.clone(),
            row.labels.clone(),
            row.note.clone(),
            row.allows,
        )
    };
    assert_eq!(said(row), said(&before));
    assert_eq!((row.status, row.has_refresh_token), (Status::Active, true));
    let refreshed = there.keyrack.refresh(&row.id).await.expect("refreshed");
    assert_eq!(refreshed.status, Status::Active);
    let handed = there
        .keyrack
        .hand_out(&row.id, Way::Api, Caller::default(), false);
    handed.await.expect("handed out");

    here.keyrack.forget(&here.id).await.expect("done here");
    let checked = there.keyrack.check(&row.id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn importing_again_changes_nothing() {
    let here = Here::new().await;
    here.export(true).await.expect("exported");
    let there = There::new(&here.env);
    let file = there.open(&here).await.expect("opened");
    there.keyrack.import_file(file).await;
    let (rows, entries) = (there.connections(), here.env.keyring.entries());
    let asked = here.env.requests().await.len();
    let again = there.open(&here).await.expect("opened");
    let connection = rows[0].id.clone();
    let moved = false;
    assert_eq!(
        verdicts(&again),
        [SealedVerdict::Same { connection, moved }]
    );
    let taken = there.keyrack.import_file(again).await;
    assert_eq!((taken.taken.len(), taken.clients), (0, 0));
    assert_eq!(there.connections(), rows);
    assert!(here.env.keyring.entries() == entries);
    assert_eq!(here.env.requests().await.len(), asked);
    // Where it comes from, too.
    let file = here.path.clone();
    let own = here
        .keyrack
        .open_file(file, here.key.unseal(), |_| ())
        .await;
    let connection = here.id.clone();
    let own = own.expect("opened");
    assert_eq!(verdicts(&own), [SealedVerdict::Same { connection, moved }]);
}

#[tokio::test]
async fn what_is_here_with_other_tokens_is_not_replaced() {
    let here = Here::new().await;
    here.export(true).await.expect("exported");
    here.keyrack.refresh(&here.id).await.expect("refreshed");
    let entry = here.env.entry(&here.id);
    let file = here.path.clone();
    let own = here
        .keyrack
        .open_file(file, here.key.unseal(), |_| ())
        .await;
    let own = own.expect("opened");
    let connection = here.id.clone();
    assert_eq!(verdicts(&own), [SealedVerdict::Other { connection }]);
    here.keyrack.import_file(own).await;
    assert!(here.env.entry(&here.id) == entry);
}

#[tokio::test]
async fn what_does_not_work_or_cannot_be_asked_about_is_not_kept() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    here.env
        .fault(json!({"endpoint": "introspect", "times": 9, "status": 400, "body": {}}))
        .await;
    let file = there.open(&here).await.expect("opened");
    assert!(matches!(&*verdicts(&file), [SealedVerdict::Unknown { .. }]));
    let taken = there.keyrack.import_file(file).await;
    assert_eq!((taken.taken.len(), taken.clients), (0, 0));
    here.env.clear_faults().await;

    here.env.revoke(&here.row().bot_id).await;
    let file = there.open(&here).await.expect("opened");
    let dead = verdicts(&file);
    assert!(
        matches!(&*dead, [SealedVerdict::Dead { problem }] if problem.cause == Cause::TokenInactive),
        "{dead:?}"
    );
    there.keyrack.import_file(file).await;
    assert_eq!(there.connections(), []);
    assert_eq!(there.keyrack.clients().expect("clients"), []);
}

#[tokio::test]
async fn a_token_of_another_bot_than_the_file_says_is_not_kept() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    here.env
        .fault(json!({
            "endpoint": "me", "times": 1, "status": 200,
            "body": {"object": "user", "id": "another-bot", "type": "bot", "bot": {}}
        }))
        .await;
    let file = there.open(&here).await.expect("opened");
    let dead = verdicts(&file);
    assert!(
        matches!(&*dead, [SealedVerdict::Dead { problem }] if problem.cause == Cause::OtherBot),
        "{dead:?}"
    );
}

#[tokio::test]
async fn a_client_that_is_here_is_used_and_keeps_its_secret() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    let own = here.env.client(&there.keyrack).await;
    let entry = here.env.entry(&own.id);
    let file = there.open(&here).await.expect("opened");
    let taken = there.keyrack.import_file(file).await;
    assert_eq!((taken.taken.len(), taken.clients), (1, 0));
    assert_eq!(there.connections()[0].client_id, own.id);
    assert!(here.env.entry(&own.id) == entry);
    assert_eq!(there.keyrack.clients().expect("clients").len(), 1);
}

#[tokio::test]
async fn a_token_that_was_made_elsewhere_travels_without_a_client() {
    let mut here = Here::new().await;
    let workspace = here.row().workspace_id;
    let made = here.env.notion.make_tokens(&workspace, None).await;
    let token = made["access_token"].as_str().expect("a token");
    let added = here.keyrack.add_token(NewToken {
        token: token.into(),
        name: "Backup".into(),
        expires_on: "2090-01-01".into(),
        labels: vec!["VIP".into()],
    });
    here.id = added.await.expect("added").id;
    let exported = here.export(false).await.expect("exported");
    assert_eq!(exported.clients, 0);
    let there = There::new(&here.env);
    let file = there.open(&here).await.expect("opened");
    assert_eq!(verdicts(&file), [SealedVerdict::New]);
    assert_eq!(file.found.connections[0].client_name, "Backup");
    let taken = there.keyrack.import_file(file).await;
    assert_eq!(taken.not_taken, []);
    let [row] = &*there.connections() else {
        panic!("one connection");
    };
    let before = here.row();
    assert!(row.made_elsewhere);
    assert_eq!(
        (row.expires_on, &row.labels),
        (before.expires_on, &before.labels)
    );
    let handed = there
        .keyrack
        .hand_out(&row.id, Way::Token, Caller::default(), false);
    handed.await.expect("handed out");
    let again = there.open(&here).await.expect("opened");
    assert!(matches!(&*verdicts(&again), [SealedVerdict::Same { .. }]));
}

#[tokio::test]
async fn a_locked_keyring_stops_the_import_and_it_goes_on_once_it_is_open() {
    use crate::storage::vault::keyring::tests::KeyringBehaviour;
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    let file = there.open(&here).await.expect("opened");
    here.env.keyring.behave(KeyringBehaviour::LockedForTokens);
    let taken = there.keyrack.import_file(file).await;
    assert_eq!(taken.not_taken.len(), 1);
    assert_eq!(there.connections(), []);
    here.env.keyring.behave(KeyringBehaviour::Normal);
    there.keyrack.recover().await.expect("recovered");
    let file = there.open(&here).await.expect("opened");
    let taken = there.keyrack.import_file(file).await;
    assert_eq!((taken.taken.len(), taken.clients), (1, 0));
    let entry = there.connections()[0].id.clone();
    let gone = there
        .keyrack
        .vault
        .delete(&entry, EntryKind::Connection)
        .await;
    gone.expect("deleted");
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_changes_nothing() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let there = There::new(&here.env);
    std::fs::write(&here.path, "hello").expect("written");
    let refused = there.open(&here).await.err().expect("refused");
    assert_eq!(refused.cause, Cause::NotAge);
    let nowhere = there
        .keyrack
        .open_file(PathBuf::from("nowhere"), here.key.unseal(), |_| ());
    let refused = nowhere.await.err().expect("refused").cause;
    assert!(matches!(refused, Cause::InputFile { .. }), "{refused:?}");
    assert_eq!(there.connections(), []);
}
