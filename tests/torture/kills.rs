//! The command line killed at its system calls: those by which it writes the database, speaks to
//! the keyring and to Notion. What is left behind must be put right by the next start.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::flows::{Flow, Ground, was_killed};
use crate::invariants;
use crate::support::scene::KEYRACK;
use crate::tally::{Bounds, Random, Tally};

/// The calls that have effects outside of the process, or wait for them.
const CALLS: &str = "pwrite64,fdatasync,ftruncate,unlink,sendmsg,recvmsg,sendto,recvfrom,writev";

/// Kills in the run that every test run makes.
const A_FEW: usize = 60;

#[tokio::test]
async fn whatever_call_it_is_killed_at_the_next_start_puts_everything_right() {
    let bounds = Bounds::new(A_FEW);
    let mut random = Random::new(bounds.seed);
    let mut tally = Tally::of("keyrack killed at a system call", bounds.seed);
    let mut ground = Ground::new().await;
    let neighbours = invariants::entries(&ground)
        .into_values()
        .flatten()
        .collect();

    let mut moments = Vec::new();
    for flow in Flow::ALL {
        let calls = calls_of(&mut ground, flow).await;
        assert!(calls.len() > 2, "{flow:?} makes hardly a call: {calls:?}");
        for (call, times) in calls {
            moments.extend((1..=times).map(|nth| (flow, call.clone(), nth)));
        }
    }
    random.shuffle(&mut moments);
    println!("{} moments to kill at, seed {}", moments.len(), bounds.seed);

    for (flow, call, nth) in moments.iter().cycle() {
        if !bounds.allow(tally.cases) {
            break;
        }
        let case = format!("{flow:?} killed at {call} number {nth}");
        let rows = ground.prepare(*flow).await;
        let token = rows
            .connection
            .as_deref()
            .and_then(|id| invariants::access_token(&ground, id));
        let inject = format!("-e trace={call} -e inject={call}:signal=SIGKILL:when={nth}");
        let killed = ground
            .run(*flow, &rows, &strace(&ground, &inject, "/dev/null"))
            .await;
        if !was_killed(killed) {
            // The order of threads differs from run to run, and with it who makes the nth call.
            continue;
        }
        tally.cases += 1;

        let connections = ground.listed(&["list"]);
        invariants::keyring_and_rows(&ground, &neighbours, &case, &mut tally);
        if let (Flow::Revoke | Flow::RemoveClient, Some(id), Some(token)) =
            (flow, &rows.connection, token)
            && !connections.contains(id)
        {
            let alive = ground.scene.sandbox.is_active(&token).await;
            tally.must(&case, !alive, "gone from the list while its token lives");
        }
        finish_revocations(&ground, &case, &mut tally);
    }
    invariants::requests(&ground, &mut tally).await;
    tally.close();
}

/// How often each call is made by the busiest thread of an act that nothing disturbs.
async fn calls_of(ground: &mut Ground, flow: Flow) -> BTreeMap<String, usize> {
    let rows = ground.prepare(flow).await;
    let trace = ground.scene.world.path("trace");
    let program = strace(
        ground,
        &format!("-e trace={CALLS}"),
        &trace.display().to_string(),
    );
    let ended = ground.run(flow, &rows, &program).await;
    assert!(ended.success(), "{flow:?} fails by itself: {ended}");
    let mut by_thread: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        if let Some((call, _)) = rest.trim_start().split_once('(') {
            let key = (call.to_owned(), thread.to_owned());
            *by_thread.entry(key).or_default() += 1;
        }
    }
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for ((call, _), times) in by_thread {
        if CALLS.split(',').any(|known| known == call) {
            let seen = most.entry(call).or_default();
            *seen = times.max(*seen);
        }
    }
    most
}

/// A program that runs `keyrack` under strace.
fn strace(ground: &Ground, options: &str, output: &str) -> PathBuf {
    let path = ground.scene.world.path("keyrack-traced");
    let script =
        format!("#!/bin/sh\nexec strace -f -qq -o '{output}' {options} '{KEYRACK}' \"$@\"\n");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A revocation that is pending is finished by the same act, begun again.
fn finish_revocations(ground: &Ground, case: &str, tally: &mut Tally) {
    let listed = ground.scene.keyrack(&["list", "--json"], "");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&listed.stdout).unwrap();
    for row in rows {
        if row["status"] == "revocation-pending" {
            let id = row["id"].as_str().unwrap();
            let revoked = ground.scene.keyrack(&["revoke", id], "");
            tally.must(
                case,
                revoked.status.success(),
                "its revocation cannot be finished",
            );
        }
    }
}
