//! The flows of the window, including those that fail or are cancelled.

use serde_json::json;
use support::links;
use support::page::Part;
use support::test_env::{ACME, check_again, free_port};
use support::words::words;

use super::search::Search;
use super::watched::Watched;

/// A wrong client secret, typed in.
const WRONG: &str = "secret_wrong-canary-0123456789";

#[tokio::test]
async fn no_secret_is_in_any_file_message_or_page() {
    let mut app = Watched::with(&[]).await;
    // The form, with its secret typed in and sent.
    app.at("add-client").click().await;
    app.env.fill_client_form(&app.window).await;
    app.look_at_page().await;
    app.at("save-client").click().await;
    app.at("save-client").disappears().await;

    // A code that is refused, and a link that belongs to nothing.
    let refusal = json!({"error": "invalid_grant"});
    app.env
        .sandbox
        .fault(json!({"endpoint": "token", "times": 1, "status": 400, "body": refusal}))
        .await;
    let callback = app.callback().await;
    links::open(&app.env.world, &callback);
    app.notice_appears(&words("problem.grant-rejected.what"))
        .await;
    let stray = "app.keyrack:/oauth/callback?code=stray-code-canary-1&state=stray-state-canary-1";
    app.search.for_link(stray);
    links::open(&app.env.world, stray);
    app.notice_appears(&words("problem.link-unknown.what"))
        .await;

    // Connected by a link, pasted again, checked, found dead, and revoked.
    let callback = app.callback().await;
    app.at("paste-callback").fill(&callback).await;
    app.look_at_page().await;
    app.at("submit-callback").click().await;
    let row = app.row(ACME);
    row.has("data-status", "active").await;
    app.new_tokens().await;
    check_again(&row).await;

    renew(&mut app, &row).await;
    app.env
        .sandbox
        .fault(json!({"endpoint": "introspect", "times": 1, "status": 503}))
        .await;
    row.at("check").click().await;
    row.has("data-status", "cannot-check").await;
    row.choose_item("details").await;
    app.at("details-panel").at("act").appears().await;
    app.look_at_page().await;
    row.at("revoke").click().await;
    app.at("confirm-revoke").click().await;
    take_everything_along(&mut app).await;
    let search = app.close().await;

    for file in ["keyrack-receipt-", "keyrack-activity-"] {
        assert!(search.seen_in(file, ACME.as_bytes()), "{file} was read");
    }
    assert!(
        search.secrets() >= 8,
        "state and code three times, both tokens, the client's secret"
    );
    assert_was_read(&search);
    assert!(
        search.seen_in("the messages", b"link-unknown"),
        "the events were recorded"
    );
    assert!(
        search.seen_in("the messages", b"finished"),
        "so was the end of a check of all"
    );
}

/// Saves the receipt, exports the activity in both forms, and runs the self-test.
async fn take_everything_along(app: &mut Watched) {
    app.at("save-receipt").click().await;
    app.at("receipt-saved").holds("keyrack-receipt-").await;
    app.at("receipt-done").click().await;
    app.at("activity").click().await;
    for form in ["csv", "json"] {
        app.at(&format!("export-{form}")).click().await;
        app.at("exported").holds(form).await;
    }
    app.look_at_page().await;
    app.close_dialog().await;
    app.at("settings").click().await;
    app.at("self-test").click().await;
    let fine = "//*[@data-testid='self-test-result'][@data-test='database'][@data-result='fine']";
    app.part(fine.to_owned()).appears().await;
    app.look_at_page().await;
}

/// Asserts that the search has read something: where nothing is read, nothing is found.
fn assert_was_read(search: &Search) {
    for place in ["keyrack.db", "the messages", "the page"] {
        assert!(search.seen_in(place, ACME.as_bytes()), "{place} was read");
    }
}

/// Renews the client's secret and types it in, refreshes the tokens, and checks everything.
async fn renew(app: &mut Watched, row: &Part) {
    let renewed = app.env.sandbox.renew_secret().await;
    app.search.for_secret("renewed client_secret", &renewed);
    app.at("clients").click().await;
    app.at("new-secret").click().await;
    app.at("client-secret").fill(&renewed).await;
    app.look_at_page().await;
    app.at("save-secret").click().await;
    app.at("save-secret").disappears().await;
    app.close_dialog().await;
    row.choose_item("refresh").await;
    app.new_tokens().await;
    row.has("data-status", "active").await;
    app.at("check-all").click().await;
    app.notice_appears("Checked 1 workspace").await;
}

