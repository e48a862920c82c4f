//! A real `KeePassXC` as the keyring. Where it is not installed, each test says so and is skipped.

use std::fs;
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use support::keyring::dialog;
use support::keyring::keepassxc::{ACCESS, KeePassXc, SECRET, UNLOCK};
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::world::{Service, World};
use tokio::runtime;

use super::{connection, life, works};

/// How often a test is begun at most.
const TRIES: u32 = 4;

/// Runs a test with a `KeePassXC`, and anew if that came to its end by itself meanwhile: a change during a save
/// crashes it at times, in the thread that saves (2.7.4).
fn with_keepassxc<T: Future<Output = ()>>(test: impl Fn(TestEnv, KeePassXc) -> T) {
    let folder = tempfile::tempdir().unwrap();
    for tries in 1..=TRIES {
        let ended = folder.path().join(tries.to_string());
        let begun = async {
            let world = World::with(Service::Missing);
            if let Some(keyring) = KeePassXc::start(&world, &ended) {
                test(TestEnv::with(world, &["--auto-approve"]), keyring).await;
            }
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.unwrap();
        let Err(failed) = catch_unwind(AssertUnwindSafe(|| runtime.block_on(begun))) else {
            return;
        };
        match fs::read_to_string(&ended) {
            Ok(how) if tries < TRIES => {
                let again = format!("AGAIN: KeePassXC has ended by itself, {how}");
                io::stderr().write_all(again.as_bytes()).unwrap();
            }
            _ => resume_unwind(failed),
        }
    }
}

/// Allows a program the entries that it asks for.
fn allow(env: &TestEnv) {
    dialog::confirm(&env.world, ACCESS, "Return");
}

#[test]
fn keepassxc_bears_a_whole_life_and_keeps_what_was_deleted_in_its_recycle_bin() {
    with_keepassxc(|env, keyring| async move {
        let lived = life::whole(&env).await;
        keyring.is_saved(&env.world);
        let export = keyring.export(&env.world);
        for id in lived {
            assert!(!export.used.contains(&id), "{id} is not deleted");
            assert!(export.deleted.contains(&id), "{id} is in no bin");
        }
        assert!(export.deleted.contains(SECRET), "with it");
    });
}

#[test]
fn a_locked_keepassxc_keeps_no_list_waiting_and_loses_nothing() {
    with_keepassxc(|env, keyring| async move {
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
    });
}

#[test]
fn keepassxc_asks_a_person_for_each_entry_and_gives_what_is_allowed() {
    with_keepassxc(|env, keyring| async move {
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
    });
}
