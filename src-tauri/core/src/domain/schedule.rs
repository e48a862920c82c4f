//! The schedule of background checks: decisions only, with the time passed in.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use notion_oauth::Backoff;

use crate::domain::connection::{Connection, Status};
use crate::domain::problem::Cause;
use crate::domain::time::Millis;

/// The time without checks after a start or a wake-up, when network and person are busy.
const QUIET: Duration = Duration::from_mins(2);

/// The time over which checks that became due meanwhile are spread.
const CATCH_UP: Duration = Duration::from_mins(30);

/// How much later than expected a tick means that the computer slept; and how much earlier, that its
/// clock was set back.
const JUMP: Duration = Duration::from_mins(1);

/// The waits after an obstacle that concerns more than one check.
const PAUSES: Backoff = Backoff {
    first: Duration::from_mins(1),
    most: Duration::from_hours(1),
};

/// The state of one process's background checks that is not in the store.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// When the computer was last started, woken up, or back online.
    awake_since: Millis,
    /// By connection, when Notion was last asked about it by this process.
    asked: HashMap<String, Millis>,
    /// By connection, when this process last began a check, whatever its result.
    tried: HashMap<String, Millis>,
    /// By client, since when Notion refuses its secret.
    refused: HashMap<String, Millis>,
    /// By client, the pause after an obstacle: offline, or a busy Notion.
    pauses: HashMap<String, Pause>,
    /// The pause of all checks because of the keyring.
    keyring: Option<Pause>,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Millis,
    /// How many failures in a row led to the pause.
    failures: u32,
}

impl Schedule {
    pub fn new(now: Millis) -> Self {
        Self {
            awake_since: now,
            asked: HashMap::new(),
            tried: HashMap::new(),
            refused: HashMap::new(),
            pauses: HashMap::new(),
            keyring: None,
        }
    }

    /// Notices at each tick, by when it should have come, that the computer slept or its clock was
    /// set back.
    pub fn notice(&mut self, now: Millis, expected: Millis) {
        let set_back = now.plus(JUMP) < expected;
        if set_back || now > expected.plus(JUMP) {
            self.awake_since = now;
        }
        if set_back {
            self.pauses.clear();
            self.keyring = None;
        }
    }

    /// When a connection is to be checked next; none as long as a check can bring nothing new.
    ///
    /// Each connection has its own moment in every interval, by its id, so that checks are spread
    /// out; the moment is skipped if Notion was asked in the half interval before it. Checks that
    /// were missed while the computer slept are made up for.
    pub fn due(&self, connection: &Connection, every: Duration, now: Millis) -> Option<Millis> {
        if !is_worth_asking(connection) {
            return None;
        }
        // Times in the future, from before the clock was set back, do not count.
        let past = |at: &Millis| *at <= now;
        let asked = [
            connection.checked_at,
            self.asked.get(&connection.id).copied(),
        ];
        let last = asked.into_iter().flatten().filter(past).max();
        let (regular, old) = last.map_or((Millis(0), Millis(0)), |last| {
            let regular = next_moment(&connection.id, last.plus(every / 2), every);
            (regular, last.plus(every * 3 / 4))
        });
        let mut due = regular;
        if regular.min(old) <= self.awake_since {
            let from = self.awake_since.plus(QUIET);
            due = next_moment(&connection.id, from, every.min(CATCH_UP));
        }
        let refused = self.refused.get(&connection.client_id).copied();
        if let Some(refused) = refused.filter(past) {
            due = due.max(refused.plus(every));
        }
        let pauses = [
            self.keyring,
            self.pauses.get(&connection.client_id).copied(),
        ];
        let until = pauses.into_iter().flatten().map(|pause| pause.until).max();
        Some(until.map_or(due, |until| due.max(until)))
    }

    /// The connections due before `end`, in order. Among those of the same time, the one tried
    /// longest ago comes first, so that one which always fails holds up no other.
    pub fn plan(
        &self,
        connections: &[Connection],
        every: Duration,
        now: Millis,
        end: Millis,
    ) -> Vec<(Millis, String)> {
        let due = connections.iter().filter_map(|connection| {
            let due = self.due(connection, every, now)?;
            let tried = self.tried.get(&connection.id).copied();
            (due < end).then_some((due, tried, connection.id.clone()))
        });
        let mut due: Vec<_> = due.collect();
        due.sort_unstable();
        due.into_iter().map(|(due, _, id)| (due, id)).collect()
    }

