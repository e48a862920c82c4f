//! The cipher of a Secret Service session (dh-ietf1024-sha256-aes128-cbc-pkcs7), with a public key.

use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

/// The service's half of the key exchange. One to any power is one, so every session has the same key.
pub const PUBLIC_KEY: [u8; 1] = [1];

/// HKDF-SHA-256 of the shared secret one, on 128 bytes.
const KEY: [u8; 16] = [
    0xE9, 0xDD, 0x7E, 0x34, 0x5F, 0xDB, 0x5E, 0x13, 0xC1, 0x5D, 0xC2, 0xF3, 0xD9, 0xB6, 0x29, 0x4F,
];

/// The initialization vector: a constant, since nothing here is secret.
pub const START: [u8; 16] = [0; 16];

/// Encrypts a secret, with [`START`].
pub fn encrypt(secret: &str) -> Vec<u8> {
    let cipher = cbc::Encryptor::<Aes128>::new(&KEY.into(), &START.into());
    cipher.encrypt_padded_vec::<Pkcs7>(secret.as_bytes())
}

/// Decrypts a secret.
pub fn decrypt(start: [u8; 16], secret: &[u8]) -> String {
    let cipher = cbc::Decryptor::<Aes128>::new(&KEY.into(), &start.into());
    let secret = cipher.decrypt_padded_vec::<Pkcs7>(secret).expect("our key");
    String::from_utf8(secret).expect("text")
}
