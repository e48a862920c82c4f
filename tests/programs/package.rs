//! The Debian package: unpacked, and really installed where `KEYRACK_TEST_INSTALL=1` allows it, it
//! handles app links. `scripts/test` builds the package and names it in `KEYRACK_DEB`.

#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use std::path::{Path, PathBuf};
use std::process::Command;

use support::links;
use support::test_env::{ACME, TestEnv};
use support::wait::until_async;
use support::world::World;

fn deb() -> PathBuf {
    PathBuf::from(
        std::env::var_os("KEYRACK_DEB")
            .expect("KEYRACK_DEB names the package; scripts/test sets it"),
    )
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Width and height of a PNG, which come first in its first chunk.
fn pixels(png: &[u8]) -> (u32, u32) {
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

/// Unpacks the package's files into a folder.
fn unpack(root: &Path) {
    run(Command::new("dpkg-deb").arg("-x").arg(deb()).arg(root));
}

/// Connects by the package's programs: the callback starts the window, which completes the connection.
async fn a_link_starts_the_package(mut env: TestEnv, programs: &Path) {
    let world = &env.world;
    let asked = ["query", "default", "x-scheme-handler/app.keyrack"];
    let answers = world.command("xdg-mime").args(asked).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answers.stdout).trim(),
        "keyrack.desktop"
    );

    env.program = programs.join("keyrack");
    env.add_client_by_command();
    let connecting = support::cli::begin(&env).expect("a link");
    let _opener = links::start(&env.world, &env.callback(&connecting.link).await);
    assert!(
        connecting.end().success(),
        "the window that the link started has connected it"
    );

    let program = format!("/proc/{}/exe", env.window_process());
    let program = std::fs::read_link(program).unwrap();
    assert_eq!(
        program,
        programs.join("keyrack-desktop"),
        "it is the package's program"
    );
    let called = ["search", "--onlyvisible", "--classname", "^keyrack$"];
    assert!(
        !output(env.world.command("xdotool").args(called)).is_empty(),
        "the window is called as its desktop entry"
    );
    assert_eq!(env.exchanges().await, 1);
    until_async("the connection in the list", async || {
        let listed = env.keyrack(&["list"], "");
        String::from_utf8_lossy(&listed.stdout)
            .contains(ACME)
            .then_some(())
    })
    .await;
}

#[tokio::test]
#[ignore = "needs the package, which scripts/test builds"]
async fn the_unpacked_package_is_started_by_a_link() {
    let mut world = World::new();
    let root = world.path("package");
    unpack(&root);
    let share = root.join("usr/share");
    run(Command::new("update-desktop-database").arg(share.join("applications")));
    let first =
        |folder: &Path, variable: &str| format!("{}:{}", folder.display(), world.env()[variable]);
    let programs = root.join("usr/bin");
    let (path, data) = (first(&programs, "PATH"), first(&share, "XDG_DATA_DIRS"));
    world.set("PATH", path);
    world.set("XDG_DATA_DIRS", data);
    for program in ["keyrack", "keyrack-desktop", "notion-sandbox"] {
        assert!(
            programs.join(program).is_file(),
            "{program} is in the package"
        );
        let bytes = std::fs::read(programs.join(program)).unwrap();
        let failpoint = b"KEYRACK_FAILPOINT";
        assert!(
            !bytes.windows(failpoint.len()).any(|part| part == failpoint),
            "{program} can be ended at its steps"
        );
    }
    for read in [
        "bash-completion/completions/keyrack",
        "zsh/vendor-completions/_keyrack",
        "fish/vendor_completions.d/keyrack.fish",
        "man/man1/keyrack.1.gz",
        "man/man1/keyrack-client-add.1.gz",
        "doc/keyrack/copyright",
        "doc/keyrack/changelog.gz",
    ] {
        assert!(share.join(read).is_file(), "{read} is in the package");
    }
    a_link_starts_the_package(TestEnv::with(world, &["--auto-approve"]), &programs).await;
}

