//! The mouse itself, moved and clicked on the display: what it has left is as if it had never been there.

use support::cli;
use support::page::{Page, Part};
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

/// Where the content of the window begins on the display, in pixels.
fn corner(env: &TestEnv) -> (i64, i64) {
    let mut search = env.world.command("xdotool");
    search.args(["search", "--onlyvisible", "--name", "^Keyrack$"]);
    search.args(["getwindowgeometry", "--shell"]);
    let told = String::from_utf8(search.output().unwrap().stdout).unwrap();
    let number = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|number| number.parse().ok()).expect(&told)
    };
    (number("X="), number("Y="))
}

/// Moves the mouse to the middle of a part.
async fn move_to(env: &TestEnv, window: &Page, part: &Part) {
    window.at_rest().await;
    let (x, y) = part.middle().await;
    let (left, top) = corner(env);
    let mut mouse = env.world.command("xdotool");
    mouse.args(["mousemove", "--sync"]);
    mouse.args([left + x, top + y].map(|at| at.to_string()));
    assert!(mouse.status().unwrap().success());
}

async fn click(env: &TestEnv, window: &Page, part: &Part) {
    move_to(env, window, part).await;
    let mut mouse = env.world.command("xdotool");
    assert!(mouse.args(["click", "1"]).status().unwrap().success());
}

#[tokio::test]
async fn a_row_looks_pointed_at_only_while_it_is() {
    let env = TestEnv::new();
    env.add_client_by_command();
    for name in [ACME, "Beta Labs"] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let window = env.window().await;
    for name in [ACME, "Beta Labs"] {
        let row = window.row(name);
        row.has("data-status", "active").await;
        click(&env, &window, &row.at("more")).await;
        click(&env, &window, &window.at("copy-bot")).await;
        window.at("copy-bot").disappears().await;
    }
    let pointed = "return [...document.querySelectorAll('[data-testid=connection]:hover')]\
        .map(row => row.querySelector('[data-testid=workspace-name]').textContent);";
    for (at, expected) in [
        (window.row(ACME).at("owner"), vec![ACME]),
        (window.at("show-keys"), vec![]),
    ] {
        move_to(&env, &window, &at).await;
        until_async(&format!("{expected:?} under the mouse"), async || {
            (window.run(pointed).await == serde_json::json!(expected)).then_some(())
        })
        .await;
    }
    window.close().await;
}
