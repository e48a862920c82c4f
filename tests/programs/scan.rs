//! `keyrack scan`: tokens that lie in clear text are found, named and replaced, and nothing else is.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use support::secrets;
use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv};
use support::words::{filled, words};

/// A token that looks like one of Notion's, and is of nobody here.
const STRANGER: &str = "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";

/// What looks alike: ids, hashes, other vendors' keys, and what a person has yet to fill in.
const ALIKE: &str = "0b7d2f6e-1c3a-4f5b-9d8e-7a6b5c4d3e2f\n\
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
    API_KEY=sk_live_51H8abcDEFghiJKLmnoPQRstuVWXyz0123456789abcdefGHIJ\n\
    GITHUB_TOKEN=ghp_16C7e42F292c6912E7710c838347Ae178B4aX0q9\n\
    NOTION_TOKEN=ntn_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\
    NOTION_TOKEN=keyrack://Acme Research\n";

/// The secrets of a connected environment.
struct Own {
    access: String,
    refresh: String,
    client: String,
}

fn own(env: &TestEnv) -> Own {
    let mut own = Own {
        access: String::new(),
        refresh: String::new(),
        client: String::new(),
    };
    for entry in secrets::entries(&env.world) {
        let entry: Value = serde_json::from_str(entry.secret.as_deref().unwrap()).unwrap();
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        if entry["kind"] == "client" {
            own.client = text("client_secret");
        } else {
            (own.access, own.refresh) = (text("access"), text("refresh"));
        }
    }
    own
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A document, after the search that no secret is in what was printed.
fn document(scanned: &Output, own: &Own) -> Value {
    let said = String::from_utf8_lossy(&scanned.stdout) + String::from_utf8_lossy(&scanned.stderr);
    for secret in [&own.access, &own.refresh, &own.client] {
        assert!(!said.contains(&secret[..16]), "{said}");
    }
    assert!(!said.contains(&STRANGER[..16]), "{said}");
    serde_json::from_slice(&scanned.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The strays of a document: the file's end, the line, what it is and whose.
fn found(document: &Value) -> Vec<(String, u64, String, Value)> {
    let strays = document["strays"].as_array().unwrap().iter();
    strays
        .map(|stray| {
            let path = Path::new(stray["path"].as_str().unwrap());
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                stray["line"].as_u64().unwrap(),
                stray["what"].as_str().unwrap().to_owned(),
                stray["whose"]["kind"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn everything_in_a_planted_home_is_found_and_nothing_is_invented() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let home = env.world.home();
    write(
        &home.join(".bash_history"),
        &format!("ls\ncurl -H 'Authorization: Bearer {}'\n", own.access),
    );
    let settings = json!({ "mcpServers": { "notion": { "command": "npx", "args": ["-y", "server"],
        "env": { "NOTION_TOKEN": own.access } } } });
    write(&home.join(".cursor/mcp.json"), &format!("{settings:#}"));
    write(
        &home.join(".config/notion/auth.json"),
        &format!("{{\"token\": \"{STRANGER}\"}}"),
    );
    let site = home.join("site");
    let env_file = format!(
        "# {}\nNOTION_TOKEN={}\nSECRET={}\n",
        own.refresh, own.access, own.client
    );
    write(&site.join("deep/.env"), &env_file);
    write(&site.join("alike.txt"), ALIKE);
    let long = format!("{}\n{STRANGER}\n", "x".repeat(3 << 20));
    write(&site.join("long.log"), &long);
    std::os::unix::fs::symlink(home.join(".bash_history"), site.join("link")).unwrap();
    // Not looked at unless it is named.
    write(&home.join("elsewhere/.env"), &format!("A={STRANGER}"));

    // What is in a folder that is named too is looked at once, by whatever path.
    std::os::unix::fs::symlink(&site, home.join("alias")).unwrap();
    let (deep, alias, known) = (site.join("deep"), home.join("alias"), home.join(".cursor"));
    let named = [&site, &deep, &alias, &known].map(|path| path.to_str().unwrap());
    let scanned = env.keyrack(&[&["scan", "--json"][..], &named].concat(), "");
    assert_eq!(scanned.status.code(), Some(0));
    let document = document(&scanned, &own);
    let of = |file: &str, line: u64, what: &str, whose: Value| {
        (file.to_owned(), line, what.to_owned(), whose)
    };
    let connection = || json!("connection");
    assert_eq!(
        found(&document),
        [
            of(".bash_history", 2, "token", connection()),
            of("auth.json", 1, "token", Value::Null),
            of("mcp.json", 10, "token", connection()),
            of(".env", 1, "refresh-token", connection()),
            of(".env", 2, "token", connection()),
            of(".env", 3, "client-secret", json!("client")),
            of("long.log", 2, "token", Value::Null),
        ]
    );
    assert_eq!(document["unread"], json!([]));
    assert_eq!(document["own_unknown"], Value::Null);
    assert_eq!(document["files"], 6, "the link is not followed");
    let strays = document["strays"].as_array().unwrap();
    assert_eq!(strays[4]["begins"], format!("{}…", &own.access[..8]));
    assert_eq!(
        strays[4]["diff"]["after"],
        json!([format!("NOTION_TOKEN=\"keyrack://{ACME}\"")])
    );
    let id = strays[2]["whose"]["id"].as_str().unwrap();
    assert_eq!(
        strays[2]["diff"]["after"],
        json!([
            "\"command\": \"keyrack\",",
            format!("\"args\": [\"run\", \"{id}\", \"--\", COMMAND, ARGUMENTS]")
        ])
    );
    assert_eq!(
        fs::read_to_string(site.join("deep/.env")).unwrap(),
        env_file,
        "nothing is written"
    );

    let only = [
        "scan",
        "--json",
        "--only",
        "--exit-code",
        site.to_str().unwrap(),
    ];
    let only = env.keyrack(&only, "");
    assert_eq!(only.status.code(), Some(4));
    assert_eq!(found(&self::document(&only, &own)).len(), 4);
    let alike = site.join("alike.txt");
    let clean = env.keyrack(
        &[
            "scan",
            "--json",
            "--only",
            "--exit-code",
            alike.to_str().unwrap(),
        ],
        "",
    );
    assert_eq!(
        (clean.status.code(), found(&self::document(&clean, &own))),
        (Some(0), vec![])
    );
}

#[tokio::test]
async fn a_person_is_told_the_command_that_ends_the_token_and_it_does() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let file = env.world.home().join("notes/.env");
    write(
        &file,
        &format!("NOTION_TOKEN={}\nOTHER={STRANGER}\n", own.access),
    );
    let folder = file.parent().unwrap().to_str().unwrap();
    let mut command = env.world.command(&env.program);
    let terminal = Terminal::start(command.args(["scan", folder]).env("TERM", "dumb"));
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        !shown.contains(&own.access[..16]) && !shown.contains(&STRANGER[..16]),
        "{shown}"
    );
    let of = filled("scan.of", &[("what", &words("scan.token")), ("name", ACME)]);
    assert!(shown.contains(&of), "{shown}");
    assert!(
        shown.contains(&format!("+ NOTION_TOKEN=\"keyrack://{ACME}\"")),
        "{shown}"
    );
    let revoke = format!("keyrack revoke \"{ACME}\"");
    assert!(shown.contains(&revoke), "{shown}");

    assert!(env.sandbox.is_active(&own.access).await);
    assert!(env.keyrack(&["revoke", ACME], "").status.success());
    assert!(
        !env.sandbox.is_active(&own.access).await,
        "what lies there is worthless"
    );
    let again = env.keyrack(&["scan", "--json", "--only", folder], "");
    assert_eq!(
        found(&document(&again, &own)),
        [
            (".env".to_owned(), 1, "token".to_owned(), json!("revoked")),
            (".env".to_owned(), 2, "token".to_owned(), Value::Null)
        ]
    );
}

#[tokio::test]
async fn a_person_is_told_to_take_a_token_out_where_no_line_can_stand_instead() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let home = env.world.home();
    let token = &own.access;
    let settings = format!(
        "{{ // mine\n\"notion\": {{ \"command\": \"npx\", \"env\": {{ \"NOTION_TOKEN\": \"{token}\" }} }} }}"
    );
    for (file, text) in [
        (".bashrc", format!("export NOTION_TOKEN={token}\n")),
        (
            ".zsh_history",
            format!(": 1:0;NOTION_TOKEN={token} npx x\n"),
        ),
        (
            ".codex/config.toml",
            format!("[a]\nenv = {{ NOTION_TOKEN = \"{token}\" }}\n"),
        ),
        (".cursor/mcp.json", settings),
    ] {
        write(&home.join(file), &text);
    }
    let scanned = env.keyrack(&["scan", "--json"], "");
    let document = document(&scanned, &own);
    let strays = document["strays"].as_array().unwrap();
    assert_eq!(strays.len(), 4, "{document}");
    assert!(
        strays.iter().all(|stray| stray["diff"].is_null()),
        "{document}"
    );
    let mut command = env.world.command(&env.program);
    let terminal = Terminal::start(command.arg("scan").env("TERM", "dumb"));
    let (_, shown) = terminal.end();
    let run = format!("keyrack run \"{ACME}\" -- PROGRAM");
    assert_eq!(shown.matches(&run).count(), 4, "{shown}");
}

#[tokio::test]
async fn the_window_finds_a_token_and_makes_it_worthless() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let folder = env.world.home().join("notes");
    let text = format!("NOTION_TOKEN={}\nOTHER={STRANGER}\n", own.access);
    write(&folder.join(".env"), &text);
    let window = env.window().await;
    window.at("settings").click().await;
    window.at("scan-open").click().await;
    window.at("scan-folders").fill("~/notes").await;
    window.at("scan-look").click().await;
    window.at("stray").appears().await;
    assert_eq!(window.at("stray").count().await, 2);
    let source = window.source().await;
    for secret in [&own.access, STRANGER] {
        assert!(
            !source.contains(&secret[..16]),
            "no secret reaches the page"
        );
    }
    assert!(source.contains(&format!("keyrack://{ACME}")), "a way out");
    assert!(env.sandbox.is_active(&own.access).await);
    window.at("stray-revoke").click().await;
    window.at("confirm-revoke").click().await;
    let over = filled("scan.window.over", &[("what", &words("scan.token"))]);
    window.at("stray").holds(&over).await;
    assert!(!env.sandbox.is_active(&own.access).await);
    assert_eq!(
        fs::read_to_string(folder.join(".env")).unwrap(),
        text,
        "nothing is written"
    );
    window.close().await;
}

#[tokio::test]
async fn without_the_keyring_tokens_are_found_by_what_they_look_like_and_this_is_told() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let file = env.world.home().join("site/.env");
    write(&file, &format!("NOTION_TOKEN={}\n", own.access));
    env.world.lock_keyring();
    let scanned = env.keyrack(&["scan", "--json", file.to_str().unwrap()], "");
    assert_eq!(scanned.status.code(), Some(0));
    let document = document(&scanned, &own);
    assert_eq!(
        found(&document),
        [(".env".to_owned(), 1, "token".to_owned(), Value::Null)]
    );
    assert_eq!(document["own_unknown"]["code"], "keyring-locked");
}

#[tokio::test]
async fn what_is_named_and_is_not_there_is_no_clean_folder() {
    let env = TestEnv::connected_by_command().await;
    let scanned = env.keyrack(&["scan", "--json", "--only", "/nowhere/at all"], "");
    assert_eq!(scanned.status.code(), Some(1));
    let said = String::from_utf8_lossy(&scanned.stderr);
    assert!(
        said.contains("input-file") && said.contains("/nowhere/at all"),
        "{said}"
    );
    let token = "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";
    let named = format!("/nowhere/{token}");
    let scanned = env.keyrack(&["scan", "--only", &named], "");
    let said = String::from_utf8_lossy(&scanned.stderr);
    assert!(said.contains("/nowhere/ntn_5809…"), "{said}");
    assert!(!said.contains(token), "{said}");
}

#[tokio::test]
async fn nothing_else_that_is_secret_is_printed_beside_a_token() {
    let env = TestEnv::connected_by_command().await;
    let own = own(&env);
    let folder = env.world.home().join("site");
    let token = &own.access;
    let line = format!("A={token}  # was {token}, {} and hunter2\n", own.client);
    write(&folder.join("comment.env"), &line);
    let server = json!({ "command": format!("env X=hunter2 Y={} npx", own.client),
        "args": ["--password=hunter2", "postgres://u:hunter2@h/db"],
        "env": { "A": token, "OTHER": "hunter2" } });
    write(&folder.join("servers.json"), &server.to_string());
    write(&folder.join(format!("{token}.txt")), token);
    let scanned = env.keyrack(&["scan", "--json", "--only", folder.to_str().unwrap()], "");
    let document = document(&scanned, &own);
    assert!(!document.to_string().contains("hunter2"), "{document}");
    assert_eq!(found(&document).len(), 6, "{document}");
    let after = format!("A=\"keyrack://{ACME}\"");
    let diffs = document["strays"].as_array().unwrap().iter();
    let diffs: Vec<_> = diffs.map(|stray| &stray["diff"]["after"]).collect();
    assert!(diffs.contains(&&json!([after])), "{diffs:?}");
}

#[tokio::test]
async fn a_file_full_of_tokens_takes_no_longer_than_its_length() {
    let env = TestEnv::connected_by_command().await;
    let file = env.world.home().join("full.log");
    write(&file, &format!("A {STRANGER}\n").repeat(20_000));
    let scanned = env.keyrack(&["scan", "--json", "--only", file.to_str().unwrap()], "");
    let document: Value = serde_json::from_slice(&scanned.stdout).unwrap();
    let strays = document["strays"].as_array().unwrap();
    assert_eq!(
        (strays.len(), &strays[19_999]["line"]),
        (20_000, &json!(20_000))
    );
}
