//! The database when it is missing, damaged, in use or read-only.

mod lost;
mod unusable;
