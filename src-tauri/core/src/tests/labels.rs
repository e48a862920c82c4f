//! Labels and notes: what a person wrote on connections, wherever it has to stay or to end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::annotation::{LONGEST_LABEL, LONGEST_NOTE, LabelChange, MOST_LABELS};
use crate::domain::problem::{Cause, Field};
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::words::Words;

use crate::tests::env::TestEnv;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// A test environment with a connection that has labels and a note, and its id.
async fn labelled() -> (TestEnv, Arc<Keyrack>, String) {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let labels = texts(&["VIP", "acme ltd"]);
    keyrack.set_labels(&id, &labels).expect("labelled");
    keyrack.set_note(&id, "Ask Ada first").expect("noted");
    (env, keyrack, id)
}

fn file(env: &TestEnv) -> PathBuf {
    env.folder.path().join("keyrack-labels.json")
}

async fn start(env: &TestEnv) -> Arc<Keyrack> {
    let keyrack = env.start();
    keyrack.recover().await.expect("recovered");
    keyrack
}

/// Asserts that the connection has what [`labelled`] wrote on it.
fn has_all(keyrack: &Keyrack, id: &str) {
    let row = keyrack.connection(id).expect("a row");
    assert_eq!(row.labels.as_slice(), ["acme ltd", "VIP"]);
    assert_eq!(row.note.text(), Some("Ask Ada first"));
}

fn has_nothing(keyrack: &Keyrack, id: &str) {
    let row = keyrack.connection(id).expect("a row");
    assert_eq!((row.labels.as_slice(), row.note.text()), (&[][..], None));
}

#[tokio::test]
async fn labels_and_a_note_outlast_every_other_change_of_a_connection() {
    let (env, keyrack, id) = labelled().await;
    let client = keyrack.clients().expect("clients").remove(0);
    keyrack.check(&id).await.expect("checked");
    keyrack.refresh(&id).await.expect("refreshed");
    assert_eq!(env.connect(&keyrack, &client).await, id, "connected again");
    has_all(&keyrack, &id);
    drop(keyrack);
    let keyrack = start(&env).await;
    has_all(&keyrack, &id);
}

#[tokio::test]
async fn several_connections_are_labelled_together_or_not_at_all() {
    let (env, keyrack, first) = labelled().await;
    let other = env.another_client(&keyrack).await;
    let second = env.connect(&keyrack, &other).await;
    let ids = texts(&[&first, "gone", &second]);
    let change = LabelChange {
        add: texts(&["Acme Ltd"]),
        remove: texts(&["vip"]),
        ..LabelChange::default()
    };
    let rows = keyrack.label_connections(&ids, &change);
    let rows = rows.expect("labelled");
    assert_eq!(rows.len(), 2, "of those that are there");
    for row in rows {
        assert_eq!(row.labels.as_slice(), ["Acme Ltd"]);
        assert_eq!(keyrack.connection(&row.id).expect("a row"), row);
    }

    // The second has room for them, the first has not.
    keyrack.set_labels(&second, &[]).expect("labelled");
    let before = keyrack.connections().expect("the list");
    let ids = [second, first];
    let many: Vec<_> = (0..MOST_LABELS).map(|n| n.to_string()).collect();
    let long = Some("a".repeat(LONGEST_NOTE + 1));
    for (add, note, field) in [(many, None, Field::Labels), (Vec::new(), long, Field::Note)] {
        let change = LabelChange {
            add,
            note,
            ..LabelChange::default()
        };
        let refused = keyrack.label_connections(&ids, &change);
        let refused = refused.expect_err("too much").cause;
        assert_eq!(refused, Cause::InvalidInput { field });
        assert_eq!(keyrack.connections().expect("the list"), before);
    }
    let gone = keyrack.set_labels("gone", &[]).expect_err("gone");
    assert_eq!(gone.cause, Cause::ConnectionGone);
}

#[tokio::test]
async fn a_lost_database_gets_its_labels_back_with_its_rows() {
    let (env, keyrack, id) = labelled().await;
    drop(keyrack);
    env.lose_database();
    env.keyring.behave(KeyringBehaviour::Locked);
    let keyrack = env.start();
    keyrack.recover().await.expect_err("locked");
    drop(keyrack);
    drop(env.start());
    env.keyring.behave(KeyringBehaviour::Normal);
    let keyrack = start(&env).await;
    has_all(&keyrack, &id);
    let row = keyrack.check(&id).await.expect("checked");
    assert_eq!(row.workspace_name, "Acme Research");
    has_all(&keyrack, &id);
}

