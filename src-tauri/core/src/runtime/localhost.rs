//! The localhost redirect method: one port of this computer, open only while an authorization waits.
//!
//! Any program on this computer can send requests to the port (RFC 8252 8.3). So those of another
//! user are refused unread, only a callback that the acceptor takes ends the listener, and every
//! other request is refused and changes nothing.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::localhost_uri;
use crate::host::peer::may_be_own;
use crate::identity::CALLBACK_PATH;
use crate::words::Words;

/// The most connections open at once; a browser opens a few in advance.
const MOST_CONNECTIONS: usize = 32;

/// The longest that a connection's one request may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(2);

/// The longest wait for replies under way once the port is closed.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);

/// The pause after the system failed to accept a connection.
const PAUSE: Duration = Duration::from_millis(100);

const PAGE: &str = include_str!("localhost.html");

/// A port on every loopback address of this computer, bound and not yet served.
pub(crate) struct Localhost {
    port: u16,
    listeners: Vec<TcpListener>,
}

/// A function that takes the bytes of a callback and processes it by itself, or refuses it.
pub(crate) type TakeCallback = Box<dyn Fn(&[u8]) -> Result<(), NotTaken> + Send + Sync>;

/// Why a callback was not taken.
pub(crate) enum NotTaken {
    /// Keyrack is about to end.
    Closing,
    /// The callback cannot be used.
    Refused(Problem),
}

/// The open port. Dropping it closes the port; replies under way are still sent.
pub(crate) struct Listening(Arc<Notify>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Localhost {
    /// Binds the port on both loopback families, because `localhost` may mean either. A computer
    /// without IPv6 is fine; a port that is taken on either is refused with `port-taken`.
    pub async fn bind(port: u16) -> Result<Self, Problem> {
        let bind = async |address: IpAddr| TcpListener::bind((address, port)).await;
        let mut listeners = vec![
            bind(Ipv4Addr::LOCALHOST.into())
                .await
                .map_err(|error| taken(port, &error))?,
        ];
        match bind(Ipv6Addr::LOCALHOST.into()).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_taken(&error) => return Err(taken(port, &error)),
            Err(_) => {}
        }
        Ok(Self { port, listeners })
    }

    /// Serves requests until `take` takes a callback or the returned value is dropped. The pages are
    /// in `words`.
    pub fn serve(self, take: TakeCallback, words: Words) -> Listening {
        let ended = Arc::new(Notify::new());
        let handler = Arc::new(CallbackHandler {
            port: self.port,
            take,
            words,
            ended: ended.clone(),
        });
        tokio::spawn(self.run(handler));
        Listening(ended)
    }

    async fn run(self, handler: Arc<CallbackHandler>) {
        let mut connections = JoinSet::new();
        let mut places = VecDeque::new();
        loop {
            let accepted = tokio::select! {
                () = handler.ended.notified() => break,
                accepted = accept(&self.listeners) => accepted,
            };
            while connections.try_join_next().is_some() {}
            match accepted {
                Ok(stream) if is_own(&stream) => {
                    places.retain(|place: &AbortHandle| !place.is_finished());
                    if places.len() >= MOST_CONNECTIONS
                        && let Some(oldest) = places.pop_front()
                    {
                        oldest.abort();
                    }
                    places.push_back(connections.spawn(handler.clone().answer(stream)));
                }
                Ok(_) => {}
                Err(_) => sleep(PAUSE).await,
            }
        }
        drop(self.listeners);
        let _ = timeout(LONGEST_ANSWER, connections.join_all()).await;
    }
}

