//! What is no sealed file of Keyrack's, or pretends to be one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::{Document, Seal, Unseal, read};
use super::{PASSPHRASE, document, known_passphrase, parsed, passphrase, plain, write_new};
use crate::domain::problem::Cause;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn cause(path: &Path, with: &Unseal) -> Cause {
    read(path, with).expect_err("no document").cause
}

/// A file with this text, sealed to the passphrase.
fn sealed(folder: &Path, text: &[u8]) -> PathBuf {
    let path = folder.join(uuid::Uuid::new_v4().to_string());
    let sealed = passphrase().seal(text).expect("sealed");
    fs::write(&path, sealed.bytes).expect("written");
    path
}

#[test]
fn a_written_file_is_private_and_holds_no_clear_text_and_is_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = folder.path().join("moved.age");
    write_new(&path, &document(), &passphrase()).expect("written");
    let content = fs::read(&path).expect("read");
    let text = String::from_utf8_lossy(&content);
    assert!(!text.contains("canary") && !text.contains("Acme"));
    let mode = fs::metadata(&path).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = write_new(&path, &document(), &passphrase()).expect_err("it is there");
    assert!(matches!(again.cause, Cause::FileExists { .. }), "{again:?}");
    assert_eq!(fs::read(&path).expect("read"), content);
    let dangling = folder.path().join("link");
    std::os::unix::fs::symlink("nowhere", &dangling).expect("a link");
    let refused = write_new(&dangling, &document(), &passphrase()).expect_err("a link is there");
    assert!(
        matches!(refused.cause, Cause::FileExists { .. }),
        "{refused:?}"
    );
    let left: Vec<_> = fs::read_dir(folder.path()).expect("read").collect();
    assert_eq!(left.len(), 2, "{left:?}");
    let nowhere = folder.path().join("no/folder");
    let refused = write_new(&nowhere, &document(), &passphrase()).expect_err("no folder");
    assert!(
        matches!(refused.cause, Cause::NotWritten { .. }),
        "{refused:?}"
    );
}

#[test]
fn what_does_not_open_says_why() {
    let folder = folder();
    let path = folder.path().join("moved.age");
    write_new(&path, &document(), &passphrase()).expect("written");
    let wrong = Unseal::Passphrase("nobody guesses that".into());
    assert_eq!(cause(&path, &wrong), Cause::WrongPassphrase);
    let key = age::x25519::Identity::generate();
    let other = age::x25519::Identity::generate();
    let [with_key, with_other] = [&key, &other].map(|key| Unseal::Identities(vec![key.clone()]));
    assert_eq!(cause(&path, &with_key), Cause::SealedToPassphrase);
    let to_key = folder.path().join("to-key.age");
    let seal = Seal::recipients(&[key.to_public().to_string()]).expect("a recipient");
    write_new(&to_key, &document(), &seal).expect("written");
    read(&to_key, &with_key).expect("a document");
    assert_eq!(cause(&to_key, &with_other), Cause::OtherKey);
    assert_eq!(cause(&to_key, &known_passphrase()), Cause::SealedToKey);

    let content = fs::read(&path).expect("read");
    for length in [content.len() - 1, content.len() - 40, 200, 60] {
        let cut = folder.path().join("cut");
        fs::write(&cut, &content[..length]).expect("written");
        assert_eq!(
            cause(&cut, &known_passphrase()),
            Cause::SealedDamaged,
            "{length}"
        );
    }
    let mut altered = content.clone();
    *altered.last_mut().expect("a byte") ^= 1;
    let altered_path = folder.path().join("altered");
    fs::write(&altered_path, altered).expect("written");
    assert_eq!(
        cause(&altered_path, &known_passphrase()),
        Cause::SealedDamaged
    );
    for (text, expected) in [
        (&b"hello"[..], Cause::NotAge),
        (b"", Cause::NotAge),
        (b"age-encryption.org/v2\n--- x\n", Cause::SealedNewer),
        (
            b"age-encryption.org/v1\n-> X25519 x\n",
            Cause::SealedDamaged,
        ),
    ] {
        let path = folder.path().join("other");
        fs::write(&path, text).expect("written");
        assert_eq!(cause(&path, &known_passphrase()), expected);
    }
    for nothing in [folder.path().to_owned(), folder.path().join("nothing")] {
        let cause = cause(&nothing, &known_passphrase());
        assert!(matches!(cause, Cause::InputFile { .. }), "{cause:?}");
    }
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let cause = cause(&pipe, &known_passphrase());
    assert!(matches!(cause, Cause::InputFile { .. }), "{cause:?}");
}

