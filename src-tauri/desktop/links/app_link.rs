//! The registration for app links: makes sure that the operating system hands them to a Keyrack.
//!
//! On Linux the present handler of the scheme is looked up first, and left alone if it is a Keyrack
//! that exists: an installed package's entry is never overridden, and its program passes the link
//! on to this window. Otherwise this program registers itself.

use std::time::Duration;

use keyrack_core::{Cause, Cleanup, Problem};
use tauri::{AppHandle, Manager as _, Runtime};

use crate::browser::open_in_browser;
use crate::shell::Shell;

/// The longest wait for a self-test's link to come back; the system starts a program for it.
const LONGEST_TRIP: Duration = Duration::from_secs(15);

/// The longest that Connect waits for the registration, which runs the desktop's own tools.
const LONGEST: Duration = Duration::from_secs(5);

/// Registers this program for app links if no Keyrack is registered. Best effort: without a
/// registration the callback can still be pasted.
pub async fn register<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    let registered = tauri::async_runtime::spawn_blocking(move || platform::register(&app));
    let _ = tokio::time::timeout(LONGEST, registered).await;
}

/// Removes this program's own registration for app links, if there is one.
pub async fn unregister<R: Runtime>(app: &AppHandle<R>) -> Cleanup {
    let app = app.clone();
    let unregistered = tauri::async_runtime::spawn_blocking(move || platform::unregister(&app));
    match tokio::time::timeout(LONGEST, unregistered).await {
        Ok(Ok(cleanup)) => cleanup,
        _ => Cleanup::Failed,
    }
}

/// Tests app links: opens one through the system, which starts whatever program is registered, and
/// waits until it comes back to this window. Registers this program first if none is registered.
///
/// Refuses with `app-link-missing`, `app-link-other` or `app-link-silent`.
pub async fn test<R: Runtime>(app: &AppHandle<R>) -> Result<(), Problem> {
    let mut handler = handler().await;
    if matches!(handler, Handler::Missing) {
        register(app).await;
        handler = self::handler().await;
    }
    match handler {
        Handler::Ours | Handler::Unknown => {}
        Handler::Missing => {
            return Err(Cause::AppLinkMissing.into());
        }
        Handler::Other => {
            return Err(Cause::AppLinkOther.into());
        }
    }
    let trip = &app.state::<Shell>().round_trip;
    let (link, back) = trip.begin();
    let opened = open_in_browser(&link).is_ok();
    if opened && matches!(tokio::time::timeout(LONGEST_TRIP, back).await, Ok(Ok(()))) {
        return Ok(());
    }
    trip.give_up(&link);
    Err(Cause::AppLinkSilent.into())
}

async fn handler() -> Handler {
    let asked = tauri::async_runtime::spawn_blocking(platform::handler);
    asked.await.unwrap_or(Handler::Unknown)
}

/// Which program app links start at present.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "elsewhere the system does not tell")
)]
enum Handler {
    Ours,
    Other,
    Missing,
    /// The system does not report it.
    Unknown,
}

#[cfg(target_os = "linux")]
mod platform {
    use std::ffi::{OsStr, OsString};
    use std::path::{Path, PathBuf};
    use std::{fs, io};

    use gio::AppInfo;
    use gio::prelude::AppInfoExt as _;
    use keyrack_core::SCHEME;
    use keyrack_core::desktop_entry::{has_command, plain_command, with_command};
    use tauri::{AppHandle, Manager as _, Runtime, utils::platform::current_exe};
    use tauri_plugin_deep_link::DeepLinkExt as _;

    use super::{Cleanup, Handler};

    pub fn register<R: Runtime>(app: &AppHandle<R>) {
        let Some(own_name) = own_name() else {
            return;
        };
        if !matches!(handler(), Handler::Ours) && app.deep_link().register(SCHEME).is_err() {
            return;
        }
        if let (Some(entry), Some(program)) = (entry(app, &own_name), program(app)) {
            // An entry that cannot be rewritten still works for most programs.
            let _ = repair(&entry, &program);
        }
    }

    pub fn unregister<R: Runtime>(app: &AppHandle<R>) -> Cleanup {
        let entry = own_name().and_then(|name| entry(app, &name));
        let (Some(entry), Some(program)) = (entry, program(app)) else {
            return Cleanup::NothingThere;
        };
        if !fs::read_to_string(&entry).is_ok_and(|text| starts(&text, &program)) {
            return Cleanup::NothingThere;
        }
        // The plugin clears the associations, and with the entry gone what is remembered of it.
        let removed = fs::remove_file(&entry).is_ok();
        match app.deep_link().unregister(SCHEME) {
            Ok(()) if removed => Cleanup::Removed,
            _ => Cleanup::Failed,
        }
    }

    /// The program that app links start at present. Any Keyrack that exists counts as ours: it passes
    /// the link on to this window.
    pub fn handler() -> Handler {
        match AppInfo::default_for_uri_scheme(SCHEME) {
            None => Handler::Missing,
            Some(entry) if is_keyrack(&entry) => Handler::Ours,
            Some(_) => Handler::Other,
        }
    }

    fn is_keyrack(entry: &AppInfo) -> bool {
        let Ok(own) = current_exe() else {
            return false;
        };
        // A path with a percent sign is started by `env`.
        let by_env = command_for_links(&own.to_string_lossy());
        entry.executable().file_name() == own.file_name()
            || entry
                .commandline()
                .is_some_and(|line| line == Path::new(&by_env))
    }

