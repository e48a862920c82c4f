//! Start at login: `keyrack watch`, by the platform's own mechanism.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use crate::keyrack::Keyrack;
use crate::problem::{Problem, ProblemCode};

/// What starts the background checks of a data folder at login, or does not.
pub trait LoginItem: Send + Sync {
    /// Whether they start.
    fn is_on(&self, folder: &Path) -> bool;
    /// Lets them start, or no longer.
    fn turn(&self, on: bool, folder: &Path) -> io::Result<()>;
}

/// The login item of this system.
#[must_use]
pub fn system_login_item() -> Box<dyn LoginItem> {
    Box::new(SystemLoginItem)
}

struct SystemLoginItem;

impl LoginItem for SystemLoginItem {
    fn is_on(&self, folder: &Path) -> bool {
        watch_program().is_ok_and(|program| platform::is_on(&program, folder))
    }

    fn turn(&self, on: bool, folder: &Path) -> io::Result<()> {
        let program = watch_program()?;
        if on {
            platform::turn_on(&program, folder)
        } else {
            platform::turn_off(&program)
        }
    }
}

impl Keyrack {
    /// Lets background checks start at login, or no longer.
    pub(crate) fn start_at_login(&self, on: bool) -> Result<(), Problem> {
        let folder = self.folder.path();
        if on == self.login_item.is_on(folder) {
            return Ok(());
        }
        self.login_item.turn(on, folder).map_err(|error| {
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
    use std::{fs, io};

    use crate::settings::default_data_folder;

    const NAME: &str = "app.keyrack.watch.desktop";

    /// Whether the entry is the very one that would be written: one that a person has switched off
    /// elsewhere, or another data folder's, is another.
    pub fn is_on(program: &Path, folder: &Path) -> bool {
        path().is_ok_and(|path| {
            fs::read_to_string(path).is_ok_and(|there| there == entry(program, folder))
        })
    }

    pub fn turn_on(program: &Path, folder: &Path) -> io::Result<()> {
        let path = path()?;
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, entry(program, folder)));
        written.map_err(|error| named(&path, &error))
    }

    pub fn turn_off(_: &Path) -> io::Result<()> {
        let path = path()?;
        fs::remove_file(&path).map_err(|error| named(&path, &error))
    }

    fn path() -> io::Result<PathBuf> {
        let folder = dirs::config_dir().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "this system names no folder for it",
            )
        })?;
        Ok(folder.join("autostart").join(NAME))
    }

    fn named(path: &Path, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    }

    fn entry(program: &Path, folder: &Path) -> String {
        let is_default = default_data_folder().and_then(|it| it.canonicalize().ok());
        let folder = (is_default.as_deref() != Some(folder)).then_some(folder);
        let folder = folder.map(|it| quoted(&format!("KEYRACK_DATA_DIR={}", it.display())));
        let folder = folder.map(|set| format!("env {set} "));
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
            let exec = |program: &str, folder: &str| {
                let entry = entry(Path::new(program), Path::new(folder));
                let line = entry.lines().find(|line| line.starts_with("Exec="));
                line.map(str::to_owned)
            };
            assert_eq!(
                exec("/opt/my $apps/100%/keyrack", "/data/a \"b\"").as_deref(),
                Some(
                    r#"Exec=env "KEYRACK_DATA_DIR=/data/a \\"b\\"" "/opt/my \\$apps/100%%/keyrack" watch"#
                )
            );
            assert_eq!(
                exec(r"/a\b", "/data").as_deref(),
                Some(r#"Exec=env "KEYRACK_DATA_DIR=/data" "/a\\\\b" watch"#)
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

    pub fn is_on(program: &Path, _: &Path) -> bool {
        launch(program).is_ok_and(|launch| launch.is_enabled().unwrap_or(false))
    }

    /// Heeds no other data folder than the platform's: these mechanisms take no environment.
    pub fn turn_on(program: &Path, _: &Path) -> io::Result<()> {
        launch(program)?.enable().map_err(io::Error::other)
    }

    pub fn turn_off(program: &Path) -> io::Result<()> {
        launch(program)?.disable().map_err(io::Error::other)
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
