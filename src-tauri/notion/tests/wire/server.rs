//! A server on loopback that follows a script and records its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use notion_oauth::{BaseUrl, Credentials, Notion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

/// What the server does on one connection, once it has read a request.
pub enum Answer {
    /// Writes these bytes and closes.
    Bytes(Vec<u8>),
    /// Writes these bytes and keeps the connection open in silence.
    ThenSilence(Vec<u8>),
    /// Writes this head, then spaces for as long as the other side takes them.
    Endless(&'static str),
    /// Writes this head, then a space every second.
    Dripping(&'static str),
}

/// A request as it came over the wire.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Method and target, such as `GET /v1/users/me`.
    pub line: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// The value of a header that stands at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} stands twice");
        value
    }
}

pub struct Server {
    pub port: u16,
    requests: UnboundedReceiver<Request>,
    endless: Arc<AtomicUsize>,
}

impl Server {
    /// Listens on 127.0.0.1; each connection takes the next answer, and those after the last none.
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(None, script).await
    }

    /// Listens over TLS. A handshake that fails uses up an answer and records nothing.
    #[cfg(target_os = "linux")]
    pub async fn start_tls(tls: TlsAcceptor, script: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(Some(tls), script).await
    }

    async fn listen(tls: Option<TlsAcceptor>, script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (record, requests) = unbounded_channel();
        let mut script = script.into_iter().collect::<Vec<_>>().into_iter();
        let endless: Arc<AtomicUsize> = Arc::default();
        let written = endless.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = script.next().unwrap_or(Answer::Bytes(vec![]));
                let (tls, record, written) = (tls.clone(), record.clone(), written.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, answer, record, &written).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, answer, record, &written).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            requests,
            endless,
        }
    }

    /// A client of this server in Notion's place.
    pub fn notion(&self) -> Notion {
        notion_at(&format!("http://127.0.0.1:{}", self.port))
    }

    /// Waits for a request to have arrived.
    pub async fn request(&mut self) -> Request {
        self.requests.recv().await.unwrap()
    }

    /// How many bytes of endless answers were written, read by the clients or still in buffers.
    pub fn written_without_end(&self) -> usize {
        self.endless.load(Ordering::SeqCst)
    }

    /// Whether every request has been taken by [`Server::request`].
    pub fn saw_nothing_else(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Answer,
    record: UnboundedSender<Request>,
    endless: &AtomicUsize,
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    // A test that has ended looks at no record and reads no answer.
    let _ = record.send(request);
    match answer {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Answer::ThenSilence(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Answer::Endless(head) => {
            let _ = stream.write_all(head.as_bytes()).await;
            while let Ok(bytes) = stream.write(&[b' '; 8192]).await {
                endless.fetch_add(bytes, Ordering::SeqCst);
            }
        }
        Answer::Dripping(head) => {
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Reads a request; `None` if the client closed the connection before it was complete.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let end_of_head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..end_of_head].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.strip_suffix(" HTTP/1.1")?.to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < end_of_head + 4 + length {
        more(stream, &mut bytes).await?;
    }
    let body = String::from_utf8(bytes[end_of_head + 4..].to_vec()).ok()?;
    Some(Request {
        line,
        headers,
        body,
    })
}

async fn more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Option<()> {
    (stream.read_buf(bytes).await.ok()? > 0).then_some(())
}

/// A reply with a length, after which the connection closes.
pub fn reply(status: u16, headers: &[&str], body: &str) -> Answer {
    let mut text = format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for header in headers {
        text += header;
        text += "\r\n";
    }
    Answer::Bytes((text + "\r\n" + body).into_bytes())
}

pub fn notion_at(base: &str) -> Notion {
    Notion::new(BaseUrl::parse(base).unwrap()).unwrap()
}

pub fn credentials() -> Credentials {
    Credentials {
        client_id: "client-1".to_owned(),
        client_secret: "sample:s3cret".into(),
    }
}
