//! Accessibility: axe-core on every screen and dialog, light and dark; the focus into and out of each;
//! announcements; motion; and statuses shown by more than a colour.

mod announcements;
mod arrivals;
mod axe;
mod customers;
mod motion;
mod screens;
mod signs;
mod stages;
mod tree;

use support::page::{Page, Part};
use support::test_env::{ACME, TestEnv};
use support::world::World;

use axe::Axe;

const ESCAPE: &str = "\u{E00C}";

/// A walk through a window that examines each screen.
struct Walk {
    env: TestEnv,
    window: Page,
    axe: Axe,
}

impl Walk {
    async fn begin(env: TestEnv) -> Self {
        let window = env.window().await;
        Self {
            env,
            window,
            axe: Axe::new(),
        }
    }

    async fn look(&mut self, screen: &str) {
        self.axe.look(&self.window, screen).await;
    }

    /// Examines a dialog that has just opened, and has taken the focus.
    async fn look_into(&mut self, screen: &str) {
        self.window
            .part("//dialog[@open]".to_owned())
            .appears()
            .await;
        let inside = "return document.activeElement.closest('dialog[open]') !== null;";
        assert_eq!(
            self.window.run(inside).await,
            true,
            "{screen} takes the focus"
        );
        self.look(screen).await;
    }

    /// Examines the dialog that a control opens, which takes the focus and gives it back to `home`.
    async fn dialog(&mut self, opener: &Part, home: &Part, screen: &str) {
        opener.click().await;
        self.look_into(screen).await;
        self.window.close_dialog().await;
        home.has_focus(screen).await;
    }

    /// Examines the dialog that an item of a row's menu opens.
    async fn menu_dialog(&mut self, item: &str) {
        let more = self.window.row(ACME).at("more");
        more.click().await;
        let item_button = self.window.at(item);
        self.dialog(&item_button, &more, item).await;
    }

    /// Examines the dialog that a control of another dialog opens, which gives the focus back to `home`.
    async fn inner_dialog(&mut self, opener: &str, home: &str) {
        self.window.at(opener).click().await;
        self.window.at(home).disappears().await;
        self.look_into(opener).await;
        let dialog = self.window.part("//dialog[@open]".to_owned());
        dialog.press(ESCAPE).await;
        self.window.at(home).has_focus(opener).await;
    }
}

/// A world with a light or a dark colour scheme.
fn lit(mut world: World, dark: bool) -> World {
    if dark {
        world.prefer_dark();
    }
    world
}

/// Closes all dialogs, each of which may lead back to another.
async fn close_all(window: &Page) {
    let open = window.part("//dialog[@open]".to_owned());
    while open.is_shown().await {
        open.press(ESCAPE).await;
        window.at_rest().await;
    }
}
