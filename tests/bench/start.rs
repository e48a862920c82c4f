//! The start of the window, from its process to the painted list, and its memory, compared with an
//! empty window.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::page::Page;
use support::programs;
use support::rows;
use support::test_env::TestEnv;
use support::wait::{until, until_async};
use support::window;

use crate::figures::{median, memory_of_all, record};
use crate::window::ROWS;

/// How often each window is started. The windows take turns, so that a slow spell of the machine slows
/// all of them; each is compared with the bare window of its own turn, and the median counts.
const TURNS: usize = 9;

/// The starts of a window, one per turn.
#[derive(Default)]
struct Starts {
    /// The times from the start of the process to the second animation frame after the content, in ms.
    painted: Vec<f64>,
    /// The memory of the window's processes together, once it is at rest, in MiB.
    memory: Vec<f64>,
}

impl Starts {
    async fn take(&mut self, env: &TestEnv, program: &Path) {
        let page = window::open_program(&env.world, program).await;
        let process = until("the window's process", || env.world.process_of(program));
        self.painted.push(painted(&page).await - began(process));
        // By then the start's leftovers are freed, and its postponed work is done.
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.memory.push(memory_of_all(process));
        page.close().await;
    }
}

/// The median of the ratios of two windows' figures, turn by turn.
fn ratio(these: &[f64], others: &[f64]) -> f64 {
    let ratios: Vec<f64> = these.iter().zip(others).map(|(a, b)| a / b).collect();
    median(&ratios)
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_start_at_ten_a_thousand_and_ten_thousand_rows() {
    let mut envs = Vec::new();
    for rows in ROWS {
        let env = TestEnv::connected_by_command().await;
        rows::grow(&env, rows);
        rows::label(&env);
        envs.push((rows, env, Starts::default()));
    }
    let bare_window = bare();
    let mut bare = Starts::default();
    for _ in 0..TURNS {
        bare.take(&envs[0].1, &bare_window).await;
        for (_, env, starts) in &mut envs {
            starts.take(env, &programs::desktop()).await;
        }
    }
    let (painted, memory) = (median(&bare.painted), median(&bare.memory));
    record("bare_window_painted_ms", painted);
    record("bare_window_memory_mib", memory);
    println!("A bare window: painted after {painted:.0} ms, {memory:.0} MiB (PSS)");
    for (rows, _, starts) in envs {
        let (painted, memory) = (median(&starts.painted), median(&starts.memory));
        let times_painted = ratio(&starts.painted, &bare.painted);
        let times_memory = ratio(&starts.memory, &bare.memory);
        for (name, value) in [
            ("painted_ms", painted),
            ("painted_ratio", times_painted),
            ("memory_mib", memory),
            ("memory_ratio", times_memory),
        ] {
            record(&format!("window_{rows}_rows_{name}"), value);
        }
        println!(
            "{rows:>6} rows: painted after {painted:.0} ms ({times_painted:.2} x), {memory:.0} MiB ({times_memory:.2} x)"
        );
    }
}

/// The path of the empty window's program, built beside the tests by scripts/bench.
fn bare() -> PathBuf {
    let path = programs::desktop().with_file_name("examples/bare-window");
    assert!(path.is_file(), "build it first: scripts/bench does");
    path
}

/// When a process began, in milliseconds since the Unix epoch (proc(5), `stat` and `btime`).
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn began(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = rest.split(' ').nth(19).unwrap().parse().unwrap();
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let rate = rustix::param::clock_ticks_per_second() as f64;
    now.as_secs_f64() * 1_000.0 - (uptime - ticks as f64 / rate) * 1_000.0
}

/// When the page was painted, in milliseconds since the Unix epoch.
pub async fn painted(page: &Page) -> f64 {
    let ask = "const [mark] = performance.getEntriesByName('painted');\
        return mark === undefined ? null : performance.timeOrigin + mark.startTime;";
    until_async("the painted page", async || page.run(ask).await.as_f64()).await
}
