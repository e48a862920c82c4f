//! `/v1/file_uploads`: files that are counted and hashed as they arrive, and never held.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::{
    Multipart, Path, Query, State,
    multipart::{Field, MultipartRejection},
    rejection::QueryRejection,
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ids, invalid,
    list::{self, Paging},
    request::{Caller, JsonBody},
    text,
};
use crate::{
    reply::{Answer, Refusal},
    secret::hex,
    server::{self, App},
};

/// How long an upload waits to be attached to something, in milliseconds.
const LIFETIME_MS: i64 = 60 * 60 * 1000;

/// The most parts of one file.
const PART_LIMIT: u32 = 10_000;

/// What arrived of a file in one request.
struct Part {
    bytes: u64,
    sha256: String,
}

impl Part {
    fn received(&self, number: u32) -> Value {
        json!({ "part_number": number, "bytes": self.bytes, "sha256": self.sha256 })
    }
}

/// A file upload: what is known of it, and what arrived.
pub(crate) struct Upload {
    pub(crate) id: String,
    created_at: i64,
    /// The bot that made it.
    created_by: String,
    filename: Option<String>,
    content_type: Option<String>,
    /// How many parts there will be; `None` for a file that is sent at once.
    parts: Option<u32>,
    uploaded: bool,
    attached: bool,
    received: BTreeMap<u32, Part>,
}

impl Upload {
    fn bytes(&self) -> u64 {
        self.received.values().map(|part| part.bytes).sum()
    }

    /// The upload as the control API shows it: what arrived, with its hashes.
    pub(crate) fn received(&self) -> Value {
        let parts = self.received.iter();
        let parts: Vec<Value> = parts.map(|(number, part)| part.received(*number)).collect();
        json!({
            "id": self.id,
            "filename": self.filename,
            "content_type": self.content_type,
            "status": self.status(),
            "bytes": self.bytes(),
            "parts": parts,
        })
    }

    fn status(&self) -> &'static str {
        if self.uploaded { "uploaded" } else { "pending" }
    }

    fn shown(&self, base_url: &str) -> Value {
        let mut shown = json!({
            "object": "file_upload",
            "id": self.id,
            "created_time": text::time(self.created_at),
            "last_edited_time": text::time(self.created_at),
            "created_by": { "id": self.created_by, "type": "bot" },
            "in_trash": false,
            "archived": false,
            "expiry_time": (!self.attached).then(|| text::time(self.created_at + LIFETIME_MS)),
            "status": self.status(),
            "filename": self.filename,
            "content_type": self.content_type,
            "content_length": self.uploaded.then(|| self.bytes()),
        });
        if let Some(total) = self.parts {
            shown["number_of_parts"] = json!({ "total": total, "sent": self.received.len() });
        }
        if !self.uploaded {
            let url = format!("{base_url}/v1/file_uploads/{}", self.id);
            shown["upload_url"] = format!("{url}/send").into();
            if self.parts.is_some() {
                shown["complete_url"] = format!("{url}/complete").into();
            }
        }
        shown
    }
}

/// A file object of an upload that is attached to a page or block.
pub(crate) fn attached(upload: &mut Upload) -> Result<Value, Refusal> {
    if !upload.uploaded {
        return Err(invalid("The file upload is not uploaded yet."));
    }
    upload.attached = true;
    let name = upload.filename.as_deref().unwrap_or("file");
    Ok(json!({
        "url": format!("https://files.sandbox.example/{}/{name}", upload.id),
        "expiry_time": text::time(server::now() + LIFETIME_MS),
    }))
}

/// Whether a request to `path` brings a file, whose body is read by its handler only.
pub(crate) fn is_upload(path: &str) -> bool {
    path.starts_with("/v1/file_uploads/") && path.ends_with("/send")
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    SinglePart,
    MultiPart,
}

/// The body of `POST /v1/file_uploads`.
#[derive(Deserialize)]
pub(crate) struct Create {
    #[serde(default)]
    mode: Mode,
    filename: Option<String>,
    content_type: Option<String>,
    number_of_parts: Option<u32>,
}

/// `POST /v1/file_uploads`.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    JsonBody(body): JsonBody<Create>,
) -> Result<Answer, Refusal> {
    let parts = match (body.mode, body.number_of_parts) {
        (Mode::SinglePart, _) => None,
        (Mode::MultiPart, Some(parts)) if (1..=PART_LIMIT).contains(&parts) => Some(parts),
        (Mode::MultiPart, _) => {
            return Err(invalid(&format!(
                "body failed validation: body.number_of_parts should be between `1` and \
                 `{PART_LIMIT}`."
            )));
        }
    };
    if parts.is_some() && body.filename.is_none() {
        return Err(invalid(
            "body failed validation: body.filename should be defined.",
        ));
    }
    let upload = Upload {
        id: ids::new(),
        created_at: server::now(),
        created_by: bot.id,
        filename: body.filename,
        content_type: body.content_type,
        parts,
        uploaded: false,
        attached: false,
        received: BTreeMap::new(),
    };
    let shown = upload.shown(&app.base_url);
    app.sample
        .with(&bot.workspace, |content| content.uploads.push(upload));
    Ok(Answer(shown))
}

