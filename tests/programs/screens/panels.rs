//! Details, activity and receipts.

use std::fs;

use serde_json::Value;
use support::page::Page;
use support::test_env::{ACME, TestEnv, check_again};
use support::wait::until;

/// The text of the only downloaded file whose name begins with `prefix`.
fn download(env: &TestEnv, prefix: &str) -> String {
    let path = until(&format!("{prefix}… among the downloads"), || {
        // A world has no downloads folder, so the home folder is used.
        let files = fs::read_dir(env.world.home()).ok()?.flatten();
        let mut paths = files.map(|file| file.path());
        paths.find(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(prefix)
        })
    });
    fs::read_to_string(path).unwrap()
}

async fn open_details(window: &Page) {
    let row = window.row(ACME);
    row.choose_item("details").await;
}

#[tokio::test]
async fn details_tell_what_is_known_and_what_happened() {
    let (_env, window, row) = TestEnv::connected().await;
    open_details(&window).await;
    let panel = window.at("details-panel");
    panel.holds("GNOME Keyring").await;
    let bot = row.attr("data-bot-id").await.unwrap();
    panel.holds(&bot).await;
    assert_eq!(panel.at("act").count().await, 1, "connected");
    // Visible in the row while the panel is open.
    row.at("revoke").appears().await;
    check_again(&row).await;
    panel.holds("read content").await;
    let acts = window.part(
        "//*[@data-testid='details-panel']//*[@data-testid='act'][@data-kind='check']".to_owned(),
    );
    acts.appears().await;
    window.at("close-details").click().await;
    panel.disappears().await;
    window.close().await;
}

#[tokio::test]
async fn the_activity_is_filtered_and_exported_and_brings_receipts_back() {
    let (env, window, row) = TestEnv::connected().await;
    check_again(&row).await;
    row.at("revoke").click().await;
    window.at("confirm-revoke").click().await;
    window.at("save-receipt").click().await;
    window.at("receipt-saved").holds("keyrack-receipt-").await;
    let receipt = download(&env, "keyrack-receipt-");
    assert!(
        receipt.contains(ACME) && receipt.contains("Notion confirms"),
        "{receipt}"
    );
    window.at("receipt-done").click().await;
    row.disappears().await;

    window.at("activity").click().await;
    let dialog = window.at("activity-dialog");
    dialog.appears().await;
    let act = |kind: &str| {
        window.part(format!(
            "//*[@data-testid='activity-dialog']//*[@data-testid='act'][@data-kind='{kind}']"
        ))
    };
    act("revoke").appears().await;
    act("connect").appears().await;
    act("check").appears().await;
    window.at("activity-kind").choose("checks").await;
    act("revoke").disappears().await;
    act("check").appears().await;
    window.at("activity-kind").choose("all").await;
    window.at("activity-trouble").click().await;
    act("connect").disappears().await;
    window.at("activity-trouble").click().await;
    window.at("activity-search").fill("acme").await;
    act("add-client").disappears().await;
    act("revoke").appears().await;

    window.at("export-json").click().await;
    window.at("exported").holds("keyrack-activity-").await;
    let acts: Value = serde_json::from_str(&download(&env, "keyrack-activity-")).unwrap();
    assert_eq!(acts[0]["kind"], "revoke");
    assert_eq!(acts.as_array().unwrap().len(), 3, "what the filter shows");

    act("revoke").at("open-receipt").click().await;
    window.at("receipt").says("Notion confirms").await;
    window.at("receipt-done").click().await;
    dialog.appears().await;
    window.at("close-export").click().await;
    dialog.disappears().await;
    window.close().await;
}
