//! Tests of the acts from end to end, and of processes that end in the middle.

mod activity;
mod batch;
mod campaign;
mod changes;
mod check;
mod clients;
mod connect;
mod env;
mod export;
mod forged_rows;
mod hand_out;
mod hostile;
mod labels;
mod lease;
mod matrix;
mod model;
mod pairs;
mod panics;
mod preferences;
mod rebuild;
mod recover;
mod refresh;
mod remove_everything;
mod revoke;
mod scan;
mod sealed;
mod self_test;
mod token;

/// The endpoints whose requests are counted.
const TOKEN: &str = "/v1/oauth/token";
const REVOKE: &str = "/v1/oauth/revoke";
