//! The port or socket of a lease, and its connections.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::answer::Answer;
use super::gate::Gate;
use crate::host::peer::may_be_own;

/// The most connections open at once: an SDK opens one for each request under way.
const MOST_CONNECTIONS: usize = 256;

/// The longest that a request's head may take.
const LONGEST_HEAD: Duration = Duration::from_secs(10);

/// The pause after the system failed to accept a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a lease is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A free port on 127.0.0.1: never another address.
    Port,
    /// A socket in the file system, for the person alone.
    Socket(PathBuf),
}

/// A bound endpoint that is not yet served.
pub(crate) enum Listener {
    Tcp(TcpListener, SocketAddr),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, PathBuf),
}

impl Listener {
    /// Binds an endpoint.
    pub async fn bind(endpoint: &Endpoint) -> io::Result<Self> {
        match endpoint {
            Endpoint::Port => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                let address = listener.local_addr()?;
                Ok(Self::Tcp(listener, address))
            }
            #[cfg(unix)]
            Endpoint::Socket(path) => unix::bind(path).map(|one| Self::Unix(one, path.clone())),
            #[cfg(not(unix))]
            Endpoint::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The base URL for programs: of a socket, one with a host that means nothing.
    pub fn base_url(&self) -> String {
        match self {
            Self::Tcp(_, address) => format!("http://{address}"),
            #[cfg(unix)]
            Self::Unix(..) => "http://localhost".to_owned(),
        }
    }

    /// The gate of the endpoint.
    pub fn gate(&self) -> Gate {
        match self {
            Self::Tcp(_, address) => Gate::of_port(address.port()),
            #[cfg(unix)]
            Self::Unix(..) => Gate::of_socket(),
        }
    }

    /// Answers requests until it is dropped.
    pub async fn serve<F, A>(self, answer: F)
    where
        F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            match &self {
                Self::Tcp(listener, _) => match listener.accept().await {
                    Ok((stream, _)) if is_own(&stream) => {
                        // Small parts of a stream of events are worth their packets.
                        let _ = stream.set_nodelay(true);
                        spawn(stream, answer.clone(), place);
                    }
                    Ok(_) => {}
                    Err(_) => sleep(PAUSE).await,
                },
                #[cfg(unix)]
                Self::Unix(listener, _) => match listener.accept().await {
                    Ok((stream, _)) if unix::is_own(&stream) => {
                        spawn(stream, answer.clone(), place);
                    }
                    Ok(_) => {}
                    Err(_) => sleep(PAUSE).await,
                },
            }
        }
    }
}

#[cfg(unix)]
impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // It answers nobody any more.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Serves one connection from a task, which holds its place.
fn spawn<S, F, A>(stream: S, answer: F, place: impl Send + 'static)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Incoming>) -> A + Send + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    tokio::spawn(async move {
        let service = service_fn(move |request| {
            let answered = answer(request);
            async { Ok::<_, Infallible>(answered.await) }
        });
        // A failure concerns this connection only, whose program sees it.
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(LONGEST_HEAD)
            // A program may say that it has said all, and wait for the reply.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        drop(place);
    });
}

/// Whether a connection comes from a program of this user.
fn is_own(stream: &TcpStream) -> bool {
    let ends = (stream.peer_addr(), stream.local_addr());
    matches!(ends, (Ok(peer), Ok(own)) if may_be_own(peer, own))
}

#[cfg(unix)]
mod unix {
    use std::fs::{DirBuilder, Permissions, set_permissions};
    use std::io;
    use std::os::unix::fs::{
        DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _,
    };
    use std::path::Path;

    use tokio::net::{UnixListener, UnixStream};

    /// Binds a socket for the person alone, in a folder of the person's own; the folder is made if it is
    /// missing. A socket that nobody answers at is replaced, and nothing else is.
    pub fn bind(path: &Path) -> io::Result<UnixListener> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if !folder.as_os_str().is_empty() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
            let data = folder.metadata()?;
            let own = rustix::process::getuid().as_raw();
            if data.uid() != own || data.mode() & 0o022 != 0 {
                return Err(io::Error::other("others may write to its folder"));
            }
        }
        if let Ok(data) = path.symlink_metadata() {
            let is_left = data.file_type().is_socket()
                && std::os::unix::net::UnixStream::connect(path).is_err();
            if !is_left {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(listener)
    }

    pub fn is_own(stream: &UnixStream) -> bool {
        let own = rustix::process::getuid().as_raw();
        stream
            .peer_cred()
            .is_ok_and(|peer| [own, 0].contains(&peer.uid()))
    }
}
