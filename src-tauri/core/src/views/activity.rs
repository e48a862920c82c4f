//! The activity: all operations as entries, newest first.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::act::{Act, Check, ConnectStep};
use crate::domain::connection::Verdict;
use crate::domain::hand_out::HandedTo;
use crate::domain::kind::Kind;
use crate::domain::operation::Operation;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::receipt::Receipt;
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::storage::store::History;

/// The most entries of a page.
const PAGE: usize = 100;

/// An entry of the activity: one operation, with the names of that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ActivityEntry {
    /// The operation's id.
    pub id: String,
    /// The kind of operation.
    pub kind: Kind,
    /// The client (`Client::id`), which may be gone; none for a rebuild.
    pub client_id: Option<String>,
    /// The client's name at that time; empty for a rebuild.
    pub client_name: String,
    /// Whether it belonged to the embedded sandbox.
    pub sandbox: bool,
    /// The connection (`Connection::id`), if the operation concerned one; it may be gone.
    pub connection_id: Option<String>,
    /// The workspace's name at that time.
    pub workspace_name: Option<String>,
    /// The owner at that time.
    pub owner: Option<Owner>,
    /// Notion's id of the bot.
    pub bot_id: Option<String>,
    /// When the operation began.
    pub started_at: Millis,
    /// When the operation ended; none while it is unfinished.
    pub finished_at: Option<Millis>,
    /// The operation's outcome.
    pub outcome: Outcome,
    /// Why the operation failed, reached no verdict, or is not finished yet.
    pub problem: Option<Problem>,
    /// The receipt of a finished revocation or "forget".
    pub receipt: Option<Receipt>,
    /// The program that a token was handed to; none for any other kind.
    pub handed: Option<HandedTo>,
    /// Notion's ids of the requests made.
    pub request_ids: Vec<String>,
}

/// The outcome of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "ActivityOutcome", export_to = "types.ts")]
pub enum Outcome {
    /// The operation is under way, or goes on at the next start.
    Unfinished,
    /// The operation succeeded.
    Done,
    /// A check found that the token works.
    Active,
    /// A check found that the token does not work.
    Inactive,
    /// The person did not allow access.
    Denied,
    /// The operation failed, or a check reached no verdict.
    Failed,
}

/// A filter of the activity's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ActivityFilter {
    /// Only entries of this connection (`Connection::id`); none for all.
    pub connection: Option<String>,
    /// Only entries of these kinds; none for all.
    pub kinds: Option<Vec<Kind>>,
    /// Only entries that failed or found a token that does not work.
    pub trouble: bool,
    /// Only entries with this text in the name of the workspace, the owner or the client, or in an
    /// id; empty for all.
    pub text: String,
}

/// A page of the activity, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ActivityPage {
    /// The entries, at most 100.
    pub entries: Vec<ActivityEntry>,
    /// Whether there are older entries, which are read with the last entry's `id`.
    pub more: bool,
}

impl ActivityEntry {
    /// The entry of an operation, which has ended at a time or is under way.
    pub(crate) fn of(operation: Operation, finished_at: Option<Millis>) -> Self {
        let outcome = match finished_at {
            Some(_) => outcome(&operation),
            None => Outcome::Unfinished,
        };
        let receipt = finished_at.and_then(|at| operation.clone().ended(at).receipt());
        // Problems on the way to a success stay in the row, and are not shown in the activity.
        let problem = match outcome {
            Outcome::Done | Outcome::Active | Outcome::Denied => None,
            Outcome::Unfinished | Outcome::Inactive | Outcome::Failed => operation.problem,
        };
        let act = operation.act;
        let client = act.client();
        let workspace = act.workspace();
        let handed = match &act {
            Act::HandOut(act) => Some(act.handed.clone()),
            _ => None,
        };
        Self {
            id: operation.id,
            kind: act.kind(),
            client_id: client.map(|client| client.id.clone()),
            client_name: client.map(|client| client.name.clone()).unwrap_or_default(),
            sandbox: client.is_some_and(|client| client.sandbox),
            connection_id: act.connection().map(str::to_owned),
            workspace_name: workspace.as_ref().map(|it| it.name.to_owned()),
            owner: workspace.as_ref().map(|it| it.owner.clone()),
            bot_id: workspace.as_ref().map(|it| it.bot_id.to_owned()),
            started_at: operation.started_at,
            finished_at,
            outcome,
            problem,
            receipt,
            handed,
            request_ids: operation.request_ids,
        }
    }

    fn is_trouble(&self) -> bool {
        matches!(self.outcome, Outcome::Inactive | Outcome::Failed) || self.problem.is_some()
    }

    fn mentions(&self, text: &str) -> bool {
        let (name, email) = match &self.owner {
            Some(Owner::User { name, email, .. }) => (name.as_deref(), email.as_deref()),
            _ => (None, None),
        };
        let texts = [
            Some(self.id.as_str()),
            Some(self.client_name.as_str()),
            self.connection_id.as_deref(),
            self.workspace_name.as_deref(),
            self.bot_id.as_deref(),
            self.handed
                .as_ref()
                .map(|handed| handed.caller.program.as_str()),
            name,
            email,
        ];
        let in_request = self.request_ids.iter().map(String::as_str);
        let labels = self.receipt.iter().flat_map(|it| it.labels.as_slice());
        texts
            .into_iter()
            .flatten()
            .chain(in_request)
            .chain(labels.map(String::as_str))
            .any(|shown| shown.to_lowercase().contains(text))
    }
}

