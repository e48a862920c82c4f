//! The keyring seen from outside, by `secret-tool`: what another program on the bus can see.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::process::Stdio;

use super::world::World;

/// The attribute `service` of every entry of Keyrack.
pub const SERVICE: &str = "app.keyrack.desktop";

/// An entry of the keyring. `Debug` leaves out its secret, which must not be in a test's output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The label, which a keyring program shows as the entry's name.
    pub label: String,
    /// The attributes that the entry is found by.
    pub attributes: BTreeMap<String, String>,
    /// The secret payload; `None` while the collection is locked.
    pub secret: Option<String>,
}

impl Entry {
    /// The attribute `username`: Keyrack's random id of the entry.
    pub fn user(&self) -> &str {
        self.attributes.get("username").map_or("", String::as_str)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("label", &self.label)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

/// Keyrack's own entries, in the order the keyring lists them.
pub fn entries(world: &World) -> Vec<Entry> {
    search(world, "service", SERVICE)
}

/// The entries whose `attribute` is `value`.
pub fn search(world: &World, attribute: &str, value: &str) -> Vec<Entry> {
    // The attributes go to standard error, the rest to standard output: one stream, in order.
    let output = world
        .command("sh")
        .args([
            "-c",
            "exec secret-tool search --all \"$0\" \"$1\" 2>&1",
            attribute,
            value,
        ])
        .output()
        .unwrap();
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Writes an entry that is not Keyrack's, or pretends to be.
pub fn store(world: &World, label: &str, attributes: &[(&str, &str)], secret: &str) {
    let mut command = world.command("secret-tool");
    command.arg("store").arg(format!("--label={label}"));
    for (name, value) in attributes {
        command.args([name, value]);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(secret.as_bytes())
        .unwrap();
    assert!(
        child.wait().unwrap().success(),
        "the keyring refuses {label}"
    );
}

/// Deletes every entry with these attributes.
pub fn clear(world: &World, attributes: &[(&str, &str)]) {
    let mut command = world.command("secret-tool");
    command.arg("clear");
    for (name, value) in attributes {
        command.args([name, value]);
    }
    assert!(
        command.status().unwrap().success(),
        "the keyring refuses to delete"
    );
}

fn parse(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') && line.ends_with(']') {
            entries.push(Entry::default());
            continue;
        }
        let (Some(entry), Some((key, value))) = (entries.last_mut(), line.split_once(" = ")) else {
            continue;
        };
        match key.strip_prefix("attribute.") {
            Some(name) => drop(entry.attributes.insert(name.to_owned(), value.to_owned())),
            None if key == "label" => value.clone_into(&mut entry.label),
            None if key == "secret" => entry.secret = Some(value.to_owned()),
            None => {}
        }
    }
    entries
}
