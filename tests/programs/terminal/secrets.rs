//! A client's secret, asked for on a terminal.

use support::process::signal;
use support::secrets;
use support::terminal::Terminal;
use support::test_env::TestEnv;
use support::wait::until;
use support::words::{filled, words};

fn adding(env: &TestEnv) -> Terminal {
    let mut add = env.world.command(&env.program);
    add.args(["client", "add", "--name", "Mine", "--id", "0b7d"]);
    let terminal = Terminal::start(add.env("TERM", "xterm"));
    terminal.shows(&filled("command.secret", &[("name", "Mine")]));
    terminal
}

/// Whether the terminal shows what is typed, as a shell wants it.
fn echoes(terminal: &mut Terminal) -> bool {
    terminal.type_text("seen?\n");
    terminal.shows("DONE");
    terminal.shown().contains("seen?")
}

#[test]
fn a_secret_is_asked_for_not_shown_and_ends_with_enter() {
    let env = TestEnv::new();
    let mut terminal = adding(&env);
    terminal.type_text("secret_typed\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("secret_typed"), "{shown}");
    let [entry] = &secrets::entries(&env.world)[..] else {
        panic!("one entry");
    };
    let kept = entry.secret.as_deref().expect("a secret");
    assert!(kept.contains("\"secret_typed\""));

    let mut renew = env.world.command(&env.program);
    renew.args(["client", "secret", "Mine"]);
    let mut terminal = Terminal::start(&renew);
    terminal.shows(&filled("command.secret", &[("name", "Mine")]));
    terminal.type_text("secret_renewed\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(4), "Notion does not take it: {shown}");
    assert!(!shown.contains("secret_renewed"), "{shown}");
}

#[test]
fn nothing_is_shown_to_a_hand_that_is_faster_than_the_program() {
    let env = TestEnv::new();
    let mut add = env.world.command("strace");
    // Each setting of the terminal takes a while.
    add.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=ioctl"]);
    add.args(["-e", "inject=ioctl:delay_enter=300000"])
        .arg(&env.program);
    add.args(["client", "add", "--name", "Mine", "--id", "0b7d"]);
    let mut terminal = Terminal::start(&add);
    terminal.shows(&filled("command.secret", &[("name", "Mine")]));
    terminal.type_text("secret_typed\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("secret_typed"), "{shown}");
    assert_eq!(secrets::entries(&env.world).len(), 1);
}

#[test]
fn a_second_line_of_a_secret_is_refused_and_reaches_no_shell() {
    let env = TestEnv::new();
    let mut terminal = adding(&env);
    terminal.type_text("secret_one\nsecret_two\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains(&words("problem.secret-unreadable.what")),
        "{shown}"
    );
    assert!(!shown.contains("secret_"), "{shown}");
    assert_eq!(secrets::entries(&env.world), []);
}

/// Waits for the end of the command: what is typed before may still be its own.
fn has_ended(env: &TestEnv) {
    until("its end", || {
        env.world.process_of(&env.program).is_none().then_some(())
    });
}

#[test]
fn ctrl_c_at_the_question_leaves_nothing_behind_and_the_terminal_as_it_was() {
    let env = TestEnv::new();
    let mut shell = env.world.command("sh");
    // Without job control, the shell would end with its child.
    let script = "trap : INT; \"$0\" client add --name Mine --id 0b7d; read line; echo DONE";
    shell.args(["-c", script]).arg(&env.program);
    let mut terminal = Terminal::start(&shell);
    terminal.shows(&filled("command.secret", &[("name", "Mine")]));
    terminal.type_text("secret_ty\x03");
    terminal.shows(&words("problem.secret-unreadable.what"));
    has_ended(&env);
    assert!(echoes(&mut terminal), "{}", terminal.shown());
    assert!(!terminal.shown().contains("secret_ty"));
    assert_eq!(secrets::entries(&env.world), []);
}

#[test]
fn whatever_ends_the_question_the_terminal_is_as_it_was() {
    for name in ["TERM", "HUP", "QUIT"] {
        let env = TestEnv::new();
        let mut shell = env.world.command("sh");
        let script =
            "trap : HUP QUIT; \"$0\" client add --name Mine --id 0b7d; read line; echo DONE";
        shell.args(["-c", script]).arg(&env.program);
        let mut terminal = Terminal::start(&shell);
        terminal.shows(&filled("command.secret", &[("name", "Mine")]));
        terminal.type_text("secret_ty");
        let process = env.world.process_of(&env.program).expect("it asks");
        signal(name, &process.to_string());
        terminal.shows(&words("problem.secret-unreadable.what"));
        has_ended(&env);
        assert!(echoes(&mut terminal), "{name}: {}", terminal.shown());
        assert!(!terminal.shown().contains("secret_ty"), "{name}");
    }
}

#[test]
fn what_stands_around_a_piped_secret_is_not_part_of_it() {
    let env = TestEnv::new();
    let piped = "\u{FEFF}\u{A0}\u{201C}secret_\u{200B}piped\u{201D}\r\n";
    let add = ["client", "add", "--name", "Mine", "--id", "<0b7d>"];
    assert!(env.keyrack(&add, piped).status.success());
    let entries = secrets::entries(&env.world);
    let kept = entries[0].secret.as_deref().expect("a secret");
    assert!(kept.contains("\"secret_piped\""));
    assert!(kept.contains("\"0b7d\""));
    for refused in ["", "\u{FEFF}\n", "two\nlines", "two words"] {
        let output = env.keyrack(&add, refused);
        assert_eq!(output.status.code(), Some(1), "{refused:?}");
    }
}
