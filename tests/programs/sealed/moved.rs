//! Moved, copied, done, and taken back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use support::words::{counted, words};

use super::{Computers, PASSPHRASE, code, each, said};

const REVOKE: &str = "POST /v1/oauth/revoke";

#[tokio::test]
async fn connections_move_with_what_is_written_on_them_and_are_used_there_alone() {
    let computers = Computers::with(&["Ada", "Bureau", "Zeppelin"]).await;
    let label = ["label", "Ada", "Bureau", "--add", "VIP", "--note", "Ask Jo"];
    computers.here(&label, "");
    computers.here(&["hand-out", "Bureau", "proxy-only"], "");
    let exported = computers.export(&["--label", "vip"]);
    assert_eq!(exported["clients"], 1);
    let rows = exported["connections"].as_array().unwrap();
    assert_eq!(each(rows, "workspace_name"), ["Ada", "Bureau"]);
    assert!(rows.iter().all(|row| row["moved_at"].is_string()));
    let file = computers.file();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    for (arguments, exit) in [
        (&["token", "Ada", "--json"][..], 4),
        (&["token", "Ada", "--fresh", "--json"], 4),
        (&["run", "Ada", "--json", "--", "true"], 125),
        (&["refresh", "Ada", "--json"], 4),
    ] {
        let refused = computers.run(&computers.here, arguments, "");
        assert_eq!(refused.status.code(), Some(exit), "{arguments:?}");
        let said = said(&refused);
        assert!(said.contains("moved to another computer"), "{said}");
    }
    let all = computers.run(&computers.here, &["refresh", "--all", "--json"], "");
    let all: Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(all["counts"]["total"], 1);
    let checked = computers.here(&["check", "Ada", "--json"], "");
    assert!(checked.contains("\"active\""), "{checked}");
    let listed = computers.here(&["list"], "");
    let last = |name: &str| {
        let row = listed.lines().find(|row| row.starts_with(name)).unwrap();
        row.split('\t').next_back().unwrap().to_owned()
    };
    assert!(last("Ada").starts_with("20"), "{listed}");
    assert_eq!(last("Zeppelin"), "");

    let imported = computers.import();
    let outcomes = imported["connections"].as_array().unwrap();
    assert_eq!(each(outcomes, "outcome"), ["taken", "taken"]);
    assert_eq!(
        (&imported["clients"], &imported["copy"]),
        (&json!(1), &json!(false))
    );
    let rows = computers.list(&computers.there);
    assert_eq!(each(&rows, "workspace_name"), ["Ada", "Bureau"]);
    assert!(
        rows.iter()
            .all(|row| row["labels"] == json!(["VIP"]) && row["note"] == "Ask Jo")
    );
    assert_eq!(each(&rows, "allows"), ["any", "proxy-only"]);
    assert_eq!(each(&rows, "status"), ["active", "active"]);
    computers.there(&["refresh", "Ada"], "");
    assert!(computers.there(&["token", "Ada"], "").starts_with("ntn_"));

    let again = computers.import();
    let outcomes = again["connections"].as_array().unwrap();
    assert_eq!(each(outcomes, "outcome"), ["other", "same"]);
    assert_eq!(computers.list(&computers.there).len(), 2);

    let done = computers.here(&["moved", "Ada", "--done", "--json"], "");
    let receipt: Value = serde_json::from_str(&done).unwrap();
    assert_eq!(receipt["kind"], "forget");
    assert!(receipt["moved_at"].is_string(), "{receipt}");
    assert_eq!(computers.env.sandbox.count(REVOKE).await, 0);
    computers.there(&["check", "Ada"], "");
    let undo = ["moved", "Bureau", "--undo"];
    let undone = computers.run(&computers.here, &undo, "");
    assert_eq!(said(&undone).trim(), counted("moved.undone.next", 1));
    fs::remove_file(computers.file()).unwrap();
    computers.export(&["Bureau"]);
    let undone = computers.here(&["moved", "--all", "--undo", "--json"], "");
    let undone: Vec<Value> = serde_json::from_str(&undone).unwrap();
    assert_eq!(each(&undone, "workspace_name"), ["Bureau"]);
    assert_eq!(undone[0]["moved_at"], Value::Null);
    computers.here(&["refresh", "Bureau"], "");
    let twice = computers.run(
        &computers.here,
        &["moved", "Bureau", "--done", "--json"],
        "",
    );
    assert_eq!(code(&twice), "not-moved");
    let none = computers.run(&computers.here, &["moved", "--all", "--done"], "");
    assert!(none.status.success());
    assert_eq!(said(&none).trim(), words("moved.none"));
}

