//! Makes sure that the operating system hands app links to a Keyrack.
//!
//! On Linux whoever answers for the scheme is asked for first, and left alone if it is a Keyrack
//! that is there: an installed package's entry is never overridden, and its program passes the
//! link on to this window. Otherwise this program registers itself.

use std::time::Duration;

use tauri::{AppHandle, Runtime};

/// The scheme of the app link.
const SCHEME: &str = "app.keyrack";

/// The longest that Connect waits for the registration, which runs the desktop's own tools.
const LONGEST: Duration = Duration::from_secs(5);

/// Registers this program for the app link if no Keyrack answers for it. Best effort: without
/// it the address can still be pasted.
pub async fn register<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    let registered = tauri::async_runtime::spawn_blocking(move || platform::register(&app));
    let _ = tokio::time::timeout(LONGEST, registered).await;
}

#[cfg(target_os = "linux")]
mod platform {
    use std::env;
    use std::ffi::{OsStr, OsString};
    use std::fs;
    use std::io::{self, Read as _};
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use tauri::{AppHandle, Manager as _, Runtime, utils::platform::current_exe};
    use tauri_plugin_deep_link::DeepLinkExt as _;

    use super::SCHEME;
    use crate::desktop_entry::{program_of, without_quotes};

    /// The longest that xdg-mime may take for an answer.
    const LONGEST_ANSWER: Duration = Duration::from_secs(3);

    pub fn register<R: Runtime>(app: &AppHandle<R>) {
        let Some(own_name) = current_exe()
            .ok()
            .and_then(|program| program.file_name().map(OsStr::to_owned))
        else {
            return;
        };
        let answers = handler_program()
            .is_some_and(|program| program.file_name() == Some(&own_name) && program.is_file());
        if !answers && app.deep_link().register(SCHEME).is_err() {
            return;
        }
        if let Ok(data) = app.path().data_dir() {
            // An entry that cannot be rewritten still works under a desktop environment.
            let _ = repair(&data.join("applications").join(entry_name(&own_name)));
        }
    }

    /// What the plugin calls the entry that it writes for a program.
    fn entry_name(program: &OsStr) -> OsString {
        let mut name = program.to_owned();
        name.push("-handler.desktop");
        name
    }

    /// Takes the quotes out of an entry of ours; whoever reads it meanwhile sees the old or the
    /// new one.
    fn repair(path: &Path) -> io::Result<()> {
        let Some(entry) = without_quotes(&fs::read_to_string(path)?) else {
            return Ok(());
        };
        let unfinished = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&unfinished, entry)
            .and_then(|()| fs::rename(&unfinished, path))
            .inspect_err(|_| {
                let _ = fs::remove_file(&unfinished);
            })
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
        let mut question = Command::new("xdg-mime");
        question.args(["query", "default", &asked]);
        let name = answer(&mut question, LONGEST_ANSWER)?.trim().to_owned();
        (!name.is_empty() && !name.contains('/')).then_some(name)
    }

    /// What a program says, if it ends by itself within the time given; one that does not is
    /// killed.
    fn answer(question: &mut Command, longest: Duration) -> Option<String> {
        let mut child = question
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let deadline = Instant::now() + longest;
        while child.try_wait().ok()?.is_none() {
            if Instant::now() >= deadline {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let mut said = String::new();
        child.stdout?.read_to_string(&mut said).ok()?;
        Some(said)
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

    fn in_path(program: &str) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(PathBuf::from(program));
        }
        env::split_paths(&env::var_os("PATH")?)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_program_that_never_answers_is_not_waited_for() {
            let mut quick = Command::new("echo");
            quick.arg("keyrack.desktop");
            assert_eq!(
                answer(&mut quick, Duration::from_mins(1)).as_deref(),
                Some("keyrack.desktop\n")
            );
            let mut endless = Command::new("sleep");
            endless.arg("infinity");
            assert_eq!(answer(&mut endless, Duration::ZERO), None);
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
            repair(&path).expect("repaired");
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
