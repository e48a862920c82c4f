//! Import of a sealed file: what Notion says of each connection in it, and then those that work are taken in.
//!
//! What is in the file was checked when it was read (`storage/sealed`), and is still a stranger's word: whose a
//! token is, Notion says.

use std::collections::{HashMap, HashSet};

use notion_oauth::{Budget, Credentials, Error, Notion};

use super::Arrival;
use super::token::granted;
use crate::acts::access::Access;
use crate::acts::check::Finding;
use crate::acts::refresh::{fingerprint, fingerprint_of};
use crate::domain::act::Granted;
use crate::domain::annotation::Annotation;
use crate::domain::client::{Client, host_of};
use crate::domain::connection::Connection;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::RedirectMethod;
use crate::domain::sealed::{FoundInFile, NotTaken, SealedImport, SealedRow, SealedVerdict, Taken};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::storage::sealed::{Document, SealedClient, SealedConnection, SealedSource, Unseal};
use crate::storage::vault::{ConnectionSecrets, MadeElsewhere, Payload};

/// A sealed file that was opened, with the secrets that are in it.
pub struct OpenedFile {
    /// What is in it, and what was found out about that.
    pub found: FoundInFile,
    clients: Vec<SealedClient>,
    connections: Vec<Incoming>,
}

/// A connection of a sealed file.
struct Incoming {
    sealed: SealedConnection,
    /// What Notion says of its token and when it was asked, if it works and is new here.
    new: Option<(Granted, Millis)>,
}

impl Keyrack {
    /// Opens a sealed file, and asks Notion about each connection in it that is not here. `told` hears how
    /// many were looked at. Nothing is kept.
    ///
    /// Fails with a cause of its own for each reason why the file has nothing for Keyrack.
    pub async fn open_file(
        &self,
        source: impl Into<SealedSource>,
        with: Unseal,
        mut told: impl FnMut(usize),
    ) -> Result<OpenedFile, Problem> {
        // A passphrase takes long.
        let source = source.into();
        let document = tokio::task::spawn_blocking(move || source.read(&with));
        let document: Document = document.await.map_err(|_| Cause::LeftMidway)??;
        let holders = self.holders().await?;
        let (mut rows, mut connections) = (Vec::new(), Vec::new());
        for sealed in document.connections {
            let client = client_of(&sealed, &document.clients);
            let asked_at = self.now();
            let (verdict, granted) = match self.look_at(&sealed, client, &holders).await {
                Ok(looked) => looked,
                Err(problem) => (SealedVerdict::Unknown { problem }, None),
            };
            rows.push(row(&sealed, client, granted.as_ref(), verdict));
            let new = granted.map(|granted| (granted, asked_at));
            connections.push(Incoming { sealed, new });
            told(rows.len());
        }
        Ok(OpenedFile {
            found: FoundInFile {
                copy: document.copy,
                connections: rows,
            },
            clients: document.clients,
            connections,
        })
    }

    /// Takes in the new connections of a sealed file, and the clients that they need before them.
    pub async fn import_file(&self, file: OpenedFile) -> SealedImport {
        let mut import = SealedImport {
            taken: Vec::new(),
            not_taken: Vec::new(),
            clients: 0,
        };
        let mut stopped = None;
        for (at, Incoming { sealed, new }) in file.connections.into_iter().enumerate() {
            let Some(new) = new else { continue };
            let taken = match &stopped {
                None => {
                    self.take_in_sealed(sealed, new, &file.clients, &mut import.clients)
                        .await
                }
                Some(problem) => Err(Problem::clone(problem)),
            };
            match taken {
                Ok(connection) => import.taken.push(Taken { at, connection }),
                Err(problem) => {
                    // Each further one would ask the person to unlock the keyring anew.
                    if problem.cause.is_about_all_of_the_keyring() {
                        stopped = Some(problem.clone());
                    }
                    import.not_taken.push(NotTaken { at, problem });
                }
            }
        }
        import
    }

