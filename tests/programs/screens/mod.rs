//! The screens of the real window: what each action does, by mouse and by keyboard, and whether
//! everything can be perceived, operated and understood.

mod accessibility;
mod busy;
mod closed;
mod hostile;
mod keyboard;
mod many;
mod mouse;
mod panels;
mod settings;
mod steady;
