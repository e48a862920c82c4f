//! The open window: from a keystroke to its result, scrolling, and how long the page keeps anything waiting.

use std::time::Duration;

use support::cli;
use support::page::Page;
use support::rows;
use support::secret_service::Act;
use support::test_env::TestEnv;
use support::wait::{until, until_async};

use crate::figures::{median, quantile, record};
use crate::start::painted;

/// The sizes of list that are measured.
pub const ROWS: [usize; 3] = [10, 1_000, 10_000];

/// What is typed.
const WORDS: [&str; 3] = ["kestrel", "ursprung", "research 99"];

/// Milliseconds from each keystroke in the search to the second animation frame after its result, while the
/// words are typed one after the other, and the search is emptied at the end.
async fn keystrokes(page: &Page, words: &[&str]) -> Vec<f64> {
    let words = serde_json::json!(words);
    let script = format!(
        "const done = arguments[0];\
        const search = document.querySelector('[data-testid=search]');\
        const type = async text => {{\
            const began = performance.now();\
            search.value = text;\
            search.dispatchEvent(new Event('input', {{ bubbles: true }}));\
            await new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)));\
            return performance.now() - began;\
        }};\
        (async () => {{\
            const took = [];\
            for (const word of {words})\
                for (let end = 1; end <= word.length; end++) took.push(await type(word.slice(0, end)));\
            took.push(await type(''));\
            done(took);\
        }})();"
    );
    measure(page, &script).await
}

/// Milliseconds of each frame while the list scrolls by most of its height each time.
async fn frames(page: &Page) -> Vec<f64> {
    let script = "const done = arguments[0];\
        let list = document.querySelector('[data-testid=connection]');\
        while (list.scrollHeight <= list.clientHeight + 1 || getComputedStyle(list).overflowY === 'visible') {\
            if (list === document.body) return done([]);\
            list = list.parentElement;\
        }\
        const took = [];\
        let before = performance.now();\
        const step = now => {\
            took.push(now - before);\
            before = now;\
            if (took.length === 180) return done(took.slice(1));\
            list.scrollTop += took.length % 60 === 0 ? 20000 : 500;\
            requestAnimationFrame(step);\
        };\
        requestAnimationFrame(step);";
    measure(page, script).await
}

/// Runs a script in the page that returns numbers.
async fn measure(page: &Page, script: &str) -> Vec<f64> {
    let measured = page.client().execute_async(script, Vec::new()).await;
    let measured = measured.unwrap();
    let list = measured.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap()).collect()
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn typing_and_scrolling_at_ten_a_thousand_and_ten_thousand_rows() {
    let env = TestEnv::connected_by_command().await;
    for rows in ROWS {
        rows::grow(&env, rows);
        rows::label(&env);
        let page = env.window().await;
        painted(&page).await;
        let at_once = keystrokes(&page, &["k"]).await[0];
        // By then all rows are read, and what was put off at the start is done.
        until_async("the whole list", async || {
            let rows = "return document.querySelector('[role=grid]').ariaRowCount";
            (page.run(rows).await != "-1").then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let typed = keystrokes(&page, &WORDS).await;
        let scrolled = frames(&page).await;
        page.at("group-labels").click().await;
        page.at("group").appears().await;
        let grouped = keystrokes(&page, &WORDS).await;
        // It is kept from one start to the next.
        page.at("group-labels").click().await;
        page.at("group").disappears().await;
        page.close().await;
        for (what, name, typed) in [
            ("a keystroke's result", "keystroke", typed),
            ("in groups by label", "grouped_keystroke", grouped),
        ] {
            let (middle, most) = (median(&typed), quantile(&typed, 1.0));
            record(&format!("window_{rows}_rows_{name}_median_ms"), middle);
            record(&format!("window_{rows}_rows_{name}_most_ms"), most);
            println!("{rows:>6} rows: {what} after {middle:.0} ms, at most {most:.0} ms");
        }
        record(&format!("window_{rows}_rows_keystroke_at_once_ms"), at_once);
        println!("        one in the moment the first rows are painted after {at_once:.0} ms");
        if scrolled.is_empty() {
            println!("        {rows} rows need no scrolling");
            continue;
        }
        for (name, part) in [("median", 0.5), ("p95", 0.95), ("most", 1.0)] {
            record(
                &format!("window_{rows}_rows_frame_{name}_ms"),
                quantile(&scrolled, part),
            );
        }
        println!(
            "        a frame while scrolling: {:.1} ms, 95 % within {:.1} ms, at most {:.1} ms",
            median(&scrolled),
            quantile(&scrolled, 0.95),
            quantile(&scrolled, 1.0)
        );
    }
}

/// The longest that the page keeps anything waiting, in milliseconds, in seconds in which somebody
/// types now and then.
async fn longest_gap(page: &Page) -> f64 {
    let script = "const done = arguments[0];\
        const search = document.querySelector('[data-testid=search]');\
        const began = performance.now();\
        let before = began, longest = 0, typed = 0;\
        const tick = () => {\
            const now = performance.now();\
            longest = Math.max(longest, now - before);\
            before = now;\
            if (now - began > 6000) return done([longest]);\
            if (now - began > 400 * (typed + 1)) {\
                typed += 1;\
                search.value = 'kestrel'.slice(0, typed % 8);\
                search.dispatchEvent(new Event('input', { bubbles: true }));\
            }\
            setTimeout(tick, 0);\
        };\
        tick();";
    measure(page, script).await[0]
}

#[tokio::test]
#[ignore = "a measurement: scripts/bench"]
async fn the_longest_wait_while_the_keyring_hangs_and_ten_thousand_are_checked() {
    let (env, keyring) = TestEnv::with_scripted_keyring();
    assert!(cli::connect(&env).await.success());
    rows::grow(&env, 10_000);
    let page = env.window().await;
    painted(&page).await;
    let at_rest = longest_gap(&page).await;
    page.at("check-all").click().await;
    let checking = longest_gap(&page).await;
    page.at("cancel-check-all").click().await;
    page.at("cancel-check-all").disappears().await;
    keyring.script(|_, _| Act::Hold);
    page.at("check-all").click().await;
    until("a call that hangs", || (keyring.held() > 0).then_some(()));
    let hanging = longest_gap(&page).await;
    assert!(keyring.held() > 0, "it hangs still");
    for (name, value) in [
        ("at_rest", at_rest),
        ("checking", checking),
        ("hanging", hanging),
    ] {
        record(&format!("window_10000_rows_longest_gap_{name}_ms"), value);
    }
    println!(
        "10,000 rows, the longest wait of the page: {at_rest:.0} ms at rest, {checking:.0} ms while all are checked, {hanging:.0} ms while the keyring hangs too"
    );
    keyring.release();
    page.close().await;
}
