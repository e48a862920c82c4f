//! A check of many connections: how long each waits for Notion, and what counts as what.

use std::fs::File;
use std::time::Duration;

use notion_oauth::{Notion, Retry};

use crate::domain::connection::{Connection, Status};
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::runtime::batch::Became;

/// The lock of the one process that checks many connections of a data folder.
const LOCK: &str = "check-all.lock";

/// The retries in a check of many, which wait out any pause of Notion's, since nobody waits for one
/// row.
pub(crate) const RETRY: Retry = Retry {
    attempts: 10,
    longest_wait: Duration::from_hours(1),
};

impl Keyrack {
    /// Takes the lock on checking many connections, which one process at a time can hold.
    pub(in crate::acts) fn only_one_checks_many(&self) -> Result<File, Problem> {
        self.folder
            .try_lock(LOCK)?
            .ok_or_else(|| Problem::from(Cause::AlreadyChecking))
    }

    /// Checks a connection among many. The verdict, or why there is none, is on the connection.
    pub(in crate::acts) async fn check_among_many(&self, id: &str) -> Became {
        let asking = |notion: Notion| notion.with_retry(RETRY).among_many();
        became(self.check_with(id, asking).await)
    }
}

fn became(checked: Result<Connection, Problem>) -> Became {
    let connection = match checked {
        Ok(connection) => connection,
        Err(problem) if problem.cause == Cause::ConnectionGone => return Became::Gone,
        // Without the store no verdict can be kept.
        Err(_) => return Became::Aborted(None),
    };
    let obstacle = connection.problem.map(|problem| problem.cause);
    match (connection.status, obstacle) {
        (Status::Active, _) => Became::Succeeded(None),
        // Each further check would ask the person to unlock the keyring anew.
        (Status::CannotCheck, Some(code)) if code.is_about_all_of_the_keyring() => {
            Became::Aborted(None)
        }
        (Status::CannotCheck | Status::NotChecked, _) => Became::Failed {
            needs_attention: connection.needs_attention,
            not_done: None,
        },
        (Status::Inactive | Status::NeedsReconnecting | Status::RevocationPending, _) => {
            Became::Attention
        }
    }
}
