//! What an argument means, and what it may not mean.

use std::process::Output;

use support::cli;
use support::test_env::TestEnv;
use support::words::{filled, words};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Gives the only connection another name.
fn rename(env: &TestEnv, name: &str) {
    let renamed = env
        .database()
        .execute("UPDATE connections SET workspace_name = ?1", [name]);
    assert_eq!(renamed.unwrap(), 1);
}

#[tokio::test]
async fn an_empty_argument_is_wrong_usage_and_means_no_workspace() {
    let env = TestEnv::connected_by_command().await;
    rename(&env, "");
    for blank in ["", " ", "\u{200B}"] {
        for wrong in [
            &["forget", blank][..],
            &["revoke", blank],
            &["refresh", blank],
            &["check", blank],
            &["check", "Unnamed workspace", blank],
            &["connect", "--no-browser", "--client", blank],
            &["client", "edit", blank, "--name", "New"],
            &["client", "edit", "Mine", "--name", blank],
            &["client", "edit", "Mine", "--bridge-url", blank],
            &["client", "secret", blank],
            &["client", "remove", blank],
            &["client", "add", "--name", blank, "--id", "0b7d"],
            &["client", "add", "--name", "New", "--id", blank],
        ] {
            let refused = env.keyrack(wrong, "secret_x");
            assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
            assert_eq!(refused.stdout, b"", "{wrong:?}");
        }
    }
    let listed = env.keyrack(&["list"], "");
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.starts_with("\tactive\t"), "{listed}");
}

#[tokio::test]
async fn a_workspace_without_a_name_is_found_by_what_the_list_writes() {
    let env = TestEnv::connected_by_command().await;
    rename(&env, "\u{202E} ");
    for listed in ["Unnamed workspace", "Unbenannter Workspace"] {
        let checked = env.keyrack(&["check", listed], "");
        assert!(checked.status.success(), "{}", said(&checked));
    }
    let forgotten = env.keyrack(&["forget", "Unnamed workspace"], "");
    assert!(forgotten.status.success(), "{}", said(&forgotten));
}

#[tokio::test]
async fn a_name_is_found_in_every_unicode_form_and_two_that_look_alike_are_told() {
    let env = TestEnv::with_client();
    assert!(cli::connect(&env).await.success());
    let edit = ["client", "edit", "Mine", "--name", "B\u{fc}ro"];
    assert!(env.keyrack(&edit, "").status.success());
    for stored in ["Caf\u{e9} \u{ac00}", "Cafe\u{301} \u{1100}\u{1161}"] {
        rename(&env, stored);
        for asked in ["Caf\u{e9} \u{1100}\u{1161}", "Cafe\u{301} \u{ac00}"] {
            let checked = env.keyrack(&["check", asked], "");
            assert!(checked.status.success(), "{}", said(&checked));
        }
    }
    let edit = ["client", "edit", "Bu\u{308}ro", "--budget", "higher"];
    let edited = env.keyrack(&edit, "");
    assert!(edited.status.success(), "{}", said(&edited));

    // A second client of the same integration connects the same workspace again.
    let (id, secret) = (&env.sandbox.client_id, &env.sandbox.client_secret);
    env.add_client_named("Other", id, secret);
    assert!(
        cli::connect_with(&env, &["--client", "Other"])
            .await
            .success()
    );
    let database = env.database();
    for (name, order) in [("Caf\u{e9}", "ASC"), ("Cafe\u{301}", "DESC")] {
        let sql = format!(
            "UPDATE connections SET workspace_name = ?1 WHERE id =
             (SELECT id FROM connections ORDER BY id {order} LIMIT 1)"
        );
        assert_eq!(database.execute(&sql, [name]).unwrap(), 1);
    }
    let refused = env.keyrack(&["forget", "Caf\u{e9}"], "");
    assert_eq!(refused.status.code(), Some(3));
    let what = filled("problem.several-connections.what", &[("name", "Caf\u{e9}")]);
    assert!(said(&refused).contains(&what), "{}", said(&refused));
}

#[test]
fn an_option_of_another_way_back_is_refused_and_alone_it_chooses_its_own() {
    let env = TestEnv::new();
    let add = |more: &[&str]| {
        let mut arguments = vec!["client", "add", "--name", "Mine", "--id", "0b7d"];
        arguments.extend(more);
        env.keyrack(&arguments, "secret_x")
    };
    for wrong in [
        &["--redirect-method", "app-link", "--localhost-port", "9123"][..],
        &[
            "--redirect-method",
            "localhost",
            "--bridge-url",
            "https://e.org/",
        ],
        &["--localhost-port", "9123", "--bridge-url", "https://e.org/"],
    ] {
        let refused = add(wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(said(&refused).contains(wrong[2]), "{}", said(&refused));
    }
    let added = add(&["--localhost-port", "9123"]);
    let added = String::from_utf8(added.stdout).unwrap();
    assert!(added.contains("http://localhost:9123/"), "{added}");
}

#[test]
fn an_argument_with_lines_of_its_own_stays_in_the_line_that_quotes_it() {
    let env = TestEnv::new();
    let forged = "x\nkeyrack: all tokens are revoked";
    for wrong in [
        &[forged][..],
        &["list", forged],
        &["watch", "--every", forged],
    ] {
        let refused = env.keyrack(wrong, "");
        assert_eq!(refused.status.code(), Some(2));
        let said = said(&refused);
        assert!(said.contains("all tokens are revoked"), "{said}");
        assert!(!said.contains("\nkeyrack: all"), "{said}");
    }
}

#[tokio::test]
async fn a_limit_on_files_is_told_like_a_full_disk() {
    let env = TestEnv::connected_by_command().await;
    let mut limited = env.world.command("sh");
    limited.args(["-c", "ulimit -f 0; exec \"$0\" check --all"]);
    let ended = limited.arg(&env.program).output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(
        said(&ended).contains(&words("problem.store-failed.what")),
        "{}",
        said(&ended)
    );
    assert!(env.keyrack(&["check", "--all"], "").status.success());
}

#[test]
fn a_secret_among_the_arguments_is_not_quoted_and_where_it_stays_is_said() {
    let env = TestEnv::new();
    let secret = format!("ntn_{}", "4Ab9".repeat(12));
    for wrong in [
        &["add-token", &secret][..],
        &["add-token", "--name", "Export", &secret],
        &["client", "add", "--name", "Mine", "--id", "0b7d", &secret],
        &[&secret],
        &["list", "--status", &secret],
    ] {
        for json in [&[][..], &["--json"]] {
            let refused = env.keyrack(&[wrong, json].concat(), "");
            assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
            let said = said(&refused);
            assert!(!said.contains(&secret[..12]), "{said}");
            assert!(said.contains("ntn_…") && said.contains("history"), "{said}");
        }
    }
    let said = said(&env.keyrack(&["add-token", "Nightly"], ""));
    assert!(
        said.contains("Nightly") && !said.contains("history"),
        "{said}"
    );
}
