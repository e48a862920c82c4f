//! `keyrack connect` and the browser, which may not open.

use std::fs;

use support::programs;
use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv, free_port};
use support::wait::until_async;
use support::words::words;
use support::world::World;

/// Puts a program in the place of all that open addresses; it runs this script.
fn open_by(env: &mut TestEnv, script: &str) {
    let folder = env.world.path("openers");
    fs::create_dir_all(&folder).unwrap();
    for name in [
        "xdg-open",
        "gio",
        "gnome-open",
        "kde-open6",
        "kde-open5",
        "kde-open",
    ] {
        programs::script(&folder.join(name), script);
    }
    let path = format!("{}:{}", folder.display(), env.world.env()["PATH"]);
    env.world.set("PATH", path);
}

/// Connects at a terminal by the address that is shown there after these words.
async fn connects_by_hand(env: &TestEnv, key: &str) {
    let mut connect = env.world.command(&env.program);
    let mut terminal = Terminal::start(connect.arg("connect"));
    terminal.shows(&words(key));
    assert!(words(key).contains("--no-browser"));
    terminal.shows(&words("command.allow"));
    let shown = terminal.shown();
    let link = shown.lines().find(|line| line.starts_with("http"));
    let callback = env.callback(link.expect("an address").trim()).await;
    terminal.type_text(&format!("{callback}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(env.keyrack(&["forget", ACME], "").status.success());
}

#[tokio::test]
async fn the_address_is_shown_whatever_becomes_of_the_browser() {
    let mut env = TestEnv::with_client();
    let failing = ["exit 0", "sleep 1; exit 3", "exit 3"];
    for (script, key) in failing
        .into_iter()
        .zip(["opening", "opening", "no-browser"])
    {
        open_by(&mut env, script);
        connects_by_hand(&env, &format!("command.{key}")).await;
    }
}

#[tokio::test]
async fn without_a_display_no_browser_is_tried_and_the_address_is_shown() {
    let mut env = TestEnv::with_client();
    let tried = env.world.path("tried");
    open_by(&mut env, &format!("touch '{}'", tried.display()));
    env.world.set("DISPLAY", "");
    connects_by_hand(&env, "command.no-browser").await;
    assert!(!tried.exists());
}

#[tokio::test]
async fn a_connect_in_the_background_waits_for_its_answer_and_leaves_the_keyboard_to_the_shell() {
    let port = free_port();
    let uri = format!("http://localhost:{port}/oauth/callback");
    let mut env = TestEnv::with(World::new(), &["--auto-approve", "--redirect-uri", &uri]);
    let (id, secret) = (&env.sandbox.client_id, &env.sandbox.client_secret);
    let add = [
        "client",
        "add",
        "--name",
        "Mine",
        "--id",
        id,
        "--redirect-method",
    ];
    let by_port = ["localhost", "--localhost-port", &port];
    let added = env.keyrack(&[&add[..], &by_port].concat(), secret);
    assert!(added.status.success());

    let mut shell = env.world.command("bash");
    shell
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", "ready ");
    let mut terminal = Terminal::start(&shell);
    terminal.shows("ready");
    terminal.type_text(&format!("'{}' connect &\n", env.program.display()));
    let link = env.next_link().await;
    terminal.shows(&words("command.allow"));
    terminal.type_text("echo typed=$((6 * 7))\n");
    terminal.shows("typed=42");
    // The whole answer of the browser: the sandbox sends it to the port.
    let mut browser = env.world.command("curl");
    let browsed = browser
        .args(["-sSfL", "-m", "60", "-o", "/dev/null", &link])
        .status();
    assert!(browsed.unwrap().success());
    until_async("the connection", async || {
        let listed = env.keyrack(&["list"], "");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        listed.contains(ACME).then_some(())
    })
    .await;
    terminal.shows(ACME);
    assert!(
        !terminal.shown().contains("Stopped"),
        "{}",
        terminal.shown()
    );
}

#[tokio::test]
async fn a_connect_that_comes_to_the_foreground_reads_what_is_pasted() {
    let mut env = TestEnv::with_client();
    let mut shell = env.world.command("bash");
    shell
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", "ready ");
    let mut terminal = Terminal::start(&shell);
    terminal.shows("ready");
    terminal.type_text(&format!("'{}' connect &\n", env.program.display()));
    let callback = env.next_link().await;
    let callback = env.callback(&callback).await;
    terminal.shows(&words("command.allow"));
    terminal.type_text("fg\n");
    terminal.type_text(&format!("{callback}\n"));
    terminal.shows(ACME);
}
