//! The command at a terminal: what it asks, what it shows, and what it leaves alone.

mod arguments;
mod browser;
mod display;
mod pasted;
mod results;
mod secrets;
mod shown;
