//! The main job, as a new user would do it, with the embedded sandbox: `scripts/run` shows it where
//! there is no display. Pictures go to `target/journey/`.

#![allow(clippy::print_stdout, reason = "each step is told as it is taken")]

use std::path::{Path, PathBuf};

use support::browser;
use support::links::Catcher;
use support::page::Page;
use support::secrets;
use support::test_env::{ACME, check_again};
use support::window;
use support::world::World;

#[tokio::test]
async fn a_new_user_connects_checks_and_revokes_a_workspace() {
    let mut world = World::new();
    let mut opened = Catcher::browser(&world);
    let app = window::open(&world).await;

    app.at("try-sandbox").appears().await;
    picture(&app, "1-welcome").await;
    step("started for the first time: two ways in");

    app.at("try-sandbox").click().await;
    app.at("connect").click().await;
    app.at("waiting").appears().await;
    picture(&app, "2-waiting").await;
    let link = opened.next().await;
    step("Connect opened the system's browser");

    let origin = &link[..link.find("/v1/").expect("an authorization link")];
    let browser = browser::open(&world, origin).await;
    browser.goto(&link).await;
    picture(&browser, "3-consent").await;
    browser.id("allow").click().await;
    app.row(ACME).at("status").says("Active").await;
    app.at("notice").appears().await;
    assert!(!app.at("waiting").is_shown().await, "nothing modal remains");
    picture(&app, "4-connected").await;
    browser.close().await;
    step("allowed in the browser: the app link came back, the workspace is in the list");
    assert_eq!(
        secrets::entries(&world).len(),
        2,
        "the client's secret and the tokens"
    );

    let row = app.row(ACME);
    check_again(&row).await;
    row.has("data-status", "active").await;
    step("checked: active");

    for name in ["Launchpad", "Bibliothek am Park"] {
        app.at("connect").click().await;
        let browser = browser::open(&world, origin).await;
        browser.goto(&opened.next().await).await;
        browser
            .part(format!("//select/option[contains(., '{name}')]"))
            .click()
            .await;
        browser.id("allow").click().await;
        app.row(name).at("status").says("Active").await;
        browser.close().await;
    }
    picture(&app, "5-list").await;
    step("two more connected");

    app.row(ACME).at("revoke").click().await;
    app.at("confirm-revoke").appears().await;
    picture(&app, "6-revoke").await;
    app.at("confirm-revoke").click().await;
    app.at("receipt").appears().await;
    picture(&app, "7-receipt").await;
    app.at("receipt-done").click().await;
    app.row(ACME).disappears().await;
    assert_eq!(
        secrets::entries(&world).len(),
        3,
        "the revoked tokens are gone from the keyring"
    );
    step("revoked: Notion's stand-in confirms it, and the keyring has no entry of it");
    app.close().await;

    world.prefer_dark();
    let app = window::open(&world).await;
    app.row("Launchpad").at("status").says("Active").await;
    check_again(&app.row("Launchpad")).await;
    app.row("Launchpad").has("data-status", "active").await;
    picture(&app, "8-list-dark").await;
    app.row("Launchpad").at("revoke").click().await;
    app.at("confirm-revoke").appears().await;
    picture(&app, "9-revoke-dark").await;
    app.close().await;
    step("closed and opened again, in the dark: the list and the sandbox remember everything");
}

fn step(what: &str) {
    println!("done  {what}");
}

async fn picture(page: &Page, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey");
    let path: PathBuf = folder.join(format!("{name}.png"));
    page.screenshot(&path).await;
}
