//! Keys that were made elsewhere come in by command: a token, and the pairs of a client.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::secrets;
use support::terminal::Terminal;
use support::test_env::TestEnv;
use support::words::{counted, filled, words};

const PORTAL: &str = "https://app.notion.com/developers/connections";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The token of an internal connection in a workspace of its own, as Notion shows it.
async fn made(env: &TestEnv) -> String {
    let workspace = env.sandbox.add_workspace("Birch", "Jo Lindqvist").await;
    let made = env.sandbox.make_tokens(&workspace, None).await;
    made["access_token"].as_str().unwrap().to_owned()
}

/// A pair of the client in a workspace of its own, as a line of JSON.
async fn pair(env: &TestEnv, name: &str) -> String {
    let workspace = env.sandbox.add_workspace(name, "Jo Lindqvist").await;
    let client = env.sandbox.client_id.clone();
    let made = env.sandbox.make_tokens(&workspace, Some(&client)).await;
    made.to_string()
}

#[tokio::test]
async fn a_token_is_added_used_and_forgotten_and_is_never_revoked() {
    let env = TestEnv::new();
    let token = made(&env).await;
    let add = ["add-token", "--name", "Night export", "--label", "Acme"];
    let added = env.keyrack(&[&add[..], &["--json"]].concat(), &format!("{token}\n"));
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    let added = document(&added);
    let row = &added[0];
    assert_eq!(row["client"], Value::Null);
    assert_eq!(row["made_elsewhere"]["name"], "Night export");
    assert_eq!(row["workspace_name"], "Birch");
    assert_eq!(
        document(&env.keyrack(&["client", "list", "--json"], "")),
        json!([])
    );

    for name in ["Night export", "birch"] {
        let handed = env.keyrack(&["token", name], "");
        assert_eq!(printed(&handed).trim(), token, "{}", said(&handed));
    }
    let run = ["run", "Night export", "--", "printenv", "NOTION_TOKEN"];
    assert_eq!(printed(&env.keyrack(&run, "")).trim(), token);
    let asked = env.keyrack(&["api", "Night export", "/v1/users/me"], "");
    assert_eq!(document(&asked)["bot"]["workspace_name"], "Birch");
    let checked = env.keyrack(&["check", "Birch", "--exit-code"], "");
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));

    let file = env.world.path("site/.env");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("NOTION_TOKEN={token}\n")).unwrap();
    let scanned = env.keyrack(&["scan", "--only", file.to_str().unwrap()], "");
    let row = printed(&scanned);
    assert!(row.contains(added[0]["id"].as_str().unwrap()), "{row}");
    let mut command = env.world.command(&env.program);
    command.args(["scan", "--only", file.to_str().unwrap()]);
    let (_, shown) = Terminal::start(command.env("TERM", "dumb")).end();
    let one_line = shown.replace("\r\n", " ");
    assert!(one_line.contains(PORTAL), "{shown}");
    assert!(!shown.contains("keyrack revoke"), "{shown}");

    // Without a question: there is nothing to agree to.
    let mut command = env.world.command(&env.program);
    let terminal = Terminal::start(command.args(["revoke", "Birch"]).env("TERM", "dumb"));
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(4), "{shown}");
    let mut command = env.world.command(&env.program);
    let terminal = Terminal::start(command.args(["revoke", "--all"]).env("TERM", "dumb"));
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(!shown.contains(&words("command.go-on")), "{shown}");
    for act in ["revoke", "refresh"] {
        let refused = env.keyrack(&[act, "Birch"], "");
        assert_eq!(refused.status.code(), Some(4), "{act}: {}", said(&refused));
        assert!(said(&refused).contains(PORTAL), "{}", said(&refused));
    }
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    let forgotten = env.keyrack(&["forget", "Night export"], "");
    assert_eq!(forgotten.status.code(), Some(0), "{}", said(&forgotten));
    assert_eq!(secrets::entries(&env.world), []);
    for command in ["receipts", "activity"] {
        let told = document(&env.keyrack(&[command, "--json"], ""));
        let rows = told.as_array().unwrap();
        for row in rows {
            assert_eq!(row["client"], Value::Null, "{row}");
            assert_eq!(row["made_elsewhere"]["name"], "Night export", "{row}");
        }
        assert!(!rows.is_empty(), "{command}");
    }
}

