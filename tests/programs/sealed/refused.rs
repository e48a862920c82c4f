//! What is no sealed file, or not for Keyrack, is refused for a reason of its own, and changes nothing.

use std::fs;

use serde_json::{Value, json};
use support::secrets;

use super::{Computers, PASSPHRASE, code, each, said};

#[tokio::test]
async fn each_file_that_has_nothing_for_keyrack_says_why() {
    let computers = Computers::with(&["Ada"]).await;
    computers.export(&["Ada"]);
    let (file, key) = (computers.file(), computers.key());
    let entries = secrets::entries(&computers.env.world);
    let sealed = |name: &str, text: &str| {
        let [clear, path] = ["clear", name].map(|name| computers.stick.join(name));
        fs::write(&clear, text).unwrap();
        let mut age = computers.env.world.command("age");
        age.args(["-r", &key.public, "-o"]).arg(&path).arg(&clear);
        assert!(age.status().unwrap().success());
        fs::remove_file(clear).unwrap();
        path.display().to_string()
    };
    let document = |more: Value| {
        let mut document = json!({
            "format": "keyrack-sealed", "v": 1, "copy": false, "clients": [], "connections": [],
        });
        let fields = document.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        document.to_string()
    };
    let client = json!({
        "id": "c", "name": "Mine", "client_id": "id", "client_secret": "secret_canary",
        "redirect_uri": "http://localhost:47811/oauth/callback",
        "base_url": "http://evil.example", "budget": "standard",
    });
    let cut = computers.stick.join("cut.age");
    let content = fs::read(&file).unwrap();
    fs::write(&cut, &content[..content.len() - 9]).unwrap();
    let plain = computers.stick.join("plain");
    fs::write(&plain, "a letter").unwrap();
    let [cut, plain] = [cut, plain].map(|path| path.display().to_string());
    let by_passphrase = &["--passphrase-fd", "0"][..];
    let by_key = &["--identity", &key.file][..];
    let table = [
        (
            file.clone(),
            by_passphrase,
            "other words than those",
            "wrong-passphrase",
        ),
        (file.clone(), by_passphrase, "", "passphrase-unreadable"),
        (file.clone(), &[], "", "passphrase-unreadable"),
        (file.clone(), by_key, "", "sealed-to-passphrase"),
        (cut, by_passphrase, PASSPHRASE, "sealed-damaged"),
        (plain, by_passphrase, PASSPHRASE, "not-age"),
        (
            computers.stick.display().to_string(),
            by_key,
            "",
            "input-file",
        ),
        (sealed("letter", "a letter"), by_key, "", "sealed-foreign"),
        (
            sealed("key", &document(json!({}))),
            &[],
            "",
            "sealed-to-key",
        ),
        (
            sealed("newer", &document(json!({"v": 2, "more": []}))),
            by_key,
            "",
            "sealed-newer",
        ),
        (
            sealed("more", &document(json!({"more": []}))),
            by_key,
            "",
            "sealed-unfit",
        ),
        (
            sealed("url", &document(json!({"clients": [client]}))),
            by_key,
            "",
            "sealed-url",
        ),
    ];
    for (file, with, input, expected) in &table {
        let import = [&["import", file, "--json"][..], *with].concat();
        let refused = computers.run(&computers.there, &import, input);
        assert_eq!(refused.status.code(), Some(1), "{expected}");
        assert_eq!(code(&refused), *expected);
        assert!(refused.stdout.is_empty());
        assert!(!said(&refused).contains("canary"), "{}", said(&refused));
    }
    assert_eq!(computers.list(&computers.there), Vec::<Value>::new());
    assert!(secrets::entries(&computers.env.world) == entries);
}

#[tokio::test]
async fn what_cannot_leave_is_named_and_what_is_in_the_way_stays() {
    let computers = Computers::with(&["Ada", "Bureau"]).await;
    let (key, file) = (computers.key(), computers.file());
    let to = ["--to", &file, "--recipient", &key.public];
    let export = |names: &[&str]| {
        let arguments = [&["export", "--json"][..], names, &to].concat();
        computers.run(&computers.here, &arguments, "")
    };
    fs::write(&file, "mine").unwrap();
    let refused = export(&["Ada"]);
    assert_eq!(code(&refused), "file-exists");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    fs::remove_file(&file).unwrap();
    let ssh = [
        "export",
        "Ada",
        "--to",
        &file,
        "--json",
        "--recipient",
        "ssh-ed25519 AAAA",
    ];
    let refused = computers.run(&computers.here, &ssh, "");
    assert_eq!(code(&refused), "recipient-unknown");

    assert!(export(&["Ada"]).status.success());
    fs::rename(&file, computers.stick.join("first.age")).unwrap();
    let refused = export(&["Ada", "Bureau"]);
    assert_eq!(code(&refused), "not-exported");
    assert!(said(&refused).contains("moved to another computer"));
    let rest = export(&["--all"]);
    assert!(rest.status.success(), "{}", said(&rest));
    assert!(said(&rest).contains("Ada"), "{}", said(&rest));
    let exported: Value = serde_json::from_slice(&rest.stdout).unwrap();
    let rows = exported["connections"].as_array().unwrap();
    assert_eq!(each(rows, "workspace_name"), ["Bureau"]);
    let nothing = export(&["--all"]);
    assert_eq!(nothing.status.code(), Some(1));
    let left = fs::read_dir(&computers.stick).unwrap().count();
    assert_eq!(left, 2);
}
