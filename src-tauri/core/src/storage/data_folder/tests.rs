//! The data folder, in temporary folders.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("metadata").permissions().mode() & 0o777
}

#[test]
fn the_folder_and_its_files_are_private_even_if_they_were_not() {
    let parent = tempfile::tempdir().expect("a folder");
    let path = parent.path().join("data");
    fs::create_dir(&path).expect("made");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("loose");
    let [store, start] = [(); 2].map(|()| uuid::Uuid::new_v4());
    let marker = format!(r#"{{"store":"{store}","start":"{start}"}}"#);
    fs::write(path.join("store.json"), &marker).expect("written");
    let loose = fs::Permissions::from_mode(0o644);
    fs::set_permissions(path.join("store.json"), loose).expect("loose");
    let folder = DataFolder::open(&path).expect("a data folder");
    let file = folder.file("store.json").expect("a file");
    assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
    assert_eq!(fs::read_to_string(file).expect("read"), marker);
}

#[test]
fn a_persons_file_with_one_of_our_names_is_refused_and_left_as_it_was() {
    let parent = tempfile::tempdir().expect("a folder");
    let theirs = parent.path().join("theirs.db");
    let db = rusqlite::Connection::open(&theirs).expect("a database");
    db.execute_batch("CREATE TABLE racks (id)")
        .expect("a table");
    drop(db);
    let database = fs::read(&theirs).expect("read");
    let alike = rusqlite::Connection::open(&theirs).expect("a database");
    alike
        .execute_batch("CREATE TABLE clients (id); CREATE TABLE connections (id); CREATE TABLE operations (id)")
        .expect("tables");
    drop(alike);
    let alike = fs::read(theirs).expect("read");
    for (name, content) in [
        ("store.json", &br#"{"shop":"mine","orders":[1,2,3]}"#[..]),
        ("store.json", br#"{"store":"mine","start":"the first"}"#),
        ("store.json.new", b"[]"),
        ("keyrack-labels.json", b"[]"),
        ("keyrack-labels.json.new", b"[]"),
        ("keyrack.db", &alike),
        ("keyrack.db-wal", b"precious"),
        ("keyrack.db-shm", b"precious"),
        ("keyrack.db-journal", b"precious"),
        ("store.lock", b"kept"),
        ("sandbox.db", b"kept"),
        ("keyrack.db", b"kept"),
        ("keyrack.db", &database),
    ] {
        let path = parent.path().join(format!("{name} {}", content.len()));
        fs::create_dir(&path).expect("made");
        fs::write(path.join(name), content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("loose");
        let refused = DataFolder::open(&path).expect_err("not ours");
        assert_eq!(refused.cause.code(), "folder-not-ours", "{name}");
        assert_eq!(mode(&path), 0o755, "{name}");
        assert_eq!(fs::read_dir(&path).expect("read").count(), 1, "{name}");
        assert!(
            fs::read(path.join(name)).expect("read") == content,
            "{name}"
        );
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    let pipe = folder.path().join("store.lock");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let refused = folder.try_lock("store.lock").expect_err("a pipe");
    assert_eq!(refused.cause.code(), "data-folder");
    folder.refuse_irregular("store.lock").expect_err("a pipe");
    folder
        .refuse_irregular("keyrack.db-wal")
        .expect("nothing there");
}

#[test]
fn a_folder_with_files_of_somebody_else_is_refused_and_left_as_it_was() {
    let parent = tempfile::tempdir().expect("a folder");
    for file in ["thesis.txt", "webview/thesis.txt", "processes/1", "locks/1"] {
        let path = parent.path().join(file.replace('/', "-"));
        let file = path.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(&file, "kept").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("loose");
        let refused = DataFolder::open(&path).expect_err("not ours");
        assert_eq!(refused.cause.code(), "folder-not-ours");
        assert_eq!(mode(&path), 0o755);
        assert_eq!(fs::read_dir(&path).expect("read").count(), 1);
        assert_eq!(fs::read_to_string(file).expect("read"), "kept");
    }
    let begun = parent.path().join("begun");
    fs::create_dir(&begun).expect("made");
    fs::write(begun.join("store.lock"), "").expect("written");
    DataFolder::open(&begun).expect("another first start is under way");
}

#[test]
fn what_is_another_user_s_is_named_with_its_owner() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    let own = folder.file("store.json").expect("a file");
    // Root can give a file away; everybody else has files of root's before them.
    let given_away = std::os::unix::fs::chown(&own, Some(1), None).is_ok();
    let others = if given_away {
        own
    } else {
        PathBuf::from("/etc/passwd")
    };
    let refused = io::Error::from(io::ErrorKind::PermissionDenied);
    let problem = folder.failed_at(&others, &refused);
    let named = others.display().to_string();
    assert!(
        matches!(&problem.cause, Cause::OthersFile { path, owner } if *path == named && !owner.is_empty()),
        "{problem:?}"
    );
    let full = io::Error::from(io::ErrorKind::StorageFull);
    let problem = folder.failed_at(&others, &full);
    assert_eq!(problem.cause.code(), "data-folder");
}

#[test]
fn only_what_is_ours_is_removed() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    let mark = uuid::Uuid::new_v4().to_string();
    let own = [
        "keyrack.db",
        "keyrack.db-wal",
        "keyrack.db.damaged-1f2e3d4c",
        "keyrack.db.damaged-1f2e3d4c-shm",
        "sandbox.db",
        "store.json",
        "keyrack-labels.json",
        "keyrack-labels.json.new",
        "refresh.lock",
        &format!("processes/{mark}"),
        &format!("locks/{}", "a".repeat(43)),
        "webview/WebKitCache/Version 17/blob",
        "webview/hsts-storage.sqlite",
    ];
    let others = [
        "keyrack.db.my-backup",
        "keyrack.db.damaged-",
        "keyrack.dbx",
        "notes",
        "store.json.old",
        "keyrack.db-journal/notes",
        "locks/notes",
        "processes/notes",
        "webview/thesis.txt",
        "webview-project/notes",
    ];
    for name in own.iter().chain(&others) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "").expect("written");
    }
    let full = format!("processes/{}", uuid::Uuid::new_v4());
    fs::write(folder.path().join(&full), "somebody's").expect("written");
    folder.remove_what_is_ours();
    for name in own {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
    for name in others.into_iter().chain([full.as_str()]) {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn nothing_stays_where_nobody_else_has_anything() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    folder.file("store.json").expect("a file");
    for name in ["processes", "locks", "webview"] {
        folder.subfolder(name).expect("a folder");
    }
    folder.remove_what_is_ours();
    assert!(!folder.path().exists());
}

#[test]
fn a_linked_parent_is_fine_and_a_linked_file_is_not() {
    let parent = tempfile::tempdir().expect("a folder");
    let (real, linked) = (parent.path().join("real"), parent.path().join("linked"));
    fs::create_dir(&real).expect("made");
    std::os::unix::fs::symlink(&real, &linked).expect("a link");
    let folder = DataFolder::open(&linked).expect("through the link");
    std::os::unix::fs::symlink("/dev/null", folder.path().join("file")).expect("a link");
    assert_eq!(
        folder.file("file").expect_err("a link").cause.code(),
        "data-folder"
    );
}

#[test]
fn a_folder_is_told_from_another_one_in_its_place() {
    let parent = tempfile::tempdir().expect("a folder");
    let path = parent.path().join("data");
    let folder = DataFolder::open(&path).expect("a data folder");
    let before = folder.identity().expect("it is there");
    folder.file("store.json").expect("a file");
    assert_eq!(folder.identity(), Some(before), "whatever is in it");
    fs::rename(&path, parent.path().join("moved")).expect("moved");
    assert_eq!(folder.identity(), None);
    fs::create_dir(&path).expect("another");
    assert_ne!(folder.identity().expect("it is there"), before);
}

#[test]
fn a_lock_is_waited_for_while_another_has_it() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    let held = folder.lock("store.lock").expect("free");
    let taken = folder.try_lock("store.lock").expect("tried");
    assert!(taken.is_none(), "by whoever has opened it");
    let waiting = thread::spawn({
        let folder = folder.clone();
        move || folder.lock("store.lock").map(drop)
    });
    thread::sleep(5 * LOOK_EVERY);
    drop(held);
    waiting.join().expect("no panic").expect("free again");
}

#[test]
fn nothing_is_removed_behind_a_link_with_one_of_our_names() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(&parent.path().join("data")).expect("a data folder");
    let mark = uuid::Uuid::new_v4().to_string();
    let lock = "a".repeat(43);
    for (name, file) in [
        (MARKS, &*mark),
        (LOCKS, &*lock),
        (WEB_VIEW, "hsts-storage.sqlite"),
    ] {
        let theirs = parent.path().join(file);
        fs::create_dir(&theirs).expect("made");
        fs::write(theirs.join(file), "").expect("written");
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(&theirs, &link).expect("a link");
        folder.remove_what_is_ours();
        assert!(theirs.join(file).exists(), "{name}");
    }
}

#[test]
fn a_folder_that_its_user_may_not_write_to_is_opened_to_its_user() {
    let parent = tempfile::tempdir().expect("a folder");
    let path = parent.path().join("data");
    fs::create_dir(&path).expect("made");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o500)).expect("narrow");
    DataFolder::open(&path).expect("a data folder");
    assert_eq!(mode(&path), 0o700);
}

