//! The window's screens, real ones: what each act does, by mouse and by keyboard, and whether all
//! of it can be perceived, operated and understood.

mod accessibility;
mod busy;
mod hostile;
mod keyboard;
mod keys;
mod many;
mod panels;
mod settings;
mod steady;