#[test]
#[ignore = "needs the package, which scripts/test builds"]
fn an_icon_of_every_usual_size_has_the_pixels_that_its_folder_says() {
    let root = tempfile::tempdir().unwrap();
    unpack(root.path());
    let icons = root.path().join("usr/share/icons/hicolor");
    for size in [16_u32, 24, 32, 48, 64, 128, 256, 512] {
        let icon = icons.join(format!("{size}x{size}/apps/keyrack-desktop.png"));
        let png = std::fs::read(&icon).expect("an icon of that size");
        assert_eq!(pixels(&png), (size, size), "{}", icon.display());
    }
    assert!(icons.join("scalable/apps/keyrack-desktop.svg").is_file());
    let folders = std::fs::read_dir(&icons).unwrap().count();
    assert_eq!(folders, 9, "and of no other");
}

#[test]
#[ignore = "needs the package, which scripts/test builds"]
fn a_page_of_the_manual_names_all_that_its_program_takes() {
    let root = tempfile::tempdir().unwrap();
    unpack(root.path());
    let usr = root.path().join("usr");
    for program in ["keyrack-desktop", "notion-sandbox"] {
        let page = usr.join(format!("share/man/man1/{program}.1.gz"));
        let page = output(Command::new("gzip").arg("-dc").arg(page)).replace('\\', "");
        let help = output(Command::new(usr.join("bin").join(program)).arg("--help"));
        let options = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        for option in options.filter(|word| word.starts_with("--")) {
            assert!(page.contains(option), "{option} of {program}");
        }
        assert!(!page.contains('@'), "{program}: all is filled in");
    }
}

#[test]
#[ignore = "needs the package, which scripts/test builds"]
fn pictures_for_software_centres_are_in_the_repository() {
    let root = tempfile::tempdir().unwrap();
    unpack(root.path());
    let metainfo = "usr/share/metainfo/app.keyrack.desktop.metainfo.xml";
    let told = std::fs::read_to_string(root.path().join(metainfo)).unwrap();
    let pictures: Vec<_> = told
        .lines()
        .filter(|line| line.contains("<image"))
        .collect();
    assert!(!pictures.is_empty());
    for picture in pictures {
        let (_, path) = picture.split_once("/docs/").expect("an address");
        let (path, _) = path.split_once('<').expect("its end");
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let file = docs.join(path);
        let png = std::fs::read(&file).expect("a picture");
        let (width, height) = pixels(&png);
        let size = format!(r#"width="{width}" height="{height}""#);
        assert!(picture.contains(&size), "{} is {size}", file.display());
    }
}

#[tokio::test]
#[ignore = "needs the package, which scripts/test builds"]
async fn the_installed_package_is_started_by_a_link_and_leaves_nothing_behind() {
    if std::env::var("KEYRACK_TEST_INSTALL").as_deref() != Ok("1") {
        println!(
            "skipped: it installs a package on this machine; KEYRACK_TEST_INSTALL=1 allows it"
        );
        return;
    }
    assert!(
        !Path::new("/usr/bin/keyrack-desktop").exists(),
        "Keyrack is installed on this machine already"
    );
    let installed = Installed::install(&deb());
    a_link_starts_the_package(TestEnv::approving(), Path::new("/usr/bin")).await;
    drop(installed);
    assert!(
        !Path::new("/usr/bin/keyrack-desktop").exists(),
        "it is removed"
    );
    assert!(
        !Path::new("/usr/share/applications/keyrack.desktop").exists(),
        "with its entry"
    );
}

/// The package installed on this machine, removed again on drop.
struct Installed;

impl Installed {
    fn install(deb: &Path) -> Self {
        run(as_root("dpkg").arg("--install").arg(deb));
        Self
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        run(as_root("dpkg").args(["--purge", "keyrack"]));
    }
}

fn as_root(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout == b"0\n" {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}
