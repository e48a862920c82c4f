//! The cipher of sealed files: age, to a passphrase or to public keys.

use std::io::{self, Read as _, Write as _};
use std::iter;
use std::path::Path;

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor, Encryptor, Identity, scrypt, x25519};
use secrecy::{ExposeSecret as _, SecretString};

use super::bytes::{Wiped, read_at_most, shown};
use crate::domain::problem::{Cause, Problem};
use notion_oauth::sanitize_display_text;

/// The work that a passphrase is stretched by, as a power of two: that of the program `age`, about a
/// second. Tests have no secrets.
const WORK: u8 = if cfg!(test) { 8 } else { 18 };

/// The most work that a file may ask for: 1 GiB of memory and some seconds.
const MOST_WORK: u8 = 20;

/// The most bytes of a file's header: some hundred recipients. Each may cost a try.
const MOST_HEADER: usize = 64 << 10;

/// The most bytes of a file with secret keys.
const MOST_KEY_BYTES: u64 = 64 << 10;

/// What every age file begins with.
const AGE: &[u8] = b"age-encryption.org/";

/// What one in armour begins with.
const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// The line after a header's recipients.
const HEADER_END: &[u8] = b"\n---";

/// Whom a file is sealed to.
pub enum Seal {
    /// Whoever knows a passphrase.
    Passphrase(SecretString),
    /// Whoever has the secret key of one of these.
    Recipients(Vec<x25519::Recipient>),
}

/// What a file is opened with.
pub enum Unseal {
    /// A passphrase.
    Passphrase(SecretString),
    /// Secret keys.
    Identities(Vec<x25519::Identity>),
}

/// A sealed text, and what proves that it can be opened.
pub(super) struct Sealed {
    pub bytes: Vec<u8>,
    pub proof: Unseal,
}

/// The fewest characters of a passphrase that files are sealed with.
const FEWEST: usize = 12;

/// How a secret key of age's begins.
const SECRET_KEY: &str = "AGE-SECRET-KEY";

impl Seal {
    /// A passphrase as a person chose it. Fails with `passphrase-short`: whoever has the file may try as many
    /// as they like.
    pub fn passphrase(chosen: SecretString) -> Result<Self, Problem> {
        if chosen.expose_secret().chars().count() < FEWEST {
            return Err(Cause::PassphraseShort.into());
        }
        Ok(Self::Passphrase(chosen))
    }

    /// Public keys as `age-keygen` prints them. Fails with `recipient-unknown`.
    pub fn recipients(typed: &[String]) -> Result<Self, Problem> {
        let parsed = typed.iter().map(|one| {
            let recipient = one.trim().parse();
            recipient.map_err(|_| {
                if one.to_ascii_uppercase().contains(SECRET_KEY) {
                    return Cause::RecipientSecret.into();
                }
                let recipient = sanitize_display_text(one);
                Problem::from(Cause::RecipientUnknown { recipient })
            })
        });
        parsed.collect::<Result<_, _>>().map(Self::Recipients)
    }

    /// Seals a text.
    pub(super) fn seal(&self, clear: &[u8]) -> io::Result<Sealed> {
        let (encryptor, proof) = match self {
            Self::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK);
                let encryptor = Encryptor::with_recipients(iter::once(&recipient as _));
                (encryptor, Unseal::Passphrase(passphrase.clone()))
            }
            Self::Recipients(recipients) => {
                // Nobody here has their secret keys: one that lives for the proof alone has to do.
                let proof = x25519::Identity::generate();
                let own = proof.to_public();
                let all = recipients.iter().chain(iter::once(&own));
                let encryptor = Encryptor::with_recipients(all.map(|one| one as _));
                (encryptor, Unseal::Identities(vec![proof]))
            }
        };
        let mut bytes = Vec::new();
        let mut writer = encryptor
            .map_err(io::Error::other)?
            .wrap_output(&mut bytes)?;
        writer.write_all(clear)?;
        writer.finish()?;
        Ok(Sealed { bytes, proof })
    }
}

impl Unseal {
    /// The secret keys in a file of `age-keygen`. Fails with `identity-unreadable` if there is none, or
    /// something else.
    pub fn identities(path: &Path) -> Result<Self, Problem> {
        let unreadable = || Problem::from(Cause::IdentityUnreadable { path: shown(path) });
        let text = read_at_most(path, MOST_KEY_BYTES)?.ok_or_else(unreadable)?;
        let text = std::str::from_utf8(&text).map_err(|_| unreadable())?;
        let lines = text.lines().map(str::trim);
        let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parsed: Result<Vec<_>, _> = keys.map(str::parse).collect();
        match parsed {
            Ok(keys) if !keys.is_empty() => Ok(Self::Identities(keys)),
            _ => Err(unreadable()),
        }
    }

    /// Opens a sealed text, in armour or not.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Wiped, Cause> {
        let bytes = bare(sealed)?;
        let decryptor = decryptor(&bytes)?;
        let reader = match (self, decryptor.is_scrypt()) {
            (Self::Passphrase(_), false) => return Err(Cause::SealedToKey),
            (Self::Identities(_), true) => return Err(Cause::SealedToPassphrase),
            (Self::Passphrase(passphrase), true) => {
                let mut identity = scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(MOST_WORK);
                decryptor.decrypt(iter::once(&identity as &dyn Identity))
            }
            (Self::Identities(identities), false) => {
                decryptor.decrypt(identities.iter().map(|one| one as &dyn Identity))
            }
        };
        let mut clear = Wiped::default();
        // What the reader gives is as long as what it reads, and so never moved to grow.
        clear.reserve_exact(bytes.len());
        let read = reader
            .map_err(|error| refused(&error))?
            .read_to_end(&mut clear);
        read.map_err(|_| Cause::SealedDamaged)?;
        Ok(clear)
    }
}

/// Whether a sealed text is sealed to a passphrase, not to a key.
pub(super) fn is_to_passphrase(sealed: &[u8]) -> Result<bool, Cause> {
    Ok(decryptor(&bare(sealed)?)?.is_scrypt())
}

/// A sealed text without its armour, if it has any.
fn bare(sealed: &[u8]) -> Result<Vec<u8>, Cause> {
    let mut bytes = sealed.to_vec();
    if sealed.trim_ascii_start().starts_with(ARMOUR) {
        bytes.clear();
        let bare = ArmoredReader::new(sealed).read_to_end(&mut bytes);
        bare.map_err(|_| Cause::SealedDamaged)?;
    }
    Ok(bytes)
}

/// Reads the header of a sealed text.
fn decryptor(bytes: &[u8]) -> Result<Decryptor<&[u8]>, Cause> {
    if !bytes.starts_with(AGE) {
        return Err(Cause::NotAge);
    }
    let header = &bytes[..bytes.len().min(MOST_HEADER)];
    let mut places = header.windows(HEADER_END.len());
    if !places.any(|place| place == HEADER_END) {
        return Err(Cause::SealedDamaged);
    }
    Decryptor::new_buffered(bytes).map_err(|error| refused(&error))
}

/// Why a file does not open.
fn refused(error: &DecryptError) -> Cause {
    match error {
        DecryptError::DecryptionFailed => Cause::WrongPassphrase,
        DecryptError::NoMatchingKeys => Cause::OtherKey,
        DecryptError::ExcessiveWork { .. } => Cause::SealedWork,
        DecryptError::UnknownFormat => Cause::SealedNewer,
        _ => Cause::SealedDamaged,
    }
}
