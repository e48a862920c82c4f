//! The documents that leave Keyrack, for programs and for people to keep: what the command prints as
//! JSON, and what the window exports. Their names and times stay, whatever becomes of the window's
//! types (docs/json.md).

mod acts;
mod export;
mod listed;
mod shape;
mod table;

pub use acts::{ActivityDocument, LeaseDocument, ReceiptDocument};
pub use export::{ExportFormat, Exported};
pub use listed::{ClientDocument, ConnectionDocument, OfClient};
pub use shape::{Time, Versioned, list, word};