#[test]
fn a_file_cannot_ask_for_much_time_or_memory() {
    let folder = folder();
    let path = sealed(folder.path(), b"{}");
    let text = fs::read(&path).expect("read");
    let end = text.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    let line = text[end..]
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line")
        + end;
    let stanza = String::from_utf8(text[end..line].to_vec()).expect("text");
    let (salt, _) = stanza.rsplit_once(' ').expect("a work factor");
    for work in ["21", "40", "63"] {
        let asks = [
            &text[..end],
            salt.as_bytes(),
            b" ",
            work.as_bytes(),
            &text[line..],
        ]
        .concat();
        fs::write(&path, asks).expect("written");
        assert_eq!(
            cause(&path, &known_passphrase()),
            Cause::SealedWork,
            "{work}"
        );
    }
    let mut many = b"age-encryption.org/v1\n".to_vec();
    for _ in 0..3_000 {
        many.extend(b"-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    }
    many.extend(b"--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    fs::write(&path, many).expect("written");
    let key = Unseal::Identities(vec![age::x25519::Identity::generate()]);
    assert_eq!(cause(&path, &key), Cause::SealedDamaged);
    let mut long = fs::File::create(&path).expect("created");
    long.write_all(b"age-encryption.org/v1\n").expect("written");
    long.set_len(40 << 20).expect("made long");
    assert_eq!(cause(&path, &known_passphrase()), Cause::SealedTooLarge);
}

#[test]
fn what_opens_and_is_no_document_says_what_it_is() {
    let folder = folder();
    let newer = |document: &mut Value| document["v"] = json!(2);
    let mut newer_document = plain();
    newer(&mut newer_document);
    newer_document["owners"] = json!([]);
    for (text, expected) in [
        ("a letter".to_owned(), Cause::SealedForeign),
        ("{}".to_owned(), Cause::SealedForeign),
        (
            json!({"format": "other", "v": 1}).to_string(),
            Cause::SealedForeign,
        ),
        (newer_document.to_string(), Cause::SealedNewer),
    ] {
        let path = sealed(folder.path(), text.as_bytes());
        assert_eq!(cause(&path, &known_passphrase()), expected, "{text}");
    }
}

#[test]
fn each_part_that_no_keyrack_wrote_is_named_and_not_quoted() {
    let long = "a".repeat(5_000);
    for (part, value) in [
        ("clients[0].id", json!("../c")),
        ("clients[0].name", json!("\u{202e}")),
        ("clients[0].client_id", json!("a:b")),
        ("clients[0].client_secret", json!("a b")),
        ("clients[0].redirect_uri", json!("http://evil.example/")),
        ("connections[0].id", json!("")),
        ("connections[0].client", json!("c2")),
        ("connections[0].client", Value::Null),
        ("connections[1].client", json!("c1")),
        ("connections[0].bot_id", json!("b/1")),
        ("connections[1].access", json!("a\r\nHost: b")),
        ("connections[1].access", json!(long)),
        ("connections[0].refresh", json!("")),
    ] {
        let mut document = plain();
        let at = format!("/{part}").replace(['[', '.'], "/").replace(']', "");
        let (row, field) = at.rsplit_once('/').expect("a field");
        document.pointer_mut(row).expect("a row")[field] = value;
        let part = part.to_owned();
        assert_eq!(parsed(&document).err(), Some(Cause::SealedUnfit { part }));
    }
    for (field, value) in [
        ("access", json!(["ntn_canary"])),
        ("canary", json!("canary")),
        ("connected_at", json!("canary")),
    ] {
        let mut document = plain();
        document["connections"][0][field] = value;
        let refused = format!("{:?}", parsed(&document).expect_err("refused"));
        assert!(refused.contains("line 1 column"), "{refused}");
        assert!(!refused.contains("canary"), "{refused}");
    }
}

#[test]
fn a_document_has_no_more_rows_than_a_person_can_have_and_each_client_once() {
    for (list, count) in [("clients", 1_001), ("connections", 10_001), ("clients", 2)] {
        let mut document = plain();
        let row = document[list][0].clone();
        document[list] = std::iter::repeat_n(row, count).collect();
        let part = list.to_owned();
        assert_eq!(parsed(&document).err(), Some(Cause::SealedUnfit { part }));
    }
}

#[test]
fn requests_go_by_https_or_stay_on_this_computer() {
    for address in [
        "http://notion.example",
        "file:///etc",
        "https://a@b.example",
        "here",
    ] {
        for row in ["/clients/0", "/connections/1/made_elsewhere"] {
            let mut document = plain();
            document.pointer_mut(row).expect("a row")["base_url"] = json!(address);
            let address = address.to_owned();
            assert_eq!(parsed(&document).err(), Some(Cause::SealedUrl { address }));
        }
    }
}

#[test]
fn texts_from_a_file_are_shown_as_they_are_and_of_what_is_written_on_it_only_what_fits_stays() {
    let mut document = plain();
    let connection = &mut document["connections"][0];
    connection["workspace_name"] = json!("A\u{202e}\ncme");
    connection["owner"] = json!({"kind": "user", "id": "u", "name": "A\u{7}da", "email": null});
    connection["labels"] = json!(["\u{202e}", "a".repeat(70), "VIP\n"]);
    connection["note"] = json!("a".repeat(600));
    document["clients"][0]["name"] = json!("Agen\u{200b}cy");
    let read = parsed(&document).expect("a document");
    let connection = &read.connections[0];
    assert_eq!(connection.workspace_name, "A cme");
    let owner = format!("{:?}", connection.owner);
    assert!(owner.contains("\"Ada\""), "{owner}");
    assert_eq!(connection.labels.as_slice(), ["VIP"]);
    assert_eq!(connection.note.text(), None);
    assert_eq!(read.clients[0].name, "Agency");
}

#[test]
fn no_token_stands_in_a_document_twice() {
    let mut document = plain();
    let mut again = document["connections"][0].clone();
    again["id"] = json!("another");
    again["client"] = json!(null);
    again["made_elsewhere"] = json!({"name": "Again", "base_url": "https://api.notion.com"});
    let connections = document["connections"].as_array_mut().expect("a list");
    connections.push(again);
    let part = "connections".to_owned();
    let refused = parsed(&document).expect_err("refused");
    assert_eq!(refused, Cause::SealedUnfit { part });
    let connections = document["connections"].as_array_mut().expect("a list");
    let again = connections.last_mut().expect("a row");
    again["access"] = json!("ntn_another_token");
    again["refresh"] = json!(null);
    parsed(&document).expect("each of them stands there once");
}

#[test]
fn a_recipient_and_a_file_of_keys_that_are_none_are_refused() {
    let refused = Seal::recipients(&["ssh-ed25519 AAAA".into()]).err();
    let cause = refused.expect("refused").cause;
    assert!(
        matches!(&cause, Cause::RecipientUnknown { recipient } if recipient.starts_with("ssh"))
    );
    let secret = " age-secret-key-1qqqqcanary".to_owned();
    let refused = Seal::recipients(&[secret]).err().expect("refused");
    assert_eq!(refused.cause, Cause::RecipientSecret, "and not repeated");
    let folder = folder();
    let keys = folder.path().join("keys");
    for text in ["", "# only a comment\n", PASSPHRASE, "AGE-SECRET-KEY-1\n"] {
        fs::write(&keys, text).expect("written");
        let refused = Unseal::identities(&keys).err().expect("refused").cause;
        assert!(
            matches!(refused, Cause::IdentityUnreadable { .. }),
            "{refused:?}"
        );
        assert!(!format!("{refused:?}").contains("SECRET"));
    }
}

#[test]
fn a_document_that_is_cut_or_altered_anywhere_is_refused_or_read_as_it_is() {
    let text = plain().to_string().into_bytes();
    let mut read = 0;
    for at in 0..text.len() {
        assert!(Document::parse(&text[..at]).is_err(), "cut at {at}");
        for other in [b'0', b'"', b'z'] {
            let mut altered = text.clone();
            altered[at] = other;
            if let Ok(document) = Document::parse(&altered) {
                let again = Document::parse(&document.encode()).expect("our own");
                assert_eq!(*again.encode(), *document.encode());
                read += 1;
            }
        }
    }
    assert!(read > 0, "some alter nothing but a name");
}
