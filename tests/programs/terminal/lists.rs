//! What is listed: columns for a person, tabs for a program, and only what was asked for.

use std::process::Output;

use serde_json::Value;
use support::cli;
use support::rows;
use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv};
use support::words::{counted, words};

/// What a command shows on a terminal of this width.
fn shown(env: &TestEnv, columns: usize, set: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut shell = env.world.command("sh");
    let script = format!("stty rows 40 cols {columns}; exec \"$0\" \"$@\"");
    shell
        .args(["-c", &script])
        .arg(&env.program)
        .args(arguments);
    shell.env("TERM", "xterm").envs(set.iter().copied());
    let (code, shown) = Terminal::start(&shell).end();
    assert_eq!(code, Some(0), "{shown}");
    shown.replace('\r', "")
}

/// The text without its colours.
fn without_colours(shown: &str) -> String {
    let mut parts = shown.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').expect("the end of a colour").1
    })
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_thousand_connections_stand_in_columns_that_fit_the_terminal() {
    let env = TestEnv::connected_by_command().await;
    rows::grow(&env, 1_000);
    for columns in [80, 160] {
        let plain = without_colours(&shown(&env, columns, &[], &["list"]));
        let lines: Vec<_> = plain.lines().collect();
        let [header, rows @ .., _, attention] = &lines[..] else {
            panic!("{plain}");
        };
        assert_eq!(rows.len(), 1_000);
        assert_eq!(*attention, counted("list.attention", 49), "{columns}");
        assert!(lines.iter().all(|line| line.chars().count() <= columns));
        let at = header.find("STATUS").expect("a column of statuses");
        for row in rows {
            let status: String = row.chars().skip(at).collect();
            let is_told = ["Active", "Inactive"]
                .iter()
                .any(|it| status.starts_with(it));
            assert!(is_told, "{row}");
        }
        assert_eq!(header.contains("BOT ID"), columns == 160, "{header}");
    }
}

#[tokio::test]
async fn colours_are_for_terminals_that_want_them_only() {
    let env = TestEnv::connected_by_command().await;
    let coloured = shown(&env, 100, &[], &["list"]);
    assert!(coloured.contains("\x1b[32mActive\x1b[0m"), "{coloured:?}");
    for set in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = shown(&env, 100, &[set], &["list"]);
        assert_eq!(plain, without_colours(&coloured), "{set:?}");
    }
    assert!(!printed(&env.keyrack(&["list"], "")).contains('\x1b'));
}

#[tokio::test]
async fn a_program_gets_the_words_of_the_documents_between_tabs() {
    let env = TestEnv::connected_by_command().await;
    let row = printed(&env.keyrack(&["list"], ""));
    let cells: Vec<_> = row.trim_end_matches('\n').split('\t').collect();
    let listed = env.keyrack(&["list", "--json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    for (at, name) in [
        (0, "workspace_name"),
        (1, "status"),
        (2, "checked_at"),
        (6, "bot_id"),
        (8, "allows"),
        (10, "id"),
    ] {
        assert_eq!(listed[0][name], cells[at], "{row}");
    }
    assert_eq!(listed[0]["client"]["name"], cells[5]);
    assert_eq!(cells.len(), 15);
    assert_eq!(cells[13..], ["", ""], "neither an end nor a move");
    let client = printed(&env.keyrack(&["client", "list"], ""));
    let id = &env.sandbox.client_id;
    assert!(client.starts_with(&format!("Mine\t{id}\t")), "{client}");
}

#[tokio::test]
async fn what_was_known_before_a_check_failed_stands_beside_it() {
    let env = TestEnv::connected_by_command().await;
    assert!(env.keyrack(&["check", ACME], "").status.success());
    let busy = serde_json::json!({"endpoint": "introspect", "times": 9, "status": 503});
    env.sandbox.fault(busy).await;
    assert!(!env.keyrack(&["check", ACME], "").status.success());
    let list = shown(&env, 160, &[], &["list"]);
    assert!(list.contains("was active"), "{list}");
}

#[tokio::test]
async fn a_list_has_what_was_asked_for_and_says_so_if_that_is_nothing() {
    let env = TestEnv::connected_by_command().await;
    rows::grow(&env, 41);
    let count = |arguments: &[&str]| {
        let output = env.keyrack(&[&["list"], arguments].concat(), "");
        assert!(output.status.success());
        printed(&output).lines().count()
    };
    assert_eq!(count(&["--status", "inactive"]), 2);
    assert_eq!(count(&["--status", "inactive", "--status", "active"]), 41);
    assert_eq!(count(&["--client", "min"]), 41, "by a part of its name");
    let none = env.keyrack(&["list", "--status", "not-checked"], "");
    assert_eq!(printed(&none), "");
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert_eq!(said.trim(), words("activity.none.match"));
    let unknown = env.keyrack(&["list", "--client", "Mind"], "");
    assert_eq!(unknown.status.code(), Some(3));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("Did you mean: Mine?"), "{said}");
}

