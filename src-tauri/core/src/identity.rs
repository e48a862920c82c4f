//! Keyrack's names for the system and for Notion, in one place.

/// The application id: the data folder's name, the keyring service, the name on the session bus.
pub const APP_ID: &str = "app.keyrack.desktop";

/// The custom scheme of app links: a reverse domain (RFC 8252 7.1).
pub const SCHEME: &str = "app.keyrack";

/// The path of a callback, in the app link and on localhost alike.
pub const CALLBACK_PATH: &str = "/oauth/callback";

/// The redirect URI of the app link: the scheme, a single slash (RFC 8252 7.1), the path.
pub const APP_LINK: &str = "app.keyrack:/oauth/callback";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_link_is_made_of_the_scheme_and_the_path() {
        assert_eq!(APP_LINK, format!("{SCHEME}:{CALLBACK_PATH}"));
    }

    #[test]
    fn what_stands_apart_has_the_same_names() {
        assert_eq!(APP_LINK, notion_sandbox::APP_LINK);
        let config = include_str!("../../../tauri.conf.json");
        let config: serde_json::Value = serde_json::from_str(config).expect("JSON");
        assert_eq!(config["identifier"], APP_ID);
        let schemes = &config["plugins"]["deep-link"]["desktop"]["schemes"];
        assert_eq!(schemes, &serde_json::json!([SCHEME]));
    }
}
