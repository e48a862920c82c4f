//! The requests of leases that are running: passed on, counted, and refused once a lease has ended.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use notion_oauth::Body as RequestBody;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::acts::hand_out::refuse_use;
use crate::acts::pass_on::{InUse, Outgoing, OutgoingBody};
use crate::domain::act::HandOut;
use crate::domain::connection::Status;
use crate::domain::hand_out::{LeaseUse, Way};
use crate::domain::operation::Operation;
use crate::domain::preferences::Language;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::{Millis, Moment};
use crate::keyrack::Keyrack;
use crate::runtime::proxy::{Admitted, Answer, Gate, Key, Refusal, is_over, passed_back};
use crate::storage::store::Taken;
use crate::words::Words;

/// The longest body that is kept so that it can be sent again.
const KEPT_BODY: usize = 64 * 1024;

/// How soon a lease that was ended is noticed while a request is under way, and the least time between
/// two writes of what it was used for.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How soon it is noticed otherwise.
const LOOK_IDLE: Duration = Duration::from_secs(5);

/// The longest that a short body may take to arrive.
const LONGEST_BODY: Duration = Duration::from_secs(30);

/// How long leases last: by the system's uptime, which nobody sets and which counts its sleep.
pub(super) struct Term {
    begun: Moment,
    lasts: Duration,
    /// When it is over if the system does not sleep; none if never.
    over: Option<Instant>,
}

impl Term {
    pub fn of(lasts: Duration, begun: Moment) -> Self {
        let over = Instant::now().checked_add(lasts);
        Self { begun, lasts, over }
    }

    fn is_over(&self, now: &Moment) -> bool {
        let passed = now.since(&self.begun);
        self.over.is_some_and(|over| Instant::now() >= over)
            || passed.is_some_and(|passed| passed >= self.lasts)
    }
}

/// What the requests of the leases share.
pub(super) struct Running {
    pub gate: Gate,
    pub read_only: bool,
    /// None: until they are closed.
    pub term: Option<Term>,
    pub leases: Vec<One>,
    /// Woken by a request.
    pub used: Notify,
}

/// One lease.
pub(super) struct One {
    key: Key,
    in_use: InUse,
    state: Mutex<State>,
    pub over: watch::Sender<bool>,
    under_way: AtomicI64,
}

struct State {
    lease: Operation<HandOut>,
    taken: Option<Taken>,
    is_saved: bool,
}

impl Keyrack {
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

impl One {
    /// A lease that is about to begin, with the key that its program has.
    pub fn new(lease: Operation<HandOut>, key: Key, in_use: InUse) -> Self {
        Self {
            key,
            in_use,
            state: Mutex::new(State {
                lease,
                taken: None,
                is_saved: true,
            }),
            over: watch::Sender::new(false),
            under_way: AtomicI64::new(0),
        }
    }

    /// The lease's operation, as it stands.
    pub fn lease(&self) -> Operation<HandOut> {
        self.state().lease.clone()
    }

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
    pub fn save(&self, keyrack: &Keyrack) -> Result<(), Problem> {
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

impl Running {
    fn is_late(&self, keyrack: &Keyrack) -> bool {
        let term = self.term.as_ref();
        term.is_some_and(|term| term.is_over(&keyrack.moment()))
    }

    /// Whether one of the leases has ended, whoever ended it.
    fn has_ended(&self, one: &One, keyrack: &Keyrack) -> bool {
        let is_over = one.is_over()
            || self.is_late(keyrack)
            || matches!(keyrack.store.is_running(&one.lease().id), Ok(false));
        if is_over {
            one.over.send_replace(true);
        }
        is_over
    }
}

/// Writes what the leases were used for, and notices that they were ended or that their time is over.
pub(super) async fn keep_account(keyrack: Arc<Keyrack>, running: Arc<Running>) {
    let over = running.term.as_ref().and_then(|term| term.over);
    loop {
        let is_late = running.is_late(&keyrack);
        for one in running.leases.iter().filter(|one| !one.is_over()) {
            // A store that is busy is written to the next time.
            let _ = one.save(&keyrack);
            let id = one.lease().id;
            if is_late {
                let _ = keyrack.store.end_lease(&id, keyrack.now());
            }
            running.has_ended(one, &keyrack);
        }
        sleep(LOOK_EVERY).await;
        let busy = |one: &One| one.under_way.load(SeqCst) > 0 || !one.state().is_saved;
        if !running.leases.iter().any(busy) {
            let look = timeout(LOOK_IDLE, running.used.notified());
            let in_time = async {
                match over {
                    Some(over) => sleep_until(over).await,
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

/// Answers a request: with Notion's reply to it, or with why there is none.
pub(super) async fn answer(
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
    let lease = one.lease();
    let (of, way) = (lease.act.of.id, lease.act.handed.way);
    let over = || refused(&keyrack.why_over(&of, way));
    if running.has_ended(one, keyrack) {
        return Err(over());
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
    let is_broken = Arc::new(AtomicBool::new(false));
    let pass_on = async {
        let outgoing = Outgoing {
            method: head.method,
            path,
            query,
            headers: head.headers,
            body: kept(body, is_broken.clone()).await?,
        };
        // The body may have been waited for.
        if running.has_ended(one, keyrack) {
            return Err(over());
        }
        let passed = keyrack.pass_on(&one.in_use, outgoing).await;
        passed.map_err(|problem| {
            if is_broken.load(SeqCst) {
                no_body()
            } else {
                refused(&problem)
            }
        })
    };
    let passed = tokio::select! {
        passed = pass_on => passed,
        () = is_over(one.over.subscribe()) => Err(over()),
    };
    let passed = passed.inspect_err(|_| one.count(now, |used| used.refusals += 1))?;
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

/// The body of a request: one of a known length that is short is kept, so that it can be sent again. Of
/// any other, `is_broken` is set if it does not arrive.
async fn kept(body: Incoming, is_broken: Arc<AtomicBool>) -> Result<OutgoingBody, Refusal> {
    let is_short = body
        .size_hint()
        .upper()
        .is_some_and(|most| most <= KEPT_BODY as u64);
    if !is_short {
        let streamed = body.map_err(move |error| {
            is_broken.store(true, SeqCst);
            error
        });
        return Ok(OutgoingBody::Stream(RequestBody::wrap(streamed)));
    }
    let whole = timeout(LONGEST_BODY, Limited::new(body, KEPT_BODY).collect()).await;
    match whole {
        Ok(Ok(whole)) => Ok(OutgoingBody::Whole(whole.to_bytes())),
        Ok(Err(_)) | Err(_) => Err(no_body()),
    }
}

fn no_body() -> Refusal {
    Refusal::new(
        hyper::StatusCode::BAD_REQUEST,
        "invalid_request",
        "the request's body did not arrive, or is malformed",
    )
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
