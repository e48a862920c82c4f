//! The command line by itself: results, reasons and exit codes.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Output, Stdio};

use serde_json::Value;
use support::cli;
use support::links;
use support::process::signal;
use support::programs;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::words::{counted, words};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn neither_the_command_nor_the_sandbox_loads_webkit() {
    for program in [programs::keyrack(), programs::sandbox()] {
        let bytes = fs::read(&program).unwrap();
        let named = b"libwebkit2gtk";
        assert!(
            !bytes.windows(named.len()).any(|part| part == named),
            "{}",
            program.display()
        );
    }
}

#[tokio::test]
async fn connect_check_and_revoke_tell_their_results_as_json() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    let listed = json(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(listed[0]["workspace_name"], ACME);
    assert_eq!(listed[0]["status"], "active");
    let bot_id = listed[0]["bot_id"].as_str().unwrap();

    let checked = json(&env.keyrack(&["check", bot_id, "--json"], ""));
    assert_eq!(checked["status"], "active");
    env.sandbox.revoke(bot_id).await;
    let checked = json(&env.keyrack(&["check", "--all", "--json"], ""));
    assert_eq!(checked[0]["status"], "inactive");
    let (id, client) = (&checked[0]["id"], &checked[0]["client"]["id"]);
    assert!(id.is_string() && client.is_string());
    let list = env.keyrack(&["list"], "").stdout;
    let list = String::from_utf8(list).unwrap();
    let cells: Vec<_> = list.trim_end().split('\t').collect();
    assert_eq!(cells[..2], [ACME, "inactive"], "{list}");

    let receipt = json(&env.keyrack(&["revoke", ACME, "--json"], ""));
    assert_eq!(receipt["kind"], "revoke");
    assert_eq!(
        (&receipt["connection_id"], &receipt["client"]["id"]),
        (id, client)
    );
    let confirmed = receipt["confirmed_at"].as_str();
    assert!(
        confirmed.is_some_and(|at| at.ends_with('Z')),
        "confirmed by introspection"
    );
    let kept = json(&env.keyrack(&["receipts", "--json"], ""));
    assert_eq!(kept, Value::Array(vec![receipt.clone()]));
    let words = env.keyrack(&["receipts"], "");
    let words = String::from_utf8(words.stdout).unwrap();
    let id = receipt["request_ids"][0].as_str().unwrap();
    let whole = format!("\t{ACME}\trevoke\tMine\t{id}");
    assert!(words.contains(&whole), "{words}");
    let long = env.keyrack(&["receipts", "--long"], "");
    let long = String::from_utf8(long.stdout).unwrap();
    assert!(long.contains("Z  Mine") && long.contains(id), "{long}");
    assert_eq!(
        json(&env.keyrack(&["list", "--json"], "")),
        Value::Array(Vec::new())
    );
}

#[tokio::test]
async fn a_revocation_that_notion_does_not_take_fails_and_is_said_to_be_unfinished() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    let busy = serde_json::json!({"endpoint": "revoke", "times": 1, "status": 503});
    env.sandbox.fault(busy).await;
    let output = env.keyrack(&["revoke", ACME], "");
    assert_eq!(output.status.code(), Some(5));
    assert!(
        said(&output).contains(&format!("Revoking {ACME} is not finished.")),
        "{}",
        said(&output)
    );
    let listed = json(&env.keyrack(&["list", "--json"], ""));
    assert_eq!(listed[0]["status"], "revocation-pending");
}

#[test]
fn wrong_usage_and_failures_have_exit_codes_of_their_own() {
    let mut env = TestEnv::new();
    let code = |output: &Output| output.status.code();
    assert_eq!(code(&env.keyrack(&["check"], "")), Some(2));
    assert_eq!(code(&env.keyrack(&["explode"], "")), Some(2));
    let unknown = env.keyrack(&["check", "Nowhere"], "");
    assert_eq!(code(&unknown), Some(3));
    assert!(said(&unknown).contains("Nowhere"), "{}", said(&unknown));
    let connect = env.keyrack(&["connect", "--no-browser"], "");
    assert_eq!(code(&connect), Some(3));
    assert!(said(&connect).contains("client add"), "{}", said(&connect));
    env.world.set("KEYRACK_NOTION_URL", "http://example.org");
    let refused = env.keyrack(&["client", "list"], "");
    assert_eq!(code(&refused), Some(1));
    assert!(
        said(&refused).contains("KEYRACK_NOTION_URL"),
        "{}",
        said(&refused)
    );
}

