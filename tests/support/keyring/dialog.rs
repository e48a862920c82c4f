//! The dialogs of a keyring, found and answered as by a person.

use crate::world::World;

/// Whether a window with this in its title is shown.
pub fn is_shown(world: &World, title: &str) -> bool {
    xdotool(world, &["search", "--onlyvisible", "--name", title])
}

/// Types a text into the window with this in its title, if it is shown, and presses a key.
pub fn answer(world: &World, title: &str, text: &str, key: &str) {
    if comes_to_the_front(world, title) {
        // What an earlier attempt left in the field is replaced.
        xdotool(world, &["key", "ctrl+a"]);
        xdotool(world, &["type", "--delay", "20", text]);
        xdotool(world, &["key", key]);
    }
}

/// Presses a key in the window with this in its title, if it is shown.
pub fn confirm(world: &World, title: &str, key: &str) {
    if comes_to_the_front(world, title) {
        xdotool(world, &["key", key]);
    }
}

fn comes_to_the_front(world: &World, title: &str) -> bool {
    let search = ["search", "--onlyvisible", "--name", title];
    xdotool(
        world,
        &[&search[..], &["windowactivate", "--sync"]].concat(),
    )
}

/// Runs xdotool, and returns whether it found what it was to find.
fn xdotool(world: &World, arguments: &[&str]) -> bool {
    // A window that closes just then is waited for in vain.
    let mut command = world.command("timeout");
    let output = command.args(["5", "xdotool"]).args(arguments).output();
    output.unwrap().status.success()
}