#[tokio::test]
async fn a_token_is_asked_for_without_an_echo() {
    let env = TestEnv::new();
    let token = made(&env).await;
    let mut command = env.world.command(&env.program);
    let mut terminal = Terminal::start(command.args(["add-token"]).env("TERM", "dumb"));
    terminal.shows(&words("command.token"));
    terminal.type_text(&format!("{token}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Birch"), "{shown}");
    assert!(!shown.contains(&token[..12]), "{shown}");
}

#[tokio::test]
async fn a_day_is_noted_and_a_person_is_warned_before_it() {
    let env = TestEnv::new();
    let token = made(&env).await;
    let refused = env.keyrack(&["add-token", "--expires-on", "1.3.2027"], &token);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains(&words("invalid.expires_on")));
    assert_eq!(secrets::entries(&env.world), []);
    let added = env.keyrack(&["add-token", "--expires-on", "2001-01-01"], &token);
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    let listed = |env: &TestEnv| {
        let mut command = env.world.command(&env.program);
        let terminal = Terminal::start(command.args(["list"]).env("TERM", "dumb"));
        terminal.end().1
    };
    let warned = words("expiry.today");
    let shown = listed(&env);
    assert!(!shown.contains(&warned), "{shown}");
    let past = counted("expiry.past", 9_000);
    let past = past.split('9').next().unwrap().trim();
    assert!(shown.contains(past), "{shown}");
    let check = ["check", "--all", "--exit-code"];
    assert_eq!(env.keyrack(&check, "").status.code(), Some(4));
    let far = ["label", "Birch", "--expires-on", "9999-12-31", "--json"];
    let noted = env.keyrack(&far, "");
    assert_eq!(
        document(&noted)[0]["made_elsewhere"]["expires_on"],
        "9999-12-31"
    );
    assert!(!listed(&env).contains(past));
    assert_eq!(env.keyrack(&check, "").status.code(), Some(0));
    let none = env.keyrack(&["label", "Birch", "--no-expiry", "--json"], "");
    assert_eq!(
        document(&none)[0]["made_elsewhere"]["expires_on"],
        Value::Null
    );
}

#[tokio::test]
async fn pairs_are_judged_before_any_is_kept_and_a_summary_can_be_repeated() {
    let env = TestEnv::with_client();
    let (one, two) = (pair(&env, "Birch").await, pair(&env, "Cedar").await);
    let dead = json!({ "access_token": "ntn_nobodys" });
    let list = format!("{one}\nnot json\n\n{dead}\n{two}\n{one}\n");
    let import = |more: &[&str]| {
        let import = ["import", "--client", "Mine"];
        env.keyrack(&[&import, more].concat(), &list)
    };
    let tried = import(&["--dry-run"]);
    let line =
        |number: &str, said: &str| filled("import.line", &[("line", number), ("said", said)]);
    let new = |name: &str| filled("import.new", &[("workspace", name)]);
    let fault = words("import.fault.not-json");
    let unreadable = filled("import.unreadable", &[("fault", &fault)]);
    let twice = filled("import.twice", &[("line", "1")]);
    let verdicts = [
        line("1", &new("Birch")),
        line("2", &unreadable),
        line("4", &words("import.dead")),
        line("5", &new("Cedar")),
        line("6", &twice),
    ];
    let shown = printed(&tried);
    assert!(shown.starts_with(&(verdicts.join("\n") + "\n")), "{shown}");
    assert_eq!(tried.status.code(), Some(1), "two lines are no good");
    assert_eq!(document(&env.keyrack(&["list", "--json"], "")), json!([]));

    let kept = import(&["--json"]);
    assert_eq!(kept.status.code(), Some(1), "{}", said(&kept));
    let counts = &document(&kept)["counts"];
    let expected = |kept: u32, here: u32, twice: u32| {
        json!({"kept": kept, "not_kept": 0, "here": here, "other_tokens": 0, "twice": twice,
            "same_bot": 0, "dead": 1, "other_client": 0, "not_asked": 0, "unreadable": 1})
    };
    assert_eq!(*counts, expected(2, 0, 1));
    for _ in 0..2 {
        assert_eq!(document(&import(&["--json"]))["counts"], expected(0, 3, 0));
    }
    let refused = json!({"endpoint": "introspect", "times": 1, "status": 401,
        "body": {"error": "invalid_client"}});
    env.sandbox.fault(refused.clone()).await;
    let elm = pair(&env, "Elm").await;
    let import = ["import", "--client", "Mine"];
    let stopped = env.keyrack(&import, &format!("{elm}\n{elm}\n"));
    assert_eq!(stopped.status.code(), Some(4), "{}", said(&stopped));
    let reason = words("problem.client-rejected.what");
    let rest = filled("import.stopped", &[("reason", &reason)]);
    let shown = printed(&stopped);
    assert!(shown.contains(&rest), "{shown}");
    env.sandbox.fault(refused).await;
    let stopped = document(&env.keyrack(&[&import[..], &["--json"]].concat(), &elm));
    assert_eq!(stopped["stopped"]["code"], "client-rejected");
    assert_eq!(stopped["lines"].as_array().unwrap().len(), 1);
    let refreshed = env.keyrack(&["refresh", "Cedar"], "");
    assert_eq!(refreshed.status.code(), Some(0), "{}", said(&refreshed));
}