#[test]
fn what_the_file_system_cannot_do_is_told_from_what_went_wrong() {
    use rustix::io::Errno;
    let folder = DataFolder {
        path: PathBuf::from("data"),
    };
    for (errno, code) in [
        (Errno::NOLCK, "folder-unfit"),
        (Errno::OPNOTSUPP, "folder-unfit"),
        (Errno::NOSYS, "folder-unfit"),
        (Errno::NOSPC, "data-folder"),
        (Errno::ACCESS, "data-folder"),
    ] {
        let problem = folder.failed(&errno.into());
        assert_eq!(problem.cause.code(), code, "{errno}");
    }
}

/// The files of a process are of a file system that refuses other modes, even from their owner.
#[cfg(target_os = "linux")]
#[test]
fn a_mode_that_cannot_be_set_is_the_file_systems_doing_or_the_owners() {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    let own = Path::new("/proc/self/status");
    let refused = make_private(own, 0o600).expect_err("no mode is set there");
    assert!(is_of_the_file_system(&refused), "{refused}");

    // Root's processes are everybody else's; for root, another user's has to be begun.
    let mut another = Command::new("sleep");
    let is_root = rustix::process::geteuid().is_root();
    let begun = is_root.then(|| another.arg("600").uid(1).spawn().expect("begun"));
    let id = begun.as_ref().map_or(1, std::process::Child::id);
    let others = make_private(Path::new(&format!("/proc/{id}/status")), 0o600);
    if let Some(mut begun) = begun {
        begun.kill().expect("ended");
        begun.wait().expect("ended");
    }
    let refused = others.expect_err("another user's").kind();
    assert_eq!(refused, io::ErrorKind::PermissionDenied);
}
