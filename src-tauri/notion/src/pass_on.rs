//! Requests of other programs, passed on with a token in place of their own credentials: streamed both
//! ways, as they are.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderMap, HeaderName,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    VIA,
};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep, timeout};

use crate::{ApiPath, Auth, Body, Error};

/// How long nothing may be heard of a request or its reply: a stream of events may be silent for a while.
const LONGEST_SILENCE: Duration = Duration::from_mins(5);

/// Headers that belong to one connection (RFC 9110 7.6.1), to the caller's own credentials, or to the way
/// by which the request came here.
const NOT_PASSED_ON: [HeaderName; 14] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    COOKIE,
    EXPECT,
    HOST,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    VIA,
];

/// Headers of a reply that belong to one connection, or that a program must not keep.
const NOT_PASSED_BACK: [HeaderName; 7] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    SET_COOKIE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// A request to be passed on. There is no `Debug`: query, headers and body are somebody's content.
pub struct PassedOn {
    /// The HTTP method.
    pub method: http::Method,
    /// The path, below the base URL.
    pub path: ApiPath,
    /// The query as it was written, without its question mark.
    pub query: Option<String>,
    /// The headers; what belongs to the caller's connection or credentials is left out.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// The reply to a request that was passed on: as it came, whatever its status.
pub type PassedBack = http::Response<Streamed>;

/// A body that ends with an error once nothing was heard of it for five minutes, and that counts its parts.
pub struct Streamed {
    body: Body,
    silence: Pin<Box<Sleep>>,
    heard: Arc<AtomicU64>,
}

/// Nothing was heard of a body for too long.
#[derive(Debug, thiserror::Error)]
#[error("nothing came for five minutes")]
struct Silent;

impl Streamed {
    fn new(body: Body, heard: Arc<AtomicU64>) -> Self {
        Self {
            body,
            silence: Box::pin(sleep(LONGEST_SILENCE)),
            heard,
        }
    }
}

impl http_body::Body for Streamed {
    type Data = <Body as http_body::Body>::Data;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match pin!(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                let next = tokio::time::Instant::now() + LONGEST_SILENCE;
                self.silence.as_mut().reset(next);
                self.heard.fetch_add(1, Relaxed);
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                ready!(self.silence.as_mut().poll(context));
                Poll::Ready(Some(Err(Silent.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The request as it is sent, with these credentials and no others.
pub(crate) fn with_credentials(
    client: &reqwest::Client,
    url: url::Url,
    passed: PassedOn,
    auth: Auth<'_>,
    heard: Arc<AtomicU64>,
) -> reqwest::RequestBuilder {
    let body = Streamed::new(passed.body, heard);
    let headers = kept(passed.headers, is_passed_on);
    let request = client.request(passed.method, url).headers(headers);
    auth.on(request).body(Body::wrap(body))
}

/// The reply as it is passed back.
pub(crate) fn passed_back(response: reqwest::Response, heard: Arc<AtomicU64>) -> PassedBack {
    let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
    parts.headers = kept(parts.headers, is_passed_back);
    parts.extensions.clear();
    http::Response::from_parts(parts, Streamed::new(body, heard))
}

/// Waits for a reply as long as something is heard of its request.
pub(crate) async fn while_heard<T>(
    call: impl Future<Output = T>,
    heard: &AtomicU64,
) -> Result<T, Error> {
    let mut call = pin!(call);
    loop {
        let before = heard.load(Relaxed);
        match timeout(LONGEST_SILENCE, call.as_mut()).await {
            Ok(ended) => return Ok(ended),
            Err(_) if heard.load(Relaxed) != before => {}
            Err(_) => return Err(Error::Unreachable { sent: true }),
        }
    }
}

/// Whether a header of a request is passed on.
#[must_use]
pub fn is_passed_on(name: &HeaderName) -> bool {
    !NOT_PASSED_ON.contains(name) && !is_of_the_way(name)
}

/// Whether a header of a reply is passed back.
fn is_passed_back(name: &HeaderName) -> bool {
    !NOT_PASSED_BACK.contains(name) && !is_of_the_way(name)
}

/// Whether a proxy or a browser adds a header on the way.
fn is_of_the_way(name: &HeaderName) -> bool {
    let ways = ["forwarded", "x-forwarded-", "x-real-ip", "sec-", "proxy-"];
    ways.iter().any(|way| name.as_str().starts_with(way))
}

/// The headers that are passed, without those that `Connection` names.
fn kept(headers: HeaderMap, is_passed: fn(&HeaderName) -> bool) -> HeaderMap {
    let of_connection: Vec<_> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut kept = HeaderMap::with_capacity(headers.len());
    let mut last: Option<HeaderName> = None;
    for (name, value) in headers {
        // A repeated header comes without its name.
        last = name.or(last);
        let Some(name) = &last else { continue };
        if is_passed(name) && !of_connection.iter().any(|other| other == name.as_str()) {
            kept.append(name.clone(), value);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    #[test]
    fn a_request_is_passed_on_without_what_is_its_caller_s_own() {
        let given = headers(&[
            ("authorization", "Bearer ntn_keyrack_local"),
            ("cookie", "a=b"),
            ("connection", "close, X-Once"),
            ("x-once", "1"),
            ("forwarded", "for=10.0.0.1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("sec-fetch-mode", "cors"),
            ("proxy-authorization", "Basic eA=="),
            ("host", "127.0.0.1:9"),
            ("content-length", "3"),
            ("notion-version", "2022-06-28"),
            ("accept", "text/event-stream"),
            ("accept", "application/json"),
            ("content-type", "multipart/form-data; boundary=x"),
            ("last-event-id", "7"),
        ]);
        let expected = headers(&[
            ("notion-version", "2022-06-28"),
            ("accept", "text/event-stream"),
            ("accept", "application/json"),
            ("content-type", "multipart/form-data; boundary=x"),
            ("last-event-id", "7"),
        ]);
        assert_eq!(kept(given, is_passed_on), expected);
    }

    #[test]
    fn a_reply_is_passed_back_with_what_a_program_needs() {
        let given = headers(&[
            ("set-cookie", "__cf_bm=1"),
            ("set-cookie", "other=2"),
            ("transfer-encoding", "chunked"),
            ("connection", "keep-alive"),
            ("keep-alive", "timeout=5"),
            ("retry-after", "7"),
            ("x-notion-request-id", "id"),
            ("content-length", "12"),
        ]);
        let expected = headers(&[
            ("retry-after", "7"),
            ("x-notion-request-id", "id"),
            ("content-length", "12"),
        ]);
        assert_eq!(kept(given, is_passed_back), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reply_is_waited_for_as_long_as_its_request_is_heard_of() {
        let heard = Arc::new(AtomicU64::new(0));
        let never = std::future::pending::<()>();
        let began = tokio::time::Instant::now();
        assert!(while_heard(never, &heard).await.is_err());
        assert_eq!(began.elapsed(), LONGEST_SILENCE);

        let parts = heard.clone();
        let upload = async move {
            for _ in 0..10 {
                sleep(LONGEST_SILENCE / 2).await;
                parts.fetch_add(1, Relaxed);
            }
        };
        assert!(while_heard(upload, &heard).await.is_ok());
    }
}
