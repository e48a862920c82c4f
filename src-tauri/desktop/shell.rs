//! What the commands share: Keyrack, or why it could not be opened.

use std::path::PathBuf;
use std::sync::Arc;

use keyrack_core::{
    Effects, Event, Keyrack, Problem, Settings, WindowLock, open_in_browser, system_clock,
    system_keyring,
};
use tauri::{AppHandle, Emitter as _, Runtime};

use crate::clipboard::Clipboard;
use crate::embedded_sandbox::EmbeddedSandbox;
use crate::window;

/// The state behind the window.
pub struct Shell {
    opened: Result<Opened, Problem>,
    pub clipboard: Clipboard,
    pub sandbox: EmbeddedSandbox,
}

struct Opened {
    keyrack: Arc<Keyrack>,
    _lock: WindowLock,
}

impl Shell {
    /// Opens the data folder. A failure is kept, and shown by the window.
    pub fn open<R: Runtime>(app: &AppHandle<R>) -> Self {
        Self {
            opened: Opened::open(app),
            clipboard: Clipboard::default(),
            sandbox: EmbeddedSandbox::default(),
        }
    }

    /// Keyrack, or why there is none.
    pub fn keyrack(&self) -> Result<Arc<Keyrack>, Problem> {
        self.opened
            .as_ref()
            .map(|opened| opened.keyrack.clone())
            .map_err(Clone::clone)
    }

    /// Where the web view may keep things: a private folder of its own in the data folder, unless
    /// that could not be opened or is another window's. WebKit would otherwise write into the
    /// data folder itself, with modes of its own.
    pub fn web_data(&self) -> Option<PathBuf> {
        let folder = self.keyrack().ok()?.folder().subfolder("webview").ok()?;
        Some(folder.path().to_owned())
    }
}

impl Opened {
    fn open<R: Runtime>(app: &AppHandle<R>) -> Result<Self, Problem> {
        let app = app.clone();
        let effects = Effects {
            clock: system_clock(),
            keyring: system_keyring(),
            opener: Box::new(open_in_browser),
            listener: Box::new(move |event| tell_window(&app, event)),
        };
        let keyrack = Keyrack::open(Settings::from_environment()?, effects)?;
        let lock = WindowLock::take(keyrack.folder())?;
        Ok(Self {
            keyrack: Arc::new(keyrack),
            _lock: lock,
        })
    }
}

/// Passes an event on. A window that is closing has nobody left to show it to.
pub fn tell_window<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let _ = match event {
        Event::Changed => app.emit_to(window::LABEL, "changed", ()),
        Event::Authorization(authorization) => {
            app.emit_to(window::LABEL, "authorization", authorization)
        }
        Event::LinkRefused(problem) => app.emit_to(window::LABEL, "link-refused", problem),
    };
}
