//! A consent for another workspace than the one to connect again.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::domain::authorization::Progress;
use crate::domain::client::Client;
use crate::domain::connection::Status;
use crate::keyrack::Keyrack;
use crate::tests::REVOKE;
use crate::tests::env::{self, TestEnv};

/// A client at a sandbox with a consent page, and two workspaces.
struct Two {
    env: TestEnv,
    keyrack: Arc<Keyrack>,
    client: Client,
    acme: String,
    beta: String,
}

impl Two {
    async fn new() -> Self {
        let env = TestEnv::with_consent_page().await;
        let keyrack = env.start();
        Self {
            client: env.client(&keyrack).await,
            acme: env.notion.add_workspace("Acme", "Ada").await,
            beta: env.notion.add_workspace("Beta", "Ben").await,
            env,
            keyrack,
        }
    }

    /// Connects a workspace, and returns the connection's id.
    async fn connect(&self, workspace: &str) -> String {
        let link = self.env.link(&self.keyrack, &self.client).await;
        let callback = self.env.notion.allow(&link, workspace).await;
        let ended = self.keyrack.accept(callback.as_bytes()).await;
        match ended.expect("accepted").progress {
            Progress::Completed { connection_id, .. } => connection_id,
            other => panic!("not connected: {other:?}"),
        }
    }

    /// Begins to connect a connection again, and allows access to a workspace. Returns the
    /// authorization's id and its end, which may be long in coming.
    async fn reconnect(
        &self,
        connection: &str,
        workspace: &str,
    ) -> (String, tokio::task::JoinHandle<Progress>) {
        let begun = self.keyrack.begin_reconnect(connection).await;
        let begun = begun.expect("begun");
        let asked = begun.reconnects.expect("the one to connect again");
        assert_eq!(asked.connection_id, connection);
        let link = self.env.last_link();
        let callback = self.env.notion.allow(&link, workspace).await;
        let rest = self.keyrack.take_callback(callback.as_bytes());
        let rest = rest.expect("taken");
        (begun.id, tokio::spawn(async move { rest.await.progress }))
    }

    /// Begins to connect a connection again, and takes the callback of a workspace. Before the rest of
    /// it begins, something happens to the list. Returns the end.
    async fn reconnect_while(
        &self,
        connection: &str,
        workspace: &str,
        meanwhile: impl AsyncFnOnce(),
    ) -> Progress {
        let begun = self.keyrack.begin_reconnect(connection).await;
        let begun = begun.expect("begun");
        let link = self.env.last_link();
        let callback = self.env.notion.allow(&link, workspace).await;
        let rest = self.keyrack.take_callback(callback.as_bytes());
        let rest = rest.expect("taken");
        meanwhile().await;
        let rest = tokio::spawn(rest);
        env::until(&self.keyrack, &begun.id, Progress::is_final).await;
        rest.await.expect("no panic").progress
    }

    fn alter(&self, sql: &str) {
        let path = self.env.folder.path().join("keyrack.db");
        let db = rusqlite::Connection::open(path).expect("the database");
        assert!(db.execute(sql, []).expect("altered") > 0);
    }

    async fn access_token(&self, connection: &str) -> String {
        let tokens = self.keyrack.vault.read_connection(connection).await;
        tokens.expect("tokens").access.expose_secret().to_owned()
    }
}

#[tokio::test]
async fn the_workspace_that_was_asked_for_is_connected_without_a_question() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let (_, ended) = two.reconnect(&acme, &two.acme).await;
    let ended = ended.await.expect("no panic");
    assert!(
        matches!(&ended, Progress::Completed { connection_id, new: false, .. } if *connection_id == acme)
    );
}

#[tokio::test]
async fn another_workspace_is_told_before_anything_is_replaced_and_connected_if_wanted() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let before = two.access_token(&acme).await;
    let (id, ended) = two.reconnect(&acme, &two.beta).await;
    let told = |progress: &Progress| matches!(progress, Progress::OtherWorkspace { workspace_name, listed: false, .. } if workspace_name == "Beta");
    env::until(&two.keyrack, &id, told).await;
    let rows = two.keyrack.connections().expect("the list");
    assert_eq!(rows.len(), 1, "nothing is added yet");

    two.keyrack
        .continue_authorization(&id)
        .await
        .expect("wanted");
    let ended = ended.await.expect("no panic");
    assert!(matches!(ended, Progress::Completed { new: true, .. }));
    let rows = two.keyrack.connections().expect("the list");
    assert_eq!(rows.len(), 2);
    assert_eq!(two.access_token(&acme).await, before);
}

#[tokio::test]
async fn another_workspace_that_is_not_wanted_is_ended_and_its_own_connection_left_as_it_was() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let beta = two.connect(&two.beta).await;
    let before = [two.access_token(&acme).await, two.access_token(&beta).await];
    let (id, ended) = two.reconnect(&acme, &two.beta).await;
    let told =
        |progress: &Progress| matches!(progress, Progress::OtherWorkspace { listed: true, .. });
    env::until(&two.keyrack, &id, told).await;

    // As if the person had left instead of choosing.
    two.keyrack.cancel_unanswered();
    assert_eq!(ended.await.expect("no panic"), Progress::Cancelled);
    assert_eq!(two.env.count(REVOKE).await, 2, "the new pair is ended");
    let after = [two.access_token(&acme).await, two.access_token(&beta).await];
    assert_eq!(after, before);
    for id in [&acme, &beta] {
        let checked = two.keyrack.check(id).await.expect("checked");
        assert_eq!(checked.status, Status::Active);
    }
}

