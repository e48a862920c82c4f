//! What a terminal gets of a reply: nothing that it would obey.

use std::borrow::Cow;

/// The first byte of the control characters U+0080 to U+009F in UTF-8.
const C1: u8 = 0xC2;

/// The bytes with a question mark for each that is or begins a control character, but for lines and tabs. Where
/// a part of a reply ends within a character that may be one, it counts as one.
pub fn harmless(bytes: &[u8]) -> Cow<'_, [u8]> {
    let obeyed = |at: usize| match bytes[at] {
        b'\n' | b'\t' => false,
        C1 => bytes
            .get(at + 1)
            .is_none_or(|next| (0x80..0xA0).contains(next)),
        byte => byte.is_ascii_control(),
    };
    if !(0..bytes.len()).any(obeyed) {
        return bytes.into();
    }
    let shown = |at: usize| if obeyed(at) { b'?' } else { bytes[at] };
    (0..bytes.len()).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let text = "{\"a\":\t\"\u{e9}\u{a0}\u{20ac}\"}\n";
        assert_eq!(harmless(text.as_bytes()), text.as_bytes());
        for (obeyed, shown) in [
            (&b"\x1b[31mred"[..], &b"?[31mred"[..]),
            (b"a\rb\x07\x7f", b"a?b??"),
            ("\u{9b}31m".as_bytes(), b"?\x9b31m"),
            (b"cut \xc2", b"cut ?"),
        ] {
            assert_eq!(harmless(obeyed), shown);
        }
    }
}
