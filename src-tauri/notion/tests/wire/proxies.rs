//! Proxies that the environment names: HTTP and SOCKS ones work, and one that does not is named.

use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use notion_oauth::{BaseUrl, Error, Notion, Obstacle};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::second_process;
use crate::server::notion_at;

/// A name that nothing resolves: only the proxy can know where it is.
const HOST: &str = "notion.invalid";

/// What the second process is to find, in its environment.
const EXPECTED: &str = "NOTION_OAUTH_EXPECTED";

/// Asks for the bot from behind a proxy, in a second process, which alone can have other settings.
/// `expected` is what comes of it: the bot's id, or what the named proxy said.
async fn ask_through(proxy: &str, trusted: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trusted.pem");
    std::fs::write(&file, trusted).unwrap();
    let mut second = second_process::command("proxies::a_second_process_asks_through_its_proxy");
    second
        .env(EXPECTED, expected)
        .env("HTTPS_PROXY", proxy)
        .env("SSL_CERT_FILE", file);
    let output = tokio::task::spawn_blocking(move || second.output().unwrap());
    second_process::assert_passed(&output.await.unwrap());
}

/// The second process's part; in the first one there is nothing to do.
#[tokio::test]
async fn a_second_process_asks_through_its_proxy() {
    let Ok(expected) = std::env::var(EXPECTED) else {
        return;
    };
    let me = notion_at(&format!("https://{HOST}"))
        .me(&"ntn_a".into())
        .await;
    let found = match me {
        Ok(bot) => bot.id,
        Err(Error::NotConnected(obstacle)) => match *obstacle {
            Obstacle::Proxy { proxy, said } => {
                let address = std::env::var("HTTPS_PROXY").unwrap();
                assert!(address.ends_with(&proxy), "{proxy}");
                assert!(!proxy.contains("secret"), "{proxy}");
                said
            }
            other => panic!("{other:?}"),
        },
        Err(other) => panic!("{other:?}"),
    };
    assert!(found.contains(&expected), "{found}");
}

#[test]
fn a_proxy_of_no_known_kind_is_named_and_not_passed_by() {
    if let Some(expected) = std::env::var_os(EXPECTED) {
        let base = BaseUrl::parse(&format!("https://{HOST}")).unwrap();
        if expected.is_empty() {
            Notion::new(base).unwrap();
            return;
        }
        let Err(Error::NotConnected(why)) = Notion::new(base) else {
            panic!("it would be asked directly");
        };
        let Obstacle::Proxy { proxy, said } = *why else {
            panic!("{why:?}");
        };
        assert!(["ALL_PROXY", "https_proxy"].contains(&&*proxy), "{proxy}");
        assert!(!said.contains("secret"), "{said}");
        // What is on this computer needs no proxy.
        Notion::new(BaseUrl::parse("http://127.0.0.1:9").unwrap()).unwrap();
        return;
    }
    let values: [(&str, &[u8]); 9] = [
        ("ALL_PROXY", b"socks://user:secret@127.0.0.1:9"),
        ("ALL_PROXY", b"ftp://127.0.0.1:9"),
        ("https_proxy", b"http://[::1"),
        ("https_proxy", b"pac+http://127.0.0.1:9"),
        ("https_proxy", b"http://bad host:1"),
        ("https_proxy", b"://"),
        ("https_proxy", b"http://\xff127.0.0.1:9"),
        ("https_proxy", b"http://user:secret@127.0.0.1:99999"),
        ("https_proxy", b"http://[::1]:99999"),
    ];
    // Exceptions for other hosts excuse nothing.
    for (exceptions, refused) in [("", true), ("localhost,127.0.0.1", true), (HOST, false)] {
        for (name, value) in values {
            let this = "proxies::a_proxy_of_no_known_kind_is_named_and_not_passed_by";
            let mut second = second_process::command(this);
            second.env(EXPECTED, if refused { "refused" } else { "" });
            second.env(name, std::ffi::OsStr::from_bytes(value));
            second.env("NO_PROXY", exceptions);
            second_process::assert_passed(&second.output().unwrap());
        }
    }
}

/// A Notion behind a proxy, and the certificate that it is trusted by.
fn notion() -> (TlsAcceptor, String) {
    server_named(HOST)
}

