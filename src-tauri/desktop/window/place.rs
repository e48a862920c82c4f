//! The place of the window when it was last closed.

use keyrack_core::{Keyrack, Problem};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, Runtime};

use super::{LABEL, SIZE};

/// The setting under which the window's place is kept.
const SETTING: &str = "window";

/// The size and place of the window, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The width of the window's content.
    pub width: f64,
    /// The height of the window's content.
    pub height: f64,
    /// The window's upper left corner, frame included; none where the system does not report it.
    pub corner: Option<(f64, f64)>,
    /// Whether the window filled the screen; size and corner are those from before.
    pub maximized: bool,
}

/// The window's last place; none before it was first closed, or if it cannot be read.
pub fn last(keyrack: &Keyrack) -> Option<Place> {
    keyrack.setting(SETTING).unwrap_or_default()
}

/// Saves the window's place for the next start. Best effort: without it the window opens as at the
/// first start.
pub fn remember<R: Runtime>(app: &AppHandle<R>, keyrack: &Keyrack) {
    if let Some(place) = now(app, last(keyrack)) {
        let _: Result<(), Problem> = keyrack.set_setting(SETTING, &place);
    }
}

/// The window's present place; size and corner of one that fills the screen are those of `before`.
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
