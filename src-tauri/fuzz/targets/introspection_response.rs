//! Answers to an introspection.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| notion_oauth::fuzzing::introspection_response(data));
