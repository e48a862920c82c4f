//! The window's flows in which keys come in, go along and are found in clear text.

use std::fs;

use serde_json::json;
use support::clipboard::clipboard;
use support::test_env::ACME;
use support::words::counted;

use super::watched::Watched;

const PASSPHRASE: &str = "four words at random canary";

/// A token of nobody's, typed in.
const WRONG: &str = "ntn_wrong-token-canary-0123456789";

/// Looks at the page and at the clipboard.
async fn look(app: &mut Watched) {
    app.look_at_page().await;
    let copied = clipboard(&app.env.world, "UTF8_STRING");
    app.search.in_bytes("the clipboard", copied.into_bytes());
}

/// The tokens of a new workspace, which are searched for: a client's, or such as are made at Notion.
async fn made(app: &mut Watched, workspace: &str, client: Option<&str>) -> serde_json::Value {
    let sandbox = &app.env.sandbox;
    let workspace = sandbox.add_workspace(workspace, "Jo Lindqvist").await;
    let made = sandbox.make_tokens(&workspace, client).await;
    for name in ["access_token", "refresh_token"] {
        if let Some(token) = made[name].as_str() {
            app.search.for_secret(name, token);
        }
    }
    made
}

/// Adds a token, after one that is nobody's. Returns it.
async fn add_token(app: &mut Watched) -> String {
    let made = made(app, "Birch", None).await;
    let token = made["access_token"].as_str().unwrap().to_owned();
    app.at("clients").click().await;
    app.at("clients-add-token").click().await;
    app.at("token-field").fill(WRONG).await;
    app.at("save-token").click().await;
    app.at("token-problem").appears().await;
    look(app).await;
    app.at("token-field").fill(&token).await;
    look(app).await;
    app.at("save-token").click().await;
    app.row("Birch").has("data-status", "active").await;
    token
}

/// Imports a pair, from a list with lines that are spoilt.
async fn import(app: &mut Watched) {
    let client = app.env.sandbox.client_id.clone();
    let pair = made(app, "Cedar", Some(&client)).await;
    let dead = json!({ "access_token": WRONG });
    app.at("clients").click().await;
    app.at("import-pairs").click().await;
    // As a person ends a line.
    let list = format!("{pair}\u{E006}spoilt {pair}\u{E006}{dead}");
    app.at("import-list").fill(&list).await;
    look(app).await;
    app.at("import-begin").click().await;
    app.at("import-keep").appears().await;
    look(app).await;
    app.at("import-keep").click().await;
    let kept = counted("import.count.kept", 1);
    app.at("import-result").says(&kept).await;
    look(app).await;
    app.at("close-import").click().await;
    app.close_dialog().await;
}

/// Moves a connection into a sealed file, and looks into that, first with another passphrase.
async fn seal_and_open(app: &mut Watched) {
    let row = app.row(ACME);
    row.choose_item("move").await;
    app.at("seal-passphrase").fill(PASSPHRASE).await;
    app.at("seal-again").fill(PASSPHRASE).await;
    look(app).await;
    app.at("seal-begin").click().await;
    app.at("seal-done").appears().await;
    look(app).await;
    let path = "//*[@data-testid='seal']//*[contains(@class, 'mono')]".to_owned();
    let file = app.part(path).text().await;
    app.at("close-seal").click().await;
    app.at("settings").click().await;
    app.at("open-sealed").click().await;
    app.at("sealed-file").press(&file).await;
    app.at("sealed-passphrase").fill(WRONG).await;
    app.at("sealed-begin").click().await;
    let why = "//*[@data-testid='open-sealed-dialog']//*[@role='alert'][*]".to_owned();
    app.part(why).appears().await;
    look(app).await;
    app.at("sealed-passphrase").fill(PASSPHRASE).await;
    app.at("sealed-begin").click().await;
    app.at("sealed-found").appears().await;
    look(app).await;
    app.at("close-sealed").click().await;
    app.close_dialog().await;
}

/// Finds a token in a file, whose name has another.
async fn scan(app: &mut Watched, token: &str) {
    let named = made(app, "Dune", None).await;
    let named = named["access_token"].as_str().unwrap();
    let folder = app.env.world.path("site");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(".env"), format!("NOTION_TOKEN={token}\n")).unwrap();
    fs::write(folder.join(named), format!("curl -H 'Bearer {named}'\n")).unwrap();
    app.at("settings").click().await;
    app.at("scan-open").click().await;
    let folder = folder.display().to_string();
    app.at("scan-folders").fill(&folder).await;
    app.at("scan-look").click().await;
    app.at("stray").appears().await;
    look(app).await;
}

#[tokio::test]
async fn no_secret_leaks_from_keys_that_arrive_move_or_stray() {
    let mut app = Watched::with(&[]).await;
    app.search.for_secret("the passphrase", PASSPHRASE);
    app.search.for_secret("a token of nobody's", WRONG);
    app.env.add_client(&app.window).await;
    app.connect().await;
    let token = add_token(&mut app).await;
    import(&mut app).await;
    seal_and_open(&mut app).await;
    scan(&mut app, &token).await;
    let search = app.close().await;
    for place in ["keyrack.db", "the messages", "the page"] {
        for name in [ACME, "Birch", "Cedar"] {
            assert!(search.seen_in(place, name.as_bytes()), "{place}: {name}");
        }
    }
    assert!(search.seen_in(".age", b"age-encryption.org/v1"));
    assert!(search.seen_in("the page", b".env"), "the scan was shown");
}
