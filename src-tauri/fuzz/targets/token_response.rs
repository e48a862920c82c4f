//! Answers to an exchange or a refresh.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| notion_oauth::fuzzing::token_response(data));
