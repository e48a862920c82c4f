//! The web view's rendering. On Linux the graphics card is not used: a list gains nothing from it,
//! and without it the window takes less memory and is painted sooner (scripts/bench).

use tauri::{Manager, Runtime, WebviewWindowBuilder};

/// The environment variable that turns the graphics card off, in this process and the web view's
/// (`WebKitGTK`, "Environment variables").
#[cfg(target_os = "linux")]
pub const NO_GRAPHICS_CARD: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Turns the graphics card off. To be called at once, while the process has one thread.
///
/// The web view's own setting comes too late: its first look at the card has loaded the driver by
/// then, which took a tenth of the whole start (`WebKitGTK` 2.50, a driver without a card).
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "no safe way sets a variable for this process")]
pub fn leave_out_graphics_card() {
    // SAFETY: there is no other thread that could read the environment meanwhile.
    unsafe { std::env::set_var(NO_GRAPHICS_CARD, "1") };
}

/// Builds the window.
#[cfg(not(target_os = "linux"))]
pub fn build<R: Runtime, M: Manager<R>>(
    window: WebviewWindowBuilder<'_, R, M>,
) -> tauri::Result<()> {
    window.build().map(|_| ())
}

/// Builds the window.
#[cfg(target_os = "linux")]
pub fn build<R: Runtime, M: Manager<R>>(
    window: WebviewWindowBuilder<'_, R, M>,
) -> tauri::Result<()> {
    // As Tauri does, before it lets a program drive the window.
    let driven = std::env::var("TAURI_WEBVIEW_AUTOMATION").is_ok_and(|set| set == "true");
    let window = if driven {
        window.initialization_script(KEEP_REPAINTING)
    } else {
        window
    };
    window.build().map(|_| ())
}

/// A script that keeps the window repainting, by a nearly transparent dot: a program that drives the
/// window gets a picture of it only once something on it changes (`WebKitGTK` 2.50, without the
/// graphics card).
#[cfg(target_os = "linux")]
const KEEP_REPAINTING: &str = "\
    addEventListener('DOMContentLoaded', () => {
        const dot = document.createElement('i');
        dot.ariaHidden = 'true';
        dot.style.cssText = 'position: fixed; inset: 0 auto auto 0; padding: 1px; pointer-events: none';
        document.documentElement.append(dot);
        const shades = ['rgb(0 0 0 / 1%)', 'transparent'];
        setInterval(() => (dot.style.background = shades.reverse()[0]), 100);
    });";
