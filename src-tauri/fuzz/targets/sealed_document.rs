//! Documents in sealed files, into which whoever sealed one may have written anything.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyrack_core::fuzzing::sealed_document(data));
