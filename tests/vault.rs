//! A keyring in every state that a real one takes only by chance: what is said, what is kept, what
//! Notion was asked, and that everything works again afterwards.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod support;

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use support::cli::{self, Connecting};
use support::process::Program;
use support::scene::{ACME, KEYRACK, Scene};
use support::secret_service::{Act, Prompt, STRANGER, SecretService};
use support::wait::until;
use support::words::words;
use support::world::{Service, World};

const REVOCATIONS: &str = "POST /v1/oauth/revoke";
const INTROSPECTIONS: &str = "POST /v1/oauth/introspect";
const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// A scene with a scripted keyring and a client.
fn with_client() -> (Scene, SecretService) {
    let world = World::with(Service::Missing);
    let keyring = SecretService::start(&world);
    let scene = Scene::with(world, &["--auto-approve"]);
    let id = scene.sandbox.client_id.as_str();
    let add = ["client", "add", "--name", "Mine", "--id", id];
    let added = scene.keyrack(&add, &scene.sandbox.client_secret);
    assert!(added.status.success(), "the client cannot be added");
    (scene, keyring)
}

/// A scene with a scripted keyring and a connection; with its id.
async fn connected() -> (Scene, SecretService, String) {
    let (mut scene, keyring) = with_client();
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

#[tokio::test]
async fn a_dismissed_prompt_is_told_as_a_locked_keyring_and_notion_is_not_asked() {
    let (mut scene, keyring, _) = connected().await;
    let (kept, asked) = (keyring.entries(), scene.sandbox.requests().await.len());
    keyring.lock(Prompt::Dismissed);
    let locked = "Your keyring is locked. Nothing was lost. Unlock it, then try again.";
    let connect = ["connect", "--no-browser"];
    for act in [
        &["check", ACME],
        &["refresh", ACME],
        &["forget", ACME],
        &connect,
    ] {
        fails(&scene, act, locked);
    }
    cannot_check(&scene, "keyring-locked");
    assert!(keyring.entries() == kept);
    assert_eq!(scene.sandbox.requests().await.len(), asked);

    keyring.unlock();
    works(&scene, &["check", ACME]);
    assert!(keyring.entries() == kept);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_revocation_that_meets_a_locked_keyring_is_pending_until_it_is_open() {
    let (scene, keyring, _) = connected().await;
    keyring.lock(Prompt::Dismissed);
    fails(&scene, &["revoke", ACME], "is not finished");
    assert_eq!(connection(&scene)["status"], "revocation-pending");
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 0);

    keyring.unlock();
    works(&scene, &["revoke", ACME]);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(listed(&scene), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1);
}

#[tokio::test]
async fn the_window_answers_and_ends_while_a_prompt_is_silent() {
    let (mut scene, keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.lock(Prompt::Silent);
    let window = scene.window().await;
    let row = window.row(ACME);
    row.at("check").click().await;
    until("the prompt", || (keyring.prompts() > 0).then_some(()));
    window.at("search").fill("Launchpad").await;
    row.disappears().await;
    window.at("search").fill(ACME).await;
    row.appears().await;
    works(&scene, &["list"]);
    row.has("data-status", "cannot-check").await;
    row.says(&words("problem.keyring-waiting.short")).await;

    let told = keyring.prompts();
    row.at("check").click().await;
    until("another prompt", || {
        (keyring.prompts() > told).then_some(())
    });
    let process = Path::new("/proc").join(scene.window_process());
    scene.close_window();
    until("the end of the window", || {
        (!process.exists()).then_some(())
    });
    window.close().await;
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.unlock();
    assert!(keyring.entries() == kept);
    works(&scene, &["check", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_keyring_that_never_answers_is_told_and_does_not_keep_anything_else() {
    let (mut scene, keyring, _) = connected().await;
    keyring.script(|_, _| Act::Hold);
    let mut command = scene.world.command(KEYRACK);
    command.args(["check", ACME]).stderr(Stdio::piped());
    let checking = command.spawn().unwrap();
    until("a call", || (keyring.held() > 0).then_some(()));
    assert_eq!(connection(&scene)["status"], "active");
    let checked = checking.wait_with_output().unwrap();
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(said.contains("Your keyring has not answered"), "{said}");
    cannot_check(&scene, "keyring-waiting");
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.release();
    works(&scene, &["check", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn new_tokens_wait_for_a_slow_prompt_and_are_kept_once_it_is_answered() {
    let (mut scene, keyring) = with_client();
    let mut connecting = cli::begin(&scene).expect("a link");
    let callback = scene.callback(&connecting.link).await;
    let client = keyring.entries()[0].user().to_owned();
    // The client's secret is the last that is read before the exchange.
    let mut exchanging = false;
    keyring.script(move |call, kept| {
        kept.locked = exchanging.then_some(Prompt::Silent);
        exchanging |= call.method == "GetSecret" && call.user == client;
        Act::Serve
    });
    connecting.type_line(&callback);
    until("the prompt", || (keyring.prompts() > 0).then_some(()));
    assert_eq!(scene.exchanges().await, 1);
    assert_eq!(listed(&scene), Vec::<Value>::new());

    keyring.behave();
    keyring.unlock();
    assert!(connecting.end().success());
    assert_eq!(connection(&scene)["status"], "active");
    assert_eq!(keyring.entries().len(), 2);
    assert_eq!(scene.exchanges().await, 1);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 0);
    works(&scene, &["revoke", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_keyring_that_locks_after_its_probe_parks_the_answer_before_the_exchange() {
    let (mut scene, keyring) = with_client();
    let script = || {
        // What is deleted is the probe.
        let mut probed = false;
        keyring.script(move |call, kept| {
            kept.locked = probed.then_some(Prompt::Dismissed);
            probed |= call.method == "Delete";
            Act::Serve
        });
    };
    let mut connecting = called_back(&scene, script).await;
    is_parked(&scene, "Unlock it, then try again.");
    assert_eq!(scene.exchanges().await, 0);

    keyring.behave();
    keyring.unlock();
    connecting.type_line("");
    assert!(connecting.end().success());
    assert_eq!(scene.exchanges().await, 1);
    works(&scene, &["revoke", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_collection_that_is_removed_during_consent_parks_the_answer_before_the_exchange() {
    let (mut scene, keyring) = with_client();
    let remove = || keyring.change(|kept| kept.collection = false);
    let mut connecting = called_back(&scene, remove).await;
    is_parked(&scene, "set as default), then try again.");
    assert_eq!(scene.exchanges().await, 0);

    keyring.change(|kept| kept.collection = true);
    connecting.type_line("");
    assert!(connecting.end().success());
    assert_eq!(scene.exchanges().await, 1);
    works(&scene, &["revoke", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_keyring_that_is_gone_is_told_and_found_once_it_is_back() {
    let (mut scene, mut keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.leave();
    fails(
        &scene,
        &["check", ACME],
        "No keyring answers on this system.",
    );
    cannot_check(&scene, "keyring-missing");
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.come_back();
    assert!(keyring.entries() == kept);
    works(&scene, &["check", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_keyring_that_vanishes_in_the_middle_of_a_write_gets_the_tokens_once_it_is_back() {
    for done in [false, true] {
        let (mut scene, mut keyring) = with_client();
        let script = || {
            keyring.script(move |call, _| match (call.writes_tokens(), done) {
                (false, _) => Act::Serve,
                (true, false) => Act::Leave,
                (true, true) => Act::ServeAndLeave,
            });
        };
        let mut connecting = called_back(&scene, script).await;
        is_parked(&scene, "or KeePassXC, then try again.");
        assert_eq!(listed(&scene), Vec::<Value>::new());

        keyring.behave();
        keyring.come_back();
        connecting.type_line("");
        assert!(connecting.end().success());
        assert_eq!(scene.exchanges().await, 1);
        assert_eq!(scene.sandbox.count(REVOCATIONS).await, 0);
        assert_eq!(keyring.entries().len(), 2, "no copy");
        works(&scene, &["check", ACME]);
        works(&scene, &["revoke", ACME]);
        all_works(&mut scene, &keyring).await;
    }
}

#[tokio::test]
async fn a_keyring_that_vanishes_under_a_refresh_gets_the_new_pair_once_it_is_back() {
    let (mut scene, mut keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.script(|call, _| {
        if call.writes_tokens() {
            Act::Leave
        } else {
            Act::Serve
        }
    });
    let mut command = scene.world.command(KEYRACK);
    let mut refreshing = Program::start(&scene.world, command.args(["refresh", ACME]));
    until("the keyring to be gone", || keyring.is_gone().then_some(()));
    keyring.behave();
    keyring.come_back();
    assert_eq!(refreshing.wait(), Some(0));
    assert_eq!(
        scene.exchanges().await,
        2,
        "the refresh token was sent once"
    );
    assert!(keyring.entries() != kept);
    assert_eq!(keyring.entries().len(), 2, "no copy");
    works(&scene, &["check", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_keyring_restarted_during_consent_is_used_by_the_same_process() {
    let (mut scene, mut keyring) = with_client();
    let connecting = called_back(&scene, || keyring.come_back()).await;
    assert!(connecting.end().success());
    assert_eq!(keyring.entries().len(), 2);
    assert_eq!(scene.exchanges().await, 1);
    works(&scene, &["revoke", ACME]);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn tokens_that_a_full_keyring_refuses_are_revoked_and_it_is_told() {
    let (mut scene, keyring) = with_client();
    let script = || {
        keyring.script(|call, _| {
            if call.writes_tokens() {
                Act::Refuse(FULL)
            } else {
                Act::Serve
            }
        });
    };
    let connecting = called_back(&scene, script).await;
    assert_eq!(connecting.end().code(), Some(1));
    let said = std::fs::read_to_string(scene.world.log()).unwrap();
    assert!(said.contains("The keyring failed"), "{said}");
    assert!(said.contains(FULL), "{said}");
    nothing_is_left(&scene, &keyring).await;
    keyring.behave();
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn tokens_that_a_keyring_takes_and_does_not_keep_are_revoked_and_it_is_told() {
    for drops in [false, true] {
        let (mut scene, keyring) = with_client();
        let script = || {
            keyring.script(move |call, _| {
                if !call.writes_tokens() {
                    Act::Serve
                } else if drops {
                    Act::Pretend
                } else {
                    call.secret = Some("something else".to_owned());
                    Act::Serve
                }
            });
        };
        let connecting = called_back(&scene, script).await;
        assert_eq!(connecting.end().code(), Some(1));
        let said = std::fs::read_to_string(scene.world.log()).unwrap();
        assert!(said.contains("did not keep what was written"), "{said}");
        nothing_is_left(&scene, &keyring).await;
        keyring.behave();
        all_works(&mut scene, &keyring).await;
    }
}

/// Asserts that tokens were granted and ended again, and that nothing here knows of them.
async fn nothing_is_left(scene: &Scene, keyring: &SecretService) {
    assert_eq!(scene.exchanges().await, 1);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2, "both tokens");
    assert_eq!(listed(scene), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
}

#[tokio::test]
async fn a_full_keyring_keeps_the_old_tokens_of_a_refresh_and_the_new_ones_are_revoked() {
    let (mut scene, keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.script(|call, _| {
        if call.writes_tokens() {
            Act::Refuse(FULL)
        } else {
            Act::Serve
        }
    });
    fails(
        &scene,
        &["refresh", ACME],
        "The new tokens were not saved and were ended again.",
    );
    assert!(keyring.entries() == kept);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2, "both new tokens");
    keyring.behave();
    let c=scene.keyrack(&["check", ACME], "");
    println!("XX {} {:?}", connection(&scene), c);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_foreign_payload_is_not_used_and_connecting_again_replaces_it() {
    let (mut scene, keyring, id) = connected().await;
    keyring.change(|kept| {
        for entry in kept.of(&id) {
            entry.secret = Some("a stranger's".to_owned());
        }
    });
    let kept = keyring.entries();
    let asked = scene.sandbox.requests().await.len();
    for act in ["check", "refresh", "revoke"] {
        fails(&scene, &[act, ACME], "changed by another program");
    }
    cannot_check(&scene, "keyring-foreign");
    assert_eq!(scene.sandbox.requests().await.len(), asked);
    assert!(keyring.entries() == kept);
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_strangers_copy_is_passed_over_and_goes_with_the_tokens() {
    let (mut scene, keyring, id) = connected().await;
    keyring.change(|kept| kept.put(&id, "a stranger's"));
    for act in ["check", "refresh", "check"] {
        works(&scene, &[act, ACME]);
        assert_eq!(connection(&scene)["status"], "active");
    }
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 2);
    works(&scene, &["revoke", ACME]);
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(keyring.entries().len(), 1, "the client");
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn copies_with_other_tokens_are_not_guessed_between_until_connecting_again_settles_it() {
    let (mut scene, keyring, id) = connected().await;
    let older = keyring.change(|kept| kept.of(&id).next().unwrap().secret.clone().unwrap());
    keyring.change(|kept| kept.put(&id, &older));
    works(&scene, &["check", ACME]);
    keyring.change(|kept| kept.entries.retain(|_, entry| entry.label != STRANGER));
    works(&scene, &["refresh", ACME]);
    keyring.change(|kept| kept.put(&id, &older));
    let kept = keyring.entries();
    fails(&scene, &["check", ACME], "changed by another program");
    cannot_check(&scene, "keyring-foreign");
    assert!(keyring.entries() == kept);

    assert!(cli::connect(&mut scene).await.success());
    works(&scene, &["check", ACME]);
    works(&scene, &["revoke", ACME]);
    assert_eq!(keyring.entries().len(), 1, "the client");
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn an_entry_deleted_under_a_read_is_told_as_lost_and_its_row_stays() {
    let (mut scene, keyring, id) = connected().await;
    let deleted = id.clone();
    keyring.script(move |call, kept| {
        if call.method == "GetSecret" && call.user == deleted {
            kept.entries.retain(|_, entry| entry.user() != deleted);
        }
        Act::Serve
    });
    fails(
        &scene,
        &["check", ACME],
        "The keyring no longer has this entry",
    );
    cannot_check(&scene, "keyring-lost");
    assert_eq!(connection(&scene)["id"], id.as_str());
    assert_eq!(scene.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.behave();
    all_works(&mut scene, &keyring).await;
}

#[tokio::test]
async fn a_revocation_whose_tokens_the_keyring_does_not_delete_is_not_called_finished() {
    let (mut scene, keyring, id) = connected().await;
    keyring.script(move |call, _| {
        if call.method == "Delete" && call.user == id {
            Act::Pretend
        } else {
            Act::Serve
        }
    });
    fails(
        &scene,
        &["revoke", ACME],
        "Revoking Acme Research is not finished: The keyring failed: it did not delete the entry.",
    );
    assert_eq!(connection(&scene)["status"], "revocation-pending");
    assert_eq!(scene.sandbox.count(REVOCATIONS).await, 2);
    assert_eq!(keyring.entries().len(), 2);

    // The next start finishes what is settled at Notion.
    keyring.behave();
    assert_eq!(listed(&scene), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1);
    assert_eq!(
        scene.sandbox.count(REVOCATIONS).await,
        2,
        "nothing is sent twice"
    );
    all_works(&mut scene, &keyring).await;
}
