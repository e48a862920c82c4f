//! What `keyrack watch` takes.

use std::fs;
use std::process::Stdio;

use crate::figures::{memory, record};
use crate::support::process::Program;
use crate::support::programs;
use crate::support::rows;
use crate::support::scene::Scene;
use crate::support::wait::until;

/// How many rows the watched list has.
const ROWS: [usize; 3] = [1, 100, 1_000];

/// `keyrack watch` with a list of so many rows: at rest, and at its most while it checks.
fn watch(scene: &Scene) -> (f64, f64) {
    let mut command = scene.world.command(programs::keyrack());
    command
        .args(["watch", "--every", "daily"])
        .stdin(Stdio::null());
    fs::write(scene.world.log(), "").unwrap();
    let resting = Program::start(&scene.world, &command);
    until("the background checks", || {
        let log = fs::read_to_string(scene.world.log()).unwrap_or_default();
        log.contains("Checking in the background").then_some(())
    });
    // Its first turn reads the list; then it has nothing to do for minutes.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let at_rest = memory(resting.id()).expect("a running process");
    drop(resting);

    command.args(["--once"]);
    let mut checking = Program::start(&scene.world, &command);
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
    let scene = Scene::connected_by_command().await;
    for rows in ROWS {
        rows::grow(&scene, rows);
        let (at_rest, most) = watch(&scene);
        record(&format!("watch_{rows}_rows_at_rest_mib"), at_rest);
        record(&format!("watch_{rows}_rows_checking_mib"), most);
        println!(
            "keyrack watch, {rows:>5} rows: {at_rest:.1} MiB at rest, {most:.1} MiB at most while checking (PSS)"
        );
    }
}
