//! A customer by command: its connections labelled, listed, ended together, and known again after a loss.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use serde_json::{Value, json};
use support::cli;
use support::terminal::Terminal;
use support::test_env::TestEnv;
use support::words::{counted, filled, words};

const REVOCATIONS: &str = "POST /v1/oauth/revoke";
const CUSTOMER: &str = "Äpfel & Söhne";

/// An environment in which two of three connected workspaces are of one customer.
async fn labelled() -> TestEnv {
    let env = cli::three_workspaces().await;
    let label = ["label", "Ada", "Bureau", "--add", CUSTOMER];
    let labelled = env.keyrack(&[&label[..], &["--note", "Ask Jo first"]].concat(), "");
    assert!(labelled.status.success(), "{}", said(&labelled));
    let vip = env.keyrack(&["label", "Ada", "--add", "VIP", "--no-note"], "");
    assert!(vip.status.success(), "{}", said(&vip));
    env
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows of a document, each by its workspace, with its labels and its note.
fn rows(output: &Output) -> Vec<(String, Value, Value)> {
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list");
    let name = |row: &Value| row["workspace_name"].as_str().expect("a name").to_owned();
    rows.iter()
        .map(|row| (name(row), row["labels"].clone(), row["note"].clone()))
        .collect()
}

/// What a command shows at a terminal, once it has answered its question with no.
fn shown(env: &TestEnv, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = env.world.command(&env.program);
    let mut terminal = Terminal::start(command.args(arguments).env("TERM", "dumb"));
    if arguments[0] == "revoke" {
        terminal.shows(&words("command.go-on"));
        terminal.type_text("n\n");
    }
    terminal.end()
}

#[tokio::test]
async fn the_connections_of_a_label_are_listed_however_it_is_written() {
    let env = labelled().await;
    let of_customer = env.keyrack(&["list", "--json", "--label", "A\u{308}PFEL & SÖHNE"], "");
    assert_eq!(
        rows(&of_customer),
        [
            ("Ada".to_owned(), json!([CUSTOMER, "VIP"]), Value::Null),
            (
                "Bureau".to_owned(),
                json!([CUSTOMER]),
                json!("Ask Jo first")
            ),
        ]
    );
    let either = ["list", "--label", "vip", "--label", CUSTOMER];
    let either = printed(&env.keyrack(&either, ""));
    let labels: Vec<_> = either.lines().map(|row| row.split('\t').nth(11)).collect();
    assert_eq!(labels, [Some("Äpfel & Söhne, VIP"), Some(CUSTOMER)]);
    let none = env.keyrack(&["list", "--label", "Nobody"], "");
    assert_eq!(
        (none.status.code(), printed(&none)),
        (Some(0), String::new())
    );
    assert_eq!(said(&none).trim(), words("activity.none.match"));

    let (_, list) = shown(&env, &["list"]);
    assert!(list.contains("LABELS") && list.contains("VIP"), "{list}");
    let renamed = [
        "label", "--label", CUSTOMER, "--add", "Apples", "--remove", CUSTOMER,
    ];
    let (code, row) = shown(&env, &renamed);
    assert_eq!(code, Some(0), "{row}");
    assert!(row.contains("Bureau: Ask Jo first"), "{row}");
    let plain = env.keyrack(
        &["label", "--all", "--remove", "apples", "--remove", "VIP"],
        "",
    );
    assert!(plain.status.success(), "{}", said(&plain));
    let (_, list) = shown(&env, &["list"]);
    assert!(!list.contains("LABELS"), "{list}");
}

#[tokio::test]
async fn a_customer_leaves_with_one_command_and_one_text() {
    let env = labelled().await;
    let unknown = env.keyrack(&["revoke", "--label", "Aepfel & Söhne"], "");
    assert_eq!(unknown.status.code(), Some(3), "{}", said(&unknown));
    assert!(said(&unknown).contains(CUSTOMER), "{}", said(&unknown));

    let (code, asked) = shown(&env, &["revoke", "--label", CUSTOMER]);
    assert_eq!(code, Some(1), "{asked}");
    assert!(
        asked.contains(&counted("selected.title.revoke", 2)),
        "{asked}"
    );
    let listed = env.keyrack(&["list", "--json", "--label", CUSTOMER], "");
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).expect("a list");
    for row in &listed {
        for known in [
            &row["workspace_name"],
            &row["owner"]["email"],
            &row["bot_id"],
        ] {
            assert!(asked.contains(known.as_str().expect("text")), "{asked}");
        }
    }
    assert!(!asked.contains("Zeppelin"), "{asked}");
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);

    let revoked = env.keyrack(&["revoke", "--label", CUSTOMER], "");
    assert!(revoked.status.success(), "{}", said(&revoked));
    let text = printed(&revoked);
    for workspace in ["Ada", "Bureau"] {
        let title = filled("receipt.revoked.title", &[("workspace", workspace)]);
        assert!(text.contains(&title), "{text}");
    }
    assert_eq!(
        text.matches(&filled("receipt.confirmed", &[("issuer", "Notion")]))
            .count(),
        2,
        "{text}"
    );
    assert!(text.contains("Labels: Äpfel & Söhne, VIP\n"), "{text}");
    assert!(text.contains("Label: Äpfel & Söhne\n"), "{text}");
    assert!(!text.contains("Ask Jo"), "{text}");

    let left = rows(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(left, [("Zeppelin".to_owned(), json!([]), Value::Null)]);
    let other = env.keyrack(&["forget", "Zeppelin"], "");
    assert!(other.status.success(), "{}", said(&other));
    let receipts = env.keyrack(&["receipts", "--json", "--label", CUSTOMER], "");
    let receipts: Vec<Value> = serde_json::from_slice(&receipts.stdout).expect("a list");
    assert_eq!(receipts.len(), 2);
    assert!(!env.data_folder().join("keyrack-labels.json").exists());
}