#[tokio::test]
async fn a_person_is_asked_before_anything_is_kept_and_goes_on_after_leaving() {
    let env = TestEnv::with_client();
    let (one, two) = (pair(&env, "Birch").await, pair(&env, "Cedar").await);
    let file = env.world.path("pairs.jsonl");
    fs::write(&file, format!("{one}\n{two}\n")).unwrap();
    let start = |answer: &'static str| {
        let mut command = env.world.command("/bin/sh");
        let words = format!(
            "exec '{}' import --client Mine < '{}'",
            env.program.display(),
            file.display()
        );
        (
            Terminal::start(command.args(["-c", &words]).env("TERM", "dumb")),
            answer,
        )
    };
    let answered = |(mut terminal, answer): (Terminal, &str)| {
        terminal.shows(&words("command.go-on"));
        terminal.type_text(answer);
        terminal.end()
    };
    // Ctrl-C at the question is a no.
    for no in ["n\n", "\u{3}"] {
        let (code, shown) = answered(start(no));
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains(&counted("import.keep", 2)), "{shown}");
    }
    assert_eq!(document(&env.keyrack(&["list", "--json"], "")), json!([]));

    // Ctrl-C while Notion is asked about the second line; the first can be kept.
    let slow = json!({"endpoint": "introspect", "times": 1, "delay_ms": 0});
    env.sandbox.fault(slow).await;
    let slow = json!({"endpoint": "introspect", "times": 1, "delay_ms": 600_000});
    env.sandbox.fault(slow).await;
    let (mut terminal, answer) = start("y\n");
    terminal.shows("Birch");
    terminal.type_text("\u{3}");
    terminal.shows(&counted("import.keep", 1));
    let (code, shown) = answered((terminal, answer));
    assert_eq!(code, Some(1), "{shown}");
    env.sandbox.clear_faults().await;
    let listed = document(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let (code, shown) = answered(start("y\n"));
    assert_eq!(code, Some(0), "{shown}");
    let listed = document(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
}

#[tokio::test]
async fn a_list_in_no_known_form_is_refused_in_words() {
    let env = TestEnv::with_client();
    for list in ["", "[]", "token\nntn_1\n"] {
        let refused = env.keyrack(&["import", "--client", "Mine"], list);
        assert_eq!(refused.status.code(), Some(1), "{list}");
        let told = words("problem.list-unreadable.what");
        assert!(said(&refused).contains(&told), "{}", said(&refused));
    }
}

/// The most memory that an import of so many lines has had, in KiB, none of which is any good.
fn most_memory(env: &TestEnv, lines: usize) -> u64 {
    let mut command = env.world.command(&env.program);
    command.args(["import", "--client", "Mine"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut input = program.stdin.take().unwrap();
    let output = program.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        use std::io::{BufRead as _, BufReader};
        BufReader::new(output).lines().take(lines).count()
    });
    input.write_all(b"{}\n").unwrap();
    let line = format!("{{\"refresh_token\":\"{}\"}}\n", "x".repeat(1_000));
    for _ in 1..lines {
        input.write_all(line.as_bytes()).unwrap();
    }
    // All lines have been judged, and the program waits for more.
    assert_eq!(reader.join().unwrap(), lines);
    let status = fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    drop(input);
    assert_eq!(program.wait().unwrap().code(), Some(1));
    most
}

#[tokio::test]
async fn a_longer_list_takes_no_more_memory() {
    let env = TestEnv::with_client();
    let (few, many) = (most_memory(&env, 100), most_memory(&env, 20_000));
    // The lines are 20 MB.
    assert!(many < few + 4_096, "{few} KiB, then {many} KiB");
}

#[tokio::test]
async fn a_token_is_added_in_the_window_and_leads_to_where_it_can_be_ended() {
    let env = TestEnv::new();
    let token = made(&env).await;
    let window = env.window().await;
    window.at("add-token").click().await;
    window.at("token-field").fill("ntn_nobodys").await;
    window.at("save-token").click().await;
    window.at("token-problem").appears().await;
    window.at("token-field").fill(&token).await;
    window.at("token-name").fill("Night export").await;
    window.at("token-day").fill("2001-01-01").await;
    window.at("token-labels").fill("Acme").await;
    window.at("save-token").click().await;
    let row = window.row("Birch");
    row.has("data-status", "active").await;
    row.at("token-mark").appears().await;
    let past = counted("expiry.past", 9_000);
    let past = past.split('9').next().unwrap().trim();
    row.holds(past).await;
    let source = window.source().await;
    assert!(
        !source.contains(&token[..12]),
        "no secret stays in the page"
    );
    assert_eq!(row.at("revoke").count().await, 0);
    row.at("end-at-notion").click().await;
    let dialog = window.at("end-at-notion-dialog");
    dialog.holds(PORTAL).await;
    let id = document(&env.keyrack(&["list", "--json"], ""))[0]["bot_id"].clone();
    assert_eq!(env.sandbox.revoke(id.as_str().unwrap()).await, 1);
    window.at("check-ended").click().await;
    row.has("data-status", "inactive").await;
    window.at("forget-ended").click().await;
    window.at("confirm-forget").click().await;
    row.disappears().await;
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    assert_eq!(secrets::entries(&env.world), []);
    window.close().await;
}

#[tokio::test]
async fn pairs_are_judged_and_kept_in_the_window_also_after_the_keyring_locked() {
    let env = TestEnv::with_client();
    let (one, two) = (pair(&env, "Birch").await, pair(&env, "Cedar").await);
    let dead = json!({ "access_token": "ntn_nobodys" });
    let token = |pair: &str| {
        let pair: Value = serde_json::from_str(pair).unwrap();
        pair["access_token"].as_str().unwrap().to_owned()
    };
    let window = env.window().await;
    window.at("clients").click().await;
    window.at("import-pairs").click().await;
    let list = format!("{one}\nnot json\n{dead}\n{two}");
    // As a person ends a line.
    let typed = list.replace('\n', "\u{E006}");
    window.at("import-list").fill(&typed).await;
    window.at("import-begin").click().await;
    window.at("import-keep").appears().await;
    assert_eq!(document(&env.keyrack(&["list", "--json"], "")), json!([]));
    let source = window.source().await;
    for pair in [&one, &two] {
        assert!(
            !source.contains(&token(pair)[..16]),
            "a token is in the page"
        );
    }
    env.world.lock_keyring();
    window.at("import-keep").click().await;
    let locked = words("problem.keyring-locked.what");
    window.at("import").says(&locked).await;
    env.world.unlock_keyring();
    // Nothing of the list was lost to the lock.
    window.at("import-keep").click().await;
    window
        .at("import-result")
        .says(&counted("import.count.kept", 2))
        .await;
    window.at("close-import").click().await;
    window.close_dialog().await;
    for name in ["Birch", "Cedar"] {
        window.row(name).has("data-status", "active").await;
    }
    let listed = document(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let checked = env.keyrack(&["check", "Cedar"], "");
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    window.close().await;
}
