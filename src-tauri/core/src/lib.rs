//! Keyrack without a window: clients, connections, authorizations, the vault and the store.
//!
//! Decisions are pure functions with the time passed in; effects sit at the edge, in
//! [`Keyrack`]'s acts. The shell and the command line only unpack, call and word the result.

mod activity;
mod authorization;
mod bridge_page;
mod browser;
mod callback;
mod changes;
mod check;
mod check_all;
mod client;
mod complete;
mod connect;
mod connection;
mod data_folder;
mod details;
mod downloads;
mod edit_client;
mod failpoint;
mod forget;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod held;
mod keyrack;
mod localhost;
mod login;
mod name_order;
mod operation;
mod owner;
mod pending;
mod preferences;
mod problem;
mod process;
mod rebuild;
mod recover;
mod redirect;
mod refresh;
mod remove_client;
mod remove_everything;
mod retention;
mod revoke;
mod rotate;
mod schedule;
mod self_test;
mod settings;
mod snapshot;
mod store;
mod text;
mod time;
mod vault;
mod verify;
mod watch;
mod window_place;

#[cfg(test)]
mod flows;

pub use activity::{Activity, ActivityFilter, ActivityPage, ExportFormat};
pub use authorization::{Authorization, Progress};
pub use bridge_page::{BRIDGE_PAGE, write_bridge_page};
pub use browser::open_in_browser;
pub use callback::app_link_in;
pub use changes::{Changes, Reader};
pub use check_all::{CheckAll, CheckAllState};
pub use client::{Client, ClientDefaults, NewClient};
pub use connection::{Connection, Status};
pub use data_folder::{DataFolder, WindowLock, disable_core_dumps};
pub use details::Details;
pub use downloads::save_text;
pub use edit_client::ClientChange;
pub use keyrack::{Effects, Event, Keyrack, Opener};
pub use login::{LoginItem, system_login_item, watch_program};
pub use notion_oauth::Budget;
pub use operation::{Kind as OperationKind, Receipt, RefreshTokenFate, Revocation};
pub use owner::Owner;
pub use preferences::{About, Language, Preferences};
pub use problem::{Problem, ProblemCode};
pub use rebuild::{Loss, Rebuilt};
pub use redirect::{RedirectMethod, redirect_uri};
pub use remove_client::Connections;
pub use remove_everything::{Removed, Undone};
pub use self_test::SelfTest;
pub use settings::Settings;
pub use snapshot::Snapshot;
pub use store::ChangeWatch;
pub use time::{Clock, Millis, system_clock};
pub use vault::{KeyringConnector, system_keyring};
pub use watch::{Attention, BackgroundChecks, CaughtUp, Turn, Watch};
pub use window_place::WindowPlace;
