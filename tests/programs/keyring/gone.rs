//! A keyring that leaves the bus, and comes back.

use std::fs::File;

use serde_json::Value;
use support::process::Program;
use support::programs;
use support::secret_service::Act;
use support::test_env::ACME;
use support::test_env::TestEnv;
use support::wait::until;
use support::words::words;

use super::{
    INTROSPECTIONS, REVOCATIONS, all_works, called_back, cannot_check, connected, fails, is_parked,
    listed, works,
};

#[tokio::test]
async fn a_keyring_that_is_gone_is_told_and_found_once_it_is_back() {
    let (mut env, mut keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.leave();
    fails(
        &env,
        &["check", ACME],
        &words("problem.keyring-missing.what"),
    );
    cannot_check(&env, "keyring-missing");
    assert_eq!(env.sandbox.count(INTROSPECTIONS).await, 0);

    keyring.come_back();
    assert!(keyring.entries() == kept);
    works(&env, &["check", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_keyring_that_vanishes_in_the_middle_of_a_write_gets_the_tokens_once_it_is_back() {
    for done in [false, true] {
        let (mut env, mut keyring) = TestEnv::with_scripted_keyring();
        let script = || {
            keyring.script(move |call, _| match (call.writes_tokens(), done) {
                (false, _) => Act::Serve,
                (true, false) => Act::Leave,
                (true, true) => Act::ServeAndLeave,
            });
        };
        let mut connecting = called_back(&env, script).await;
        is_parked(&env, &words("problem.keyring-missing.what"));
        assert_eq!(listed(&env), Vec::<Value>::new());

        keyring.behave();
        keyring.come_back();
        connecting.type_line("");
        assert!(connecting.end().success());
        assert_eq!(env.exchanges().await, 1);
        assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
        assert_eq!(keyring.entries().len(), 2, "no copy");
        works(&env, &["check", ACME]);
        works(&env, &["revoke", ACME]);
        all_works(&mut env, &keyring).await;
    }
}

#[tokio::test]
async fn a_keyring_that_vanishes_under_a_refresh_gets_the_new_pair_once_it_is_back() {
    let (mut env, mut keyring, _) = connected().await;
    let kept = keyring.entries();
    keyring.script(|call, _| {
        if call.writes_tokens() {
            Act::Leave
        } else {
            Act::Serve
        }
    });
    let mut command = env.world.command(programs::keyrack());
    let mut refreshing = Program::start(&env.world, command.args(["refresh", ACME]));
    until("the keyring to be gone", || keyring.is_gone().then_some(()));
    keyring.behave();
    keyring.come_back();
    assert_eq!(refreshing.wait(), Some(0));
    assert_eq!(env.exchanges().await, 2, "the refresh token was sent once");
    assert!(keyring.entries() != kept);
    assert_eq!(keyring.entries().len(), 2, "no copy");
    works(&env, &["check", ACME]);
    all_works(&mut env, &keyring).await;
}

#[tokio::test]
async fn a_keyring_restarted_during_consent_is_used_by_the_same_process() {
    let (mut env, mut keyring) = TestEnv::with_scripted_keyring();
    let connecting = called_back(&env, || keyring.come_back()).await;
    assert!(connecting.end().success());
    assert_eq!(keyring.entries().len(), 2);
    assert_eq!(env.exchanges().await, 1);
    works(&env, &["revoke", ACME]);
    all_works(&mut env, &keyring).await;
}

#[test]
fn without_a_session_bus_it_is_the_bus_that_is_missed() {
    let env = TestEnv::with_client();
    let (nothing, secret) = (env.world.path("nothing"), env.world.path("secret"));
    std::fs::write(&secret, "secret_new").unwrap();
    for address in ["", "disabled:", "autolaunch:", "unix:path=/nowhere"] {
        let mut check = env.world.command(&env.program);
        check.args(["client", "secret", "Mine"]);
        check.env("XDG_RUNTIME_DIR", &nothing);
        check.env("DBUS_SESSION_BUS_ADDRESS", address);
        if address.is_empty() {
            check.env_remove("DBUS_SESSION_BUS_ADDRESS");
        }
        check.stdin(File::open(&secret).unwrap());
        let refused = check.output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(4), "{said}");
        assert!(
            said.contains(&words("problem.no-session-bus.what")),
            "{said}"
        );
        let mut list = env.world.command(&env.program);
        list.arg("list").env("DBUS_SESSION_BUS_ADDRESS", address);
        assert!(list.output().unwrap().status.success());
    }
}
