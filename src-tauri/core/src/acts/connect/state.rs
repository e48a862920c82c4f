//! The `state` that ties a callback to one authorization (RFC 6749 10.12).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::domain::authorization::Authorization;

/// A fresh `state`: 256 bits from the operating system, in a URL-safe spelling.
pub(super) fn new_state() -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// The hash of a state, which the store keeps in its place.
pub(crate) fn state_hash(state: &SecretString) -> [u8; 32] {
    Sha256::digest(state.expose_secret().as_bytes()).into()
}

/// The seal of a waiting authorization: a hash of what its row says, and of the client's secret, without
/// which it cannot be made. The row is in a file that other programs may write.
pub(crate) fn seal(
    authorization: &Authorization,
    state_hash: &[u8; 32],
    redirect_uri: &str,
    client_secret: &SecretString,
) -> String {
    let mut hash = Sha256::new();
    for part in [
        "keyrack authorization",
        &authorization.id,
        &authorization.client_id,
        redirect_uri,
        &authorization.begun.clock.0.to_string(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(state_hash);
    hash.update(client_secret.expose_secret());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_256_bits_and_never_the_same() {
        let (one, other) = (new_state().expect("random"), new_state().expect("random"));
        assert_eq!(
            URL_SAFE_NO_PAD
                .decode(one.expose_secret())
                .expect("base64url")
                .len(),
            32
        );
        assert_ne!(state_hash(&one), state_hash(&other));
    }
}
