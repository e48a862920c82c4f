//! `keyrack run`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv};
use support::words::{filled, words};

use super::{BETA, hand_outs, id_of, listed, printed, said, token_of, two};

/// `keyrack run`, with these options, of a shell script.
pub fn running(env: &TestEnv, options: &[&str], script: &str) -> Command {
    let mut command = env.world.command(&env.program);
    command.arg("run").args(options);
    command.args(["--", "sh", "-c", script]);
    command
}

#[tokio::test]
async fn a_program_finds_the_token_and_nothing_of_another_one_in_its_environment() {
    let (env, acme, beta) = two().await;
    let token = token_of(&env, &beta);
    let mut run = running(
        &env,
        &[BETA, "--env", "MY_TOKEN", "--env-url", "BASE_URL"],
        "env",
    );
    for stale in [
        "NOTION_TOKEN",
        "NOTION_API_TOKEN",
        "NOTION_API_KEY",
        "NOTION_KEY",
        "OPENAPI_MCP_HEADERS",
        "NOTION_BASE_URL",
        "NOTION_WORKSPACE_ID",
    ] {
        run.env(stale, "stale");
    }
    let output = run.env("MINE", "kept").output().unwrap();
    assert_eq!(said(&output), "", "no terminal, no words");
    let environment = printed(&output);
    let has = |line: String| environment.lines().any(|one| one == line);
    for name in [
        "NOTION_TOKEN",
        "NOTION_API_TOKEN",
        "NOTION_API_KEY",
        "MY_TOKEN",
    ] {
        assert!(has(format!("{name}={token}")), "{name}");
    }
    for name in ["NOTION_API_BASE_URL", "NOTION_BASE_URL", "BASE_URL"] {
        assert!(has(format!("{name}={}", env.sandbox.base_url)), "{name}");
    }
    assert!(has(format!("KEYRACK_CONNECTION={beta}")));
    assert!(has("MINE=kept".to_owned()));
    assert!(!environment.contains("stale"), "a stale variable is left");
    assert!(!environment.contains(&token_of(&env, &acme)));

    let only = running(
        &env,
        &["Acme Research Two", "--only-env", "MY_TOKEN"],
        "env",
    )
    .output();
    let environment = printed(&only.unwrap());
    assert!(environment.contains(&format!("MY_TOKEN={}\n", token_of(&env, &acme))));
    assert!(!environment.contains("NOTION_TOKEN="));
    let nested = "\"$KEYRACK\" run 'Beta Labs' -- sh -c 'printf %s \"$NOTION_TOKEN\"'";
    let mut nested = running(&env, &["Acme Research Two"], nested);
    let nested = nested.env("KEYRACK", &env.program).output().unwrap();
    assert!(
        printed(&nested) == token,
        "the inner one wins: {}",
        said(&nested)
    );
}

/// How a program ends: its exit code, or the signal that ended it.
pub fn ending(command: &mut Command) -> (Option<i32>, Option<i32>, String) {
    let output = command.output().unwrap();
    (
        output.status.code(),
        output.status.signal(),
        printed(&output),
    )
}

#[tokio::test]
async fn a_program_ends_under_it_as_it_ends_alone() {
    let env = TestEnv::connected_by_command().await;
    for script in [
        "exit 0",
        "exit 1",
        "exit 7",
        "exit 125",
        "exit 255",
        "kill -TERM $$",
        "kill -INT $$",
        "kill -KILL $$",
        "kill -HUP $$",
        "kill -PIPE $$",
        // Stopped until somebody has it go on.
        "while kill -CONT $$; do sleep 0.1; done >/dev/null 2>&1 & kill -STOP $$; echo went on; exit 4",
        "yes | head -1",
        "cat",
        "cat <&- 2>/dev/null; echo $?",
        "trap 'echo caught; exit 3' TERM; kill -TERM $$",
        "ulimit -c; ulimit -Hc",
        "ls /proc/self/fd",
    ] {
        let mut bare = env.world.command("sh");
        let bare = ending(bare.args(["-c", script]));
        for options in [&[][..], &["--proxy"]] {
            let under = ending(&mut running(&env, options, script));
            assert_eq!(under, bare, "{options:?} {script}");
        }
    }
}

