//! The search for secrets, in every spelling they might have, and the places searched.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use support::page::Page;
use support::secrets;
use support::world::World;

/// How many first bytes of a spelling it is looked up by.
const START: usize = 8;

/// Secrets by their names, and places with the bytes seen there.
#[derive(Default)]
pub struct Search {
    secrets: BTreeSet<(String, String)>,
    seen: Vec<(String, Vec<u8>)>,
}

impl Search {
    pub fn for_secret(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 16, "{name} is too short to search for");
        self.secrets.insert((name.to_owned(), value.to_owned()));
    }

    /// Searches for the secret parameters of a link.
    pub fn for_link(&mut self, link: &str) {
        let url = reqwest::Url::parse(link).unwrap();
        for (key, value) in url.query_pairs() {
            if key == "state" || key == "code" {
                self.for_secret(&key, &value);
            }
        }
    }

    /// Searches for the tokens that the keyring holds now. Returns whether there are new ones: reading
    /// fails as a whole if an entry is deleted meanwhile.
    pub fn for_tokens(&mut self, world: &World) -> bool {
        let before = self.secrets.len();
        // An entry without a secret is being deleted.
        for secret in secrets::entries(world)
            .into_iter()
            .filter_map(|it| it.secret)
        {
            let payload: Value = serde_json::from_str(&secret).unwrap();
            for name in ["access", "refresh", "client_secret"] {
                if let Some(value) = payload[name].as_str() {
                    self.for_secret(name, value);
                }
            }
        }
        self.secrets.len() > before
    }

    /// The number of secrets that are searched for.
    pub fn secrets(&self) -> usize {
        self.secrets.len()
    }

    pub fn in_bytes(&mut self, place: &str, bytes: Vec<u8>) {
        self.seen.push((place.to_owned(), bytes));
    }

    pub async fn in_page(&mut self, page: &Page) {
        self.in_bytes("the page", page.source().await.into_bytes());
    }

    /// Searches the recorded messages from Rust to the page.
    pub async fn in_messages(&mut self, page: &Page) {
        let messages = page.run("return JSON.stringify(window.fromRust)").await;
        let messages = messages.as_str().unwrap().as_bytes().to_vec();
        self.in_bytes("the messages from Rust", messages);
    }

    /// Searches everything that the world's processes wrote into their home, beside it and into the
    /// log, except the keyring's own file.
    pub fn in_world(&mut self, world: &World) {
        self.in_files(&world.home(), &world.data_home().join("keyrings"));
        self.in_files(&world.path("tmp"), Path::new(""));
        self.in_bytes("the log", fs::read(world.log()).unwrap_or_default());
    }

    fn in_files(&mut self, folder: &Path, but: &Path) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && path != but {
                self.in_files(&path, but);
            } else if kind.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                self.in_bytes(&path.display().to_string(), bytes);
            }
        }
    }

    pub fn seen_in(&self, place: &str, bytes: &[u8]) -> bool {
        let mut places = self.seen.iter().filter(|(name, _)| name.contains(place));
        places.any(|(_, seen)| seen.windows(bytes.len()).any(|part| part == bytes))
    }

    pub fn assert_clean(&self) {
        let mut needles: HashMap<Vec<u8>, Vec<(String, Vec<u8>)>> = HashMap::new();
        for (name, value) in &self.secrets {
            for (spelling, needle) in spellings(value) {
                let found = (format!("{name} ({spelling})"), needle);
                needles
                    .entry(found.1[..START].to_vec())
                    .or_default()
                    .push(found);
            }
        }
        for (place, bytes) in &self.seen {
            for (at, start) in bytes.windows(START).enumerate() {
                for (name, needle) in needles.get(start).into_iter().flatten() {
                    assert!(!bytes[at..].starts_with(needle), "{name} is in {place}");
                }
            }
        }
    }
}

/// The spellings of a secret: plain, in UTF-16, in hexadecimal digits, percent-encoded byte by byte or
/// as a URL needs it, in both base64 alphabets at each of its three offsets in a group of bytes; and,
/// if it is base64 itself, decoded.
fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let each = |spell: fn(u8) -> String| bytes.iter().map(|byte| spell(*byte)).collect::<String>();
    let mut url = reqwest::Url::parse("app:/").unwrap();
    url.query_pairs_mut().append_key_only(secret);
    // Without the zero at either end, this matches both byte orders.
    let wide: Vec<_> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    let mut all = vec![
        ("plain", bytes.to_vec()),
        ("UTF-16", wide[..wide.len() - 1].to_vec()),
        ("hexadecimal", each(|byte| format!("{byte:02x}")).into()),
        ("hexadecimal", each(|byte| format!("{byte:02X}")).into()),
        (
            "percent-encoded",
            each(|byte| format!("%{byte:02X}")).into(),
        ),
        ("in a URL", url.query().unwrap().as_bytes().to_vec()),
    ];
    for shift in 0..3 {
        let shifted = [vec![b' '; shift], bytes.to_vec()].concat();
        for encoded in [
            STANDARD_NO_PAD.encode(&shifted),
            URL_SAFE_NO_PAD.encode(&shifted),
        ] {
            // The first and last characters depend on the neighbours.
            let certain = &encoded[if shift == 0 { 0 } else { 4 }..encoded.len() - 4];
            all.push(("base64", certain.as_bytes().to_vec()));
        }
    }
    if let Ok(decoded) = URL_SAFE_NO_PAD.decode(secret)
        && decoded.len() >= 16
    {
        all.push(("decoded", decoded));
    }
    all
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let secret = "ntn_canary-0123456789+/abc?>";
    let is_found = |hidden: Vec<u8>| {
        let mut search = Search::default();
        search.for_secret("secret", secret);
        search.in_bytes("here", hidden);
        std::panic::catch_unwind(|| search.assert_clean()).is_err()
    };
    std::panic::set_hook(Box::new(|_| {}));
    let utf16: Vec<_> = secret.encode_utf16().collect();
    let little: Vec<_> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<_> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let mut missed = Vec::new();
    for neighbours in ["", "a", "ab", "abc"] {
        let text = format!("{neighbours}{secret}and more");
        let each = |spell: fn(u8) -> String| text.bytes().map(spell).collect::<String>();
        let hex = each(|byte| format!("{byte:02x}"));
        let percent = each(|byte| format!("%{byte:02X}"));
        let url = text.replace('+', "%2B").replace('/', "%2F");
        let url = url.replace('?', "%3F").replace('>', "%3E");
        for (spelling, hidden) in [
            ("base64", STANDARD_NO_PAD.encode(&text).into_bytes()),
            ("base64url", URL_SAFE_NO_PAD.encode(&text).into_bytes()),
            ("hex", hex.to_uppercase().into_bytes()),
            ("hex", hex.into_bytes()),
            ("percent", percent.into_bytes()),
            ("url", url.into_bytes()),
            ("plain", text.into_bytes()),
            ("UTF-16", [neighbours.as_bytes(), &little, b"."].concat()),
            ("UTF-16", [neighbours.as_bytes(), &big, b"."].concat()),
        ] {
            if !is_found(hidden) {
                missed.push((neighbours, spelling));
            }
        }
    }
    let quiet = !is_found(secret.as_bytes()[1..].to_vec());
    let _ = std::panic::take_hook();
    assert_eq!(missed, []);
    assert!(quiet, "what is not the secret is not found");
}
