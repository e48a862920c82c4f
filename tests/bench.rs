//! Measurements, printed and never judged by: run them with scripts/bench.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on says so by panicking"
)]
#![allow(clippy::print_stdout, reason = "the figures are the result")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use support::cli;
use support::process::Program;
use support::scene::{KEYRACK, Scene};
use support::wait::until;
use support::world::World;

/// How many rows the watched list has, besides the one that is really connected.
const ROWS: [usize; 3] = [1, 100, 1_000];

/// What a process alone and its share of what it has in common take, in KiB (proc(5), `smaps_rollup`).
fn memory(process: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Adds rows like the one that is there, as if a day had passed since they were checked. Their
/// tokens are not in the keyring, so that a check of them ends there.
fn grow(scene: &Scene, rows: usize) {
    let path = scene
        .world
        .data_home()
        .join("app.keyrack.desktop/keyrack.db");
    let db = Connection::open(path).unwrap();
    let columns = "client, workspace_id, workspace_name, workspace_icon, owner, has_refresh_token, connected_at, verdict, verdict_at";
    for row in 1..rows {
        let copy = format!(
            "INSERT OR IGNORE INTO connections (id, bot_id, {columns})
             SELECT 'bench-{row}', 'bench-{row}', {columns} FROM connections WHERE bot_id NOT LIKE 'bench-%'"
        );
        db.execute(&copy, []).unwrap();
    }
    let day = 24 * 60 * 60 * 1_000;
    db.execute("UPDATE connections SET verdict_at = verdict_at - ?1", [day])
        .unwrap();
}

/// `keyrack watch` with a list of so many rows: at rest, and at its most while it checks.
fn watch(scene: &Scene) -> (u64, u64) {
    let mut command = scene.world.command(KEYRACK);
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
    let mut most = 0;
    while checking.is_running() {
        most = most.max(memory(checking.id()).unwrap_or_default());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    (at_rest, most)
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_memory_of_keyrack_watch() {
    let mut scene = Scene::with(World::new(), &["--auto-approve"]);
    let id = scene.sandbox.client_id.clone();
    let add = ["client", "add", "--name", "Mine", "--id", &id];
    let added = scene.keyrack(&add, &scene.sandbox.client_secret);
    assert!(added.status.success());
    assert!(cli::connect(&mut scene).await.success());

    let mut figures = BTreeMap::new();
    for rows in ROWS {
        grow(&scene, rows);
        let (at_rest, most) = watch(&scene);
        figures.insert(format!("watch_{rows}_rows_at_rest_kib"), at_rest);
        figures.insert(format!("watch_{rows}_rows_checking_kib"), most);
        println!(
            "keyrack watch, {rows:>5} rows: {:.1} MiB at rest, {:.1} MiB at most while checking (PSS)",
            mib(at_rest),
            mib(most)
        );
    }
    if let Some(file) = std::env::var_os("KEYRACK_BENCH_JSON") {
        let json = serde_json::to_string_pretty(&figures).unwrap();
        fs::write(Path::new(&file), json + "\n").unwrap();
    }
}

#[allow(clippy::cast_precision_loss, reason = "some MiB are far below 2^53")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
