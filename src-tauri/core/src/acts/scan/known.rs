//! The secrets that a scan recognises: those of this data folder's, and those that it has ended.

use secrecy::{ExposeSecret as _, SecretString};

use crate::acts::naming::own_name;
use crate::acts::revoke::is_sealed_with;
use crate::domain::act::Revoke;
use crate::domain::connection::Connection;
use crate::domain::hand_out::Allowed;
use crate::domain::operation::Operation;
use crate::domain::problem::Problem;
use crate::domain::stray::{Marks, StrayKind, What, Whose};
use crate::keyrack::Keyrack;
use crate::storage::vault::Payload;

/// What a scan recognises.
#[derive(Default)]
pub(super) struct Known {
    /// The marks of the list's secrets.
    pub marks: Marks,
    /// The secrets, each at the number of its mark.
    own: Vec<Own>,
    /// Their seals tell which tokens they ended.
    revocations: Vec<Operation<Revoke>>,
}

/// A secret of the list's.
pub(super) struct Own {
    pub what: StrayKind,
    pub whose: Whose,
    /// What names its connection in a reference (`keyrack://NAME`); none if there is none, or its token is
    /// given to no program.
    pub name: Option<String>,
}

impl Known {
    /// The list's secret that was found.
    pub fn own(&self, found: What) -> Option<&Own> {
        match found {
            What::Own(number) => self.own.get(number),
            What::Like(_) => None,
        }
    }

    /// What a secret that was found is, and whose.
    pub fn recognise(&self, found: What, secret: &SecretString) -> (StrayKind, Option<Whose>) {
        match (self.own(found), found) {
            (Some(own), _) => (own.what, Some(own.whose.clone())),
            (None, What::Own(_)) => (StrayKind::Token, None),
            (None, What::Like(kind)) => {
                let mut revocations = self.revocations.iter();
                let ended = revocations.find(|revocation| is_sealed_with(revocation, secret));
                ended.map_or((kind, None), |revocation| {
                    let of = &revocation.act.of;
                    let whose = Whose::Revoked {
                        id: of.id.clone(),
                        workspace_name: of.workspace_name.clone(),
                    };
                    (StrayKind::Token, Some(whose))
                })
            }
        }
    }

    fn add(&mut self, secret: &SecretString, own: Own) {
        self.marks.add(self.own.len(), secret.expose_secret());
        self.own.push(own);
    }
}

impl Keyrack {
    /// Learns what there is to recognise, as far as it can be read.
    pub(super) async fn learn(&self, known: &mut Known) -> Result<(), Problem> {
        known.revocations = self.store.finished_revocations()?;
        let connections = self.connections()?;
        if connections.is_empty() && self.clients()?.is_empty() {
            // Nobody is asked to unlock a keyring for nothing.
            return Ok(());
        }
        for payload in self.vault.all().await? {
            match payload {
                Payload::Connection(secrets) => {
                    let one = |what| Own {
                        what,
                        whose: Whose::Connection {
                            id: secrets.id.clone(),
                        },
                        name: reference(&connections, &secrets.id),
                    };
                    known.add(&secrets.access, one(StrayKind::Token));
                    if let Some(refresh) = &secrets.refresh {
                        known.add(refresh, one(StrayKind::RefreshToken));
                    }
                }
                Payload::Client(secrets) => {
                    let one = Own {
                        what: StrayKind::ClientSecret,
                        whose: Whose::Client { id: secrets.id },
                        name: None,
                    };
                    known.add(&secrets.client_secret, one);
                }
            }
        }
        Ok(())
    }
}

/// What names a connection in a reference, if programs may have its token: its name, or else its id.
fn reference(connections: &[Connection], id: &str) -> Option<String> {
    let one = connections.iter().find(|one| one.id == id)?;
    let name = own_name(connections, one).unwrap_or(&one.id);
    (one.allows == Allowed::Any).then(|| name.to_owned())
}
