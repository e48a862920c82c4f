//! The one window: it shows own content only.

pub mod lock;
pub mod place;
pub mod quit;
pub mod web_view;

use std::path::PathBuf;

use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager as _, Runtime, Url, WebviewUrl, WebviewWindowBuilder};

use place::Place;

/// The window's label, which the capability and the events name.
pub const LABEL: &str = "main";

/// The size of the window's content at the first start, in logical pixels.
const SIZE: (f64, f64) = (1000.0, 640.0);
/// The least size of the window's content, in logical pixels.
const LEAST: (f64, f64) = (480.0, 400.0);

/// Opens the window at its last place; the web view keeps its data in `web_data`.
pub fn open<R: Runtime>(
    app: &App<R>,
    place: Option<Place>,
    web_data: PathBuf,
) -> tauri::Result<()> {
    let (width, height) = place.map_or(SIZE, |place| (place.width, place.height));
    let mut window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Keyrack")
        .inner_size(width.max(LEAST.0), height.max(LEAST.1))
        .min_inner_size(LEAST.0, LEAST.1)
        .maximized(place.is_some_and(|place| place.maximized));
    if let Some((x, y)) = place.and_then(|place| place.corner)
        && is_on_a_screen(app, x, y)
    {
        window = window.position(x, y);
    }
    let window = window
        .data_directory(web_data)
        .on_navigation(is_own_content)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    web_view::build(window)
}

/// Whether a window with its corner at `x`, `y` can be seen and moved: its screen may be gone.
fn is_on_a_screen<R: Runtime>(app: &App<R>, x: f64, y: f64) -> bool {
    let screens = app.available_monitors().unwrap_or_default();
    screens.iter().any(|screen| {
        let scale = screen.scale_factor();
        let (corner, size) = (
            screen.position().to_logical::<f64>(scale),
            screen.size().to_logical::<f64>(scale),
        );
        (corner.x..corner.x + size.width).contains(&x)
            && (corner.y..corner.y + size.height).contains(&y)
    })
}

/// Shows the window and gives it the focus, when a link or a second instance arrives.
pub fn bring_forward<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window manager may refuse; the link is processed all the same.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Gives the window the activation token of a second instance, which GTK calls the id of a start: without one a
/// desktop may leave the person where they are.
#[cfg(target_os = "linux")]
pub fn take_activation_token<R: Runtime>(app: &AppHandle<R>, token: Option<String>) {
    use gtk::prelude::GtkWindowExt as _;

    let (Some(token), Some(window)) = (token, app.get_webview_window(LABEL)) else {
        return;
    };
    // GTK may be called on its own thread only. Where that has ended, so has the window.
    let _ = app.run_on_main_thread(move || {
        if let Ok(window) = window.gtk_window() {
            window.set_startup_id(&token);
        }
    });
}

/// Whether a URL has Tauri's own scheme: `tauri://localhost`, or `http://tauri.localhost` on Windows.
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
