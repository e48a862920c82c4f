//! The vault's thread: blocking keyring calls, one after the other, with deadlines for those who
//! wait.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::VaultError;
use super::keyring::{Keyring, KeyringConnector};

/// The most threads that may hang in the keyring before no further one is started.
const MOST_STUCK: usize = 8;

type Job = Box<dyn FnOnce(&mut Keyring) + Send>;

/// Runs jobs on a thread. When a job hangs past its deadline, later jobs get a new thread with a
/// keyring connection of its own; the old one ends when the keyring lets go of it.
pub(super) struct Worker {
    connector: KeyringConnector,
    jobs: Mutex<Sender<Job>>,
    /// Its strong count is the number of living threads, plus this one.
    alive: Arc<()>,
}

impl Worker {
    pub fn start(connector: KeyringConnector) -> Self {
        let alive = Arc::new(());
        let jobs = Mutex::new(spawn(connector.clone(), alive.clone()));
        Self {
            connector,
            jobs,
            alive,
        }
    }

    /// Runs a job; gives up waiting after the deadline. A job that nobody waits for any more is
    /// skipped.
    pub async fn run<T, F>(&self, deadline: Duration, job: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Keyring) -> Result<T, VaultError> + Send + 'static,
    {
        let answer = self.send(true, job)?;
        if let Ok(answer) = tokio::time::timeout(deadline, answer).await {
            return answer.unwrap_or_else(|_| Err(died()));
        }
        self.leave_the_stuck_thread();
        Err(VaultError::Waiting)
    }

    /// Runs a job however long it takes, and even if nobody waits any more.
    pub fn run_to_the_end<T, F>(
        &self,
        job: F,
    ) -> impl Future<Output = Result<T, VaultError>> + Send + 'static
    where
        T: Send + 'static,
        F: FnOnce(&mut Keyring) -> Result<T, VaultError> + Send + 'static,
    {
        let sent = self.send(false, job);
        async { sent?.await.unwrap_or_else(|_| Err(died())) }
    }

    fn send<T, F>(
        &self,
        skippable: bool,
        job: F,
    ) -> Result<oneshot::Receiver<Result<T, VaultError>>, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Keyring) -> Result<T, VaultError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |keyring| {
            if !(skippable && reply.is_closed()) {
                // Nobody may be waiting any more; the job's effect stands all the same.
                let _ = reply.send(job(keyring));
            }
        });
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(unsent) = jobs.send(job) {
            *jobs = spawn(self.connector.clone(), self.alive.clone());
            jobs.send(unsent.0).map_err(|_| died())?;
        }
        Ok(answer)
    }

    fn leave_the_stuck_thread(&self) {
        if Arc::strong_count(&self.alive) <= MOST_STUCK {
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            *jobs = spawn(self.connector.clone(), self.alive.clone());
        }
    }
}

fn died() -> VaultError {
    VaultError::Failed("its thread ended".to_owned())
}

fn spawn(connector: KeyringConnector, alive: Arc<()>) -> Sender<Job> {
    let (sender, jobs): (_, Receiver<Job>) = channel();
    thread::spawn(move || {
        let mut keyring = Keyring::new(connector);
        for job in jobs {
            job(&mut keyring);
        }
        drop(alive);
    });
    sender
}
