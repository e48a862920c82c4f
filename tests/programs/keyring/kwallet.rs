//! A real `KWallet` as the keyring. Where it is not installed, each test says so and is skipped.

use support::keyring::dialog;
use support::keyring::kwallet::{KWallet, OPEN};
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::words::words;
use support::world::{Service, World};

use super::{cannot_check, connection, life, works};

fn opened() -> Option<(TestEnv, KWallet)> {
    let world = World::with(Service::Missing);
    let keyring = KWallet::start(&world)?;
    Some((TestEnv::with(world, &["--auto-approve"]), keyring))
}

#[tokio::test]
async fn kwallet_bears_a_whole_life() {
    let Some((env, _keyring)) = opened() else {
        return;
    };
    life::whole(&env).await;
}

#[tokio::test]
async fn a_closed_kwallet_keeps_no_list_waiting_and_loses_nothing() {
    let Some((env, keyring)) = opened() else {
        return;
    };
    env.connect_by_command().await;
    let kept = secrets::entries(&env.world);
    assert_eq!(kept.len(), 2);
    keyring.close(&env.world);
    life::check_waits_in_vain(&env, OPEN);
    life::check_waits_in_vain(&env, OPEN);

    keyring.unlock(&env.world);
    works(&env, &["check", ACME]);
    assert_eq!(connection(&env)["status"], "active");
    assert!(secrets::entries(&env.world) == kept);
}

#[tokio::test]
async fn a_dismissed_dialog_of_kwallet_is_told_as_a_locked_keyring() {
    let Some((env, keyring)) = opened() else {
        return;
    };
    env.connect_by_command().await;
    keyring.close(&env.world);
    let dismiss = || dialog::confirm(&env.world, OPEN, "Escape");
    let (code, said) = life::meanwhile(&env, &["check", ACME], dismiss);
    assert_eq!(code, Some(4), "{said}");
    assert!(
        said.contains(&words("problem.keyring-locked.what")),
        "{said}"
    );
    cannot_check(&env, "keyring-locked");

    let unlock = || keyring.answer(&env.world);
    let (code, said) = life::meanwhile(&env, &["check", ACME], unlock);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(connection(&env)["status"], "active");
}

/// Of first connections to it, one in a hundred fails by chance.
#[tokio::test]
async fn every_first_connection_to_kwallet_works() {
    let Some((env, _keyring)) = opened() else {
        return;
    };
    env.connect_by_command().await;
    for _ in 0..20 {
        works(&env, &["check", ACME]);
        assert_eq!(connection(&env)["status"], "active");
    }
}
