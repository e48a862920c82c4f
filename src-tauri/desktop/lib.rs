//! The Tauri shell: window, commands and links. The only room that knows Tauri.

mod background;
mod bridge_page;
mod browser;
mod clipboard;
mod commands;
mod embedded_sandbox;
mod events;
mod files;
mod imports;
mod links;
mod scans;
mod sealed;
mod shell;
mod window;
mod without_window;

use std::process::ExitCode;

use tauri::{App, Builder, Manager as _, Runtime};

use events::Announcement;
#[cfg(target_os = "linux")]
use keyrack_core::Cause;
#[cfg(target_os = "linux")]
use links::activation;
use links::inbox::{self, Inbox};
#[cfg(target_os = "linux")]
use links::single_instance::{self, Forwarded};
use shell::Shell;
use window::place;
use window::quit;
#[cfg(target_os = "linux")]
use window::web_view;

/// Runs the window until it is closed.
#[must_use]
pub fn run() -> ExitCode {
    let _for_good = keyrack_core::disable_core_dumps();
    if let Some(answered) = without_window::answer(std::env::args_os().skip(1)) {
        return answered;
    }
    #[cfg(target_os = "linux")]
    {
        web_view::leave_out_graphics_card();
        single_instance::reexec_with_utf8_args();
    }
    #[cfg(target_os = "linux")]
    let forwarded = single_instance::forward_to_running_instance();
    #[cfg(target_os = "linux")]
    if matches!(forwarded, Forwarded::Taken) {
        return ExitCode::SUCCESS;
    }
    #[cfg(target_os = "linux")]
    if let Err(problem) = without_window::open_display() {
        return without_window::refuse(&problem);
    }
    // An argument that is not text is no link.
    let arguments = std::env::args_os().skip(1);
    let (inbox, links) = inbox::open(arguments.filter_map(|text| text.into_string().ok()));
    // Not in Tauri's set-up hook, where a failure ends in a panic.
    let mut builder = builder(Builder::default(), inbox.clone());
    #[cfg(target_os = "linux")]
    if matches!(forwarded, Forwarded::NoWindow) {
        builder = one_of_its_kind(builder, inbox.clone());
    }
    #[cfg(not(target_os = "linux"))]
    {
        builder = one_of_its_kind(builder, inbox.clone());
    }
    let app = builder
        .build(tauri::generate_context!())
        .and_then(|mut app| start(&mut app, links).map(|()| app));
    #[cfg(target_os = "linux")]
    if let (Ok(app), Forwarded::Stranger { program }) = (&app, forwarded)
        && let Ok(keyrack) = app.state::<Shell>().keyrack()
    {
        keyrack.refuse_callbacks(Cause::NameTaken { program }.into());
    }
    match app {
        Ok(app) => {
            tauri::async_runtime::block_on(async { keyrack_core::survive_file_limit() });
            app.run(|app, event| quit::on_event(app, &event));
            ExitCode::SUCCESS
        }
        Err(error) => {
            #[cfg(target_os = "linux")]
            single_instance::reexec_after(&error);
            without_window::say(&format!("the window could not be opened: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The builder with the plugins, commands and state of every window of Keyrack, on whatever runtime.
pub fn builder<R: Runtime>(builder: Builder<R>, inbox: Inbox) -> Builder<R> {
    builder
        .plugin(tauri_plugin_deep_link::init())
        .manage(inbox)
        .manage(Announcement::default())
        .invoke_handler(commands::all())
}

/// The builder of a window that further starts are handed to. Not where the window's name is another
/// program's, which the plugin would hand this start to.
fn one_of_its_kind<R: Runtime>(builder: Builder<R>, inbox: Inbox) -> Builder<R> {
    builder.plugin(tauri_plugin_single_instance::init(
        move |app, arguments, _| {
            inbox.block_late_instance();
            #[cfg(target_os = "linux")]
            window::take_activation_token(app, activation::among(&arguments));
            inbox.take_from(arguments);
            window::bring_forward(app);
            events::announce_wanted(app);
        },
    ))
}

/// Opens the data folder, shows the window, and leaves everything slow to the background.
fn start<R: Runtime>(app: &mut App<R>, links: inbox::Links) -> tauri::Result<()> {
    let shell = Shell::open(app.handle());
    let keyrack = shell.keyrack();
    let web_data = shell.web_data()?;
    app.manage(shell);
    let place = keyrack.as_ref().ok();
    let place = place.and_then(|keyrack| place::last(keyrack));
    window::open(app, place, web_data)?;
    quit::on_signal(app.handle());
    if let Ok(keyrack) = keyrack {
        inbox::listen_to_the_system(app.handle());
        background::start(app.handle(), keyrack, links);
    }
    Ok(())
}
