//! The inbox of app links and of what a start asks to see: from this process's arguments, a second
//! instance's, or the system.
//!
//! Links queue from the first moment of the process, so that none is lost while the app starts and
//! none is delivered twice. Tauri's own deep-link event is not used on Linux and Windows: it takes a
//! link only as the sole argument.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use keyrack_core::app_link_in;
use secrecy::SecretString;
use tauri::{AppHandle, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::wanted::Wanted;

/// The sending end of the queue of app links, and what is asked for last.
#[derive(Clone)]
pub struct Inbox {
    links: UnboundedSender<SecretString>,
    wanted: Arc<Mutex<Option<Wanted>>>,
    closed: Arc<AtomicBool>,
}

/// The receiving end of the queue of app links, in order.
pub type Links = UnboundedReceiver<SecretString>;

/// Opens the inbox with the link among this process's own arguments, if there is one.
pub fn open(arguments: impl Iterator<Item = String>) -> (Inbox, Links) {
    let (sender, links) = unbounded_channel();
    let inbox = Inbox {
        links: sender,
        wanted: Arc::default(),
        closed: Arc::default(),
    };
    inbox.take_from(arguments);
    (inbox, links)
}

impl Inbox {
    /// Queues the link among an instance's arguments, if there is one, and keeps what it asks to see.
    pub fn take_from(&self, arguments: impl IntoIterator<Item = String>) {
        let arguments: Vec<_> = arguments.into_iter().collect();
        if let Some(wanted) = Wanted::among(&arguments) {
            *self.wanted() = Some(wanted);
        }
        if let Some(link) = app_link_in(arguments) {
            // The receiver is gone only when the app is ending.
            let _ = self.links.send(link);
        }
    }

    /// What is asked for last and was not shown yet; once.
    pub fn take_wanted(&self) -> Option<Wanted> {
        self.wanted().take()
    }

    fn wanted(&self) -> MutexGuard<'_, Option<Wanted>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts nothing from other instances any more: the process is ending.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Blocks another instance that calls after [`Self::close`]: it gets no reply, and so becomes the
    /// window itself once this process is gone.
    pub fn block_late_instance(&self) {
        while self.closed.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

/// Listens for app links from the system: macOS delivers them as an event instead of an argument.
#[cfg(target_os = "macos")]
pub fn listen_to_the_system<R: Runtime>(app: &AppHandle<R>) {
    use tauri::Manager as _;
    use tauri_plugin_deep_link::DeepLinkExt as _;
    let inbox = app.state::<Inbox>().inner().clone();
    app.deep_link()
        .on_open_url(move |event| inbox.take_from(event.urls().into_iter().map(String::from)));
}

/// Does nothing: except on macOS, app links arrive as arguments only.
#[cfg(not(target_os = "macos"))]
pub fn listen_to_the_system<R: Runtime>(_: &AppHandle<R>) {}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn links_come_out_once_and_in_order() {
        let link = |code: &str| format!("app.keyrack:/oauth/callback?code={code}&state=s");
        let (inbox, mut links) = open(["--flag".to_owned(), link("cold")].into_iter());
        inbox.take_from(["/usr/bin/keyrack-desktop".to_owned(), link("warm")]);
        inbox.take_from(["nothing".to_owned()]);
        let mut next = || Some(links.try_recv().ok()?.expose_secret().to_owned());
        assert_eq!(next(), Some(link("cold")));
        assert_eq!(next(), Some(link("warm")));
        assert_eq!(next(), None);
    }
}
