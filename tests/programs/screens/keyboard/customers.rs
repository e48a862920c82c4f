//! A customer by keyboard: labelled, grouped, written about, exported and off-boarded.

use std::fs;

use support::words::filled;

use super::three;
use support::keys::{activate, choose, focus_is_on, press, press_until, write};

const CUSTOMER: &str = "Kestrel";

#[tokio::test]
async fn a_customer_is_labelled_grouped_written_about_exported_and_off_boarded() {
    let (env, window, [ada, bureau, zeppelin]) = three().await;
    press(&env, &["slash"]);
    focus_is_on(&window, "search").await;
    press(&env, &["Down"]);
    focus_is_on(&window, "connection").await;
    press(&env, &["space", "shift+Down"]);
    window.at("selection").says("2 selected").await;
    press(&env, &["l"]);
    focus_is_on(&window, "label-field").await;
    write(&env, CUSTOMER);
    // The first takes the label, the second saves.
    press(&env, &["Return"]);
    window.at("label-choice").appears().await;
    press(&env, &["Return"]);
    window.at("label-dialog").disappears().await;
    for name in [&ada, &bureau] {
        window.row(name).holds(CUSTOMER).await;
    }
    focus_is_on(&window, "connection").await;
    press(&env, &["Escape"]);
    window.at("selection").disappears().await;
    press(&env, &["g"]);
    window.at("group").holds(CUSTOMER).await;

    focus_is_on(&window, "group").await;
    press(&env, &["Down"]);
    focus_is_on(&window, "connection").await;
    press(&env, &["Return"]);
    let panel = window.at("details-panel");
    panel.appears().await;
    press_until(&env, &window, "Tab", "add-label").await;
    write(&env, "VIP");
    press(&env, &["Return"]);
    panel.at("labels").holds("VIP").await;
    activate(&env, &window, "edit-note").await;
    focus_is_on(&window, "note-field").await;
    write(&env, "Ask Jo first");
    activate(&env, &window, "save-note").await;
    panel.at("note").says("Ask Jo first").await;
    press(&env, &["Escape"]);
    panel.disappears().await;

    activate(&env, &window, "export-list").await;
    activate(&env, &window, "export-csv").await;
    let exported = window.at("exported").whole().await;
    let (_, path) = exported.split_once("Saved as ").unwrap();
    let csv = fs::read_to_string(path.trim()).unwrap();
    assert_eq!(csv.matches(CUSTOMER).count(), 2, "{csv}");
    assert_eq!(csv.matches("Ask Jo first").count(), 1, "{csv}");
    press(&env, &["Escape"]);
    window.at("exported").disappears().await;

    press(&env, &["ctrl+Delete"]);
    focus_is_on(&window, "offboard-label").await;
    let label = filled("filter.labels.one", &[("label", CUSTOMER), ("count", "2")]);
    choose(&env, &window, "offboard-label", &label).await;
    let dialog = window.at("offboard-dialog");
    for name in [&ada, &bureau] {
        dialog.holds(name).await;
    }
    activate(&env, &window, "confirm-revoke-selected").await;
    let summary = window.at("summary");
    summary.says("Access to 2 workspaces is revoked").await;
    press_until(&env, &window, "shift+Tab", "save-summary").await;
    press(&env, &["Return"]);
    summary.holds("keyrack-receipts-").await;
    activate(&env, &window, "summary-done").await;
    summary.disappears().await;
    for name in [&ada, &bureau] {
        window.row(name).disappears().await;
    }
    window.row(&zeppelin).has("data-status", "active").await;
    window.close().await;
}
