//! A keyring that replies late, or never.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use support::links;
use support::programs;
use support::secret_service::{Act, Prompt, SecretService};
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};
use support::words::words;

use super::{
    INTROSPECTIONS, REVOCATIONS, all_works, called_back, cannot_check, connected, connection,
    listed, nothing_is_left, works,
};

/// Makes the keyring lock, with a silent prompt, after the reads before an exchange.
fn lock_under_the_exchange(keyring: &SecretService) {
    let client = keyring.entries()[0].user().to_owned();
    let mut exchanging = false;
    keyring.script(move |call, kept| {
        kept.locked = exchanging.then_some(Prompt::Silent);
        exchanging |= call.method == "GetSecret" && call.user == client;
        Act::Serve
    });
}

fn is_asked_to_unlock(keyring: &SecretService) {
    until("the prompt", || (keyring.prompts() > 0).then_some(()));
}

/// Closes the window and waits for the end of its process.
fn close(env: &TestEnv) {
    let id = env.window_process();
    let process = Path::new("/proc").join(&id);
    assert!(!id.is_empty() && process.exists());
    until("the end of the window", || {
        // Now and then a key does not reach the window manager.
        if env.window_process() == id {
            env.close_window();
        }
        (!process.exists()).then_some(())
    });
}

#[tokio::test]
async fn a_keyring_that_never_answers_is_told_and_does_not_keep_anything_else() {
    let (mut env, keyring, _) = connected().await;
    keyring.script(|_, _| Act::Hold);
    let mut command = env.world.command(programs::keyrack());
    command.args(["check", ACME]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let checking = command.spawn().unwrap();
    until("a call", || (keyring.held() > 0).then_some(()));
    works(&env, &["list"]);
    let checked = checking.wait_with_output().unwrap();
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(4), "{said}");
    assert!(said.contains("Your keyring has not answered"), "{said}");
    cannot_check(&env, "keyring-waiting");
    assert_eq!(env.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.release();
    works(&env, &["check", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn the_window_answers_and_ends_while_a_prompt_is_silent() {
    let (mut env, keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.lock(Prompt::Silent);
    let window = env.window().await;
    let row = window.row(ACME);
    row.at("check").click().await;
    is_asked_to_unlock(&keyring);
    window.at("search").fill("Launchpad").await;
    row.disappears().await;
    window.at("search").fill(ACME).await;
    row.appears().await;
    works(&env, &["list"]);
    row.has("data-status", "cannot-check").await;
    row.says(&words("problem.keyring-waiting.short")).await;

    let told = keyring.prompts();
    row.at("check").click().await;
    until("another prompt", || {
        (keyring.prompts() > told).then_some(())
    });
    close(&env);
    window.close().await;
    assert_eq!(env.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.unlock();
    assert!(keyring.entries() == kept);
    works(&env, &["check", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn the_window_ends_though_the_write_of_new_tokens_hangs_and_nothing_comes_of_it_later() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let window = env.window().await;
    let link = env.begin(&window).await;
    let callback = env.callback(&link).await;
    lock_under_the_exchange(&keyring);
    links::open(&env.world, &callback);
    let waiting = window.at("waiting");
    waiting.says(&words("waiting.saving.title")).await;
    is_asked_to_unlock(&keyring);
    close(&env);
    window.close().await;

    keyring.behave();
    keyring.unlock();
    assert_eq!(listed(&env), Vec::<Value>::new());
    assert_eq!(keyring.entries().len(), 1, "the client");
    assert_eq!(env.exchanges().await, 1);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn new_tokens_wait_for_a_slow_prompt_and_are_kept_once_it_is_answered() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let connecting = called_back(&env, || lock_under_the_exchange(&keyring)).await;
    is_asked_to_unlock(&keyring);
    assert_eq!(env.exchanges().await, 1);
    assert_eq!(listed(&env), Vec::<Value>::new());

    keyring.behave();
    keyring.unlock();
    assert!(connecting.end().success());
    assert_eq!(connection(&env)["status"], "active");
    assert_eq!(keyring.entries().len(), 2);
    assert_eq!(env.exchanges().await, 1);
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
    works(&env, &["revoke", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn new_tokens_given_up_at_a_silent_prompt_are_revoked_and_its_late_answer_leaves_nothing() {
    let (mut env, keyring) = TestEnv::with_scripted_keyring();
    let connecting = called_back(&env, || lock_under_the_exchange(&keyring)).await;
    is_asked_to_unlock(&keyring);
    connecting.interrupt();
    until_async("both revocations", async || {
        (env.sandbox.count(REVOCATIONS).await == 2).then_some(())
    })
    .await;

    keyring.behave();
    keyring.unlock();
    assert_eq!(connecting.end().code(), Some(1));
    nothing_is_left(&env, &keyring).await;
    all_works(&mut env, &keyring).await;
}
