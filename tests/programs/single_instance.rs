//! One window for one data folder: further instances forward to it, or report that it is open.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use support::process::{Program, signal};
use support::programs;
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};
use support::window;
use support::words::words;

#[tokio::test]
async fn one_link_handed_to_eight_starts_at_once_is_exchanged_once() {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    window.close().await;
    let callback = env.callback(&link).await;
    let mut command = env.world.command(programs::desktop());
    command.arg(callback);
    let mut starts: Vec<_> = (0..8)
        .map(|_| Program::start(&env.world, &command))
        .collect();
    until_async("seven of the starts to hand over and end", async || {
        let running = starts
            .iter_mut()
            .filter_map(|start| start.is_running().then_some(()))
            .count();
        (running == 1).then_some(())
    })
    .await;
    until_async("the connection", async || {
        let listed = env.keyrack(&["list"], "");
        String::from_utf8_lossy(&listed.stdout)
            .contains(ACME)
            .then_some(())
    })
    .await;
    assert_eq!(env.exchanges().await, 1);
}

#[tokio::test]
async fn a_start_beside_a_window_hands_over_before_it_touches_the_display() {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;
    let mut command = env.world.command(programs::desktop());
    command.arg(callback).env("DISPLAY", ":none");
    assert_eq!(Program::start(&env.world, &command).wait(), Some(0));
    window.row(ACME).has("data-status", "active").await;
    window.close().await;
}

/// The end of a start that the desktop was told of (Startup Notification Protocol): a message that a window
/// broadcasts.
const START_ENDED: &str = "_NET_STARTUP_INFO_BEGIN";

#[tokio::test]
async fn a_start_beside_a_window_hands_over_its_activation_token() {
    let (env, window) = TestEnv::opened().await;
    let heard = env.world.path("heard");
    let mut listening = env.world.command("sh");
    listening.args(["-c", "exec xev -root -event property >\"$0\""]);
    let _listener = Program::start(&env.world, listening.arg(&heard));
    let heard = || std::fs::read_to_string(&heard).unwrap_or_default();
    // A start without such a token, so that it is seen that the window's answer is about the other.
    let mut command = env.world.command(programs::desktop());
    until("the listener", || {
        assert_eq!(Program::start(&env.world, &command).wait(), Some(0));
        (!heard().is_empty()).then_some(())
    });
    assert!(!heard().contains(START_ENDED), "nothing was begun");
    command.env("DESKTOP_STARTUP_ID", "browser-1-host-start_TIME0");
    assert_eq!(Program::start(&env.world, &command).wait(), Some(0));
    until("the end of the start", || {
        heard().contains(START_ENDED).then_some(())
    });
    window.close().await;
}

#[tokio::test]
async fn a_start_that_meets_an_ending_window_hands_over_or_becomes_the_window() {
    let env = TestEnv::new();
    let command = env.world.command(programs::desktop());
    let mut window = Program::start(&env.world, &command);
    // Each round ends the window at another moment of the next start: either outcome is right.
    for moment in (0..160).step_by(8).map(Duration::from_millis) {
        until_async("the window", async || {
            assert!(window.is_running(), "the start has failed");
            (env.window_process() == window.id().to_string()).then_some(())
        })
        .await;
        let mut next = Program::start(&env.world, &command);
        tokio::time::sleep(moment).await;
        signal("TERM", &window.id().to_string());
        window.wait();
        until_async("the next start", async || {
            let is_window = env.window_process() == next.id().to_string();
            (is_window || !next.is_running()).then_some(())
        })
        .await;
        if !next.is_running() {
            assert_eq!(next.wait(), Some(0), "it has handed over");
            next = Program::start(&env.world, &command);
        }
        window = next;
    }
}

#[tokio::test]
async fn an_argument_that_is_no_text_is_passed_over() {
    let env = TestEnv::new();
    let mut command = env.world.command(programs::desktop());
    command.arg(OsStr::from_bytes(b"\xFF\xFE"));
    let mut start = Program::start(&env.world, &command);
    until("a window", || {
        (!env.window_process().is_empty()).then_some(())
    });
    assert!(start.is_running());
}

#[tokio::test]
async fn a_second_window_that_no_session_bus_could_stop_says_so() {
    let mut env = TestEnv::new();
    let first = env.window().await;
    first.at("try-sandbox").appears().await;
    let nowhere = format!("unix:path={}", env.world.path("no-bus").display());
    env.world.set("DBUS_SESSION_BUS_ADDRESS", nowhere);
    let second = env.window().await;
    let page = second.part("//main".to_owned());
    page.says(&words("problem.already-open.what")).await;
    second.close().await;
    first.close().await;
}

#[tokio::test]
async fn a_bus_that_takes_connections_and_answers_none_is_told_and_gone_on_without() {
    let mut env = TestEnv::new();
    let socket = env.world.path("silent-bus");
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let address = format!("unix:path={}", socket.display());
    env.world.set("DBUS_SESSION_BUS_ADDRESS", address);
    let window = env.window().await;
    window.at("try-sandbox").appears().await;
    let said = std::fs::read_to_string(env.world.log()).unwrap();
    assert!(said.contains(&words("command.silent-bus")), "{said}");
    window.close().await;
}

#[tokio::test]
async fn a_start_beside_a_stopped_window_says_so_and_the_link_is_there_when_it_goes_on() {
    let (mut env, window) = TestEnv::opened().await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;
    let first = env.window_process();
    signal("STOP", &first);
    let second = window::open_by_link(&env.world, &callback).await;
    let page = second.part("//main".to_owned());
    page.says(&words("problem.already-open.what")).await;
    second.close().await;
    signal("CONT", &first);
    window.row(ACME).has("data-status", "active").await;
    assert_eq!(env.exchanges().await, 1);
    window.close().await;
}

/// Takes the window's name on the session bus, and answers nobody.
fn squat(env: &TestEnv) -> zbus::blocking::Connection {
    let address = env.world.env()["DBUS_SESSION_BUS_ADDRESS"].as_str();
    zbus::blocking::connection::Builder::address(address)
        .and_then(|bus| bus.name("app.keyrack.desktop.SingleInstance"))
        .and_then(zbus::blocking::connection::Builder::build)
        .expect("the name")
}

#[tokio::test]
async fn a_stranger_with_the_windows_name_is_told_nothing_and_named_in_the_window() {
    let env = TestEnv::new();
    let squatter = squat(&env);
    let calls = zbus::blocking::MessageIterator::from(&squatter);
    let window = env.window().await;
    window
        .notice("Another program has Keyrack’s name")
        .appears()
        .await;
    window.close().await;
    squatter.close().expect("closed");
    let told: Vec<_> = calls
        .filter_map(Result::ok)
        .filter(|call| call.message_type() == zbus::message::Type::MethodCall)
        .collect();
    assert!(told.is_empty(), "{told:?}");
}
