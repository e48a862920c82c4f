//! The acts on a client, from end to end.

mod edit;
mod remove;
mod rotate_secret;
mod verify;
