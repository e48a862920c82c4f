//! A real `KeePassXC` as the keyring. Where it is not installed, each test says so and is skipped.

use support::keyring::dialog;
use support::keyring::keepassxc::{ACCESS, KeePassXc, SECRET, UNLOCK};
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::world::{Service, World};

use super::{connection, life, works};

fn opened() -> Option<(TestEnv, KeePassXc)> {
    let world = World::with(Service::Missing);
    let keyring = KeePassXc::start(&world)?;
    Some((TestEnv::with(world, &["--auto-approve"]), keyring))
}

/// Allows a program the entries that it asks for.
fn allow(env: &TestEnv) {
    dialog::confirm(&env.world, ACCESS, "Return");
}

#[tokio::test]
async fn keepassxc_bears_a_whole_life_and_keeps_what_was_deleted_in_its_recycle_bin() {
    let Some((env, keyring)) = opened() else {
        return;
    };
    let lived = life::whole(&env).await;
    keyring.is_saved(&env.world);
    let export = keyring.export(&env.world);
    for id in lived {
        assert!(!export.used.contains(&id), "{id} is not deleted");
        assert!(export.deleted.contains(&id), "{id} is in no bin");
    }
    assert!(export.deleted.contains(SECRET), "with it");
}

#[tokio::test]
async fn a_locked_keepassxc_keeps_no_list_waiting_and_loses_nothing() {
    let Some((env, keyring)) = opened() else {
        return;
    };
    env.connect_by_command().await;
    let kept = secrets::entries(&env.world);
    assert_eq!(kept.len(), 2);
    keyring.lock(&env.world);
    life::check_waits_in_vain(&env, UNLOCK);
    life::check_waits_in_vain(&env, UNLOCK);

    keyring.unlock(&env.world);
    works(&env, &["check", ACME]);
    assert_eq!(connection(&env)["status"], "active");
    assert!(secrets::entries(&env.world) == kept);
}

#[tokio::test]
async fn keepassxc_asks_a_person_for_each_entry_and_gives_what_is_allowed() {
    let Some((env, keyring)) = opened() else {
        return;
    };
    env.connect_by_command().await;
    let id = connection(&env)["id"].clone();
    let _keyring = keyring.restart(&env.world, true);
    life::check_waits_in_vain(&env, ACCESS);

    let (code, said) = life::meanwhile(&env, &["check", ACME], || allow(&env));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(connection(&env)["status"], "active");

    env.lose_database();
    let (code, said) = life::meanwhile(&env, &["rebuild"], || allow(&env));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(connection(&env)["id"], id);
    let (code, said) = life::meanwhile(&env, &["check", "--all"], || allow(&env));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(connection(&env)["status"], "active");
}
