//! The screens on which keys come in, go along and are found, by mouse.

use std::fs;

use serde_json::json;
use support::test_env::{ACME, TestEnv};
use support::world::World;

use super::{Walk, close_all, lit};

const PASSPHRASE: &str = "four words at random";

/// Adds a token, imports a list with a bad line, moves a connection, opens the sealed file, and looks for
/// stray tokens; returns the number of screens.
async fn every_screen(dark: bool) -> usize {
    let env = TestEnv::with(lit(World::new(), dark), &["--auto-approve"]);
    let mut walk = Walk::begin(env).await;
    let token = walk.window.at("add-token");
    walk.dialog(&token, &token, "a token on the first start")
        .await;
    let open = walk.window.at("welcome-open-sealed");
    walk.dialog(&open, &open, "a sealed file on the first start")
        .await;
    walk.env.connect_by_command().await;
    let row = walk.window.row(ACME);
    row.has("data-status", "active").await;

    let made = |name: &'static str, client: Option<String>| {
        let sandbox = &walk.env.sandbox;
        async move {
            let workspace = sandbox.add_workspace(name, "Jo Lindqvist").await;
            sandbox.make_tokens(&workspace, client.as_deref()).await
        }
    };
    let birch = made("Birch", None).await;
    let client = walk.env.sandbox.client_id.clone();
    let cedar = made("Cedar", Some(client)).await;
    walk.window.at("clients").click().await;
    walk.window.at("clients-add-token").click().await;
    walk.look_into("a token").await;
    walk.window.at("token-field").fill("ntn_nobodys").await;
    walk.window.at("save-token").click().await;
    walk.window.at("token-problem").appears().await;
    walk.look("a token that does not work").await;
    let token = birch["access_token"].as_str().unwrap();
    walk.window.at("token-field").fill(token).await;
    walk.window.at("token-day").fill("2001-01-01").await;
    walk.window.at("save-token").click().await;
    walk.window.row("Birch").has("data-status", "active").await;
    close_all(&walk.window).await;
    walk.look("a token in the list").await;
    walk.window.row("Birch").at("end-at-notion").click().await;
    walk.look_into("where a token is ended").await;
    close_all(&walk.window).await;

    walk.window.at("clients").click().await;
    walk.window.at("import-pairs").click().await;
    walk.look_into("an import").await;
    // As a person ends a line.
    let dead = json!({ "access_token": "ntn_nobodys" });
    let list = format!("{cedar}\u{E006}not json\u{E006}{dead}");
    walk.window.at("import-list").fill(&list).await;
    walk.window.at("import-begin").click().await;
    walk.window.at("import-keep").appears().await;
    walk.look("verdicts").await;
    walk.window.at("import-keep").click().await;
    walk.window.at("close-import").appears().await;
    walk.look("what came of an import").await;
    close_all(&walk.window).await;

    row.choose_item("move").await;
    walk.look_into("a move").await;
    let file = seal(&walk).await;
    walk.look("a sealed file is written").await;
    walk.window.at("close-seal").click().await;
    walk.look("a connection that was moved").await;

    walk.window.at("settings").click().await;
    walk.window.at("open-sealed").click().await;
    walk.window.at("sealed-file").press(&file).await;
    walk.window.at("sealed-passphrase").fill("another").await;
    walk.window.at("sealed-begin").click().await;
    let why = "//*[@data-testid='open-sealed-dialog']//*[@role='alert'][*]".to_owned();
    walk.window.part(why).appears().await;
    walk.look("a passphrase that is not the file's").await;
    walk.window.at("sealed-passphrase").fill(PASSPHRASE).await;
    walk.window.at("sealed-begin").click().await;
    walk.window.at("sealed-found").appears().await;
    walk.look("what is in a sealed file").await;
    close_all(&walk.window).await;

    let folder = walk.env.world.home().join("notes");
    fs::create_dir(&folder).unwrap();
    let found = format!("NOTION_TOKEN={token}\n");
    fs::write(folder.join(".env"), found).unwrap();
    walk.window.at("settings").click().await;
    walk.window.at("scan-open").click().await;
    walk.window.at("scan-folders").fill("~/notes").await;
    walk.window.at("scan-look").click().await;
    walk.window.at("stray").appears().await;
    walk.look("a stray token").await;
    walk.window.close().await;
    walk.axe.finds_nothing()
}

/// Seals what the open dialog is about, and returns where the file is.
async fn seal(walk: &Walk) -> String {
    let window = &walk.window;
    window.at("seal-passphrase").fill(PASSPHRASE).await;
    window.at("seal-again").fill(PASSPHRASE).await;
    window.at("seal-begin").click().await;
    window.at("seal-done").appears().await;
    let path = "//*[@data-testid='seal']//*[contains(@class, 'mono')]".to_owned();
    window.part(path).text().await
}

#[tokio::test]
async fn axe_finds_nothing_where_keys_arrive_in_the_light() {
    assert!(every_screen(false).await > 12);
}

#[tokio::test]
async fn axe_finds_nothing_where_keys_arrive_in_the_dark() {
    assert!(every_screen(true).await > 12);
}