#[tokio::test]
async fn a_name_that_several_connections_have_is_refused_with_the_candidates() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    // A second client of the same integration is a connection of its own.
    let (id, secret) = (&env.sandbox.client_id, &env.sandbox.client_secret);
    env.add_client_named("Other", id, secret);
    let connected = cli::connect_with(&env, &["--client", "Other"]).await;
    assert!(connected.success());

    let before = env.sandbox.requests().await.len();
    let output = env.keyrack(&["revoke", ACME], "");
    assert_eq!(output.status.code(), Some(3));
    let listed = json(&env.keyrack(&["list", "--json"], ""));
    for connection in listed.as_array().unwrap() {
        let words = said(&output);
        // Two clients of one integration have one bot, so that only this tells them apart.
        let id = connection["id"].as_str().unwrap();
        let client = connection["client"]["name"].as_str().unwrap();
        let line = words.lines().find(|line| line.contains(id));
        assert!(line.is_some_and(|line| line.ends_with(client)), "{words}");
    }
    assert_eq!(
        env.sandbox.requests().await.len(),
        before,
        "nothing was done"
    );
}

fn names(output: &Output) -> Vec<String> {
    let rows = json(output);
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["workspace_name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn several_or_all_are_checked_refreshed_revoked_and_forgotten_at_once() {
    let env = cli::three_workspaces().await;
    let checked = env.keyrack(&["check", "Ada", "Bureau", "--json"], "");
    assert_eq!(names(&checked), ["Ada", "Bureau"]);
    let refreshed = json(&env.keyrack(&["refresh", "--all", "--json"], ""));
    assert_eq!(refreshed["counts"]["succeeded"], 3, "{refreshed}");
    assert_eq!(env.exchanges().await, 6);

    let unknown = env.keyrack(&["revoke", "Ada", "Nobody"], "");
    assert_eq!(unknown.status.code(), Some(3));
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 0);
    let busy = serde_json::json!({"endpoint": "revoke", "times": 1, "status": 503});
    env.sandbox.fault(busy).await;
    let revoked = env.keyrack(&["revoke", "Ada", "Bureau", "--json"], "");
    assert_eq!(revoked.status.code(), Some(1), "one of them was not");
    let (end, said) = (json(&revoked), said(&revoked));
    assert_eq!(end["receipts"].as_array().map(Vec::len), Some(1), "{end}");
    let left = end["not_done"][0]["connection"]["workspace_name"].clone();
    let left = left.as_str().expect("the one that is left");
    assert!(
        said.contains(&format!("Revoking {left} is not finished.")),
        "{said}"
    );
    assert!(
        said.contains(&counted("problem.not-all-done.what", 1)),
        "{said}"
    );

    let forgotten = env.keyrack(&["forget", "--all"], "");
    assert!(forgotten.status.success());
    let text = String::from_utf8_lossy(&forgotten.stdout).into_owned();
    assert!(text.contains("Zeppelin") && text.contains(left), "{text}");
    assert!(names(&env.keyrack(&["list", "--json"], "")).is_empty());
    let receipts = json(&env.keyrack(&["receipts", "--json"], ""));
    assert_eq!(receipts.as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn ctrl_c_begins_no_further_one_and_says_what_is_untouched() {
    let env = cli::three_workspaces().await;
    for name in ["Delta", "Echo", "Foxtrot"] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let slow = serde_json::json!({"endpoint": "revoke", "times": 100, "delay_ms": 1_000});
    env.sandbox.fault(slow).await;
    let mut command = env.world.command(programs::keyrack());
    command
        .args(["revoke", "--all", "--json"])
        .stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let revoking = command.spawn().expect("started");
    until_async("the first revocations", async || {
        (env.sandbox.count("POST /v1/oauth/revoke").await >= 4).then_some(())
    })
    .await;
    signal("INT", &revoking.id().to_string());
    let output = revoking.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(1));
    let end = json(&output);
    assert_eq!(end["counts"]["state"], "cancelled");
    let receipts = end["receipts"].as_array().map_or(0, Vec::len);
    assert_eq!(receipts, 4, "those under way are finished: {end}");
    let untouched = counted("summary.untouched", 2);
    assert!(said(&output).contains(&untouched), "{}", said(&output));
    assert_eq!(names(&env.keyrack(&["list", "--json"], "")).len(), 2);
}

#[tokio::test]
async fn a_wrong_paste_can_be_pasted_again_and_ends_a_script() {
    let env = TestEnv::with_client();
    let mut connecting = cli::begin(&env).expect("a link");
    connecting.type_line("https://example.org/?code=c&state=made-up");
    let callback = env.callback(&connecting.link).await;
    connecting.type_line(&callback);
    assert!(connecting.end().success());
    assert_eq!(env.exchanges().await, 1);

    let mut connecting = cli::begin(&env).expect("a link");
    connecting.type_line("nonsense");
    assert_eq!(connecting.end().code(), Some(1));
    assert_eq!(env.exchanges().await, 1);
}

#[tokio::test]
async fn a_client_is_edited_given_a_renewed_secret_and_removed_by_command() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    let edit = ["client", "edit", "Mine", "--name", "Agency", "--budget"];
    let edited = env.keyrack(&[&edit[..], &["higher", "--json"]].concat(), "");
    assert_eq!(edited.status.code(), Some(0), "{}", said(&edited));
    let (edited, listed) = (
        json(&edited),
        env.keyrack(&["client", "list", "--json"], ""),
    );
    assert_eq!(edited, json(&listed));
    assert_eq!(edited[0]["name"], "Agency");
    assert_eq!(edited[0]["budget"], "higher");
    assert_eq!(edited[0]["redirect_method"], "app-link", "as it was");
    let nothing = env.keyrack(&["client", "edit", "Agency"], "");
    assert_eq!(nothing.status.code(), Some(2), "there is nothing to change");

    let renewed = env.sandbox.renew_secret().await;
    let refused = env.keyrack(&["refresh", ACME], "");
    assert_eq!(refused.status.code(), Some(4));
    let wrong = env.keyrack(&["client", "secret", "Agency"], "secret_wrong");
    assert_eq!(wrong.status.code(), Some(4), "Notion does not take it");
    let replaced = env.keyrack(&["client", "secret", "Agency"], &renewed);
    assert_eq!(replaced.status.code(), Some(0), "{}", said(&replaced));
    let refreshed = env.keyrack(&["refresh", ACME, "--json"], "");
    assert_eq!(refreshed.status.code(), Some(0), "{}", said(&refreshed));

    let kept = env.keyrack(&["client", "remove", "Agency"], "");
    assert_eq!(kept.status.code(), Some(1));
    assert!(said(&kept).contains("has connections"), "{}", said(&kept));
    let remove = ["client", "remove", "Agency", "--revoke-connections"];
    let removed = env.keyrack(&remove, "");
    assert_eq!(removed.status.code(), Some(0), "{}", said(&removed));
    let listed = env.keyrack(&["list", "--json"], "");
    assert_eq!(json(&listed), serde_json::json!([]));
    assert_eq!(secrets::entries(&env.world), []);
    assert_eq!(env.sandbox.count("POST /v1/oauth/revoke").await, 2);
}

