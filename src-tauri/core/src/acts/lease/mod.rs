//! Lease: a program's requests are passed on with a connection's token for as long as the lease runs. The
//! program gets a key of the lease's own, and the token stays here.

mod serving;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::acts::lease::serving::{One, Running, Term, answer, keep_account};
use crate::acts::pass_on::InUse;
use crate::domain::act::HandOut;
use crate::domain::connection::Connection;
use crate::domain::hand_out::{Caller, CutOff, HandedTo, Lease, LeaseUse, Way};
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::proxy::{Endpoint, Key, Listener, is_over};
use crate::storage::process_lock::has_ended;

/// The terms of leases.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How the token is used: for a program, or for a while.
    pub way: Way,
    /// The program.
    pub caller: Caller,
    /// Whether only requests that read are passed on.
    pub read_only: bool,
    /// For how long; none: until the leases are closed.
    pub lasts: Option<Duration>,
    /// Whether Notion is asked first if the tokens work, and one that does not is refreshed.
    pub fresh: bool,
}

/// A lease that has begun.
pub struct Begun {
    /// The connection.
    pub connection: Connection,
    /// The lease's id.
    pub id: String,
    /// The key: what the program uses as its token.
    pub key: SecretString,
}

/// Leases that are running, of one program at one address. Dropping them leaves their rows to the next
/// start; [`Leases::close`] ends them.
pub struct Leases {
    base_url: String,
    ends_at: Option<Millis>,
    begun: Vec<Begun>,
    serving: Serving,
}

struct Serving {
    keyrack: Arc<Keyrack>,
    running: Arc<Running>,
    tasks: [JoinHandle<()>; 2],
}

impl Keyrack {
    /// Begins leases of connections (`Connection::id`), and answers requests at the endpoint from a task.
    /// Their rows are written before.
    ///
    /// Fails with nothing begun if one of the connections may not be used, or its token cannot be read.
    pub async fn begin_leases(
        self: &Arc<Self>,
        connections: &[String],
        terms: &Terms,
        endpoint: &Endpoint,
    ) -> Result<Leases, Problem> {
        let now = self.now();
        let ends_at = terms.lasts.map(|lasts| now.plus(lasts));
        let listener = Listener::bind(endpoint)
            .await
            .map_err(|error| not_bound(endpoint, &error))?;
        let mut leases = Vec::new();
        let mut begun = Vec::new();
        for id in connections {
            let in_use = InUse::of(id, terms.way);
            let held = async {
                if terms.fresh {
                    self.make_fresh(id, terms.way).await?;
                }
                self.hold(&in_use).await
            };
            let held = held.await;
            held.map_err(|problem| self.not_handed_out(id, problem))?;
            let connection = self.store.connection(id)?;
            let (key, kept) = Key::make()?;
            let handed = HandedTo {
                way: terms.way,
                caller: terms.caller.clone(),
                count: 1,
                last_at: now,
                lease: Some(LeaseUse {
                    read_only: terms.read_only,
                    ends_at,
                    ..LeaseUse::default()
                }),
            };
            let of = (&connection).into();
            let lease = Operation::begun(HandOut { of, handed }, self.process.id(), now);
            begun.push(Begun {
                connection,
                id: lease.id.clone(),
                key,
            });
            leases.push(One::new(lease, kept, in_use));
        }
        let rows: Vec<_> = leases.iter().map(One::lease).collect();
        if !self.store.begin_leases(&rows)? {
            // It was ended or restricted after it was looked at.
            for id in connections {
                self.may_hand_out(id, terms.way)?;
            }
            return Err(Cause::BusyElsewhere.into());
        }
        let running = Arc::new(Running {
            gate: listener.gate(),
            read_only: terms.read_only,
            term: terms.lasts.map(|lasts| Term::of(lasts, self.moment())),
            leases,
            used: Notify::new(),
        });
        let base_url = listener.base_url();
        let answer = {
            let (keyrack, running) = (self.clone(), running.clone());
            move |request| answer(keyrack.clone(), running.clone(), request)
        };
        let tasks = [
            tokio::spawn(listener.serve(answer)),
            tokio::spawn(keep_account(self.clone(), running.clone())),
        ];
        let serving = Serving {
            keyrack: self.clone(),
            running,
            tasks,
        };
        Ok(Leases {
            base_url,
            ends_at,
            begun,
            serving,
        })
    }

