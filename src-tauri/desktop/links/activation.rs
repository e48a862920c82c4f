//! The activation token that a desktop gives to the program that a person's act starts, with which it may bring
//! a window to the front. A second instance hands it on to the open window.

use std::env;

/// The environment variables that have the token: under Wayland (xdg-activation-v1) and under X11 (Startup
/// Notification Protocol).
const VARIABLES: [&str; 2] = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];

/// The argument that stands before the token.
const ARGUMENT: &str = "--activation-token";

/// The arguments that hand on what this process was given; none if it was given nothing.
pub fn handed_on() -> Vec<String> {
    let given = |name| env::var(name).ok().filter(|token| !token.is_empty());
    let token = VARIABLES.into_iter().find_map(given);
    token.map_or_else(Vec::new, |token| vec![ARGUMENT.to_owned(), token])
}

/// The token among the arguments of a second instance.
pub fn among(arguments: &[String]) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == ARGUMENT)?;
    arguments.get(at + 1).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_arguments() {
        let found = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
            among(&arguments)
        };
        let link = "app.keyrack:/oauth/callback";
        assert_eq!(
            found(&["keyrack-desktop", link, ARGUMENT, "token"]).as_deref(),
            Some("token")
        );
        for none in [&["keyrack-desktop", link][..], &[link, ARGUMENT]] {
            assert_eq!(found(none), None, "{none:?}");
        }
    }
}
