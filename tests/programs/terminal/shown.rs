//! What reaches a terminal: nothing that it would obey, and no escape codes where none belong.

use std::process::{Command, Output};

use keyrack_core::is_unprintable;
use support::programs;
use support::terminal::Terminal;
use support::test_env::TestEnv;

/// A text that would change a terminal: its title, its colours, its direction, its line.
const HOSTILE: &str = "a\u{1b}]0;x\u{7}b\u{1b}[31mc\u{9b}5md\u{202e}e\u{2066}f\rg\u{200b}\u{feff}";

/// Asserts that both streams are text without anything to obey.
fn assert_inert(output: &Output, what: &str) {
    for stream in [&output.stdout, &output.stderr] {
        let text = str::from_utf8(stream).expect("text");
        // Tabs stand between cells.
        let obeyed = text
            .chars()
            .find(|c| !"\n\t".contains(*c) && is_unprintable(*c));
        assert_eq!(obeyed, None, "{what}: {text:?}");
    }
}

#[tokio::test]
async fn nothing_in_the_database_reaches_the_terminal_as_a_command() {
    let env = TestEnv::connected_by_command().await;
    assert!(env.keyrack(&["forget", "--all"], "").status.success());
    assert!(support::cli::connect(&env).await.success());
    let database = env.database();
    let owner = serde_json::json!({"kind": "user", "id": "u", "name": HOSTILE, "email": HOSTILE});
    let changed = database.execute(
        "UPDATE connections SET workspace_name = ?1, owner = ?2",
        [HOSTILE, &owner.to_string()],
    );
    assert_eq!(changed.unwrap(), 1);
    database
        .execute(
            "UPDATE clients SET name = ?1, redirect_uri = redirect_uri || ?1",
            [HOSTILE],
        )
        .unwrap();
    for arguments in [
        &["list"][..],
        &["client", "list"],
        &["receipts"],
        &["check", "--all"],
        &["check", "ab31mc5mdef g"],
        &["revoke", "--all"],
    ] {
        let output = env.keyrack(arguments, "");
        assert_inert(&output, &arguments.join(" "));
        let json = env.keyrack(&[arguments, &["--json"]].concat(), "");
        assert_inert(&json, &arguments.join(" "));
    }
}

#[test]
fn nothing_in_the_arguments_and_the_environment_reaches_the_terminal_as_a_command() {
    let mut env = TestEnv::with_client();
    let client = format!("--client={HOSTILE}");
    let budget = format!("--budget={HOSTILE}");
    for arguments in [
        &["check", HOSTILE][..],
        &["revoke", HOSTILE],
        &["connect", &client],
        &["client", "secret", HOSTILE],
        &["client", "add", "--id", HOSTILE, "--name", HOSTILE],
        &["client", "edit", "Mine", &budget],
        &[HOSTILE],
        &["list", HOSTILE],
    ] {
        assert_inert(&env.keyrack(arguments, "secret_x"), &arguments.join(" "));
    }
    let mut called = env.world.command("bash");
    called.args(["-c", "exec -a \"$1\" \"$0\" --help"]);
    let called = called.arg(&env.program).arg(HOSTILE).output().unwrap();
    assert!(called.status.success());
    assert_inert(&called, "its own name");

    let folder = env.world.path(HOSTILE);
    std::fs::write(&folder, "").unwrap();
    env.world.set("KEYRACK_DATA_DIR", folder.to_str().unwrap());
    assert_inert(&env.keyrack(&["list"], ""), "a data folder");
    let mut window = env.world.command(programs::desktop());
    assert_inert(
        &window.env_remove("DISPLAY").output().unwrap(),
        "the window",
    );
    env.world
        .set("KEYRACK_NOTION_URL", format!("http://{HOSTILE}"));
    assert_inert(&env.keyrack(&["list"], ""), "an address");
}

/// Everything that a check of all connections shows on a terminal.
fn check_all(env: &TestEnv, set: impl Fn(&mut Command) -> &mut Command) -> String {
    let mut check = env.world.command(&env.program);
    check.args(["check", "--all"]);
    set(&mut check);
    let (code, shown) = Terminal::start(&check).end();
    assert_eq!(code, Some(0), "{shown}");
    shown
}

#[tokio::test]
async fn no_escape_code_is_written_where_none_is_wanted() {
    let env = TestEnv::connected_by_command().await;
    let progress = "of 1";
    let usual = check_all(&env, |check| check.env("TERM", "xterm"));
    assert!(usual.contains("\x1b[K"), "{usual:?}");
    let dumb = check_all(&env, |check| check.env("TERM", "dumb"));
    let none = check_all(&env, |check| check.env_remove("TERM"));
    let plain = check_all(&env, |check| {
        check.env("TERM", "xterm").env("NO_COLOR", "1")
    });
    for shown in [&dumb, &none, &plain] {
        assert!(!shown.contains('\x1b'), "{shown:?}");
    }
    assert!(
        plain.contains(progress) && usual.contains(progress),
        "{plain:?}"
    );
    assert!(!dumb.contains(progress), "{dumb:?}");
}
