//! The announcements for screen readers: each once, and politely.

use serde_json::json;
use support::cli;
use support::page::Page;
use support::secret_service::Act;
use support::test_env::{ACME, TestEnv};
use support::wait::{until, until_async};

/// A script that records every text that appears in a live region, with its politeness: the whole
/// region if it is atomic. Removed text is not announced.
const LISTEN: &str = "
    const LIVE = '[role=status], [role=alert], [role=log], [aria-live]';
    const manner = it => it.getAttribute('aria-live') ??
        (it.getAttribute('role') === 'alert' ? 'assertive' : 'polite');
    const asOne = it => it.getAttribute('aria-atomic') ??
        String(it.matches('[role=status], [role=alert]'));
    const text = it => it.textContent.replace(/\\s+/g, ' ').trim();
    window.heard = [];
    new MutationObserver(records => {
        const spoken = new Map();
        const speak = (region, node) => {
            const words = asOne(region) === 'true' ? text(region) : text(node);
            if (words !== '') spoken.set(region, (spoken.get(region) ?? new Set()).add(words));
        };
        for (const { type, target, addedNodes } of records) {
            const place = target instanceof Element ? target : target.parentElement;
            const region = place?.closest(LIVE);
            for (const node of type === 'characterData' ? [target] : addedNodes) {
                if (text(node) === '') continue;
                if (region != null) speak(region, node);
                else if (node instanceof Element)
                    for (const it of [node, ...node.querySelectorAll(LIVE)])
                        if (it.matches(LIVE)) speak(it, it);
            }
        }
        for (const [region, words] of spoken)
            window.heard.push(`${manner(region)}: ${[...words].join(' ')}`);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
";

async fn heard(window: &Page) -> Vec<String> {
    let heard = window.run("return window.heard;").await;
    serde_json::from_value(heard).unwrap()
}

/// Waits until a text that begins with `words` was announced.
async fn hears(window: &Page, words: &str) {
    until_async(&format!("“{words}” to be said"), async || {
        let heard = heard(window).await;
        heard.iter().any(|it| it.starts_with(words)).then_some(())
    })
    .await;
}

/// Does something that is announced last, so that no earlier announcement is still to come.
async fn last_word(window: &Page) {
    window.row(ACME).at("select").click().await;
    hears(window, "polite: 1 selected").await;
}

/// Asserts that exactly the `wanted` texts, each by its beginning, were announced until now.
async fn only_heard(window: &Page, wanted: &[&str]) {
    last_word(window).await;
    let heard = heard(window).await;
    let wanted = [wanted, &["polite: 1 selected"]].concat();
    let same = heard.len() == wanted.len()
        && heard
            .iter()
            .zip(&wanted)
            .all(|(it, begin)| it.starts_with(begin));
    assert!(same, "{heard:#?} instead of {wanted:#?}");
}

#[tokio::test]
async fn each_verdict_of_a_row_is_said_once() {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.appears().await;
    window.run(LISTEN).await;
    row.at("check").click().await;
    hears(&window, "polite: Acme Research: Active").await;
    let busy = json!({"endpoint": "introspect", "times": 9, "status": 503});
    env.sandbox.fault(busy).await;
    row.at("check").click().await;
    hears(&window, "polite: Acme Research: Cannot check").await;
    env.sandbox.clear_faults().await;
    let bot = row.attr("data-bot-id").await.unwrap();
    env.sandbox.revoke(&bot).await;
    row.at("check").click().await;
    let inactive = "polite: Acme Research: Inactive";
    hears(&window, inactive).await;
    row.at("check").click().await;
    until_async("the same verdict to be said again", async || {
        let heard = heard(&window).await;
        (heard.iter().filter(|it| it.starts_with(inactive)).count() == 2).then_some(())
    })
    .await;
    only_heard(
        &window,
        &[
            "polite: Acme Research: Active",
            "polite: Acme Research: Cannot check",
            inactive,
            inactive,
        ],
    )
    .await;
    window.close().await;
}

#[tokio::test]
async fn a_check_of_all_is_said_at_its_beginning_and_its_end_and_not_between() {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    let window = env.window().await;
    window.row(ACME).appears().await;
    window.run(LISTEN).await;
    keyring.script(|_, _| Act::Hold);
    window.at("check-all").click().await;
    until("a call that hangs", || (keyring.held() > 0).then_some(()));
    window
        .at("check-all-progress")
        .says("Checking 0 of 1")
        .await;
    hears(&window, "polite: Checking 1 workspace").await;
    keyring.release();
    window.notice("1 active").appears().await;
    only_heard(
        &window,
        &[
            "polite: Checking 1 workspace",
            "polite: Checked 1 workspace: 1 active",
        ],
    )
    .await;
    window.close().await;
}

#[tokio::test]
async fn what_is_copied_is_said_once() {
    let env = TestEnv::connected_by_command().await;
    let window = env.window().await;
    let row = window.row(ACME);
    row.choose_item("details").await;
    let copy = window.part(
        "(//*[@data-testid='details-panel']//button[normalize-space()='Copy' or normalize-space()='Copied'])[1]"
            .to_owned(),
    );
    copy.appears().await;
    window.run(LISTEN).await;
    copy.click().await;
    copy.holds("Copied").await;
    // Its label comes back, which is no news.
    copy.holds("Copy").await;
    row.choose_item("copy-token").await;
    hears(&window, "polite: Copied the token").await;
    only_heard(
        &window,
        &[
            "polite: Copied",
            "polite: Copied the token of Acme Research",
        ],
    )
    .await;
    window.close().await;
}

#[tokio::test]
async fn a_notice_is_not_read_again_with_the_next_one() {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    let window = env.window().await;
    let row = window.row(ACME);
    row.appears().await;
    window.run(LISTEN).await;
    row.choose_item("copy-token").await;
    hears(&window, "polite: Copied the token").await;
    keyring.script(|_, _| Act::Refuse("org.freedesktop.DBus.Error.LimitsExceeded"));
    row.choose_item("copy-token").await;
    hears(&window, "polite: Acme Research: No keyring").await;
    only_heard(
        &window,
        &[
            "polite: Copied the token",
            "polite: Acme Research: No keyring",
        ],
    )
    .await;
    assert_eq!(window.at("notice").count().await, 2);
    window.close().await;
}
