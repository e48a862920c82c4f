//! Export: connections go into a sealed file for another computer, with their clients and secrets.
//!
//! Two computers that refresh one grant lose it on one of them. So what goes is marked as moved before the
//! file is in its place, unless the person wants a copy, and is not used here until the person takes that
//! back.

use std::path::{Path, PathBuf};

use crate::acts::refresh::fingerprint;
use crate::domain::act::Export;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Status};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::sealed::SealedExport;
use crate::keyrack::Keyrack;
use crate::storage::sealed::{
    Begun, Document, Prepared, Seal, SealedClient, SealedConnection, SealedToken, refuse_place,
};
use crate::storage::vault::{ClientSecrets, ConnectionSecrets};
use notion_oauth::sanitize_display_text;

/// A connection that goes into the file, and what its tokens were when they were read.
struct Leaving {
    connection: Connection,
    fingerprint: String,
}

impl Keyrack {
    /// Why a connection cannot go into a sealed file, as far as the list says; none if it can.
    pub fn may_export(&self, connection: &Connection) -> Result<(), Problem> {
        let workspace = sanitize_display_text(&connection.workspace_name);
        let why = match connection.status {
            _ if connection.sandbox => return Err(Cause::SandboxStays { workspace }.into()),
            _ if connection.moved_at.is_some() => Cause::MovedOut,
            Status::RevocationPending => Cause::RevocationPending,
            _ => return Ok(()),
        };
        let why = Box::new(why);
        Err(Cause::NotExported { workspace, why }.into())
    }

    /// Seals connections (`Connection::id`) with their clients into a new file, and marks them as moved
    /// unless it is a `copy`.
    ///
    /// Fails with nothing changed if something is in the file's place, one of them cannot go or changes
    /// meanwhile, or what was written cannot be read back. If the process ends in the middle, the next start
    /// takes the marks back if the file has surely not reached its place.
    pub async fn export(
        &self,
        ids: &[String],
        path: &Path,
        to: Seal,
        copy: bool,
    ) -> Result<SealedExport, Problem> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        refuse_place(&path)?;
        let (document, leaving) = self.document_of(ids, copy).await?;
        let clients = document.clients.len();
        let prepared = prepare(path.clone(), document, to).await?;
        let mut begun = Vec::new();
        let mut leave = async || {
            for one in &leaving {
                begun.push(self.leave(one, &path, &prepared, copy).await?);
            }
            Ok(())
        };
        let put = match leave().await {
            Ok(()) => prepared.put_in_place(),
            Err(problem) => Err((problem, Box::new(prepared))),
        };
        // Beside its place the file stays until the marks are taken back: it shows that none is in it.
        if let Err((problem, _beside)) = put {
            self.take_back(begun, &problem)?;
            return Err(problem);
        }
        let now = self.now();
        let ended: Vec<_> = begun.into_iter().map(|one| one.done(now)).collect();
        // The file is there, and the marks are: the rest is the next start's.
        let _ = self.store.end_exports(&ended);
        self.emit(&Event::Changed);
        let connections = leaving.iter();
        let connections = connections.map(|one| self.store.connection(&one.connection.id));
        Ok(SealedExport {
            path: sanitize_display_text(&path.display().to_string()),
            copy,
            clients: u32::try_from(clients).unwrap_or(u32::MAX),
            connections: connections.collect::<Result<_, _>>()?,
        })
    }

    /// Ends the export of a connection that an ended process left: as if it had not begun, if the file is
    /// still beside its place and not in it. Else somebody has it, wherever it was brought by now.
    pub(super) async fn recover_export(&self, operation: Operation<Export>) -> Result<(), Problem> {
        let _lock = self.lock_connection(&operation.act.of.id).await?;
        let act = operation.act.clone();
        let file = Begun::of(&act);
        let now = self.now();
        let ended = if file.is_left() && !file.is_in_place() {
            operation.failed(Cause::Interrupted.into(), now)
        } else {
            operation.done(now)
        };
        self.store.end_exports(&[ended])?;
        // The others that went into the file go by it too.
        if !self.store.is_exporting(&act.part)? {
            file.clear();
        }
        self.emit(&Event::Changed);
        Ok(())
    }

    /// A connection that can go, which is locked. One whose refresh is unfinished cannot: that goes on here.
    fn exportable(&self, id: &str) -> Result<Connection, Problem> {
        let connection = self.store.connection(id)?;
        self.may_export(&connection)?;
        let Some(refresh) = self.store.unfinished_refresh(id)? else {
            return Ok(connection);
        };
        let why = refresh.problem.map(|problem| problem.cause);
        let why = why.unwrap_or_else(|| Cause::RefreshUnfinished {
            why: Box::new(Cause::Interrupted),
        });
        Err(not_exported(&connection, why.into()))
    }

    /// The document of connections, and what their tokens are now.
    async fn document_of(
        &self,
        ids: &[String],
        copy: bool,
    ) -> Result<(Document, Vec<Leaving>), Problem> {
        let (mut clients, mut connections) = (Vec::<SealedClient>::new(), Vec::new());
        let mut leaving = Vec::new();
        for id in ids {
            let _lock = self.lock_connection(id).await?;
            let connection = self.exportable(id)?;
            let is_there = clients.iter().any(|one| one.id == connection.client_id);
            let read = async {
                let client = if is_there || connection.made_elsewhere {
                    None
                } else {
                    let client = self.store.client(&connection.client_id)?;
                    let entry = self.client_entry(&client).await?;
                    Some(sealed_client(client, entry)?)
                };
                Ok((client, self.tokens(&connection).await?))
            };
            let read = read.await.map_err(|why| not_exported(&connection, why));
            let (client, tokens) = read?;
            clients.extend(client);
            leaving.push(Leaving {
                fingerprint: fingerprint(&tokens),
                connection: connection.clone(),
            });
            connections.push(sealed_connection(connection, tokens));
        }
        Ok((Document::of(copy, clients, connections), leaving))
    }

    /// Begins the export of a connection, and marks it as moved: from then on nothing here uses it.
    async fn leave(
        &self,
        Leaving {
            connection,
            fingerprint: before,
        }: &Leaving,
        path: &Path,
        prepared: &Prepared,
        copy: bool,
    ) -> Result<Operation<Export>, Problem> {
        let _lock = self.lock_connection(&connection.id).await?;
        let now = self.exportable(&connection.id)?;
        if fingerprint(&self.tokens(&now).await?) != *before {
            // Another process has replaced them: the file would have those that it replaced.
            return Err(not_exported(&now, Cause::BusyElsewhere.into()));
        }
        if !copy {
            self.end_leases_of(&now.id)?;
        }
        let act = Export {
            of: (&now).into(),
            path: path.display().to_string(),
            digest: prepared.digest.clone(),
            part: prepared.part(),
            copy,
        };
        let operation = Operation::begun(act, self.process.id(), self.now());
        self.store.begin_export(&operation)?;
        Ok(operation)
    }

    /// Takes back the marks of an export that failed.
    fn take_back(&self, begun: Vec<Operation<Export>>, why: &Problem) -> Result<(), Problem> {
        let now = self.now();
        let failed = begun.into_iter().map(|one| one.failed(why.clone(), now));
        self.store.end_exports(&failed.collect::<Vec<_>>())?;
        self.emit(&Event::Changed);
        Ok(())
    }
}

