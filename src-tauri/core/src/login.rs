//! Start at login: `keyrack watch`, by the platform's own mechanism.

use std::env;
use std::io;
use std::path::PathBuf;

use crate::keyrack::Keyrack;
use crate::problem::{Problem, ProblemCode};

/// What starts background checks at login, or does not.
pub trait LoginItem: Send + Sync {
    /// Whether they start.
    fn is_on(&self) -> bool;
    /// Lets them start, or no longer.
    fn turn(&self, on: bool) -> io::Result<()>;
}

/// The login item of this system.
#[must_use]
pub fn system_login_item() -> Box<dyn LoginItem> {
    Box::new(SystemLoginItem)
}

struct SystemLoginItem;

impl LoginItem for SystemLoginItem {
    fn is_on(&self) -> bool {
        platform::is_on()
    }

    fn turn(&self, on: bool) -> io::Result<()> {
        if on {
            platform::turn_on(&watch_program()?)
        } else {
            platform::turn_off()
        }
    }
}

impl Keyrack {
    /// Lets background checks start at login, or no longer.
    pub(crate) fn start_at_login(&self, on: bool) -> Result<(), Problem> {
        if on == self.login_item.is_on() {
            return Ok(());
        }
        self.login_item.turn(on).map_err(|error| {
            Problem::new(
                ProblemCode::StartAtLoginFailed,
                format!("Starting at login could not be changed: {error}. Everything else is as you chose."),
            )
        })
    }
}

/// The `keyrack` program beside this one.
pub fn watch_program() -> io::Result<PathBuf> {
    let name = format!("keyrack{}", env::consts::EXE_SUFFIX);
    let program = env::current_exe()?.with_file_name(name);
    if program.is_file() {
        Ok(program)
    } else {
        let missing = format!("{} is not there", program.display());
        Err(io::Error::new(io::ErrorKind::NotFound, missing))
    }
}

/// An entry that every desktop starts at login (XDG Desktop Application Autostart Specification).
#[cfg(target_os = "linux")]
mod platform {
    use std::path::{Path, PathBuf};
    use std::{env, fs, io};

    const NAME: &str = "app.keyrack.watch.desktop";

    pub fn is_on() -> bool {
        path().is_some_and(|path| path.is_file())
    }

    pub fn turn_on(program: &Path) -> io::Result<()> {
        let path = path().ok_or_else(no_folder)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(
            path,
            entry(program, env::var_os("KEYRACK_DATA_DIR").as_deref()),
        )
    }

    pub fn turn_off() -> io::Result<()> {
        fs::remove_file(path().ok_or_else(no_folder)?)
    }

    fn path() -> Option<PathBuf> {
        Some(dirs::config_dir()?.join("autostart").join(NAME))
    }

    fn no_folder() -> io::Error {
        io::Error::new(
            io::ErrorKind::NotFound,
            "this system names no folder for it",
        )
    }

    fn entry(program: &Path, data_folder: Option<&std::ffi::OsStr>) -> String {
        let folder = data_folder.map(|folder| format!("KEYRACK_DATA_DIR={}", folder.display()));
        let folder = folder.map(|folder| format!("env {} ", quoted(&folder)));
        format!(
            "[Desktop Entry]\nType=Application\nName=Keyrack background checks\nExec={}{} watch\nNoDisplay=true\n",
            folder.unwrap_or_default(),
            quoted(&program.display().to_string()),
        )
    }

    /// An argument of the Exec key, quoted, with the escapes of quoted arguments and then those of
    /// any string (Desktop Entry Specification 1.5, "The Exec key").
    fn quoted(argument: &str) -> String {
        let mut text = String::from('"');
        for c in argument.chars() {
            match c {
                '"' | '`' | '$' => text.extend(['\\', '\\', c]),
                '\\' => text.push_str(r"\\\\"),
                '%' => text.push_str("%%"),
                '\n' => text.push_str(r"\n"),
                plain => text.push(plain),
            }
        }
        text.push('"');
        text
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_entry_starts_the_program_wherever_it_lies() {
            let exec = |program: &str, folder: Option<&str>| {
                let entry = entry(Path::new(program), folder.map(AsRef::as_ref));
                let line = entry.lines().find(|line| line.starts_with("Exec="));
                line.map(str::to_owned)
            };
            assert_eq!(
                exec("/usr/bin/keyrack", None).as_deref(),
                Some(r#"Exec="/usr/bin/keyrack" watch"#)
            );
            assert_eq!(
                exec("/opt/my $apps/100%/keyrack", Some("/data/a \"b\"")).as_deref(),
                Some(
                    r#"Exec=env "KEYRACK_DATA_DIR=/data/a \\"b\\"" "/opt/my \\$apps/100%%/keyrack" watch"#
                )
            );
            assert_eq!(
                exec(r"/a\b", None).as_deref(),
                Some(r#"Exec="/a\\\\b" watch"#)
            );
        }
    }
}

/// A launch agent on macOS, an entry of the Run key on Windows.
#[cfg(not(target_os = "linux"))]
mod platform {
    use std::io;
    use std::path::Path;

    use auto_launch::{AutoLaunch, AutoLaunchBuilder};

    pub fn is_on() -> bool {
        launch(Path::new("keyrack")).is_ok_and(|launch| launch.is_enabled().unwrap_or(false))
    }

    pub fn turn_on(program: &Path) -> io::Result<()> {
        launch(program)?.enable().map_err(io::Error::other)
    }

    pub fn turn_off() -> io::Result<()> {
        launch(Path::new("keyrack"))?
            .disable()
            .map_err(io::Error::other)
    }

    fn launch(program: &Path) -> io::Result<AutoLaunch> {
        AutoLaunchBuilder::new()
            .set_app_name("Keyrack background checks")
            .set_app_path(&program.display().to_string())
            .set_args(&["watch"])
            .build()
            .map_err(io::Error::other)
    }
}
