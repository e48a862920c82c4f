//! Simulated days of background checks: which connections are asked about when, also asleep, offline
//! and with dead tokens.

use std::time::Duration;

use crate::domain::annotation::{Labels, Note};
use crate::domain::connection::{Connection, Status};
use crate::domain::owner::Owner;
use crate::domain::problem::Cause;
use crate::domain::schedule::Schedule;
use crate::domain::time::Millis;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
const TICK: Duration = Duration::from_millis(1);
const START: i64 = 1_800_000_000_000;

fn connection(number: usize) -> Connection {
    Connection {
        id: format!("{number:08x}-7b1e-4c11-9b0f-3a5d5c1f0e22"),
        client_id: format!("client-{}", number % 2),
        client_name: String::new(),
        sandbox: false,
        bot_id: String::new(),
        workspace_id: String::new(),
        workspace_name: String::new(),
        workspace_icon: None,
        owner: Owner::Workspace,
        has_refresh_token: true,
        connected_at: Millis(START),
        status: Status::Active,
        last_status: None,
        needs_attention: false,
        checked_at: Some(Millis(START)),
        problem: None,
        retry_at: None,
        allows: crate::domain::hand_out::Allowed::Any,
        capabilities: None,
        labels: Labels::default(),
        note: Note::default(),
        made_elsewhere: false,
        expires_on: None,
        moved_at: None,
        last_used_at: None,
        oauth_client_id: String::new(),
        revision: 0,
    }
}

fn failed(connection: &Connection, cause: &Cause) -> Connection {
    connection
        .clone()
        .that_cannot_be_checked(cause.clone().into())
}

/// Simulated background checks, minute after minute, with the times at which each connection was
/// asked about.
struct Life {
    connections: Vec<Connection>,
    schedule: Schedule,
    every: Duration,
    now: i64,
    expected: i64,
    asked: Vec<(i64, usize)>,
}

impl Life {
    fn new(connections: usize, every: i64) -> Self {
        Self {
            connections: (0..connections).map(connection).collect(),
            schedule: Schedule::new(Millis(START)),
            every: Duration::from_millis(every.unsigned_abs()),
            now: START,
            expected: START,
            asked: Vec::new(),
        }
    }

    fn run(&mut self, millis: i64, answer: impl Fn(&Connection) -> Connection) {
        let until = self.now + millis;
        while self.now < until {
            self.schedule
                .notice(Millis(self.now), Millis(self.expected));
            let now = Millis(self.now);
            let plan = self
                .schedule
                .plan(&self.connections, self.every, now, now.plus(TICK));
            for (_, id) in plan {
                let at = self.connections.iter().position(|one| one.id == id);
                let number = at.expect("one of them");
                let due = self
                    .schedule
                    .due(&self.connections[number], self.every, now);
                if due.is_some_and(|due| due <= now) {
                    self.asked.push((self.now, number));
                    let checked = answer(&self.connections[number]);
                    self.schedule.learned(&checked, now);
                    self.connections[number] = checked;
                }
            }
            self.now += 10_000;
            self.expected = self.now;
        }
    }

    fn sleep(&mut self, millis: i64) {
        self.now += millis;
    }

    /// The most connections that were asked about in any minute.
    fn most_in_a_minute(&self) -> usize {
        let in_minute = |from: i64| {
            let asked = self.asked.iter();
            asked
                .filter(|(at, _)| (from..from + MINUTE).contains(at))
                .count()
        };
        self.asked
            .iter()
            .map(|(at, _)| in_minute(*at))
            .max()
            .unwrap_or(0)
    }

    fn alive(&self) -> impl Fn(&Connection) -> Connection + use<> {
        let now = self.now;
        move |connection| Connection {
            status: Status::Active,
            last_status: None,
            needs_attention: false,
            checked_at: connection.checked_at.max(Some(Millis(now))),
            ..connection.clone()
        }
    }
}

#[test]
fn each_is_asked_about_once_in_every_interval_and_they_are_spread_out() {
    let mut life = Life::new(600, HOUR);
    for _ in 0..48 {
        let alive = life.alive();
        life.run(HOUR / 2, alive);
    }
    for number in 0..600 {
        let times: Vec<_> = life
            .asked
            .iter()
            .filter(|(_, asked)| *asked == number)
            .collect();
        assert!((23..=24).contains(&times.len()), "{number}: {times:?}");
    }
    // Ten a minute would be perfectly even.
    assert!(life.most_in_a_minute() <= 25, "{}", life.most_in_a_minute());
}

#[test]
fn a_wake_up_is_followed_by_quiet_and_then_all_that_is_due_is_spread_out() {
    for every in [HOUR, 6 * HOUR, 24 * HOUR] {
        let mut life = Life::new(600, every);
        life.sleep(3 * 24 * HOUR);
        let awake = life.now;
        let alive = life.alive();
        life.run(33 * MINUTE, alive);
        let first = life.asked.first().expect("asked").0;
        assert!(first >= awake + 2 * MINUTE, "{} s", (first - awake) / 1000);
        let mut numbers: Vec<_> = life.asked.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 600, "nobody is left out");
        assert!(life.most_in_a_minute() <= 45, "{}", life.most_in_a_minute());
    }
}

