//! `keyrack run --proxy`: the token stays, and the lease lives exactly as long as its program.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::process::signal;
use support::test_env::{ACME, TestEnv};
use support::wait::until;

use super::run::running;
use super::{BETA, hand_outs, leases, listed, printed, said, token_of, two};

/// Asks `users/me` as a program under a lease does, and prints the reply and its status.
const ME: &str = "curl -sS -w '\\n%{http_code}\\n' -H \"Authorization: Bearer $NOTION_TOKEN\" \
    \"$NOTION_BASE_URL/v1/users/me\"";

/// The pids of the holders of leases.
fn holders(env: &TestEnv) -> Vec<u32> {
    let is_holder = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).nth(1) == Some(b"hold")
    };
    env.world
        .processes()
        .into_iter()
        .filter(is_holder)
        .collect()
}

fn no_holder_is_left(env: &TestEnv) {
    until("the end of the lease", || {
        holders(env).is_empty().then_some(())
    });
}

#[tokio::test]
async fn a_program_works_with_a_key_that_is_no_token() {
    let (env, acme, beta) = two().await;
    let script = format!("env; {ME}");
    let output = running(&env, &["Acme Research Two", "--proxy"], &script).output();
    let shown = printed(&output.unwrap());
    let value = |name: &str| {
        let prefix = format!("{name}=");
        let found = shown.lines().find_map(|line| line.strip_prefix(&prefix));
        found.map(str::to_owned)
    };
    let key = value("NOTION_TOKEN").unwrap();
    assert!(key.starts_with("ntn_keyrack_"), "{key}");
    assert_eq!(value("NOTION_API_KEY").as_ref(), Some(&key));
    let url = value("NOTION_BASE_URL").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_ne!(url, env.sandbox.base_url);
    assert_eq!(value("NOTION_API_BASE_URL"), Some(url));
    assert_eq!(value("KEYRACK_CONNECTION"), Some(acme.clone()));
    assert!(
        shown.contains("\"workspace_name\":\"Acme Research Two\""),
        "{shown}"
    );
    assert!(shown.ends_with("\n200\n"), "{shown}");
    for id in [&acme, &beta] {
        assert!(!shown.contains(&token_of(&env, id)), "the token has left");
    }
    no_holder_is_left(&env);
    let rows = hand_outs(&env);
    assert_eq!(rows[0]["way"], "proxy");
    assert_eq!(rows[0]["lease"]["requests"], 1);
    assert_eq!(value("KEYRACK_LEASE").map(|id| id.len()), Some(36));
    assert_eq!(leases(&env), Vec::<Value>::new());
    let marks = fs::read_dir(env.data_folder().join("processes")).unwrap();
    assert_eq!(marks.count(), 0, "no mark of a living process is left");
}

#[tokio::test]
async fn two_workspaces_are_used_side_by_side_with_a_key_each() {
    let (env, acme, beta) = two().await;
    let file = env.world.path("settings.env");
    fs::write(
        &file,
        "FIRST=keyrack://Acme Research Two\nSECOND=keyrack://Beta Labs\n",
    )
    .unwrap();
    let ask = |name: &str| {
        format!(
            "curl -sS -H \"Authorization: Bearer ${name}\" \"$NOTION_BASE_URL/v1/users/me\"; echo"
        )
    };
    let script = format!("{}; {}", ask("FIRST"), ask("SECOND"));
    let options = ["--proxy", "--env-file", file.to_str().unwrap()];
    let output = running(&env, &options, &script).output().unwrap();
    let shown = printed(&output);
    let lines: Vec<_> = shown.lines().collect();
    assert!(
        lines[0].contains("Acme Research Two"),
        "{shown} {}",
        said(&output)
    );
    assert!(lines[1].contains(BETA), "{shown}");
    no_holder_is_left(&env);
    let rows = hand_outs(&env);
    let mut used: Vec<_> = rows
        .iter()
        .map(|row| row["of"]["id"].as_str().unwrap())
        .collect();
    used.sort_unstable();
    let mut both = [acme.as_str(), beta.as_str()];
    both.sort_unstable();
    assert_eq!(used, both);
}

/// A program under a lease that asks at each line of its standard input.
fn asking(env: &TestEnv) -> (std::process::Child, impl FnMut() -> String) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let script = format!("while read -r line; do {ME} | tr '\\n' ' '; echo; done");
    let mut command = running(env, &["--proxy"], &script);
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let ask = move || {
        writeln!(input, "go").unwrap();
        lines.next().unwrap().unwrap()
    };
    (program, ask)
}

#[tokio::test]
async fn a_lease_is_listed_and_ended_by_whoever_looks_after_it() {
    let env = TestEnv::connected_by_command().await;
    let (mut program, mut ask) = asking(&env);
    assert!(ask().ends_with("200 "));
    let [lease] = &leases(&env)[..] else {
        panic!("one lease");
    };
    assert_eq!(lease["workspace_name"], ACME);
    assert_eq!(lease["caller"]["program"], "sh");
    assert_eq!(lease["caller"]["pid"], program.id());
    let shown = printed(&env.keyrack(&["leases"], ""));
    let columns: Vec<_> = shown.trim_end().split('\t').collect();
    assert_eq!(columns[1..3], [ACME, "sh"], "{shown}");

    let unknown = env.keyrack(&["leases", "end", "no-such"], "");
    assert_eq!(unknown.status.code(), Some(3));
    let begin = &lease["id"].as_str().unwrap()[..8];
    let ended = env.keyrack(&["leases", "end", begin], "");
    assert!(ended.status.success(), "{}", said(&ended));
    let answer = ask();
    assert!(
        answer.contains("lease of this program was ended"),
        "{answer}"
    );
    assert!(answer.ends_with("401 "), "{answer}");
    assert_eq!(leases(&env), Vec::<Value>::new());
    signal("TERM", &program.id().to_string());
    program.wait().unwrap();
    no_holder_is_left(&env);
}

