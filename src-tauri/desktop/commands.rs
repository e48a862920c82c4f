//! The commands of the window: each unpacks its arguments, calls core, and passes the result on.
#![allow(
    clippy::needless_pass_by_value,
    reason = "Tauri hands commands owned values"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyrack_core::documents::ExportFormat;
use keyrack_core::{
    About, ActivityFilter, ActivityPage, Allowed, Authorization, BatchAct, Caller, Cause, Changes,
    Client, ClientChange, Connection, ConnectionsPolicy, Details, FoundInFile, Ground, JudgedLine,
    KeptLine, Keyrack, LabelChange, Lease, NewClient, NewToken, News, Preferences, Problem,
    Rebuilt, Receipt, RedirectMethod, Revocation, Scan, Seal, SealedExport, SealedImport, SelfTest,
    Snapshot,
};
use secrecy::{ExposeSecret as _, SecretString};
use tauri::{AppHandle, Manager as _, Runtime, State, async_runtime, ipc::Invoke};

use crate::browser::open_in_browser;
use crate::links::app_link;
use crate::links::inbox::Inbox;
use crate::links::wanted::Wanted;
use crate::sealed;
use crate::shell::Shell;
use crate::{background, bridge_page, files, window};

/// How often an authorization whose address is on the clipboard is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The setting under which the page keeps how it is looked at.
const LOOK: &str = "look";

type Shared<'a> = State<'a, Shell>;

/// The handler of all commands; `build.rs` lists the same names.
pub fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        snapshot,
        changes,
        news,
        wanted,
        look,
        keep_look,
        zoom,
        preferences,
        try_sandbox,
        redirect_uri,
        open_portal,
        verify_client,
        add_client,
        add_token,
        replace_client_secret,
        verify_saved_client,
        edit_client,
        remove_client,
        begin_authorization,
        begin_reconnect,
        open_again,
        copy_authorization_url,
        submit_callback,
        continue_authorization,
        cancel_authorization,
        acknowledge,
        check,
        begin_batch,
        cancel_batch,
        acknowledge_batch,
        refresh,
        revoke,
        forget,
        copy_token,
        copy_text,
        save_bridge_page,
        details,
        open_in_notion,
        allow,
        set_note,
        set_expiry,
        label_connections,
        leases,
        end_lease,
        activity,
        export_connections,
        export_activity,
        save_text,
        change_preferences,
        about,
        open_data_folder,
        self_test,
        scan,
        end_scan,
        begin_import,
        judge_next,
        keep_next,
        end_import,
        export_sealed,
        open_sealed,
        import_sealed,
        close_sealed,
        undo_move,
        rebuild,
        remove_everything,
        acknowledge_removal,
        quit,
    ]
}

#[tauri::command(async)]
fn snapshot(shell: Shared<'_>) -> Result<Snapshot, Problem> {
    shell.keyrack()?.snapshot()
}

/// Returns what changed since a revision. The window's first call comes once it has painted its first
/// list.
#[tauri::command(async)]
fn changes(shell: Shared<'_>, since: i64) -> Result<Changes, Problem> {
    shell.painted.notify_one();
    shell.keyrack()?.changes(since)
}

#[tauri::command(async)]
fn news(shell: Shared<'_>) -> Result<News, Problem> {
    Ok(shell.keyrack()?.news())
}

/// What a start of the program asks to see in the list; once.
#[tauri::command]
fn wanted(inbox: State<'_, Inbox>) -> Option<Wanted> {
    inbox.take_wanted()
}

/// How the window was last looked at, in the page's own words; none before that is first kept.
#[tauri::command(async)]
fn look(shell: Shared<'_>) -> Result<Option<String>, Problem> {
    shell.keyrack()?.setting(LOOK)
}

/// Keeps how the window is looked at for its next start, since the web view's own data are temporary.
#[tauri::command(async)]
fn keep_look(shell: Shared<'_>, look: String) -> Result<(), Problem> {
    shell.keyrack()?.set_setting(LOOK, &look)
}

