//! The window: from its start to the painted list, from a keystroke to its result, scrolling, memory,
//! each beside a window with nothing in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::figures::{median, memory_of_all, quantile, record};
use crate::support::cli;
use crate::support::page::Page;
use crate::support::rows;
use crate::support::scene::{DESKTOP, Scene};
use crate::support::secret_service::Act;
use crate::support::wait::{until, until_async};
use crate::support::window;

const ROWS: [usize; 3] = [10, 1_000, 10_000];

/// How often each start is measured; the one in the middle counts.
const STARTS: usize = 7;

/// One start of a window.
struct Start {
    /// From the start of its process to the second animation frame after its content, in ms.
    painted: f64,
    /// Of its processes together, once it is at rest, in MiB.
    memory: f64,
}

/// The window with nothing in it, built beside the tests by scripts/bench.
fn bare() -> PathBuf {
    let path = Path::new(DESKTOP).with_file_name("examples/bare-window");
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

/// The process of a program that runs in the scene's world.
fn process_of(scene: &Scene, program: &Path) -> u32 {
    let home = format!("HOME={}", scene.world.home().display());
    until("the window's process", || {
        let all = fs::read_dir("/proc").unwrap();
        let mut ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        ids.find(|id| {
            let runs = fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program);
            let env = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            runs && env
                .split(|byte| *byte == 0)
                .any(|set| set == home.as_bytes())
        })
    })
}

/// When the page was painted, in milliseconds since the Unix epoch.
async fn painted(page: &Page) -> f64 {
    let ask = "const [mark] = performance.getEntriesByName('painted');\
        return mark === undefined ? null : performance.timeOrigin + mark.startTime;";
    until_async("the painted page", async || page.run(ask).await.as_f64()).await
}

async fn start(scene: &Scene, program: &Path) -> Start {
    let page = window::open(&scene.world, program).await;
    let process = process_of(scene, program);
    let painted = painted(&page).await - began(process);
    // What the start has left over is freed, and what it has put off is done.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let memory = memory_of_all(process);
    page.close().await;
    Start { painted, memory }
}

/// The middle of several starts.
async fn starts(scene: &Scene, program: &Path) -> Start {
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let start = start(scene, program).await;
        times.push(start.painted);
        memories.push(start.memory);
    }
    Start {
        painted: median(&times),
        memory: median(&memories),
    }
}

/// Milliseconds from each keystroke in the search to the second animation frame after its result.
async fn keystrokes(page: &Page) -> Vec<f64> {
    let script = "const done = arguments[0];\
        const search = document.querySelector('[data-testid=search]');\
        const type = async text => {\
            const began = performance.now();\
            search.value = text;\
            search.dispatchEvent(new Event('input', { bubbles: true }));\
            await new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)));\
            return performance.now() - began;\
        };\
        (async () => {\
            const took = [];\
            for (const word of ['kestrel', 'ursprung', 'research 99'])\
                for (let end = 1; end <= word.length; end++) took.push(await type(word.slice(0, end)));\
            took.push(await type(''));\
            done(took);\
        })();";
    measure(page, script).await
}

/// Milliseconds of each frame while the list scrolls by most of its height each time.
async fn frames(page: &Page) -> Vec<f64> {
    let script = "const done = arguments[0];\
        let list = document.querySelector('[data-testid=connection]');\
        while (list.scrollHeight <= list.clientHeight + 1 || getComputedStyle(list).overflowY === 'visible') {\
            if (list === document.body) return done([]);\
            list = list.parentElement;\
        }\
        const took = [];\
        let before = performance.now();\
        const step = now => {\
            took.push(now - before);\
            before = now;\
            if (took.length === 180) return done(took.slice(1));\
            list.scrollTop += took.length % 60 === 0 ? 20000 : 500;\
            requestAnimationFrame(step);\
        };\
        requestAnimationFrame(step);";
    measure(page, script).await
}