/// The query of `GET /v1/file_uploads`.
#[derive(Deserialize)]
pub(crate) struct Which {
    status: Option<String>,
    // A flattened query has no numbers.
    start_cursor: Option<String>,
    page_size: Option<usize>,
}

/// `GET /v1/file_uploads`: all of the workspace, or those of a status.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(which) = which.map_err(|error| invalid(&error.body_text()))?;
    let wanted = which.status.as_deref();
    let uploads: Vec<Value> = app.sample.with(&bot.workspace, |content| {
        let uploads = content.uploads.iter();
        let uploads = uploads.filter(|upload| wanted.is_none_or(|it| it == upload.status()));
        uploads.map(|upload| upload.shown(&app.base_url)).collect()
    });
    let paging = Paging::of(which.start_cursor, which.page_size);
    list::page("file_upload", &uploads, &paging)
}

/// `GET /v1/file_uploads/{id}`.
pub(crate) async fn retrieve(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.file_upload_id")?;
    app.sample.with(&bot.workspace, |content| {
        Ok(Answer(content.upload(&id)?.shown(&app.base_url)))
    })
}

/// `POST /v1/file_uploads/{id}/send`: a form with `file`, and `part_number` for one of several parts.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.file_upload_id")?;
    app.sample.with(&bot.workspace, |content| {
        pending(content.upload(&id)?).map(|_| ())
    })?;
    let form = form.map_err(|_| invalid("The body should be multipart/form-data."))?;
    let sent = read(form).await?;
    let part = sent.part.ok_or_else(|| {
        invalid("body failed validation: body.file should be defined, instead was `undefined`.")
    })?;
    app.sample.with(&bot.workspace, |content| {
        // Another request may have ended it in the meantime.
        let upload = pending(content.upload(&id)?)?;
        let number = match (upload.parts, sent.number) {
            (None, _) => 1,
            (Some(total), Some(number)) if (1..=total).contains(&number) => number,
            (Some(total), _) => {
                return Err(invalid(&format!(
                    "body failed validation: body.part_number should be between `1` and `{total}`."
                )));
            }
        };
        upload.received.insert(number, part);
        upload.filename = upload.filename.take().or(sent.filename);
        upload.content_type = upload.content_type.take().or(sent.content_type);
        upload.uploaded = upload.parts.is_none();
        Ok(Answer(upload.shown(&app.base_url)))
    })
}

fn pending(upload: &mut Upload) -> Result<&mut Upload, Refusal> {
    if upload.uploaded {
        return Err(invalid("The file upload is uploaded already."));
    }
    Ok(upload)
}

/// What a form brought.
#[derive(Default)]
struct Sent {
    part: Option<Part>,
    number: Option<u32>,
    filename: Option<String>,
    content_type: Option<String>,
}

async fn read(mut form: Multipart) -> Result<Sent, Refusal> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        match field.name() {
            Some("file") => {
                sent.filename = field.file_name().map(str::to_owned);
                sent.content_type = field.content_type().map(str::to_owned);
                sent.part = Some(count(field).await?);
            }
            Some("part_number") => {
                sent.number = field
                    .text()
                    .await
                    .map_err(|_| broken())?
                    .trim()
                    .parse()
                    .ok();
            }
            _ => {}
        }
    }
    Ok(sent)
}

fn broken() -> Refusal {
    invalid("The body is no whole form.")
}

async fn count(mut file: Field<'_>) -> Result<Part, Refusal> {
    let (mut bytes, mut hash) = (0, Sha256::new());
    while let Some(chunk) = file.chunk().await.map_err(|_| broken())? {
        bytes += chunk.len() as u64;
        hash.update(&chunk);
    }
    let sha256 = hex(&hash.finalize());
    Ok(Part { bytes, sha256 })
}

/// `POST /v1/file_uploads/{id}/complete`: ends a file of several parts.
pub(crate) async fn complete(
    State(app): State<Arc<App>>,
    Caller(bot): Caller,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = ids::parse(&id, "path.file_upload_id")?;
    app.sample.with(&bot.workspace, |content| {
        let upload = pending(content.upload(&id)?)?;
        match upload.parts {
            Some(total) if upload.received.len() == total as usize => upload.uploaded = true,
            Some(total) => {
                return Err(invalid(&format!(
                    "Not all parts were sent: {} of {total}.",
                    upload.received.len()
                )));
            }
            None => return Err(invalid("Only a file of several parts is completed.")),
        }
        Ok(Answer(upload.shown(&app.base_url)))
    })
}
