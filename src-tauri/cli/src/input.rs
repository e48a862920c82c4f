//! Standard input: secrets that are typed, and lines that are pasted.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::thread;

#[cfg(unix)]
use keyrack_core::signalled;
use keyrack_core::{Cause, LONGEST_LINE, Problem, interrupted};
use secrecy::SecretString;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, UnboundedSender, channel, unbounded_channel};

use crate::terminal::{is_person_there, keyboard, printable};

/// The most bytes read as a client secret: more than any is long.
const MOST_SECRET_BYTES: u64 = 4096;

/// The most bytes read as one line: more than any address has.
const MOST_LINE_BYTES: u64 = 65_536;

/// Reads a secret: on a terminal one line after `prompt`, which is not shown as it is typed; else all
/// of standard input.
pub async fn secret(prompt: &str) -> Result<SecretString, Problem> {
    let read = if io::stdin().is_terminal() {
        hidden(prompt).await
    } else {
        piped()
    };
    read.ok_or_else(|| Cause::SecretUnreadable.into())
}

/// Reads one line after `prompt` at the terminal, which is not shown as it is typed; none if no person is
/// there, nothing was typed, or more than that.
pub async fn hidden(prompt: &str) -> Option<SecretString> {
    if !is_person_there() {
        return None;
    }
    let terminal = keyboard().ok()?;
    let before = foreground::Settings::of(&terminal);
    // Before the prompt, which rpassword writes first: a fast hand or a paste answers at once.
    before.hide_typing();
    let prompt = format!("{} ", printable(prompt));
    let asked = tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt));
    let typed = tokio::select! {
        // First, so that they are caught before the terminal stops showing what is typed.
        biased;
        () = interrupted() => None,
        () = told_to_end() => None,
        typed = asked => typed.ok().and_then(Result::ok),
    };
    before.restore();
    // The second line of a paste would go to the shell, and be shown by it.
    let is_longer = foreground::discard_input(&terminal);
    typed.filter(|_| !is_longer).map(SecretString::from)
}

/// Waits until the process is told to end: by whoever ends its session, its terminal or itself.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::SignalKind;

    tokio::select! {
        () = signalled(SignalKind::terminate()) => {}
        () = signalled(SignalKind::hangup()) => {}
        () = signalled(SignalKind::quit()) => {}
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    std::future::pending().await
}

fn piped() -> Option<SecretString> {
    let mut secret = String::new();
    let read = io::stdin()
        .take(MOST_SECRET_BYTES + 1)
        .read_to_string(&mut secret);
    let fits = secret.len() as u64 <= MOST_SECRET_BYTES;
    let secret = SecretString::from(secret);
    (read.is_ok() && fits).then_some(secret)
}

