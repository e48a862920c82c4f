//! Links as the system delivers them: each by a start of the window's program, which forwards it to
//! the open window, or becomes the window. The parser itself is tested with a million links in core.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Stdio;

use support::page::Page;
use support::process::Program;
use support::programs;
use support::test_env::{ACME, TestEnv, check_again};
use support::wait::until_async;
use support::words::words;

use crate::tally::{Bounds, Random, Tally};

/// The number of starts in a normal test run.
const A_FEW: usize = 40;
/// The most starts in a campaign.
const ENOUGH: usize = 3_000;

/// How many links are made from one authorization before the next is begun.
const OF_ONE: usize = 40;

/// How many starts are under way at once.
const AT_ONCE: usize = 10;

/// How many starts bring the same link at once.
const STORM: usize = 8;

/// The callback of an authorization that waits for it; the process that began it has ended.
async fn callback(env: &TestEnv) -> String {
    let mut command = env.world.command(programs::keyrack());
    command.args(["connect", "--no-browser"]);
    let (_began, link) = Program::start_and_read_line(&env.world, &command);
    env.callback(&link).await
}

fn start(env: &TestEnv, arguments: &[OsString]) -> Program {
    let mut command = env.world.command(programs::desktop());
    command.args(arguments);
    Program::start(&env.world, &command)
}

/// Delivers a valid callback, and waits until its code was sent: earlier links have been processed by
/// then.
async fn connect(env: &TestEnv) -> String {
    let (good, before) = (callback(env).await, env.exchanges().await);
    assert_eq!(start(env, &[good.clone().into()]).wait(), Some(0));
    until_async("an exchange", async || {
        (env.exchanges().await > before).then_some(())
    })
    .await;
    good
}

/// Arguments with a forged link that no authorization waits for, made from an expected and a spent
/// callback; and the name of the forgery.
fn forge(good: &str, spent: &str, random: &mut Random) -> (&'static str, Vec<OsString>) {
    let (address, query) = good.split_once('?').unwrap();
    let state_at = good.find("state=").unwrap() + "state=".len();
    let mut bytes = good.as_bytes().to_vec();
    let (done, link): (_, Vec<u8>) = match random.below(10) {
        0 => {
            let state = "A".repeat(43);
            (
                "a state of one's own",
                format!("{address}?code=c&state={state}").into(),
            )
        }
        1 => {
            let at = state_at + random.below(43);
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            ("another letter in the state", bytes)
        }
        2 => (
            "cut off in the state",
            bytes[..random.below(state_at + 42)].to_vec(),
        ),
        3 => {
            let more = ["&state=again", "&code=again", "#f", "&access_token=t"];
            let more = [&more[..], &["&error=access_denied", "&state", " ", "\n"]].concat();
            let more = more[random.below(more.len())];
            (more, format!("{good}{more}").into())
        }
        4 => {
            let others = [
                "App.Keyrack:/oauth/callback",
                "app.keyrack://oauth/callback",
                "app.keyrack:/oauth/%63allback",
                "app.keyrack:/oauth/../oauth/callback",
                "http://localhost:47811/oauth/callback",
                "--link=app.keyrack:/oauth/callback",
            ];
            let other = others[random.below(others.len())];
            (other, format!("{other}?{query}").into())
        }
        5 => {
            let strange = [0x01, 0x09, 0x0a, 0x7f, 0x80, 0xc3, 0xff][random.below(7)];
            bytes.insert(random.below(bytes.len()), strange);
            ("a byte that no link has", bytes)
        }
        // Up to the system's limit for one argument.
        6 => {
            let long = "c".repeat(2_048 << random.below(6));
            ("too long", format!("{address}?code={long}&{query}").into())
        }
        7 => return ("two at once", vec![good.into(), format!("{good}2").into()]),
        8 => (
            "no answer",
            address[..random.below(address.len() + 1)].into(),
        ),
        _ => ("answered before", spent.into()),
    };
    (done, among_others(OsString::from_vec(link), random))
}

/// Arguments with a link at some place among options of other programs.
fn among_others(link: OsString, random: &mut Random) -> Vec<OsString> {
    let others: [&[u8]; 10] = [
        b"--allow-file-access-from-files",
        b"--remote-debugging-port=9222",
        b"$(id)",
        b"\"quoted\" 'text'",
        b"file:///etc/passwd",
        b"javascript:alert(1)",
        b"https://example.org/?code=c&state=s",
        b"--",
        b"",
        b"\xff\xfe",
    ];
    let mut arguments: Vec<_> = (0..random.below(3))
        .map(|_| OsString::from_vec(others[random.below(others.len())].to_vec()))
        .collect();
    arguments.insert(random.below(arguments.len() + 1), link);
    arguments
}