#[test]
fn a_computer_that_is_on_for_an_hour_a_day_still_checks_daily() {
    let mut life = Life::new(50, 24 * HOUR);
    for _ in 0..7 {
        life.sleep(23 * HOUR);
        let alive = life.alive();
        life.run(HOUR, alive);
    }
    for number in 0..50 {
        let times = life.asked.iter().filter(|(_, asked)| *asked == number);
        assert!((6..=8).contains(&times.count()), "{number}");
    }
}

#[test]
fn offline_asks_ever_more_rarely_and_one_at_a_time_and_then_catches_up() {
    // Each of the two clients meets Notion's obstacle once; the keyring's is common to all.
    let not_notion = Cause::NotNotion {
        status: 200,
        detail: "a web page".to_owned(),
    };
    for (cause, most) in [
        (Cause::Unreachable, 2 * 20),
        (not_notion, 2 * 20),
        (Cause::NotionUnavailable { status: 503 }, 2 * 20),
        (Cause::KeyringLocked, 20),
    ] {
        let mut life = Life::new(200, HOUR);
        life.run(12 * HOUR, |connection| failed(connection, &cause));
        let asked = life.asked.len();
        assert!(
            (10..=most).contains(&asked),
            "{cause:?}: {asked} in 12 hours"
        );
        life.asked.clear();
        let alive = life.alive();
        life.run(2 * HOUR, alive);
        assert!(life.asked.len() >= 200, "{cause:?}: {}", life.asked.len());
        assert!(life.most_in_a_minute() <= 30, "{}", life.most_in_a_minute());
    }
}

#[test]
fn a_dead_token_is_not_asked_about_again_and_a_refused_client_once_in_an_interval() {
    let mut life = Life::new(20, HOUR);
    life.run(24 * HOUR, |connection| {
        match connection.client_id.as_str() {
            "client-0" => Connection {
                status: Status::Inactive,
                ..connection.clone()
            },
            _ => failed(connection, &Cause::ClientRejected),
        }
    });
    let (dead, refused): (Vec<_>, Vec<_>) = life
        .asked
        .into_iter()
        .partition(|(_, number)| number % 2 == 0);
    assert_eq!(dead.len(), 10, "each once");
    assert!((23..=25).contains(&refused.len()), "{}", refused.len());

    let unknown = failed(&life.connections[0], &Cause::RateLimited);
    assert_eq!(
        life.schedule.due(&unknown, life.every, Millis(life.now)),
        None
    );
    let pending = Connection {
        status: Status::RevocationPending,
        ..connection(1)
    };
    assert_eq!(
        life.schedule.due(&pending, life.every, Millis(life.now)),
        None
    );
}

#[test]
fn a_clock_that_was_set_back_a_year_stops_nothing() {
    let mut life = Life::new(50, HOUR);
    life.run(HOUR / 4, |connection| {
        failed(connection, &Cause::Unreachable)
    });
    life.now -= 365 * 24 * HOUR;
    let alive = |connection: &Connection| connection.clone();
    life.run(4 * HOUR, alive);
    assert!(life.asked.len() >= 100, "{}", life.asked.len());
}

#[test]
fn a_rebuilt_row_without_evidence_is_asked_about_soon() {
    let schedule = Schedule::new(Millis(START));
    let rebuilt = Connection {
        status: Status::NotChecked,
        checked_at: None,
        ..connection(7)
    };
    let due = schedule
        .due(&rebuilt, Duration::from_hours(24), Millis(START))
        .expect("a time");
    assert!(due >= Millis(START + 2 * MINUTE) && due <= Millis(START + 33 * MINUTE));
}

#[test]
fn one_that_always_fails_holds_up_no_other() {
    let mut life = Life::new(40, HOUR);
    let ill = life.connections[0].id.clone();
    for _ in 0..48 {
        let alive = life.alive();
        life.run(HOUR / 2, |connection| {
            if connection.id == ill {
                failed(connection, &Cause::NotionUnavailable { status: 503 })
            } else {
                alive(connection)
            }
        });
    }
    for number in 1..40 {
        let times = life.asked.iter().filter(|(_, asked)| *asked == number);
        let times = times.count();
        assert!(times >= 20, "{number} was asked about {times} times a day");
    }
}

#[test]
fn a_client_whose_notion_cannot_be_reached_holds_up_no_other_client() {
    let mut life = Life::new(40, HOUR);
    for _ in 0..48 {
        let alive = life.alive();
        life.run(HOUR / 2, |connection| match connection.client_id.as_str() {
            "client-0" => failed(connection, &Cause::Unreachable),
            _ => alive(connection),
        });
    }
    let (away, near): (Vec<_>, Vec<_>) = life
        .asked
        .into_iter()
        .partition(|(_, number)| number % 2 == 0);
    assert!(away.len() <= 35, "{} in vain", away.len());
    assert!(near.len() >= 20 * 23, "{}", near.len());
}
