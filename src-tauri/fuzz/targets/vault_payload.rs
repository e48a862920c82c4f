//! Keyring entries, which any program of the same user may have written.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyrack_core::fuzzing::vault_payload(data));