/// Sets the size of the window's content, as a part of the usual one.
#[tauri::command]
fn zoom<R: Runtime>(app: AppHandle<R>, size: f64) {
    if let Some(window) = app.get_webview_window(window::LABEL) {
        let _ = window.set_zoom(size.clamp(0.5, 3.0));
    }
}

#[tauri::command(async)]
fn preferences(shell: Shared<'_>) -> Result<Preferences, Problem> {
    shell.keyrack()?.preferences()
}

#[tauri::command]
async fn try_sandbox(shell: Shared<'_>) -> Result<Client, Problem> {
    shell.sandbox.add_client(&*shell.keyrack()?).await
}

#[tauri::command(rename_all = "snake_case")]
fn redirect_uri(
    method: RedirectMethod,
    localhost_port: Option<u16>,
    bridge_url: Option<String>,
) -> Result<String, Problem> {
    keyrack_core::redirect_uri(method, localhost_port, bridge_url.as_deref())
}

#[tauri::command(async)]
fn open_portal(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.open_portal()
}

#[tauri::command]
async fn verify_client(shell: Shared<'_>, form: NewClient) -> Result<(), Problem> {
    shell.keyrack()?.verify_client(form).await
}

#[tauri::command]
async fn add_client(shell: Shared<'_>, form: NewClient) -> Result<Client, Problem> {
    shell.keyrack()?.add_client(form).await
}

#[tauri::command]
async fn add_token(shell: Shared<'_>, form: NewToken) -> Result<Connection, Problem> {
    shell.keyrack()?.add_token(form).await
}

#[tauri::command]
async fn replace_client_secret(
    shell: Shared<'_>,
    client: String,
    secret: SecretString,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    async_runtime::spawn(keyrack.replace_client_secret(&client, secret).await?);
    Ok(())
}

#[tauri::command]
async fn verify_saved_client(shell: Shared<'_>, client: String) -> Result<(), Problem> {
    shell.keyrack()?.verify_saved_client(&client).await
}

#[tauri::command]
async fn edit_client(
    shell: Shared<'_>,
    client: String,
    change: ClientChange,
) -> Result<Client, Problem> {
    shell.keyrack()?.edit_client(&client, change).await
}

#[tauri::command]
async fn remove_client(
    shell: Shared<'_>,
    client: String,
    connections: ConnectionsPolicy,
) -> Result<(), Problem> {
    shell.keyrack()?.remove_client(&client, connections).await
}

#[tauri::command]
async fn begin_authorization<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    client: String,
) -> Result<Authorization, Problem> {
    let keyrack = shell.keyrack()?;
    register_app_link(&app, &keyrack, &client).await?;
    keyrack.begin_authorization(&client).await
}

#[tauri::command]
async fn begin_reconnect<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connection: String,
) -> Result<Authorization, Problem> {
    let keyrack = shell.keyrack()?;
    let client = keyrack.connection(&connection)?.client_id;
    register_app_link(&app, &keyrack, &client).await?;
    keyrack.begin_reconnect(&connection).await
}

/// Registers this program for app links, if the client's callbacks arrive by one.
async fn register_app_link<R: Runtime>(
    app: &AppHandle<R>,
    keyrack: &Keyrack,
    client: &str,
) -> Result<(), Problem> {
    if keyrack.client(client)?.redirect_method != RedirectMethod::Localhost {
        app_link::register(app).await;
    }
    Ok(())
}

#[tauri::command(async)]
fn open_again(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    shell.keyrack()?.open_again(&authorization)
}

