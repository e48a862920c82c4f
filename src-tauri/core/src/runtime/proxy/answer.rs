//! Answers at the local end of a lease: Notion's as it came, or a refusal in Notion's own shape, which
//! its SDKs show with our words.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::Full;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use notion_oauth::PassedBack;
use serde_json::json;
use tokio::sync::watch;

/// The body of an answer.
pub(crate) type AnswerBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// An answer to a program.
pub(crate) type Answer = Response<AnswerBody>;

/// Why a request is not passed on, or its reply not passed back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// Notion's code (developers.notion.com, "Status codes").
    code: &'static str,
    message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: format!("Keyrack: {message}"),
        }
    }

    /// The refusal of what a lease does not allow.
    pub fn restricted(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "restricted_resource", message)
    }

    /// The refusal of a request without a lease's key.
    pub fn unknown_key() -> Self {
        Self::unauthorized("this is no key of a lease that is running")
    }

    /// The refusal of a request whose lease, connection or token cannot be used.
    pub fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The refusal of a request that may be welcome later.
    pub fn unavailable(message: &str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "service_unavailable", message)
    }

    /// The refusal of a reply that is not Notion's.
    pub fn bad_gateway(message: &str) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "service_unavailable", message)
    }

    #[cfg(test)]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn answer(&self) -> Answer {
        let body = json!({
            "object": "error",
            "status": self.status.as_u16(),
            "code": self.code,
            "message": self.message,
        });
        let body = Full::new(Bytes::from(body.to_string())).map_err(|never| match never {});
        let mut answer = Response::new(body.boxed_unsync());
        *answer.status_mut() = self.status;
        for (name, value) in [
            (CONTENT_TYPE, "application/json; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
        ] {
            answer
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        if self.status == StatusCode::BAD_REQUEST {
            // Where such a request ends, others may see differently (RFC 9112 6.3).
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        answer
    }
}

/// Notion's reply as the answer, cut off when `over` says so. `held` is held until its end.
pub(crate) fn passed_back(
    reply: PassedBack,
    over: watch::Receiver<bool>,
    held: impl Send + Unpin + 'static,
) -> Answer {
    let (parts, body) = reply.into_parts();
    if parts.status.is_redirection() && parts.status != StatusCode::NOT_MODIFIED {
        let words = "the address answered with a redirect, which Notion does not";
        return Refusal::bad_gateway(words).answer();
    }
    let cut = Box::pin(is_over(over));
    let body = if body.is_end_stream() {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    } else {
        Cut {
            body,
            over: cut,
            _held: held,
        }
        .boxed_unsync()
    };
    Response::from_parts(parts, body)
}

/// Waits until a lease is over.
pub(crate) async fn is_over(mut over: watch::Receiver<bool>) {
    if over.wait_for(|over| *over).await.is_err() {
        // Nobody is left who could end it.
        std::future::pending::<()>().await;
    }
}

/// A body that ends with an error when its lease does.
struct Cut<B, F, H> {
    body: B,
    over: Pin<Box<F>>,
    _held: H,
}

impl<B, F, H> Body for Cut<B, F, H>
where
    B: Body<Data = Bytes, Error = Box<dyn Error + Send + Sync>> + Unpin,
    F: Future<Output = ()>,
    H: Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.over.as_mut().poll(context).is_ready() {
            let over = io::Error::other("the lease has ended");
            return Poll::Ready(Some(Err(over.into())));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
