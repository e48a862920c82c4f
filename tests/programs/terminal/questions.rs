//! What a person at a terminal is asked before it cannot be undone.

use support::process::Program;
use support::rows;
use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv};
use support::words::{filled, words};

const REVOCATIONS: &str = "POST /v1/oauth/revoke";

fn at_a_terminal(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.world.command(&env.program);
    Terminal::start(command.args(arguments).env("TERM", "xterm"))
}

/// Answers the question that is asked, and returns the exit code and what was shown.
fn answer(env: &TestEnv, arguments: &[&str], answer: &str) -> (Option<i32>, String) {
    let mut terminal = at_a_terminal(env, arguments);
    terminal.shows(&words("command.go-on"));
    terminal.type_text(answer);
    terminal.end()
}

#[tokio::test]
async fn only_a_yes_revokes_and_the_question_says_what_comes_of_it() {
    let env = TestEnv::connected_by_command().await;
    for no in ["n\n", "\n", "yesterday\n", "\x04"] {
        let (code, shown) = answer(&env, &["revoke", ACME], no);
        assert_eq!(code, Some(1), "{no:?}: {shown}");
        let title = filled("revoke.title", &[("workspace", ACME)]);
        assert!(shown.contains(&title), "{shown}");
        assert!(shown.contains(&words("command.unwanted")), "{shown}");
    }
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
    let (code, shown) = answer(&env, &["revoke", "--all"], "Yes\n");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 2, "both tokens");
}

#[tokio::test]
async fn forgetting_and_removing_a_client_are_asked_about_too_unless_it_was_said_before() {
    let env = TestEnv::connected_by_command().await;
    let (code, shown) = answer(&env, &["forget", ACME], "n\n");
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&words("forget.text")), "{shown}");
    let remove = ["client", "remove", "Mine", "--forget-connections"];
    let (code, shown) = answer(&env, &remove, "n\n");
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&words("remove.forget.text")), "{shown}");

    let kept = ["client", "remove", "Mine"];
    let (code, shown) = at_a_terminal(&env, &kept).end();
    assert_eq!(code, Some(1), "it is refused without a question: {shown}");
    assert!(shown.contains("has connections"), "{shown}");

    let (code, shown) = at_a_terminal(&env, &["forget", ACME, "--yes"]).end();
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = at_a_terminal(&env, &["client", "remove", "Mine", "-y"]).end();
    assert_eq!(code, Some(0), "{shown}");
}

#[tokio::test]
async fn the_question_says_whose_connection_it_is_and_of_many_the_count_is_typed() {
    let env = TestEnv::connected_by_command().await;
    let (_, shown) = answer(&env, &["revoke", ACME], "n\n");
    for part in ["Jo Lindqvist", "  Mine  connected 20", " UTC"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    rows::grow(&env, 25);
    let typed = filled("command.type-count", &[("count", "25")]);
    for (act, text, no) in [("forget", "forget", "y\n"), ("revoke", "ending", "24\n")] {
        let mut terminal = at_a_terminal(&env, &[act, "--all"]);
        terminal.shows(&typed);
        terminal.type_text(no);
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains("and 5 more"), "{shown}");
        let is_timed = shown.contains(&words("ending.soon"));
        assert_eq!(is_timed, text == "ending", "{shown}");
    }
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
    let mut terminal = at_a_terminal(&env, &["forget", "--all"]);
    terminal.shows(&typed);
    terminal.type_text("25\n");
    assert_eq!(terminal.end().0, Some(0));
    let listed = env.keyrack(&["list"], "");
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "");
}

#[test]
fn a_client_that_is_here_already_is_added_again_only_by_a_yes() {
    let env = TestEnv::new();
    env.add_client_by_command();
    let listed = || {
        let listed = env.keyrack(&["client", "list", "--json"], "");
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        listed.as_array().unwrap().len()
    };
    let id = &env.sandbox.client_id;
    for (name, id, key) in [
        ("Other", id.as_str(), "client.twin"),
        ("MINE", "0b7d", "client.namesake"),
    ] {
        let told = filled(key, &[("client", "Mine")]);
        let add = ["client", "add", "--name", name, "--id", id];
        let (code, shown) = answer(&env, &add, "n\n");
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains(&told), "{shown}");
        assert_eq!(listed(), 1);
        let mut terminal = at_a_terminal(&env, &[&add[..], &["--yes"]].concat());
        terminal.shows(&filled("command.secret", &[("name", name)]));
        terminal.type_text("\x03");
        terminal.end();
    }
    let scripted = env.keyrack(
        &["client", "add", "--name", "Other", "--id", id],
        "secret\n",
    );
    assert!(
        scripted.status.success(),
        "where nobody is, nobody is asked"
    );
    let said = String::from_utf8_lossy(&scripted.stderr);
    assert!(
        said.contains(&filled("client.twin", &[("client", "Mine")])),
        "{said}"
    );
    assert_eq!(listed(), 2);
}

#[tokio::test]
async fn the_question_names_the_programs_that_lose_their_access() {
    let env = TestEnv::connected_by_command().await;
    let mut serve = env.world.command(&env.program);
    serve.args(["serve", ACME]);
    let (program, _) = Program::start_and_read_line(&env.world, &serve);
    let (code, shown) = answer(&env, &["revoke", ACME], "n\n");
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains(&format!("{ACME} is in use by ")), "{shown}");
    program.end();
    let (_, shown) = answer(&env, &["revoke", ACME], "n\n");
    assert!(!shown.contains("in use by"), "{shown}");
}

#[tokio::test]
async fn ctrl_c_at_the_question_changes_nothing() {
    let env = TestEnv::connected_by_command().await;
    let (code, shown) = answer(&env, &["revoke", ACME], "\x03");
    assert_eq!(code, None, "{shown}");
    assert_eq!(env.sandbox.count(REVOCATIONS).await, 0);
}

#[tokio::test]
async fn a_person_is_asked_at_the_terminal_wherever_the_streams_go() {
    let env = TestEnv::connected_by_command().await;
    for script in [
        "\"$0\" forget \"$1\" 2>/dev/null",
        "\"$0\" forget \"$1\" >/dev/null 2>&1",
        "echo y | \"$0\" forget \"$1\"",
    ] {
        let mut command = env.world.command("sh");
        command.args(["-c", script]).arg(&env.program).arg(ACME);
        let mut terminal = Terminal::start(command.env("TERM", "xterm"));
        terminal.shows(&words("command.go-on"));
        terminal.type_text("n\n");
        assert_eq!(terminal.end().0, Some(1), "{script}");
    }
    let listed = env.keyrack(&["list"], "");
    assert!(String::from_utf8_lossy(&listed.stdout).contains(ACME));
    let forgotten = env.keyrack(&["forget", ACME], "");
    assert!(
        forgotten.status.success(),
        "where nobody is, nobody is asked"
    );
}
