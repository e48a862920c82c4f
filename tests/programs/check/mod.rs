//! Many connections checked: all at once by hand, and those that are due in the background.

mod all;
mod background;
