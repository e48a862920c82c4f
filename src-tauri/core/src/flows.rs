//! The acts from end to end: a real store, the sandbox as Notion, a keyring that misbehaves on
//! purpose, and processes that end in the middle.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use notion_oauth::BaseUrl;
use notion_sandbox::{Options, Sandbox};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::authorization::{Authorization, Progress};
use crate::client::{Client, NewClient, RedirectMethod};
use crate::connection::Status;
use crate::keyrack::{Effects, Keyrack};
use crate::operation::{Kind, Revocation, Subject};
use crate::problem::ProblemCode;
use crate::settings::Settings;
use crate::time::Millis;
use crate::vault::keyring::tests::{Keyring, keyring};

/// Everything outside of Keyrack.
struct Outside {
    sandbox: Sandbox,
    keyring: Keyring,
    folder: TempDir,
    now: Arc<AtomicI64>,
    opened: Arc<Mutex<Vec<String>>>,
    http: reqwest::Client,
}

impl Outside {
    async fn new() -> Self {
        let options = Options {
            auto_approve: true,
            control: true,
            ..Options::default()
        };
        Self {
            sandbox: Sandbox::start(options).await.expect("a sandbox"),
            keyring: keyring(),
            folder: tempfile::tempdir().expect("a folder"),
            now: Arc::new(AtomicI64::new(1_800_000_000_000)),
            opened: Arc::default(),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .build()
                .expect("a client"),
        }
    }

    /// A start of Keyrack on the data folder.
    fn start(&self) -> Arc<Keyrack> {
        let (now, opened) = (self.now.clone(), self.opened.clone());
        let settings = Settings {
            data_folder: self.folder.path().to_owned(),
            notion: BaseUrl::parse(self.sandbox.base_url()).expect("loopback"),
        };
        let effects = Effects {
            clock: Arc::new(move || Millis(now.load(SeqCst))),
            keyring: self.keyring.connector(),
            opener: Box::new(move |link| {
                opened.lock().expect("links").push(link.to_owned());
                Ok(())
            }),
            listener: Box::new(|_| {}),
        };
        Arc::new(Keyrack::open(settings, effects).expect("opened"))
    }

    async fn client(&self, keyrack: &Keyrack) -> Client {
        let form = NewClient {
            name: "Mine".into(),
            client_id: self.sandbox.client_id().to_owned(),
            client_secret: self.sandbox.client_secret().into(),
            redirect_method: RedirectMethod::AppLink,
            localhost_port: None,
            bridge_url: None,
        };
        keyrack.add_client(form).await.expect("a client")
    }

    /// Begins an authorization and returns its id with the callback that the sandbox answers.
    async fn callback(&self, keyrack: &Arc<Keyrack>, client: &Client) -> (String, String) {
        let begun = keyrack
            .begin_authorization(&client.id)
            .await
            .expect("begun");
        let link = self
            .opened
            .lock()
            .expect("links")
            .last()
            .expect("a link")
            .clone();
        let answer = self.http.get(link).send().await.expect("an answer");
        (
            begun.id,
            answer.headers()["location"]
                .to_str()
                .expect("ASCII")
                .to_owned(),
        )
    }

    /// Connects, and returns the connection's id.
    async fn connect(&self, keyrack: &Arc<Keyrack>, client: &Client) -> String {
        let (_, callback) = self.callback(keyrack, client).await;
        match keyrack
            .accept(callback.as_bytes())
            .await
            .expect("accepted")
            .progress
        {
            Progress::Completed { connection_id, .. } => connection_id,
            other => panic!("not connected: {other:?}"),
        }
    }

    /// A connect whose tokens wait, because the keyring locked between its last probe and their
    /// write; with the authorization's id, and what it comes to.
    async fn tokens_meet_a_locked_keyring(
        &self,
    ) -> (Arc<Keyrack>, String, JoinHandle<Authorization>) {
        let keyrack = self.start();
        let client = self.client(&keyrack).await;
        let (id, callback) = self.callback(&keyrack, &client).await;
        self.keyring.refuse_tokens(true);
        let exchanging = tokio::spawn(keyrack.take_callback(callback.as_bytes()).expect("taken"));
        until(&keyrack, &id, |progress| {
            matches!(progress, Progress::Parked { .. })
        })
        .await;
        (keyrack, id, exchanging)
    }

    async fn fault(&self, fault: Value) {
        let url = format!("{}/_sandbox/faults", self.sandbox.base_url());
        let answer = self
            .http
            .post(url)
            .json(&fault)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success());
    }

    async fn count(&self, path: &str) -> usize {
        let url = format!("{}/_sandbox/requests", self.sandbox.base_url());
        let requests: Vec<Value> = self
            .http
            .get(url)
            .send()
            .await
            .expect("requests")
            .json()
            .await
            .expect("JSON");
        requests
            .iter()
            .filter(|request| request["path"] == path)
            .count()
    }

    fn pass(&self, millis: i64) {
        self.now.fetch_add(millis, SeqCst);
    }
}

