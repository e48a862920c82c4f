//! Operations: acts with outside effects, each a row written before its first effect.
//!
//! Unfinished rows are the journal that start-up finishes or undoes, finished rows are the
//! activity, and a finished revocation or "forget" is a receipt.

use crate::domain::act::{Act, Connect, ConnectStep, Forget, OfConnection, Proof, Revoke};
use crate::domain::annotation::Labels;
use crate::domain::authorization::Progress;
use crate::domain::kind::Kind;
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::{Receipt, Remains};
use crate::domain::time::Millis;

/// An operation under way, of one kind of act or of any.
///
/// Ending it takes it away, so that it ends once. One that is dropped is still unfinished in the
/// store, which is the journal: the next start finishes or undoes it.
#[must_use = "an operation is ended, or its row is left to the journal"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation<A = Act> {
    pub id: String,
    /// The process that runs the operation (`ProcessMark`).
    pub process: String,
    pub act: A,
    /// Notion's ids of the requests made.
    pub request_ids: Vec<String>,
    /// The last obstacle.
    pub problem: Option<Problem>,
    pub started_at: Millis,
}

/// An operation that has ended. Its problem is why it failed; of a check, also why the token does not
/// work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended<A = Act> {
    operation: Operation<A>,
    at: Millis,
}

impl<A> Operation<A> {
    /// Makes an operation that is about to begin.
    pub fn begun(act: A, process: &str, now: Millis) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            process: process.to_owned(),
            act,
            request_ids: Vec::new(),
            problem: None,
            started_at: now,
        }
    }

    /// The same operation with other data of its act.
    pub fn with<B>(self, act: B) -> Operation<B> {
        Operation {
            id: self.id,
            process: self.process,
            act,
            request_ids: self.request_ids,
            problem: self.problem,
            started_at: self.started_at,
        }
    }

    /// The operation, which has ended as it is.
    pub fn ended(self, at: Millis) -> Ended<A> {
        Ended {
            operation: self,
            at,
        }
    }

    /// Ends the operation as done.
    pub fn done(self, at: Millis) -> Ended<A> {
        let operation = Self {
            problem: None,
            ..self
        };
        operation.ended(at)
    }

    /// Ends the operation with a problem.
    pub fn failed(self, problem: Problem, at: Millis) -> Ended<A> {
        let operation = Self {
            problem: Some(problem),
            ..self
        };
        operation.ended(at)
    }
}

impl<A> Ended<A> {
    /// The operation as it was when it ended.
    pub fn operation(&self) -> &Operation<A> {
        &self.operation
    }

    /// When it ended.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// The same operation with other data of its act.
    pub fn with<B>(self, act: B) -> Ended<B> {
        Ended {
            operation: self.operation.with(act),
            at: self.at,
        }
    }
}

impl Ended<Connect> {
    /// How the authorization of a connect ended; `earlier_works` says whether an earlier token of the
    /// connection is known to work still.
    pub fn end_of_authorization(&self, earlier_works: bool) -> Progress {
        let Operation { act, problem, .. } = &self.operation;
        match (problem, &act.step) {
            (Some(problem), _) if problem.cause == Cause::Cancelled => Progress::Cancelled,
            (Some(problem), _) => Progress::Failed {
                problem: problem.clone(),
            },
            (None, ConnectStep::Granted { entry, granted }) => Progress::Completed {
                connection_id: entry.clone(),
                workspace_name: granted.workspace_name.clone(),
                owner: granted.owner.clone(),
                new: granted.new,
                earlier_works,
            },
            (None, _) => Progress::Denied,
        }
    }
}

impl Operation<Revoke> {
    /// Ends a revocation whose tokens the keyring no longer has, with its receipt.
    pub fn removed(mut self, at: Millis, keeps: Vec<Remains>) -> (Ended<Revoke>, Receipt) {
        (self.act.removed_at, self.act.retry_at) = (Some(at), None);
        self.act.keyring_keeps = keeps;
        let ended = self.done(at);
        let receipt = ended.receipt_of_revocation(at);
        (ended, receipt)
    }
}

impl Operation<Forget> {
    /// Ends a "forget" whose tokens the keyring no longer has, with its receipt.
    pub fn removed(mut self, at: Millis, keeps: Vec<Remains>) -> (Ended<Forget>, Receipt) {
        (self.act.removed_at, self.act.keyring_keeps) = (Some(at), keeps);
        let ended = self.done(at);
        let receipt = ended.receipt_of_forgetting(at);
        (ended, receipt)
    }
}

impl Ended {
    /// The receipt of a revocation or a "forget"; none if it failed.
    pub fn receipt(self) -> Option<Receipt> {
        match self.operation.act.clone() {
            Act::Revoke(act) => {
                let removed_at = act.removed_at?;
                Some(self.with(act).receipt_of_revocation(removed_at))
            }
            Act::Forget(act) => {
                let removed_at = act.removed_at?;
                Some(self.with(act).receipt_of_forgetting(removed_at))
            }
            _ => None,
        }
    }
}

impl Ended<Forget> {
    fn receipt_of_forgetting(&self, removed_at: Millis) -> Receipt {
        let act = &self.operation.act;
        Receipt {
            labels: act.labels.clone(),
            connected_at: act.connected_at,
            moved_at: act.moved_at,
            keyring_keeps: act.keyring_keeps.clone(),
            cut_off: act.cut_off.clone(),
            ..self.receipt_of(Kind::Forget, &act.of, removed_at)
        }
    }
}

impl Ended<Revoke> {
    fn receipt_of_revocation(&self, removed_at: Millis) -> Receipt {
        let act = &self.operation.act;
        let receipt = Receipt {
            labels: act.labels.clone(),
            connected_at: act.connected_at,
            moved_at: act.moved_at,
            keyring_keeps: act.keyring_keeps.clone(),
            cut_off: act.cut_off.clone(),
            ..self.receipt_of(Kind::Revoke, &act.of, removed_at)
        };
        let Some(accepted) = act.accepted.clone() else {
            return receipt;
        };
        let (confirmed_at, unconfirmed) = match accepted.proof {
            Some(Proof::Confirmed(at)) => (Some(at), None),
            Some(Proof::Unconfirmed(why)) => (None, Some(why)),
            None => (None, None),
        };
        Receipt {
            revoked_at: Some(accepted.at),
            already_gone: accepted.already_gone,
            confirmed_at,
            unconfirmed,
            refresh_token: accepted.refresh_token,
            ..receipt
        }
    }
}

impl<A> Ended<A> {
    /// The part of a receipt that all have.
    fn receipt_of(&self, kind: Kind, of: &OfConnection, removed_at: Millis) -> Receipt {
        Receipt {
            operation_id: self.operation.id.clone(),
            kind,
            connection_id: of.id.clone(),
            workspace_name: of.workspace_name.clone(),
            owner: of.owner.clone(),
            client_id: of.client.id.clone(),
            client_name: of.client.name.clone(),
            labels: Labels::default(),
            connected_at: None,
            moved_at: None,
            sandbox: of.client.sandbox,
            bot_id: of.bot_id.clone(),
            started_at: self.operation.started_at,
            finished_at: self.at,
            revoked_at: None,
            already_gone: false,
            confirmed_at: None,
            unconfirmed: None,
            refresh_token: None,
            removed_from_keyring_at: removed_at,
            keyring_keeps: Vec::new(),
            cut_off: Vec::new(),
            request_ids: self.operation.request_ids.clone(),
        }
    }
}
