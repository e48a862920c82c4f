//! The parser of callbacks, which are hostile input until the state proves otherwise.
//!
//! One parser serves all redirect methods (RFC 6749 4.1.2). It reads the raw bytes before anything
//! normalises them, and accepts only what a URL parser would read in the same way.

use secrecy::SecretString;

use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::{bridge_page, localhost_port, localhost_uri};
use crate::identity::{APP_LINK, SCHEME};
use notion_oauth::sanitize_display_text;

/// The most bytes that a callback may have.
const MOST_BYTES: usize = 2048;

/// A well-formed callback.
#[derive(Debug)]
pub(crate) struct Callback {
    /// The redirect URI: everything before the question mark; must equal the authorization's.
    pub(crate) redirect_uri: String,
    /// The `state` that ties the callback to one authorization.
    pub(crate) state: SecretString,
    /// The issuer, if sent (RFC 9207).
    pub(crate) iss: Option<String>,
    /// The result of the authorization request.
    pub(crate) result: CallbackResult,
}

/// The result that a callback carries.
#[derive(Debug)]
pub(crate) enum CallbackResult {
    /// Access was allowed; the code works once.
    Code(SecretString),
    /// Access was not given (RFC 6749 4.1.2.1).
    Error {
        error: String,
        description: Option<String>,
    },
}

impl Callback {
    /// Parses the bytes of a callback URL.
    ///
    /// Refuses with `link-malformed` whatever is not ASCII, over 2 KiB, outside the three known
    /// families of addresses, carries a fragment or an `access_token`, repeats a parameter, or
    /// has not exactly one of `code` and `error` beside a `state`.
    pub fn parse(raw: &[u8]) -> Result<Self, Problem> {
        let text = checked_text(raw)?;
        let (address, query) = text
            .split_once('?')
            .ok_or_else(|| malformed("it has no code"))?;
        if !is_known_address(address) {
            return Err(malformed("it does not start with an address of Keyrack's"));
        }
        let mut code = None;
        let mut state = None;
        let mut error = None;
        let mut description = None;
        let mut iss = None;
        for pair in query.split('&') {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| malformed("a parameter has no value"))?;
            let place = match key {
                "code" => &mut code,
                "state" => &mut state,
                "error" => &mut error,
                "error_description" => &mut description,
                "iss" => &mut iss,
                "access_token" => {
                    return Err(malformed("it carries a token, which no callback may"));
                }
                _ if key
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) =>
                {
                    continue;
                }
                _ => return Err(malformed("a parameter's name is spelt in an unusual way")),
            };
            if place.replace(decoded(value)?).is_some() {
                return Err(malformed("a parameter stands in it twice"));
            }
        }
        let state = state
            .filter(|state| !state.is_empty())
            .ok_or_else(|| malformed("it has no state"))?;
        let result = match (code, error) {
            (Some(code), None) if !code.is_empty() => CallbackResult::Code(code.into()),
            (None, Some(error)) if !error.is_empty() => CallbackResult::Error {
                error: sanitize_display_text(&error),
                description: description
                    .map(|text| sanitize_display_text(&text))
                    .filter(|text| !text.is_empty()),
            },
            _ => return Err(malformed("it has neither a code nor an error, or both")),
        };
        Ok(Self {
            redirect_uri: address.to_owned(),
            state: state.into(),
            iss,
            result,
        })
    }
}

/// The app link among a program's arguments, if there is exactly one.
///
/// Other arguments are ignored, whatever they are; of two different links neither is taken.
#[must_use]
pub fn app_link_in<I, S>(arguments: I) -> Option<SecretString>
where
    I: IntoIterator<Item = S>,
    S: AsRef<str>,
{
    let mut links = arguments
        .into_iter()
        .filter(|argument| is_app_link(argument.as_ref()));
    let first = links.next()?;
    links
        .all(|other| other.as_ref() == first.as_ref())
        .then(|| first.as_ref().into())
}

