//! What the window's program says in a terminal, where no window is wanted or none can be shown.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

#[cfg(target_os = "linux")]
use keyrack_core::Problem;
use keyrack_core::{Words, is_unprintable, system_language};

/// Answers the one argument that asks for words instead of a window.
pub fn answer(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let (asked, more) = (arguments.next()?, arguments.next());
    let version = format!("keyrack-desktop {}", env!("CARGO_PKG_VERSION"));
    let text = match (asked.to_str()?, more) {
        ("--version" | "-V", None) => version,
        ("--help" | "-h", None) => {
            let help = Words::of(system_language()).text("command.desktop", &[]);
            format!("{version}\n\n{help}")
        }
        _ => return None,
    };
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    Some(match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    })
}

/// Says why there is no window.
#[cfg(target_os = "linux")]
pub fn refuse(problem: &Problem) -> ExitCode {
    say(&Words::of(system_language()).line(problem));
    ExitCode::FAILURE
}

/// Says something on standard error, if anybody reads it; nothing in it that a terminal would obey.
pub fn say(text: &str) {
    let text: String = text.chars().filter(|c| !is_unprintable(*c)).collect();
    let _ = writeln!(io::stderr(), "keyrack-desktop: {text}");
}

/// The packages' desktop entry. A desktop finds a window's name and icon in the entry that is called as
/// the window's program calls itself: that is the application's id under Wayland.
#[cfg(target_os = "linux")]
const DESKTOP_ENTRY: &str = "keyrack";

/// Fails if no display can be opened: the window's toolkit, which starts once in a process, would
/// panic later on.
#[cfg(target_os = "linux")]
pub fn open_display() -> Result<(), Problem> {
    gtk::glib::set_prgname(Some(DESKTOP_ENTRY));
    gtk::init().map_err(|_| keyrack_core::Cause::NoDisplay.into())
}
