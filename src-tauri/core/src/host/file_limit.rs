//! The system's limit on the size of files.

/// Has a write past the limit fail, as one on a full disk does, instead of ending the process without
/// a word. To be called where Tokio runs.
pub fn survive_file_limit() {
    #[cfg(unix)]
    {
        use super::signals::is_ignored;
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        let number = Signal::XFSZ.as_raw();
        // Ignored, it ends nothing either, and a program that is run in this place keeps it so.
        if !is_ignored(number) {
            // The handler stays when nobody listens to it. If the system refuses, nothing else fails.
            let _ = signal(SignalKind::from_raw(number));
        }
    }
}
