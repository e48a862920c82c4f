//! The main job in the window of the installed package, on one desktop: `scripts/desktops` runs it in clean
//! systems and makes a table of it.

// The displays and the links are those of Linux.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a walk that cannot go on says so by panicking"
)]

mod table;

use std::fs;
use std::process::Stdio;

use notion_sandbox::test_client::TestClient;
use support::clipboard::clipboard;
use support::display::{Display, has_focus_on_sway};
use support::links::{self, Catcher};
use support::page::{Page, Part};
use support::process::Program;
use support::programs;
use support::secrets;
use support::test_env::ACME;
use support::wait::{until, until_async};
use support::window;
use support::words::words;
use support::world::{Service, World};

use table::Table;

/// Further workspaces of the sandbox.
const LAUNCHPAD: &str = "Launchpad";
const LIBRARY: &str = "Bibliothek am Park";

/// What the window is called on its display: the name of its desktop entry, without the ending.
const APP_ID: &str = "keyrack";

/// The file with what the window says.
const SAID: &str = "said";

/// The file with what a second window says to its compositor, and its compositor to it.
const SENT: &str = "sent";

/// A token for a warm link where nobody gives out a real one.
const TOKEN: &str = "keyrack-activation";

/// How lines begin that libraries write of a world with neither a graphics card nor an accessibility bus.
const OF_THE_WORLD: [&str; 4] = [
    "MESA: ",
    "glx: ",
    "libEGL warning: ",
    "Could not determine the accessibility bus address",
];

/// A menu with all programs, in place of Plasma's.
const MENU: &str =
    "<Menu><Name>Applications</Name><DefaultAppDirs/><Include><All/></Include></Menu>";

/// The desktop that a person has with a display, as `XDG_CURRENT_DESKTOP` names it; none is what a bare
/// window manager has.
fn desktop(display: Display) -> Option<&'static str> {
    match display {
        Display::X11 => None,
        Display::Sway => Some("sway"),
        Display::KWin => Some("KDE"),
        Display::Mutter => Some("GNOME"),
    }
}

/// A walk on one desktop.
struct Walk {
    world: World,
    display: Display,
    /// Where the window's addresses go.
    opened: Catcher,
    window: Page,
}

impl Walk {
    /// Opens the installed window.
    async fn begin(display: Display) -> Self {
        let mut world = World::on(display, Service::Unlocked);
        let opened = Catcher::browser(&world);
        world.set_desktop(desktop(display));
        if display == Display::KWin {
            // By these xdg-open takes kde-open of Plasma 6, which looks among what its menu has.
            world.set("KDE_SESSION_VERSION", "6");
            let menus = world.config_home().join("menus");
            fs::create_dir_all(&menus).unwrap();
            fs::write(menus.join("applications.menu"), MENU).unwrap();
        }
        let window = open(&world, "exec", SAID).await;
        window.at("try-sandbox").appears().await;
        Self {
            world,
            display,
            opened,
            window,
        }
    }

    /// Clicks Connect, and allows access to a workspace where the window's address leads; returns the
    /// callback, which is an app link.
    async fn allow(&mut self, workspace: &str) -> String {
        self.window.at("connect").click().await;
        let link = self.opened.next().await;
        let (origin, _) = link.split_once("/v1/").expect("an authorization link");
        let sandbox = TestClient::new(origin);
        let page = sandbox.http().get(&link).send().await.unwrap();
        let page = page.text().await.unwrap();
        let mut options = page.split("<option value=\"").skip(1);
        let option = options.find(|it| it.split('<').next().unwrap().contains(workspace));
        let (id, _) = option.unwrap().split_once('"').unwrap();
        sandbox.allow(&link, id).await
    }

    /// The row of a workspace, once it is active.
    async fn active(&self, workspace: &str) -> Part {
        let row = self.window.row(workspace);
        row.at("status").says("Active").await;
        row
    }

    /// What a window has written to standard error.
    fn said(&self, file: &str) -> String {
        fs::read_to_string(self.world.path(file)).unwrap()
    }

    /// Waits until the window has sent a request to its compositor.
    fn has_sent(&self, request: &str, argument: &str) {
        let sent =
            |line: &str| line.contains("-> ") && line.contains(request) && line.contains(argument);
        until(&format!("{request} with {argument}"), || {
            self.said(SENT).lines().any(sent).then_some(())
        });
    }

