//! The clipboard, written from Rust so that no secret passes through the page.

use std::sync::{Mutex, PoisonError};

use keyrack_core::{Problem, ProblemCode};
use secrecy::{ExposeSecret as _, SecretString};

/// The system's clipboard. Kept open: on X11 its content is served by the program that set it.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Copies text that anyone may see.
    pub fn copy(&self, text: &str) -> Result<(), Problem> {
        self.with(|clipboard| clipboard.set_text(text))
    }

    /// Copies a secret, marked so that clipboard managers keep no history of it.
    pub fn copy_secret(&self, secret: &SecretString) -> Result<(), Problem> {
        self.with(|clipboard| marked_as_secret(clipboard.set()).text(secret.expose_secret()))
    }

    fn with(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<(), arboard::Error>,
    ) -> Result<(), Problem> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let done = match opened.as_mut() {
            Some(clipboard) => act(clipboard),
            None => arboard::Clipboard::new().and_then(|clipboard| act(opened.insert(clipboard))),
        };
        done.map_err(|_| {
            Problem::new(
                ProblemCode::ClipboardFailed,
                "The clipboard could not be written. Nothing was copied.",
            )
        })
    }
}

#[cfg(target_os = "linux")]
fn marked_as_secret(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtLinux as _;
    set.exclude_from_history()
}

#[cfg(target_os = "macos")]
fn marked_as_secret(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtApple as _;
    set.exclude_from_history()
}

#[cfg(windows)]
fn marked_as_secret(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows as _;
    set.exclude_from_history().exclude_from_cloud()
}
