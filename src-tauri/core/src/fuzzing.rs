//! Entry points for fuzzers (src-tauri/fuzz), and what must hold for each.

use secrecy::ExposeSecret as _;

use crate::domain::callback::{Callback, CallbackResult};
use crate::storage::sealed::Document;
use crate::storage::vault::Payload;

/// Parses fuzzed data as a callback: one that is accepted is read by a URL parser in the same way.
///
/// # Panics
///
/// If an invariant is broken.
pub fn callback(data: &[u8]) {
    let Ok(callback) = Callback::parse(data) else {
        return;
    };
    let text = std::str::from_utf8(data).expect("only ASCII is taken");
    let url = url::Url::parse(text).expect("a URL parser takes it too");
    let read = |name: &str| {
        let mut pairs = url.query_pairs().filter(|(key, _)| key == name);
        let value = pairs.next().map(|(_, value)| value.into_owned());
        assert!(pairs.next().is_none(), "{name} stands in it once");
        value
    };
    let state = read("state").expect("a state");
    assert_eq!(state, callback.state.expose_secret());
    if let CallbackResult::Code(code) = callback.result {
        assert_eq!(read("code").as_deref(), Some(code.expose_secret()));
        assert_eq!(read("error"), None);
    } else {
        assert_eq!(read("code"), None);
    }
    assert_eq!(read("access_token"), None);
    assert_eq!(url.fragment(), None);
}

/// Parses fuzzed data as a vault entry: one that is accepted is Keyrack's, and stays the same when
/// it is encoded again.
///
/// # Panics
///
/// If an invariant is broken.
pub fn vault_payload(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(payload) = Payload::parse(text, "entry", "store") {
        assert_eq!(payload.id(), "entry");
        let again = payload.encode("store");
        let read = Payload::parse(again.expose_secret(), "entry", "store").expect("our own");
        assert_eq!(read.encode("store").expose_secret(), again.expose_secret());
    }
}

/// Parses fuzzed data as the document of a sealed file: one that is accepted stays the same when it is encoded
/// again.
///
/// # Panics
///
/// If an invariant is broken.
pub fn sealed_document(data: &[u8]) {
    let Ok(document) = Document::parse(data) else {
        return;
    };
    let text = document.encode();
    let read = Document::parse(&text).expect("our own");
    assert_eq!(*read.encode(), *text);
}
