//! The mouse itself, moved and clicked on the display: what it has left is as if it had never been there.

use support::cli;
use support::page::{Page, Part};
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;

fn mouse(env: &TestEnv, act: &[&str]) {
    let mut mouse = env.world.command("xdotool");
    assert!(mouse.args(act).status().unwrap().success(), "{act:?}");
}

fn to(env: &TestEnv, x: i64, y: i64) {
    mouse(
        env,
        &["mousemove", "--sync", &x.to_string(), &y.to_string()],
    );
}

/// Where the content of the window begins on the display, in pixels, as the window itself feels the mouse.
async fn corner(env: &TestEnv, window: &Page) -> (i64, i64) {
    let listen = "addEventListener('mousemove', it => (window.felt = [it.clientX, it.clientY]));";
    window.run(listen).await;
    to(env, 499, 399);
    to(env, 500, 400);
    let felt = until_async("the mouse to be felt", async || {
        let felt = window.run("return window.felt ?? null;").await;
        Some((felt[0].as_i64()?, felt[1].as_i64()?))
    });
    let (x, y) = felt.await;
    (500 - x, 400 - y)
}

/// Moves the mouse to the middle of a part.
async fn point(env: &TestEnv, window: &Page, corner: (i64, i64), part: &Part) {
    window.at_rest().await;
    let (x, y) = part.middle().await;
    to(env, corner.0 + x, corner.1 + y);
}

#[tokio::test]
async fn a_row_looks_pointed_at_only_while_it_is() {
    let env = TestEnv::new();
    env.add_client_by_command();
    for name in [ACME, "Beta Labs"] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let window = env.window().await;
    window.row("Beta Labs").has("data-status", "active").await;
    let corner = corner(&env, &window).await;
    for name in [ACME, "Beta Labs"] {
        point(&env, &window, corner, &window.row(name).at("more")).await;
        mouse(&env, &["click", "1"]);
        point(&env, &window, corner, &window.at("copy-bot")).await;
        mouse(&env, &["click", "1"]);
        window.at("copy-bot").disappears().await;
    }
    let pointed = "return [...document.querySelectorAll('[data-testid=connection]:hover')]\
        .map(row => row.querySelector('[data-testid=workspace-name]').textContent);";
    for (at, expected) in [
        (window.row(ACME).at("owner"), vec![ACME]),
        (window.at("show-keys"), vec![]),
    ] {
        point(&env, &window, corner, &at).await;
        until_async(&format!("{expected:?} under the mouse"), async || {
            (window.run(pointed).await == serde_json::json!(expected)).then_some(())
        })
        .await;
    }
    window.close().await;
}
