//! What a person at a terminal is asked before it cannot be undone.

use support::process::Program;
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