#[tokio::test]
async fn a_connect_that_was_killed_after_its_exchange_is_told_once_by_the_next_command() {
    let mut env = TestEnv::with_client();
    let killed = env.world.path("killed");
    let step = "KEYRACK_FAILPOINT=notion.exchange:1";
    let script = format!("exec env {step} '{}' \"$@\"", env.program.display());
    programs::script(&killed, &script);
    env.program = killed;
    assert_eq!(cli::connect(&env).await.signal(), Some(9));

    env.program = programs::keyrack();
    let listed = env.keyrack(&["list", "--json"], "");
    let told = said(&listed);
    assert!(told.contains("no new token is kept here"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(json(&listed), Value::Array(Vec::new()));
    let again = said(&env.keyrack(&["list"], ""));
    assert_eq!(again.trim(), words("command.nothing"), "once");
}

#[tokio::test]
async fn what_the_command_line_does_shows_in_the_open_window_and_the_other_way_round() {
    let mut env = TestEnv::with_client();
    let window = env.window().await;

    assert!(cli::connect(&env).await.success());
    let row = window.row(ACME);
    row.has("data-status", "active").await;

    let bot_id = row.attr("data-bot-id").await.expect("a bot id");
    env.sandbox.revoke(&bot_id).await;
    assert!(env.keyrack(&["check", ACME], "").status.success());
    row.has("data-status", "inactive").await;

    assert!(env.keyrack(&["revoke", ACME], "").status.success());
    row.disappears().await;

    // And the other way: after all these processes have come and gone, what the window writes is
    // still written where the next one reads it.
    let link = env.begin(&window).await;
    links::open(&env.world, &env.callback(&link).await);
    row.has("data-status", "active").await;
    let listed = env.keyrack(&["list"], "");
    assert!(String::from_utf8_lossy(&listed.stdout).contains(ACME));
    assert!(env.keyrack(&["forget", ACME], "").status.success());
    row.disappears().await;
    assert_eq!(
        secrets::entries(&env.world).len(),
        1,
        "only the client's secret is left"
    );
    window.close().await;
}

#[test]
fn the_command_speaks_the_language_that_is_asked_for_or_the_system_s() {
    let mut env = TestEnv::new();
    let refusal = |env: &TestEnv, arguments: &[&str]| said(&env.keyrack(arguments, ""));
    let german =
        "Keine Verbindung heißt „Nowhere“. Nichts wurde geändert. Alle zeigt: keyrack list";
    let asked = refusal(&env, &["--language", "de", "check", "Nowhere"]);
    assert!(asked.contains(german), "{asked}");
    env.world.set("LC_ALL", "de_DE.UTF-8");
    let system = refusal(&env, &["check", "Nowhere"]);
    assert!(system.contains(german), "{system}");
    let english = refusal(&env, &["check", "Nowhere", "--language", "en"]);
    assert!(
        english.contains("No connection is called “Nowhere”."),
        "{english}"
    );
}