const TOKEN: &str = "/v1/oauth/token";
const REVOKE: &str = "/v1/oauth/revoke";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_callback_from_many_threads_is_exchanged_once() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let (_, callback) = outside.callback(&keyrack, &client).await;
    let storm: Vec<_> = (0..8)
        .map(|_| {
            let (keyrack, callback) = (keyrack.clone(), callback.clone());
            tokio::spawn(async move { keyrack.accept(callback.as_bytes()).await })
        })
        .collect();
    let mut handled = 0;
    for racer in storm {
        handled += usize::from(
            matches!(racer.await.expect("no panic"), Err(why) if why.code == ProblemCode::LinkHandled),
        );
    }
    assert_eq!(handled, 7);
    assert_eq!(outside.count(TOKEN).await, 1);
}

#[tokio::test]
async fn the_same_bot_connected_again_is_one_row_and_one_entry_with_the_new_tokens() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let first = outside.connect(&keyrack, &client).await;
    let before = keyrack.vault.read_connection(&first).await.expect("tokens");
    let second = outside.connect(&keyrack, &client).await;
    let after = keyrack
        .vault
        .read_connection(&second)
        .await
        .expect("tokens");
    assert_eq!(first, second);
    assert_ne!(before.access.expose_secret(), after.access.expose_secret());
    assert_eq!(keyrack.snapshot().expect("a snapshot").connections.len(), 1);
    assert_eq!(
        outside.keyring.users().len(),
        2,
        "the client and the connection"
    );
}

#[tokio::test]
async fn an_answer_that_finds_the_keyring_locked_is_parked_and_costs_nothing_until_it_is_open() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let (id, callback) = outside.callback(&keyrack, &client).await;
    outside.keyring.set_locked(true);
    let parked = keyrack.accept(callback.as_bytes()).await.expect("taken");
    assert!(
        matches!(parked.progress, Progress::Parked { .. }),
        "{parked:?}"
    );
    assert_eq!(outside.count(TOKEN).await, 0);
    outside.keyring.set_locked(false);
    let ended = keyrack.retry_parked(&id).await.expect("completed");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(outside.count(TOKEN).await, 1);
}

#[tokio::test]
async fn an_expired_answer_and_a_clock_set_back_are_refused() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    for jump in [10 * 60_000, -3_600_000] {
        let (_, callback) = outside.callback(&keyrack, &client).await;
        outside.pass(jump);
        let refused = keyrack
            .accept(callback.as_bytes())
            .await
            .expect_err("too late");
        assert_eq!(refused.code, ProblemCode::LinkExpired, "after {jump} ms");
    }
    assert_eq!(outside.count(TOKEN).await, 0);
}

#[tokio::test]
async fn a_revocation_that_notion_does_not_take_stays_pending_and_keeps_the_tokens() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let id = outside.connect(&keyrack, &client).await;
    outside
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let outcome = keyrack.revoke(&id).await.expect("an outcome");
    assert!(matches!(outcome, Revocation::Pending { .. }), "{outcome:?}");
    assert_eq!(
        keyrack.store.connection(&id).expect("a row").status,
        Status::RevocationPending
    );
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");

    keyrack.retry_revocations().await.expect("looked at");
    assert_eq!(outside.count(REVOKE).await, 1, "it is not due yet");
    outside.pass(3_600_000);
    keyrack.retry_revocations().await.expect("tried");
    let gone = keyrack.store.connection(&id).expect_err("the row is gone");
    assert_eq!(gone.code, ProblemCode::NotFound);
    assert_eq!(outside.keyring.users(), [client.id]);
}

#[tokio::test]
async fn a_token_that_still_works_after_its_revocation_is_kept_and_not_called_revoked() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let id = outside.connect(&keyrack, &client).await;
    // The answers say "revoked", but nothing was: the sandbox never saw the requests.
    outside
        .fault(json!({"endpoint": "revoke", "times": 2, "status": 200, "body": {}}))
        .await;
    match keyrack.revoke(&id).await.expect("an outcome") {
        Revocation::Pending { problem, .. } => assert_eq!(problem.code, ProblemCode::StillActive),
        Revocation::Revoked { receipt } => panic!("called revoked: {receipt:?}"),
    }
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");
}

