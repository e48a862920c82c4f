//! The clipboard, written from Rust so that no secret passes through the page.

use std::sync::{Arc, Mutex, PoisonError};

use keyrack_core::{Cause, Problem};
use secrecy::{ExposeSecret as _, SecretString};
use tauri::async_runtime::{self, spawn_blocking};

/// The system's clipboard. Kept open: on X11 its content is served by the program that set it.
#[derive(Clone, Default)]
pub struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    /// Copies text that anyone may see.
    pub async fn copy(&self, text: String) -> Result<(), Problem> {
        self.with(move |clipboard| clipboard.set_text(text)).await
    }

    /// Copies a secret, marked so that clipboard managers keep no history of it.
    async fn copy_secret(&self, secret: SecretString) -> Result<(), Problem> {
        self.with(move |clipboard| marked_as_secret(clipboard.set()).text(secret.expose_secret()))
            .await
    }

    /// Copies a secret, marked as by [`Self::copy_secret`], and takes it off the clipboard at the end
    /// of `its_use`, unless something else has been copied since.
    pub async fn copy_until(
        &self,
        secret: SecretString,
        its_use: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Problem> {
        self.copy_secret(secret.clone()).await?;
        let opened = self.clone();
        async_runtime::spawn(async move {
            its_use.await;
            // A clipboard that cannot be read or cleared belongs to another program by then.
            let cleared = opened.with(move |clipboard| match clipboard.get_text() {
                Ok(text) if text == secret.expose_secret() => clipboard.clear(),
                _ => Ok(()),
            });
            let _ = cleared.await;
        });
        Ok(())
    }

    /// Uses the clipboard on a thread of its own: the system may keep its caller waiting.
    async fn with(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<(), arboard::Error> + Send + 'static,
    ) -> Result<(), Problem> {
        let opened = self.0.clone();
        let done = spawn_blocking(move || {
            let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
            match opened.as_mut() {
                Some(clipboard) => act(clipboard),
                None => {
                    arboard::Clipboard::new().and_then(|clipboard| act(opened.insert(clipboard)))
                }
            }
        });
        match done.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Cause::ClipboardFailed.into()),
        }
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
