//! Connecting a workspace in the window: the authorization URL, the callback, and the outcomes.

mod app_link;
mod in_the_browser;
mod link;
mod redirect_methods;
mod without_result;
