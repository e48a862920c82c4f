//! The database when it is missing, damaged, in use or read-only.

mod altered;
mod lost;
mod unusable;