fn malformed(why: &str) -> Problem {
    Cause::LinkMalformed {
        detail: why.to_owned(),
    }
    .into()
}

/// The text of a callback, if it has only characters that every URL parser leaves alone: no white
/// space or control characters (which others drop silently), no backslash (which others read as a
/// slash), no fragment.
fn checked_text(raw: &[u8]) -> Result<&str, Problem> {
    if raw.len() > MOST_BYTES {
        return Err(malformed("it is far too long"));
    }
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"-._~:/?[]@!$&()*+,;=%".contains(b);
    if !raw.iter().all(allowed) {
        return Err(malformed("it contains characters that no answer contains"));
    }
    str::from_utf8(raw).map_err(|_| malformed("it is not plain ASCII"))
}

/// Whether an address is the app link, localhost with a port, or an https page as the client form
/// takes it, each in its one spelling.
fn is_known_address(address: &str) -> bool {
    address == APP_LINK
        || localhost_port(address).is_some_and(|port| localhost_uri(port) == address)
        || bridge_page(address).is_ok()
}

/// Whether the operating system would open a URL with this app.
fn is_app_link(url: &str) -> bool {
    url.strip_prefix(SCHEME)
        .is_some_and(|rest| rest.starts_with(':'))
}

/// Decodes a form-encoded value; refuses broken escapes and what is not UTF-8.
fn decoded(value: &str) -> Result<String, Problem> {
    let broken = || malformed("a parameter's value is not encoded properly");
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or_else(broken)?;
                u8::try_from(high * 16 + low).map_err(|_| broken())?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn parse(text: &str) -> Result<Callback, Problem> {
        Callback::parse(text.as_bytes())
    }

    #[test]
    fn each_way_back_is_understood() {
        for address in [
            "app.keyrack:/oauth/callback",
            "http://localhost:47811/oauth/callback",
            "https://keys.example.org/notion/",
        ] {
            let callback = parse(&format!("{address}?code=a%2Db&state=s")).expect(address);
            assert_eq!(callback.redirect_uri, address);
            assert_eq!(callback.state.expose_secret(), "s");
            assert!(
                matches!(callback.result, CallbackResult::Code(code) if code.expose_secret() == "a-b")
            );
        }
    }

    #[test]
    fn a_refusal_is_understood_and_its_words_are_inert() {
        let callback = parse(
            "app.keyrack:/oauth/callback?error=access_denied&error_description=no%0A%E2%80%AEway&state=s",
        );
        let Ok(Callback {
            result: CallbackResult::Error { error, description },
            ..
        }) = callback
        else {
            panic!("not a refusal");
        };
        assert_eq!(
            (error.as_str(), description.as_deref()),
            ("access_denied", Some("no way"))
        );
    }

    #[test]
    fn whatever_is_not_one_plain_answer_is_refused() {
        let table = [
            "",
            "app.keyrack:/oauth/callback",
            "app.keyrack:/oauth/callback?",
            "app.keyrack:/oauth/callback?code=c",
            "app.keyrack:/oauth/callback?state=s",
            "app.keyrack:/oauth/callback?code=&state=s",
            "app.keyrack:/oauth/callback?code=c&state=",
            "app.keyrack:/oauth/callback?code=c&state=s&state=t",
            "app.keyrack:/oauth/callback?code=c&code=c&state=s",
            "app.keyrack:/oauth/callback?code=c&error=e&state=s",
            "app.keyrack:/oauth/callback?code=c&state=s#fragment",
            "app.keyrack:/oauth/callback?code=c&state=s&access_token=t",
            "app.keyrack:/oauth/callback?error=&state=s",
            "app.keyrack:/oauth/callback?%63ode=c&state=s",
            "app.keyrack:/oauth/callback?code=c&state=s&%63ode=d",
            "app.keyrack:/oauth/callback?code=%zz&state=s",
            "app.keyrack:/oauth/callback?code=%f&state=s",
            "app.keyrack:/oauth/callback?code=%ff&state=s",
            "app.keyrack:/oauth/callback?code=c&state=s&",
            "app.keyrack:/oauth/callback?code=c&state=s ",
            "app.keyrack:/oauth/callback?code=c\t&state=s",
            "app.keyrack:/oauth/callback?code=ç&state=s",
            "App.Keyrack:/oauth/callback?code=c&state=s",
            "app.keyrack://oauth/callback?code=c&state=s",
            "app.keyrack:/oauth/callback/../callback?code=c&state=s",
            "app.keyrack:/oauth\\callback?code=c&state=s",
            "app.keyrack:/other?code=c&state=s",
            "http://localhost/oauth/callback?code=c&state=s",
            "http://localhost:047811/oauth/callback?code=c&state=s",
            "http://localhost:99999/oauth/callback?code=c&state=s",
            "http://localhost:47811/other?code=c&state=s",
            "http://127.0.0.1:47811/oauth/callback?code=c&state=s",
            "http://example.org/?code=c&state=s",
            "https://?code=c&state=s",
            "https://user@example.org/?code=c&state=s",
            "https://@example.org/?code=c&state=s",
            "https://:?code=c&state=s",
            "https://a:b?code=c&state=s",
            "https://a:99999/?code=c&state=s",
            "https://example.org:443/?code=c&state=s",
            "https://EXAMPLE.org/?code=c&state=s",
            "https://example.org?code=c&state=s",
            "https://example.org/a/../b?code=c&state=s",
            "javascript:alert(1)?code=c&state=s",
        ];
        for text in table {
            let refused = parse(text).expect_err(text);
            assert_eq!(refused.cause.code(), "link-malformed", "{text}");
        }
    }

    #[test]
    fn a_callback_may_have_2_kib_and_no_more() {
        let head = "app.keyrack:/oauth/callback?state=s&code=";
        let of_length =
            |length: usize| parse(&format!("{head}{}", "c".repeat(length - head.len())));
        of_length(2048).expect("long enough for any code");
        of_length(2049).expect_err("too long");
    }

    #[test]
    fn an_issuer_is_read_and_what_has_no_meaning_here_is_passed_over() {
        let callback = parse(
            "app.keyrack:/oauth/callback?code=c&state=s&iss=https%3A%2F%2Fnotion.com&x_y-z.1=2",
        )
        .expect("an answer");
        assert_eq!(callback.iss.as_deref(), Some("https://notion.com"));
    }

    #[test]
    fn exactly_one_link_is_found_among_the_arguments() {
        let link = "app.keyrack:/oauth/callback?code=c&state=s";
        let found =
            |arguments: &[&str]| app_link_in(arguments).map(|link| link.expose_secret().to_owned());
        assert_eq!(
            found(&[
                "--allow-file-access-from-files",
                link,
                "$(id)",
                "\"quoted\""
            ])
            .as_deref(),
            Some(link)
        );
        assert_eq!(found(&[link, link]).as_deref(), Some(link));
        assert_eq!(found(&[link, "app.keyrack:/other"]), None);
        assert_eq!(
            found(&["--flag=app.keyrack:/oauth/callback", "https://example.org"]),
            None
        );
        assert_eq!(found(&[]), None);
    }

    proptest! {
        #[test]
        fn what_is_taken_means_the_same_to_a_url_parser(
            head in "(app\\.keyrack:/oauth/callback|http://localhost:[0-9]{1,6}/oauth/callback|https://[a-z@%:.\\[\\]/\\\\]{0,24})",
            tail in "[?&=%#+ -~]{0,12}(code|state|error|iss|x)=[ -~]{0,12}&(state|code|%63ode)=[!-~]{0,12}",
        ) {
            crate::fuzzing::callback(format!("{head}?{tail}").as_bytes());
        }

        #[test]
        fn no_bytes_make_it_panic(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Callback::parse(&raw);
        }
    }
}
