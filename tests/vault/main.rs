//! A keyring in every state that a real one takes only by chance: what is said, what is kept, what
//! Notion was asked, and that everything works again afterwards.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod foreign;
mod gone;
mod locked;
mod silent;
mod untrue;

use serde_json::Value;
use support::cli::{self, Connecting};
use support::scene::{ACME, Scene};
use support::secret_service::SecretService;
use support::wait::until;

const REVOCATIONS: &str = "POST /v1/oauth/revoke";
const INTROSPECTIONS: &str = "POST /v1/oauth/introspect";
const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// A scene with a scripted keyring and a connection; with its id.
async fn connected() -> (Scene, SecretService, String) {
    let (mut scene, keyring) = Scene::with_scripted_keyring();
    assert!(cli::connect(&mut scene).await.success());
    let id = connection(&scene)["id"].as_str().unwrap().to_owned();
    (scene, keyring, id)
}

/// A connect that has its callback, of which nothing was sent yet; `script` comes first.
async fn called_back(scene: &Scene, script: impl FnOnce()) -> Connecting {
    let mut connecting = cli::begin(scene).expect("a link");
    let callback = scene.callback(&connecting.link).await;
    script();
    connecting.type_line(&callback);
    connecting
}

/// Waits until the connect says that it waits for the keyring, and why.
fn is_parked(scene: &Scene, why: &str) {
    let parked = format!("{why} Press Enter to try again.");
    until(&parked, || {
        let log = std::fs::read_to_string(scene.world.log()).unwrap_or_default();
        log.contains(&parked).then_some(())
    });
}

/// Runs a command that must work.
fn works(scene: &Scene, act: &[&str]) {
    let output = scene.keyrack(act, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{act:?}: {said}");
}

/// Runs a command that must fail with these words.
fn fails(scene: &Scene, act: &[&str], words: &str) {
    let output = scene.keyrack(act, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{act:?}: {said}");
    assert!(said.contains(words), "{act:?}: {said}");
}

fn listed(scene: &Scene) -> Vec<Value> {
    let output = scene.keyrack(&["list", "--json"], "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// The only connection in the list.
fn connection(scene: &Scene) -> Value {
    let [connection] = <[Value; 1]>::try_from(listed(scene)).expect("one connection");
    connection
}

/// Asserts that the list tells why there is no news, and what was known before.
fn cannot_check(scene: &Scene, why: &str) {
    let row = connection(scene);
    assert_eq!(row["status"], "cannot-check");
    assert_eq!(row["last_status"], "active");
    assert_eq!(row["problem"]["code"], why);
}

/// Asserts that a new connect and every other act work, and that nothing is left of them.
async fn all_works(scene: &mut Scene, keyring: &SecretService) {
    assert!(cli::connect(scene).await.success());
    assert_eq!(connection(scene)["status"], "active");
    assert_eq!(keyring.entries().len(), 2, "the client and the connection");
    for act in ["check", "refresh", "revoke"] {
        works(scene, &[act, ACME]);
    }
    assert_eq!(listed(scene), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
}

/// Asserts that tokens were granted and ended again, and that nothing here knows of them.
async fn nothing_is_left(scene: &Scene, keyring: &SecretService) {
    assert_eq!(scene.exchanges().await, 1);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2, "both tokens");
    assert_eq!(listed(scene), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
}
