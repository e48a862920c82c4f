//! The clipboard of a world's display.

use std::io::Write as _;
use std::process::Stdio;

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

/// Copies a text, as another program would.
pub fn copy(world: &World, text: &str) {
    let mut command = world.command("xclip");
    command.args(["-selection", "clipboard", "-in"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("xclip");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(text.as_bytes()).expect("read");
    drop(input);
    assert!(child.wait().expect("its end").success(), "it copies");
}
