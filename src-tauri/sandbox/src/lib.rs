//! A stand-in for Notion on loopback: consent page, tokens that can be introspected and revoked, state
//! that survives a restart, a sample workspace, and (for the program) a control API with faults.
//!
//! The sandbox binds 127.0.0.1 only, accepts only requests that name a loopback host with its own
//! port, and stores tokens and codes only as SHA-256 hashes. Wire shapes follow Notion's public OAuth
//! documentation.

mod api;
mod connection;
mod consent;
mod control;
mod credentials;
mod faults;
mod grants;
mod modes;
mod oauth;
mod page;
mod record;
mod reply;
mod sample;
mod secret;
mod server;
mod store;
#[cfg(feature = "test-client")]
pub mod test_client;

use std::{io, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use server::App;
use store::Store;

/// The app link, registered besides [`Options::redirect_uris`] unless [`Options::no_app_link`] says no.
pub const APP_LINK: &str = "app.keyrack:/oauth/callback";

/// How long [`Sandbox::stop`] waits for replies that are under way.
const STOP_DEADLINE: Duration = Duration::from_secs(1);

/// How to start a [`Sandbox`].
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The database file, created with mode 0600 where it is missing; `None` keeps all in memory, where
    /// what is written to the sample workspace is in any case.
    pub db: Option<PathBuf>,
    /// Whether authorize redirects at once with a code for the first workspace, without a consent page.
    pub auto_approve: bool,
    /// Registered redirect URIs besides [`APP_LINK`]; each matches exactly or not at all.
    pub redirect_uris: Vec<String>,
    /// Whether [`APP_LINK`] is not registered: a client whose only redirect URI is registered may leave
    /// it out.
    pub no_app_link: bool,
    /// Whether the control API under `/_sandbox/` is served: for the program, never inside an app.
    pub control: bool,
}

/// A running sandbox. Dropping it stops it too, without waiting.
pub struct Sandbox {
    base_url: String,
    client_id: String,
    client_secret: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Sandbox {
    /// Starts a sandbox: opens the database, listens, and serves from a task on the caller's Tokio
    /// runtime.
    pub async fn start(options: Options) -> Result<Self, Error> {
        for uri in &options.redirect_uris {
            check_redirect_uri(uri)?;
        }
        let store = Store::open(options.db.as_deref())?;
        let (client_id, client_secret) = store.first_client().map_err(Error::Store)?;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .await
            .map_err(Error::Listen)?;
        let port = listener.local_addr().map_err(Error::Listen)?.port();

        let mut redirect_uris = options.redirect_uris;
        if !options.no_app_link {
            redirect_uris.push(APP_LINK.to_owned());
        }
        let base_url = format!("http://127.0.0.1:{port}");
        let auto_approve = options.auto_approve;
        let app = App::new(store, base_url.clone(), redirect_uris, auto_approve);
        let app = Arc::new(app);
        let router = server::router(Arc::clone(&app), port, options.control);

        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server::serve(listener, app, router, stopped));
        Ok(Self {
            base_url,
            client_id,
            client_secret,
            stop,
            task,
        })
    }

    /// The base URL: `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The id of the sandbox's own client; the same after a restart with the same database.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The client's secret as it was at the start: derived from the sandbox's own key and the
    /// secret's generation, so it survives a restart without being stored.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// Stops the sandbox: takes no more connections, lets replies under way finish for up to one
    /// second, and closes the database.
    pub async fn stop(mut self) {
        // Sending fails only if the server task has already ended.
        let _ = self.stop.send(());
        if tokio::time::timeout(STOP_DEADLINE, &mut self.task)
            .await
            .is_err()
        {
            self.task.abort();
        }
    }
}

/// Checks that a redirect URI is absolute and has no fragment (RFC 6749, 3.1.2).
fn check_redirect_uri(uri: &str) -> Result<(), Error> {
    match url::Url::parse(uri) {
        Ok(parsed) if parsed.fragment().is_none() => Ok(()),
        _ => Err(Error::RedirectUri(uri.to_owned())),
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken or may not be opened.
    #[error("the sandbox cannot listen on 127.0.0.1: {0}")]
    Listen(#[source] io::Error),
    /// The database file cannot be made private, or is a symbolic link.
    #[error("the sandbox cannot use its database file {}: {source}", path.display())]
    Database {
        /// The path of the database file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database was written by a newer version.
    #[error("the sandbox's database has version {0}, which this version does not know")]
    Newer(u32),
    /// The database failed.
    #[error("the sandbox's database failed: {0}")]
    Store(#[source] rusqlite::Error),
    /// A redirect URI that no client could register.
    #[error("not an absolute URI without a fragment: {0}")]
    RedirectUri(String),
}
