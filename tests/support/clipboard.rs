//! The clipboard of a world's display.

use super::world::World;

/// The clipboard's content of a type, such as `UTF8_STRING`.
pub fn clipboard(world: &World, kind: &str) -> String {
    let asked = world
        .command("xclip")
        .args(["-selection", "clipboard", "-out", "-target", kind])
        .output()
        .expect("xclip");
    String::from_utf8_lossy(&asked.stdout).into_owned()
}
