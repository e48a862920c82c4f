//! The life of one data folder: act after act, disturbed and ended at random.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::domain::authorization::Progress;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::problem::Problem;
use crate::failpoint::by_thread::set_hook;
use crate::keyrack::Keyrack;
use crate::storage::vault::keyring::tests::KeyringBehaviour;
use crate::tests::campaign::Random;
use crate::tests::env::{TestEnv, run_ahead};

use super::acts::{Act, Report, reported};
use super::truth::{Hash, Truth};

/// How long an act may take before it is taken to wait for a timer, which then runs ahead.
const MOMENT: Duration = Duration::from_millis(50);

/// The end of a process at one of its next steps.
#[derive(Default)]
pub struct End {
    left: Option<usize>,
    pub dead: bool,
}

impl End {
    /// Takes a step. In a dead process no task goes beyond its next step.
    fn step(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.dead |= self.left == Some(0);
        if self.dead {
            std::panic::resume_unwind(Box::new("killed"));
        }
    }
}

/// A disturbance of an act, on purpose.
#[derive(Debug, Clone, PartialEq)]
pub enum Disturbance {
    None,
    Notion(Value),
    Keyring(KeyringBehaviour),
}

/// The life of one data folder, with everything outside of it.
pub struct Life {
    pub env: TestEnv,
    pub truth: Truth,
    pub keyrack: Option<Arc<Keyrack>>,
    pub end: Rc<RefCell<End>>,
    /// The sandbox's modes in this life.
    pub modes: Value,
    /// The clients registered at Notion.
    registered: Vec<(String, SecretString)>,
    answered: Vec<SecretString>,
    random: Random,
    /// Access tokens that work at Notion and are not here, and were reported.
    pub reported: BTreeSet<Hash>,
    /// How many times a refresh token may be sent again: it was refused unprocessed, or issued anew.
    pub once_more: usize,
    /// Every secret that was ever in the keyring.
    pub secrets: BTreeSet<String>,
    seed: u64,
    story: Vec<String>,
    pub violations: Vec<String>,
    _notion: TempDir,
}

impl Life {
    pub async fn begin(seed: u64) -> Self {
        let notion = tempfile::tempdir().expect("a folder");
        let database = notion.path().join("notion.db");
        let env = TestEnv::with_database(database.clone()).await;
        let mut random = Random::new(seed);
        let modes = modes(&mut random);
        env.mode(modes.clone()).await;
        let (id, secret) = env.credentials();
        let (other, others) = env.register_client().await;
        let end = Rc::<RefCell<End>>::default();
        let steps = end.clone();
        set_hook(move |_| steps.borrow_mut().step());
        Self {
            keyrack: Some(env.start()),
            truth: Truth::of(&database),
            registered: vec![(id, secret.into()), (other, others.into())],
            env,
            end,
            modes,
            answered: Vec::new(),
            random,
            reported: BTreeSet::new(),
            once_more: 0,
            secrets: BTreeSet::new(),
            seed,
            story: Vec::new(),
            violations: Vec::new(),
            _notion: notion,
        }
    }

    /// Lives for a number of steps, or until an invariant is violated. Returns the violations.
    pub async fn live(mut self, steps: usize) -> Vec<String> {
        for _ in 0..steps {
            self.step().await;
            if !self.violations.is_empty() {
                break;
            }
        }
        self.start_again().await;
        self.look_back().await;
        let (seed, modes) = (self.seed, &self.modes);
        let story = self.story.join("\n  ");
        let wrong = self.violations.iter();
        wrong
            .map(|what| format!("life {seed} with {modes}: {what}, after\n  {story}"))
            .collect()
    }

    /// The Keyrack of the living process.
    pub fn keyrack(&self) -> &Arc<Keyrack> {
        self.keyrack.as_ref().expect("alive")
    }

    async fn step(&mut self) {
        // Never the same moment twice; now and then hours pass.
        self.env.pass([1, 1, 1, 7_200_000][self.random.below(4)]);
        run_ahead(Duration::from_mins(1)).await;
        let Some(act) = self.choose().await else {
            return;
        };
        let disturbance = self.disturb().await;
        if self.random.below(4) == 0 {
            self.end.borrow_mut().left = Some(1 + self.random.below(12));
        }
        self.note(format!("{act:?} with {disturbance:?}"));
        let report = self.run(act.clone()).await;
        self.note(format!("  {report:?}"));
        self.end.borrow_mut().left = None;
        self.env.keyring.behave(KeyringBehaviour::Normal);
        self.env.clear_faults().await;
        self.judge(&act, &report, &disturbance);
        if matches!(report, Report::Killed) || self.random.below(3) == 0 {
            self.note("a start".to_owned());
            self.start_again().await;
            self.look_around(&act, &report);
        }
    }

