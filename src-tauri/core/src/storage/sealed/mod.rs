//! Sealed files: connections with their clients and secrets, in a file of the age format for another
//! computer.
//!
//! What leaves the process is ciphertext alone, and what comes from such a file is hostile until it is
//! checked: whoever can seal a file to a person may have written anything into it.

mod bytes;
mod cipher;
mod document;
mod file;

pub use cipher::{Seal, Unseal};
pub(crate) use document::{Document, SealedClient, SealedConnection, SealedToken};
pub(crate) use file::{Begun, Prepared};
pub use file::{SealedSource, is_to_passphrase, refuse_place};

#[cfg(test)]
pub(crate) fn read(
    path: &std::path::Path,
    with: &Unseal,
) -> Result<Document, crate::domain::problem::Problem> {
    SealedSource::from(path.to_owned()).read(with)
}

#[cfg(test)]
mod tests;
