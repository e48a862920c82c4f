//! Every screen, examined in an order in which a person may meet them.

use serde_json::json;
use support::links;
use support::process::Program;
use support::test_env::{ACME, TestEnv};
use support::world::World;

use super::{Walk, close_all, lit};

/// Examines every screen, in an order in which a person may meet them; returns their number.
async fn every_screen(dark: bool) -> usize {
    let env = TestEnv::with(lit(World::new(), dark), &["--auto-approve"]);
    let mut walk = Walk::begin(env).await;
    walk.window.at("try-sandbox").appears().await;
    let is_dark = "return matchMedia('(prefers-color-scheme: dark)').matches;";
    assert_eq!(walk.window.run(is_dark).await, dark);
    walk.look("welcome").await;
    let add = walk.window.at("add-client");
    walk.dialog(&add, &add, "client form").await;
    walk.env.add_client(&walk.window).await;
    walk.look("no connections").await;

    let link = walk.env.begin(&walk.window).await;
    walk.look("waiting").await;
    links::open(&walk.env.world, &walk.env.callback(&link).await);
    let row = walk.window.row(ACME);
    row.has("data-status", "active").await;
    walk.look("a connection with its notice").await;

    row.at("more").click().await;
    walk.window.at("copy-token").appears().await;
    walk.look("a row's menu").await;
    walk.window
        .part("//body".to_owned())
        .press("\u{E00C}")
        .await;
    walk.window.at("copy-token").disappears().await;
    let revoke = row.at("revoke");
    walk.dialog(&revoke, &revoke, "revoke").await;
    walk.menu_dialog("reconnect").await;
    walk.menu_dialog("forget").await;
    let mut serve = walk.env.world.command(&walk.env.program);
    serve.args(["serve", ACME]);
    let (program, _) = Program::start_and_read_line(&walk.env.world, &serve);
    walk.menu_dialog("use").await;
    program.end();
    let export = walk.window.at("export-list");
    walk.dialog(&export, &export, "export").await;

    row.choose_item("details").await;
    walk.window.at("details-panel").at("act").appears().await;
    walk.look("details").await;
    walk.window.at("close-details").click().await;
    walk.window.at("details-panel").disappears().await;

    for opener in ["activity", "settings", "clients", "help"] {
        let button = walk.window.at(opener);
        walk.dialog(&button, &button, opener).await;
    }
    for inner in [
        "self-test",
        "scan-open",
        "keys",
        "remove-everything",
        "manage-clients",
    ] {
        walk.window.at("settings").click().await;
        walk.window.at("settings-dialog").appears().await;
        walk.window.at_rest().await;
        walk.window.at("settings-dialog").at(inner).click().await;
        walk.window.at("settings-dialog").disappears().await;
        walk.look(inner).await;
        close_all(&walk.window).await;
    }

    row.at("select").click().await;
    walk.window.at("selection").appears().await;
    walk.look("a selection").await;
    let several = walk.window.at("revoke-selected");
    walk.dialog(&several, &several, "revoke several").await;
    walk.window.at("clear-selection").click().await;

    let busy = json!({"endpoint": "introspect", "times": 9, "status": 503});
    walk.env.sandbox.fault(busy).await;
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    walk.look("a connection that cannot be checked").await;
    walk.window.at("search").fill("nothing of the kind").await;
    row.disappears().await;
    walk.look("a search without a result").await;
    walk.window.at("search").fill(ACME).await;

    row.at("revoke").click().await;
    walk.window.at("confirm-revoke").click().await;
    walk.window.at("receipt").appears().await;
    walk.look("a receipt").await;
    walk.window.close().await;
    walk.axe.finds_nothing()
}

#[tokio::test]
async fn axe_finds_nothing_on_any_screen_in_the_light() {
    assert!(every_screen(false).await > 20);
}

#[tokio::test]
async fn axe_finds_nothing_on_any_screen_in_the_dark() {
    assert!(every_screen(true).await > 20);
}
