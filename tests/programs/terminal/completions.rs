//! What three shells complete at the Tab key.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use support::process::Program;
use support::terminal::Terminal;
use support::test_env::TestEnv;

const SHELLS: [(&str, &[&str]); 3] = [
    ("bash", &["--norc", "--noprofile", "-i"]),
    ("zsh", &["-f", "-i"]),
    ("fish", &["--no-config"]),
];

/// A shell with the script that completes keyrack, at its prompt.
fn shell(env: &TestEnv, (shell, options): (&str, &[&str])) -> Terminal {
    let printed = env.keyrack(&["completions", shell], "");
    assert!(printed.status.success(), "{shell}");
    let script: PathBuf = env.world.path(&format!("completions.{shell}"));
    std::fs::write(&script, printed.stdout).unwrap();
    let mut command: Command = env.world.command(shell);
    let folder = env.program.parent().unwrap().display();
    let path = format!("{folder}:{}", env.world.env()["PATH"]);
    command.args(options).env("PATH", path);
    command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
    let mut terminal = Terminal::start(&command);
    let before = match shell {
        "zsh" => "autoload -U compinit; compinit -u -D; ",
        _ => "",
    };
    // The words that it shows are not those that are typed.
    let script = script.display();
    terminal.type_text(&format!("{before}. '{script}'; echo rea''dy\n"));
    terminal.shows("ready");
    terminal
}

#[tokio::test]
async fn a_shell_completes_commands_options_and_names_in_quotes_of_its_own() {
    let env = TestEnv::connected_by_command().await;
    let renamed = "UPDATE connections SET workspace_name = 'Zoë’s $Sons: R & D'";
    assert_eq!(env.database().execute(renamed, []).unwrap(), 1);
    for one in SHELLS {
        let mut terminal = shell(&env, one);
        // Where the completion and the program agree on the name, the row of the connection is printed.
        terminal.type_text("keyrack lis\t--stat\tactive | cut -f 2 | tr a A\n");
        terminal.shows("Active");
        terminal.type_text("keyrack chec\tZo\t --json | grep workspace_n | tr Z X\n");
        terminal.shows("Xoë’s $Sons: R & D");
        terminal.type_text("keyrack connect --no-browser --client Mi\t --bogus\n");
        terminal.shows("--client Mine");
    }
}

/// A running `keyrack serve`, and the id of its lease.
fn serving(env: &TestEnv) -> (Program, String) {
    let mut command = env.world.command(&env.program);
    let (program, line) = Program::start_and_read_line(&env.world, command.arg("serve"));
    let lease: Value = serde_json::from_str(&line).unwrap();
    (program, lease["lease"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_can_follow_is_told_at_once_from_the_database_alone() {
    let env = TestEnv::connected_by_command().await;
    let asked = env.sandbox.requests().await.len();
    let complete = |words: &[&str]| {
        let mut command = env.world.command("strace");
        let trace = env.world.path("trace");
        command
            .args(["-f", "-qq", "-e", "trace=connect", "-o"])
            .arg(&trace);
        command.arg(&env.program).args(["complete", "fish", "--"]);
        let output = command.args(words).output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(
            std::fs::read_to_string(trace).unwrap(),
            "",
            "no bus, no Notion"
        );
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complete(&["keyrack", "revoke", "Ac"]).lines().count(), 1);
    assert_eq!(complete(&["keyrack", "run", "Ac"]).lines().count(), 1);
    assert_eq!(complete(&["keyrack", "client", "remove", ""]), "Mine\n");
    assert!(complete(&["keyrack", "che"]).starts_with("check\t"));
    assert_eq!(complete(&["keyrack", "client", "add", "--name", ""]), "");
    assert_eq!(complete(&["keyrack", "api", "Ac"]).lines().count(), 1);
    let (serving, lease) = serving(&env);
    let leases = complete(&["keyrack", "leases", "end", ""]);
    assert!(leases.starts_with(&format!("{lease}\t")), "{leases}");
    assert_eq!(leases.lines().count(), 1);
    serving.end();
    let rename = "UPDATE connections SET workspace_name = ?1";
    let rename = |name: &str| env.database().execute(rename, [name]).unwrap();
    rename("-Acme");
    let options = complete(&["keyrack", "token", "-"]);
    assert!(
        options.contains("--show") && !options.contains("-Acme"),
        "{options}"
    );
    assert!(complete(&["keyrack", "token", "--", "-"]).starts_with("-Acme"));
    rename("Acme Research");
    assert_eq!(env.sandbox.requests().await.len(), asked);

    let folder = env.data_folder();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(complete(&["keyrack", "revoke", "Ac"]), "");
    assert!(!folder.exists(), "none is made");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("keyrack.db"), "no database").unwrap();
    assert_eq!(complete(&["keyrack", "revoke", "Ac"]), "");
}
