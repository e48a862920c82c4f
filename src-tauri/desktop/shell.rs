//! What the commands share: Keyrack, or why it could not be opened.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use keyrack_core::{
    Effects, Keyrack, Problem, Settings, system_clock, system_keyring, system_login_item,
    system_uptime,
};
use tauri::{AppHandle, Runtime};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::browser::open_in_browser;
use crate::clipboard::Clipboard;
use crate::embedded_sandbox::EmbeddedSandbox;
use crate::events::emit_to_window;
use crate::imports::Imports;
use crate::links::round_trip::RoundTrip;
use crate::scans::Scans;
use crate::sealed::Sealed;
use crate::window::lock::WindowLock;

/// The state behind the window.
pub struct Shell {
    opened: Result<Opened, Problem>,
    pub clipboard: Clipboard,
    pub sandbox: EmbeddedSandbox,
    /// Notified when the window has painted its first list.
    pub painted: Notify,
    pub round_trip: RoundTrip,
    pub scans: Scans,
    pub imports: Imports,
    pub sealed: Sealed,
    /// The web view's temporary folder.
    web_data: Mutex<Option<TempDir>>,
}

struct Opened {
    keyrack: Arc<Keyrack>,
    lock: Mutex<Option<WindowLock>>,
}

impl Shell {
    /// Opens the data folder. A failure is kept, and shown by the window.
    pub fn open<R: Runtime>(app: &AppHandle<R>) -> Self {
        Self {
            opened: Opened::open(app),
            clipboard: Clipboard::default(),
            sandbox: EmbeddedSandbox::default(),
            painted: Notify::new(),
            round_trip: RoundTrip::default(),
            scans: Scans::default(),
            imports: Imports::default(),
            sealed: Sealed::default(),
            web_data: Mutex::default(),
        }
    }

    /// Keyrack, or why there is none.
    pub fn keyrack(&self) -> Result<Arc<Keyrack>, Problem> {
        self.opened
            .as_ref()
            .map(|opened| opened.keyrack.clone())
            .map_err(Clone::clone)
    }

    /// The web view's folder, private and gone with the app: nothing of the page is at rest, and nothing
    /// that a web engine names is ever deleted in the data folder.
    pub fn web_data(&self) -> std::io::Result<PathBuf> {
        let folder = TempDir::with_prefix("keyrack-")?;
        let path = folder.path().to_owned();
        *self.web_data.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
        Ok(path)
    }

    /// Closes Keyrack and frees its locks and temporary folder; the end of the app runs no destructors.
    pub fn close(&self) {
        drop(take(&self.web_data));
        if let Ok(opened) = &self.opened {
            opened.keyrack.close();
            // Now, and not with the process: the next instance may be waiting for the lock.
            drop(take(&opened.lock));
        }
    }
}

impl Opened {
    fn open<R: Runtime>(app: &AppHandle<R>) -> Result<Self, Problem> {
        let app = app.clone();
        let effects = Effects {
            clock: system_clock(),
            uptime: system_uptime(),
            keyring: system_keyring(),
            opener: Box::new(open_in_browser),
            login_item: system_login_item(),
            listener: Box::new(move |event| emit_to_window(&app, event)),
        };
        let keyrack = Keyrack::open(Settings::from_environment()?, effects)?;
        let lock = WindowLock::take(keyrack.folder())?;
        Ok(Self {
            keyrack: Arc::new(keyrack),
            lock: Mutex::new(Some(lock)),
        })
    }
}

fn take<T>(kept: &Mutex<Option<T>>) -> Option<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).take()
}
