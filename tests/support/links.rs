//! A stand-in for the program that opens a kind of link: it records the links that it is given.
//!
//! Registered for `https` the stand-in replaces the default browser, and hands the URL that the app
//! opens to the test, which opens it in the real browser.

use std::fs;
use std::path::{Path, PathBuf};

use super::process::Program;
use super::programs;
use super::wait::until_async;
use super::world::World;

/// A stand-in registered in one world.
pub struct Catcher {
    caught: PathBuf,
    seen: usize,
}

impl Catcher {
    /// Registers a stand-in for the default browser.
    pub fn browser(world: &World) -> Self {
        Self::install(world, "browser", &["http", "https"])
    }

    /// Registers a stand-in called `name` as the default program for the schemes.
    pub fn install(world: &World, name: &str, schemes: &[&str]) -> Self {
        let caught = world.path(&format!("{name}.caught"));
        let folder = world.path("stand-ins");
        fs::create_dir_all(&folder).unwrap();
        let script = folder.join(name);
        let words = format!("printf '%s\\n' \"$*\" >>'{}'", caught.display());
        programs::script(&script, &words);

        let types: Vec<_> = schemes
            .iter()
            .map(|it| format!("x-scheme-handler/{it}"))
            .collect();
        let file = format!("stand-in-{name}.desktop");
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName={name}\nExec={} %u\nMimeType={};\n",
            script.display(),
            types.join(";")
        );
        let applications = world.data_home().join("applications");
        fs::create_dir_all(&applications).unwrap();
        fs::write(applications.join(&file), entry).unwrap();
        set_default(world, &file, &types);
        Self { caught, seen: 0 }
    }

    /// Every link caught so far, oldest first.
    pub fn caught(&self) -> Vec<String> {
        read(&self.caught)
    }

    /// Waits for the next link that was not returned yet.
    pub async fn next(&mut self) -> String {
        let link = until_async("a link to be opened", async || {
            read(&self.caught).into_iter().nth(self.seen)
        })
        .await;
        self.seen += 1;
        link
    }
}

/// Opens a link whose program is not running yet, without waiting: without a desktop environment
/// `xdg-open` stays until that program ends.
pub fn start(world: &World, link: &str) -> Program {
    let mut command = world.command("xdg-open");
    command.arg(link);
    Program::start(world, &command)
}

/// Opens a link the way programs do, by the desktop's own tool.
pub fn open(world: &World, link: &str) {
    let status = world.command("xdg-open").arg(link).status().unwrap();
    assert!(status.success(), "xdg-open fails: {status}");
}

fn set_default(world: &World, file: &str, types: &[String]) {
    let status = world
        .command("xdg-mime")
        .args(["default", file])
        .args(types)
        .status()
        .unwrap();
    assert!(status.success(), "xdg-mime fails: {status}");
}

/// Reads the complete lines of a file: the last one may still be being written.
fn read(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}