#[tokio::test]
async fn no_secret_leaks_from_a_client_that_is_wrong_changed_or_removed() {
    let mut app = Watched::with(&[]).await;
    let (id, secret) = (
        app.env.sandbox.client_id.clone(),
        app.env.sandbox.client_secret.clone(),
    );
    app.search.for_secret("wrong client_secret", WRONG);
    app.at("add-client").click().await;
    let dialog = app.part("//dialog[@open]".to_owned());
    app.env.fill_client_form(&app.window).await;
    app.at("client-secret").fill(WRONG).await;
    app.at("verify-client").click().await;
    dialog.says(&words("problem.client-rejected.what")).await;
    app.look_at_page().await;
    app.at("client-id").fill(&secret).await;
    app.at("client-secret").fill(&id).await;
    app.at("verify-client").click().await;
    dialog.says(&words("problem.client-swapped.what")).await;
    app.look_at_page().await;

    app.at("client-id").fill(&id).await;
    app.at("client-secret").fill(WRONG).await;
    app.at("save-client").click().await;
    // Notion has refused this pair.
    app.at("save-client")
        .says(&words("client.add.anyway"))
        .await;
    app.at("save-client").click().await;
    app.at("save-client").disappears().await;
    let callback = app.callback().await;
    links::open(&app.env.world, &callback);
    app.notice_appears(&words("problem.client-rejected.what"))
        .await;
    app.look_at_page().await;

    app.at("clients").click().await;
    app.at("verify-saved").click().await;
    app.at("client-problem").appears().await;
    app.at("edit-client").click().await;
    app.at("client-name").fill("Agency").await;
    app.at("save-client").click().await;
    app.at("client").says("Agency").await;
    app.at("new-secret").click().await;
    app.at("client-secret").fill(&secret).await;
    app.at("save-secret").click().await;
    app.at("save-secret").disappears().await;
    app.close_dialog().await;
    app.connect().await;

    app.at("clients").click().await;
    app.at("remove-client").click().await;
    app.look_at_page().await;
    app.at("confirm-remove-revoke").click().await;
    app.row(ACME).disappears().await;
    assert_was_read(&app.close().await);
}

#[tokio::test]
async fn no_secret_leaks_from_acts_that_fail_are_cancelled_or_undone() {
    let mut app = Watched::with(&[]).await;
    app.env.add_client(&app.window).await;
    let row = app.row(ACME);
    let callback = app.callback().await;
    // The clipboard may have it, and nothing else.
    app.part("//button[normalize-space()='Copy link']".to_owned())
        .click()
        .await;
    app.part("//button[normalize-space()='Copied']".to_owned())
        .appears()
        .await;
    app.look_at_page().await;
    app.at("cancel-authorization").click().await;
    app.at("waiting").disappears().await;
    links::open(&app.env.world, &callback);
    app.notice_appears(&words("problem.link-cancelled.what"))
        .await;

    app.connect().await;
    app.at("undo").click().await;
    app.at("receipt-done").click().await;
    row.disappears().await;

    app.connect().await;
    app.env
        .sandbox
        .fault(json!({"endpoint": "token", "times": 1, "cut": "before"}))
        .await;
    row.choose_item("refresh").await;
    app.notice_appears(&words("problem.refresh-unfinished.what"))
        .await;
    app.look_at_page().await;
    row.choose_item("reconnect").await;
    app.at("confirm-reconnect").click().await;
    app.at("waiting").appears().await;
    let link = app.env.next_link().await;
    let callback = app.answer(&link).await;
    links::open(&app.env.world, &callback);
    app.notice_appears(&words("connected.earlier")).await;
    app.new_tokens().await;
    row.choose_item("copy-token").await;
    app.notice_appears(&words("copied.token").replace("{workspace}", ACME))
        .await;
    app.look_at_page().await;

    app.env
        .sandbox
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    row.at("revoke").click().await;
    app.at("confirm-revoke").click().await;
    row.has("data-status", "revocation-pending").await;
    app.look_at_page().await;
    row.at("revoke").click().await;
    app.at("confirm-revoke").click().await;
    app.at("receipt").appears().await;
    app.at("receipt-done").click().await;
    row.disappears().await;

    app.connect().await;
    row.choose_item("forget").await;
    app.at("confirm-forget").click().await;
    app.at("receipt").appears().await;
    assert_was_read(&app.close().await);
}

#[tokio::test]
async fn no_secret_leaks_from_an_answer_over_localhost() {
    let port = free_port();
    let uri = format!("http://localhost:{port}/oauth/callback");
    let mut app = Watched::with(&["--redirect-uri", &uri]).await;
    app.at("add-client").click().await;
    app.env.fill_client_form(&app.window).await;
    app.at("redirect-method").choose("localhost").await;
    app.at("localhost-port").fill(&port).await;
    app.at("redirect-uri").says(&uri).await;
    app.at("save-client").click().await;
    app.at("save-client").disappears().await;

    let callback = app.callback().await;
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    for told in ["what a stranger is told", "what the browser is told"] {
        let stray = told.contains("stranger");
        let asked = if stray {
            callback.replace("state=", "state=A")
        } else {
            callback.clone()
        };
        let answer = browser.get(asked).send().await.unwrap();
        let headers = format!("{:?}", answer.headers());
        app.search.in_bytes(told, headers.into_bytes());
        let body = answer.bytes().await.unwrap().to_vec();
        app.search.in_bytes(told, body);
    }
    app.row(ACME).has("data-status", "active").await;
    app.new_tokens().await;
    let search = app.close().await;
    assert_was_read(&search);
    assert!(search.seen_in("what the browser is told", b"close this tab"));
}