/// Accepts the next connection on any of the listeners.
async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    poll_fn(|context| {
        for listener in listeners {
            if let Poll::Ready(accepted) = listener.poll_accept(context) {
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    })
    .await
}

/// Whether a connection comes from a program of this user.
fn is_own(stream: &TcpStream) -> bool {
    let ends = (stream.peer_addr(), stream.local_addr());
    matches!(ends, (Ok(peer), Ok(own)) if may_be_own(peer, own))
}

/// Whether a request only prepares for a page that the person may open: it must not use up the
/// callback (Fetch, `Sec-Purpose`; the others are what browsers sent before it).
fn is_prefetch(request: &Request<Incoming>) -> bool {
    let purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    let values = purposes
        .iter()
        .flat_map(|name| request.headers().get_all(*name));
    let mut values = values.map(|value| value.as_bytes().to_ascii_lowercase());
    values.any(|value| {
        let has = |word: &[u8]| value.windows(word.len()).any(|part| part == word);
        has(b"prefetch") || has(b"prerender") || has(b"preview")
    })
}

fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied
    )
}

fn taken(port: u16, error: &io::Error) -> Problem {
    Cause::PortTaken {
        port,
        detail: error.to_string(),
    }
    .into()
}

/// The handler of requests: replies with a page, and passes callbacks on.
struct CallbackHandler {
    port: u16,
    take: TakeCallback,
    words: Words,
    ended: Arc<Notify>,
}

impl CallbackHandler {
    /// Serves one request, and closes the connection.
    async fn answer(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(|request| {
            let answer = self.reply(&request);
            async { Ok::<_, Infallible>(answer) }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        // A failure is ignored: the client broke the connection off.
        let _ = timeout(LONGEST_REQUEST, connection).await;
    }

    fn reply(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let own = format!("localhost:{}", self.port);
        let mut hosts = request.headers().get_all(HOST).iter();
        let is_for_us = hosts.next().is_some_and(|host| host == own.as_str());
        // A web page can reach this port under its own host name (DNS rebinding).
        if !is_for_us || hosts.next().is_some() || request.uri().authority().is_some() {
            return self.page(
                StatusCode::BAD_REQUEST,
                "page.other-name",
                "page.other-name.next",
            );
        }
        if request.uri().path() != CALLBACK_PATH {
            return self.page(
                StatusCode::NOT_FOUND,
                "page.other-path",
                "page.other-path.next",
            );
        }
        if request.method() != Method::GET {
            let mut answer = self.page(
                StatusCode::METHOD_NOT_ALLOWED,
                "page.other-method",
                "page.other-method.next",
            );
            answer
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET"));
            return answer;
        }
        if is_prefetch(request) {
            return self.page(StatusCode::FORBIDDEN, "page.prefetch", "page.prefetch.next");
        }
        let query = request.uri().query().unwrap_or_default();
        let callback = format!("{}?{query}", localhost_uri(self.port));
        match (self.take)(callback.as_bytes()) {
            Ok(()) => {
                self.ended.notify_one();
                self.page(StatusCode::OK, "page.taken", "page.taken.next")
            }
            Err(NotTaken::Closing) => self.page(
                StatusCode::SERVICE_UNAVAILABLE,
                "page.closing",
                "page.closing.next",
            ),
            Err(NotTaken::Refused(problem)) => {
                let title = self.words.text("page.refused", &[]);
                let words = self.words.problem(&problem);
                let text = format!("{} {} {}", words.what, words.safe, words.next);
                self.page_of(StatusCode::BAD_REQUEST, &title, &text)
            }
        }
    }

    /// The page with the words under these keys.
    fn page(&self, status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
        let [title, text] = [title, text].map(|key| self.words.text(key, &[]));
        self.page_of(status, &title, &text)
    }

    fn page_of(&self, status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
        let html = PAGE
            .replace("{language}", &self.words.text("language", &[]))
            .replace("{title}", &escaped(title))
            .replace("{text}", &escaped(text));
        page(status, html)
    }
}

/// A page for the browser. Its words are Keyrack's alone: nothing of the request is on it.
fn page(status: StatusCode, html: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(html)));
    *answer.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// Text as HTML's text (HTML Standard 13.3).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
