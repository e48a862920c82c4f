//! What does not work is refused with the one command that helps.

use serde_json::{Value, json};
use support::cli;
use support::test_env::{ACME, TestEnv};

use super::{hand_outs, id_of, kill_access_token, listed, printed, said};

/// Asks for the token in every way that programs have, and returns the command that each of them names.
fn command_that_helps(env: &TestEnv) -> String {
    let ways: [(&[&str], i32); 5] = [
        (&["token", ACME], 4),
        (&["api", ACME, "users/me"], 4),
        (&["serve", ACME], 4),
        // All other exit codes are the program's.
        (&["run", ACME, "--", "true"], 125),
        (&["run", "--proxy", ACME, "--", "true"], 125),
    ];
    let mut commands: Vec<_> = ways
        .into_iter()
        .map(|(way, code)| {
            let refused = env.keyrack(way, "");
            let said = said(&refused);
            assert_eq!(refused.status.code(), Some(code), "{way:?}: {said}");
            assert_eq!(printed(&refused), "", "{way:?}");
            assert!(
                said.contains(&format!("The token of {ACME} is not")),
                "{way:?}: {said}"
            );
            let (_, command) = said.trim_end().split_once("\nThis helps: ").expect(&said);
            command.to_owned()
        })
        .collect();
    commands.dedup();
    let [command] = &commands[..] else {
        panic!("{commands:?}");
    };
    let json = env.keyrack(&["token", ACME, "--json"], "");
    let said: Value = serde_json::from_slice(&json.stderr).unwrap();
    assert_eq!(said["error"]["command"], command.as_str());
    assert_eq!(said["error"]["code"], "not-handed-out");
    command.clone()
}

/// Types a command into a shell, without its name at the start.
fn typed(env: &TestEnv, command: &str) -> std::process::Output {
    let mut shell = env.world.command("sh");
    let arguments = command.strip_prefix("keyrack ").unwrap();
    shell.args(["-c", &format!("\"$0\" {arguments}")]);
    shell.arg(&env.program).output().unwrap()
}

#[tokio::test]
async fn each_status_that_forbids_it_names_the_command_that_helps() {
    let env = TestEnv::new();
    env.add_client_by_command();
    cli::connect_workspace(&env, ACME, &[]).await;
    let connection = listed(&env).remove(0);
    let bot = connection["bot_id"].as_str().unwrap();
    let works = || env.keyrack(&["token", ACME], "").status.success();

    kill_access_token(&env, &id_of(&connection));
    assert!(env.keyrack(&["check", ACME], "").status.success());
    assert_eq!(
        command_that_helps(&env),
        format!("keyrack refresh \"{ACME}\"")
    );
    let refreshed = typed(&env, &format!("keyrack refresh \"{ACME}\""));
    assert!(refreshed.status.success(), "{}", said(&refreshed));
    assert!(works(), "it helped");

    assert!(
        env.keyrack(&["hand-out", ACME, "never"], "")
            .status
            .success()
    );
    let allow = format!("keyrack hand-out \"{ACME}\" any");
    assert_eq!(command_that_helps(&env), allow);
    assert!(typed(&env, &allow).status.success());
    assert!(works(), "it helped");

    env.sandbox.revoke(bot).await;
    assert!(!env.keyrack(&["refresh", ACME], "").status.success());
    assert!(env.keyrack(&["check", ACME], "").status.success());
    let fresh = env.keyrack(&["token", ACME, "--fresh"], "");
    assert!(
        said(&fresh).ends_with("\nThis helps: keyrack connect\n"),
        "{}",
        said(&fresh)
    );
    assert_eq!(command_that_helps(&env), "keyrack connect");
    cli::connect_workspace(&env, ACME, &[]).await;
    // The sandbox has forgotten the bot, and gives the workspace another one.
    assert!(env.keyrack(&["revoke", bot, "--yes"], "").status.success());
    assert!(works(), "it helped");

    let busy = json!({"endpoint": "revoke", "times": 9, "status": 503});
    env.sandbox.fault(busy).await;
    assert!(!env.keyrack(&["revoke", ACME], "").status.success());
    let revoke = format!("keyrack revoke \"{ACME}\"");
    assert_eq!(command_that_helps(&env), revoke);
    env.sandbox.clear_faults().await;
    let confirmed = typed(&env, &format!("{revoke} --yes"));
    assert!(confirmed.status.success(), "it helped");
    assert_eq!(listed(&env).len(), 0);
    assert!(hand_outs(&env).len() <= 3, "only what worked has a row");
}
