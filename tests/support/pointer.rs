//! The pointer, pressed down on a control for as long as a test likes.

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::Value;

use crate::page::Page;

/// A control that the pointer is pressed down on.
pub struct Pressed<'a> {
    window: &'a Page,
    testid: &'static str,
    place: Value,
}

impl<'a> Pressed<'a> {
    /// Presses the pointer down on the control with this `data-testid` and holds it.
    pub async fn down(window: &'a Page, testid: &'static str) -> Self {
        window.at(testid).appears().await;
        window.at_rest().await;
        let css = format!("[data-testid='{testid}']");
        let element = window.client().find(Locator::Css(&css)).await.unwrap();
        mouse(window, |pointer| {
            let (duration, x, y) = (None, 0.0, 0.0);
            let to = PointerAction::MoveToElement {
                element,
                duration,
                x,
                y,
            };
            let button = MOUSE_BUTTON_LEFT;
            pointer.then(to).then(PointerAction::Down { button })
        })
        .await;
        let place = place(window, testid).await;
        Self {
            window,
            testid,
            place,
        }
    }

    /// Lets the pointer go, once the control is seen to be where it was.
    pub async fn up(self, when: &str) {
        self.window.at_rest().await;
        let now = place(self.window, self.testid).await;
        assert_eq!(now, self.place, "{} after {when}", self.testid);
        let button = MOUSE_BUTTON_LEFT;
        mouse(self.window, |it| it.then(PointerAction::Up { button })).await;
    }
}

async fn mouse(window: &Page, act: impl FnOnce(MouseActions) -> MouseActions) {
    let acts = act(MouseActions::new("mouse".to_owned()));
    window.client().perform_actions(acts).await.unwrap();
}

/// The left, top, width and height of a control, in whole CSS pixels.
async fn place(window: &Page, testid: &str) -> Value {
    let script = format!(
        "const it = document.querySelector(\"[data-testid='{testid}']\").getBoundingClientRect();\
         return [it.x, it.y, it.width, it.height].map(Math.round);"
    );
    window.run(&script).await
}