#[tokio::test]
async fn a_lease_is_held_where_nobody_hears_of_the_ends_of_children() {
    let env = TestEnv::connected_by_command().await;
    let mut command = env.world.command("env");
    command.arg("--ignore-signal=CHLD").arg(&env.program);
    command.args(["run", "--proxy", "--", "sh", "-c", "exit 7"]);
    assert_eq!(ending(&mut command), (Some(7), None, String::new()));
}

#[tokio::test]
async fn a_limit_of_size_that_is_not_heard_of_is_not_by_the_program_either() {
    let env = TestEnv::connected_by_command().await;
    let ignored = ["grep", "SigIgn", "/proc/self/status"];
    let ignoring = |program: &[&OsStr]| {
        let mut command = env.world.command("env");
        command
            .arg("--ignore-signal=XFSZ")
            .args(program)
            .args(ignored);
        ending(&mut command)
    };
    let run = ["run", "--"].map(OsStr::new);
    let under = ignoring(&[&[env.program.as_os_str()][..], &run].concat());
    assert_eq!(under, ignoring(&[]));
    let mask = under.2.rsplit('\t').next().unwrap().trim();
    let mask = u64::from_str_radix(mask, 16).unwrap();
    assert!(mask & 1 << (rustix::process::Signal::XFSZ.as_raw() - 1) != 0);
}

#[tokio::test]
async fn what_the_program_closes_is_closed() {
    let env = TestEnv::connected_by_command().await;
    let pipe = env.world.path("pipe");
    let made = env.world.command("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for options in ["", "--proxy"] {
        let script = format!(
            "exec 7>\"$1\"; exec \"$0\" run {options} -- sh -c 'exec 7>&-; read line; exit 9'"
        );
        let mut command = env.world.command("sh");
        command.args(["-c", &script]).arg(&env.program).arg(&pipe);
        let mut program = command.stdin(Stdio::piped()).spawn().unwrap();
        // It ends when nobody has the other end any more.
        assert_eq!(fs::read(&pipe).unwrap(), b"");
        assert!(program.try_wait().unwrap().is_none(), "it still runs");
        drop(program.stdin.take());
        assert_eq!(program.wait().unwrap().code(), Some(9));
    }
}

#[tokio::test]
async fn a_program_that_cannot_be_run_is_told_from_one_that_failed() {
    let env = TestEnv::connected_by_command().await;
    let run = |name: &str, program: &str| env.keyrack(&["run", name, "--", program], "");
    let missing = run(ACME, "no-such-program");
    assert_eq!(missing.status.code(), Some(127));
    let words_of = |key| filled(key, &[("program", "no-such-program")]);
    assert!(said(&missing).contains(&words_of("problem.program-missing.what")));
    let file = env.world.path("not-a-program");
    fs::write(&file, "text").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(run(ACME, file.to_str().unwrap()).status.code(), Some(126));
    let unknown = run("Gamma", "true");
    assert_eq!(unknown.status.code(), Some(125));
    assert_eq!(hand_outs(&env).len(), 0, "nobody got a token");
    for wrong in [
        &["--env", "A=B"][..],
        &["--only-env", "1A"],
        &["--env-url", "NOTION_TOKEN"],
        &["--env", "X", "--env-url", "X"],
    ] {
        let arguments = [&["run", ACME][..], wrong, &["--", "true"]].concat();
        assert_eq!(
            env.keyrack(&arguments, "").status.code(),
            Some(2),
            "{wrong:?}"
        );
    }
    assert_eq!(env.keyrack(&["run", ACME], "").status.code(), Some(2));
    assert!(
        env.keyrack(&["hand-out", ACME, "never"], "")
            .status
            .success()
    );
    let refused = run(ACME, "true");
    assert_eq!(refused.status.code(), Some(125));
    assert!(said(&refused).contains(&words("problem.hand-out-refused.what")));
}

#[tokio::test]
async fn at_a_terminal_it_says_whose_token_and_the_terminal_is_the_programs() {
    let env = TestEnv::connected_by_command().await;
    for options in [&[][..], &["--proxy"]] {
        terminal_is_the_programs(&env, options);
    }
}

