//! Many at once: one act on several connections, or on all, each client's at its own pace.

use std::collections::HashSet;
use std::sync::Arc;

use notion_oauth::Pace;

use crate::domain::batch::{Batch, BatchAct, BatchEnd, NotDone};
use crate::domain::client::Client;
use crate::domain::connection::Connection;
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::{Receipt, Revocation};
use crate::keyrack::Keyrack;
use crate::runtime::batch::{Became, Queue, Run};

impl Keyrack {
    /// Acts on the connections with these ids (`Connection::id`), or on all, those with the oldest
    /// evidence first, and emits the progress and the end. No request is made until the future is
    /// awaited, which returns the end.
    ///
    /// Fails with `batch-under-way` while this process does the same on many connections. If another
    /// process checks many, a check fails with `already-checking`: both together would exceed a
    /// client's budget.
    pub fn begin_batch(
        self: &Arc<Self>,
        act: BatchAct,
        ids: Option<&[String]>,
    ) -> Result<impl Future<Output = BatchEnd> + Send + 'static, Problem> {
        let run = self.run_batch(act, ids)?;
        let keyrack = self.clone();
        Ok(async move {
            let end = run.await;
            keyrack.emit(&Event::BatchEnded(end.clone()));
            end
        })
    }

    /// Cancels an act on many connections: it begins with no further one.
    pub fn cancel_batch(&self, act: BatchAct) {
        if let Some(run) = self.runs.get(act) {
            run.cancel();
        }
    }

    /// The progress of the acts on many connections that are under way.
    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.runs.progress(self.now())
    }

    /// Acts on many connections like [`Keyrack::begin_batch`], without emitting the end.
    pub(super) fn run_batch(
        self: &Arc<Self>,
        act: BatchAct,
        ids: Option<&[String]>,
    ) -> Result<impl Future<Output = BatchEnd> + Send + 'static, Problem> {
        let lock = match act {
            BatchAct::Check => Some(self.only_one_checks_many()?),
            BatchAct::Refresh | BatchAct::Revoke | BatchAct::Forget => None,
        };
        self.count_requests_elsewhere()?;
        let (queues, gone) = self.queues(act, ids)?;
        let run = Arc::new(Run::new(act, queues, gone));
        self.runs.begin(run.clone())?;
        let keyrack = self.clone();
        Ok(async move {
            let _held = lock;
            let acting = keyrack.clone();
            let act_on = move |id: String| {
                let keyrack = acting.clone();
                async move { keyrack.act_on(act, &id).await }
            };
            let report = |run: &Run| keyrack.emit(&Event::Batch(run.progress(keyrack.now())));
            run.go(act_on, report).await;
            keyrack.runs.end(act);
            run.ended()
        })
    }

    /// The connections in queues, and how many of those asked for are not there.
    fn queues(
        &self,
        act: BatchAct,
        ids: Option<&[String]>,
    ) -> Result<(Vec<Queue>, usize), Problem> {
        let mut connections = self.store.connections()?;
        let mut gone = 0;
        if let Some(ids) = ids {
            let ids: HashSet<_> = ids.iter().collect();
            connections.retain(|connection| ids.contains(&connection.id));
            gone = ids.len().saturating_sub(connections.len());
        } else if act == BatchAct::Refresh {
            // All that are refreshed here.
            connections
                .retain(|connection| connection.moved_at.is_none() && !connection.made_elsewhere);
        }
        connections.sort_by_key(|connection| connection.checked_at);
        let queues = self.store.paced()?.into_iter().map(|client| {
            let of_client = |connection: &&Connection| connection.client_id == client.id;
            let ids = connections.iter().filter(of_client);
            let ids = ids.map(|connection| connection.id.clone()).collect();
            Queue::new(self.pace_of(&client), ids)
        });
        Ok((queues.collect(), gone))
    }

    /// The pace of a client. Without a Notion to ask, any pace will do: each act fails with the
    /// reason.
    fn pace_of(&self, client: &Client) -> Pace {
        let (client_id, budget) = (&client.client_id, client.budget);
        match self.listed_base_url(client) {
            Ok(base) => self.notions.pace(&base, client_id, budget).among_many(),
            Err(_) => Pace::new(budget),
        }
    }

    async fn act_on(&self, act: BatchAct, id: &str) -> Became {
        let done = |receipt: Receipt| Became::Succeeded(Some(Box::new(receipt)));
        match act {
            BatchAct::Check => self.check_among_many(id).await,
            BatchAct::Refresh => match self.refresh(id).await {
                Ok(_) => Became::Succeeded(None),
                Err(problem) => self.failed(id, problem, false),
            },
            BatchAct::Revoke => match self.revoke(id).await {
                Ok(Revocation::Revoked { receipt }) => done(*receipt),
                Ok(Revocation::Pending { problem, .. }) => self.failed(id, problem, true),
                Err(problem) => self.failed(id, problem, false),
            },
            BatchAct::Forget => match self.forget(id).await {
                Ok(receipt) => done(receipt),
                Err(problem) => self.failed(id, problem, false),
            },
        }
    }

    fn failed(&self, id: &str, problem: Problem, pending: bool) -> Became {
        if problem.cause == Cause::ConnectionGone {
            return Became::Gone;
        }
        let connection = match self.store.connection(id) {
            Ok(connection) => connection,
            Err(gone) if gone.cause == Cause::ConnectionGone => return Became::Gone,
            // Without the store nothing can be done with the others either.
            Err(_) => return Became::Aborted(None),
        };
        // Each further act would ask the person to unlock the keyring anew.
        let aborts = problem.cause.is_about_all_of_the_keyring();
        let needs_attention = connection.needs_attention;
        let not_done = Some(Box::new(NotDone {
            connection,
            problem,
            pending,
        }));
        if aborts {
            Became::Aborted(not_done)
        } else {
            Became::Failed {
                needs_attention,
                not_done,
            }
        }
    }
}
