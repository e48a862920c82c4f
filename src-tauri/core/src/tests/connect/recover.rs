//! Connect, recovered: starts after a process that ended in the middle of one.

use crate::domain::act::{Connect, ConnectStep, Granted};
use crate::domain::authorization::Progress;
use crate::domain::connection::{Connection, Status};
use crate::domain::problem::Cause;
use crate::tests::env::{TestEnv, tokens_are_kept};

use super::holds_another;

/// The grant that a connection may have come from.
pub(in crate::tests) fn granted(connection: &Connection) -> Granted {
    Granted {
        bot_id: connection.bot_id.clone(),
        workspace_id: connection.workspace_id.clone(),
        workspace_name: connection.workspace_name.clone(),
        workspace_icon: None,
        owner: connection.owner.clone(),
        has_refresh_token: true,
        new: true,
    }
}

/// What a process left that ended in the middle of a connect.
struct Left {
    env: TestEnv,
    connection: Connection,
    /// The unfinished operation (`Operation::id`).
    operation: String,
}

impl Left {
    /// A connection whose grant is recorded as kept, and not yet as listed.
    async fn granted() -> Self {
        Self::at(|entry, granted| ConnectStep::Granted { entry, granted }).await
    }

    /// A connection whose grant is recorded as one to be undone.
    async fn undone() -> Self {
        Self::at(|entry, granted| ConnectStep::Undone { entry, granted }).await
    }

    async fn at(step: impl FnOnce(String, Granted) -> ConnectStep) -> Self {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let id = env.connect(&keyrack, &client).await;
        let connection = keyrack.store.connection(&id).expect("a row");
        let connect = Connect {
            client: (&client).into(),
            authorization: "none".to_owned(),
            step: step(id, granted(&connection)),
        };
        let operation = keyrack.begin(connect).expect("begun").id;
        Self {
            env,
            connection,
            operation,
        }
    }

    fn database(&self) -> rusqlite::Connection {
        let path = self.env.folder.path().join("keyrack.db");
        rusqlite::Connection::open(path).expect("the database")
    }

    fn alter(&self, sql: &str) {
        assert_eq!(self.database().execute(sql, []).expect("altered"), 1);
    }

    /// The code of the problem that the connect ended with; none if it was done.
    fn ended_with(&self) -> Option<String> {
        let sql = "SELECT problem ->> 'code' FROM operations
                   WHERE id = ?1 AND finished_at IS NOT NULL";
        let code = self
            .database()
            .query_row(sql, [&self.operation], |row| row.get(0));
        code.expect("it has ended")
    }
}

#[tokio::test]
async fn a_reconnect_that_was_cut_off_costs_no_token_and_leaves_its_verdict_to_a_check() {
    let left = Left::granted().await;
    left.alter("UPDATE connections SET has_refresh_token = 0");
    let before = left.env.keyring.entries();
    let keyrack = left.env.start();
    keyrack.recover().await.expect("recovered");
    // Not by their texts, which a failure would print.
    let same = left.env.keyring.entries() == before;
    assert!(same, "an entry has changed");
    assert_eq!(left.ended_with().as_deref(), Some("reconnect-interrupted"));
    let id = &left.connection.id;
    let row = keyrack.store.connection(id).expect("listed");
    assert_eq!(row.status, Status::NotChecked);
    assert!(row.has_refresh_token, "as the entry says");
    let row = keyrack.check(id).await.expect("checked");
    assert_eq!(row.status, Status::Active);
}

#[tokio::test]
async fn an_entry_with_anothers_tokens_is_not_listed_for_the_connect_that_names_it() {
    for whose in ["client", "bot_id"] {
        let left = Left::granted().await;
        left.alter("DELETE FROM connections");
        holds_another(&left.env, &left.connection.id, whose);
        let before = left.env.keyring.entries();
        let keyrack = left.env.start();
        keyrack.recover().await.expect("recovered");
        assert!(keyrack.connections().expect("the list").is_empty());
        // Not by their texts, which a failure would print.
        let same = left.env.keyring.entries() == before;
        assert!(same, "an entry has changed");
        assert_eq!(left.ended_with().as_deref(), Some("connect-interrupted"));
    }
}

#[tokio::test]
async fn a_connect_that_was_to_be_undone_is_listed_only_if_its_tokens_still_work() {
    for works in [true, false] {
        let left = Left::undone().await;
        left.alter("DELETE FROM connections");
        if !works {
            left.env.revoke(&left.connection.bot_id).await;
        }
        let keyrack = left.env.start();
        keyrack.recover().await.expect("recovered");
        let id = &left.connection.id;
        let (listed, kept) = (keyrack.connection(id), left.env.keyring.users());
        assert_eq!((listed.is_ok(), kept.contains(id)), (works, works));
        let why = (!works).then_some("connect-interrupted");
        assert_eq!(left.ended_with().as_deref(), why);
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_not_taken_for_one_that_is_gone() {
    let left = Left::undone().await;
    left.env.revoke(&left.connection.bot_id).await;
    left.alter("UPDATE connections SET workspace_icon = CAST(x'ff' AS TEXT)");
    let id = &left.connection.id;
    let keyrack = left.env.start();
    keyrack.recover().await.expect_err("it cannot be read");
    tokens_are_kept(&keyrack, id).await;
    drop(keyrack);

    left.alter("UPDATE connections SET workspace_icon = NULL");
    let keyrack = left.env.start();
    keyrack.recover().await.expect("recovered");
    tokens_are_kept(&keyrack, id).await;
    assert_eq!(left.ended_with().as_deref(), Some("reconnect-interrupted"));
}

#[tokio::test]
async fn a_start_tells_how_a_connect_ended_that_was_cut_off_unless_that_was_told() {
    for told in [false, true] {
        let (env, keyrack, client) = TestEnv::with_client().await;
        let (id, callback) = env.callback(&keyrack, &client).await;
        drop(keyrack.take_callback(callback.as_bytes()).expect("taken"));
        if told {
            let end = Progress::Cancelled;
            keyrack.store.save_progress(&id, &end).expect("saved");
        }
        drop(keyrack);

        let keyrack = env.start();
        keyrack.recover().await.expect("recovered");
        let shown = keyrack.latest_authorization();
        assert_eq!(shown.is_none(), told);
        if let Some(shown) = shown {
            let problem = shown.progress.problem().expect("it failed");
            assert_eq!((shown.id, problem.cause.clone()), (id, Cause::Interrupted));
        }
    }
}
