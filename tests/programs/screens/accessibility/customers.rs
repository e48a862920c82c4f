//! The screens of customers and their labels, and the guide, by mouse.

use support::cli;
use support::test_env::TestEnv;
use support::world::World;

use super::{Walk, lit};

const CUSTOMER: &str = "Kestrel";

const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";

/// Labels two of three connections, groups them, writes a note, off-boards the customer, and reads the
/// guide; returns the number of screens.
async fn every_screen(dark: bool) -> usize {
    let env = TestEnv::with(lit(World::new(), dark), &[]);
    env.add_client_by_command();
    for name in ["Ada & Partners", "Bureau", "Zeppelin"] {
        cli::connect_workspace(&env, name, &[]).await;
    }
    let mut walk = Walk::begin(env).await;
    for name in ["Ada & Partners", "Bureau"] {
        walk.window.row(name).at("select").click().await;
    }
    walk.window.at("label-selected").click().await;
    walk.look_into("labels of a selection").await;
    walk.window.at("label-field").fill(CUSTOMER).await;
    walk.window.at("new-label").click().await;
    walk.look("labels of a selection, one chosen").await;
    walk.window.at("save-labels").click().await;
    walk.window.at("label-dialog").disappears().await;
    walk.window.at("clear-selection").click().await;
    walk.window.at("group-labels").click().await;
    walk.window.at("group").holds(CUSTOMER).await;
    walk.look("groups").await;

    let row = walk.window.row("Zeppelin");
    row.choose_item("details").await;
    let panel = walk.window.at("details-panel");
    panel.at("add-label").fill("K").await;
    let offered = panel.at("suggested-label");
    offered.has("aria-selected", "false").await;
    walk.look("a label that is offered").await;
    panel.at("add-label").press(DOWN).await;
    offered.has("aria-selected", "true").await;
    panel.at("add-label").press(ENTER).await;
    panel.at("labels").holds(CUSTOMER).await;
    panel.at("edit-note").click().await;
    walk.look("a note that is written").await;
    panel.at("note-field").fill("Ask Jo first").await;
    panel.at("save-note").click().await;
    panel.at("note").says("Ask Jo first").await;
    walk.look("details with labels and a note").await;
    walk.window.at("close-details").click().await;
    panel.disappears().await;

    walk.window.at("offboard-group").click().await;
    walk.look_into("off-board a customer").await;
    walk.window.at("confirm-revoke-selected").click().await;
    let summary = walk.window.at("summary");
    summary.says("Access to 3 workspaces is revoked").await;
    walk.look("the receipts of a customer").await;
    walk.window.at("summary-done").click().await;
    summary.disappears().await;

    walk.window.at("help").click().await;
    walk.look_into("the guide").await;
    let pages = "//*[@data-testid='guide']//nav//button".to_owned();
    for page in 1..=walk.window.part(pages.clone()).count().await {
        let page = walk.window.part(format!("({pages})[{page}]"));
        page.click().await;
        page.has("aria-current", "page").await;
        walk.look("a page of the guide").await;
    }
    walk.window.part(format!("({pages})[1]")).click().await;
    walk.window.at("guide-statuses").click().await;
    walk.window.at("statuses-help").appears().await;
    walk.look("the statuses").await;
    walk.window.close().await;
    walk.axe.finds_nothing()
}

#[tokio::test]
async fn axe_finds_nothing_about_customers_in_the_light() {
    assert!(every_screen(false).await > 10);
}

#[tokio::test]
async fn axe_finds_nothing_about_customers_in_the_dark() {
    assert!(every_screen(true).await > 10);
}
