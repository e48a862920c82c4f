//! Where the window was when it was last closed.

use serde::{Deserialize, Serialize};

use crate::keyrack::Keyrack;
use crate::problem::Problem;

/// The size and place of the window, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Of its content.
    pub width: f64,
    /// Of its content.
    pub height: f64,
    /// Its upper left corner, frame included; none where the system does not tell.
    pub corner: Option<(f64, f64)>,
    /// It filled the screen; the rest is how it was before.
    pub maximized: bool,
}

impl Keyrack {
    /// Where the window was; none before it was first closed.
    pub fn window_place(&self) -> Result<Option<WindowPlace>, Problem> {
        self.store.window_place()
    }

    /// Keeps it for the next start.
    pub fn set_window_place(&self, place: &WindowPlace) -> Result<(), Problem> {
        self.store.set_window_place(place)
    }
}