#[tauri::command]
async fn copy_authorization_url(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let url = keyrack.authorization_url(&authorization)?;
    let keyrack = Arc::downgrade(&keyrack);
    let is_waiting = move || {
        let keyrack = keyrack.upgrade();
        keyrack.is_some_and(|keyrack| keyrack.authorization_url(&authorization).is_ok())
    };
    let waits = async move {
        while is_waiting() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    shell.clipboard.copy_until(url, waits).await
}

/// Takes a pasted callback. Returns as soon as it is accepted or refused; events report the rest.
#[tauri::command]
async fn submit_callback(shell: Shared<'_>, text: SecretString) -> Result<(), Problem> {
    let rest = shell
        .keyrack()?
        .take_pasted(text.expose_secret().as_bytes())?;
    async_runtime::spawn(rest);
    Ok(())
}

#[tauri::command]
async fn continue_authorization(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    async_runtime::spawn(async move { keyrack.continue_authorization(&authorization).await });
    Ok(())
}

#[tauri::command(async)]
fn cancel_authorization(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    shell.keyrack()?.cancel_authorization(&authorization)
}

#[tauri::command(async)]
fn acknowledge(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge();
    Ok(())
}

#[tauri::command]
async fn check(shell: Shared<'_>, connection: String) -> Result<Connection, Problem> {
    shell.keyrack()?.check(&connection).await
}

/// Acts on the given connections, or on all. Returns at once; events report the progress and the end.
#[tauri::command]
async fn begin_batch(
    shell: Shared<'_>,
    act: BatchAct,
    connections: Option<Vec<String>>,
) -> Result<(), Problem> {
    let batch = shell.keyrack()?.begin_batch(act, connections.as_deref())?;
    async_runtime::spawn(batch);
    Ok(())
}

#[tauri::command(async)]
fn cancel_batch(shell: Shared<'_>, act: BatchAct) -> Result<(), Problem> {
    shell.keyrack()?.cancel_batch(act);
    Ok(())
}

#[tauri::command(async)]
fn acknowledge_batch(shell: Shared<'_>, act: BatchAct) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge_batch(act);
    Ok(())
}

#[tauri::command]
async fn refresh(shell: Shared<'_>, connection: String) -> Result<Connection, Problem> {
    shell.keyrack()?.refresh(&connection).await
}

#[tauri::command]
async fn revoke(shell: Shared<'_>, connection: String) -> Result<Revocation, Problem> {
    shell.keyrack()?.revoke(&connection).await
}

#[tauri::command]
async fn forget(shell: Shared<'_>, connection: String) -> Result<Receipt, Problem> {
    shell.keyrack()?.forget(&connection).await
}

#[tauri::command]
async fn copy_token(shell: Shared<'_>, connection: String) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let token = keyrack.copy_token(&connection, Caller::default()).await?;
    let seconds = keyrack.preferences()?.clipboard_seconds;
    let clipboard = &shell.clipboard;
    clipboard
        .copy_until(
            token,
            tokio::time::sleep(Duration::from_secs(seconds.into())),
        )
        .await
}

#[tauri::command]
async fn copy_text(shell: Shared<'_>, text: String) -> Result<(), Problem> {
    shell.clipboard.copy(text).await
}

#[tauri::command(async)]
fn save_bridge_page<R: Runtime>(app: AppHandle<R>) -> Result<PathBuf, Problem> {
    bridge_page::write(&downloads(&app)?)
}

#[tauri::command]
async fn details(shell: Shared<'_>, connection: String) -> Result<Details, Problem> {
    shell.keyrack()?.details(&connection).await
}

/// Shows a connection's workspace at Notion, in the browser.
#[tauri::command(async)]
fn open_in_notion(shell: Shared<'_>, connection: String) -> Result<(), Problem> {
    let workspace = shell.keyrack()?.connection(&connection)?.workspace_id;
    open_in_browser(&notion_address(&workspace)).map_err(|_| Cause::BrowserFailed.into())
}

/// The address of a workspace at Notion. The id came over the network: only a plain one is part of it.
fn notion_address(workspace: &str) -> String {
    let plain: String = workspace.chars().filter(|&c| c != '-').collect();
    let is_plain = plain.len() == 32 && plain.chars().all(|c| c.is_ascii_hexdigit());
    format!(
        "https://www.notion.so/{}",
        if is_plain { &plain } else { "" }
    )
}

#[tauri::command(async)]
fn allow(shell: Shared<'_>, connection: String, allowed: Allowed) -> Result<Connection, Problem> {
    shell.keyrack()?.allow(&connection, allowed)
}

#[tauri::command(async)]
fn set_expiry(shell: Shared<'_>, connection: String, day: String) -> Result<Connection, Problem> {
    shell.keyrack()?.set_expiry(&connection, &day)
}

#[tauri::command(async)]
fn set_note(shell: Shared<'_>, connection: String, note: String) -> Result<Connection, Problem> {
    shell.keyrack()?.set_note(&connection, &note)
}

#[tauri::command(async)]
fn label_connections(
    shell: Shared<'_>,
    connections: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
) -> Result<Vec<Connection>, Problem> {
    let note = None;
    let change = LabelChange {
        add,
        remove,
        note,
        expires_on: None,
    };
    shell.keyrack()?.label_connections(&connections, &change)
}

/// The leases that are running, of one connection or of all, oldest first.
#[tauri::command(async)]
fn leases(shell: Shared<'_>, connection: Option<String>) -> Result<Vec<Lease>, Problem> {
    let keyrack = shell.keyrack()?;
    match connection {
        Some(id) => keyrack.leases_of(&id),
        None => keyrack.leases(),
    }
}

#[tauri::command(async)]
fn end_lease(shell: Shared<'_>, lease: String) -> Result<(), Problem> {
    shell.keyrack()?.end_lease(&lease)
}

#[tauri::command(async)]
fn activity(
    shell: Shared<'_>,
    filter: ActivityFilter,
    before: Option<String>,
) -> Result<ActivityPage, Problem> {
    shell.keyrack()?.activity(&filter, before.as_deref())
}

#[tauri::command(async)]
fn export_connections<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connections: Vec<String>,
    format: ExportFormat,
) -> Result<PathBuf, Problem> {
    let exported = shell.keyrack()?.export_connections(&connections, format)?;
    files::write_download(&downloads(&app)?, &exported.name, &exported.file())
}

