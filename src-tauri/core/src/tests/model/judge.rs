//! The invariants after an act, after a start, and at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rusqlite::Connection;

use crate::domain::act;
use crate::domain::authorization::Progress;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::connection::{Connection as Row, Status};
use crate::domain::kind::Kind;
use crate::domain::problem::Cause;

use super::acts::{Act, Report};
use super::life::{Disturbance, Life};
use super::truth::{Hash, held};

impl Life {
    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(what());
        }
    }

    /// Checks after an act that its report is true, and that every token which still works but is
    /// not here any more was reported.
    pub fn judge(&mut self, act: &Act, report: &Report, disturbance: &Disturbance) {
        let (alive, here) = (self.truth.alive(), held(&self.env.keyring));
        for entry in here.values() {
            self.secrets.extend(entry.secrets.iter().cloned());
        }
        let words = format!("{report:?}");
        let leaks = self.secrets.iter().any(|secret| words.contains(secret));
        self.must(!leaks, || "a secret is in what was told".to_owned());
        match report {
            Report::Checked(row) => {
                let token = here.get(&row.id).and_then(|entry| entry.access.as_ref());
                let works = token.is_some_and(|token| alive.contains(token));
                self.judge_verdict(act, row, works);
            }
            Report::Revoked(receipt) => {
                let Act::Revoke(id) = act else {
                    unreachable!("only a revocation has a receipt");
                };
                let gone = !here.contains_key(id) && self.keyrack().store.connection(id).is_err();
                self.must(gone, || "revoked, and still here".to_owned());
                self.must(receipt.revoked_at.is_some(), || {
                    "a receipt without its time".to_owned()
                });
            }
            Report::Problem(problem) if matches!(problem.cause, Cause::NotionRefused { .. }) => {
                self.once_more += 1;
            }
            Report::Connected { .. } if self.modes["second_consent"] == "same_pair" => {
                self.once_more += 1;
            }
            _ => {}
        }
        if let Disturbance::Notion(fault) = disturbance
            && fault["endpoint"] == "token"
            && (fault["status"] == 429 || fault["status"] == 401)
        {
            self.once_more += 3;
        }
        let unknown = self.unknown(&alive);
        if !unknown.is_empty() && !matches!(report, Report::Killed) {
            let is_reported = self.is_reported(act, report, disturbance)
                || self.unconfirmed_receipts() >= unknown.len();
            self.must(is_reported, || {
                "a token works, is not here, and nobody was told".to_owned()
            });
            self.reported.extend(unknown);
        }
    }

    /// Checks that a new verdict is true.
    fn judge_verdict(&mut self, act: &Act, row: &Row, works: bool) {
        let is_new = row.checked_at == Some(self.env.now());
        let other_client =
            |row: &Row| row.problem.as_ref().map(|why| &why.cause) == Some(&Cause::OtherClient);
        match row.status {
            Status::Active if is_new => {
                self.must(works, || "a dead token is called active".to_owned());
            }
            Status::Inactive | Status::NeedsReconnecting if is_new && !other_client(row) => {
                self.must(!works, || "a living token is called dead".to_owned());
            }
            Status::CannotCheck => {
                self.must(row.problem.is_some(), || {
                    "no verdict and no reason".to_owned()
                });
            }
            _ => {}
        }
        let refreshed = matches!(act, Act::Refresh(_));
        self.must(!refreshed || row.status == Status::Active, || {
            "refreshed, and not active".to_owned()
        });
    }

    /// Access tokens that work at Notion, are not in the keyring, and were not reported.
    fn unknown(&self, alive: &BTreeSet<Hash>) -> Vec<Hash> {
        let entries = held(&self.env.keyring);
        let here: BTreeSet<_> = entries
            .into_values()
            .filter_map(|entry| entry.access)
            .collect();
        let unknown = alive
            .difference(&here)
            .filter(|token| !self.reported.contains(*token));
        unknown.cloned().collect()
    }

    /// Whether an act's outcome reports that a token may live on which is not here.
    fn is_reported(&self, act: &Act, report: &Report, disturbance: &Disturbance) -> bool {
        let old_lives = self.modes["refreshed_pair"] != "ends";
        match (act, report) {
            (Act::Forget(_) | Act::RemoveClient(_, ConnectionsPolicy::Forget), _) => true,
            // The introspection of the earlier token may have failed.
            (Act::Connect { .. }, Report::Connected { earlier_works }) => {
                *earlier_works || *disturbance != Disturbance::None
            }
            (Act::Connect { .. }, Report::Problem(problem)) => access_may_remain(&problem.cause),
            (Act::Refresh(_), Report::Checked(_)) => old_lives,
            (Act::Refresh(_), Report::Problem(problem)) => matches!(
                problem.cause,
                Cause::RefreshUnfinished { .. }
                    | Cause::RefreshRejected
                    | Cause::RefreshLost { .. }
                    | Cause::RefreshTokensRemain { .. }
                    | Cause::RemovedTokensRemain
            ),
            _ => false,
        }
    }

    /// How many receipts of this moment say that a revocation could not be confirmed, whoever finished
    /// it: an act of the person, a retry or a start.
    fn unconfirmed_receipts(&self) -> usize {
        let receipts = self.keyrack().store.receipts().expect("receipts");
        let now = self.env.now();
        let unconfirmed = receipts.iter().filter(|receipt| {
            receipt.kind == Kind::Revoke
                && receipt.finished_at == now
                && receipt.confirmed_at.is_none()
        });
        unconfirmed.count()
    }

    /// Checks after a start that everything is in its place.
    pub fn look_around(&mut self, act: &Act, report: &Report) {
        let store = &self.keyrack().store;
        let clients = store
            .clients()
            .expect("clients")
            .into_iter()
            .map(|client| client.id);
        let rows = store.connections().expect("connections");
        let ids = rows.iter().map(|row| row.id.clone());
        let rows: BTreeSet<_> = clients.chain(ids).collect();
        let undone = store.unfinished_operations().expect("operations");
        let entries: BTreeSet<_> = held(&self.env.keyring).into_keys().collect();
        self.must(entries == rows, || {
            format!("entries {entries:?}, rows {rows:?}")
        });
        for operation in undone {
            let waits = match &operation.act {
                act::Act::Revoke(act::Revoke { of, .. })
                | act::Act::Refresh(act::Refresh { of, .. }) => rows.contains(&of.id),
                _ => false,
            };
            self.must(waits, || format!("left undone: {operation:?}"));
        }
        let marks = fs::read_dir(self.env.folder.path().join("processes")).expect("marks");
        let marks = marks.count();
        self.must(marks == 1, || format!("{marks} processes have left marks"));

        let unknown = self.unknown(&self.truth.alive());
        let ended = match act {
            Act::Connect { authorization, .. } => self.keyrack().authorization(authorization).ok(),
            _ => None,
        };
        if let Some(ended) = &ended {
            let is_over = ended.progress.is_final();
            self.must(is_over, || {
                format!("an authorization goes on: {:?}", ended.progress)
            });
        }
        if !unknown.is_empty() {
            let is_reported = match (act, ended.map(|ended| ended.progress)) {
                (Act::Connect { .. }, Some(Progress::Failed { problem })) => {
                    access_may_remain(&problem.cause)
                }
                // The earlier token lives on.
                (Act::Connect { .. }, Some(Progress::Completed { new, .. })) => !new,
                (
                    Act::Forget(_)
                    | Act::RemoveClient(_, ConnectionsPolicy::Forget)
                    | Act::Refresh(_),
                    _,
                )
                | (Act::Connect { .. }, None) => true,
                _ => self.unconfirmed_receipts() >= unknown.len(),
            };
            self.must(is_reported, || {
                format!("after {report:?} a token works, is not here, and nobody was told")
            });
            self.reported.extend(unknown);
        }
    }

    /// Checks at the end that nothing was sent twice that must not be, and that no secret was
    /// written.
    pub async fn look_back(&mut self) {
        let mut sent: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for request in self.env.record().await {
            for field in ["code", "refresh_token"] {
                if request["path"] == "/v1/oauth/token"
                    && let Some(hash) = request["body"][field].as_str()
                {
                    *sent.entry((field, hash.to_owned())).or_default() += 1;
                }
            }
        }
        let database = self.env.folder.path().join("keyrack.db");
        let journaled: usize = Connection::open(&database)
            .and_then(|db| {
                let query =
                    "SELECT count(*) FROM operations WHERE act ->> '$.sent.again_at' IS NOT NULL";
                db.query_row(query, [], |row| row.get::<_, i64>(0))
            })
            .expect("a count")
            .try_into()
            .expect("not negative");
        let again = |field: &str| -> usize {
            let times = sent.iter().filter(|((name, _), _)| *name == field);
            times.map(|(_, times)| times - 1).sum()
        };
        let (codes, refresh_tokens) = (again("code"), again("refresh_token"));
        let allowed = journaled + self.once_more;
        self.must(codes == 0, || {
            format!("codes were sent {codes} times again")
        });
        self.must(refresh_tokens <= allowed, || {
            format!(
                "refresh tokens were sent {refresh_tokens} times again, {allowed} times with reason"
            )
        });

        for name in ["keyrack.db", "keyrack.db-wal"] {
            let bytes = fs::read(self.env.folder.path().join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let found = self
                .secrets
                .iter()
                .any(|secret| text.contains(secret.as_str()));
            self.must(!found, || format!("a secret is in {name}"));
        }
    }
}

/// Whether the words of a failed connect say that access may remain at Notion.
fn access_may_remain(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::GrantRemains { .. }
            | Cause::ExchangeLost { .. }
            | Cause::ConnectInterrupted
            | Cause::ReconnectInterrupted
    )
}
