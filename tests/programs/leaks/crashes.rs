//! Processes that crash in the middle, by a signal that makes the system dump core.

use std::fs;
use std::process::Command;

use serde_json::json;
use support::process::{Program, signal};
use support::programs;
use support::test_env::TestEnv;
use support::wait::{until, until_async};

use super::search::Search;
use super::watched::Watched;

/// Allows core dumps of processes started from here on, as far as the system does.
fn allow_cores() {
    let own = std::process::id().to_string();
    let mut command = Command::new("prlimit");
    command.args(["--pid", &own, "--core=unlimited:unlimited"]);
    let allowed = command.output().unwrap().status.success();
    assert!(allowed || core_limit(&own).contains(&"0".to_owned()));
}

/// The soft and the hard limit of a process on the size of a core dump.
fn core_limit(process: &str) -> Vec<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"));
    let words = line.unwrap().split_whitespace();
    words.take(2).map(str::to_owned).collect()
}

/// The processes of this world with one of these names, as the system shortens them.
fn processes(env: &TestEnv, names: &[&str]) -> Vec<String> {
    let named = |id: &u32| {
        let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        names.contains(&name.trim())
    };
    let found = env.world.processes().into_iter().filter(named);
    found.map(|id| id.to_string()).collect()
}

/// Ends a process by SIGABRT, and asserts that it may dump no core: not even one that is piped, for which
/// the kernel heeds a limit of one byte only. The search gets its command line
/// and environment.
fn abort(search: &mut Search, process: &str) {
    assert_eq!(core_limit(process)[0], "1", "no core of {process}");
    for name in ["environ", "cmdline"] {
        let path = format!("/proc/{process}/{name}");
        search.in_bytes(&path, fs::read(&path).unwrap());
    }
    signal("ABRT", process);
    until("its end", || {
        let status = fs::read_to_string(format!("/proc/{process}/stat"));
        status.map_or(true, |it| it.contains(") Z ")).then_some(())
    });
}

#[tokio::test]
async fn a_process_that_is_aborted_leaves_no_core_and_no_secret() {
    allow_cores();
    let mut app = Watched::with(&[]).await;
    app.env.add_client(&app.window).await;
    app.connect().await;
    app.callback().await;
    let pages = processes(&app.env, &["WebKitWebProces", "WebKitNetworkPr"]);
    assert!(pages.len() >= 2, "{pages:?}");
    for process in &pages {
        assert_eq!(core_limit(process)[0], "1", "no core of the page");
    }
    let window = app.env.window_process();
    abort(&mut app.search, &window);
    let Watched {
        env,
        window,
        mut search,
    } = app;
    drop(window);

    // A connect that waits for its callback, and a watch in the middle of a check.
    let mut command = env.world.command(programs::keyrack());
    command.args(["connect", "--no-browser"]);
    let (mut connecting, link) = Program::start_and_read_line(&env.world, &command);
    search.for_link(&link);
    abort(&mut search, &connecting.id().to_string());
    assert_eq!(connecting.wait(), None, "ended by the signal");
    env.sandbox
        .fault(json!({"endpoint": "introspect", "times": 1, "delay_ms": 60_000}))
        .await;
    let mut command = env.world.command(programs::keyrack());
    command.args(["check", "--all"]);
    let asked = env.sandbox.count("POST /v1/oauth/introspect").await;
    let mut checking = Program::start(&env.world, &command);
    until_async("a request", async || {
        let now = env.sandbox.count("POST /v1/oauth/introspect").await;
        (now > asked).then_some(())
    })
    .await;
    abort(&mut search, &checking.id().to_string());
    assert_eq!(checking.wait(), None, "ended by the signal");

    assert!(env.keyrack(&["list"], "").status.success());
    search.in_world(&env.world);
    assert!(search.secrets() >= 8);
    search.assert_clean();
}
