//! Check all: every connection once, each client's at its own pace, with progress and time left.

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use notion_oauth::{Notion, Pace, Retry};

use crate::domain::check_all::CheckAll;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Status};
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::runtime::batch::{Batch, CheckResult, Queue};

/// The lock of the one process that checks all connections of a data folder.
const LOCK: &str = "check-all.lock";

/// The retries in a check of all, which wait out any pause of Notion's, since nobody waits for one
/// row.
pub(crate) const RETRY: Retry = Retry {
    attempts: 10,
    longest_wait: Duration::from_hours(1),
};

impl Keyrack {
    /// Checks every connection, those with the oldest evidence first, and emits the progress. No
    /// request is made until the future is awaited, which returns the result.
    ///
    /// If such a check is under way already, the future returns its progress; if another process
    /// makes one, this fails with `already-checking`: both together would exceed a client's budget.
    /// Verdicts, and why there is none, are on the connections.
    pub fn check_all(
        self: &Arc<Self>,
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        self.check_those(None)
    }

    /// Checks some connections like [`Keyrack::check_all`].
    pub fn check_some(
        self: &Arc<Self>,
        ids: &[String],
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        self.check_those(Some(ids))
    }

    fn check_those(
        self: &Arc<Self>,
        ids: Option<&[String]>,
    ) -> Result<impl Future<Output = CheckAll> + Send + 'static, Problem> {
        let (run, lock) = if let Some(running) = self.checking() {
            (running, None)
        } else {
            let lock = self.only_one_checks_all()?;
            self.count_requests_elsewhere()?;
            let run = Arc::new(Batch::new(self.queues(ids)?));
            self.set_checking(Some(run.clone()));
            (run, Some(lock))
        };
        let keyrack = self.clone();
        Ok(async move {
            if let Some(_held) = lock {
                keyrack.go_on_checking_all(&run).await
            } else {
                run.progress(keyrack.now())
            }
        })
    }

    fn queues(&self, ids: Option<&[String]>) -> Result<Vec<Queue>, Problem> {
        let mut connections = self.store.connections()?;
        if let Some(ids) = ids {
            let ids: HashSet<_> = ids.iter().collect();
            connections.retain(|connection| ids.contains(&connection.id));
        }
        connections.sort_by_key(|connection| connection.checked_at);
        let queues = self.store.clients()?.into_iter().map(|client| {
            let of_client = |connection: &&Connection| connection.client_id == client.id;
            let ids = connections.iter().filter(of_client);
            let ids = ids.map(|connection| connection.id.clone()).collect();
            Queue::new(self.pace_of(&client), ids)
        });
        Ok(queues.collect())
    }

    /// Takes the lock on checking all connections, which one process at a time can hold.
    pub(super) fn only_one_checks_all(&self) -> Result<File, Problem> {
        self.folder
            .try_lock(LOCK)?
            .ok_or_else(|| Problem::from(Cause::AlreadyChecking))
    }

    async fn go_on_checking_all(self: Arc<Self>, run: &Arc<Batch>) -> CheckAll {
        let keyrack = self.clone();
        let check = move |id: String| {
            let keyrack = keyrack.clone();
            async move {
                let asking = |notion: Notion| notion.with_retry(RETRY).among_many();
                outcome(keyrack.check_with(&id, asking).await)
            }
        };
        let report = |run: &Batch| self.emit(&Event::CheckAll(run.progress(self.now())));
        run.go(check, report).await;
        self.set_checking(None);
        let ended = run.ended();
        self.emit(&Event::CheckAll(ended.clone()));
        ended
    }

    /// Cancels the check of all connections: no further connection is checked.
    pub fn cancel_check_all(&self) {
        if let Some(run) = self.checking() {
            run.cancel();
        }
    }

    /// The pace of a client. Without a Notion to ask, any pace will do: each check fails with the
    /// reason.
    fn pace_of(&self, client: &Client) -> Pace {
        match self.notions.of(client) {
            Ok(notion) => self.notions.pace(&notion, client).among_many(),
            Err(_) => Pace::new(client.budget),
        }
    }
}

fn outcome(checked: Result<Connection, Problem>) -> CheckResult {
    let connection = match checked {
        Ok(connection) => connection,
        Err(problem) if problem.cause == Cause::ConnectionGone => return CheckResult::Removed,
        // Without the store no verdict can be kept.
        Err(_) => return CheckResult::Aborted,
    };
    let obstacle = connection.problem.map(|problem| problem.cause);
    match (connection.status, obstacle) {
        (Status::Active, _) => CheckResult::Active,
        // Each further check would ask the person to unlock the keyring anew.
        (Status::CannotCheck, Some(code)) if code.is_about_all_of_the_keyring() => {
            CheckResult::Aborted
        }
        (Status::CannotCheck | Status::NotChecked, _) => CheckResult::Unknown {
            needs_attention: connection.needs_attention,
        },
        (Status::Inactive | Status::NeedsReconnecting | Status::RevocationPending, _) => {
            CheckResult::Attention
        }
    }
}
