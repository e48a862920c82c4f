//! Values and decisions, without await, IO or Keyrack.

pub mod act;
pub mod annotation;
pub mod authorization;
pub mod batch;
pub mod callback;
pub mod client;
pub mod connection;
pub mod event;
pub mod hand_out;
pub mod kind;
pub mod list;
pub mod name;
pub mod name_order;
pub mod operation;
pub mod owner;
pub mod pasted;
pub mod preferences;
pub mod problem;
pub mod rebuilt;
pub mod receipt;
pub mod redirect;
pub mod removal;
pub mod schedule;
pub mod stray;
pub mod time;
