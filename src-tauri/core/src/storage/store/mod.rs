//! The store: SQLite for everything that is not a secret.

mod annotations;
mod authorizations;
mod changes;
mod clients;
mod connections;
mod database;
mod evidence;
mod file_system;
mod generation;
mod hand_outs;
mod history;
mod json;
mod labels_file;
mod leases;
mod moved;
mod names;
mod operations;
mod preferences;
mod quarantine;
mod rebuild;
mod revision;
mod schema;
mod sqlite;
mod typed_acts;
mod worded_problems;

pub(crate) use authorizations::ConsumedState;
pub(crate) use connections::CheckOutcome;
pub use database::Store;
pub(crate) use history::History;
pub(crate) use leases::Taken;
pub use names::KnownNames;