    fn note(&mut self, what: String) {
        self.story.push(what);
    }

    /// Chooses an act that is possible now.
    async fn choose(&mut self) -> Option<Act> {
        let keyrack = self.keyrack().clone();
        let clients = keyrack.store.clients().expect("clients");
        let connections = keyrack.store.connections().expect("connections");
        let missing: Vec<_> = self
            .registered
            .iter()
            .filter(|(id, _)| clients.iter().all(|client| client.client_id != *id))
            .cloned()
            .collect();
        let kind = self.random.below(20);
        if let Some((id, secret)) = missing.into_iter().next()
            && (clients.is_empty() || kind == 0)
        {
            return Some(Act::AddClient { id, secret });
        }
        let client = clients[self.random.below(clients.len())].clone();
        if connections.is_empty() || kind <= 3 {
            return self.connect(&client.id).await;
        }
        let connection = connections[self.random.below(connections.len())].clone();
        let secret = |id: &str| {
            let mut known = self.registered.iter();
            known
                .find(|(known, _)| known == id)
                .expect("known")
                .1
                .clone()
        };
        Some(match kind {
            4..=6 => Act::Check(connection.id),
            7 => Act::CheckAll,
            8..=10 => Act::Refresh(connection.id),
            11 | 12 => Act::Revoke(connection.id),
            13 => Act::RetryRevocations,
            14 => Act::Forget(connection.id),
            15 => Act::EditClient(client),
            16 => Act::RotateSecret {
                secret: secret(&client.client_id),
                client: client.id,
            },
            17 => {
                let how = [
                    ConnectionsPolicy::Keep,
                    ConnectionsPolicy::Revoke,
                    ConnectionsPolicy::Forget,
                ];
                Act::RemoveClient(client.id, how[self.random.below(3)])
            }
            18 if !self.answered.is_empty() => {
                Act::Replay(self.answered[self.random.below(self.answered.len())].clone())
            }
            _ => {
                self.behind_our_back(&connection.bot_id).await;
                return None;
            }
        })
    }

    /// Lets something happen at Notion without Keyrack.
    async fn behind_our_back(&mut self, bot_id: &str) {
        if self.random.below(3) == 0 {
            let renewed = self.env.renew_secret().await;
            self.registered[0].1 = renewed.into();
            self.note("the secret is renewed at Notion".to_owned());
        } else {
            self.env.revoke(bot_id).await;
            self.note("access is removed at Notion".to_owned());
        }
    }

    /// A connect with its callback, if an authorization can be begun at all.
    async fn connect(&mut self, client: &str) -> Option<Act> {
        let begun = self.keyrack().begin_authorization(client).await.ok()?;
        let link = self.env.last_link();
        let answer = self.env.http.get(link).send().await.expect("an answer");
        let callback = answer.headers()["location"].to_str().expect("ASCII");
        let callback = SecretString::from(callback);
        self.answered.push(callback.clone());
        Some(Act::Connect {
            authorization: begun.id,
            callback,
        })
    }

    async fn disturb(&mut self) -> Disturbance {
        match self.random.below(10) {
            0..=2 => {
                let fault = fault(&mut self.random);
                self.env.fault(fault.clone()).await;
                Disturbance::Notion(fault)
            }
            3 | 4 => {
                let behaviours = [
                    KeyringBehaviour::Missing,
                    KeyringBehaviour::Locked,
                    KeyringBehaviour::LockedForTokens,
                    KeyringBehaviour::Full,
                    KeyringBehaviour::IgnoresWrites,
                    KeyringBehaviour::IgnoresDeletes,
                ];
                let behaviour = behaviours[self.random.below(behaviours.len())];
                self.env.keyring.behave(behaviour);
                Disturbance::Keyring(behaviour)
            }
            _ => Disturbance::None,
        }
    }

    /// Runs an act to its end, or to the end of the process.
    async fn run(&mut self, act: Act) -> Report {
        let authorization = match &act {
            Act::Connect { authorization, .. } => Some(authorization.clone()),
            _ => None,
        };
        // A check of all waits out any pause of Notion's.
        let pace = Duration::from_secs(if matches!(act, Act::CheckAll) { 60 } else { 1 });
        let running = tokio::spawn(act.begin(self.keyrack().clone()));
        let report = self.finish(running, authorization.as_deref(), pace).await;
        let Some(authorization) = authorization.filter(|_| matches!(report, Report::Problem(_)))
        else {
            return report;
        };
        // The code waits for the keyring: the person opens it, or cancels.
        if !self.is_parked(&authorization) {
            return report;
        }
        let open = self.random.below(2) == 0;
        if open {
            self.env.keyring.behave(KeyringBehaviour::Normal);
        }
        let (keyrack, id) = (self.keyrack().clone(), authorization.clone());
        let decided = tokio::spawn(async move {
            if !open {
                return keyrack
                    .cancel_authorization(&id)
                    .map(|()| Report::Cancelled);
            }
            let ended = keyrack.continue_authorization(&id).await?;
            Ok(reported(ended.progress))
        });
        self.finish(decided, Some(&authorization), pace).await
    }

