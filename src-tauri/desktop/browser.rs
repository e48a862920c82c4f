//! Opening URLs and folders with the system's programs; on Linux without the environment variables
//! that are meant for the window alone.

#[cfg(not(target_os = "linux"))]
pub use keyrack_core::open_in_browser;

#[cfg(target_os = "linux")]
pub use linux::open_in_browser;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use crate::window::web_view::NO_GRAPHICS_CARD;

    /// How long an opener that fails is waited for; one that still runs then counts as started.
    const FAILS_WITHIN: Duration = Duration::from_millis(250);

    /// Opens a URL, or a folder, with the system's program for it and returns soon.
    pub fn open_in_browser(url: &str) -> io::Result<()> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for program in open::commands(url) {
            match start(program, FAILS_WITHIN) {
                Ok(()) => return Ok(()),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Starts a program that may outlive this process. Fails if it fails within `fails_within`.
    fn start(mut program: Command, fails_within: Duration) -> io::Result<()> {
        let mut child = program
            .env_remove(NO_GRAPHICS_CARD)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let (ends, end) = mpsc::channel();
        // Waiting for it also keeps a program that ends from staying a zombie process.
        thread::spawn(move || ends.send(child.wait()));
        match end.recv_timeout(fails_within) {
            Ok(Ok(status)) if !status.success() => Err(io::Error::other(status.to_string())),
            Ok(Err(error)) => Err(error),
            _ => Ok(()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn shell(script: &str) -> Command {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            shell
        }

        const EVER: Duration = Duration::from_mins(1);

        #[test]
        fn what_is_opened_inherits_nothing_that_is_for_the_window() {
            let mut curious = shell(&format!("test -z \"${NO_GRAPHICS_CARD}\""));
            curious.env(NO_GRAPHICS_CARD, "1");
            start(curious, EVER).expect("the variable is not there");
        }

        #[test]
        fn a_program_that_fails_has_opened_nothing() {
            start(shell("exit 3"), EVER).expect_err("it failed");
            start(Command::new("no-such-program"), EVER).expect_err("it is not there");
            start(shell("exit 0"), EVER).expect("it did not fail");
        }

        #[test]
        fn a_program_that_goes_on_is_not_waited_for() {
            start(shell("sleep 5; exit 3"), Duration::ZERO).expect("it goes on");
        }
    }
}