#[tokio::test]
async fn no_forged_link_that_is_handed_to_the_window_costs_a_request() {
    let bounds = Bounds::new(A_FEW);
    let mut random = Random::new(bounds.seed);
    let mut tally = Tally::of("links in starts beside a window", bounds.seed);
    let mut env = TestEnv::with_client();
    let window = env.window().await;
    window.at("connect").appears().await;
    let spent = connect(&env).await;
    let asked = env.exchanges().await;

    while bounds.allow(tally.cases) && tally.cases < ENOUGH {
        let good = callback(&env).await;
        for _ in 0..OF_ONE / AT_ONCE {
            let forged: Vec<_> = (0..AT_ONCE)
                .map(|_| forge(&good, &spent, &mut random))
                .collect();
            let begin = |(done, them): &(_, Vec<_>)| (*done, start(&env, them));
            let starts: Vec<_> = forged.iter().map(begin).collect();
            for (done, mut start) in starts {
                tally.cases += 1;
                let case = format!("start number {}, {done}", tally.cases);
                tally.must(&case, start.wait() == Some(0), "not handed over");
            }
        }
        let requests = env.exchanges().await - asked;
        let case = format!("the starts up to number {}", tally.cases);
        tally.must(&case, requests == 0, "a code was sent");
    }
    still_answers(&mut env, &window).await;
    let requests = env.exchanges().await - asked;
    tally.must("all", requests == 1, &format!("{requests} codes sent"));
    window.close().await;
    tally.close();
}

/// Asserts that the window still works: it completes an authorization and checks the token.
async fn still_answers(env: &mut TestEnv, window: &Page) {
    // Notices of refused links stay until they are closed, and may cover something.
    let link = env.begin(window).await;
    let good = env.callback(&link).await;
    assert_eq!(start(env, &[good.into()]).wait(), Some(0));
    window.at("waiting").disappears().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    check_again(&row).await;
}

/// Waits until a start has become the window: of two at once, either may.
async fn is_the_window(env: &TestEnv, start: &mut Program, by: &str) {
    until_async("the window", async || {
        assert!(start.is_running(), "ended by {by}");
        (env.window_process() == start.id().to_string()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn no_forged_link_that_opens_the_window_costs_a_request() {
    let bounds = Bounds::new(2);
    let mut random = Random::new(bounds.seed);
    let mut tally = Tally::of("links in starts that open the window", bounds.seed);
    let env = TestEnv::with_client();
    let mut first = start(&env, &[]);
    is_the_window(&env, &mut first, "a start without a link").await;
    let mut spent = connect(&env).await;
    first.end();
    while bounds.allow(tally.cases) && tally.cases < ENOUGH / 50 {
        let (good, asked) = (callback(&env).await, env.exchanges().await);
        let (done, forged) = forge(&good, &spent, &mut random);
        let mut window = start(&env, &forged);
        is_the_window(&env, &mut window, done).await;
        spent = connect(&env).await;
        tally.cases += 1;
        let requests = env.exchanges().await - asked;
        let case = format!("start number {}, {done}", tally.cases);
        tally.must(&case, requests == 1, &format!("{requests} codes sent"));
        window.end();
    }
    tally.close();
}

#[tokio::test]
async fn one_link_that_eight_processes_bring_at_once_is_exchanged_once() {
    let bounds = Bounds::new(2 * STORM);
    let mut tally = Tally::of("one link brought by eight at once", bounds.seed);
    let mut env = TestEnv::with_client();
    let window = env.window().await;
    window.at("connect").appears().await;
    let mut exchanges = 0;
    while bounds.allow(tally.cases) && tally.cases < ENOUGH {
        let good = callback(&env).await;
        let starts: Vec<_> = (0..STORM)
            .map(|_| start(&env, &[good.clone().into()]))
            .collect();
        for mut start in starts {
            tally.must("a start", start.wait() == Some(0), "not handed over");
        }
        let told = window.notice(&words("problem.link-handled.what"));
        told.appears().await;
        until_async("an exchange", async || {
            (env.exchanges().await > exchanges).then_some(())
        })
        .await;
        let good = callback(&env).await;
        paste_by_eight(&env, &good);
        tally.cases += 2 * STORM;
        exchanges += 2;
        let sent = env.exchanges().await;
        let case = format!("round {}", exchanges / 2);
        tally.must(&case, sent == exchanges, &format!("{sent} codes sent"));
    }
    still_answers(&mut env, &window).await;
    let sent = env.exchanges().await;
    tally.must("all", sent == exchanges + 1, &format!("{sent} codes sent"));
    window.close().await;
    tally.close();
}

/// Pastes another authorization's link into eight commands at once, and waits until all have ended.
fn paste_by_eight(env: &TestEnv, link: &str) {
    let mut command = env.world.command(programs::keyrack());
    command.args(["connect", "--no-browser"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut commands: Vec<_> = (0..STORM)
        .map(|_| command.stderr(env.world.open_log()).spawn().unwrap())
        .collect();
    for command in &mut commands {
        // A text that is no link lets a command end that waits for its own callback.
        let mut input = command.stdin.take().unwrap();
        writeln!(input, "{link}\nno link").unwrap();
    }
    for mut command in commands {
        assert_eq!(command.wait().unwrap().code(), Some(1));
    }
}