#[tokio::test]
async fn revoking_ends_what_uses_a_connection_and_says_what_that_was() {
    let env = TestEnv::connected_by_command().await;
    let (mut program, mut ask) = asking(&env);
    assert!(ask().ends_with("200 "));
    let revoked = env.keyrack(&["revoke", ACME, "--json"], "");
    let receipt: Value = serde_json::from_slice(&revoked.stdout).unwrap();
    assert_eq!(receipt["cut_off"][0]["program"], "sh", "{receipt}");
    assert_eq!(receipt["cut_off"][0]["pid"], program.id());
    let answer = ask();
    assert!(
        answer.contains("Keyrack: ") && answer.ends_with("401 "),
        "{answer}"
    );
    let receipts = printed(&env.keyrack(&["receipts", "--long"], ""));
    assert!(receipts.contains("sh was using it"), "{receipts}");
    program.kill().unwrap();
    program.wait().unwrap();
    no_holder_is_left(&env);
}

#[tokio::test]
async fn a_use_is_a_verdict_and_a_refused_one_turns_the_list() {
    let env = TestEnv::connected_by_command().await;
    let bot = listed(&env)[0]["bot_id"].as_str().unwrap().to_owned();
    env.sandbox.revoke(&bot).await;
    let shown = running(&env, &["--proxy"], ME).output().unwrap();
    assert!(printed(&shown).ends_with("\n401\n"));
    let row = listed(&env).remove(0);
    assert_ne!(row["status"], "active", "{row}");
}

#[tokio::test]
async fn a_holder_that_is_killed_leaves_nothing_running_and_its_row_is_ended() {
    let env = TestEnv::connected_by_command().await;
    let (mut program, mut ask) = asking(&env);
    assert!(ask().ends_with("200 "));
    let [holder] = holders(&env)[..] else {
        panic!("one holder");
    };
    signal("KILL", &holder.to_string());
    no_holder_is_left(&env);
    assert!(ask().ends_with("000 "), "nobody answers");
    assert_eq!(leases(&env), Vec::<Value>::new());
    env.keyrack(&["list"], "");
    let database = env.database();
    let sql = "SELECT count(*) FROM operations WHERE kind = 'hand-out' AND finished_at IS NULL";
    let open: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(open, 0);
    program.kill().unwrap();
    program.wait().unwrap();
}

#[tokio::test]
async fn the_holder_has_the_token_in_neither_its_arguments_nor_its_environment() {
    let env = TestEnv::connected_by_command().await;
    let token = token_of(&env, &super::id_of(&listed(&env)[0]));
    // Around it, a program that was handed the token itself.
    let inner = format!(
        "\"$KEYRACK\" run --proxy -- sh -c '{}; read -r line'",
        ME.replace('\'', "'\\''")
    );
    let mut outer = running(&env, &[], &inner);
    let mut outer = outer
        .env("KEYRACK", &env.program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let holder = until("the holder", || holders(&env).first().copied());
    for part in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{holder}/{part}")).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains(&token), "the token is in its {part}");
        assert!(!text.contains("ntn_"), "a key is in its {part}");
    }
    drop(outer.stdin.take());
    outer.wait().unwrap();
    no_holder_is_left(&env);
}

#[tokio::test]
async fn what_cannot_be_leased_starts_no_program() {
    let env = TestEnv::connected_by_command().await;
    let marker = env.world.path("started");
    let touch = format!("touch '{}'", marker.display());
    assert!(
        env.keyrack(&["hand-out", ACME, "never"], "")
            .status
            .success()
    );
    let refused = running(&env, &["--proxy"], &touch).output().unwrap();
    assert_eq!(refused.status.code(), Some(125));
    let watched = support::words::words("problem.hand-out-refused.what");
    assert!(said(&refused).contains(&watched), "{}", said(&refused));

    assert!(
        env.keyrack(&["hand-out", ACME, "proxy-only"], "")
            .status
            .success()
    );
    let refused = running(&env, &[], &touch).output().unwrap();
    assert_eq!(refused.status.code(), Some(125));
    let stays = support::words::words("problem.token-stays.what");
    assert!(said(&refused).contains(&stays), "{}", said(&refused));
    let printed_token = env.keyrack(&["token", ACME], "");
    assert_eq!(
        (printed_token.status.code(), printed(&printed_token)),
        (Some(4), String::new())
    );
    assert!(!marker.exists(), "a program was started");
    let leased = running(&env, &["--proxy"], ME).output().unwrap();
    assert!(printed(&leased).ends_with("\n200\n"), "{}", said(&leased));
    let usage = |arguments: &[&str]| {
        let mut command: Command = env.world.command(&env.program);
        command.args(arguments).status().unwrap().code()
    };
    assert_eq!(usage(&["run", "--read-only", "--", "true"]), Some(2));
}