#[tokio::test]
async fn a_database_from_a_backup_gets_the_labels_that_are_newer() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let old = texts(&["Old"]);
    keyrack.set_labels(&id, &old).expect("labelled");
    drop(keyrack);
    let path = env.folder.path().join("keyrack.db");
    let backup = fs::read(&path).expect("read");
    for _ in 0..2 {
        drop(start(&env).await);
    }
    let keyrack = start(&env).await;
    let labels = texts(&["VIP", "acme ltd"]);
    keyrack.set_labels(&id, &labels).expect("labelled");
    keyrack.set_note(&id, "Ask Ada first").expect("noted");
    drop(keyrack);
    env.lose_database();
    fs::write(&path, backup).expect("put back");
    let keyrack = start(&env).await;
    has_all(&keyrack, &id);
}

#[tokio::test]
async fn a_rebuild_leaves_what_is_written_on_a_listed_connection() {
    let (env, keyrack, id) = labelled().await;
    let kept = fs::read_to_string(file(&env)).expect("the file");
    let other = kept.replace("VIP", "cancelled");
    assert_ne!(other, kept);
    fs::write(file(&env), other).expect("written");
    keyrack.rebuild().await.expect("rebuilt");
    has_all(&keyrack, &id);
    let now = fs::read_to_string(file(&env)).expect("the file");
    assert_eq!(now, kept, "it follows the list");
}