    /// The leases that are running, oldest first.
    pub fn leases(&self) -> Result<Vec<Lease>, Problem> {
        let running = self.running_leases()?;
        Ok(running.into_iter().filter_map(listed).collect())
    }

    /// The leases of one connection (`Connection::id`) that are running.
    pub fn leases_of(&self, id: &str) -> Result<Vec<Lease>, Problem> {
        let mut leases = self.leases()?;
        leases.retain(|lease| lease.connection_id == id);
        Ok(leases)
    }

    /// Ends a lease (`Lease::id`): its program's next request is refused, and one under way is cut off.
    /// Fails with `no-such-lease`.
    pub fn end_lease(&self, id: &str) -> Result<(), Problem> {
        if self.store.end_lease(id, self.now())? {
            Ok(())
        } else {
            let id = notion_oauth::sanitize_display_text(id);
            Err(Cause::NoSuchLease { id }.into())
        }
    }

    /// Ends the leases of a connection, and tells the programs that were using it.
    pub(in crate::acts) fn end_leases_of(&self, id: &str) -> Result<Vec<CutOff>, Problem> {
        let mut cut_off = Vec::new();
        for lease in self.running_leases()? {
            let HandOut { of, handed } = &lease.act;
            if of.id == id && self.store.end_lease(&lease.id, self.now())? {
                cut_off.push(CutOff {
                    program: handed.caller.program.clone(),
                    pid: handed.caller.pid,
                    since: lease.started_at,
                });
            }
        }
        Ok(cut_off)
    }

    /// Ends all leases, and returns how many other processes had them.
    pub(in crate::acts) fn end_all_leases(&self) -> Result<usize, Problem> {
        let mut processes = BTreeSet::new();
        for lease in self.running_leases()? {
            self.store.end_lease(&lease.id, self.now())?;
            processes.insert(lease.process);
        }
        processes.remove(self.process.id());
        Ok(processes.len())
    }

    /// The leases whose processes live.
    pub(in crate::acts) fn running_leases(&self) -> Result<Vec<Operation<HandOut>>, Problem> {
        let mut leases = self.store.unfinished_leases()?;
        leases.retain(|lease| {
            lease.process == self.process.id() || !has_ended(&self.folder, &lease.process)
        });
        Ok(leases)
    }
}

impl Leases {
    /// The base URL for the program.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// When they end, by the clock of their beginning; none: when they are closed.
    #[must_use]
    pub fn ends_at(&self) -> Option<Millis> {
        self.ends_at
    }

    /// The leases, in the order in which their connections were named.
    #[must_use]
    pub fn begun(&self) -> &[Begun] {
        &self.begun
    }

    /// Waits until all of them have ended, whoever ended them.
    pub async fn ended(&self) {
        for one in &self.serving.running.leases {
            is_over(one.over.subscribe()).await;
        }
    }

    /// Ends them, and what is under way.
    pub fn close(self) {
        let Serving {
            keyrack, running, ..
        } = &self.serving;
        for one in &running.leases {
            one.over.send_replace(true);
            // What cannot be written is ended by the next start.
            let _ = one.save(keyrack);
            let id = one.lease().id;
            let _ = keyrack.store.end_lease(&id, keyrack.now());
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A lease as it is listed.
fn listed(lease: Operation<HandOut>) -> Option<Lease> {
    let HandOut { of, handed } = lease.act;
    Some(Lease {
        id: lease.id,
        connection_id: of.id,
        workspace_name: of.workspace_name,
        client_id: of.client.id,
        client_name: of.client.name,
        way: handed.way,
        caller: handed.caller,
        started_at: lease.started_at,
        used: handed.lease?,
    })
}

fn not_bound(endpoint: &Endpoint, error: &io::Error) -> Problem {
    let detail = error.to_string();
    let path = match endpoint {
        Endpoint::Port => "127.0.0.1".to_owned(),
        Endpoint::Socket(path) => notion_oauth::sanitize_display_text(&path.display().to_string()),
    };
    Cause::NotWritten { path, detail }.into()
}
