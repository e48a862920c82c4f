//! The command at a terminal: what it asks, what it shows, and what it leaves alone.

mod arguments;
mod browser;
mod completions;
mod display;
mod doctor;
mod lists;
mod pasted;
mod questions;
mod results;
mod secrets;
mod shown;
