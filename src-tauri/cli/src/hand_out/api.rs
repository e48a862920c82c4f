//! `keyrack api`: one request of Notion's API, and its reply.

mod form;
mod pages;
mod shown;

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use http_body_util::BodyExt as _;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use keyrack_core::{
    ApiPath, Cause, Keyrack, Outgoing, OutgoingBody, PassedBack, Problem, sanitize_display_text,
};
use serde_json::Value;

use super::arguments::{ApiArguments, Method};
use super::{caller, chosen, say_whose, token};
use crate::clients;
use crate::output::Output;

/// The most bytes of a body that is kept: of a page that leads to the next, and of a refusal.
const KEPT: usize = 16 << 20;

/// The start of every path of the API, which may be left out.
const VERSION_PATH: &str = "/v1/";

/// The endpoint that grants tokens, and whatever a server may take for it.
const TOKENS_PATH: &str = "/v1/oauth/token";

/// Whose credentials the requests have.
enum Whose {
    Connection(String),
    Client(String),
}

/// Why the printing of a reply ends early.
enum Stopped {
    /// Whoever read it has read enough.
    ReaderGone,
    Failed(Problem),
}

impl<P: Into<Problem>> From<P> for Stopped {
    fn from(problem: P) -> Self {
        Self::Failed(problem.into())
    }
}

/// Makes the request, and prints its reply; with `--paginate`, those of the next pages too.
pub async fn api(
    keyrack: &Keyrack,
    output: Output,
    asked: &ApiArguments,
) -> Result<ExitCode, Problem> {
    match pages(keyrack, output, asked).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Stopped::ReaderGone) => Ok(ExitCode::from(token::READER_GONE)),
        Err(Stopped::Failed(problem)) => Err(problem),
    }
}

async fn pages(keyrack: &Keyrack, output: Output, asked: &ApiArguments) -> Result<(), Stopped> {
    let (name, path) = match asked.name_and_path.as_slice() {
        [name, path] => (Some(name.as_str()), path),
        [path] => (None, path),
        _ => return Err(Cause::NoConnection.into()),
    };
    let path = path_of(path)?;
    let body = Body::of(asked)?;
    let method = method(asked, &body);
    let headers = headers(asked);
    let whose = if let Some(client) = &asked.as_client {
        Whose::Client(clients::choose(keyrack.clients()?, Some(client), output.words)?.id)
    } else {
        let connection = chosen(keyrack, output.words, name)?;
        say_whose(&connection, output);
        Whose::Connection(connection.id)
    };
    let mut page = pages::Page::first(asked.query.clone(), body)?;
    loop {
        let (query, body) = page.request();
        let mut headers = headers.clone();
        if let Some(kind) = body.kind() {
            headers.entry(CONTENT_TYPE).or_insert(kind);
        }
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        let outgoing = Outgoing {
            method: method.clone(),
            path: path.clone(),
            query,
            headers,
            body: body.outgoing(),
        };
        let reply = match &whose {
            Whose::Connection(id) => {
                let caller = caller(asked.reason.as_deref());
                keyrack
                    .request(id, caller, asked.read_only, outgoing)
                    .await?
            }
            Whose::Client(id) => {
                keyrack
                    .request_as_client(id, asked.read_only, outgoing)
                    .await?
            }
        };
        if asked.include {
            print(head(&reply).as_bytes())?;
        }
        let (status, headers) = (reply.status(), reply.headers().clone());
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            let (status, detail) = (status.as_u16(), "a redirect".to_owned());
            return Err(Problem::told_by(&headers, Cause::NotNotion { status, detail }).into());
        }
        let is_refused = status.is_client_error() || status.is_server_error();
        let kept = print_body(reply, asked.paginate || is_refused).await?;
        if is_refused {
            let (status, detail) = (status.as_u16(), code_in(&kept));
            return Err(Problem::told_by(&headers, Cause::HttpStatus { status, detail }).into());
        }
        if !asked.paginate || !page.next(&kept)? {
            return Ok(());
        }
    }
}

/// The path of the API; its start may be left out.
fn path_of(text: &str) -> Result<ApiPath, Problem> {
    let whole = if text.starts_with('/') {
        text.to_owned()
    } else {
        let below = text.strip_prefix(&VERSION_PATH[1..]).unwrap_or(text);
        format!("{VERSION_PATH}{below}")
    };
    let refusal = |detail: String| Problem::from(Cause::ApiPath { detail });
    let path = ApiPath::parse(&whole).map_err(|invalid| refusal(invalid.to_string()))?;
    if path.read_leniently().starts_with(TOKENS_PATH) {
        let detail = "what it grants would be in no keyring; use keyrack connect or refresh";
        return Err(refusal(detail.to_owned()));
    }
    Ok(path)
}

fn method(asked: &ApiArguments, body: &Body) -> hyper::Method {
    let usual = match body {
        Body::None => Method::Get,
        Body::Json(_) | Body::Form(_) => Method::Post,
    };
    match asked.method.unwrap_or(usual) {
        Method::Get => hyper::Method::GET,
        Method::Head => hyper::Method::HEAD,
        Method::Post => hyper::Method::POST,
        Method::Patch => hyper::Method::PATCH,
        Method::Put => hyper::Method::PUT,
        Method::Delete => hyper::Method::DELETE,
    }
}

/// The headers that are asked for; one may be there several times.
fn headers(asked: &ApiArguments) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &asked.header {
        headers.append(name.clone(), value.clone());
    }
    headers
}

