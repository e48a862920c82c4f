//! What is about to be clicked stays where it is, whatever comes or goes by itself meanwhile: the
//! pointer is pressed down on a control, and let go only after that.

use serde_json::json;

use support::cli;
use support::page::Page;
use support::pointer::Pressed;
use support::secret_service::{Act, SecretService};
use support::test_env::{ACME, TestEnv};
use support::words::words;

/// WebDriver's name of the key.
const F5: &str = "\u{E035}";

/// A window with Acme in its list, over a keyring that a test can stop.
async fn listed() -> (TestEnv, SecretService, Page) {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    let window = env.window().await;
    window.row(ACME).has("data-status", "active").await;
    (env, keyring, window)
}

#[tokio::test]
async fn an_answer_about_a_client_leaves_its_buttons_where_they_are() {
    let (env, keyring, window) = listed().await;
    window.at("clients").click().await;

    // The words that all is well come above the buttons of the dialog.
    keyring.script(|_, _| Act::Hold);
    window.at("verify-saved").click().await;
    let add = Pressed::down(&window, "add-another-client").await;
    keyring.script(|_, _| Act::Serve);
    keyring.release();
    window
        .at("saved-verified")
        .says(&words("client.verified"))
        .await;
    add.up("the client was verified").await;
    window.at("client-name").appears().await;
    window.part("//dialog".to_owned()).press("\u{E00C}").await;

    // The problem comes above the buttons of the client, and takes one of them to itself.
    env.sandbox.renew_secret().await;
    keyring.script(|_, _| Act::Hold);
    window.at("verify-saved").click().await;
    let edit = Pressed::down(&window, "edit-client").await;
    keyring.script(|_, _| Act::Serve);
    keyring.release();
    window.at("client-problem").appears().await;
    edit.up("the secret was refused").await;
    window.at("client-name").appears().await;
    window.close().await;
}

#[tokio::test]
async fn a_problem_in_a_form_leaves_its_buttons_where_they_are() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    window.at("client-secret").fill("secret_wrong").await;
    let later = json!({"endpoint": "introspect", "times": 1, "delay_ms": 3_000});
    env.sandbox.fault(later).await;
    window.at("verify-client").click().await;
    let save = Pressed::down(&window, "save-client").await;
    window
        .part("//dialog".to_owned())
        .says(&words("problem.client-rejected.what"))
        .await;
    save.up("the secret was refused").await;
    // The click came; what Notion has refused is added only by a second one.
    window
        .at("save-client")
        .says(&words("client.add.anyway"))
        .await;
    window.at("save-client").click().await;
    window.at("connect").appears().await;
    window.close().await;
}

#[tokio::test]
async fn a_problem_in_a_form_comes_into_sight() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    window.at("client-secret").fill("secret_wrong").await;
    window.at("verify-client").click().await;
    window
        .part("//dialog".to_owned())
        .says(&words("problem.client-rejected.what"))
        .await;
    let below = "const edge = (of, side) => document.querySelector(of).getBoundingClientRect()[side];\
        return edge('dialog [role=alert]', 'bottom') - edge('dialog .end', 'top');";
    let below = window.run(below).await.as_f64().expect("a length");
    assert!(below <= 1.0, "{below} px of it are behind the buttons");
    window.close().await;
}

#[tokio::test]
async fn the_progress_of_a_check_of_all_leaves_the_rows_where_they_are() {
    let (_scene, keyring, window) = listed().await;
    let strip = window.at("check-all-progress");
    keyring.script(|_, _| Act::Hold);
    let more = Pressed::down(&window, "more").await;
    window.part("//body".to_owned()).press(F5).await;
    strip.appears().await;
    more.up("the progress came").await;
    window.at("details").appears().await;
    window.part("//body".to_owned()).press("\u{E00C}").await;
    window.at("details").disappears().await;

    let more = Pressed::down(&window, "more").await;
    keyring.script(|_, _| Act::Serve);
    keyring.release();
    strip.disappears().await;
    more.up("the progress went").await;
    window.at("details").appears().await;
    window.close().await;
}

#[tokio::test]
async fn a_notice_that_comes_leaves_the_others_where_they_are() {
    let (_scene, window, row) = TestEnv::connected().await;
    let undo = Pressed::down(&window, "undo").await;
    window.part("//body".to_owned()).press(F5).await;
    window.notice("Checked 1 workspace").appears().await;
    undo.up("another notice came").await;
    row.disappears().await;
    window.close().await;
}