#[tokio::test]
async fn a_file_opens_with_age_and_what_age_seals_is_imported() {
    let computers = Computers::with(&["Ada"]).await;
    computers.export(&["Ada", "--copy"]);
    let file = computers.file();
    let clear = computers.env.world.path("clear").display().to_string();
    let age = |arguments: &str, asked: &[&str]| {
        let mut command = computers.env.world.command("sh");
        command.args(["-c", &format!("exec age {arguments}")]);
        let mut terminal = support::terminal::Terminal::start(&command);
        for asked in asked {
            terminal.shows(asked);
            terminal.type_text(&format!("{PASSPHRASE}\n"));
        }
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(0), "{shown}");
    };
    age(&format!("-d -o '{clear}' '{file}'"), &["Enter passphrase:"]);
    let document: Value = serde_json::from_slice(&fs::read(&clear).unwrap()).unwrap();
    assert_eq!(
        (&document["format"], &document["v"]),
        (&json!("keyrack-sealed"), &json!(1))
    );
    assert_eq!(document["copy"], true);
    assert_eq!(document["connections"][0]["workspace_name"], "Ada");
    fs::remove_file(&file).unwrap();
    let asked = ["Enter passphrase", "Confirm passphrase:"];
    age(&format!("-p -o '{file}' '{clear}'"), &asked);
    fs::remove_file(clear).unwrap();
    let imported = computers.import();
    assert_eq!(imported["connections"][0]["outcome"], "taken");
    assert_eq!(imported["copy"], true);
    computers.there(&["token", "Ada"], "");
    computers.here(&["token", "Ada"], "");
}

#[tokio::test]
async fn a_person_is_told_what_becomes_of_them_before_and_types_the_passphrase_unseen() {
    let computers = Computers::with(&["Ada"]).await;
    let file = computers.file();
    let export = ["export", "Ada", "--to", &file];
    let asked_in = |folder, arguments: &[&str], typed: &[(&str, &str)]| {
        let mut terminal = computers.terminal(folder, arguments);
        for (asked, typed) in typed {
            terminal.shows(&words(asked));
            terminal.type_text(&format!("{typed}\n"));
        }
        terminal.end()
    };
    let asked = |arguments: &[&str], typed: &[_]| asked_in(&computers.here, arguments, typed);
    let (code, shown) = asked(&export, &[("command.go-on", "n")]);
    assert_eq!(code, Some(1), "{shown}");
    for said in ["seal.simpler", "seal.moves"] {
        assert!(shown.contains(&words(said)), "{shown}");
    }
    let copy = [&export[..], &["--copy"]].concat();
    let (_, shown) = asked(&copy, &[("command.go-on", "n")]);
    assert!(shown.contains(&words("seal.copies")), "{shown}");

    let twice = |first, second| {
        let yes = [&export[..], &["--yes"]].concat();
        let typed = [
            ("seal.passphrase", first),
            ("seal.passphrase.again", second),
        ];
        asked(&yes, &typed)
    };
    let (code, shown) = twice(PASSPHRASE, "four other words");
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&words("problem.passphrase-differs.what")));
    let short = [&export[..], &["--yes"]].concat();
    let (code, shown) = asked(&short, &[("seal.passphrase", "short")]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&words("problem.passphrase-short.what")));
    assert!(!fs::exists(&file).unwrap());
    let (code, shown) = twice(PASSPHRASE, PASSPHRASE);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
    assert!(shown.contains(&words("seal.next")[..30]), "{shown}");

    let typed = [
        ("sealed.passphrase", PASSPHRASE),
        ("command.go-on", "\u{3}"),
    ];
    let (code, shown) = asked_in(&computers.there, &["import", &file], &typed);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&words("command.unwanted")), "{shown}");
    let mut terminal = computers.terminal(&computers.there, &["import", &file]);
    terminal.shows(&words("sealed.passphrase"));
    terminal.type_text(&format!("{PASSPHRASE}\n"));
    terminal.shows(&counted("sealed.title", 1));
    terminal.shows(&words("command.go-on"));
    assert_eq!(computers.list(&computers.there), Vec::<Value>::new());
    terminal.type_text("y\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(&words("sealed.new")), "{shown}");
    assert!(shown.contains(&counted("sealed.done", 1)), "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
    let (code, shown) = computers.terminal(&computers.here, &["list"]).end();
    assert_eq!(code, Some(0));
    assert!(shown.contains(&words("command.allows.moved")), "{shown}");

    let mut terminal = computers.terminal(&computers.here, &["revoke", "Ada"]);
    terminal.shows(&words("moved.revoke.text"));
    terminal.type_text("n\n");
    terminal.end();
    let mut terminal = computers.terminal(&computers.here, &["moved", "Ada", "--done"]);
    terminal.shows(&words("moved.forget.text"));
    terminal.type_text("y\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("was moved to another computer"), "{shown}");
}

#[tokio::test]
async fn a_file_goes_to_whoever_has_the_key_and_asks_for_nothing() {
    let computers = Computers::with(&["Ada"]).await;
    let (key, file) = (computers.key(), computers.file());
    let to = ["export", "--all", "--to", &file, "--recipient", &key.public];
    computers.here(&to, "");
    let import = ["import", &file, "--identity", &key.file];
    let dry = [&import[..], &["--dry-run"]].concat();
    let dry = computers.run(&computers.there, &dry, "");
    assert!(dry.stdout.starts_with(b"Ada\tnew\t"), "{dry:?}");
    assert_eq!(said(&dry).trim(), counted("sealed.would", 1));
    assert_eq!(computers.list(&computers.there), Vec::<Value>::new());
    let taken = computers.there(&import, "");
    assert!(taken.starts_with("Ada\ttaken\t"), "{taken}");
    let same = computers.there(&import, "");
    assert!(same.starts_with("Ada\tsame\t"), "{same}");
}
