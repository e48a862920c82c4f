//! The command line killed in the middle of each of its flows. The next start must recover from it.

use std::collections::BTreeSet;

use serde_json::Value;
use support::programs;

use crate::flows::{Fixture, Flow, Rows, was_killed};
use crate::invariants;
use crate::moments::{Moment, calls_of, script, steps_of, writes_among};
use crate::tally::{Bounds, Random, Tally};

/// The number of kills at system calls in a normal test run.
const A_FEW: usize = 40;

/// The number of full disks in a normal test run.
const A_FEW_DISKS: usize = 10;
/// The number of full disks in a campaign.
const DISKS: usize = 200;

/// The steps of a start that recovers.
const RECOVERY: [&str; 8] = [
    "store.claim_operation",
    "store.save_operation",
    "store.end_operation",
    "store.save_connected",
    "store.clear_verdict",
    "store.remove_connection",
    "store.end_exports",
    "vault.delete",
];

/// A campaign of kills.
pub struct Kills {
    pub fixture: Fixture,
    neighbours: BTreeSet<String>,
    pub tally: Tally,
}

impl Kills {
    pub async fn of(campaign: &'static str, seed: u64) -> Self {
        let fixture = Fixture::new().await;
        let neighbours = invariants::entries(&fixture).into_values().flatten();
        Self {
            neighbours: neighbours.collect(),
            tally: Tally::of(campaign, seed),
            fixture,
        }
    }

    /// Kills a flow at a moment, and the start after it at another, as far as these come; then checks
    /// the invariants after the next start. Returns whether the first moment came.
    async fn at(&mut self, flow: Flow, moment: &Moment, again: Option<&Moment>) -> bool {
        let case = format!("{flow:?} killed at {moment:?}");
        let rows = self.fixture.prepare(flow).await;
        let token = self.token_of(&rows);
        let program = script(&self.fixture, &moment.words(), &programs::keyrack());
        if !was_killed(self.fixture.run(flow, &rows, &program).await) {
            return false;
        }
        if let Some(again) = again {
            self.fixture.env.world.revive_keyring();
            let program = script(&self.fixture, &again.words(), &programs::keyrack());
            let start = self.fixture.end(&program, &["list"], "");
            self.tally.cases += usize::from(was_killed(start));
        }
        self.look(flow, &rows, token, &case).await;
        true
    }

    /// The access token of the flow's connection.
    pub fn token_of(&self, rows: &Rows) -> Option<String> {
        let id = rows.connection.as_deref()?;
        invariants::access_token(&self.fixture, id)
    }

    /// Starts the program after a kill, and checks the invariants.
    pub async fn look(&mut self, flow: Flow, rows: &Rows, token: Option<String>, case: &str) {
        self.tally.cases += 1;
        self.fixture.env.world.revive_keyring();
        let connections = self.fixture.listed(&["list"]);
        invariants::keyring_and_rows(&self.fixture, &self.neighbours, case, &mut self.tally);
        if let (true, Some(id), Some(token)) = (flow.revokes(), &rows.connection, token)
            && !connections.contains(id)
        {
            let alive = self.fixture.env.sandbox.is_active(&token).await;
            let tally = &mut self.tally;
            tally.must(case, !alive, "gone from the list while its token lives");
        }
        self.finish_revocations(case);
    }

    /// Finishes pending revocations by revoking again.
    fn finish_revocations(&mut self, case: &str) {
        let env = &self.fixture.env;
        let listed = env.keyrack(&["list", "--json"], "");
        let rows: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
        for row in rows {
            if row["status"] == "revocation-pending" {
                let revoked = env.keyrack(&["revoke", row["id"].as_str().unwrap()], "");
                let done = revoked.status.success();
                self.tally
                    .must(case, done, "its revocation cannot be finished");
            }
        }
    }

    /// Checks all requests, and reports the campaign's result.
    pub async fn close(mut self) {
        invariants::requests(&self.fixture, &mut self.tally).await;
        self.tally.close();
    }
}

#[tokio::test]
async fn whatever_step_it_is_killed_at_the_next_start_puts_everything_right() {
    let bounds = Bounds::new(A_FEW);
    let mut kills = Kills::of("keyrack killed at a step of its own", bounds.seed).await;
    let mut moments = Vec::new();
    for flow in Flow::ALL {
        let steps = steps_of(&mut kills.fixture, flow).await;
        assert!(steps.len() > 1, "{flow:?} takes hardly a step: {steps:?}");
        moments.extend(steps.into_iter().map(|step| (flow, step)));
    }
    println!("{} steps to kill at", moments.len());
    let mut random = Random::new(bounds.seed);
    for (flow, moment) in &moments {
        // Every second time the recovering start is killed too.
        let step = RECOVERY[random.below(RECOVERY.len())];
        let again = (random.below(2) == 0).then(|| Moment::Step(step.to_owned(), 1));
        let came = kills.at(*flow, moment, again.as_ref()).await;
        assert!(came, "{flow:?} does not come to {moment:?}");
    }
    kills.close().await;
}

#[tokio::test]
async fn whatever_call_it_is_killed_at_the_next_start_puts_everything_right() {
    let bounds = Bounds::new(A_FEW);
    let mut kills = Kills::of("keyrack killed at a system call", bounds.seed).await;
    let mut moments = Vec::new();
    for flow in Flow::ALL {
        let calls = calls_of(&mut kills.fixture, flow).await;
        assert!(calls.len() > 2, "{flow:?} makes hardly a call: {calls:?}");
        moments.extend(calls.into_iter().map(|call| (flow, call)));
    }
    Random::new(bounds.seed).shuffle(&mut moments);
    println!("{} calls to kill at, seed {}", moments.len(), bounds.seed);
    for (flow, moment) in moments.iter().cycle() {
        if !bounds.allow(kills.tally.cases) {
            break;
        }
        // The order of threads differs from run to run, and with it who makes the nth call.
        kills.at(*flow, moment, None).await;
    }
    kills.close().await;
}

#[tokio::test]
async fn whenever_its_disk_is_full_the_next_start_puts_everything_right() {
    let bounds = Bounds::new(A_FEW_DISKS);
    let mut kills = Kills::of("keyrack on a disk that becomes full", bounds.seed).await;
    let mut moments = Vec::new();
    for flow in Flow::ALL {
        let writes = writes_among(&calls_of(&mut kills.fixture, flow).await);
        assert!(!writes.is_empty(), "{flow:?} writes nothing");
        moments.extend(writes.into_iter().map(|write| (flow, write)));
    }
    Random::new(bounds.seed).shuffle(&mut moments);
    moments.truncate(if bounds.is_long() { DISKS } else { A_FEW_DISKS });
    for (flow, moment) in &moments {
        let case = format!("{flow:?} with {moment:?}");
        let rows = kills.fixture.prepare(*flow).await;
        let token = kills.token_of(&rows);
        let program = script(&kills.fixture, &moment.words(), &programs::keyrack());
        let ended = kills.fixture.run(*flow, &rows, &program).await;
        let tally = &mut kills.tally;
        tally.must(&case, ended.code().is_some(), "it ended by a signal");
        kills.look(*flow, &rows, token, &case).await;
    }
    kills.close().await;
}
