//! The pages a person sees: one frame, strict headers, and text from outside escaped.

use std::sync::LazyLock;

use axum::{
    http::{
        HeaderName, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::secret::digest;

const FRAME: &str = include_str!("pages/frame.html");
const STYLE: &str = include_str!("pages/style.css");

/// The Content-Security-Policy of the pages: nothing but the one inline style. `form-action` is left
/// out on purpose: with it Chromium drops the redirect from the form to an app link.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; \
         frame-ancestors 'none'"
    )
});

/// A whole page with its status.
pub(crate) struct Page {
    status: StatusCode,
    html: String,
}

impl Page {
    /// Makes a page around `content`, which is HTML; the title is text.
    pub(crate) fn new(status: StatusCode, title: &str, content: &str) -> Self {
        let html = fill(
            FRAME,
            &[
                ("title", &escape(title)),
                ("style", STYLE),
                ("content", content),
            ],
        );
        Self { status, html }
    }

    /// The page on which a request ends that must not be redirected.
    pub(crate) fn error(status: StatusCode, title: &str, text: &str) -> Self {
        let content = fill(
            include_str!("pages/error.html"),
            &[("title", &escape(title)), ("text", &escape(text))],
        );
        Self::new(status, title, &content)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers: [(HeaderName, &str); 4] = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, &POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (self.status, headers, self.html).into_response()
    }
}

impl From<rusqlite::Error> for Page {
    fn from(error: rusqlite::Error) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::error(status, "The sandbox failed", &error.to_string())
    }
}

/// Replaces each `{{name}}` in a template by HTML.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |html, (name, value)| {
            html.replace(&format!("{{{{{name}}}}}"), value)
        })
}

/// Escapes text as HTML for an element or a quoted attribute, and for [`fill`].
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '{' => html.push_str("&#123;"),
            other => html.push(other),
        }
    }
    html
}
