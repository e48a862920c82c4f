//! What people paste: a secret or an address, and around it what mail, chat and web pages add.

use notion_oauth::is_unprintable;
use secrecy::{ExposeSecret as _, SecretString};

/// A pasted secret or id, without the marks in it that cannot be seen, and without the white space,
/// quotation marks and angle brackets around it.
pub(crate) fn undecorated(pasted: &str) -> SecretString {
    let visible = without(pasted, is_invisible);
    visible.expose_secret().trim_matches(is_around).into()
}

/// A pasted address, [`undecorated`], in one line and without an empty fragment: no address of an
/// answer has white space in it.
pub(crate) fn undecorated_address(pasted: &str) -> SecretString {
    let one_line = without(pasted, char::is_whitespace);
    let address = undecorated(one_line.expose_secret());
    match address.expose_secret().strip_suffix('#') {
        Some(without) => without.into(),
        None => address,
    }
}

fn without(text: &str, left_out: impl Fn(char) -> bool) -> SecretString {
    let kept: String = text.chars().filter(|c| !left_out(*c)).collect();
    kept.into()
}

/// Whether a character cannot be seen and is no white space: a mark of the encoding, or of where a
/// line may be broken or letters may join.
fn is_invisible(c: char) -> bool {
    let is_mark = matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}'
    );
    is_mark || (is_unprintable(c) && !c.is_whitespace())
}

/// Whether a character stands around what is quoted.
fn is_around(c: char) -> bool {
    let is_quote = matches!(
        c,
        '"' | '\'' | '`' | '<' | '>' | '\u{AB}' | '\u{BB}' | '\u{2018}'
            ..='\u{201F}' | '\u{2039}' | '\u{203A}'
    );
    c.is_whitespace() || is_quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_secret_is_left_out_and_nothing_of_it_is() {
        for pasted in [
            "secret_aB-9",
            "\u{FEFF}secret_aB-9\r\n",
            "\u{A0}secret_aB-9\u{A0}",
            "\u{200B}secret\u{AD}_aB\u{200D}-9\u{2060}\0",
            "\"secret_aB-9\"",
            " \u{201E}secret_aB-9\u{201C} ",
            "\u{FEFF} '<secret_aB-9>'\n",
            "`secret_aB-9`",
        ] {
            assert_eq!(undecorated(pasted).expose_secret(), "secret_aB-9");
        }
        for kept in ["two words", "a\nb", "a\"b"] {
            assert_eq!(undecorated(kept).expose_secret(), kept);
        }
    }

    #[test]
    fn what_stands_around_an_address_is_left_out_and_so_is_where_its_lines_were_broken() {
        let address = "app.keyrack:/oauth/callback?code=a%2Db&state=s";
        for pasted in [
            address.to_owned(),
            format!("<{address}>"),
            format!("\u{201C}{address}#\u{201D}\r\n"),
            format!("\u{FEFF}\u{A0}{address}\u{A0}#"),
            address.replace("callback", "call\r\n  back"),
            address.replace("code", "co\u{200B}de"),
        ] {
            let found = undecorated_address(&pasted);
            assert_eq!(found.expose_secret(), address, "{pasted:?}");
        }
        let fragment = undecorated_address("app.keyrack:/oauth/callback?code=a#b");
        assert!(fragment.expose_secret().ends_with("#b"), "for the parser");
    }
}