/// Asks a person at a terminal, and reads the answer: one line without its end, empty if there is none.
/// What was typed before the question does not answer it.
pub async fn answer(terminal: File, question: impl FnOnce()) -> String {
    foreground::discard(&terminal);
    question();
    let read = move || {
        let mut line = Vec::new();
        let input = terminal.take(MOST_LINE_BYTES);
        let read = BufReader::new(input).read_until(b'\n', &mut line);
        read.map_or(String::new(), |_| {
            String::from_utf8_lossy(&line).into_owned()
        })
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_default().trim_end().to_owned()
}

/// The lines of standard input, in whatever encoding, until it ends. On a terminal they are read only
/// while this program is in its foreground: a job in the background that reads is stopped.
pub fn lines() -> UnboundedReceiver<Vec<u8>> {
    let (sender, lines) = unbounded_channel();
    // A read cannot be interrupted; the end of the process does not wait for this thread.
    thread::spawn(move || read_lines(&sender));
    lines
}

fn read_lines(lines: &UnboundedSender<Vec<u8>>) {
    let mut input = io::stdin().lock();
    loop {
        foreground::wait_until_readable();
        let mut line = Vec::new();
        match (&mut input)
            .take(MOST_LINE_BYTES)
            .read_until(b'\n', &mut line)
        {
            Ok(1..) if lines.send(line).is_ok() => {}
            _ => return,
        }
    }
}

/// The lines of standard input, as many at once as are asked for, until it ends. Of one that is longer than
/// any pair, no more comes than shows that.
pub fn records() -> Receiver<Vec<u8>> {
    let (sender, records) = channel(1);
    // A read cannot be interrupted; the end of the process does not wait for this thread.
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = record(&mut input) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    records
}

/// The next line with its end; none at the end of the input, or where it cannot be read.
fn record(input: &mut impl io::BufRead) -> Option<Vec<u8>> {
    let most = LONGEST_LINE as u64 + 1;
    let mut line = Vec::new();
    let read = input.take(most).read_until(b'\n', &mut line).ok()?;
    if line.len() > LONGEST_LINE && !line.ends_with(b"\n") {
        input.skip_until(b'\n').ok()?;
    }
    (read > 0).then_some(line)
}

/// The terminal, how it is set, and whether this program is in its foreground.
#[cfg(unix)]
mod foreground {
    use std::fs::File;
    use std::io::{self, IsTerminal as _};
    use std::os::fd::AsFd;
    use std::thread;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::process::getpgrp;
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp,
        tcsetattr,
    };

    /// How often a program in the background looks whether it is in the foreground now.
    const LOOK_EVERY: Duration = Duration::from_millis(300);

    /// How a terminal is set.
    pub struct Settings<'a> {
        terminal: &'a File,
        /// None if it tells none.
        before: Option<Termios>,
    }

    impl<'a> Settings<'a> {
        pub fn of(terminal: &'a File) -> Self {
            let before = tcgetattr(terminal).ok();
            Self { terminal, before }
        }

        /// Shows nothing of what is typed from now on.
        pub fn hide_typing(&self) {
            if let Some(mut settings) = self.before.clone() {
                settings.local_modes -= LocalModes::ECHO | LocalModes::ECHONL;
                // A terminal that is gone shows nothing.
                let _ = tcsetattr(self.terminal, OptionalActions::Now, &settings);
            }
        }

        /// Sets the terminal as it was.
        pub fn restore(self) {
            if let Some(settings) = self.before {
                // A terminal that is gone needs no settings.
                let _ = tcsetattr(self.terminal, OptionalActions::Now, &settings);
            }
        }
    }

    /// Discards what was typed at a terminal and not yet read; returns whether there was anything.
    pub fn discard_input(terminal: &File) -> bool {
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let some = is_readable(terminal, Some(&now)) == Ok(true);
        discard(terminal);
        some
    }

    /// Discards what was typed at a terminal and not yet read.
    pub fn discard(terminal: &impl AsFd) {
        // A terminal that is gone has nothing to discard.
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }

    /// Waits until a read of standard input returns at once, if that is a terminal.
    pub fn wait_until_readable() {
        if !io::stdin().is_terminal() {
            return;
        }
        loop {
            match is_readable(&io::stdin(), None) {
                Ok(true) if !is_here() => thread::sleep(LOOK_EVERY),
                Ok(false) | Err(Errno::INTR) => {}
                _ => return,
            }
        }
    }

    fn is_readable(input: &impl AsFd, at_most: Option<&Timespec>) -> rustix::io::Result<bool> {
        let mut asked = [PollFd::new(input, PollFlags::IN)];
        Ok(poll(&mut asked, at_most)? > 0)
    }

    /// Whether this program is in the foreground, or the terminal knows none.
    fn is_here() -> bool {
        tcgetpgrp(io::stdin()).map_or(true, |group| group == getpgrp())
    }
}

/// The console, which has no foreground and sets itself back.
#[cfg(not(unix))]
mod foreground {
    use std::fs::File;

    pub struct Settings;

    impl Settings {
        pub fn of(_: &File) -> Self {
            Self
        }

        pub fn hide_typing(&self) {}

        pub fn restore(self) {}
    }

    pub fn discard_input(_: &File) -> bool {
        false
    }

    pub fn discard<T>(_: &T) {}

    pub fn wait_until_readable() {}
}
