//! Hostile text from outside in every place that shows it: inert, and without breaking the layout.

use serde_json::{Value, json};
use support::links;
use support::page::Page;
use support::test_env::TestEnv;
use support::world::World;

/// Hostile names of workspaces and people.
fn names() -> Vec<String> {
    vec![
        "<img src=x onerror=\"document.title='pwned'\"><b>bold</b>".to_owned(),
        "<script>document.title='pwned'</script>{workspace} ${t('x')} {{7*7}}".to_owned(),
        "\u{202E}gnp.exe\u{2066}\u{200F} right to left \u{2069}".to_owned(),
        "a\u{0000}b\u{0007}c\nd\te\u{001B}[31mf".to_owned(),
        "W".repeat(10_000),
        "\u{05E9}\u{05DC}\u{05D5}\u{05DD} \u{0645}\u{0631}\u{062D}\u{0628}\u{0627}".to_owned(),
        "Z\u{0351}\u{036B}\u{0343}a\u{0329}\u{034B}l\u{0321}\u{0349}go".to_owned(),
        "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}"
            .to_owned(),
    ]
}

/// Asserts what must hold for the page whatever it shows.
async fn is_sane(window: &Page, place: &str) {
    let ask = "const all = [...document.querySelectorAll('body *')];\
        const texts = document.body.innerText;\
        const wide = all.filter(it => {\
            const box = it.getBoundingClientRect();\
            return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && !it.closest('.clip, .scroller, [popover]');\
        });\
        return {\
            title: document.title,\
            elements: all.filter(it => ['IMG', 'B', 'SCRIPT', 'IFRAME', 'OBJECT'].includes(it.tagName) && !it.src?.includes('/assets/')).map(it => it.outerHTML.slice(0, 80)),\
            control: [...texts].filter(c => /[\\u0000-\\u0008\\u000b-\\u001f\\u202a-\\u202e\\u2066-\\u2069]/.test(c)).length,\
            scrolls: document.documentElement.scrollWidth - innerWidth,\
            wide: wide.map(it => it.outerHTML.slice(0, 80)),\
        };";
    window.at_rest().await;
    let seen = window.run(ask).await;
    assert_eq!(seen["title"], "Keyrack", "{place}");
    assert_eq!(
        seen["elements"],
        json!([]),
        "{place}: markup became elements"
    );
    assert_eq!(seen["control"], 0, "{place}: control characters are shown");
    assert!(
        seen["scrolls"].as_i64().unwrap() <= 0,
        "{place} scrolls sideways: {seen}"
    );
    assert_eq!(
        seen["wide"],
        Value::Array(Vec::new()),
        "{place} is wider than the window"
    );
}

#[tokio::test]
async fn whatever_others_call_themselves_stays_text_in_its_place() {
    let mut env = TestEnv::with(World::new(), &[]);
    let window = env.window().await;
    window.at("add-client").click().await;
    env.fill_client_form(&window).await;
    window
        .at("client-name")
        .fill("<b>client</b> \u{05E9}\u{05DC}\u{05D5}\u{05DD}")
        .await;
    window.at("save-client").click().await;
    window.at("connect").appears().await;
    for (index, name) in names().iter().enumerate() {
        let id = env.sandbox.add_workspace(name, name).await;
        let link = env.begin(&window).await;
        links::open(&env.world, &env.sandbox.allow(&link, &id).await);
        let rows = window.part("//*[@data-testid='connection']".to_owned());
        support::wait::until_async("another row", async || {
            (rows.count().await == index + 1).then_some(())
        })
        .await;
        is_sane(&window, "the notice").await;
    }
    is_sane(&window, "the list").await;
    let rows = window
        .part("(//*[@data-testid='connection'])".to_owned())
        .count()
        .await;
    for index in 1..=rows {
        let row = window.part(format!("(//*[@data-testid='connection'])[{index}]"));
        row.at("revoke").click().await;
        window.at("confirm-revoke").appears().await;
        is_sane(&window, "the question").await;
        window.close_dialog().await;
        row.choose_item("details").await;
        window.at("details-panel").at("act").appears().await;
        is_sane(&window, "details").await;
        window.at("close-details").click().await;
        window.at("details-panel").disappears().await;
    }
    window.at("activity").click().await;
    window.at("activity-dialog").at("act").appears().await;
    is_sane(&window, "the activity").await;
    window.close_dialog().await;
    window.at("clients").click().await;
    is_sane(&window, "the clients").await;
    window.close_dialog().await;

    window.client().set_window_size(480, 640).await.unwrap();
    is_sane(&window, "the narrow list").await;
    let first = window.part("(//*[@data-testid='connection'])[1]".to_owned());
    first.press(" ").await;
    window.at("select-all").click().await;
    is_sane(&window, "the selection").await;
    window.at("revoke-selected").click().await;
    window.at("confirm-revoke-selected").appears().await;
    is_sane(&window, "the question about all").await;
    window.at("confirm-revoke-selected").click().await;
    window.at("summary").appears().await;
    is_sane(&window, "the summary").await;
    window.close().await;
}