#[tauri::command(async)]
fn export_activity<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    filter: ActivityFilter,
    format: ExportFormat,
) -> Result<PathBuf, Problem> {
    let exported = shell.keyrack()?.export_activity(&filter, format)?;
    files::write_download(&downloads(&app)?, &exported.name, &exported.file())
}

#[tauri::command(async)]
fn save_text<R: Runtime>(
    app: AppHandle<R>,
    name: String,
    text: String,
) -> Result<PathBuf, Problem> {
    files::save_text(&downloads(&app)?, &name, &text)
}

/// The downloads folder, or the home folder of a system that has none.
fn downloads<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, Problem> {
    let known = app.path();
    let folder = known.download_dir().or_else(|_| known.home_dir());
    folder.map_err(|_| Cause::NoDownloads.into())
}

#[tauri::command(async)]
fn change_preferences(shell: Shared<'_>, preferences: Preferences) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let before = keyrack.background_checks()?;
    let changed = keyrack.set_preferences(&preferences);
    if keyrack.background_checks()? != before {
        background::watch(&keyrack);
    }
    changed
}

#[tauri::command]
async fn about(shell: Shared<'_>) -> Result<About, Problem> {
    Ok(shell.keyrack()?.about().await)
}

#[tauri::command(async)]
fn open_data_folder(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.open_data_folder()
}

#[tauri::command]
async fn self_test<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    test: SelfTest,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    match test {
        SelfTest::Keyring => keyrack.test_keyring().await,
        SelfTest::AppLink => app_link::test(&app).await,
        SelfTest::Localhost => keyrack.test_localhost().await,
        SelfTest::Notion => keyrack.test_notion().await,
        SelfTest::Database => keyrack.test_database(),
    }
}

/// Looks for tokens in clear text: in the known places, and below paths as a person typed them. A scan that
/// is under way ends.
#[tauri::command]
async fn scan<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    folders: Vec<String>,
) -> Result<Scan, Problem> {
    let home = app.path().home_dir().unwrap_or_default();
    let typed = |folder: &String| match folder.strip_prefix('~') {
        Some(rest) => home.join(rest.trim_start_matches(['/', '\\'])),
        None => home.join(folder),
    };
    let ground = Ground {
        known_places: true,
        named: folders.iter().map(typed).collect(),
    };
    let goes_on = shell.scans.begin();
    Ok(shell.keyrack()?.scan(ground, move |_| goes_on()).await)
}

