//! `POST /v1/sessions`: a stream of server-sent events, as the agents of Notion answer.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    ids, invalid,
    request::{Caller, JsonBody},
    text,
};
use crate::{
    reply::Refusal,
    server::{self, App},
};

/// The agent that answers where none is named: Notion's own.
const NOTION_AI: &str = "33333333-3333-3333-3333-333333333333";

/// The body of `POST /v1/sessions`.
#[derive(Deserialize)]
pub(crate) struct Open {
    message: Option<String>,
    agent_id: Option<String>,
    session_id: Option<String>,
}

/// `POST /v1/sessions`: answers a message piece by piece. The modes `stream_events` and
/// `stream_gap_ms` say how many pieces there are and how far apart.
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    JsonBody(open): JsonBody<Open>,
) -> Result<Response, Refusal> {
    let message = match (open.message, &open.session_id) {
        (Some(message), _) if !message.is_empty() => message,
        (None, Some(_)) => String::new(),
        _ => {
            return Err(invalid(
                "body failed validation: body.message should be defined.",
            ));
        }
    };
    let modes = app.modes();
    let session = Session {
        id: open.session_id.unwrap_or_else(ids::new),
        agent: open
            .agent_id
            .filter(|id| id != "notion_ai")
            .unwrap_or_else(|| NOTION_AI.to_owned()),
        message,
        workspace: bot.workspace.name,
        pieces: modes.stream_events,
        gap: Duration::from_millis(modes.stream_gap_ms),
        sent: 0,
        stopping: app.stopping(),
    };
    let events = stream::unfold(session, |mut session| async move {
        let event = session.next().await?;
        let name = event["type"].as_str().unwrap_or_default();
        let frame = format!("event: {name}\ndata: {event}\n\n");
        Some((Ok::<_, Infallible>(frame), session))
    });
    let kind = [(CONTENT_TYPE, "text/event-stream; charset=utf-8")];
    Ok((kind, Body::from_stream(events)).into_response())
}

/// A stream under way.
struct Session {
    id: String,
    agent: String,
    message: String,
    workspace: String,
    /// How many pieces the answer has; 0: it does not end.
    pieces: u32,
    /// The wait before each piece.
    gap: Duration,
    /// The number of events sent.
    sent: u32,
    stopping: watch::Receiver<bool>,
}

impl Session {
    /// The next event; `None` at the end, or when the sandbox stops.
    async fn next(&mut self) -> Option<Value> {
        let step = self.sent;
        self.sent = step.saturating_add(1);
        // Two events come before the pieces, three after them.
        let piece = step.checked_sub(1).filter(|piece| *piece > 0);
        let after = match piece {
            Some(piece) if self.pieces == 0 || piece <= self.pieces => {
                tokio::select! {
                    () = tokio::time::sleep(self.gap) => {}
                    _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                }
                return Some(json!({
                    "type": "event.provisional",
                    "event": self.event("agent.message", &self.piece(piece)),
                }));
            }
            Some(piece) => piece - self.pieces,
            None => 0,
        };
        match (step, after) {
            (0, _) => Some(self.snapshot()),
            (1, _) => Some(self.committed(1, "user.message", &self.message)),
            (_, 1) => Some(self.committed(2, "agent.message", &self.answer())),
            (_, 2) => {
                let mut done = self.committed(3, "session.status", "");
                done["event"]["status"] = "completed".into();
                Some(done)
            }
            (_, 3) => Some(json!({
                "type": "stream.end",
                "session_id": self.id,
                "status": "completed",
                "last_sequence": 3,
            })),
            _ => None,
        }
    }

    fn piece(&self, number: u32) -> String {
        format!("Piece {number} from {}. ", self.workspace)
    }

    fn answer(&self) -> String {
        (1..=self.pieces).map(|number| self.piece(number)).collect()
    }

    fn snapshot(&self) -> Value {
        let now = text::time(server::now());
        json!({
            "type": "session.snapshot",
            "session": {
                "object": "session",
                "id": self.id,
                "agent_id": self.agent,
                "title": self.message,
                "status": "in_progress",
                "created_at": now,
                "updated_at": now,
            },
        })
    }

    fn committed(&self, sequence: u32, kind: &str, text: &str) -> Value {
        let mut event = self.event(kind, text);
        event["sequence"] = sequence.into();
        json!({ "type": "event.committed", "event": event })
    }

    fn event(&self, kind: &str, text: &str) -> Value {
        let mut event = json!({
            "object": "session_event",
            "id": ids::new(),
            "session_id": self.id,
            "created_at": text::time(server::now()),
            "type": kind,
        });
        if kind != "session.status" {
            event["content"] = json!([{ "type": "text", "text": text }]);
        }
        event
    }
}
