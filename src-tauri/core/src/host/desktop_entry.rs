//! What a desktop entry starts, read and written
//! (Desktop Entry Specification 1.5, "Basic format" and "The Exec key").

/// The program that an entry starts: a path, or a name to be looked up in `PATH`.
#[must_use]
pub fn program_of(entry: &str) -> Option<String> {
    let (_, value) = exec(entry)?;
    let program = first_argument(&unescaped(value));
    (!program.is_empty()).then_some(program)
}

/// The entry with its program written without quotes, if it is quoted and its path needs none.
///
/// The plugin that writes ours quotes every path, which xdg-open 1.1.3 cannot start without a
/// desktop environment.
#[must_use]
pub fn without_quotes(entry: &str) -> Option<String> {
    let (at, value) = exec(entry)?;
    let (program, _) = value.strip_prefix('"')?.split_once('"')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !program.starts_with('/') || !program.chars().all(plain) {
        return None;
    }
    let after = at + program.len() + 2;
    Some(format!("{}{program}{}", &entry[..at], &entry[after..]))
}

/// The value of the `Exec` key in the group that counts, as it is written, and where it begins.
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
            let begins = at + line.len() - value.trim_start().len();
            return Some((begins, value.trim()));
        }
        at += line.len();
    }
    None
}

/// Undoes the escapes that any string may have. What is none of them stays as it is, since
/// quoted arguments have escapes of their own.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}

/// The first argument of a command line; quoted, a backslash frees the character after it.
fn first_argument(command: &str) -> String {
    let Some(quoted) = command.strip_prefix('"') else {
        let plain = command.split_whitespace().next().unwrap_or_default();
        return plain.replace("%%", "%");
    };
    let mut argument = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return argument.replace("%%", "%"),
            '\\' => argument.extend(rest.next()),
            plain => argument.push(plain),
        }
    }
    String::new()
}

/// An argument of the Exec key, quoted, with the escapes of quoted arguments and then those of
/// any string (Desktop Entry Specification 1.5, "The Exec key").
pub(super) fn quoted(argument: &str) -> String {
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
    fn the_program_is_read_as_the_specification_writes_it() {
        let table = [
            (
                "Exec=/usr/bin/keyrack-desktop %u",
                "/usr/bin/keyrack-desktop",
            ),
            (
                "Exec = /usr/bin/keyrack-desktop %u ",
                "/usr/bin/keyrack-desktop",
            ),
            ("Exec=keyrack-desktop %u", "keyrack-desktop"),
            ("Exec=\"/opt/my apps/keyrack\" %u", "/opt/my apps/keyrack"),
            (r#"Exec="/a\\$b\\`c\\"d" %u"#, r#"/a$b`c"d"#),
            (r#"Exec="/a\$b" %u"#, "/a$b"),
            (r#"Exec="/a\\\\b" %u"#, r"/a\b"),
            (r"Exec=/a\sb", "/a"),
            ("Exec=/a%%b %u", "/a%b"),
            ("# Exec=/comment\nExec=/x\nExec=/second", "/x"),
            ("TryExec=/bin/true\nExec=/x", "/x"),
        ];
        for (lines, program) in table {
            let entry = format!("[Desktop Entry]\nName=Keyrack\n{lines}\n");
            assert_eq!(program_of(&entry).as_deref(), Some(program), "{lines}");
        }
    }

    #[test]
    fn only_the_entrys_own_group_counts() {
        for none in [
            "",
            "Exec=/before any group",
            "[Desktop Entry]\nName=x\n[Desktop Action new]\nExec=/x\n",
            "[Desktop Entry]\nTryExec=/x\n",
            "[Desktop Entry]\nExec=\n",
            "[Desktop Entry]\nExec=\"/never closed\n",
        ] {
            assert_eq!(program_of(none), None, "{none}");
        }
        let entry = "[Desktop Action new]\nExec=/no\n[Desktop Entry]\r\nExec=/yes\r\n";
        assert_eq!(program_of(entry).as_deref(), Some("/yes"));
    }

    #[test]
    fn quotes_go_only_where_the_path_needs_none() {
        let entry = |exec: &str| {
            format!(
                "[Desktop Action a]\nExec=\"/a\"\n[Desktop Entry]\nName=\"K\"\nExec{exec} %u\nType=Application\n"
            )
        };
        assert_eq!(
            without_quotes(&entry("=\"/usr/bin/keyrack\"")),
            Some(entry("=/usr/bin/keyrack"))
        );
        assert_eq!(
            without_quotes(&entry(" = \"/usr/bin/keyrack\"")),
            Some(entry(" = /usr/bin/keyrack"))
        );
        for kept in [
            "=/usr/bin/keyrack",
            "=\"/opt/my apps/keyrack\"",
            "=\"/a$b\"",
            "=\"keyrack\"",
            "=\"",
        ] {
            assert_eq!(without_quotes(&entry(kept)), None, "{kept}");
        }
    }

    #[test]
    fn a_program_is_read_as_it_was_written() {
        for program in [
            "/usr/bin/keyrack",
            "/opt/my $apps/100%/keyrack",
            r"/a\b",
            r"/a\\b\",
            "/with \"quotes\" and `ticks`",
            "/a\tb",
            "/\u{fc}ml\u{e4}ut/keyrack",
        ] {
            let entry = format!("[Desktop Entry]\nExec={} watch\n", quoted(program));
            assert_eq!(program_of(&entry).as_deref(), Some(program), "{entry}");
        }
    }
}
