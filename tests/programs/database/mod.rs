//! The database, when it is gone, damaged, in use or not to be written.

mod lost;
mod unusable;
