//! The start of `keyrack watch` at login, by the platform's own mechanism.

use std::io;
use std::path::Path;

use crate::host::programs::program_beside;

/// The start of a data folder's background checks at login.
pub trait LoginItem: Send + Sync {
    /// Whether the background checks start at login.
    fn is_enabled(&self, folder: &Path) -> bool;
    /// Sets whether the background checks start at login.
    fn set_enabled(&self, enabled: bool, folder: &Path) -> io::Result<()>;
}

/// The login item of this system.
#[must_use]
pub fn system_login_item() -> Box<dyn LoginItem> {
    Box::new(SystemLoginItem)
}

struct SystemLoginItem;

impl LoginItem for SystemLoginItem {
    fn is_enabled(&self, folder: &Path) -> bool {
        program_beside(WATCHER).is_ok_and(|program| platform::is_enabled(&program, folder))
    }

    fn set_enabled(&self, enabled: bool, folder: &Path) -> io::Result<()> {
        let program = program_beside(WATCHER)?;
        if enabled {
            platform::enable(&program, folder)
        } else {
            platform::disable(&program)
        }
    }
}

/// The program that checks in the background.
pub const WATCHER: &str = "keyrack";

/// Linux: an autostart entry (XDG Desktop Application Autostart Specification).
#[cfg(target_os = "linux")]
mod platform {
    use std::path::{Path, PathBuf};
    use std::{fs, io};

    use crate::host::desktop_entry::{command, quoted};
    use crate::host::environment::default_data_folder;
    use crate::identity::SCHEME;

    /// Whether the entry is exactly the one that would be written: not one that a person has
    /// disabled elsewhere, or another data folder's.
    pub fn is_enabled(program: &Path, folder: &Path) -> bool {
        path().is_ok_and(|path| {
            fs::read_to_string(path).is_ok_and(|there| there == entry(program, folder))
        })
    }

    pub fn enable(program: &Path, folder: &Path) -> io::Result<()> {
        let path = path()?;
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, entry(program, folder)));
        written.map_err(|error| named(&path, &error))
    }

    pub fn disable(_: &Path) -> io::Result<()> {
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
        Ok(folder
            .join("autostart")
            .join(format!("{SCHEME}.watch.desktop")))
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
            command(&program.display().to_string()),
        )
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
                    r#"Exec=env "KEYRACK_DATA_DIR=/data/a \\"b\\"" env "/opt/my \\$apps/100%%/keyrack" watch"#
                )
            );
            assert_eq!(
                exec(r"/a\b", "/data").as_deref(),
                Some(r#"Exec=env "KEYRACK_DATA_DIR=/data" "/a\\\\b" watch"#)
            );
        }
    }
}

/// macOS: a launch agent; Windows: an entry of the Run key.
#[cfg(not(target_os = "linux"))]
mod platform {
    use std::io;
    use std::path::Path;

    use auto_launch::{AutoLaunch, AutoLaunchBuilder};

    pub fn is_enabled(program: &Path, _: &Path) -> bool {
        launch(program).is_ok_and(|launch| launch.is_enabled().unwrap_or(false))
    }

    /// Enables the start at login, for the default data folder only: these mechanisms take no
    /// environment.
    pub fn enable(program: &Path, _: &Path) -> io::Result<()> {
        launch(program)?.enable().map_err(io::Error::other)
    }

    pub fn disable(program: &Path) -> io::Result<()> {
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
