//! Every action by the keyboard alone: real keys, pressed on the display.

mod activity;
mod clients;
mod customers;
mod everything;
mod in_use;
mod menu;
mod order;
mod settings;
mod several;
mod start;

use support::cli;
use support::page::{Page, Part};
use support::test_env::{ACME, TestEnv};

/// A window in the front with Acme in its list; nobody has clicked anything.
async fn listed() -> (TestEnv, Page, Part) {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.has("data-status", "active").await;
    (env, window, row)
}

/// A window in the front with three workspaces in its list, in the order of their names.
async fn three() -> (TestEnv, Page, [String; 3]) {
    let env = TestEnv::new();
    env.add_client_by_command();
    let names = ["Ada & Partners", "Bureau", "Zeppelin"];
    for name in names {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let window = env.window().await;
    for name in names {
        window.row(name).has("data-status", "active").await;
    }
    (env, window, names.map(str::to_owned))
}
