//! The acts on a client.

mod add;
mod edit;
pub mod portal;
mod remove;
mod rotate_secret;
mod verify;
