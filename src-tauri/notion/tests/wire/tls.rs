//! Certificates: a request is sent only if the server's is trusted, in its time and for its name.

use std::sync::Arc;

use notion_oauth::{BaseUrl, CertificateFault, Error, Notion, Obstacle};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd,
};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::second_process;
use crate::server::{Server, credentials, notion_at, reply};

/// The environment variable that names the file of trusted certificates (OpenSSL).
const TRUSTED: &str = "SSL_CERT_FILE";
const NOBODY: &str = "KEYRACK_TEST_NOBODY_TO_TRUST";
const SECOND_PROCESS: &str = "NOTION_OAUTH_SECOND_PROCESS";

type Authority = CertifiedIssuer<'static, KeyPair>;

/// The test runs in a second process, which alone can have other trusted certificates.
#[test]
fn a_request_goes_out_only_behind_a_certificate_that_holds() {
    if std::env::var_os(SECOND_PROCESS).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(behind_each_certificate());
    }
    let folder = tempfile::tempdir().unwrap();
    let output =
        second_process::command("tls::a_request_goes_out_only_behind_a_certificate_that_holds")
            .env(SECOND_PROCESS, "1")
            .env(TRUSTED, folder.path().join("trusted.pem"))
            .output();
    second_process::assert_passed(&output.unwrap());
}

async fn behind_each_certificate() {
    let trusted = authority();
    let trust_store = std::env::var_os(TRUSTED).unwrap();
    std::fs::write(trust_store, trusted.pem()).unwrap();

    assert_eq!(
        call(&trusted, &leaf("127.0.0.1")).await,
        (Ok("b".to_owned()), 1)
    );

    let mut expired = leaf("127.0.0.1");
    expired.not_after = date_time_ymd(2001, 1, 1);
    let mut early = leaf("127.0.0.1");
    early.not_before = date_time_ymd(3000, 1, 1);
    let stranger = authority();
    let refused = [
        (CertificateFault::Expired, &trusted, expired),
        (CertificateFault::Early, &trusted, early),
        (
            CertificateFault::OtherName,
            &trusted,
            leaf("api.notion.com"),
        ),
        (CertificateFault::Untrusted, &stranger, leaf("127.0.0.1")),
    ];
    for (fault, issuer, leaf) in refused {
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, issuer).unwrap();
        assert_eq!(refusal(&certificate, &key).await, fault);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = leaf("127.0.0.1").self_signed(&key).unwrap();
    let fault = refusal(&certificate, &key).await;
    assert_eq!(fault, CertificateFault::Untrusted, "self-signed");
}

/// The fault for which an exchange refuses a server with this certificate, which hears nothing of it.
async fn refusal(certificate: &Certificate, key: &KeyPair) -> CertificateFault {
    let (heard, error) = heard(certificate, key).await;
    assert_eq!(heard, None, "{error:?}");
    match error {
        Error::NotConnected(obstacle) => match *obstacle {
            Obstacle::Certificate { host, fault } => {
                assert_eq!(host, "127.0.0.1");
                fault
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// What a server with this certificate receives of an exchange, with its code and client secret;
/// none if the handshake fails; and what the exchange failed for.
async fn heard(certificate: &Certificate, key: &KeyPair) -> (Option<Vec<u8>>, Error) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = acceptor(certificate, key);
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.ok()?;
        let mut told = Vec::new();
        // How the client hangs up does not matter.
        let _ = stream.read_to_end(&mut told).await;
        Some(told)
    });
    let uri = "app.keyrack:/oauth/callback";
    let exchange = notion_at(&base)
        .exchange(&credentials(), &"c0de".into(), uri)
        .await;
    (server.await.unwrap(), exchange.unwrap_err())
}

fn acceptor(certificate: &Certificate, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// The result of one call to a server with this certificate, and how many requests it saw.
async fn call(issuer: &Authority, leaf: &CertificateParams) -> (Result<String, Error>, usize) {
    let key = KeyPair::generate().unwrap();
    let certificate = leaf.clone().signed_by(&key, issuer).unwrap();
    let answer = reply(200, &[], r#"{"id":"b"}"#);
    let mut server = Server::start_tls(acceptor(&certificate, &key), [answer]).await;
    let bot = notion_at(&format!("https://127.0.0.1:{}", server.port))
        .me(&"ntn_a".into())
        .await;
    let requests = usize::from(!server.saw_nothing_else());
    (bot.map(|bot| bot.id), requests)
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(host: &str) -> CertificateParams {
    CertificateParams::new(vec![host.to_owned()]).unwrap()
}

#[test]
fn without_anybody_to_trust_nobody_is_suspected_and_nobody_asked() {
    if std::env::var_os(NOBODY).is_some() {
        let base = BaseUrl::parse("https://127.0.0.1:9").unwrap();
        let Err(Error::NotConnected(why)) = Notion::new(base) else {
            panic!("somebody is trusted");
        };
        assert!(matches!(*why, Obstacle::NoRoots { .. }), "{why:?}");
        return;
    }
    let name = "tls::without_anybody_to_trust_nobody_is_suspected_and_nobody_asked";
    let mut again = second_process::command(name);
    again.env(NOBODY, "1").env(TRUSTED, "/dev/null");
    second_process::assert_passed(&again.output().unwrap());
}
