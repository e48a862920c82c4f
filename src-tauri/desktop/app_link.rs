//! Makes sure that the operating system hands app links to a Keyrack.
//!
//! On Linux whoever answers for the scheme is asked for first, and left alone if its program is
//! there: an installed package's entry is never overridden, and its program passes the link on to
//! this window. Only when nobody answers does this program register itself.

use tauri::{AppHandle, Runtime};

/// The scheme of the app link.
const SCHEME: &str = "app.keyrack";

/// Registers this program for the app link if nobody else answers for it. Best effort: without
/// it the address can still be pasted.
pub async fn register<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    let _ = tauri::async_runtime::spawn_blocking(move || platform::register(&app)).await;
}

#[cfg(target_os = "linux")]
mod platform {
    use std::env;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use tauri::{AppHandle, Manager as _, Runtime};
    use tauri_plugin_deep_link::DeepLinkExt as _;

    use super::SCHEME;

    pub fn register<R: Runtime>(app: &AppHandle<R>) {
        if handler_program().is_some_and(|program| program.exists()) {
            return;
        }
        let (Ok(()), Ok(data)) = (app.deep_link().register(SCHEME), app.path().data_dir()) else {
            return;
        };
        if let Some(name) = handler_entry() {
            let path = data.join("applications").join(name);
            if let Ok(entry) = fs::read_to_string(&path) {
                let _ = fs::write(&path, without_quotes(&entry));
            }
        }
    }

    /// The program that app links start at present.
    fn handler_program() -> Option<PathBuf> {
        let name = handler_entry()?;
        let entry = application_folders()
            .map(|folder| folder.join(&name))
            .find(|path| path.is_file())?;
        program_of(&fs::read_to_string(entry).ok()?).and_then(|program| in_path(&program))
    }

    /// The name of the desktop entry that answers for the scheme.
    fn handler_entry() -> Option<String> {
        let asked = format!("x-scheme-handler/{SCHEME}");
        let output = Command::new("xdg-mime")
            .args(["query", "default", &asked])
            .output()
            .ok()?;
        let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (!name.is_empty() && !name.contains('/')).then_some(name)
    }

    /// Where desktop entries are looked up (XDG Base Directory Specification).
    fn application_folders() -> impl Iterator<Item = PathBuf> {
        let home = env::var_os("XDG_DATA_HOME")
            .filter(|set| !set.is_empty())
            .map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local/share")));
        let shared = env::var_os("XDG_DATA_DIRS").filter(|set| !set.is_empty());
        let shared = shared.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        let shared = env::split_paths(&shared).collect::<Vec<_>>();
        home.into_iter()
            .chain(shared)
            .map(|folder| folder.join("applications"))
    }

    /// The program in an entry's `Exec` line (Desktop Entry Specification).
    fn program_of(entry: &str) -> Option<String> {
        let exec = entry
            .lines()
            .find_map(|line| line.strip_prefix("Exec="))?
            .trim();
        let program = match exec.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?.0,
            None => exec.split_whitespace().next()?,
        };
        Some(program.to_owned())
    }

    fn in_path(program: &str) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(PathBuf::from(program));
        }
        env::split_paths(&env::var_os("PATH")?)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
    }

    /// The plugin quotes the program's path, which xdg-open 1.1.3 cannot start without a desktop
    /// environment. A path that needs no quotes is written without.
    fn without_quotes(entry: &str) -> String {
        let Some(program) = program_of(entry) else {
            return entry.to_owned();
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        if Path::new(&program).is_absolute() && program.chars().all(plain) {
            entry.replace(&format!("Exec=\"{program}\""), &format!("Exec={program}"))
        } else {
            entry.to_owned()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_program_is_found_quoted_or_not() {
            let table = [
                (
                    "[Desktop Entry]\nExec=/usr/bin/keyrack-desktop %u\n",
                    Some("/usr/bin/keyrack-desktop"),
                ),
                (
                    "Exec=\"/opt/my apps/keyrack\" %u",
                    Some("/opt/my apps/keyrack"),
                ),
                ("Exec=keyrack-desktop %u", Some("keyrack-desktop")),
                ("TryExec=/bin/true\nName=Keyrack", None),
                ("Exec=", None),
            ];
            for (entry, program) in table {
                assert_eq!(program_of(entry).as_deref(), program, "{entry}");
            }
        }

        #[test]
        fn quotes_go_only_where_the_path_needs_none() {
            assert_eq!(
                without_quotes("Exec=\"/usr/bin/keyrack\" %u\n"),
                "Exec=/usr/bin/keyrack %u\n"
            );
            for kept in [
                "Exec=\"/opt/my apps/keyrack\" %u\n",
                "Exec=\"/a$b\" %u\n",
                "Name=\"x\"\n",
            ] {
                assert_eq!(without_quotes(kept), kept);
            }
        }
    }
}

#[cfg(windows)]
mod platform {
    use tauri::{AppHandle, Runtime};
    use tauri_plugin_deep_link::DeepLinkExt as _;

    use super::SCHEME;

    pub fn register<R: Runtime>(app: &AppHandle<R>) {
        if !matches!(app.deep_link().is_registered(SCHEME), Ok(true)) {
            let _ = app.deep_link().register(SCHEME);
        }
    }
}

/// macOS registers the scheme with the bundle.
#[cfg(not(any(target_os = "linux", windows)))]
mod platform {
    use tauri::{AppHandle, Runtime};

    pub fn register<R: Runtime>(_: &AppHandle<R>) {}
}
