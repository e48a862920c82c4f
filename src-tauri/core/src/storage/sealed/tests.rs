//! Sealed files against the program `age`, and against whoever wants them to be something else.

mod hostile;
mod with_age;

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::cipher::{Seal, Unseal};
use super::document::{Document, SealedClient, SealedConnection, SealedToken};
use super::file::Prepared;
use crate::domain::annotation::{Labels, Note};
use crate::domain::expiry::ExpiryDay;
use crate::domain::hand_out::Allowed;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;

const PASSPHRASE: &str = "nobody guesses this";

fn passphrase() -> Seal {
    Seal::Passphrase(PASSPHRASE.into())
}

fn known_passphrase() -> Unseal {
    Unseal::Passphrase(PASSPHRASE.into())
}

/// A document with a client, its connection, and a token that was made elsewhere.
fn document() -> Document {
    let client = SealedClient {
        id: "c1".into(),
        name: "Agency".into(),
        client_id: "0b7d".into(),
        client_secret: "secret_canary".into(),
        redirect_uri: "http://localhost:47811/oauth/callback".into(),
        base_url: "https://api.notion.com".into(),
        budget: notion_oauth::Budget::Higher,
    };
    let of_client = SealedConnection {
        id: "k1".into(),
        client: Some("c1".into()),
        made_elsewhere: None,
        bot_id: "b1".into(),
        workspace_id: "w1".into(),
        workspace_name: "Acme".into(),
        workspace_icon: Some("🪴".into()),
        owner: Owner::Workspace,
        access: "ntn_canary".into(),
        refresh: Some("nrt_canary".into()),
        connected_at: Millis(1),
        allows: Allowed::ProxyOnly,
        labels: Labels::typed(&["Kunde 9".into()]).expect("a label"),
        note: Note::typed("Ask Ada\nfirst").expect("a note"),
        expires_on: None,
    };
    let alone = SealedConnection {
        id: "k2".into(),
        client: None,
        made_elsewhere: Some(SealedToken {
            name: "Backup".into(),
            base_url: "http://127.0.0.1:4000".into(),
        }),
        bot_id: "b2".into(),
        workspace_id: String::new(),
        workspace_name: String::new(),
        workspace_icon: None,
        owner: Owner::Unknown,
        access: "ntn_alone".into(),
        refresh: None,
        connected_at: Millis(2),
        allows: Allowed::Any,
        labels: Labels::default(),
        note: Note::default(),
        expires_on: Some(ExpiryDay::typed("2027-03-01").expect("a day")),
    };
    Document::of(false, vec![client], vec![of_client, alone])
}

fn write_new(path: &Path, document: &Document, to: &Seal) -> Result<(), Problem> {
    let put = Prepared::make(path, document, to)?.put_in_place();
    put.map_err(|(problem, _)| problem)
}

/// The document as JSON.
fn plain() -> Value {
    serde_json::from_slice(&document().encode()).expect("JSON")
}

fn parsed(document: &Value) -> Result<Document, Cause> {
    Document::parse(document.to_string().as_bytes())
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let read = Document::parse(&document().encode()).expect("a document");
    assert_eq!(*read.encode(), *document().encode());
    let [client] = &*read.clients else {
        panic!("one client")
    };
    assert_eq!(client.client_secret.expose_secret(), "secret_canary");
    let refresh = read.connections[0].refresh.as_ref();
    assert_eq!(refresh.map(SecretString::expose_secret), Some("nrt_canary"));
    assert_eq!(
        plain()["connections"][1]["made_elsewhere"]["base_url"],
        json!("http://127.0.0.1:4000")
    );
}

#[test]
fn a_document_says_nothing_of_its_secrets_where_it_is_shown() {
    let shown = format!("{:?}", document());
    assert!(
        shown.contains("Acme") && !shown.contains("canary"),
        "{shown}"
    );
}
