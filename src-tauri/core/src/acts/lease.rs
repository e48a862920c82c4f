//! Lease: a program's requests are passed on with a connection's token for as long as the lease runs. The
//! program gets a key of the lease's own, and the token stays here.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use secrecy::SecretString;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::acts::hand_out::refuse_use;
use crate::acts::pass_on::{InUse, Outgoing, OutgoingBody};
use crate::domain::act::HandOut;
use crate::domain::connection::{Connection, Status};
use crate::domain::hand_out::{Caller, CutOff, HandedTo, Lease, LeaseUse, Way};
use crate::domain::operation::Operation;
use crate::domain::preferences::Language;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::proxy::{
    Admitted, Answer, Endpoint, Gate, Key, Listener, Refusal, is_over, passed_back,
};
use crate::storage::process_lock::has_ended;
use crate::storage::store::Taken;
use crate::words::Words;

/// The longest body that is kept so that it can be sent again.
const KEPT_BODY: usize = 64 * 1024;

/// How soon a lease that was ended is noticed while a request is under way, and the least time between
/// two writes of what it was used for.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How soon it is noticed otherwise.
const LOOK_IDLE: Duration = Duration::from_secs(5);

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
    begun: Vec<Begun>,
    serving: Serving,
}

struct Serving {
    keyrack: Arc<Keyrack>,
    running: Arc<Running>,
    tasks: [JoinHandle<()>; 2],
}

/// What the requests of the leases share.
struct Running {
    gate: Gate,
    read_only: bool,
    leases: Vec<One>,
    /// Woken by a request.
    used: Notify,
}

/// One lease.
struct One {
    key: Key,
    in_use: InUse,
    state: Mutex<State>,
    over: watch::Sender<bool>,
    under_way: AtomicI64,
}

