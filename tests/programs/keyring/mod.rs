//! A keyring in every state that a real one takes only by chance: what is reported, what is kept,
//! what Notion was asked, and that everything works again afterwards.

mod collections;
mod daemon;
mod foreign;
mod gone;
mod keepassxc;
mod kwallet;
mod life;
mod locked;
mod silent;
mod untrue;

use serde_json::Value;
use support::cli::{self, Connecting};
use support::secret_service::SecretService;
use support::test_env::{ACME, TestEnv};
use support::wait::until;

const REVOCATIONS: &str = "POST /v1/oauth/revoke";
const INTROSPECTIONS: &str = "POST /v1/oauth/introspect";
const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// A test environment with a scripted keyring and a connection, and the connection's id.
async fn connected() -> (TestEnv, SecretService, String) {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    let id = connection(&env)["id"].as_str().unwrap().to_owned();
    (env, keyring, id)
}

/// A connect whose callback is pasted; `script` runs just before.
async fn called_back(env: &TestEnv, script: impl FnOnce()) -> Connecting {
    let mut connecting = cli::begin(env).expect("a link");
    let callback = env.callback(&connecting.link).await;
    script();
    connecting.type_line(&callback);
    connecting
}

/// Waits until the connect reports that it waits for the keyring, and why.
fn is_parked(env: &TestEnv, why: &str) {
    let parked = format!("{why} Press Enter to try again.");
    until(&parked, || {
        let log = std::fs::read_to_string(env.world.log()).unwrap_or_default();
        log.contains(&parked).then_some(())
    });
}

/// Runs a command that must work.
fn works(env: &TestEnv, act: &[&str]) {
    let output = env.keyrack(act, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{act:?}: {said}");
}

/// Runs a command that must fail with these words, because a person is needed.
fn fails(env: &TestEnv, act: &[&str], words: &str) {
    ends(env, act, 4, words);
}

/// Runs a command that must end with this exit code and these words.
fn ends(env: &TestEnv, act: &[&str], code: i32, words: &str) {
    let output = env.keyrack(act, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{act:?}: {said}");
    assert!(said.contains(words), "{act:?}: {said}");
}

fn listed(env: &TestEnv) -> Vec<Value> {
    let output = env.keyrack(&["list", "--json"], "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// The only connection in the list.
fn connection(env: &TestEnv) -> Value {
    let [connection] = <[Value; 1]>::try_from(listed(env)).expect("one connection");
    connection
}

/// Asserts that the list shows why the connection cannot be checked, and its last verdict.
fn cannot_check(env: &TestEnv, why: &str) {
    let row = connection(env);
    assert_eq!(row["status"], "cannot-check");
    assert_eq!(row["last_status"], "active");
    assert_eq!(row["problem"]["code"], why);
}

/// Asserts that a new connect and every other operation work, and that nothing is left of them.
async fn all_works(env: &mut TestEnv, keyring: &SecretService) {
    assert!(cli::connect(env).await.success());
    assert_eq!(connection(env)["status"], "active");
    assert_eq!(keyring.entries().len(), 2, "the client and the connection");
    for act in ["check", "refresh", "revoke"] {
        works(env, &[act, ACME]);
    }
    assert_eq!(listed(env), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
}

/// Asserts that tokens were granted and revoked again, and that neither keyring nor database has them.
async fn nothing_is_left(env: &TestEnv, keyring: &SecretService) {
    assert_eq!(env.exchanges().await, 1);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2, "both tokens");
    assert_eq!(listed(env), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
}