    /// Whether Notion was not asked about a connection for half an interval, and should be.
    pub fn is_stale(connection: &Connection, every: Duration, now: Millis) -> bool {
        let fresh = |at: Millis| at <= now && now < at.plus(every / 2);
        is_worth_asking(connection) && !connection.checked_at.is_some_and(fresh)
    }

    /// Whether checks of a client pause, because of the keyring or of Notion.
    pub fn pauses(&self, client: &str, now: Millis) -> bool {
        let pauses = [self.keyring.as_ref(), self.pauses.get(client)];
        pauses.into_iter().flatten().any(|pause| now < pause.until)
    }

    /// Records the result of a check.
    pub fn learned(&mut self, checked: &Connection, now: Millis) {
        self.tried.insert(checked.id.clone(), now);
        let failure = (checked.status == Status::CannotCheck)
            .then_some(checked.problem.as_ref())
            .flatten()
            .map(|problem| &problem.cause);
        let client = &checked.client_id;
        match failure {
            Some(cause) if cause.is_about_all_of_the_keyring() => {
                self.keyring = Some(Pause::after(self.keyring, now));
                // Notion was not asked about the connection itself.
                return;
            }
            Some(cause) if is_about_notion(cause) => {
                let before = self.pauses.get(client).copied();
                self.pauses
                    .insert(client.clone(), Pause::after(before, now));
                return;
            }
            Some(Cause::ClientRejected) => drop(self.refused.insert(client.clone(), now)),
            _ => drop(self.refused.remove(client)),
        }
        let over = [self.keyring.take(), self.pauses.remove(client)];
        if over
            .into_iter()
            .flatten()
            .any(|pause| PAUSES.wait(pause.failures) > QUIET)
        {
            // The obstacle is gone: missed checks are made up for as after a wake-up.
            self.awake_since = now;
        }
        self.asked.insert(checked.id.clone(), now);
    }

    /// Forgets connections that are gone.
    pub fn keep_only(&mut self, connections: &[Connection]) {
        let ids: HashSet<_> = connections.iter().map(|one| &one.id).collect();
        self.asked.retain(|id, _| ids.contains(id));
        self.tried.retain(|id, _| ids.contains(id));
    }
}

impl Pause {
    /// The pause after one more failure, longer than the one before.
    fn after(before: Option<Self>, now: Millis) -> Self {
        let failures = before.map_or(1, |pause| pause.failures.saturating_add(1));
        let until = now.plus(PAUSES.wait(failures));
        Self { until, failures }
    }
}

/// Whether a check can bring something new. A dead token stays dead until it is replaced; one that was
/// moved is replaced elsewhere; the embedded sandbox runs in the window only.
fn is_worth_asking(connection: &Connection) -> bool {
    let known = connection.last_status.unwrap_or(connection.status);
    let dead = matches!(known, Status::Inactive | Status::NeedsReconnecting);
    let is_here = !connection.sandbox && connection.moved_at.is_none();
    !(dead || !is_here || connection.status == Status::RevocationPending)
}

/// Whether a problem concerns all connections of the client.
fn is_about_notion(cause: &Cause) -> bool {
    cause.is_no_connection()
        || matches!(
            cause,
            Cause::AnswerLost
                | Cause::NotNotion { .. }
                | Cause::RateLimited
                | Cause::NotionUnavailable { .. }
        )
}

/// The first moment of an id after `from`: each id has one in every interval, counted from 1970.
fn next_moment(id: &str, from: Millis, every: Duration) -> Millis {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let phase = i64::from(hash(id)) * every / (i64::from(u32::MAX) + 1);
    let since = (from.0 - phase).rem_euclid(every);
    Millis(from.0 - since).plus(Duration::from_millis(every.unsigned_abs()))
}

/// A hash that spreads ids evenly, the same in every process (FNV-1a, 32 bits, with its bits mixed).
fn hash(id: &str) -> u32 {
    let mixed = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85eb_ca6b);
    mixed ^ (mixed >> 13)
}
