//! Entry points for fuzzers (src-tauri/fuzz): replies of every status, and what must hold for each.

use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::fields::{Fields, Missing};
use crate::reply::{Party, Reply};
use crate::{Grant, Introspection};

/// The secret that the request carried, and that no error may repeat.
const SECRET: &str = "ntn_fuzzed-secret-0123456789";

/// Reads fuzzed data as the reply to an exchange or a refresh.
///
/// # Panics
///
/// If an invariant of the reading is broken.
pub fn token_response(data: &[u8]) {
    if let Some(grant) = read(data, Grant::read) {
        assert!(!grant.access_token.expose_secret().is_empty());
        assert!(!grant.bot_id.is_empty() && !grant.workspace_id.is_empty());
    }
}

/// Reads fuzzed data as the reply to an introspection.
///
/// # Panics
///
/// If an invariant of the reading is broken.
pub fn introspection_response(data: &[u8]) {
    if let Some(introspection) = read(data, Introspection::read) {
        let _ = format!("{introspection:?}");
    }
}

/// Reads the rest of the data as a reply whose status is in the first two bytes.
fn read<T>(
    data: &[u8],
    read: impl FnOnce(&Fields, Option<String>) -> Result<T, Missing>,
) -> Option<T> {
    let (status, body) = data.split_at_checked(2)?;
    let status = u16::from_be_bytes([status[0], status[1]]);
    let reply = Reply {
        status: 200 + status % 400,
        retry_after: None,
        request_id: None,
        body: Zeroizing::new(body.to_vec()),
    };
    for party in [Party::Client, Party::Bearer] {
        let told = format!("{:?}", reply.refusal(party, &[SECRET]));
        assert!(!told.contains(SECRET), "an error repeats a secret");
    }
    reply.accepted(&[SECRET]).read(read).ok()
}
