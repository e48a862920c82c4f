//! The `Exec` key of desktop entries: quoting and repair; GIO reads it (Desktop Entry Specification
//! 1.5, "Basic format" and "The Exec key").

/// The entry with its program unquoted; none if it is not quoted, or its path needs the quotes.
///
/// The plugin that writes Keyrack's entry quotes every path, which xdg-open 1.1.3 cannot start
/// without a desktop environment.
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
            let begins = at + line.len() - value.trim_start().len();
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
}
