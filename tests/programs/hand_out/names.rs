//! Which connection a name means: the one that has it, and to nobody but a person one that has a part of it.

use support::terminal::Terminal;
use support::words::filled;

use super::{printed, said, two};

const TWO: &str = "Acme Research Two";

#[tokio::test]
async fn a_script_gets_no_other_workspace_once_the_one_it_named_is_gone() {
    let (env, _, _) = two().await;
    for command in [
        &["token", "Acme Research"][..],
        &["run", "Acme Research", "--", "true"],
        &["api", "Acme Research", "users/me"],
        &["revoke", "Acme Research"],
        &["forget", "Acme Research"],
        &["refresh", "Acme Research"],
    ] {
        let refused = env.keyrack(command, "");
        assert!(!refused.status.success(), "{command:?}");
        assert_eq!(printed(&refused), "", "{command:?}");
        let meant = said(&refused);
        assert!(
            meant.contains("Did you mean: Acme Research Two?"),
            "{meant}"
        );
    }
    let revocations = env.sandbox.count("POST /v1/oauth/revoke").await;
    assert_eq!(revocations, 0);

    // In capitals it is the same name, and no part of one.
    let token = env.keyrack(&["token", "ACME RESEARCH TWO"], "");
    assert_eq!(token.status.code(), Some(0), "{}", said(&token));
}

#[tokio::test]
async fn a_person_is_told_which_workspace_a_part_of_its_name_means() {
    let (env, _, _) = two().await;
    let mut check = env.world.command(&env.program);
    check.args(["check", "acme"]).env("TERM", "xterm");
    let (code, shown) = Terminal::start(&check).end();
    assert_eq!(code, Some(0), "{shown}");
    let told = filled("command.by-part", &[("part", "acme"), ("name", TWO)]);
    assert!(shown.contains(&told), "{shown}");

    // What stands in the environment may be from another day.
    let mut token = env.world.command(&env.program);
    token.args(["token", "--show"]).env("TERM", "xterm");
    for named in ["acme", "keyrack://acme"] {
        let (code, shown) = Terminal::start(token.env("KEYRACK_CONNECTION", named)).end();
        assert_eq!(code, Some(3), "{shown}");
    }
}