fn terminal_is_the_programs(env: &TestEnv, options: &[&str]) {
    let script = "read line; echo \"<$line>\"; test -t 0 && test -t 1 && test -t 2 && exit 9";
    let mut terminal = Terminal::start(running(env, options, script).env("TERM", "xterm"));
    terminal.shows(&format!("keyrack: {ACME}"));
    terminal.type_text("typed\n");
    terminal.shows("<typed>");
    assert_eq!(terminal.end().0, Some(9));

    let waiting = "trap 'exit 5' INT; echo ready; while :; do sleep 0.1; done";
    let mut terminal = Terminal::start(running(env, options, waiting).env("TERM", "xterm"));
    terminal.shows("ready");
    terminal.type_text("\x03");
    assert_eq!(terminal.end().0, Some(5), "Ctrl-C is the program's");

    let mut shell = env.world.command("bash");
    shell.args(["--norc", "-i"]).env("PS1", "ready> ");
    let mut terminal = Terminal::start(shell.env("TERM", "xterm"));
    terminal.shows("ready> ");
    let program = env.program.display();
    // A shell that starts a program cannot be stopped until that runs (vfork): it becomes the program.
    terminal.type_text(&format!(
        "'{program}' run {} -- sh -c 'echo on; exec sleep 60'\n",
        options.join(" ")
    ));
    terminal.shows("\non");
    terminal.type_text("\x1a");
    // What is typed before the shell asks is lost.
    terminal.shows_what("the shell to ask again", |shown| {
        let since = shown.rsplit_once("Stopped").map(|(_, since)| since);
        since.is_some_and(|since| since.contains("ready> "))
    });
    // Going on first: a shell may still take a job for stopped that it has just ended.
    terminal.type_text("bg %1; kill %1; wait %1; echo code=$?\n");
    terminal.shows("code=143");
    terminal.type_text("exit 0\n");
    terminal.end();
}

#[tokio::test]
async fn references_stand_for_tokens_in_the_environment_and_in_files() {
    let (env, acme, beta) = two().await;
    let file = env.world.path("settings.env");
    fs::write(
        &file,
        "# keys\nexport FIRST=keyrack://Acme Research Two\nPLAIN='a b'\nPART=Bearer-keyrack://Beta\n",
    )
    .unwrap();
    let mut run = env.world.command(&env.program);
    run.args(["run", "--env-file"])
        .arg(&file)
        .args(["--", "env"]);
    let output = run
        .env("SECOND", format!("keyrack://{beta}"))
        .output()
        .unwrap();
    let environment = printed(&output);
    let has = |line: String| environment.lines().any(|one| one == line);
    assert!(
        has(format!("FIRST={}", token_of(&env, &acme))),
        "{}",
        said(&output)
    );
    assert!(has(format!("SECOND={}", token_of(&env, &beta))));
    assert!(has("PLAIN=a b".to_owned()));
    assert!(
        has("PART=Bearer-keyrack://Beta".to_owned()),
        "only the whole value is one"
    );
    assert!(
        !environment.contains("NOTION_TOKEN="),
        "none was named besides"
    );
    assert!(has(format!("NOTION_API_BASE_URL={}", env.sandbox.base_url)));

    fs::write(&file, "FIRST=keyrack://Gamma\n").unwrap();
    let mut run = env.world.command(&env.program);
    run.args(["run", "--env-file"])
        .arg(&file)
        .args(["--", "env"]);
    let stopped = run.output().unwrap();
    assert_eq!(
        (stopped.status.code(), printed(&stopped)),
        (Some(125), String::new())
    );
    let mut run = env.world.command(&env.program);
    run.args(["run", "--env-file", "/nowhere/.env", "--", "env"]);
    let stopped = run.output().unwrap();
    assert_eq!(stopped.status.code(), Some(125));
    assert!(said(&stopped).contains("/nowhere/.env"));
}

