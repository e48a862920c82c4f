//! The memory of `keyrack watch`.

use std::fs;
use std::process::Stdio;

use support::process::Program;
use support::programs;
use support::rows;
use support::test_env::TestEnv;
use support::wait::until;

use crate::figures::{memory, record};

/// How many rows the watched list has.
const ROWS: [usize; 3] = [1, 100, 1_000];

/// The memory of `keyrack watch` in MiB: at rest, and its peak while it checks.
fn watch(env: &TestEnv) -> (f64, f64) {
    let mut command = env.world.command(programs::keyrack());
    command
        .args(["watch", "--every", "daily"])
        .stdin(Stdio::null());
    fs::write(env.world.log(), "").unwrap();
    let resting = Program::start(&env.world, &command);
    until("the background checks", || {
        let log = fs::read_to_string(env.world.log()).unwrap_or_default();
        log.contains("Checking in the background").then_some(())
    });
    // The first round reads the list; then there is nothing to do for minutes.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let at_rest = memory(resting.id()).expect("a running process");
    drop(resting);

    command.args(["--once"]);
    let mut checking = Program::start(&env.world, &command);
    let mut most = 0.0_f64;
    while checking.is_running() {
        most = most.max(memory(checking.id()).unwrap_or_default());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    (at_rest, most)
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_memory_of_keyrack_watch() {
    let env = TestEnv::connected_by_command().await;
    for rows in ROWS {
        rows::grow(&env, rows);
        let (at_rest, most) = watch(&env);
        record(&format!("watch_{rows}_rows_at_rest_mib"), at_rest);
        record(&format!("watch_{rows}_rows_checking_mib"), most);
        println!(
            "keyrack watch, {rows:>5} rows: {at_rest:.1} MiB at rest, {most:.1} MiB at most while checking (PSS)"
        );
    }
}
