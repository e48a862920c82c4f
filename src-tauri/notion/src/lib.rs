#![doc = include_str!("../README.md")]
//!
//! # In detail
//!
//! One [`Notion`] speaks to one [`BaseUrl`]. Every call is a single request, which follows no
//! redirect and is repeated only where [`Notion::with_retry`] asks for it, with 5 s to connect, 20 s
//! in all and at most 64 KiB of reply (no compression is offered, so none is undone).
//!
//! Replies are read leniently where Notion varies: unknown fields are ignored, and an optional
//! field that is null, empty or of another type counts as absent. A reply that lacks a required
//! field is [`Error::NotNotion`] and names it. Names, icons and addresses in a reply are passed on
//! as written, so whoever shows them takes them through [`sanitize_display_text`] first; text inside
//! an [`Error`] is safe to show already.
//!
//! Secrets are [`secrecy::SecretString`]s. Replies are wiped after reading; the copies that HTTP
//! and TLS make while sending and receiving are out of reach.
//!
//! Source: <https://developers.notion.com/docs/authorization>, with RFC 6749, 7009 and 7662 for
//! what it leaves open.

mod authorize;
mod backoff;
mod base_url;
mod bot;
mod error;
mod fields;
#[cfg(fuzzing)]
pub mod fuzzing;
mod grant;
mod http;
mod introspection;
mod invisible;
mod notion;
mod obstacle;
mod owner;
mod pace;
mod pacer;
mod pass_on;
mod path;
mod patience;
mod reply;
mod request;
mod retry;
mod sanitize;
#[cfg(test)]
mod tests;

pub use authorize::AuthorizationOwner;
pub use backoff::Backoff;
pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use bot::Bot;
pub use error::Error;
pub use grant::Grant;
pub use http::{VERSION as NOTION_VERSION, request_id, retry_after};
pub use introspection::{Introspection, Revocation};
pub use invisible::is_unprintable;
pub use notion::{Credentials, Notion};
pub use obstacle::{CertificateFault, Obstacle};
pub use owner::Owner;
pub use pace::Pace;
pub use pacer::{Budget, Pacer, Share};
pub use pass_on::{PassedBack, PassedOn, Streamed, is_passed_on};
pub use path::{ApiPath, InvalidPath};
pub use patience::within;
pub use request::{Auth, Method, Request, Response};
pub use reqwest::Body;
pub use retry::Retry;
pub use sanitize::sanitize_display_text;