#[tokio::test]
async fn its_row_names_the_program_and_nothing_that_was_said_to_it() {
    let env = TestEnv::connected_by_command().await;
    let mut run = running(&env, &[], "true");
    run.arg("argument-canary")
        .env("CANARY", "environment-canary");
    assert!(run.status().unwrap().success());
    let rows = hand_outs(&env);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["way"], "run");
    assert_eq!(rows[0]["caller"]["program"], "sh");
    assert!(!rows[0].to_string().contains("canary"), "{}", rows[0]);
    assert_eq!(
        id_of(&listed(&env)[0]),
        rows[0]["of"]["id"].as_str().unwrap()
    );
    let marks = fs::read_dir(env.data_folder().join("processes")).unwrap();
    assert_eq!(marks.count(), 0, "it has left no mark of a living process");
}

#[tokio::test]
async fn a_reference_is_followed_whatever_the_environment_names_and_contradicts_nobody() {
    let (env, acme, beta) = two().await;
    let file = env.world.path("settings.env");
    fs::write(&file, "NOTION_TOKEN=keyrack://Beta Labs\n").unwrap();
    let inner = "\"$KEYRACK\" run --env-url BASE --env-file \"$FILE\" -- env";
    let mut nested = running(&env, &["acme research two"], inner);
    nested.env("KEYRACK", &env.program).env("FILE", &file);
    let nested = nested.output().unwrap();
    let environment = printed(&nested);
    let has = |line: String| environment.lines().any(|one| one == line);
    assert!(
        has(format!("NOTION_TOKEN={}", token_of(&env, &beta))),
        "{}",
        said(&nested)
    );
    assert!(has(format!("KEYRACK_CONNECTION={beta}")));
    assert!(has(format!("BASE={}", env.sandbox.base_url)));
    assert!(
        !environment.contains(&token_of(&env, &acme)),
        "the outer one's is gone"
    );

    let mut twice = env.world.command(&env.program);
    twice
        .args(["run", "Acme Research Two", "--env-file"])
        .arg(&file)
        .args(["--", "env"]);
    let twice = twice.output().unwrap();
    assert_eq!(
        (twice.status.code(), printed(&twice)),
        (Some(125), String::new())
    );
    let variable = [("variable", "NOTION_TOKEN")];
    assert!(said(&twice).contains(&filled("problem.token-twice.what", &variable)));

    let rows = hand_outs(&env).len();
    fs::write(
        &file,
        "A=keyrack://Acme Research Two\nB=keyrack://Beta Labs\n",
    )
    .unwrap();
    let mut whose = env.world.command(&env.program);
    whose
        .args(["run", "--env", "C", "--env-file"])
        .arg(&file)
        .args(["--", "env"]);
    assert_eq!(
        whose.status().unwrap().code(),
        Some(125),
        "whose token is C"
    );
    for wrong in [
        "A=keyrack://\n",
        "A=\"open\n",
        "A=keyrack://Beta\nB=keyrack://Gamma\n",
    ] {
        fs::write(&file, wrong).unwrap();
        let mut stopped = env.world.command(&env.program);
        stopped
            .args(["run", "--env-file"])
            .arg(&file)
            .args(["--", "env"]);
        assert_eq!(stopped.status().unwrap().code(), Some(125), "{wrong}");
    }
    let endless = ["run", ACME, "--env-file", "/dev/zero", "--", "env"];
    assert_eq!(env.keyrack(&endless, "").status.code(), Some(125));
    assert_eq!(
        hand_outs(&env).len(),
        rows,
        "what is refused is handed to nobody"
    );
}

