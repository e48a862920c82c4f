//! Panics: the message says where it was, and contains no secret.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;

use notion_oauth::Credentials;
use secrecy::ExposeSecret as _;

use crate::domain::authorization::Progress;
use crate::domain::callback::Callback;
use crate::domain::client::NewClient;
use crate::domain::event::Event;
use crate::domain::redirect::RedirectMethod;
use crate::storage::vault::{ClientSecrets, Payload};

use crate::tests::env::TestEnv;

/// The environment variable that names the file with the secrets, in the process that panics.
const PANICS: &str = "KEYRACK_PANICS";
const TEST: &str = "tests::panics::a_panic_with_secrets_in_hand_says_nothing_of_them";

/// The test runs in a second process, whose whole output is captured.
#[test]
fn a_panic_with_secrets_in_hand_says_nothing_of_them() {
    if let Some(secrets) = std::env::var_os(PANICS) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        return runtime.block_on(panic_with_secrets(Path::new(&secrets)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = folder.path().join("secrets");
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", TEST, "--nocapture"])
        .env(PANICS, &secrets)
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("a second process");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "it has not come to its end");
    for panic in ["nobody listens", "held: Credentials", "held: Callback"] {
        assert!(said.contains(panic), "a panic: {panic}");
    }
    let secrets = std::fs::read_to_string(secrets).expect("the secrets");
    assert_eq!(secrets.lines().count(), 5);
    for (nth, secret) in secrets.lines().enumerate() {
        assert!(!said.contains(secret), "secret {nth} was said");
    }
}

/// Panics in the listener at the end of a connect, with its tokens in memory, and with every type
/// that holds a secret in a panic's message.
async fn panic_with_secrets(secrets: &Path) {
    let env = TestEnv::new().await;
    let keyrack = env.start_with_listener(Box::new(|event| {
        if let Event::Authorization(authorization) = event {
            let completed = matches!(authorization.progress, Progress::Completed { .. });
            assert!(!completed, "nobody listens");
        }
    }));
    let client = env.client(&keyrack).await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    let accepting = keyrack.clone();
    let link = callback.clone();
    let connected = tokio::spawn(async move { accepting.accept(link.as_bytes()).await });
    assert!(connected.await.expect_err("a panic").is_panic());

    let rows = keyrack.connections().expect("the list");
    let tokens = keyrack.vault.read_connection(&rows[0].id).await;
    let tokens = tokens.expect("tokens");
    let (client_id, client_secret) = env.credentials();
    let parsed = Callback::parse(callback.as_bytes()).expect("a callback");
    let refresh = tokens.refresh.as_ref().expect("a refresh token");
    let (_, query) = callback.split_once("code=").expect("a code");
    let known = [
        tokens.access.expose_secret(),
        refresh.expose_secret(),
        client_secret.as_str(),
        parsed.state.expose_secret(),
        query.split('&').next().expect("a code"),
    ];
    std::fs::write(secrets, known.join("\n")).expect("written");

    let form = NewClient {
        name: "Mine".into(),
        client_id: client_id.clone(),
        client_secret: client_secret.as_str().into(),
        redirect_method: RedirectMethod::AppLink,
        localhost_port: None,
        bridge_url: None,
    };
    let credentials = Credentials {
        client_id,
        client_secret: client_secret.as_str().into(),
    };
    let entry = Payload::Client(ClientSecrets::of(&client, client_secret.into()));
    let held: [&dyn std::fmt::Debug; 5] = [
        &parsed,
        &form,
        &credentials,
        &entry,
        &Payload::Connection(tokens),
    ];
    for held in held {
        let panicked = catch_unwind(AssertUnwindSafe(|| panic!("held: {held:?}")));
        assert!(panicked.is_err());
    }
}
