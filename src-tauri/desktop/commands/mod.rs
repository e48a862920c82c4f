//! The commands of the window: each unpacks its arguments, calls core, and passes the result on. Each file is of
//! the room of the page that calls them.
#![allow(
    clippy::needless_pass_by_value,
    reason = "Tauri hands commands owned values"
)]

mod activity;
mod clients;
mod connect;
mod connection;
mod import;
mod list;
mod page;
mod scan;
mod sealed;
mod settings;

use std::path::PathBuf;

use keyrack_core::{Cause, Problem};
use tauri::{AppHandle, Manager as _, Runtime, State, ipc::Invoke};

use crate::shell::Shell;

type Shared<'a> = State<'a, Shell>;

/// The handler of all commands; `build.rs` lists the same names.
pub fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        list::snapshot,
        list::changes,
        list::news,
        list::wanted,
        page::look,
        page::keep_look,
        page::zoom,
        settings::preferences,
        clients::try_sandbox,
        clients::redirect_uri,
        clients::open_portal,
        clients::verify_client,
        clients::add_client,
        import::add_token,
        clients::replace_client_secret,
        clients::verify_saved_client,
        clients::edit_client,
        clients::remove_client,
        connect::begin_authorization,
        connect::begin_reconnect,
        connect::open_again,
        connect::copy_authorization_url,
        connect::submit_callback,
        connect::continue_authorization,
        connect::cancel_authorization,
        connect::acknowledge,
        connection::check,
        connection::begin_batch,
        connection::cancel_batch,
        connection::acknowledge_batch,
        connection::refresh,
        connection::revoke,
        connection::forget,
        connection::copy_token,
        page::copy_text,
        clients::save_bridge_page,
        connection::details,
        connection::open_in_notion,
        connection::allow,
        connection::set_note,
        connection::set_expiry,
        connection::label_connections,
        connection::leases,
        connection::end_lease,
        activity::activity,
        list::export_connections,
        activity::export_activity,
        page::save_text,
        settings::change_preferences,
        settings::about,
        settings::open_data_folder,
        settings::self_test,
        scan::scan,
        scan::end_scan,
        import::begin_import,
        import::judge_next,
        import::keep_next,
        import::end_import,
        sealed::export_sealed,
        sealed::open_sealed,
        sealed::import_sealed,
        sealed::close_sealed,
        sealed::undo_move,
        settings::rebuild,
        settings::remove_everything,
        settings::acknowledge_removal,
        page::quit,
    ]
}

/// The downloads folder, or the home folder of a system that has none.
fn downloads<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, Problem> {
    let known = app.path();
    let folder = known.download_dir().or_else(|_| known.home_dir());
    folder.map_err(|_| Cause::NoDownloads.into())
}
