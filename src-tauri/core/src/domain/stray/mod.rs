//! Stray tokens: secrets of Notion's that lie in clear text outside of the keyring.

mod found;
mod marks;
mod places;
mod seek;
mod way_out;

pub use found::{Diff, Stray, StrayKind, Whose};
pub(crate) use marks::Marks;
pub(crate) use places::{Base, PLACES};
pub(crate) use seek::{What, seek};
pub(crate) use way_out::{env_line, masked, mcp_server};
