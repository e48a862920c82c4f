//! A database that cannot be read or written: reported clearly, and nothing is lost.

use std::fs;
use std::process::Output;

use support::programs;
use support::test_env::{ACME, TestEnv};
use support::words::words;

/// Runs `keyrack` with failing system calls, by strace's fault injection.
fn failing(env: &TestEnv, inject: &str, arguments: &[&str]) -> Output {
    let mut command = env.world.command("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", inject]);
    command.arg(programs::keyrack()).args(arguments);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts that the output says what is safe and what to do.
fn assert_reported(output: &Output) {
    let said = said(output);
    for part in ["safe", "next"] {
        let words = words(&format!("problem.store-failed.{part}"));
        assert!(said.contains(&words), "{said}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_begun_or_lost() {
    let env = TestEnv::connected_by_command().await;
    let before = env.sandbox.requests().await.len();
    let full = failing(&env, "inject=pwrite64:error=ENOSPC", &["check", ACME]);
    assert_eq!(full.status.code(), Some(1));
    assert_reported(&full);
    assert_eq!(env.sandbox.requests().await.len(), before);
    assert!(env.keyrack(&["check", ACME], "").status.success());
}

#[tokio::test]
async fn a_read_that_fails_once_is_no_damage_and_hides_nothing() {
    let env = TestEnv::connected_by_command().await;
    assert!(env.keyrack(&["revoke", ACME], "").status.success());
    for nth in 1..=30 {
        let inject = format!("inject=pread64:error=EIO:when={nth}");
        let mut command = env.world.command("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject]);
        for part in ["", "-wal"] {
            let file = env.data_folder().join(format!("keyrack.db{part}"));
            command.arg("-P").arg(file);
        }
        command.arg(programs::keyrack()).arg("list");
        let ended = command.output().unwrap();
        assert!(
            matches!(ended.status.code(), Some(0 | 1)),
            "{nth}: {ended:?}"
        );
        if !ended.status.success() {
            assert_reported(&ended);
        }
    }
    let receipts = env.keyrack(&["receipts"], "");
    assert!(!receipts.stdout.is_empty(), "the receipt is there");
    let kept = std::fs::read_dir(env.data_folder()).unwrap();
    let kept: Vec<_> = kept.flatten().map(|file| file.file_name()).collect();
    let is_set_aside = |name: &std::ffi::OsString| name.to_string_lossy().contains("damaged");
    assert!(!kept.iter().any(is_set_aside), "{kept:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_nothing_is_begun_or_lost() {
    let env = TestEnv::connected_by_command().await;
    let inject = "inject=openat:error=EROFS";
    let mut command = env.world.command("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", inject, "-P"]);
    command
        .arg(env.data_folder().join("keyrack.db"))
        .arg(programs::keyrack())
        .args(["check", ACME]);
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_reported(&refused);
    assert!(env.keyrack(&["check", ACME], "").status.success());
}

#[tokio::test]
async fn a_file_system_that_cannot_do_it_is_named_with_the_folder_and_a_way_out() {
    let mut env = TestEnv::connected_by_command().await;
    for (file, fault) in [
        ("", "flock:error=ENOLCK"),
        ("", "flock:error=EOPNOTSUPP"),
        ("keyrack.db", "fcntl:error=ENOLCK"),
        ("keyrack.db", "fcntl:error=EAGAIN"),
        ("keyrack.db-shm", "fcntl:error=ENOLCK"),
        ("keyrack.db-shm", "fcntl:error=EAGAIN"),
        ("keyrack.db-shm", "mmap:error=ENODEV"),
        ("", "chmod,fchmod,fchmodat:error=EPERM"),
    ] {
        // A folder whose mode has yet to be set, on a disk of no other programs.
        let folder = env.world.path(&format!("{fault} {file}"));
        fs::create_dir(&folder).unwrap();
        env.world
            .set("KEYRACK_DATA_DIR", folder.display().to_string());
        let inject = format!("inject={fault}");
        let mut command = env.world.command("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject]);
        if !file.is_empty() {
            command.arg("-P").arg(folder.join(file));
        }
        command.arg(programs::keyrack()).arg("list");
        let refused = command.output().unwrap();
        let told = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{fault}: {told}");
        for part in [&*folder.display().to_string(), "KEYRACK_DATA_DIR"] {
            assert!(told.contains(part), "{fault}: {told}");
        }
        assert!(
            told.contains(&words("problem.folder-unfit.safe")),
            "{fault}: {told}"
        );
        let again = env.keyrack(&["list"], "");
        assert!(again.status.success(), "{fault}: {}", said(&again));
    }
}

#[tokio::test]
async fn a_pipe_or_a_lock_that_is_never_let_go_of_ends_in_words() {
    let env = TestEnv::connected_by_command().await;
    let folder = env.data_folder();
    let list = || {
        let mut command = env.world.command("timeout");
        command.arg("50").arg(programs::keyrack()).arg("list");
        command.output().unwrap()
    };
    for name in [
        "store.lock",
        "store.json",
        "store.json.new",
        "keyrack.db-journal",
    ] {
        let (path, aside) = (folder.join(name), env.world.path("aside"));
        let was_there = fs::rename(&path, &aside).is_ok();
        let made = env.world.command("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let refused = list();
        let is_replaced = name == "store.json.new";
        let code = i32::from(!is_replaced);
        assert_eq!(
            refused.status.code(),
            Some(code),
            "{name}: {}",
            said(&refused)
        );
        if !is_replaced {
            let told = words("problem.data-folder.next");
            assert!(said(&refused).contains(&told), "{name}: {}", said(&refused));
            fs::remove_file(&path).unwrap();
        }
        if was_there {
            fs::rename(&aside, &path).unwrap();
        }
    }
    let held = fs::File::options()
        .write(true)
        .open(folder.join("store.lock"))
        .unwrap();
    held.lock().unwrap();
    let busy = list();
    assert_eq!(busy.status.code(), Some(5));
    assert!(
        said(&busy).contains(&words("problem.store-busy.what")),
        "{}",
        said(&busy)
    );
    drop(held);
    assert!(list().status.success());
}

#[tokio::test]
async fn a_database_that_another_program_writes_to_is_told_as_busy() {
    let env = TestEnv::connected_by_command().await;
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = env.sandbox.requests().await.len();
    let busy = env.keyrack(&["revoke", ACME], "");
    assert_eq!(busy.status.code(), Some(5));
    assert!(
        said(&busy).contains(&words("problem.store-busy.what")),
        "{}",
        said(&busy)
    );
    assert_eq!(env.sandbox.requests().await.len(), before);
    database.execute_batch("ROLLBACK").unwrap();
    assert!(env.keyrack(&["revoke", ACME], "").status.success());
}

#[tokio::test]
async fn a_database_from_a_newer_version_is_told_and_left_alone() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("try-sandbox").appears().await;
    window.close().await;
    let database = env.database();
    database.pragma_update(None, "user_version", 99).unwrap();
    let window = env.window().await;
    let page = window.part("//main".to_owned());
    page.says(&words("problem.store-newer.what")).await;
    window.close().await;
    let version: i64 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}
