//! The memory of processes that go on running after a secret was used: no copy of it is left there.

#![allow(clippy::print_stdout, reason = "the figures are a result, too")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde_json::Value;
use support::process::Program;
use support::test_env::{ACME, TestEnv, check_again};
use support::wait::until;
use support::{links, programs, secrets};

const PAGE: usize = 4096;

/// Each run of pages that a process can write to and has in use.
fn memory(process: u32) -> Vec<Vec<u8>> {
    let file = |name: &str| File::open(format!("/proc/{process}/{name}")).unwrap();
    let (memory, pagemap) = (file("mem"), file("pagemap"));
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut runs = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let range = words
            .next()
            .and_then(|range| range.split_once('-'))
            .unwrap();
        if !words.next().unwrap().starts_with("rw") {
            continue;
        }
        let [begin, end] =
            [range.0, range.1].map(|at| usize::from_str_radix(at, 16).unwrap() / PAGE);
        let mut entries = vec![0; (end - begin) * 8];
        // A region may be gone by now.
        let _ = pagemap.read_exact_at(&mut entries, begin as u64 * 8);
        let mut run = Vec::new();
        for (page, entry) in (begin..end).zip(entries.chunks(8)) {
            let mut bytes = [0; PAGE];
            // In memory or swapped out (bits 63 and 62 of the kernel's pagemap).
            let is_in_use = entry[7] & 0xC0 != 0;
            if is_in_use
                && memory
                    .read_exact_at(&mut bytes, (page * PAGE) as u64)
                    .is_ok()
            {
                run.extend(bytes);
            } else if !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
    }
    runs
}

/// How many copies of each secret a process has, by the secrets' names; those that it has none of are
/// left out.
fn copies(process: u32, secrets: &[(&str, String)]) -> Vec<(String, usize)> {
    let memory = memory(process);
    let count = |secret: &[u8]| -> usize {
        let of = |run: &Vec<u8>| run.windows(secret.len()).filter(|it| *it == secret).count();
        memory.iter().map(of).sum()
    };
    let counts = secrets
        .iter()
        .map(|(name, secret)| ((*name).to_owned(), count(secret.as_bytes())));
    counts.filter(|(_, count)| *count > 0).collect()
}

fn parameter(link: &str, name: &str) -> String {
    let url = Url::parse(link).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

/// The connection's tokens, as the keyring has them.
fn tokens(env: &TestEnv) -> [String; 2] {
    let entries = secrets::entries(&env.world).into_iter();
    let mut payloads = entries.map(|entry| {
        serde_json::from_str::<Value>(&entry.secret.unwrap_or_default()).unwrap_or_default()
    });
    let payload = payloads
        .find(|payload| payload["access"].is_string())
        .unwrap();
    ["access", "refresh"].map(|name| payload[name].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_was_used_is_wiped_from_the_memory_of_the_window_and_the_command() {
    let mut env = TestEnv::approving();
    let window = env.window().await;
    env.add_client(&window).await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;
    let (id, secret) = (&env.sandbox.client_id, env.sandbox.client_secret.clone());
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    let mut used = vec![
        ("the client secret", secret),
        ("the Basic header", basic),
        ("the state", parameter(&link, "state")),
        ("the code", parameter(&callback, "code")),
    ];
    links::open(&env.world, &callback);
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    let [access, refresh] = tokens(&env);
    used.extend([("the access token", access), ("the refresh token", refresh)]);
    check_again(&row).await;

    let mut connect = env.world.command(programs::keyrack());
    connect.args(["connect", "--no-browser"]);
    let (waiting, link) = Program::start_and_read_line(&env.world, &connect);
    let in_use = [("the state", parameter(&link, "state"))];
    assert_ne!(copies(waiting.id(), &in_use), [], "what is in use is found");

    let page = env.world.processes().into_iter().find(|process| {
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        name.trim() == "WebKitWebProces"
    });
    println!("The page has {:?}", copies(page.unwrap(), &used));
    let window = env.window_process().parse().unwrap();
    for (name, process) in [("window", window), ("command", waiting.id())] {
        // The buffers of a connection that is kept open go with it.
        until(&format!("the {name}'s memory to be wiped"), || {
            let left = copies(process, &used);
            println!("The {name} has {left:?}");
            left.is_empty().then_some(())
        });
    }
}