    async fn finish(
        &mut self,
        mut act: JoinHandle<Result<Report, Problem>>,
        authorization: Option<&str>,
        pace: Duration,
    ) -> Report {
        loop {
            match tokio::time::timeout(MOMENT, &mut act).await {
                // The process may have ended by something that the act left to the background.
                Ok(_) if self.end.borrow().dead => return Report::Killed,
                Ok(Ok(report)) => return report.unwrap_or_else(Report::Problem),
                Ok(Err(panicked)) => {
                    self.violations.push(format!("{panicked}"));
                    return Report::Killed;
                }
                Err(_) => {}
            }
            if let Some(id) = authorization.filter(|id| self.is_parked(id)) {
                // Tokens wait for the keyring.
                self.decide(id).await;
            } else {
                run_ahead(pace).await;
            }
            if self.end.borrow().dead {
                act.abort();
                // The panicked task ends its part of the process.
                let _ = act.await;
                return Report::Killed;
            }
        }
    }

    /// Decides for the person about a callback that waits for the keyring. The process may end at
    /// it.
    async fn decide(&mut self, authorization: &str) {
        let (keyrack, id) = (self.keyrack().clone(), authorization.to_owned());
        // The outcome is the waiting act's.
        match self.random.below(3) {
            0 => drop(tokio::spawn(async move { keyrack.cancel_authorization(&id) }).await),
            1 => {
                self.env.keyring.behave(KeyringBehaviour::Normal);
                drop(tokio::spawn(async move { keyrack.continue_authorization(&id).await }).await);
            }
            _ => self.end.borrow_mut().dead = true,
        }
    }

    fn is_parked(&self, authorization: &str) -> bool {
        let authorization = self.keyrack().authorization(authorization);
        authorization.is_ok_and(|it| matches!(it.progress, Progress::AwaitingKeyring { .. }))
    }

    /// Ends the process, if it lives, and starts another one, which recovers.
    async fn start_again(&mut self) {
        let keyrack = self.keyrack.take().expect("alive");
        let mark = self
            .env
            .folder
            .path()
            .join("processes")
            .join(keyrack.process.id());
        let mut patience = 2_000;
        while Arc::strong_count(&keyrack) > 1 && patience > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            patience -= 1;
        }
        if Arc::strong_count(&keyrack) > 1 {
            self.violations
                .push("something goes on without end".to_owned());
        }
        drop(keyrack);
        if std::mem::take(&mut self.end.borrow_mut().dead) {
            File::create(mark).expect("the mark of a process that ran no destructors");
        }
        if self.random.below(20) == 0 {
            self.lose_the_database();
        }
        let keyrack = self.env.start();
        if let Err(problem) = keyrack.recover().await {
            self.violations.push(format!("a start fails: {problem:?}"));
        }
        self.keyrack = Some(keyrack);
    }

    /// Deletes the database, and with it the journal of refresh tokens that were sent.
    fn lose_the_database(&mut self) {
        self.note("the database is lost".to_owned());
        self.env.lose_database();
        self.once_more += self.env.keyring.entries().len();
    }
}

fn modes(random: &mut Random) -> Value {
    let mut one_of = |list: &[&str]| random.one_of(list).to_owned();
    json!({
        "second_consent": one_of(&["fresh_pair", "replaces", "same_pair"]),
        "refreshed_pair": one_of(&["ends", "ends", "access_lives", "lives"]),
        "revoke_reach": one_of(&["token", "pair", "bot"]),
        "dead_token": one_of(&["inactive", "invalid_grant"]),
        "error_shape": one_of(&["documented", "oauth", "api"]),
    })
}

fn fault(random: &mut Random) -> Value {
    let endpoint = random.one_of(&["token", "introspect", "revoke", "me"]);
    let mut fault = match random.below(11) {
        0 => json!({"cut": "unread"}),
        1 => json!({"cut": "before"}),
        2 | 3 => json!({"cut": "after"}),
        4 => json!({"status": 500}),
        5 => json!({"status": 503, "headers": {"retry-after": "2"}}),
        6 => json!({"status": 429, "headers": {"retry-after": "1"}}),
        7 => json!({"status": 429, "headers": {"retry-after": "3000"}}),
        8 => json!({"status": 401, "body": {"error": "invalid_client"}}),
        9 => json!({"status": 400, "body": {"error": "invalid_grant"}}),
        _ => json!({"status": 200, "body": {}}),
    };
    fault["endpoint"] = endpoint.into();
    fault["times"] = (1 + random.below(3)).into();
    fault
}
