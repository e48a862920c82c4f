//! The activity by keyboard: searched, and exported.

use std::fs;

use serde_json::{Value, json};
use support::page::Page;
use support::test_env::ACME;

use super::listed;
use support::keys::{
    activate, choose, focus_is_in_a_dialog, focus_is_on, press, press_until, write,
};

/// Waits for the notice of an export of the activity, and returns the file.
async fn exported(window: &Page, kind: &str) -> String {
    window.at("exported").holds(kind).await;
    let ask = "return document.querySelector('[data-testid=exported]').textContent;";
    let told = window.run(ask).await;
    let (_, path) = told.as_str().unwrap().split_once("Saved as ").unwrap();
    fs::read_to_string(path.trim()).unwrap()
}

#[tokio::test]
async fn the_activity_is_filtered_exported_and_left() {
    let (env, window, row) = listed().await;
    assert!(env.keyrack(&["check", ACME], "").status.success());
    let busy = json!({"endpoint": "introspect", "times": 9, "status": 503});
    env.sandbox.fault(busy).await;
    assert!(!env.keyrack(&["check", ACME], "").status.success());
    assert!(env.keyrack(&["revoke", ACME], "").status.success());
    // What has the focus meanwhile would leave with it.
    row.disappears().await;

    activate(&env, &window, "activity").await;
    let dialog = window.at("activity-dialog");
    dialog.appears().await;
    focus_is_in_a_dialog(&window).await;
    let act = |kind: &str, outcome: &str| {
        window.part(format!(
            "//*[@data-testid='activity-dialog']//*[@data-testid='act'][@data-kind='{kind}'][@data-outcome='{outcome}']"
        ))
    };
    act("connect", "done").appears().await;
    choose(&env, &window, "activity-kind", "Checks").await;
    act("connect", "done").disappears().await;
    act("check", "active").appears().await;
    press_until(&env, &window, "Tab", "activity-trouble").await;
    press(&env, &["space"]);
    act("check", "active").disappears().await;
    act("check", "failed").appears().await;
    activate(&env, &window, "export-csv").await;
    let csv = exported(&window, ".csv").await;
    assert_eq!(csv.lines().count(), 2, "a heading and what is shown: {csv}");

    press_until(&env, &window, "Tab", "activity-trouble").await;
    press(&env, &["space"]);
    act("check", "active").appears().await;
    press_until(&env, &window, "shift+Tab", "activity-kind").await;
    press(&env, &["Home"]);
    act("connect", "done").appears().await;
    press_until(&env, &window, "shift+Tab", "activity-search").await;
    write(&env, "acme");
    act("add-client", "done").disappears().await;
    activate(&env, &window, "open-receipt").await;
    window.at("receipt").appears().await;
    focus_is_on(&window, "receipt-done").await;
    press(&env, &["Return"]);
    focus_is_on(&window, "open-receipt").await;
    activate(&env, &window, "export-json").await;
    let shown = dialog.at("act").count().await;
    let acts: Value = serde_json::from_str(&exported(&window, ".json").await).unwrap();
    assert_eq!(acts.as_array().unwrap().len(), shown);
    press(&env, &["Escape"]);
    dialog.disappears().await;
    focus_is_on(&window, "activity").await;
    window.close().await;
}