#[tokio::test]
async fn a_variable_has_one_token_and_one_that_keyrack_sets_itself_none() {
    let (env, _, _) = two().await;
    let file = env.world.path("settings.env");
    let with_file = |options: &[&str], line: &str| {
        fs::write(&file, format!("{line}\n")).unwrap();
        let mut run = env.world.command(&env.program);
        run.args(["run", BETA])
            .args(options)
            .arg("--env-file")
            .arg(&file);
        run.args(["--", "true"]).output().unwrap()
    };
    for (options, line) in [
        (&[][..], "NOTION_TOKEN=ntn_literal"),
        (&[], "NOTION_API_KEY=ntn_literal"),
        (&["--env", "MINE"], "MINE=x"),
        (&["--only-env", "MINE", "--proxy"], "MINE=x"),
    ] {
        let refused = with_file(options, line);
        assert_eq!(refused.status.code(), Some(125), "{line}");
        let variable = [("variable", line.split('=').next().unwrap())];
        let what = filled("problem.token-twice.what", &variable);
        assert!(said(&refused).contains(&what), "{}", said(&refused));
    }
    for (options, line) in [
        (&[][..], "NOTION_TOKEN="),
        (&[], "OTHER=x"),
        (&["--only-env", "MINE"], "NOTION_TOKEN=kept"),
    ] {
        let done = with_file(options, line);
        assert_eq!(done.status.code(), Some(0), "{line} {}", said(&done));
    }
    let rows = hand_outs(&env).len();
    for wrong in [
        &["--only-env", "NOTION_BASE_URL"][..],
        &["--env", "NOTION_API_BASE_URL"],
        &["--only-env", "KEYRACK_LEASE"],
        &["--env", "NOTION_WORKSPACE_ID"],
        &["--env", "KEYRACK_CONNECTION"],
        &["--env-url", "NOTION_WORKSPACE_ID"],
        &["--env-url", "KEYRACK_LEASE"],
    ] {
        let arguments = [&["run", BETA][..], wrong, &["--", "true"]].concat();
        let refused = env.keyrack(&arguments, "");
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        let said = said(&refused);
        assert!(said.contains("Usage: keyrack run "), "{said}");
    }
    assert_eq!(hand_outs(&env).len(), rows);
}

#[tokio::test]
async fn a_program_is_looked_up_where_it_will_be_started_from() {
    let env = TestEnv::connected_by_command().await;
    let folder = env.world.path("new-path");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        file
    };
    write("only-there", "#!/bin/sh\necho found\n");
    let bad = write("bad-interpreter", "#!/nowhere/interpreter\n");
    let settings = env.world.path("settings.env");
    fs::write(&settings, format!("PATH={}\n", folder.display())).unwrap();
    let run = |program: &str| {
        let settings = settings.to_str().unwrap();
        env.keyrack(&["run", "--env-file", settings, "--", program], "")
    };
    assert_eq!(printed(&run("only-there")), "found\n");
    let rows = hand_outs(&env).len();
    let missing = run("env");
    assert_eq!(
        missing.status.code(),
        Some(127),
        "it is in the old PATH alone"
    );
    let bad = env.keyrack(&["run", "--", bad.to_str().unwrap()], "");
    assert_eq!(bad.status.code(), Some(126));
    assert!(
        said(&bad).contains("/nowhere/interpreter"),
        "{}",
        said(&bad)
    );
    assert_eq!(hand_outs(&env).len(), rows, "nobody got a token");

    let mut unset = env.world.command("env");
    unset.args(["-u", "PATH"]).arg(&env.program);
    let unset = unset.args(["run", "--", "sh", "-c", "echo found"]).output();
    assert_eq!(printed(&unset.unwrap()), "found\n");
}

#[tokio::test]
async fn the_variable_that_names_a_connection_may_name_it_by_a_reference() {
    let (env, _, beta) = two().await;
    let script = "printf %s \"$NOTION_TOKEN\"";
    let mut named = running(&env, &[], script);
    named.env("KEYRACK_CONNECTION", "keyrack://Beta Labs");
    let named = named.output().unwrap();
    assert!(printed(&named) == token_of(&env, &beta), "{}", said(&named));
    let mut nobody = running(&env, &[], script);
    nobody.env("KEYRACK_CONNECTION", "keyrack://");
    assert_eq!(nobody.status().unwrap().code(), Some(125));

    let file = env.world.path("settings.env");
    fs::write(&file, "KEYRACK_CONNECTION=keyrack://Acme Research Two\n").unwrap();
    let mut chosen = running(&env, &["--env-file", file.to_str().unwrap()], script);
    chosen.env("KEYRACK_CONNECTION", &beta);
    let chosen = chosen.output().unwrap();
    assert!(
        printed(&chosen) == token_of(&env, &beta),
        "a file does not choose"
    );
}