#[tokio::test]
async fn a_process_that_ends_before_the_choice_leaves_what_was_as_it_was() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let before = two.access_token(&acme).await;
    let (id, ended) = two.reconnect(&acme, &two.beta).await;
    let told = |progress: &Progress| matches!(progress, Progress::OtherWorkspace { .. });
    env::until(&two.keyrack, &id, told).await;
    ended.abort();
    ended.await.expect_err("it is aborted");
    let Two { env, keyrack, .. } = two;
    drop(keyrack);

    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    let ended = keyrack
        .authorization(&id)
        .expect("an authorization")
        .progress;
    let why = ended.problem().expect("it failed").cause.code();
    assert_eq!(
        why, "connect-interrupted",
        "access may be allowed at Notion"
    );
    let kept = keyrack.vault.read_connection(&acme).await.expect("tokens");
    assert_eq!(kept.access.expose_secret(), before);
}

#[tokio::test]
async fn tokens_that_another_client_s_connection_has_too_are_left_to_it() {
    let two = Two::new().await;
    two.env.mode(json!({"second_consent": "same_pair"})).await;
    let acme = two.connect(&two.acme).await;
    // The same integration, added a second time.
    let again = two.env.client(&two.keyrack).await;
    let link = two.env.link(&two.keyrack, &again).await;
    let callback = two.env.notion.allow(&link, &two.beta).await;
    let connected = two.keyrack.accept(callback.as_bytes()).await;
    let Progress::Completed { connection_id, .. } = connected.expect("accepted").progress else {
        panic!("not connected")
    };
    let before = two.access_token(&connection_id).await;
    let (id, ended) = two.reconnect(&acme, &two.beta).await;
    let told = |progress: &Progress| matches!(progress, Progress::OtherWorkspace { .. });
    env::until(&two.keyrack, &id, told).await;
    two.keyrack.cancel_authorization(&id).expect("cancelled");
    ended.await.expect("no panic");
    assert_eq!(two.access_token(&connection_id).await, before);
    let checked = two.keyrack.check(&connection_id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
}

#[tokio::test]
async fn a_process_that_has_not_begun_it_asks_nobody_and_ends_the_access() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let beta = two.connect(&two.beta).await;
    let begun = two.keyrack.begin_reconnect(&acme).await.expect("begun");
    let callback = two.env.notion.allow(&two.env.last_link(), &two.beta).await;
    let other = two.env.start();
    let ended = other.accept(callback.as_bytes()).await.expect("taken");
    let why = ended.progress.problem().expect("it failed").cause;
    assert_eq!(why.code(), "grant-ended");
    assert!(format!("{why:?}").contains("OtherWorkspace"), "{why:?}");
    assert_eq!(two.env.count(REVOKE).await, 2);
    let row = two.keyrack.connection(&beta).expect("a row");
    assert_eq!(row.status, Status::NotChecked, "its tokens may have ended");
    let known = two.keyrack.authorization(&begun.id).expect("known");
    assert!(known.progress.is_final());
}

#[tokio::test]
async fn a_connection_that_is_removed_meanwhile_is_no_reason_to_ask() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let forget = async || drop(two.keyrack.forget(&acme).await.expect("forgotten"));
    let ended = two.reconnect_while(&acme, &two.beta, forget).await;
    assert!(
        matches!(&ended, Progress::Completed { workspace_name, new: true, .. } if workspace_name == "Beta"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_lets_no_other_workspace_in_unasked() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    let before = two.access_token(&acme).await;
    let spoil = async || two.alter("UPDATE connections SET workspace_icon = CAST(x'ff' AS TEXT)");
    let ended = two.reconnect_while(&acme, &two.beta, spoil).await;
    let why = &ended.problem().expect("it failed").cause;
    assert_eq!(why.code(), "grant-ended");
    assert_eq!(two.env.count(REVOKE).await, 2, "the new pair");
    two.alter("UPDATE connections SET workspace_icon = NULL");
    assert_eq!(two.keyrack.connections().expect("the list").len(), 1);
    assert_eq!(two.access_token(&acme).await, before);
}

#[tokio::test]
async fn a_workspace_whose_id_is_not_known_is_known_by_its_bot() {
    let two = Two::new().await;
    let acme = two.connect(&two.acme).await;
    // As after a rebuild from the keyring.
    let unknown = async || two.alter("UPDATE connections SET workspace_id = ''");
    let ended = two.reconnect_while(&acme, &two.acme, unknown).await;
    assert!(
        matches!(&ended, Progress::Completed { connection_id, new: false, .. } if *connection_id == acme),
        "{ended:?}"
    );
    two.alter("UPDATE connections SET workspace_id = ''");
    let (id, ended) = two.reconnect(&acme, &two.beta).await;
    let told = |progress: &Progress| matches!(progress, Progress::OtherWorkspace { .. });
    env::until(&two.keyrack, &id, told).await;
    two.keyrack.cancel_authorization(&id).expect("cancelled");
    assert_eq!(ended.await.expect("no panic"), Progress::Cancelled);
}
