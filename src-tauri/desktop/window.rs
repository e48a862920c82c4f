//! The one window: own content only.

use std::path::PathBuf;

use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager as _, Runtime, Url, WebviewUrl, WebviewWindowBuilder};

/// Its label, which the capability and the events name.
pub const LABEL: &str = "main";

/// Opens the window; what the web view keeps goes into `web_data`.
pub fn open<R: Runtime>(app: &App<R>, web_data: PathBuf) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Keyrack")
        .inner_size(1000.0, 640.0)
        .min_inner_size(480.0, 400.0)
        .data_directory(web_data)
        .on_navigation(is_own_content)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
        .map(|_| ())
}

/// Shows the window when something for it arrives.
pub fn bring_forward<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; the link is taken all the same.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Tauri's own scheme: `tauri://localhost`, or `http://tauri.localhost` on Windows.
fn is_own_content(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_nothing_but_itself() {
        let goes = |text: &str| is_own_content(&Url::parse(text).expect("a URL"));
        assert!(goes("tauri://localhost/index.html"));
        for elsewhere in [
            "https://example.org/",
            "tauri://example.org/",
            "about:blank",
            "file:///etc/passwd",
            "data:text/html,x",
            "app.keyrack:/oauth/callback",
        ] {
            assert!(!goes(elsewhere), "{elsewhere}");
        }
    }
}
