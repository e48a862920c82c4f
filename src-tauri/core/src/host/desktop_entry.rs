//! The `Exec` key of desktop entries: which command it has; GIO reads it (Desktop Entry Specification
//! 1.5, "Basic format" and "The Exec key").

/// The entry with another command; none if it has that one already, or no command at all.
#[must_use]
pub fn with_command(entry: &str, command: &str) -> Option<String> {
    let (at, value) = exec(entry)?;
    let after = at + value.len();
    (value != command).then(|| format!("{}{command}{}", &entry[..at], &entry[after..]))
}

/// Whether an entry has this command.
#[must_use]
pub fn has_command(entry: &str, command: &str) -> bool {
    exec(entry).is_some_and(|(_, value)| value == command)
}

/// The command that starts a program: quoted, as every reader of the key understands it.
///
/// `GLib` looks for the program before it undoes the escape of a percent sign, so a path with one is
/// started by `env`.
#[must_use]
pub fn command(program: &str) -> String {
    let quoted = quoted(program);
    if program.contains('%') {
        format!("env {quoted}")
    } else {
        quoted
    }
}

/// The command that starts a program, without quotes where none are needed: xdg-open 1.1.3 starts no
/// quoted one without a desktop environment.
#[must_use]
pub fn plain_command(program: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if program.chars().all(plain) {
        program.to_owned()
    } else {
        command(program)
    }
}

/// The raw value of the `Exec` key in the `[Desktop Entry]` group, and where it begins.
fn exec(entry: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    let mut inside = false;
    for line in entry.split_inclusive('\n') {
        if line.starts_with('[') {
            inside = line.trim_end() == "[Desktop Entry]";
        } else if inside
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "Exec"
        {
            let begins = at + line.len() - value.trim_start_matches([' ', '\t']).len();
            return Some((begins, value.trim()));
        }
        at += line.len();
    }
    None
}

/// Quotes an argument of the Exec key, with the escapes of quoted arguments and then those of any
/// string (Desktop Entry Specification 1.5, "The Exec key").
#[must_use]
pub fn quoted(argument: &str) -> String {
    let mut text = String::from('"');
    for c in argument.chars() {
        match c {
            '"' | '`' | '$' => text.extend(['\\', '\\', c]),
            '\\' => text.push_str(r"\\\\"),
            '%' => text.push_str("%%"),
            '\n' => text.push_str(r"\n"),
            plain => text.push(plain),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_takes_the_place_of_the_one_that_was_there() {
        let entry = |exec: &str| {
            format!(
                "[Desktop Action a]\nExec=\"/a\"\n[Desktop Entry]\nName=\"K\"\nExec{exec}\nType=Application\n"
            )
        };
        for there in ["=\"/usr/bin/keyrack\" %u", "=/opt/keyrack", "="] {
            let changed = with_command(&entry(there), "/usr/bin/keyrack %u");
            assert_eq!(changed, Some(entry("=/usr/bin/keyrack %u")), "{there}");
        }
        let present = entry(" = /usr/bin/keyrack %u ");
        assert_eq!(with_command(&present, "/usr/bin/keyrack %u"), None);
        assert!(has_command(&present, "/usr/bin/keyrack %u"));
        assert_eq!(with_command("[Other]\nExec=/a\n", "/b"), None);
    }

    #[test]
    fn quotes_and_env_are_there_only_for_a_path_that_needs_them() {
        for (program, commands) in [
            (
                "/usr/bin/keyrack",
                ["\"/usr/bin/keyrack\"", "/usr/bin/keyrack"],
            ),
            ("/my apps/keyrack", ["\"/my apps/keyrack\""; 2]),
            ("/100%/keyrack", ["env \"/100%%/keyrack\""; 2]),
        ] {
            assert_eq!([command(program), plain_command(program)], commands);
        }
    }
}
