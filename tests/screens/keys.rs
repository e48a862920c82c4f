//! A person's keyboard, and where it has led them.

use crate::support::page::Page;
use crate::support::scene::Scene;
use crate::support::wait::until_async;

/// Presses keys one after the other, by their names in X, such as `ctrl+n`.
pub fn press(scene: &Scene, keys: &[&str]) {
    let mut command = scene.world.command("xdotool");
    command
        .args(["key", "--clearmodifiers", "--delay", "40"])
        .args(keys);
    assert!(
        command.status().unwrap().success(),
        "{keys:?} cannot be pressed"
    );
}

/// Types a text.
pub fn write(scene: &Scene, text: &str) {
    let mut command = scene.world.command("xdotool");
    command.args(["type", "--clearmodifiers", "--delay", "8", text]);
    assert!(
        command.status().unwrap().success(),
        "{text} cannot be typed"
    );
}

/// Waits until the focus is on the part with this `data-testid`.
pub async fn focus_is_on(page: &Page, testid: &str) {
    let what = format!("the focus on {testid}");
    until_async(&what, async || (focus(page).await == testid).then_some(())).await;
}

/// The `data-testid` of what has the focus, else its element's name.
pub async fn focus(page: &Page) -> String {
    let ask = "const it = document.activeElement;\
        return it.dataset.testid ?? it.localName;";
    page.run(ask).await.as_str().unwrap().to_owned()
}

/// Presses a key until the focus is on the part with this `data-testid`; panics after a round of
/// so many.
pub async fn press_until(scene: &Scene, page: &Page, key: &str, testid: &str) {
    let mut passed = Vec::new();
    for _ in 0..40 {
        let at = focus(page).await;
        if at == testid {
            return;
        }
        passed.push(at);
        press(scene, &[key]);
        // The key goes by way of the display.
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    panic!("{key} never led to {testid}, but to {passed:?}");
}