    /// Copies the token of a workspace, and looks whether another program gets it; says what else came
    /// of it.
    async fn copies_the_token(&self, row: &Part) -> &'static str {
        row.choose_item("copy-token").await;
        if self.display == Display::Mutter {
            // It has none of the protocols by which a program without the focus may copy.
            let refused = words("problem.clipboard-failed.what");
            self.window.notice(&refused).appears().await;
            return "gap: it is told that it could not be copied (no data-control, no X11)";
        }
        self.window.notice("Copied the token").appears().await;
        let pasted = match self.display {
            Display::X11 => clipboard(&self.world, "UTF8_STRING"),
            _ => self.output("wl-paste", &["--no-newline"]),
        };
        let id = row.attr("data-connection-id").await.expect("an id");
        let entries = secrets::entries(&self.world);
        let entry = entries.iter().find(|entry| entry.user() == id);
        let payload = entry.and_then(|entry| entry.secret.as_deref());
        let payload: serde_json::Value = serde_json::from_str(payload.unwrap()).unwrap();
        assert!(payload["access"] == pasted, "it is not the token");
        "ok"
    }

    /// Connects two workspaces by links while another program has the focus, and looks whether the window
    /// uses the activation token that comes with the second.
    async fn is_raised(&mut self, without: &str, with: &str) {
        let focus = |walk: &Self, app_id| {
            if walk.display == Display::Sway {
                has_focus_on_sway(&walk.world, app_id);
            }
        };
        self.window.at("connect").appears().await;
        focus(self, APP_ID);
        let _other = Program::start(&self.world, self.world.command("foot").arg("cat"));
        focus(self, "foot");

        let callback = self.allow(without).await;
        links::open(&self.world, &callback);
        self.active(without).await;
        focus(self, "foot");

        let callback = self.allow(with).await;
        if self.display == Display::Sway {
            // What sway starts gets a token of it.
            self.output("swaymsg", &["exec", &format!("xdg-open '{callback}'")]);
        } else {
            let mut open = self.world.command("xdg-open");
            open.arg(&callback).env("XDG_ACTIVATION_TOKEN", TOKEN);
            assert!(open.status().unwrap().success(), "xdg-open fails");
            self.has_sent("activate(", TOKEN);
        }
        self.active(with).await;
        focus(self, APP_ID);
    }

    /// Revokes the connection to a workspace.
    async fn revoke(&self, workspace: &str) {
        let row = self.window.row(workspace);
        row.at("revoke").click().await;
        self.window.at("confirm-revoke").click().await;
        self.window.at("receipt").appears().await;
        self.window.at("receipt-done").click().await;
        row.disappears().await;
    }

    /// What a program prints.
    fn output(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = self.world.command(program);
        let output = command.args(arguments).stderr(Stdio::inherit()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program}: {}", output.status);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// Opens the installed window by these words of a shell; what it says goes to a file of the world.
async fn open(world: &World, words: &str, file: &str) -> Page {
    let script = world.path(&format!("keyrack-{file}"));
    let (program, file) = (programs::desktop(), world.path(file));
    let (program, file) = (program.display(), file.display());
    programs::script(&script, &format!("{words} '{program}' \"$@\" 2>>'{file}'"));
    window::open_program(world, &script).await
}

/// Clicks Check and waits for a verdict, or for another one. A wide window has no time in a row before its first.
async fn check(row: &Part) {
    let checked = row.at("checked-at");
    let time = async || match checked.count().await {
        0 => None,
        _ => checked.attr("datetime").await,
    };
    let before = time().await;
    row.at("check").click().await;
    until_async("a verdict with a new time", async || {
        (time().await != before).then_some(())
    })
    .await;
    row.has("data-status", "active").await;
}

#[tokio::test]
#[ignore = "needs the package installed in a system of its own: scripts/desktops"]
async fn the_main_job_is_done_on_this_desktop() {
    let display = std::env::var("KEYRACK_DESKTOPS_DISPLAY");
    let display = Display::named(&display.expect("scripts/desktops sets it"));
    let table = Table::open();

    table.step("window");
    let mut walk = Walk::begin(display).await;
    walk.window.at("try-sandbox").click().await;
    walk.window.at("connect").appears().await;

    table.step("xdg-open");
    let callback = walk.allow(ACME).await;
    links::open(&walk.world, &callback);
    let row = walk.active(ACME).await;

    table.step("gio open");
    let callback = walk.allow(LAUNCHPAD).await;
    walk.output("gio", &["open", &callback]);
    walk.active(LAUNCHPAD).await;

    table.step("xdg-mime");
    let handler = ["query", "default", "x-scheme-handler/app.keyrack"];
    assert_eq!(walk.output("xdg-mime", &handler), "keyrack.desktop");
    // Where the system knows no program for its links, a window makes an entry of its own.
    let own = "applications/keyrack-desktop-handler.desktop";
    assert!(!walk.world.data_home().join(own).exists(), "{own}");

    table.step("check");
    check(&row).await;

    table.step("copy");
    let copied = walk.copies_the_token(&row).await;
    table.end(copied);

    table.step("revoke");
    walk.revoke(ACME).await;

    table.step("app_id");
    if display == Display::X11 {
        let called = ["search", "--onlyvisible", "--classname", "^keyrack$"];
        walk.output("xdotool", &called);
        table.end("ok");
    } else {
        walk.window.close().await;
        // Written letter by letter by two threads, it is not for the first window's file.
        walk.window = open(&walk.world, "WAYLAND_DEBUG=client exec", SENT).await;
        walk.has_sent("set_app_id(", &format!("\"{APP_ID}\""));
        table.step("raise");
        walk.is_raised(LIBRARY, ACME).await;
        if display != Display::Sway {
            table.end(
                "sent: it gives its compositor the token; whether that raises it is not to be seen",
            );
        }
        walk.revoke(LIBRARY).await;
        walk.revoke(ACME).await;
    }
    walk.revoke(LAUNCHPAD).await;

    table.step("keyring empty");
    assert_eq!(secrets::entries(&walk.world).len(), 1, "the client");
    let left = walk.output("keyrack", &["client", "list", "--json"]);
    let left: serde_json::Value = serde_json::from_str(&left).unwrap();
    let client = left[0]["name"].as_str().expect("the sandbox's client");
    walk.output("keyrack", &["client", "remove", client, "--yes"]);
    assert_eq!(secrets::entries(&walk.world), []);

    table.step("stderr");
    let said = walk.said(SAID);
    let is_of_the_world = |line: &&str| OF_THE_WORLD.iter().any(|it| line.starts_with(it));
    let said: Vec<_> = said.lines().filter(|it| !is_of_the_world(it)).collect();
    assert!(said.is_empty(), "{said:?}");
    table.end("ok");
    walk.window.close().await;
}