/// The outcome of an operation that has ended.
fn outcome(operation: &Operation) -> Outcome {
    let failed = operation.problem.is_some();
    let done = match &operation.act {
        Act::Check(Check { verdict, .. }) => match verdict {
            Some(Verdict::Active) => return Outcome::Active,
            Some(Verdict::Inactive) => return Outcome::Inactive,
            None => !failed,
        },
        Act::Connect(act) if act.step == ConnectStep::Denied => return Outcome::Denied,
        // Forgetting the connection afterwards is an operation of its own.
        Act::Revoke(act) => act.accepted.is_some(),
        Act::Forget(act) => act.removed_at.is_some(),
        _ => !failed,
    };
    if done { Outcome::Done } else { Outcome::Failed }
}

impl Keyrack {
    /// Reads a page of the entries of a filter: the newest, or the newest of those older than the
    /// entry with the id `before`.
    pub fn activity(
        &self,
        filter: &ActivityFilter,
        before: Option<&str>,
    ) -> Result<ActivityPage, Problem> {
        let mut entries = self.find_activity(filter, before, PAGE + 1)?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        Ok(ActivityPage { entries, more })
    }

    /// The newest entries of a filter, older than the entry with the id `before`.
    pub(crate) fn find_activity(
        &self,
        filter: &ActivityFilter,
        before: Option<&str>,
        most: usize,
    ) -> Result<Vec<ActivityEntry>, Problem> {
        let text = filter.text.trim().to_lowercase();
        let mut found = Vec::new();
        let (connection, kinds) = (filter.connection.as_deref(), filter.kinds.as_deref());
        History::open(&self.folder)?.each(connection, kinds, before, |operation, ended_at| {
            let entry = ActivityEntry::of(operation, ended_at);
            if (!filter.trouble || entry.is_trouble()) && entry.mentions(&text) {
                found.push(entry);
            }
            found.len() < most
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::{Accepted, Connect, OfClient, OfConnection, Refresh, Revoke};
    use crate::domain::annotation::Labels;
    use crate::domain::problem::Cause;

    fn of() -> OfConnection {
        OfConnection {
            id: "connection".into(),
            client: OfClient {
                id: "client".into(),
                name: "client".into(),
                sandbox: false,
            },
            bot_id: "bot".into(),
            workspace_name: "Acme".into(),
            owner: Owner::Unknown,
        }
    }

    fn ended(act: impl Into<Act>, problem: Option<Problem>) -> ActivityEntry {
        let mut operation = Operation::begun(act.into(), "process", Millis(0));
        operation.problem = problem;
        ActivityEntry::of(operation, Some(Millis(1)))
    }

    fn check(verdict: Option<Verdict>) -> Check {
        Check { of: of(), verdict }
    }

    fn revoke(accepted: Option<Accepted>) -> Revoke {
        Revoke {
            of: of(),
            labels: Labels::default(),
            connected_at: None,
            moved_at: None,
            attempts: 1,
            retry_at: None,
            seal: None,
            accepted,
            removed_at: None,
            keyring_keeps: Vec::new(),
            cut_off: Vec::new(),
        }
    }

    #[test]
    fn an_act_came_to_what_its_row_proves() {
        let problem = || Some(Problem::from(Cause::Unreachable));
        let refresh = || Refresh {
            of: of(),
            sent: None,
        };
        let begun = Operation::begun(refresh().into(), "process", Millis(0));
        assert_eq!(ActivityEntry::of(begun, None).outcome, Outcome::Unfinished);
        assert_eq!(ended(refresh(), None).outcome, Outcome::Done);
        let denied = Connect {
            client: of().client,
            authorization: "authorization".into(),
            step: ConnectStep::Denied,
        };
        assert_eq!(ended(denied, None).outcome, Outcome::Denied);
        let active = check(Some(Verdict::Active));
        assert_eq!(ended(active, None).outcome, Outcome::Active);
        let inactive = check(Some(Verdict::Inactive));
        assert_eq!(ended(inactive, None).outcome, Outcome::Inactive);
        assert_eq!(
            ended(revoke(None), None).outcome,
            Outcome::Failed,
            "nothing says that Notion took it"
        );
        let accepted = Accepted {
            at: Millis(1),
            already_gone: false,
            refresh_token: None,
            proof: None,
        };
        let late = ended(revoke(Some(accepted)), problem());
        assert_eq!(
            (late.outcome, late.problem),
            (Outcome::Done, None),
            "it took a second try"
        );
        let failed = ended(check(None), problem());
        assert_eq!(failed.outcome, Outcome::Failed);
        assert!(failed.is_trouble() && failed.problem.is_some());
    }
}
