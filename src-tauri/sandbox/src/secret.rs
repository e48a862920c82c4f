//! Secrets of the sandbox: random or derived from its own key, and stored as hashes.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The key from which client secrets and repeated tokens are derived: 256 bits.
pub(crate) type Key = [u8; 32];

/// 256 random bits from the operating system.
pub(crate) fn random() -> Key {
    let mut bytes = Key::default();
    getrandom::fill(&mut bytes).expect("an operating system without random bytes can serve nobody");
    bytes
}

/// Spells 256 bits as an access token, with Notion's newer prefix.
pub(crate) fn access_token(bits: &Key) -> String {
    format!("ntn_{}", hex(bits))
}

/// Spells 256 bits as a refresh token, with Notion's newer prefix.
pub(crate) fn refresh_token(bits: &Key) -> String {
    format!("nrt_{}", hex(bits))
}

/// Derives the secret of a client in one generation.
pub(crate) fn client_secret(key: &Key, client_id: &str, generation: i64) -> String {
    let bits = derive(key, &format!("client secret\0{client_id}\0{generation}"));
    format!("secret_{}", hex(&bits))
}

/// Derives 256 bits from the key for a purpose.
pub(crate) fn derive(key: &Key, purpose: &str) -> Key {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The SHA-256 hash of a token, code or client secret, which is stored or compared in its place.
pub(crate) fn digest(secret: &str) -> Key {
    Sha256::digest(secret.as_bytes()).into()
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
