//! `keyrack token`.

use std::process::Stdio;

use serde_json::{Value, json};
use support::process::Program;
use support::terminal::Terminal;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::words::words;

use super::{BETA, hand_outs, id_of, kill_access_token, listed, printed, said, token_of, two};

#[tokio::test]
async fn a_token_is_printed_for_a_program_in_every_form_and_nothing_else_is() {
    let env = TestEnv::connected_by_command().await;
    let id = id_of(&listed(&env)[0]);
    let token = token_of(&env, &id);
    let asked = env.sandbox.requests().await.len();
    let print = |format: &str| {
        let output = env.keyrack(&["token", "--format", format], "");
        assert_eq!(said(&output), "", "{format}");
        assert_eq!(output.status.code(), Some(0), "{format}");
        printed(&output)
    };
    // Not compared by assert_eq!, which would print it.
    assert!(print("text") == format!("{token}\n"));
    let document: Value = serde_json::from_str(&print("json")).unwrap();
    assert!(document["token"] == token.as_str());
    assert_eq!(document["version"], 1);
    assert_eq!(document["base_url"], env.sandbox.base_url.as_str());
    assert_eq!(document["status"], "active");
    assert_eq!(document["connection"]["id"], id.as_str());
    assert!(document["checked_at"].as_str().unwrap().ends_with('Z'));
    let lines = print("env");
    assert!(lines.contains(&format!("NOTION_TOKEN={token}\n")));
    assert!(lines.contains(&format!("NOTION_API_BASE_URL={}\n", env.sandbox.base_url)));
    assert!(print("header").starts_with(&format!("Authorization: Bearer {token}\n")));
    let headers: Value = serde_json::from_str(&print("mcp-headers")).unwrap();
    assert!(headers["Authorization"] == format!("Bearer {token}"));
    let json = env.keyrack(&["token", "--json"], "");
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(json["token"] == token.as_str());
    let both = env.keyrack(&["token", "--json", "--format", "env"], "");
    assert_eq!(
        (both.status.code(), printed(&both)),
        (Some(2), String::new())
    );

    let mut shell = env.world.command("sh");
    let script = "eval \"$(\"$0\" token --format export)\" && printf %s \"$NOTION_API_TOKEN\"";
    let evaluated = shell.args(["-c", script]).arg(&env.program).output();
    assert!(printed(&evaluated.unwrap()) == token);
    assert_eq!(
        env.sandbox.requests().await.len(),
        asked,
        "nothing is asked"
    );
}

#[tokio::test]
async fn a_lost_list_is_brought_back_before_a_token_is_looked_for() {
    let env = TestEnv::connected_by_command().await;
    let id = id_of(&listed(&env)[0]);
    let token = token_of(&env, &id);
    env.lose_database();
    let output = env.keyrack(&["token", &id], "");
    assert!(
        printed(&output) == format!("{token}\n"),
        "{}",
        said(&output)
    );
    assert!(
        said(&output).contains(&words("rebuilt.missing")),
        "{}",
        said(&output)
    );
}