/// Seals on a thread for what takes long: a passphrase is stretched twice.
async fn prepare(path: PathBuf, document: Document, to: Seal) -> Result<Prepared, Problem> {
    let prepared = tokio::task::spawn_blocking(move || Prepared::make(&path, &document, &to));
    prepared.await.map_err(|_| Cause::LeftMidway)?
}

fn not_exported(connection: &Connection, why: Problem) -> Problem {
    let workspace = sanitize_display_text(&connection.workspace_name);
    why.under(|why| Cause::NotExported { workspace, why })
}

fn sealed_client(client: Client, entry: ClientSecrets) -> Result<SealedClient, Problem> {
    let workspace = sanitize_display_text(&client.name);
    let base_url = entry.base_url.ok_or(Cause::SandboxStays { workspace })?;
    Ok(SealedClient {
        id: entry.id,
        name: client.name,
        client_id: entry.client_id,
        client_secret: entry.client_secret,
        redirect_uri: entry.redirect_uri,
        base_url,
        budget: client.budget,
    })
}

fn sealed_connection(connection: Connection, tokens: ConnectionSecrets) -> SealedConnection {
    let made_elsewhere = tokens.made_elsewhere.map(|made| SealedToken {
        name: made.name,
        base_url: made.base_url,
    });
    SealedConnection {
        id: tokens.id,
        client: made_elsewhere.is_none().then_some(tokens.client),
        made_elsewhere,
        bot_id: tokens.bot_id,
        workspace_id: connection.workspace_id,
        workspace_name: connection.workspace_name,
        workspace_icon: connection.workspace_icon,
        owner: connection.owner,
        access: tokens.access,
        refresh: tokens.refresh,
        connected_at: connection.connected_at,
        allows: connection.allows,
        labels: connection.labels,
        note: connection.note,
        expires_on: connection.expires_on,
    }
}