    /// What becomes of a connection here, and what Notion says of its token if it is new.
    async fn look_at(
        &self,
        sealed: &SealedConnection,
        client: Option<&SealedClient>,
        holders: &HashMap<String, String>,
    ) -> Result<(SealedVerdict, Option<Granted>), Problem> {
        let here = match client {
            Some(client) => self.same_client(client)?,
            None => None,
        };
        let same = holders.get(&fingerprint_of(&sealed.access));
        let same = same.map(|id| self.store.connection(id)).transpose()?;
        if let Some(same) = same {
            let moved = same.moved_at.is_some();
            let connection = same.id;
            return Ok((SealedVerdict::Same { connection, moved }, None));
        }
        if let Some(here) = &here
            && let Some(connection) = self.store.connection_of_bot(&here.id, &sealed.bot_id)?
        {
            return Ok((SealedVerdict::Other { connection }, None));
        }
        let (notion, credentials) = self.way_of(sealed, client, here.as_ref()).await?;
        ask(sealed, notion, credentials).await
    }

    /// Where requests with a sealed token go, and with which credentials: those of the client that is here,
    /// if there is one.
    async fn way_of(
        &self,
        sealed: &SealedConnection,
        client: Option<&SealedClient>,
        here: Option<&Client>,
    ) -> Result<(Notion, Option<Credentials>), Problem> {
        if let Some(here) = here {
            let access = self.client_access(here).await?;
            return Ok((access.notion, Some(access.credentials)));
        }
        if let Some(client) = client {
            let notion =
                self.notions
                    .of(Some(&client.base_url), &client.client_id, client.budget)?;
            let credentials = Credentials {
                client_id: client.client_id.clone(),
                client_secret: client.client_secret.clone(),
            };
            return Ok((notion, Some(credentials)));
        }
        let base_url = sealed.made_elsewhere.as_ref().map(|made| &*made.base_url);
        let base_url = base_url.ok_or(Cause::ClientGone)?;
        let notion = self
            .notions
            .of(Some(base_url), &sealed.id, Budget::default())?;
        Ok((notion, None))
    }

    /// Takes a connection in, and before it its client, if that is not here.
    async fn take_in_sealed(
        &self,
        sealed: SealedConnection,
        (granted, asked_at): (Granted, Millis),
        clients: &[SealedClient],
        added: &mut u32,
    ) -> Result<Connection, Problem> {
        let arriving = self.locks.lock_arrivals().await?;
        let id = uuid::Uuid::new_v4().to_string();
        let made = sealed.made_elsewhere.as_ref().map(|made| MadeElsewhere {
            name: made.name.clone(),
            base_url: made.base_url.clone(),
        });
        let client = match (client_of(&sealed, clients), &made) {
            (Some(client), _) => self.client_here(client, added).await?,
            (None, Some(made)) => Client::of_token(&id, &made.name, &made.base_url, self.now()),
            (None, None) => return Err(Cause::ClientGone.into()),
        };
        // Of a client's tokens, its bots tell.
        if made.is_some() {
            self.refuse_known(&sealed.access).await?;
        }
        let secrets = ConnectionSecrets {
            id,
            client: client.id.clone(),
            bot_id: granted.bot_id.clone(),
            workspace_name: granted.workspace_name.clone(),
            access: sealed.access,
            refresh: sealed.refresh,
            made_elsewhere: made,
        };
        let arrival = Arrival {
            client,
            secrets,
            granted,
            annotation: Annotation {
                labels: sealed.labels,
                note: sealed.note,
                expires_on: sealed.expires_on,
            },
            allows: sealed.allows,
            asked_at,
        };
        self.take_in(arrival, &arriving).await
    }

    /// The client of a file as it is here, kept now if it was not.
    async fn client_here(&self, sealed: &SealedClient, added: &mut u32) -> Result<Client, Problem> {
        if let Some(here) = self.same_client(sealed)? {
            return Ok(here);
        }
        let secret = sealed.client_secret.clone();
        let kept = self.keep_client(new_client(sealed), secret).await?;
        *added += 1;
        Ok(kept)
    }

    /// The client that is here for the same client at the same Notion.
    fn same_client(&self, client: &SealedClient) -> Result<Option<Client>, Problem> {
        let mut clients = self.store.clients()?.into_iter();
        Ok(clients.find(|here| {
            here.client_id == client.client_id && here.base_url.as_ref() == Some(&client.base_url)
        }))
    }

