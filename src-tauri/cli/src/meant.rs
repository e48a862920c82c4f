//! Names by their parts, and those that were probably meant.

use keyrack_core::{Cause, Keyrack, Problem, Words, caseless_name, sanitize_display_text};
use strsim::jaro_winkler;

use crate::terminal::eprint_line;
use crate::wording::workspace;

/// The least likeness, and the most names that are offered.
const LEAST: f64 = 0.8;
const MOST: usize = 3;

/// The names like the one that nothing has, the likest first; none for any other problem.
pub fn names(keyrack: &Keyrack, words: Words, problem: &Problem) -> Vec<String> {
    match &problem.cause {
        Cause::NoSuchConnection { name } => {
            let known = keyrack.connections().unwrap_or_default();
            let known = known
                .iter()
                .map(|one| workspace(&one.workspace_name, words));
            like(name, known)
        }
        Cause::NoSuchClient { name } => {
            let known = keyrack.clients().unwrap_or_default();
            like(
                name,
                known.iter().map(|one| sanitize_display_text(&one.name)),
            )
        }
        Cause::NoSuchLabel { name } => {
            let known = keyrack.connections().unwrap_or_default();
            let known = known.iter().flat_map(|one| one.labels.as_slice().to_vec());
            like(name, known)
        }
        _ => Vec::new(),
    }
}

/// Says which name a part of it was taken for.
pub fn say(part: &str, name: &str, words: Words) {
    let part = sanitize_display_text(part);
    let places = [("part", part.as_str()), ("name", name)];
    eprint_line(&format!(
        "keyrack: {}",
        words.text("command.by-part", &places)
    ));
}

/// Whether a name has this part, in whatever Unicode form, in small letters or capitals.
pub fn has_part(name: &str, part: &str) -> bool {
    caseless_name(name).contains(&caseless_name(part))
}

fn like(name: &str, known: impl Iterator<Item = String>) -> Vec<String> {
    let name = caseless_name(name);
    let likeness = |known: &str| {
        let known = caseless_name(known);
        // A part of a name is enough to find it.
        let parts = known.split_whitespace().chain([known.as_str()]);
        // A short word is like the beginning of anything.
        let is_comparable = |part: &&str| part.chars().count() * 2 > name.chars().count();
        parts
            .filter(is_comparable)
            .map(|part| jaro_winkler(&name, part))
            .fold(0.0, f64::max)
    };
    let mut alike: Vec<_> = known
        .map(|known| (likeness(&known), known))
        .filter(|(likeness, _)| *likeness >= LEAST)
        .collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.dedup_by(|(_, one), (_, other)| one == other);
    alike
        .into_iter()
        .map(|(_, known)| known)
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn a_name_with_a_slip_in_it_is_known_again_and_a_strange_one_is_not() {
        let known = [
            "Acme Research",
            "Acme Labs",
            "Bibliothek am Park",
            "Café Ürsprung",
        ];
        let like = |name| like(name, known.map(str::to_owned).into_iter());
        assert_eq!(like("Acme Reserach"), ["Acme Research", "Acme Labs"]);
        assert_eq!(like("bibliotek"), ["Bibliothek am Park"]);
        assert_eq!(like("ursprung"), ["Café Ürsprung"]);
        assert_eq!(like("acmee"), ["Acme Research", "Acme Labs"]);
        assert_eq!(like("Nowhere"), Vec::<String>::new());
        assert_eq!(like("amount"), Vec::<String>::new(), "\"am\" is too short");
    }
}
