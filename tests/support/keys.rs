//! Keys pressed on the display, and the focus.

use super::page::Page;
use super::test_env::TestEnv;
use super::wait::until_async;

/// Presses keys one after the other, by their names in X, such as `ctrl+n`.
pub fn press(env: &TestEnv, keys: &[&str]) {
    let mut command = env.world.command("xdotool");
    command
        .args(["key", "--clearmodifiers", "--delay", "40"])
        .args(keys);
    assert!(
        command.status().unwrap().success(),
        "{keys:?} cannot be pressed"
    );
}

/// Types a text.
pub fn write(env: &TestEnv, text: &str) {
    let mut command = env.world.command("xdotool");
    command.args(["type", "--clearmodifiers", "--delay", "8", text]);
    assert!(
        command.status().unwrap().success(),
        "{text} cannot be typed"
    );
}

/// Waits until the focus is on the part with a `data-testid`.
pub async fn focus_is_on(page: &Page, testid: &str) {
    let what = format!("the focus on {testid}");
    until_async(&what, async || (focus(page).await == testid).then_some(())).await;
}

/// The `data-testid` of the focused element, else its name.
pub async fn focus(page: &Page) -> String {
    let ask = "const it = document.activeElement;\
        return it.dataset.testid ?? it.localName;";
    page.run(ask).await.as_str().unwrap().to_owned()
}

/// Presses a key until the focus is on the part with a `data-testid`; panics after too many presses.
pub async fn press_until(env: &TestEnv, page: &Page, key: &str, testid: &str) {
    let mut passed = Vec::new();
    for _ in 0..40 {
        let at = focus(page).await;
        if at == testid {
            return;
        }
        page.run("window.passed = document.activeElement;").await;
        press(env, &[key]);
        until_async(&format!("{key} to lead on from {at}"), async || {
            let moved = page.run("return document.activeElement !== window.passed;");
            (moved.await == true).then_some(())
        })
        .await;
        passed.push(at);
    }
    panic!("{key} never led to {testid}, but to {passed:?}");
}

/// Goes to a part with Tab and presses Enter on it.
pub async fn activate(env: &TestEnv, page: &Page, testid: &str) {
    press_until(env, page, "Tab", testid).await;
    press(env, &["Return"]);
}

/// Goes to a `<select>` with Tab, and down in it to the option with this wording.
pub async fn choose(env: &TestEnv, page: &Page, testid: &str, label: &str) {
    press_until(env, page, "Tab", testid).await;
    let chosen = "return document.activeElement.selectedOptions[0].label;";
    loop {
        let at = page.run(chosen).await;
        if at == label {
            return;
        }
        press(env, &["Down"]);
        until_async(&format!("what follows {at}"), async || {
            (page.run(chosen).await != at).then_some(())
        })
        .await;
    }
}

/// Whether the checkbox with this `data-testid` is checked.
pub async fn is_checked(page: &Page, testid: &str) -> bool {
    let ask = format!("return document.querySelector('[data-testid={testid}]').checked;");
    page.run(&ask).await == true
}

/// Waits until an open dialog has the focus in it.
pub async fn focus_is_in_a_dialog(page: &Page) {
    let ask = "return document.activeElement.closest('dialog[open]') !== null;";
    until_async("the focus in a dialog", async || {
        (page.run(ask).await == true).then_some(())
    })
    .await;
}
