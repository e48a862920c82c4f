//! A person's own web server: one page over https, under a name that only the test's browser resolves.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The host name of the server.
pub const HOST: &str = "pages.example.org";

/// A server that answers every request with its one page.
pub struct PageHost {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl PageHost {
    /// Serves a page for as long as the test's runtime lives.
    pub async fn start(page: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let (acceptor, asked) = (acceptor(), seen.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, asked) = (acceptor.clone(), asked.clone());
                tokio::spawn(async move {
                    // A browser opens connections that it may never use.
                    let mut stream = acceptor.accept(stream).await.ok()?;
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        request.push(stream.read_u8().await.ok()?);
                    }
                    let request = String::from_utf8(request).unwrap();
                    asked
                        .lock()
                        .unwrap()
                        .push(request.lines().next().unwrap().to_owned());
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close";
                    let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
                    stream.write_all(answer.as_bytes()).await.ok()?;
                    stream.shutdown().await.ok()
                });
            }
        });
        Self { port, seen }
    }

    /// The first line of each request so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The arguments with which a browser finds the server and accepts its certificate.
    pub fn browser_arguments(&self) -> [String; 2] {
        [
            format!("--host-resolver-rules=MAP {HOST} 127.0.0.1:{}", self.port),
            "--ignore-certificate-errors".to_owned(),
        ]
    }
}

fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.into()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
