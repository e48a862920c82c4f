//! Both directions with the program `age`: what Keyrack seals, it opens, and what it seals, Keyrack does.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::{Seal, Unseal, read};
use super::{PASSPHRASE, document, known_passphrase, passphrase, write_new};

/// Runs `age` at a terminal of its own, where it is told the passphrase as often as it asks.
fn age_at_a_terminal(arguments: &str, folder: &Path) {
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--echo", "never", "--command"])
        .arg(format!("age {arguments}"))
        .arg("/dev/null")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("script, of bsdutils");
    let mut typed = script.stdin.take().expect("a terminal");
    for _ in 0..2 {
        writeln!(typed, "{PASSPHRASE}").expect("typed");
    }
    let ended = script.wait().expect("age has ended");
    drop(typed);
    assert!(ended.success(), "age {arguments}");
}

fn age(arguments: &[&str], folder: &Path) {
    let ran = Command::new("age")
        .args(arguments)
        .current_dir(folder)
        .output();
    let ran = ran.expect("age, of the package of that name");
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn age_opens_what_is_sealed_to_a_passphrase_and_seals_what_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, clear) = (folder.path().join("moved.age"), folder.path().join("clear"));
    write_new(&path, &document(), &passphrase()).expect("written");
    age_at_a_terminal("--decrypt -o clear moved.age", folder.path());
    assert_eq!(fs::read(&clear).expect("read"), *document().encode());

    for armour in ["", "--armor"] {
        age_at_a_terminal(
            &format!("--passphrase {armour} -o theirs.age clear"),
            folder.path(),
        );
        let theirs = folder.path().join("theirs.age");
        let read = read(&theirs, &known_passphrase()).expect("a document");
        assert_eq!(*read.encode(), *document().encode());
        fs::remove_file(theirs).expect("removed");
    }
}

#[test]
fn age_opens_what_is_sealed_to_keys_and_seals_what_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = [1, 2].map(|n| {
        let path = folder.path().join(format!("key{n}"));
        let made = Command::new("age-keygen").arg("-o").arg(&path).output();
        assert!(made.expect("age-keygen").status.success());
        let text = fs::read_to_string(&path).expect("read");
        let public = text
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "));
        (path, public.expect("a public key").to_owned())
    });
    let publics: Vec<_> = keys.iter().map(|(_, public)| public.clone()).collect();
    let path = folder.path().join("moved.age");
    let seal = Seal::recipients(&publics).expect("recipients");
    write_new(&path, &document(), &seal).expect("written");
    for (n, (key, public)) in keys.iter().enumerate() {
        let key = key.display().to_string();
        let clear = format!("clear{n}");
        age(
            &["--decrypt", "-i", &key, "-o", &clear, "moved.age"],
            folder.path(),
        );
        let text = fs::read(folder.path().join(&clear)).expect("read");
        assert_eq!(text, *document().encode());
        let theirs = format!("theirs{n}.age");
        age(&["-r", public, "-o", &theirs, &clear], folder.path());
        let identities = Unseal::identities(Path::new(&key)).expect("identities");
        let read = read(&folder.path().join(&theirs), &identities).expect("a document");
        assert_eq!(*read.encode(), *document().encode());
    }
}