    /// The connections that are listed (`Connection::id`), by the hashes of their access tokens.
    async fn holders(&self) -> Result<HashMap<String, String>, Problem> {
        let listed: HashSet<_> = self.store.connection_ids()?.into_iter().collect();
        let entries = self.vault.all().await?.into_iter();
        let tokens = entries.filter_map(|entry| match entry {
            Payload::Connection(secrets) if listed.contains(&secrets.id) => {
                Some((fingerprint(&secrets), secrets.id))
            }
            _ => None,
        });
        Ok(tokens.collect())
    }
}

/// Asks Notion whether a token works, and whose it is.
async fn ask(
    sealed: &SealedConnection,
    notion: Notion,
    credentials: Option<Credentials>,
) -> Result<(SealedVerdict, Option<Granted>), Problem> {
    let access = Access {
        notion,
        credentials,
        tokens: ConnectionSecrets {
            id: sealed.id.clone(),
            client: String::new(),
            bot_id: sealed.bot_id.clone(),
            workspace_name: String::new(),
            access: sealed.access.clone(),
            refresh: None,
            made_elsewhere: None,
        },
    };
    let dead = |problem| Ok((SealedVerdict::Dead { problem }, None));
    match access.find_out().await.0 {
        Finding::Active => {}
        Finding::Inactive(problem) => return dead(problem),
        Finding::Unknown(problem) => return Err(problem),
    }
    let bot = access.notion.me(&sealed.access).await;
    failpoint("notion.me");
    let bot = match bot {
        Ok(bot) => bot,
        Err(error @ Error::Unauthorized { .. }) => return dead(error.into()),
        Err(error) => return Err(error.into()),
    };
    let told = granted(&bot);
    if told.bot_id != sealed.bot_id {
        return dead(Cause::OtherBot.into());
    }
    let or = |told: String, sealed: &str| {
        if told.is_empty() {
            sealed.to_owned()
        } else {
            told
        }
    };
    let granted = Granted {
        workspace_id: or(told.workspace_id, &sealed.workspace_id),
        workspace_name: or(told.workspace_name, &sealed.workspace_name),
        workspace_icon: sealed.workspace_icon.clone(),
        owner: match told.owner {
            Owner::Unknown => sealed.owner.clone(),
            owner => owner,
        },
        has_refresh_token: sealed.refresh.is_some(),
        bot_id: told.bot_id,
        new: true,
    };
    Ok((SealedVerdict::New, Some(granted)))
}

/// The client of a connection in a file.
fn client_of<'a>(
    sealed: &SealedConnection,
    clients: &'a [SealedClient],
) -> Option<&'a SealedClient> {
    let id = sealed.client.as_ref()?;
    clients.iter().find(|client| client.id == *id)
}

/// A client under an id of its own: the one in the file is a stranger's.
fn new_client(sealed: &SealedClient) -> Client {
    Client {
        id: uuid::Uuid::new_v4().to_string(),
        name: sealed.name.clone(),
        client_id: sealed.client_id.clone(),
        redirect_method: RedirectMethod::of(&sealed.redirect_uri),
        redirect_uri: sealed.redirect_uri.clone(),
        sandbox: false,
        host: host_of(Some(&sealed.base_url)),
        base_url: Some(sealed.base_url.clone()),
        created_at: Millis(0),
        budget: sealed.budget,
    }
}

fn row(
    sealed: &SealedConnection,
    client: Option<&SealedClient>,
    granted: Option<&Granted>,
    verdict: SealedVerdict,
) -> SealedRow {
    let made = sealed.made_elsewhere.as_ref();
    let base_url = made.map(|made| &made.base_url);
    let base_url = base_url.or(client.map(|client| &client.base_url));
    let name = made.map(|made| &made.name);
    let name = name.or(client.map(|client| &client.name));
    SealedRow {
        workspace_name: granted
            .map_or(&sealed.workspace_name, |granted| &granted.workspace_name)
            .clone(),
        owner: granted
            .map_or(&sealed.owner, |granted| &granted.owner)
            .clone(),
        client_name: name.cloned().unwrap_or_default(),
        host: host_of(base_url.map(String::as_str)).unwrap_or_default(),
        verdict,
    }
}
