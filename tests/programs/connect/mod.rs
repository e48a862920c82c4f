//! Connecting a workspace in the window: the link out, the callback back, and what it comes to.

mod app_link;
mod in_the_browser;
mod link;
mod redirect_methods;
mod without_result;
