//! What every keyring has to bear, whichever it is: the whole life of a connection, and a question that
//! nobody answers.

use std::process::{Child, Stdio};

use support::cli;
use support::keyring::dialog;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::words::words;

use super::{REVOCATIONS, cannot_check, connection, works};

/// The commands that need nothing of the keyring.
const LISTS: [&[&str]; 3] = [&["list"], &["receipts"], &["client", "list"]];

/// What a person sees in the keyring's own program.
const OF_CLIENT: &str = "Keyrack: client Mine";
const OF_CONNECTION: &str = "Keyrack: connection Acme Research";

/// Lives the whole life of a client and its connections, and asserts that the keyring has what they
/// need and at last nothing; returns the ids of the client and of both connections.
pub async fn whole(env: &TestEnv) -> [String; 3] {
    env.connect_by_command().await;
    let row = connection(env);
    let client = row["client"]["id"].as_str().unwrap().to_owned();
    let first = row["id"].as_str().unwrap().to_owned();
    has(env, &[(&client, OF_CLIENT), (&first, OF_CONNECTION)]);
    for act in ["check", "refresh", "check"] {
        works(env, &[act, ACME]);
        assert_eq!(connection(env)["status"], "active", "{act}");
    }
    assert_eq!(env.exchanges().await, 2);
    has(env, &[(&client, OF_CLIENT), (&first, OF_CONNECTION)]);

    env.lose_database();
    let listed = env.keyrack(&["list"], "");
    let told = String::from_utf8_lossy(&listed.stderr);
    assert!(told.contains(&words("rebuilt.missing")), "{told}");
    works(env, &["rebuild"]);
    assert_eq!(connection(env)["workspace_name"], ACME);
    works(env, &["check", "--all"]);
    assert_eq!(connection(env)["status"], "active");
    works(env, &["forget", ACME]);
    has(env, &[(&client, OF_CLIENT)]);

    assert!(cli::connect(env).await.success());
    let second = connection(env)["id"].as_str().unwrap().to_owned();
    has(env, &[(&client, OF_CLIENT), (&second, OF_CONNECTION)]);
    works(env, &["revoke", ACME]);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2, "both tokens");
    has(env, &[(&client, OF_CLIENT)]);
    works(env, &["client", "remove", "Mine"]);
    has(env, &[]);
    [client, first, second]
}

/// Asserts that Keyrack's entries in the keyring are these, by their ids and labels.
fn has(env: &TestEnv, wanted: &[(&String, &str)]) {
    let entries = secrets::entries(&env.world);
    let mut found: Vec<_> = entries.iter().map(|it| (it.user(), &*it.label)).collect();
    let mut wanted: Vec<_> = wanted.iter().map(|(id, label)| (&***id, *label)).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

/// Asserts that a check is told of a question of the keyring that nobody answers, and that what needs no
/// secret does not wait for it meanwhile.
pub fn check_waits_in_vain(env: &TestEnv, question: &str) {
    let mut checking = start(env, &["check", ACME]);
    until("the keyring's question", || {
        dialog::is_shown(&env.world, question).then_some(())
    });
    for list in LISTS {
        works(env, list);
    }
    let is_waiting = checking.try_wait().unwrap().is_none();
    assert!(is_waiting, "the lists took as long as the check");

    until("the end of the check", || checking.try_wait().unwrap());
    let checked = checking.wait_with_output().unwrap();
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(4), "{said}");
    let waiting = words("problem.keyring-waiting.what");
    assert!(said.contains(&waiting), "{said}");
    cannot_check(env, "keyring-waiting");
}

/// Runs a command to its end, during which a person does something again and again, and returns its
/// exit code and what it says on standard error.
pub fn meanwhile(env: &TestEnv, act: &[&str], mut person: impl FnMut()) -> (Option<i32>, String) {
    let mut running = start(env, act);
    until("the end of the command", || {
        person();
        running.try_wait().unwrap()
    });
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

fn start(env: &TestEnv, act: &[&str]) -> Child {
    let mut command = env.world.command(programs::keyrack());
    command.args(act).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::piped()).spawn().unwrap()
}