#[tokio::test]
async fn a_terminal_is_shown_a_token_only_when_it_is_to_be() {
    let env = TestEnv::connected_by_command().await;
    let token = token_of(&env, &id_of(&listed(&env)[0]));
    let at_terminal = |more: &[&str]| {
        let mut command = env.world.command(&env.program);
        command.arg("token").args(more).env("TERM", "xterm");
        Terminal::start(&command).end()
    };
    let (code, shown) = at_terminal(&[]);
    assert_eq!(code, Some(2));
    assert!(!shown.contains(&token) && shown.contains("--show"));
    assert_eq!(hand_outs(&env).len(), 0);
    let (code, shown) = at_terminal(&["--show"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains(&token));
}

#[tokio::test]
async fn the_connection_is_the_named_one_or_the_only_one_and_never_guessed() {
    let (mut env, acme, beta) = two().await;
    let unnamed = env.keyrack(&["token"], "");
    assert_eq!(unnamed.status.code(), Some(3));
    assert_eq!(printed(&unnamed), "");
    assert!(said(&unnamed).contains(BETA) && said(&unnamed).contains(ACME));
    let several = env.keyrack(&["token", "a"], "");
    assert_eq!(several.status.code(), Some(3));
    let unknown = env.keyrack(&["token", "Gamma"], "");
    assert_eq!(unknown.status.code(), Some(3));
    for (name, id) in [
        ("beta labs", &beta),
        ("Acme Research Two", &acme),
        (&acme, &acme),
    ] {
        let asked = env.keyrack(&["token", name], "");
        assert_eq!(said(&asked), "", "{name}");
        assert!(printed(&asked).trim_end() == token_of(&env, id), "{name}");
    }
    env.world.set("KEYRACK_CONNECTION", BETA);
    assert!(printed(&env.keyrack(&["token"], "")).trim_end() == token_of(&env, &beta));
    let named = env.keyrack(&["token", "Acme Research Two"], "");
    assert!(
        printed(&named).trim_end() == token_of(&env, &acme),
        "an argument wins"
    );
    let nobody = TestEnv::new();
    let none = nobody.keyrack(&["token"], "");
    assert_eq!(none.status.code(), Some(3));
    assert!(said(&none).contains(&words("problem.no-connection.what")));
}

#[tokio::test]
async fn what_does_not_work_is_not_handed_out_unless_it_can_be_made_fresh() {
    let env = TestEnv::connected_by_command().await;
    let connection = listed(&env).remove(0);
    let id = id_of(&connection);
    let refused = |words: &str| {
        let refused = env.keyrack(&["token"], "");
        assert_eq!(refused.status.code(), Some(4));
        assert_eq!(printed(&refused), "");
        assert!(said(&refused).contains(words), "{}", said(&refused));
    };
    let never = env.keyrack(&["hand-out", ACME, "never"], "");
    assert!(never.status.success());
    for shown in [never, env.keyrack(&["list"], "")] {
        assert!(printed(&shown).contains("\tnever\t"));
    }
    refused(&words("problem.hand-out-refused.what"));
    assert!(env.keyrack(&["hand-out", ACME, "any"], "").status.success());
    env.world.lock_keyring();
    refused(&words("problem.keyring-locked.what"));
    env.world.unlock_keyring();

    let before = token_of(&env, &id);
    env.sandbox
        .revoke(connection["bot_id"].as_str().unwrap())
        .await;
    assert!(
        printed(&env.keyrack(&["token"], "")).trim_end() == before,
        "nobody has asked yet"
    );
    assert!(env.keyrack(&["check", ACME], "").status.success());
    refused(&words("problem.token-inactive.what"));
    assert_eq!(hand_outs(&env).len(), 1);
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_holds_up_nobody_while_the_token_works() {
    let env = TestEnv::connected_by_command().await;
    let id = id_of(&listed(&env)[0]);
    let lost = json!({"endpoint": "token", "times": 1, "cut": "unread"});
    env.sandbox.fault(lost).await;
    assert!(!env.keyrack(&["refresh", ACME], "").status.success());
    let mut watch = env.world.command(&env.program);
    watch
        .args(["watch", "--every", "daily"])
        .stdin(Stdio::null());
    let _watching = Program::start(&env.world, &watch);
    until("it to check in the background", || {
        let log = std::fs::read_to_string(env.world.log()).unwrap_or_default();
        log.contains(&words("command.watching")).then_some(())
    });
    let asked = env.sandbox.requests().await.len();
    for _ in 0..3 {
        let token = env.keyrack(&["token"], "");
        assert!(
            printed(&token).trim_end() == token_of(&env, &id),
            "{}",
            said(&token)
        );
    }
    assert_eq!(env.sandbox.requests().await.len(), asked);
}

#[tokio::test]
async fn many_that_want_a_fresh_token_at_once_cost_one_refresh_and_get_the_new_one() {
    let env = TestEnv::connected_by_command().await;
    let id = id_of(&listed(&env)[0]);
    let before = token_of(&env, &id);
    kill_access_token(&env, &id);
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let mut command = env.world.command(&env.program);
            command.args(["token", "--fresh"]).stdin(Stdio::null());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let answers: Vec<_> = asking
        .into_iter()
        .map(|one| one.wait_with_output().unwrap())
        .collect();
    let now = token_of(&env, &id);
    assert!(now != before);
    for answer in &answers {
        assert_eq!(answer.status.code(), Some(0), "{}", said(answer));
        assert!(printed(answer).trim_end() == now);
    }
    assert_eq!(
        env.sandbox.count("POST /v1/oauth/token").await,
        2,
        "the connect and one refresh"
    );
}

#[tokio::test]
async fn equal_hand_outs_share_a_row_that_says_who_and_not_what() {
    let env = TestEnv::connected_by_command().await;
    assert!(listed(&env)[0]["last_used_at"].is_null());
    for _ in 0..3 {
        let asked = env.keyrack(&["token", ACME, "--reason", "the nightly export"], "");
        assert!(asked.status.success());
    }
    assert!(env.keyrack(&["token"], "").status.success());
    let rows = hand_outs(&env);
    let [first, other] = &rows[..] else {
        panic!("{} rows", rows.len());
    };
    assert_eq!(first["count"], 3);
    assert_eq!(first["way"], "token");
    assert_eq!(first["caller"]["reason"], "the nightly export");
    let own = std::env::current_exe().unwrap();
    assert_eq!(first["caller"]["program"], own.to_str().unwrap());
    assert_eq!(other["count"], 1);
    assert!(listed(&env)[0]["last_used_at"].is_string());
}

#[tokio::test]
async fn a_reader_that_is_gone_ends_it_as_a_pipe_does() {
    let env = TestEnv::connected_by_command().await;
    let mut shell = env.world.command("bash");
    let script = "\"$0\" token | exec true; echo \"${PIPESTATUS[0]}\"";
    // Whether the reader is gone by then is a race; that it ends one way or the other is not.
    let ended = shell
        .args(["-c", script])
        .arg(&env.program)
        .output()
        .unwrap();
    assert!(["0", "141"].contains(&printed(&ended).trim()), "{ended:?}");
    assert_eq!(said(&ended), "");
    let mut shell = env.world.command("bash");
    let script = "exec \"$0\" token >&\"$1\"";
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    shell.args(["-c", script]).arg(&env.program).arg("1");
    let ended = shell.stdout(writer).status().unwrap();
    assert_eq!(ended.code(), Some(141));
}