#[tokio::test]
async fn a_start_after_an_end_between_revocation_and_confirmation_confirms_before_it_deletes() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let id = outside.connect(&keyrack, &client).await;
    let subject = Subject::of_connection(&keyrack.store.connection(&id).expect("a row"));
    let mut operation = keyrack.begin(Kind::Revoke, subject).expect("begun");
    operation.record.revoked_at = Some(keyrack.now());
    keyrack.store.save_operation(&operation).expect("saved");
    drop(keyrack);

    let keyrack = outside.start();
    keyrack.retry_revocations().await.expect("tried");
    let row = keyrack
        .store
        .connection(&id)
        .expect("the row stays: the token still works");
    assert_eq!(
        row.problem.map(|why| why.code),
        Some(ProblemCode::StillActive)
    );
    keyrack
        .vault
        .read_connection(&id)
        .await
        .expect("tokens are kept");
}

#[tokio::test]
async fn a_start_finishes_a_connect_whose_tokens_reached_the_keyring_and_undoes_any_other() {
    let outside = Outside::new().await;
    let keyrack = outside.start();
    let client = outside.client(&keyrack).await;
    let id = outside.connect(&keyrack, &client).await;
    // As if the process had ended between the vault and the store.
    let db =
        rusqlite::Connection::open(outside.folder.path().join("keyrack.db")).expect("the database");
    db.execute("DELETE FROM connections", []).expect("deleted");
    let reopened = db.execute(
        "UPDATE operations SET finished_at = NULL WHERE kind = 'connect'",
        [],
    );
    assert_eq!(reopened.expect("reopened"), 1);
    // And another between the exchange and the vault.
    let mut lost = keyrack
        .begin(Kind::Connect, Subject::of_client(&client))
        .expect("begun");
    lost.record.sent_at = Some(keyrack.now());
    keyrack.store.save_operation(&lost).expect("saved");
    drop((db, keyrack));

    let keyrack = outside.start();
    keyrack.recover().await.expect("recovered");
    assert_eq!(
        keyrack
            .store
            .connection(&id)
            .expect("the row is back")
            .status,
        Status::Active
    );
    assert!(
        keyrack
            .store
            .unfinished_operations()
            .expect("operations")
            .is_empty()
    );
    assert_eq!(outside.keyring.users().len(), 2);
    assert_eq!(outside.count(TOKEN).await, 1, "no code is ever sent again");
}

#[tokio::test]
async fn a_start_leaves_the_work_of_a_living_process_alone() {
    let outside = Outside::new().await;
    let living = outside.start();
    let client = outside.client(&living).await;
    living
        .begin(Kind::Connect, Subject::of_client(&client))
        .expect("begun");
    let other = outside.start();
    other.recover().await.expect("recovered");
    assert_eq!(
        other
            .store
            .unfinished_operations()
            .expect("operations")
            .len(),
        1
    );
    drop(living);
    other.recover().await.expect("recovered");
    assert!(
        other
            .store
            .unfinished_operations()
            .expect("operations")
            .is_empty()
    );
}

#[tokio::test]
async fn tokens_that_the_keyring_refuses_are_revoked_when_the_person_gives_up() {
    let outside = Outside::new().await;
    let (keyrack, id, exchanging) = outside.tokens_meet_a_locked_keyring().await;
    assert!(keyrack.is_busy(), "these tokens would be lost");
    keyrack.cancel_authorization(&id).expect("cancelled");
    let ended = exchanging.await.expect("no panic");
    assert_eq!(ended.progress, Progress::Cancelled);
    assert_eq!(
        outside.count(REVOKE).await,
        2,
        "the access and the refresh token"
    );
    assert!(
        keyrack
            .snapshot()
            .expect("a snapshot")
            .connections
            .is_empty()
    );
}

#[tokio::test]
async fn tokens_that_wait_for_the_keyring_are_kept_once_it_is_open() {
    let outside = Outside::new().await;
    let (keyrack, id, exchanging) = outside.tokens_meet_a_locked_keyring().await;
    outside.keyring.refuse_tokens(false);
    keyrack.retry_parked(&id).await.expect("tried again");
    let ended = exchanging.await.expect("no panic");
    assert!(
        matches!(ended.progress, Progress::Completed { .. }),
        "{ended:?}"
    );
    assert_eq!(outside.count(REVOKE).await, 0);
    assert!(!keyrack.is_busy());
}

/// Waits until an authorization has come so far.
async fn until(keyrack: &Keyrack, id: &str, so_far: impl Fn(&Progress) -> bool) {
    for _ in 0..2000 {
        if so_far(
            &keyrack
                .authorization(id)
                .expect("an authorization")
                .progress,
        ) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!(
        "it stopped at {:?}",
        keyrack
            .authorization(id)
            .expect("an authorization")
            .progress
    );
}
