//! Stray tokens: secrets of Notion's that lie in clear text outside of the keyring.

mod found;
mod looks;
mod marks;
mod places;
mod seek;
mod way_out;

pub use found::{Diff, Stray, StrayKind, Whose};
pub(crate) use marks::Marks;
pub(crate) use places::{Base, PLACES};
pub(crate) use seek::{Sighting, What, seek, without_secrets};
pub(crate) use way_out::{env_line, mcp_server};
