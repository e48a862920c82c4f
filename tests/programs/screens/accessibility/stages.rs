//! Screens that appear only while something is under way, or after it has failed.

use serde_json::json;
use support::rows;
use support::secret_service::{Act, SecretService};
use support::test_env::TestEnv;
use support::wait::{until, until_async};
use support::world::{Service, World};

use super::{Walk, lit};

const FULL: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// Examines every stage of long or failing operations; returns their number.
async fn every_stage(dark: bool) -> usize {
    let world = lit(World::with(Service::Missing), dark);
    let keyring = SecretService::start(&world);
    let env = TestEnv::with(world, &["--auto-approve"]);
    env.connect_by_command().await;
    // So many that a keyring which hangs keeps them busy for as long as it takes; none of these has
    // a token.
    rows::grow(&env, 40);
    let mut walk = Walk::begin(env).await;
    let first = walk
        .window
        .part("(//*[@data-testid='connection'])[1]".to_owned());
    let id = first
        .attr("data-connection-id")
        .await
        .expect("a connection");
    // By its id, because the order of the list and of the page changes.
    let row = format!("//*[@data-testid='connection'][@data-connection-id='{id}']");
    let row = walk.window.part(row);

    clients(&mut walk).await;
    check_all(&mut walk).await;

    keyring.script(|_, _| Act::Refuse(FULL));
    row.choose_item("copy-token").await;
    walk.window
        .part("//*[@data-testid='notice'][contains(@class, 'trouble')]".to_owned())
        .appears()
        .await;
    walk.look("a failure").await;
    walk.window.at("settings").click().await;
    walk.window.at("self-test").click().await;
    walk.window.at("self-test-sum").says("1 of 5").await;
    walk.look_into("a self-test that finds something").await;
    walk.window.at("close-self-test").click().await;
    walk.window.at("self-test").has_focus("the self-test").await;
    walk.window.close_dialog().await;
    keyring.behave();

    row.at("select").click().await;
    walk.window.at("select-all").click().await;
    revoke_all(&mut walk, &keyring).await;
    remove_everything(&mut walk, &keyring).await;
    walk.window.close().await;
    walk.axe.finds_nothing()
}

async fn clients(walk: &mut Walk) {
    let clients = walk.window.at("clients");
    clients.click().await;
    for opener in ["edit-client", "new-secret", "remove-client"] {
        walk.inner_dialog(opener, "edit-client").await;
    }
    walk.window.close_dialog().await;
    clients.has_focus("the clients").await;
}

async fn check_all(walk: &mut Walk) {
    let pause = json!({"endpoint": "introspect", "times": 1, "status": 429, "headers": {"retry-after": "30"}});
    walk.env.sandbox.fault(pause).await;
    let check_all = walk.window.at("check-all");
    check_all.click().await;
    let strip = walk.window.at("check-all-progress");
    strip.says("Notion asked for a pause").await;
    walk.look("a check of all that pauses").await;
    walk.window.at("cancel-check-all").click().await;
    strip.disappears().await;
    check_all.has_focus("a check of all that was ended").await;
    walk.window.notice("Cancelled").appears().await;
    walk.look("a check of all that was ended").await;
    // The rows of the checks that had begun move until these have ended.
    until("the end of the checks that had begun", || {
        let sql = "SELECT count(*) FROM operations WHERE kind = 'check' AND finished_at IS NULL";
        let left = walk.env.database().query_row(sql, [], |row| row.get(0));
        (left == Ok(0)).then_some(())
    });
}

async fn revoke_all(walk: &mut Walk, keyring: &SecretService) {
    keyring.script(|_, _| Act::Hold);
    walk.window.at("revoke-selected").click().await;
    type_the_count(walk).await;
    walk.window.at("confirm-revoke-selected").click().await;
    let strip = walk.window.at("revoke-all-progress");
    strip.appears().await;
    until_async("the end of Notion's pause", async || {
        let text = strip.text().await;
        (!text.contains("Notion asked for a pause")).then_some(())
    })
    .await;
    walk.look("revoking several").await;
    walk.window.at("cancel-revoke-all").click().await;
    strip.says("Cancelling").await;
    walk.look("revoking no more").await;
    keyring.release();
    let done = walk.window.at("summary-done");
    done.has_focus("the last revocation").await;
    walk.look_into("a summary").await;
    done.click().await;
    done.disappears().await;
    walk.window.at("connect").has_focus("the summary").await;
}

/// Types the number of connections that the dialog asks for.
async fn type_the_count(walk: &Walk) {
    let label = "//label[@for = //input[@data-testid='typed-count']/@id]";
    let asked = walk.window.part(label.to_owned()).whole().await;
    let count: String = asked.chars().filter(char::is_ascii_digit).collect();
    walk.window.at("typed-count").fill(&count).await;
}

/// Examines the question before everything is removed, and confirms it.
async fn agree(walk: &mut Walk) {
    walk.window.at("settings").click().await;
    walk.window
        .at("settings-dialog")
        .at("remove-everything")
        .click()
        .await;
    type_the_count(walk).await;
    walk.window.at("understand").click().await;
    walk.look_into("what was understood").await;
    walk.window.at("confirm-remove-everything").click().await;
}

async fn remove_everything(walk: &mut Walk, keyring: &SecretService) {
    let dialog = walk.window.at("remove-everything-dialog");
    let settings = walk.window.at("settings");
    let stop = walk.window.at("stop-here");
    let again = walk.window.at("remove-again");

    keyring.script(|_, _| Act::Hold);
    agree(walk).await;
    let cancel = walk.window.at("cancel-remove-everything");
    cancel.appears().await;
    walk.look_into("revoking everything").await;
    cancel.click().await;
    cancel.says("Cancelling").await;
    walk.look_into("revoking nothing more").await;
    keyring.release();
    stop.appears().await;
    walk.look_into("a removal that was cancelled").await;
    stop.click().await;
    settings.has_focus("a removal that was cancelled").await;

    agree(walk).await;
    walk.window.at("not-revoked").appears().await;
    walk.look_into("a removal that failed").await;
    keyring.script(|_, _| Act::Hold);
    walk.window.at("remove-anyway").click().await;
    dialog.says("Deleting what is left").await;
    walk.look_into("removing").await;
    again.appears().await;
    walk.look_into("a removal that is not finished").await;
    keyring.release();
    again.click().await;
    walk.window.at("removed").appears().await;
    walk.look_into("everything removed").await;
}

#[tokio::test]
async fn axe_finds_nothing_at_any_stage_in_the_light() {
    assert!(every_stage(false).await > 15);
}

#[tokio::test]
async fn axe_finds_nothing_at_any_stage_in_the_dark() {
    assert!(every_stage(true).await > 15);
}