#[tokio::test]
async fn receipts_and_the_activity_are_told_to_a_person_and_to_a_program() {
    let env = TestEnv::connected_by_command().await;
    for (arguments, nothing) in [
        (&["receipts"][..], "command.no-receipts"),
        (&["activity", "--kind", "forget"], "activity.none.match"),
    ] {
        let none = env.keyrack(arguments, "");
        assert_eq!(printed(&none), "");
        let said = String::from_utf8_lossy(&none.stderr).into_owned();
        assert_eq!(said.trim(), words(nothing));
    }
    let token = env.keyrack(&["token", "--reason", "nightly"], "");
    assert!(token.status.success());
    assert!(env.keyrack(&["revoke", ACME], "").status.success());

    let receipts = without_colours(&shown(&env, 80, &[], &["receipts"]));
    assert!(
        receipts.contains(&words("command.result.confirmed")),
        "{receipts}"
    );
    let activity = without_colours(&shown(&env, 80, &[], &["activity"]));
    let told = ["act.revoke.done", "act.connect.done", "act.add-client.done"];
    assert!(
        told.iter().all(|key| activity.contains(&words(key))),
        "{activity}"
    );
    let handed = printed(&env.keyrack(&["activity", "--kind", "hand-out"], ""));
    let handed: Vec<_> = handed.trim_end().split('\t').collect();
    let own = std::env::current_exe().unwrap();
    assert_eq!(handed[12], own.to_str().unwrap());
    assert_eq!(handed[13], std::process::id().to_string());
    assert_eq!(&handed[15..], ["false", "nightly"]);
    let wide = without_colours(&shown(&env, 160, &[], &["activity"]));
    assert!(wide.contains("Printed for "), "{wide}");
    assert!(wide.contains(": nightly"), "{wide}");

    let rows = printed(&env.keyrack(&["activity", "--kind", "revoke", "--kind", "connect"], ""));
    let kinds: Vec<_> = rows
        .lines()
        .filter_map(|row| row.split('\t').nth(2))
        .collect();
    assert_eq!(kinds, ["revoke", "connect"]);
    let csv = printed(&env.keyrack(&["activity", "--csv", "--search", "acme"], ""));
    assert!(
        csv.starts_with("\"started_at\",\"finished_at\",\"kind\","),
        "{csv}"
    );
    let json = env.keyrack(&["activity", "--json", "--limit", "1"], "");
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    assert_eq!(json[0]["kind"], "revoke");
    assert_eq!(json[0]["client"]["name"], "Mine");
}

#[tokio::test]
async fn what_was_done_is_listed_by_client_by_connection_and_by_what_went_wrong() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    let (id, secret) = (&env.sandbox.client_id, &env.sandbox.client_secret);
    env.add_client_named("Other", id, secret);
    assert!(
        cli::connect_with(&env, &["--client", "Other"])
            .await
            .success()
    );
    let listed = env.keyrack(&["list", "--json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    for connection in listed.as_array().unwrap() {
        let id = connection["id"].as_str().unwrap();
        assert!(env.keyrack(&["forget", id], "").status.success());
    }
    let receipts = |client: &str| {
        let receipts = env.keyrack(&["receipts", "--json", "--client", client], "");
        let receipts: Value = serde_json::from_slice(&receipts.stdout).unwrap();
        let receipts = receipts.as_array().unwrap();
        let clients = receipts.iter().map(|one| &one["client"]["name"]);
        clients.cloned().collect::<Vec<_>>()
    };
    assert_eq!(receipts("other"), ["Other"], "in whatever case");
    assert_eq!(receipts("Mine"), ["Mine"]);
    assert_eq!(receipts("Mind"), [""; 0]);
}

#[tokio::test]
async fn the_activity_is_listed_of_one_connection_and_of_what_went_wrong() {
    let env = TestEnv::new();
    env.add_client_by_command();
    for name in [ACME, "Beta Labs"] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let database = env.database();
    let sql = "SELECT bot_id FROM connections WHERE workspace_name = ?1";
    let bot: String = database.query_row(sql, [ACME], |row| row.get(0)).unwrap();
    env.sandbox.revoke(&bot).await;
    let kinds = |arguments: &[&str]| {
        let rows = env.keyrack(&[&["activity"], arguments].concat(), "");
        let rows = printed(&rows);
        let kinds = rows.lines().map(|row| row.split('\t').nth(2).unwrap());
        kinds.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(env.keyrack(&["check", ACME], "").status.success());
    assert_eq!(kinds(&["Beta"]), ["connect"], "by a part of its name");
    assert_eq!(kinds(&[ACME]), ["check", "connect"]);
    assert_eq!(kinds(&["--trouble"]), ["check"]);
    assert_eq!(kinds(&["Beta", "--trouble"]), [""; 0]);
}
