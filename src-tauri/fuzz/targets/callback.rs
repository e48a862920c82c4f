//! Callback URLs, however they arrive.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyrack_core::fuzzing::callback(data));
