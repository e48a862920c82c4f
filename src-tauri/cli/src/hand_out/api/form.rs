//! Forms with files (RFC 7578): a file is read while it is sent.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use keyrack_core::{Problem, RequestBody};

use super::{OutgoingBody, unreadable};

/// How much of a file is read at once, in bytes.
const AT_ONCE: u64 = 64 * 1024;

/// A form to be sent.
pub struct Form {
    boundary: String,
    parts: VecDeque<Part>,
    length: u64,
}

enum Part {
    Text(Bytes),
    File(File, u64),
}

impl Form {
    /// The form with these parts: a text, or after an at sign the file with this path.
    pub fn of(asked: &[(String, String)]) -> Result<Self, Problem> {
        let boundary = format!("keyrack-{}", uuid::Uuid::new_v4().simple());
        let mut parts = VecDeque::new();
        for (name, value) in asked {
            let name = quoted(name);
            let begin = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
            if let Some(path) = value.strip_prefix('@') {
                let (file, length) = open(path).map_err(|error| unreadable(path, &error))?;
                let file_name = Path::new(path).file_name().unwrap_or_default();
                let file_name = quoted(&file_name.to_string_lossy());
                let kind = kind_of(path);
                let begin =
                    format!("{begin}; filename=\"{file_name}\"\r\nContent-Type: {kind}\r\n\r\n");
                parts.push_back(Part::Text(begin.into()));
                parts.push_back(Part::File(file, length));
                parts.push_back(Part::Text("\r\n".into()));
            } else {
                parts.push_back(Part::Text(format!("{begin}\r\n\r\n{value}\r\n").into()));
            }
        }
        parts.push_back(Part::Text(format!("--{boundary}--\r\n").into()));
        let length = parts.iter().map(|part| match part {
            Part::Text(text) => text.len() as u64,
            Part::File(_, length) => *length,
        });
        Ok(Self {
            length: length.sum(),
            boundary,
            parts,
        })
    }

    /// The `Content-Type`.
    pub fn kind(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    pub fn outgoing(self) -> OutgoingBody {
        OutgoingBody::Stream(RequestBody::wrap(self))
    }
}

/// A file and its length. A pipe or a device has none, and Notion wants it; nor has a file that the system
/// makes up while it is read.
fn open(path: &str) -> io::Result<(File, u64)> {
    // Before it is opened: a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length == 0 && (&file).read(&mut [0])? > 0 {
        return Err(io::Error::other("it does not tell its length"));
    }
    Ok((file, length))
}

/// A name between quotes (RFC 7578 2; the HTML Standard says how quotes and lines are written).
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The kind of a file by its name, as far as Notion takes files of that kind.
fn kind_of(path: &str) -> String {
    let guessed = mime_guess::from_path(path).first_or_octet_stream();
    guessed.essence_str().to_owned()
}

impl Body for Form {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            let chunk = match self.parts.pop_front() {
                None => return Poll::Ready(None),
                Some(Part::Text(text)) => Ok(text),
                Some(Part::File(_, 0)) => continue,
                Some(Part::File(file, left)) => match read(&file, left) {
                    Ok(bytes) => {
                        let left = left - bytes.len() as u64;
                        self.parts.push_front(Part::File(file, left));
                        Ok(bytes)
                    }
                    Err(error) => Err(error),
                },
            };
            return Poll::Ready(Some(chunk.map(|bytes| {
                self.length -= bytes.len() as u64;
                Frame::data(bytes)
            })));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// The next part of a file, of which this much is left to be sent: never more, if it grows meanwhile, and
/// not less, if it shrinks.
fn read(file: &File, left: u64) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    file.take(AT_ONCE.min(left)).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_form_has_its_texts_and_files_and_the_length_it_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a \"b\".png");
        let content = vec![7_u8; 200_000];
        std::fs::write(&path, &content).expect("written");
        let pairs = [
            ("part_number".to_owned(), "1".to_owned()),
            ("file".to_owned(), format!("@{}", path.display())),
        ];
        let form = Form::of(&pairs).expect("a form");
        let (kind, length) = (form.kind(), form.size_hint().exact());
        let boundary = kind
            .split_once("boundary=")
            .expect("a boundary")
            .1
            .to_owned();
        let sent = form.collect().await.expect("all of it").to_bytes();
        assert_eq!(Some(sent.len() as u64), length);
        let mut expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"part_number\"\r\n\r\n1\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        )
        .into_bytes();
        expected.extend(&content);
        expected.extend(format!("\r\n--{boundary}--\r\n").bytes());
        assert!(
            sent == expected,
            "{}",
            String::from_utf8_lossy(&sent[..300])
        );
    }

    #[test]
    fn what_is_no_file_with_a_length_is_refused_by_name() {
        for path in ["/nowhere/at/all", "/", "/dev/null", "/proc/self/status"] {
            let pairs = [("file".to_owned(), format!("@{path}"))];
            let problem = Form::of(&pairs).err().expect("refused");
            assert_eq!(problem.cause.code(), "input-file", "{path}");
        }
    }
}