#[tokio::test]
async fn the_file_follows_the_list_and_goes_with_the_last_label() {
    let (env, keyrack, id) = labelled().await;
    let kept = fs::read_to_string(file(&env)).expect("a file");
    assert!(kept.contains("acme ltd") && kept.contains("Ask Ada"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(file(&env)).expect("metadata").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    // What could not be written then is written by the next start.
    fs::remove_file(file(&env)).expect("removed");
    drop(keyrack);
    let keyrack = start(&env).await;
    assert_eq!(fs::read_to_string(file(&env)).expect("a file"), kept);
    keyrack.set_labels(&id, &[]).expect("labelled");
    keyrack.set_note(&id, " ").expect("noted");
    assert!(!file(&env).exists());
}

#[tokio::test]
async fn a_revoked_and_a_forgotten_connection_leave_their_labels_on_the_receipt_alone() {
    let (env, keyrack, id) = labelled().await;
    let connected_at = keyrack.connection(&id).expect("a row").connected_at;
    env.pass(1_000);
    let Ok(Revocation::Revoked { receipt }) = keyrack.revoke(&id).await else {
        panic!("not revoked");
    };
    assert_eq!(receipt.labels.as_slice(), ["acme ltd", "VIP"]);
    assert_eq!(receipt.connected_at, Some(connected_at));
    assert!(!file(&env).exists());

    env.pass(1_000);
    let client = keyrack.clients().expect("clients").remove(0);
    let id = env.connect(&keyrack, &client).await;
    has_nothing(&keyrack, &id);
    let other = texts(&["Other"]);
    keyrack.set_labels(&id, &other).expect("labelled");
    let receipt = keyrack.forget(&id).await.expect("forgotten");
    assert_eq!(receipt.labels.as_slice(), ["Other"]);
    assert!(!file(&env).exists());

    drop(keyrack);
    let receipts = start(&env).await.receipts().expect("receipts");
    let labels = receipts.iter().map(|one| one.labels.as_slice().to_vec());
    let labels: Vec<_> = labels.collect();
    assert_eq!(labels, [texts(&["acme ltd", "VIP"]), other]);
    for receipt in receipts {
        let text = serde_json::to_string(&receipt).expect("JSON");
        assert!(!text.contains("Ask Ada"), "a note is nobody else's");
    }
}

/// Another program's doing in the place of the file, of which it knows what is in it, and a file of its own.
#[cfg(unix)]
fn plant(what: &str, path: &Path, kept: &[u8], theirs: &Path) {
    use std::os::unix::fs::symlink;

    let with = |from: &str, to: &str| {
        let text = String::from_utf8_lossy(kept).into_owned();
        assert!(text.contains(from), "{text}");
        text.replace(from, to).into_bytes()
    };
    let vip = r#"["acme ltd","VIP"]"#;
    let done = match what {
        "nothing" => Ok(()),
        "no JSON" => fs::write(path, "[{"),
        "another folder's" => fs::write(path, with(r#""store":""#, r#""store":"5"#)),
        "no labels" => fs::write(path, with(vip, r#"{"VIP":[1,2]}"#)),
        "too much" => fs::write(path, [kept, &vec![b' '; 32 << 20]].concat()),
        "a link" => symlink(theirs, path),
        "another name" => fs::hard_link(theirs, path),
        "a pipe" => std::process::Command::new("mkfifo")
            .arg(path)
            .status()
            .map(|made| assert!(made.success())),
        _ => fs::create_dir(path),
    };
    done.expect(what);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_not_ours_is_neither_believed_nor_followed_and_stops_nothing() {
    let (env, keyrack, id) = labelled().await;
    drop(keyrack);
    let (path, aside) = (file(&env), tempfile::tempdir().expect("a folder"));
    let (kept, theirs) = (fs::read(&path).expect("read"), aside.path().join("theirs"));
    fs::write(&theirs, &kept).expect("written");
    for what in [
        "nothing",
        "no JSON",
        "another folder's",
        "no labels",
        "too much",
        "a link",
        "another name",
        "a pipe",
        "a folder",
    ] {
        // The database is lost, so that only the file could tell.
        env.lose_database();
        let _ = fs::remove_file(&path);
        plant(what, &path, &kept, &theirs);
        let keyrack = start(&env).await;
        let row = keyrack.connection(&id).expect("a row");
        assert!(row.labels.as_slice().is_empty(), "{what}");
        let is_folder = path.is_dir() && !path.is_symlink();
        let is_there = path.exists() || path.is_symlink();
        assert_eq!(is_there, is_folder, "{what} is taken away");

        let again = keyrack.set_labels(&id, &texts(&["Again"]));
        assert!(again.expect("labelled").labels.has("again"), "{what}");
        keyrack.check(&id).await.expect("checked");
        assert_eq!(fs::read(&theirs).expect("read"), kept, "{what}");
        if is_folder {
            fs::remove_dir(&path).expect("removed");
        }
    }
}

#[tokio::test]
async fn of_labels_in_the_file_only_what_can_be_seen_is_brought_back() {
    let (env, keyrack, id) = labelled().await;
    drop(keyrack);
    let kept = fs::read_to_string(file(&env)).expect("read");
    let long = "a".repeat(LONGEST_LABEL + 1);
    let altered = kept
        .replace(
            r#""VIP""#,
            &format!(r#""\u202e\u0007","{long}","V\u200bIP""#),
        )
        .replace("Ask Ada first", &"a".repeat(LONGEST_NOTE + 1));
    assert_ne!(altered, kept);
    fs::write(file(&env), altered).expect("written");
    env.lose_database();
    let keyrack = start(&env).await;
    let row = keyrack.connection(&id).expect("a row");
    assert_eq!(row.labels.as_slice(), ["acme ltd", "VIP"]);
    assert_eq!(row.note.text(), None);
}

#[tokio::test]
async fn labels_that_another_program_wrote_into_the_database_stop_nothing() {
    let (env, keyrack, id) = labelled().await;
    let db = rusqlite::Connection::open(env.folder.path().join("keyrack.db")).expect("opened");
    for labels in ["", "{}", "[1]", r#"["\u202e", ""]"#] {
        let sql = "UPDATE connections SET labels = ?1, note = char(8238)";
        db.execute(sql, [labels]).expect("altered");
        has_nothing(&keyrack, &id);
        keyrack.check(&id).await.expect("checked");
    }
    let row = keyrack.set_labels(&id, &texts(&["New"]));
    assert_eq!(row.expect("labelled").labels.as_slice(), ["New"]);
}

#[test]
fn the_words_name_the_limits() {
    for (field, limit) in [
        (Field::Label, LONGEST_LABEL),
        (Field::Labels, MOST_LABELS),
        (Field::Note, LONGEST_NOTE),
    ] {
        for language in [crate::Language::En, crate::Language::De] {
            let problem = Cause::InvalidInput { field }.into();
            let said = Words::of(language).line(&problem);
            assert!(said.contains(&format!(" {limit} ")), "{said}");
        }
    }
}
