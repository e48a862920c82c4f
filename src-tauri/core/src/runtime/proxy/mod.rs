//! The local end of a lease: a port or a socket at which one program's requests are taken, checked by
//! their heads alone, and answered.

mod answer;
mod gate;
mod listener;

pub(crate) use answer::{Answer, Refusal, is_over, passed_back};
pub(crate) use gate::{Admitted, Gate, Key, only_reads};
pub use listener::Endpoint;
pub(crate) use listener::Listener;
