//! The vault's thread: blocking keyring calls, one after the other, with deadlines for the callers.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use notion_oauth::within;
use tokio::sync::oneshot;

use super::error::VaultError;
use super::keyring::{Keyring, KeyringConnector};

/// The most threads that may hang in keyring calls; beyond that no further one is started.
const MOST_STUCK: usize = 8;

type Job = Box<dyn FnOnce(&mut Keyring) + Send>;

/// A thread that runs jobs. When a job hangs past its deadline, later jobs get a new thread with its
/// own keyring connection; the old thread ends when the keyring replies.
pub(crate) struct Worker {
    connector: KeyringConnector,
    jobs: Mutex<Sender<Job>>,
    /// The strong count is the number of living threads, plus this one.
    alive: Arc<()>,
}

impl Worker {
    /// Starts the thread. The keyring is connected to at the first job, not here.
    pub fn start(connector: KeyringConnector) -> Self {
        let alive = Arc::new(());
        let jobs = Mutex::new(spawn(connector.clone(), alive.clone()));
        Self {
            connector,
            jobs,
            alive,
        }
    }

    /// Has the thread connect to the keyring while something else is done; the next job tells what came of it.
    pub fn connect_ahead(&self) {
        let _ = self.send(false, Keyring::connect);
    }

    /// Runs a job, and waits for it until the deadline. A job that has not begun and that nobody
    /// waits for any more is skipped.
    pub(super) async fn run<T, F>(&self, deadline: Duration, job: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Keyring) -> Result<T, VaultError> + Send + 'static,
    {
        let answer = self.send(true, job)?;
        if let Some(answer) = within(deadline, answer).await {
            return answer.unwrap_or_else(|_| Err(died()));
        }
        self.leave_the_stuck_thread();
        Err(VaultError::Waiting)
    }

    /// Runs a job however long it takes, even if nobody waits for it any more.
    pub(super) fn run_to_the_end<T, F>(
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
                // The caller may have stopped waiting; the job's effect remains.
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

/// Wipes what calls have left on this thread's stack: the decryption of an entry copies it there in parts,
/// and no later call need come by.
#[inline(never)]
#[allow(
    clippy::large_stack_arrays,
    reason = "as deep as keyring calls go, and far from the end of the stack"
)]
fn wipe_stack() {
    let mut below = [0_u8; 256 << 10];
    std::hint::black_box(&mut below);
}

fn spawn(connector: KeyringConnector, alive: Arc<()>) -> Sender<Job> {
    let (sender, jobs): (_, Receiver<Job>) = channel();
    thread::spawn(move || {
        let mut keyring = Keyring::new(connector);
        for job in jobs {
            job(&mut keyring);
            wipe_stack();
        }
        drop(alive);
    });
    sender
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::vault::keyring::tests::keyring;

    #[tokio::test]
    async fn the_keyring_is_connected_to_ahead_and_once() {
        let keyring = keyring();
        let worker = Worker::start(keyring.connector());
        worker.connect_ahead();
        // Jobs are run one after the other, and this one asks for nothing.
        let next = worker.run_to_the_end(|_| Ok(()));
        assert_eq!(next.await, Ok(()));
        assert_eq!(keyring.asked(), 1);
        let again = worker.run_to_the_end(Keyring::connect);
        assert_eq!(again.await, Ok(()));
        assert_eq!(keyring.asked(), 1);
    }

    #[tokio::test]
    async fn a_job_that_hangs_holds_up_no_later_one_until_many_hang() {
        let worker = Worker::start(keyring().connector());
        let mut hanging = Vec::new();
        for left in (0..MOST_STUCK).rev() {
            let (release, released) = channel::<()>();
            let job = worker.run_to_the_end(move |_| {
                let _ = released.recv();
                Ok(())
            });
            hanging.push((release, job));
            let waits = worker.run(Duration::ZERO, |_| Ok(()));
            assert_eq!(waits.await, Err(VaultError::Waiting));
            if left > 0 {
                let next = worker.run(Duration::from_mins(1), |_| Ok(()));
                assert_eq!(next.await, Ok(()), "on a thread of its own");
            }
        }
        let threads = Arc::strong_count(&worker.alive) - 1;
        assert_eq!(threads, MOST_STUCK);
        for (release, job) in hanging {
            drop(release);
            assert_eq!(job.await, Ok(()));
        }
        let next = worker.run(Duration::from_mins(1), |_| Ok(()));
        assert_eq!(next.await, Ok(()));
    }
}
