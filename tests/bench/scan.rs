//! The time and the memory of `keyrack scan`.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::process::Program;
use support::programs;
use support::test_env::TestEnv;

use crate::figures::{memory, record};

/// How many files are looked through, in folders of a hundred.
const FILES: usize = 100_000;

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn a_scan_of_a_hundred_thousand_files() {
    let env = TestEnv::connected_by_command().await;
    let folder = env.world.path("files");
    let mut text = String::new();
    for line in 0..40 {
        writeln!(
            text,
            "const part{line} = load('./part-{line}.js', 'e3b0c44298fc1c149afbf4c8996fb924');"
        )
        .unwrap();
    }
    for number in 0..FILES {
        let folder = folder.join((number / 100).to_string());
        if number % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        fs::write(folder.join(format!("{number}.js")), &text).unwrap();
    }
    let mut command = env.world.command(programs::keyrack());
    command
        .args(["scan", "--only"])
        .arg(&folder)
        .stdin(Stdio::null());
    let began = Instant::now();
    let mut scanning = Program::start(&env.world, &command);
    let mut most = 0.0_f64;
    while scanning.is_running() {
        most = most.max(memory(scanning.id()).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = began.elapsed().as_secs_f64();
    let said = fs::read_to_string(env.world.log()).unwrap();
    assert!(said.contains("100,000 files"), "{said}");
    record("scan_100000_files_s", took);
    record("scan_100000_files_mib", most);
    println!(
        "keyrack scan, {FILES} files of {} bytes: {took:.1} s, {most:.1} MiB at most (PSS)",
        text.len()
    );
}
