//! A display of a world that nobody sees: X11 with a window manager, or one of three Wayland compositors
//! without X11.

use std::fs;

use serde_json::Value;

use super::process::Program;
use super::wait::until;
use super::world::World;

/// The socket of a compositor in the world's runtime folder.
const SOCKET: &str = "wayland-keyrack";

/// Which display it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// Xvfb with openbox.
    X11,
    /// sway, the compositor of wlroots.
    Sway,
    /// `KWin`, KDE's compositor.
    KWin,
    /// Mutter, GNOME's compositor.
    Mutter,
}

impl Display {
    /// The display with a name: `x11`, `sway`, `kwin` or `mutter`.
    pub fn named(name: &str) -> Self {
        match name {
            "x11" => Self::X11,
            "sway" => Self::Sway,
            "kwin" => Self::KWin,
            "mutter" => Self::Mutter,
            _ => panic!("{name} is no display"),
        }
    }

    /// Starts it, and has the world's programs use it from now on. Dropped in the order that is returned,
    /// its programs end as they should.
    pub(super) fn start(self, world: &mut World) -> Vec<Program> {
        match self {
            Self::X11 => x11(world),
            Self::Sway => sway(world),
            Self::KWin => {
                let size = ["--width", "1280", "--height", "860"];
                let mut command = world.command("kwin_wayland");
                command.args(["--virtual", "--no-lockscreen", "--no-global-shortcuts"]);
                command.args(size).args(["--socket", SOCKET]);
                vec![wayland(world, &command)]
            }
            Self::Mutter => {
                let mut command = world.command("mutter");
                command.args(["--headless", "--no-x11", "--virtual-monitor", "1280x860"]);
                command.args(["--wayland-display", SOCKET]);
                vec![wayland(world, &command)]
            }
        }
    }
}

/// Waits until the window with an `app_id` has the focus on sway.
pub fn has_focus_on_sway(world: &World, app_id: &str) {
    until(&format!("the focus on {app_id}"), || {
        let tree = world.command("swaymsg").args(["-t", "get_tree"]).output();
        let tree: Value = serde_json::from_slice(&tree.unwrap().stdout).ok()?;
        (find(&tree, app_id)?["focused"] == true).then_some(())
    });
}

fn find<'a>(node: &'a Value, app_id: &str) -> Option<&'a Value> {
    if node["app_id"] == app_id {
        return Some(node);
    }
    let below = node["nodes"].as_array().into_iter().flatten();
    let mut below = below.chain(node["floating_nodes"].as_array().into_iter().flatten());
    below.find_map(|node| find(node, app_id))
}

fn x11(world: &mut World) -> Vec<Program> {
    let mut command = world.command("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x860x24"]);
    command.args(["-nolisten", "tcp", "-noreset"]);
    let (display, number) = Program::start_and_read_line(world, &command);
    world.set("DISPLAY", format!(":{number}"));
    let window_manager = Program::start(world, &world.command("openbox"));
    until("the window manager", || {
        // The root window has the number of desktops once a window manager runs.
        let mut ask = world.command("xdotool");
        let output = ask.arg("get_num_desktops").output().unwrap();
        output.status.success().then_some(())
    });
    vec![window_manager, display]
}

fn sway(world: &mut World) -> Vec<Program> {
    let config = world.path("sway.conf");
    let words = "xwayland disable\n\
        output HEADLESS-1 mode 1280x860\n\
        focus_on_window_activation focus\n";
    fs::write(&config, words).unwrap();
    let sockets = world.path("run/sway.sock");
    let mut command = world.command("sway");
    command.arg("--config").arg(config);
    command.env("WLR_BACKENDS", "headless");
    command.env("WLR_LIBINPUT_NO_DEVICES", "1");
    command.env("WLR_RENDERER", "pixman");
    command.env("SWAYSOCK", &sockets);
    let sway = Program::start(world, &command);
    until("sway", || sockets.exists().then_some(()));
    world.set("SWAYSOCK", sockets.display().to_string());
    // It chooses the name of its socket itself.
    let socket = until("sway's display", || {
        let names = fs::read_dir(world.path("run")).unwrap().flatten();
        let mut names = names.filter_map(|it| it.file_name().into_string().ok());
        names.find(|name| name.starts_with("wayland-") && !name.contains('.'))
    });
    shown_on(world, &socket);
    vec![sway]
}

fn wayland(world: &mut World, command: &std::process::Command) -> Program {
    let compositor = Program::start(world, command);
    let socket = world.path("run").join(SOCKET);
    until("the compositor", || socket.exists().then_some(()));
    shown_on(world, SOCKET);
    compositor
}

fn shown_on(world: &mut World, socket: &str) {
    world.set("WAYLAND_DISPLAY", socket);
    world.set("GDK_BACKEND", "wayland");
}