    /// The path of this program, or of the `AppImage` that it is in.
    fn program<R: Runtime>(app: &AppHandle<R>) -> Option<String> {
        let image = app.env().appimage;
        let path = image.or_else(|| Some(current_exe().ok()?.into_os_string()))?;
        Some(path.to_string_lossy().into_owned())
    }

    /// The path of the desktop entry that the plugin writes for a program of this name.
    fn entry<R: Runtime>(app: &AppHandle<R>, name: &OsStr) -> Option<PathBuf> {
        let data = app.path().data_dir().ok()?;
        Some(data.join("applications").join(entry_name(name)))
    }

    /// Whether an entry starts the program, in the plugin's form or the repaired one.
    fn starts(entry: &str, program: &str) -> bool {
        let plugins = format!("\"{program}\" %u");
        has_command(entry, &plugins) || has_command(entry, &command_for_links(program))
    }

    fn command_for_links(program: &str) -> String {
        format!("{} %u", plain_command(program))
    }

    fn own_name() -> Option<OsString> {
        current_exe().ok()?.file_name().map(OsStr::to_owned)
    }

    /// The file name of the desktop entry that the plugin writes for a program.
    fn entry_name(program: &OsStr) -> OsString {
        let mut name = program.to_owned();
        name.push("-handler.desktop");
        name
    }

    /// Corrects the command in the entry that the plugin wrote, which escapes nothing and quotes
    /// everything. It does so in one step: a reader meanwhile sees the old entry or the new one.
    fn repair(path: &Path, program: &str) -> io::Result<()> {
        let text = fs::read_to_string(path)?;
        let corrected = with_command(&text, &command_for_links(program));
        let Some(entry) = corrected.filter(|_| starts(&text, program)) else {
            return Ok(());
        };
        let unfinished = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&unfinished, entry)
            .and_then(|()| fs::rename(&unfinished, path))
            .inspect_err(|_| {
                let _ = fs::remove_file(&unfinished);
            })
    }

    #[cfg(test)]
    mod tests {
        use gio::glib;
        use keyrack_core::desktop_entry::quoted;

        use super::*;

        #[test]
        fn glib_reads_a_program_as_it_was_written() {
            for program in [
                "/usr/bin/keyrack",
                "/opt/my $apps/keyrack",
                r"/a\b",
                r"/a\\b\",
                "/with \"quotes\" and `ticks`",
                "/a\tb",
                "/\u{fc}ml\u{e4}ut/keyrack",
            ] {
                let entry = format!("[Desktop Entry]\nExec={} watch\n", quoted(program));
                let file = glib::KeyFile::new();
                file.load_from_data(&entry, glib::KeyFileFlags::NONE)
                    .expect("an entry");
                let exec = file.string("Desktop Entry", "Exec").expect("a command");
                let arguments = glib::shell_parse_argv(exec).expect("arguments");
                assert_eq!(arguments, [program, "watch"], "{entry}");
            }
        }

        #[test]
        fn an_entry_left_quoted_is_repaired_and_nothing_else_is_left_behind() {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder
                .path()
                .join(entry_name(OsStr::new("keyrack-desktop")));
            fs::write(
                &path,
                "[Desktop Entry]\nExec=\"/usr/bin/keyrack-desktop\" %u\n",
            )
            .expect("written");
            repair(&path, "/opt/keyrack-desktop").expect("another program's");
            repair(&path, "/usr/bin/keyrack-desktop").expect("repaired");
            assert_eq!(
                fs::read_to_string(&path).expect("read"),
                "[Desktop Entry]\nExec=/usr/bin/keyrack-desktop %u\n"
            );
            let names = fs::read_dir(folder.path()).expect("read").count();
            assert_eq!(names, 1);
        }
    }
}

#[cfg(windows)]
mod platform {
    use keyrack_core::SCHEME;
    use tauri::{AppHandle, Runtime};
    use tauri_plugin_deep_link::DeepLinkExt as _;

    use super::{Cleanup, Handler};

    pub fn register<R: Runtime>(app: &AppHandle<R>) {
        if !matches!(app.deep_link().is_registered(SCHEME), Ok(true)) {
            let _ = app.deep_link().register(SCHEME);
        }
    }

    pub fn unregister<R: Runtime>(app: &AppHandle<R>) -> Cleanup {
        match app.deep_link().is_registered(SCHEME) {
            Ok(false) => Cleanup::NothingThere,
            Ok(true) if app.deep_link().unregister(SCHEME).is_ok() => Cleanup::Removed,
            _ => Cleanup::Failed,
        }
    }

    /// The program that app links start at present. The plugin knows only whether it is this one.
    pub fn handler() -> Handler {
        Handler::Unknown
    }
}

/// macOS registers the scheme with the bundle.
#[cfg(not(any(target_os = "linux", windows)))]
mod platform {
    use tauri::{AppHandle, Runtime};

    use super::{Cleanup, Handler};

    pub fn register<R: Runtime>(_: &AppHandle<R>) {}

    pub fn unregister<R: Runtime>(_: &AppHandle<R>) -> Cleanup {
        Cleanup::NothingThere
    }

    pub fn handler() -> Handler {
        Handler::Unknown
    }
}
