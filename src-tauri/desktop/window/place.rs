//! Where the window was when it was last closed.

use keyrack_core::{Keyrack, Problem};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, Runtime};

use super::{LABEL, SIZE};

/// The key under which the place is kept.
const SETTING: &str = "window";

/// The size and place of the window, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The width of the window's content.
    pub width: f64,
    /// The height of the window's content.
    pub height: f64,
    /// The window's upper left corner, frame included; none where the system does not tell.
    pub corner: Option<(f64, f64)>,
    /// Whether the window filled the screen; the rest is how it was before.
    pub maximized: bool,
}

/// Where the window was; none before it was first closed. A place that cannot be read is as good
/// as none.
pub fn last(keyrack: &Keyrack) -> Option<Place> {
    keyrack.setting(SETTING).unwrap_or_default()
}

/// Keeps where the window is for the next start. Best effort: without it the window opens as it
/// first did.
pub fn remember<R: Runtime>(app: &AppHandle<R>, keyrack: &Keyrack) {
    if let Some(place) = now(app, last(keyrack)) {
        let _: Result<(), Problem> = keyrack.set_setting(SETTING, &place);
    }
}

/// Where the window is now; one that fills the screen is remembered as it was `before`.
fn now<R: Runtime>(app: &AppHandle<R>, before: Option<Place>) -> Option<Place> {
    let window = app.get_webview_window(LABEL)?;
    if window.is_maximized().ok()? || window.is_fullscreen().ok()? {
        let (width, height) = SIZE;
        let before = before.unwrap_or(Place {
            width,
            height,
            corner: None,
            maximized: true,
        });
        return Some(Place {
            maximized: true,
            ..before
        });
    }
    let scale = window.scale_factor().ok()?;
    let size = window.inner_size().ok()?.to_logical::<f64>(scale);
    let corner = window.outer_position().ok();
    let corner = corner.map(|corner| corner.to_logical::<f64>(scale));
    Some(Place {
        width: size.width,
        height: size.height,
        corner: corner.map(|corner| (corner.x, corner.y)),
        maximized: false,
    })
}