/// The body of a request, from where it was given.
pub enum Body {
    None,
    Json(Vec<u8>),
    Form(form::Form),
}

impl Body {
    fn of(asked: &ApiArguments) -> Result<Self, Problem> {
        if !asked.form.is_empty() {
            return form::Form::of(&asked.form).map(Self::Form);
        }
        let Some(data) = &asked.data else {
            return Ok(Self::None);
        };
        let bytes = match data.strip_prefix('@') {
            Some(path) => File::open(path)
                .and_then(whole)
                .map_err(|error| unreadable(path, &error))?,
            None if data == "-" => whole(io::stdin()).map_err(|error| unreadable("-", &error))?,
            None => data.clone().into_bytes(),
        };
        Ok(Self::Json(bytes))
    }

    /// The `Content-Type`, if there is a body.
    fn kind(&self) -> Option<HeaderValue> {
        match self {
            Self::None => None,
            Self::Json(_) => Some(HeaderValue::from_static("application/json")),
            Self::Form(form) => HeaderValue::from_str(&form.kind()).ok(),
        }
    }

    fn outgoing(self) -> OutgoingBody {
        match self {
            Self::None => OutgoingBody::Whole(Bytes::new()),
            Self::Json(bytes) => OutgoingBody::Whole(bytes.into()),
            Self::Form(form) => form.outgoing(),
        }
    }
}

fn whole(mut from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = from
        .by_ref()
        .take(KEPT as u64 + 1)
        .read_to_end(&mut bytes)?;
    if read > KEPT {
        return Err(io::Error::other("it is longer than 16 MiB"));
    }
    Ok(bytes)
}

/// Why a file that was named cannot be sent.
fn unreadable(path: &str, error: &io::Error) -> Problem {
    Cause::InputFile {
        path: sanitize_display_text(path),
        detail: error.to_string(),
    }
    .into()
}

/// The status and the headers of a reply, as HTTP writes them.
fn head(reply: &PassedBack) -> String {
    let mut head = format!("{:?} {}\n", reply.version(), reply.status());
    for (name, value) in reply.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        head.extend([name.as_str(), ": ", &value, "\n"]);
    }
    head + "\n"
}

/// Prints a body as it comes. Returns what was kept of it.
async fn print_body(reply: PassedBack, is_kept: bool) -> Result<Vec<u8>, Stopped> {
    let mut body = reply.into_body();
    let mut kept = Vec::new();
    let mut last = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::from(Cause::AnswerLost))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        if is_kept && kept.len() + bytes.len() <= KEPT {
            kept.extend_from_slice(&bytes);
        }
        last = bytes.last().copied().or(last);
        print(&bytes)?;
    }
    // The next page, or the prompt, begins a line.
    if (is_kept || io::stdout().is_terminal()) && last.is_some_and(|last| last != b'\n') {
        print(b"\n")?;
    }
    Ok(kept)
}

/// Writes to standard output at once: a stream of events is worth nothing later.
fn print(bytes: &[u8]) -> Result<(), Stopped> {
    let mut out = io::stdout().lock();
    let shown = if out.is_terminal() {
        shown::harmless(bytes)
    } else {
        bytes.into()
    };
    let printed = out.write_all(&shown).and_then(|()| out.flush());
    printed.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Stopped::ReaderGone,
        _ => Stopped::from(Cause::NotPrinted {
            detail: error.to_string(),
        }),
    })
}

/// Notion's code in a refusal.
fn code_in(body: &[u8]) -> String {
    let code = serde_json::from_slice::<Value>(body).ok();
    let code =
        code.and_then(|body| Some(body.get("code").or(body.get("error"))?.as_str()?.to_owned()));
    sanitize_display_text(&code.unwrap_or_else(|| "without a code".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_path_may_be_left_out() {
        let path = |text| path_of(text).map(|path| path.as_str().to_owned()).ok();
        for text in ["/v1/users/me", "v1/users/me", "users/me"] {
            assert_eq!(path(text).as_deref(), Some("/v1/users/me"), "{text}");
        }
        for text in [
            "https://api.notion.com/v1/users",
            "//x/v1",
            "/v1/../x",
            "/v1/a?b",
            "oauth/token",
            "oauth/tok%65n",
            "oauth/tok%2565n",
            "OAuth/Token",
            "/v1%2foauth/token",
        ] {
            assert_eq!(path(text), None, "{text}");
        }
    }

    #[test]
    fn a_header_that_is_given_twice_is_sent_twice() {
        use crate::arguments::{Arguments, Command};
        use crate::hand_out::arguments::HandOut;
        use clap::Parser as _;

        let typed = ["keyrack", "api", "users", "-H", "X-One: 1", "-H", "x-one:2"];
        let read = Arguments::try_parse_from(typed).expect("arguments");
        let Command::HandOut(HandOut::Api(asked)) = read.command else {
            panic!("another command");
        };
        let headers = headers(&asked);
        let sent: Vec<_> = headers.get_all("x-one").iter().collect();
        assert_eq!(sent, ["1", "2"]);
    }

    #[test]
    fn the_code_of_a_refusal_is_found_in_both_of_notion_s_shapes() {
        assert_eq!(
            code_in(br#"{"code":"object_not_found"}"#),
            "object_not_found"
        );
        assert_eq!(code_in(br#"{"error":"invalid_grant"}"#), "invalid_grant");
        assert_eq!(code_in(b"<html>"), "without a code");
    }
}