/// The numbers that a script in the page comes to.
async fn measure(page: &Page, script: &str) -> Vec<f64> {
    let measured = page.client().execute_async(script, Vec::new()).await;
    let measured = measured.unwrap();
    let list = measured.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap()).collect()
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_window_at_ten_a_thousand_and_ten_thousand_rows() {
    let scene = Scene::connected_by_command().await;
    let bare = starts(&scene, &bare()).await;
    record("bare_window_painted_ms", bare.painted);
    record("bare_window_memory_mib", bare.memory);
    println!(
        "A bare window: painted after {:.0} ms, {:.0} MiB (PSS)",
        bare.painted, bare.memory
    );
    for rows in ROWS {
        rows::grow(&scene, rows);
        let app = starts(&scene, Path::new(DESKTOP)).await;
        let (time, memory) = (app.painted / bare.painted, app.memory / bare.memory);
        let page = scene.window().await;
        painted(&page).await;
        let typed = keystrokes(&page).await;
        let scrolled = frames(&page).await;
        page.close().await;
        for (name, value) in [
            ("painted_ms", app.painted),
            ("painted_ratio", time),
            ("memory_mib", app.memory),
            ("memory_ratio", memory),
            ("keystroke_median_ms", median(&typed)),
            ("keystroke_most_ms", quantile(&typed, 1.0)),
        ] {
            record(&format!("window_{rows}_rows_{name}"), value);
        }
        println!(
            "{rows:>6} rows: painted after {:.0} ms ({time:.2} x), {:.0} MiB ({memory:.2} x); a keystroke's result after {:.0} ms, at most {:.0} ms",
            app.painted,
            app.memory,
            median(&typed),
            quantile(&typed, 1.0)
        );
        if scrolled.is_empty() {
            println!("        {rows} rows need no scrolling");
            continue;
        }
        for (name, part) in [("median", 0.5), ("p95", 0.95), ("most", 1.0)] {
            record(
                &format!("window_{rows}_rows_frame_{name}_ms"),
                quantile(&scrolled, part),
            );
        }
        println!(
            "        a frame while scrolling: {:.1} ms, 95 % within {:.1} ms, at most {:.1} ms",
            median(&scrolled),
            quantile(&scrolled, 0.95),
            quantile(&scrolled, 1.0)
        );
    }
}

/// The longest that the page keeps anything waiting, in milliseconds, in seconds in which somebody
/// types now and then.
async fn longest_gap(page: &Page) -> f64 {
    let script = "const done = arguments[0];\
        const search = document.querySelector('[data-testid=search]');\
        const began = performance.now();\
        let before = began, longest = 0, typed = 0;\
        const tick = () => {\
            const now = performance.now();\
            longest = Math.max(longest, now - before);\
            before = now;\
            if (now - began > 6000) return done([longest]);\
            if (now - began > 400 * (typed + 1)) {\
                typed += 1;\
                search.value = 'kestrel'.slice(0, typed % 8);\
                search.dispatchEvent(new Event('input', { bubbles: true }));\
            }\
            setTimeout(tick, 0);\
        };\
        tick();";
    measure(page, script).await[0]
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_longest_wait_while_the_keyring_hangs_and_ten_thousand_are_checked() {
    let (mut scene, keyring) = Scene::with_scripted_keyring();
    assert!(cli::connect(&mut scene).await.success());
    rows::grow(&scene, 10_000);
    let page = scene.window().await;
    painted(&page).await;
    let at_rest = longest_gap(&page).await;
    page.at("check-all").click().await;
    let checking = longest_gap(&page).await;
    page.at("cancel-check-all").click().await;
    page.at("cancel-check-all").disappears().await;
    keyring.script(|_, _| Act::Hold);
    page.at("check-all").click().await;
    until("a call that hangs", || (keyring.held() > 0).then_some(()));
    let hanging = longest_gap(&page).await;
    assert!(keyring.held() > 0, "it hangs still");
    for (name, value) in [
        ("at_rest", at_rest),
        ("checking", checking),
        ("hanging", hanging),
    ] {
        record(&format!("window_10000_rows_longest_gap_{name}_ms"), value);
    }
    println!(
        "10,000 rows, the longest wait of the page: {at_rest:.0} ms at rest, {checking:.0} ms while all are checked, {hanging:.0} ms while the keyring hangs too"
    );
    keyring.release();
    page.close().await;
}