/// Begins an import of a list of pairs into a client, and returns how many lines it has.
#[tauri::command]
async fn begin_import(
    shell: Shared<'_>,
    client: String,
    list: SecretString,
) -> Result<usize, Problem> {
    let keyrack = shell.keyrack()?;
    shell.imports.begin(&keyrack, &client, list).await
}

#[tauri::command]
async fn judge_next(shell: Shared<'_>) -> Result<Option<JudgedLine>, Problem> {
    shell.imports.judge_next().await
}

#[tauri::command]
async fn keep_next(shell: Shared<'_>) -> Result<Option<KeptLine>, Problem> {
    shell.imports.keep_next().await
}

#[tauri::command]
async fn end_import(shell: Shared<'_>) -> Result<(), Problem> {
    shell.imports.end().await;
    Ok(())
}

/// Seals connections into a new file in the downloads, to a passphrase, or to public keys if there are any.
#[tauri::command]
async fn export_sealed<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connections: Vec<String>,
    passphrase: SecretString,
    recipients: Vec<String>,
    copy: bool,
) -> Result<SealedExport, Problem> {
    let to = if recipients.is_empty() {
        Seal::passphrase(passphrase)?
    } else {
        Seal::recipients(&recipients)?
    };
    let keyrack = shell.keyrack()?;
    sealed::export(&keyrack, &downloads(&app)?, &connections, to, copy).await
}

/// Opens a sealed file, and asks Notion about what is in it; nothing is kept yet.
#[tauri::command]
async fn open_sealed(
    shell: Shared<'_>,
    file: Vec<u8>,
    passphrase: SecretString,
) -> Result<FoundInFile, Problem> {
    let keyrack = shell.keyrack()?;
    shell.sealed.open(&keyrack, file, passphrase).await
}

/// Takes in what is new in the open file.
#[tauri::command]
async fn import_sealed(shell: Shared<'_>) -> Result<SealedImport, Problem> {
    let keyrack = shell.keyrack()?;
    shell.sealed.take_in(&keyrack).await
}

#[tauri::command]
async fn close_sealed(shell: Shared<'_>) -> Result<(), Problem> {
    shell.sealed.close().await;
    Ok(())
}

/// Uses connections here again that were moved to another computer.
#[tauri::command(async)]
fn undo_move(shell: Shared<'_>, connections: Vec<String>) -> Result<Vec<Connection>, Problem> {
    shell.keyrack()?.undo_move(&connections)
}

/// Ends the scan that is under way.
#[tauri::command]
fn end_scan(shell: Shared<'_>) {
    shell.scans.end();
}

/// Makes the list say what the keyring says.
#[tauri::command]
async fn rebuild(shell: Shared<'_>) -> Result<Rebuilt, Problem> {
    shell.keyrack()?.rebuild().await
}

/// Removes everything. Returns at once; events report each stage.
#[tauri::command]
async fn remove_everything<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    revoke_first: bool,
) -> Result<(), Problem> {
    let app_link = || async move { app_link::unregister(&app).await };
    let removal = shell.keyrack()?.remove_everything(revoke_first, app_link)?;
    async_runtime::spawn(removal);
    Ok(())
}

#[tauri::command(async)]
fn acknowledge_removal(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge_removal();
    Ok(())
}

/// Closes the window as its close button does: tokens on their way to the keyring are waited for.
#[tauri::command]
fn quit<R: Runtime>(app: AppHandle<R>) {
    if let Some(window) = app.get_webview_window(window::LABEL) {
        let _ = window.close();
    }
}

#[cfg(test)]
mod tests {
    use super::notion_address;

    #[test]
    fn only_a_plain_id_becomes_part_of_an_address() {
        let at = |id: &str| notion_address(id);
        assert_eq!(
            at("b2e8d7f0-55aa-4e61-8f2b-000000000001"),
            "https://www.notion.so/b2e8d7f055aa4e618f2b000000000001"
        );
        for hostile in ["", "../login", "@evil.example", "b2e8d7f0?x=1"] {
            assert_eq!(at(hostile), "https://www.notion.so/");
        }
    }
}