struct State {
    lease: Operation<HandOut>,
    taken: Option<Taken>,
    is_saved: bool,
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
            if terms.fresh {
                self.make_fresh(id, terms.way).await?;
            }
            let in_use = InUse::of(id, terms.way);
            self.hold(&in_use).await?;
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
            leases.push(One {
                key: kept,
                in_use,
                state: Mutex::new(State {
                    lease,
                    taken: None,
                    is_saved: true,
                }),
                over: watch::Sender::new(false),
                under_way: AtomicI64::new(0),
            });
        }
        for one in &leases {
            self.store.begin_lease(&one.state().lease)?;
        }
        let running = Arc::new(Running {
            gate: listener.gate(),
            read_only: terms.read_only,
            leases,
            used: Notify::new(),
        });
        let base_url = listener.base_url();
        let answer = {
            let (keyrack, running) = (self.clone(), running.clone());
            move |request| answer(keyrack.clone(), running.clone(), request)
        };
        let deadline = terms
            .lasts
            .and_then(|lasts| Instant::now().checked_add(lasts));
        let tasks = [
            tokio::spawn(listener.serve(answer)),
            tokio::spawn(keep_account(self.clone(), running.clone(), deadline)),
        ];
        let serving = Serving {
            keyrack: self.clone(),
            running,
            tasks,
        };
        Ok(Leases {
            base_url,
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

    /// Why a lease's requests are refused once it has ended.
    fn why_over(&self, connection: &str, way: Way) -> Problem {
        match self.store.connection(connection) {
            Ok(listed) if listed.status == Status::RevocationPending => {
                Cause::RevocationPending.into()
            }
            Ok(listed) => {
                let refused = refuse_use(&listed, way).err();
                refused.unwrap_or_else(|| Cause::LeaseOver.into())
            }
            Err(gone) => gone,
        }
    }
}

impl Leases {
    /// The base URL for the program.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
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
            let id = one.state().lease.id.clone();
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

impl One {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what the lease was used for.
    fn count(&self, now: Millis, change: impl FnOnce(&mut LeaseUse)) {
        let mut state = self.state();
        if let Some(used) = &mut state.lease.act.handed.lease {
            used.last_request_at = Some(now);
            change(used);
        }
        state.is_saved = false;
    }

    /// Writes what the lease was used for, if that is not written yet.
    fn save(&self, keyrack: &Keyrack) -> Result<(), Problem> {
        let (id, act, taken) = {
            let mut state = self.state();
            if state.is_saved {
                return Ok(());
            }
            state.is_saved = true;
            let taken = state.taken.take();
            (state.lease.id.clone(), state.lease.act.clone(), taken)
        };
        let saved = keyrack.store.save_use(&id, &act, taken);
        if saved.is_err() {
            self.state().is_saved = false;
        }
        saved
    }

    fn is_over(&self) -> bool {
        *self.over.borrow()
    }
}

/// Writes what the leases were used for, and notices that they were ended or that their time is over.
async fn keep_account(keyrack: Arc<Keyrack>, running: Arc<Running>, deadline: Option<Instant>) {
    loop {
        let is_late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        for one in running.leases.iter().filter(|one| !one.is_over()) {
            // A store that is busy is written to the next time.
            let _ = one.save(&keyrack);
            let id = one.state().lease.id.clone();
            if is_late {
                let _ = keyrack.store.end_lease(&id, keyrack.now());
            }
            if is_late || matches!(keyrack.store.is_running(&id), Ok(false)) {
                one.over.send_replace(true);
            }
        }
        sleep(LOOK_EVERY).await;
        let busy = |one: &One| one.under_way.load(SeqCst) > 0 || !one.state().is_saved;
        if !running.leases.iter().any(busy) {
            let look = timeout(LOOK_IDLE, running.used.notified());
            let in_time = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = look => {}
                () = in_time => {}
            }
        }
    }
}

/// A request that is under way, for as long as its reply is.
struct UnderWay(Arc<Running>, usize);

impl UnderWay {
    fn of(running: Arc<Running>, index: usize) -> Self {
        running.leases[index].under_way.fetch_add(1, SeqCst);
        running.used.notify_one();
        Self(running, index)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.leases[self.1].under_way.fetch_sub(1, SeqCst);
    }
}

async fn answer(
    keyrack: Arc<Keyrack>,
    running: Arc<Running>,
    request: Request<Incoming>,
) -> Answer {
    let answered = answered(&keyrack, &running, request).await;
    answered.unwrap_or_else(|refusal| refusal.answer())
}

async fn answered(
    keyrack: &Keyrack,
    running: &Arc<Running>,
    request: Request<Incoming>,
) -> Result<Answer, Refusal> {
    let (head, body) = request.into_parts();
    let Admitted {
        key,
        path,
        query,
        reads,
    } = running.gate.admit(&head)?;
    let index = running.leases.iter().position(|one| one.key.is(&key));
    let index = index.ok_or_else(Refusal::unknown_key)?;
    let one = &running.leases[index];
    let now = keyrack.now();
    let lease = one.state().lease.clone();
    let (of, way) = (lease.act.of.id, lease.act.handed.way);
    if one.is_over() || matches!(keyrack.store.is_running(&lease.id), Ok(false)) {
        one.over.send_replace(true);
        return Err(refused(&keyrack.why_over(&of, way)));
    }
    if running.read_only && !reads {
        one.count(now, |used| used.refusals += 1);
        return Err(Refusal::restricted("this lease only reads"));
    }
    let under_way = UnderWay::of(running.clone(), index);
    one.count(now, |used| {
        used.requests += 1;
        used.writes += u64::from(!reads);
    });
    let outgoing = Outgoing {
        method: head.method,
        path,
        query,
        headers: head.headers,
        body: kept(body).await?,
    };
    let passed = tokio::select! {
        passed = keyrack.pass_on(&one.in_use, outgoing) => passed,
        () = is_over(one.over.subscribe()) => Err(keyrack.why_over(&of, way)),
    };
    let passed = passed.map_err(|problem| {
        one.count(now, |used| used.refusals += 1);
        refused(&problem)
    })?;
    if passed.reply.status().is_success() {
        let mut state = one.state();
        state.is_saved = false;
        state.taken = Some(Taken {
            connected_at: passed.connected_at,
            at: now,
        });
    }
    Ok(passed_back(passed.reply, one.over.subscribe(), under_way))
}

/// The body of a request: a short one is kept, so that it can be sent again.
async fn kept(body: Incoming) -> Result<OutgoingBody, Refusal> {
    let is_short = body
        .size_hint()
        .upper()
        .is_some_and(|most| most <= KEPT_BODY as u64);
    if !is_short {
        return Ok(body.into());
    }
    let whole = Limited::new(body, KEPT_BODY).collect().await;
    whole
        .map(|whole| OutgoingBody::Whole(whole.to_bytes()))
        .map_err(|_| {
            Refusal::new(
                hyper::StatusCode::BAD_REQUEST,
                "invalid_request",
                "the request's body did not arrive",
            )
        })
}

/// A problem in Notion's shape, for programs that show Notion's refusals. In English, as those are.
fn refused(problem: &Problem) -> Refusal {
    let words = Words::of(Language::En).line(problem);
    match problem.cause {
        Cause::Unreachable
        | Cause::NotionUnavailable { .. }
        | Cause::HostUnknown { .. }
        | Cause::HostRefuses { .. }
        | Cause::ProxyFailed { .. }
        | Cause::AnswerLost
        | Cause::BusyElsewhere
        | Cause::StoreBusy => Refusal::unavailable(&words),
        _ => Refusal::unauthorized(&words),
    }
}

/// A lease as it is listed.
fn listed(lease: Operation<HandOut>) -> Option<Lease> {
    let HandOut { of, handed } = lease.act;
    Some(Lease {
        id: lease.id,
        connection_id: of.id,
        workspace_name: of.workspace_name,
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
