//! Marks of our own secrets, by which copies of them are recognised without the secrets.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::found::SHOWN;

/// The fewest characters in a row by which a secret can be recognised.
const LEAST: usize = 16;

/// Whether a byte may be part of a secret's word.
pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

type Hash = [u8; 32];

/// The marks of some secrets. The number of a mark is the place at which its secret was added.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    marks: Vec<Mark>,
    /// For each length whether a word of it may be a secret.
    lengths: Vec<bool>,
}

/// A secret's longest word, and the whole of it around that.
#[derive(Debug)]
struct Mark {
    number: usize,
    word: Hash,
    word_length: usize,
    /// How much of the secret stands before its word.
    before: usize,
    length: usize,
    /// How it begins, as far as a finding shows it: most places differ there already.
    begins: Vec<u8>,
    whole: Hash,
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

impl Marks {
    /// Marks a secret. One without a word that is long enough cannot be recognised, and is left out.
    pub fn add(&mut self, number: usize, secret: &str) {
        let bytes = secret.as_bytes();
        let words = bytes.split(|byte| !is_word(*byte));
        let Some(word) = words.max_by_key(|word| word.len()) else {
            return;
        };
        if word.len() < LEAST {
            return;
        }
        // Both are parts of the same memory.
        let before = word.as_ptr() as usize - bytes.as_ptr() as usize;
        if self.lengths.len() <= word.len() {
            self.lengths.resize(word.len() + 1, false);
        }
        if let Some(known) = self.lengths.get_mut(word.len()) {
            *known = true;
        }
        self.marks.push(Mark {
            number,
            word: hash(word),
            word_length: word.len(),
            before,
            length: bytes.len(),
            begins: bytes.iter().take(SHOWN).copied().collect(),
            whole: hash(bytes),
        });
    }

    /// The secret that a word of a text is the mark of: its number, and where all of it stands.
    pub fn find(&self, text: &[u8], word: Range<usize>) -> Option<(usize, Range<usize>)> {
        let is_of_length = self.lengths.get(word.len()).copied().unwrap_or_default();
        if !is_of_length {
            return None;
        }
        let found = hash(text.get(word.clone())?);
        self.marks.iter().find_map(|mark| {
            if mark.word_length != word.len() || mark.word != found {
                return None;
            }
            let begin = word.start.checked_sub(mark.before)?;
            let whole = begin..begin + mark.length;
            (hash(text.get(whole.clone())?) == mark.whole).then_some((mark.number, whole))
        })
    }

    /// The secret that begins at a place in a text: its number, and where all of it stands.
    pub fn find_at(&self, text: &[u8], at: usize) -> Option<(usize, Range<usize>)> {
        let words = self.marks.iter().filter(|mark| mark.before == 0);
        words.into_iter().find_map(|mark| {
            let whole = at..at + mark.length;
            let there = text.get(whole.clone())?;
            let is_it = there.starts_with(&mark.begins) && hash(there) == mark.whole;
            is_it.then_some((mark.number, whole))
        })
    }
}