#[tokio::test]
async fn one_connection_of_a_label_is_one_of_several_in_json() {
    let env = labelled().await;
    let forgotten = env.keyrack(&["forget", "--label", "vip", "--json"], "");
    let end: Value = serde_json::from_slice(&forgotten.stdout).expect("a document");
    assert_eq!(end["counts"]["succeeded"], 1, "{end}");
    assert_eq!(end["receipts"][0]["labels"], json!([CUSTOMER, "VIP"]));
}

#[tokio::test]
async fn labels_come_back_with_the_connections_of_a_lost_database() {
    let env = labelled().await;
    let file = env.data_folder().join("keyrack-labels.json");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    env.lose_database();
    let listed = env.keyrack(&["list", "--json", "--label", CUSTOMER], "");
    assert!(said(&listed).contains(&words("rebuilt.missing")));
    let labels: Vec<_> = rows(&listed)
        .into_iter()
        .map(|(_, labels, _)| labels)
        .collect();
    assert_eq!(labels.len(), 2);
    assert!(labels.contains(&json!([CUSTOMER, "VIP"])), "{labels:?}");
}

#[tokio::test]
async fn what_is_no_label_is_refused_and_a_shell_completes_those_there_are() {
    let env = labelled().await;
    let before = printed(&env.keyrack(&["list", "--json"], ""));
    let long = "a".repeat(61);
    for (change, field) in [("--add", "invalid.label"), ("--note", "invalid.note")] {
        let text = long.repeat(if change == "--note" { 10 } else { 1 });
        let refused = env.keyrack(&["label", "Zeppelin", "--add", "New", change, &text], "");
        assert_eq!(refused.status.code(), Some(1), "{change}");
        assert!(said(&refused).contains(&words(field)), "{}", said(&refused));
    }
    assert_eq!(printed(&env.keyrack(&["list", "--json"], "")), before);

    let complete = |typed: &[&str]| {
        let words = [&["complete", "fish", "--", "keyrack"], typed].concat();
        printed(&env.keyrack(&words, ""))
    };
    let customer = format!("{CUSTOMER}\n");
    assert_eq!(complete(&["revoke", "--label", "Ä"]), customer);
    assert_eq!(complete(&["list", "--label", "v"]), "VIP\n");
    assert_eq!(complete(&["label", "Ada", "--remove", "ä"]), customer);
    assert_eq!(complete(&["label", "Ada", "--note", ""]), "");
}