/// A server of this name, and the certificate that it is trusted by.
fn server_named(name: &str) -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

/// A connection, in the clear or not.
trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// Answers one request at the end of a tunnel.
async fn welcome(stream: impl Stream, notion: TlsAcceptor) {
    let mut stream = notion.accept(stream).await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"id\":\"bot\"}\n";
    stream.write_all(answer.as_bytes()).await.unwrap();
    // How the client hangs up does not matter.
    let _ = stream.shutdown().await;
}

/// Reads the head of a CONNECT request.
async fn connect(stream: &mut impl Stream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_tunnel_through_an_http_proxy_leads_to_notion() {
    let ((listener, address), (notion, trusted)) = (listener().await, notion());
    let proxy = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = connect(&mut stream).await;
        assert!(head.starts_with(&format!("CONNECT {HOST}:443 ")), "{head}");
        assert!(!head.contains("ntn_a"), "{head}");
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        welcome(stream, notion).await;
    });
    ask_through(&format!("http://{address}"), &trusted, "bot").await;
    proxy.await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_is_asked_over_tls_hears_who_is_called_and_nothing_more() {
    let ((listener, address), (notion, notions)) = (listener().await, notion());
    let (proxys_tls, proxys) = server_named("127.0.0.1");
    let proxy = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = proxys_tls.accept(stream).await.unwrap();
        let head = connect(&mut stream).await;
        assert!(head.starts_with(&format!("CONNECT {HOST}:443 ")), "{head}");
        assert!(!head.contains("ntn_a"), "{head}");
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        welcome(stream, notion).await;
    });
    let trusted = format!("{notions}{proxys}");
    ask_through(&format!("https://{address}"), &trusted, "bot").await;
    proxy.await.unwrap();
}

#[tokio::test]
async fn a_proxys_bad_certificate_is_the_proxys_and_not_notions() {
    let (_, notions) = notion();
    for (name, trusts_it) in [("127.0.0.1", false), ("proxy.invalid", true)] {
        let (listener, address) = listener().await;
        let (proxys_tls, proxys) = server_named(name);
        let proxy = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            assert!(proxys_tls.accept(stream).await.is_err(), "nothing is sent");
        });
        let trusted = if trusts_it {
            notions.clone() + &proxys
        } else {
            notions.clone()
        };
        ask_through(&format!("https://{address}"), &trusted, "certificate").await;
        proxy.await.unwrap();
    }
}

#[tokio::test]
async fn a_socks_proxy_leads_to_notion_and_looks_up_its_name() {
    let ((listener, address), (notion, trusted)) = (listener().await, notion());
    let proxy = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // RFC 1928 3 and 4: no authentication, then CONNECT to a name.
        let mut greeting = [0; 2];
        stream.read_exact(&mut greeting).await.unwrap();
        let mut methods = vec![0; usize::from(greeting[1])];
        stream.read_exact(&mut methods).await.unwrap();
        stream.write_all(&[5, 0]).await.unwrap();
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(head[..4], [5, 1, 0, 3], "a connection to a name");
        let mut rest = vec![0; usize::from(head[4]) + 2];
        stream.read_exact(&mut rest).await.unwrap();
        assert_eq!(rest[..HOST.len()], *HOST.as_bytes());
        let done = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        stream.write_all(&done).await.unwrap();
        welcome(stream, notion).await;
    });
    ask_through(&format!("socks5h://{address}"), &trusted, "bot").await;
    proxy.await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_named_with_what_it_said() {
    let ((listener, address), (_, trusted)) = (listener().await, notion());
    let proxy = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        connect(&mut stream).await;
        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    });
    let said = "proxy authorization required";
    ask_through(&format!("http://jo:secret@{address}"), &trusted, said).await;
    proxy.await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_not_there_is_named() {
    let ((listener, address), (_, trusted)) = (listener().await, notion());
    let proxy = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        connect(&mut stream).await;
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        listener
    });
    ask_through(&format!("http://{address}"), &trusted, "unsuccessful").await;
    drop(proxy.await.unwrap());
    for scheme in ["http", "socks5h"] {
        ask_through(&format!("{scheme}://{address}"), &trusted, "").await;
    }
}
