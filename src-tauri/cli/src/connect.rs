//! `keyrack connect`: the callback arrives as an app link in the window, over localhost, or is pasted
//! into the terminal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keyrack_core::{
    Authorization, Cause, Client, Keyrack, Problem, Progress, asked_to_end, may_have_browser,
    open_in_browser,
};
use secrecy::ExposeSecret as _;
use tokio::sync::mpsc::unbounded_channel;

use crate::clients;
use crate::input;
use crate::output::Output;
use crate::pasted::Pasted;
use crate::terminal::eprint_line;

/// How often the store is asked whether a window has accepted the callback.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// The longest wait for tokens in flight at the end: a keyring may ask to be unlocked without end.
const LONGEST_FINISH: Duration = Duration::from_secs(25);

pub async fn connect(
    keyrack: &Arc<Keyrack>,
    output: Output,
    client: Option<&str>,
    no_browser: bool,
) -> Result<(), Problem> {
    let client = clients::choose(keyrack.clients()?, client, output.words)?;
    let begun = keyrack.begin_authorization(&client.id).await?;
    if let Err(problem) = show_the_way(keyrack, output, &begun, no_browser) {
        keyrack.cancel_authorization(&begun.id)?;
        keyrack.acknowledge();
        return Err(problem);
    }
    output.say("command.allow");
    let mut waiting = std::pin::pin!(async {
        let ended = wait(keyrack, output, &begun).await;
        finish(keyrack).await;
        ended
    });
    let ended = tokio::select! {
        ended = &mut waiting => ended?,
        () = asked_to_end() => {
            // The wait goes on: leaving in the middle of an exchange would orphan a new token.
            match keyrack.cancel_authorization(&begun.id) {
                Ok(()) => output.say("command.cancelling"),
                Err(problem) => output.problem(&problem),
            }
            tokio::select! {
                ended = &mut waiting => ended?,
                () = asked_to_end() => return Err(Cause::LeftEarly.into()),
            }
        }
    };
    report(output, &ended, &client)
}

/// Opens the browser, unless none is wanted, and shows the address in any case: a program that opens
/// addresses may end well, or go on for long, without any browser.
fn show_the_way(
    keyrack: &Keyrack,
    output: Output,
    begun: &Authorization,
    no_browser: bool,
) -> Result<(), Problem> {
    let url = keyrack.authorization_url(&begun.id)?;
    let url = url.expose_secret();
    if no_browser {
        return output.authorization_url(url);
    }
    let opened = may_have_browser() && open_in_browser(url).is_ok();
    let words = if opened {
        "command.opening"
    } else {
        "command.no-browser"
    };
    output.way_out(words, url);
    Ok(())
}

/// What was read from standard input so far, and what is under way because of it.
#[derive(Default)]
struct InputState {
    /// Whether standard input has ended.
    ended: bool,
    /// Why the last pasted callback was refused.
    refused: Option<Problem>,
    /// How many pasted callbacks are being processed.
    accepting: usize,
    /// How many times the person went on, without an outcome yet.
    going_on: usize,
    /// Whether the callback waits in this process for the person.
    waits_here: bool,
}

/// What the command does next for an authorization that is not over.
#[derive(Debug, Clone, PartialEq)]
enum NextStep {
    Wait,
    /// Ask to press Enter: the callback waits in this process for the keyring.
    AskForKeyring(Problem),
    /// Point to the window: the callback waits in another process, which alone can go on with it.
    AskElsewhere,
    /// Cancel the authorization: no callback can follow from standard input.
    GiveUp(Problem),
    /// End the wait with this progress: the authorization's time is over.
    Leave(Progress),
}

/// Waits for the end of the authorization, in whatever process it comes, at most until it expires.
async fn wait(
    keyrack: &Arc<Keyrack>,
    output: Output,
    begun: &Authorization,
) -> Result<Authorization, Problem> {
    let mut lines = input::lines();
    let mut pasted = Pasted::default();
    let (done, mut outcomes) = unbounded_channel();
    let mut input = InputState::default();
    let mut shown = None;
    let mut given_up = None;
    let mut authorization = begun.clone();
    while !authorization.progress.is_final() {
        let late = keyrack.is_over(begun);
        let next_step = next_step(&authorization.progress, late, &input);
        if shown.as_ref() != Some(&next_step) {
            show(&next_step, output);
            shown = Some(next_step.clone());
        }
        let asks = matches!(next_step, NextStep::AskForKeyring(_));
        match next_step {
            NextStep::Leave(progress) => {
                authorization.progress = progress;
                return Ok(authorization);
            }
            NextStep::GiveUp(problem) if given_up.is_none() => {
                keyrack.cancel_authorization(&begun.id)?;
                given_up = Some(problem);
            }
            _ => {}
        }
        tokio::select! {
            line = lines.recv(), if !input.ended => match line {
                None => input.ended = true,
                Some(_) if asks => {
                    input.going_on += 1;
                    let (keyrack, done, id) = (keyrack.clone(), done.clone(), begun.id.clone());
                    tokio::spawn(async move { done.send((true, keyrack.continue_authorization(&id).await)) });
                }
                Some(line) if line.trim_ascii().is_empty() => {}
                Some(line) => {
                    input.accepting += 1;
                    let (keyrack, done) = (keyrack.clone(), done.clone());
                    let address = pasted.with(&line);
                    // A task of its own: it waits for the keyring while Enter is read here, and
                    // nothing here ends it half-way.
                    tokio::spawn(async move { done.send((false, keyrack.accept(&address).await)) });
                }
            },
            Some((went_on, outcome)) = outcomes.recv() => {
                *(if went_on { &mut input.going_on } else { &mut input.accepting }) -= 1;
                shown = None;
                match outcome {
                    Ok(moved) if moved.id == begun.id => {
                        input.waits_here = true;
                        authorization = moved;
                        continue;
                    }
                    // Another authorization's callback; or another process was faster, and the
                    // outcome there is this command's outcome too.
                    Ok(_) => {}
                    Err(problem) if problem.cause == Cause::LinkHandled => {}
                    Err(problem) if went_on => return Err(problem),
                    Err(problem) => {
                        output.problem(&problem);
                        input.refused = Some(problem);
                    }
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        authorization = keyrack.authorization(&begun.id)?;
    }
    match given_up {
        Some(problem) if authorization.progress == Progress::Cancelled => Err(problem),
        _ => Ok(authorization),
    }
}

/// Decides the next step. A refused callback can be followed by another as long as standard input
/// is open.
fn next_step(progress: &Progress, late: bool, input: &InputState) -> NextStep {
    let here = input.waits_here || input.accepting + input.going_on > 0;
    match progress {
        Progress::AwaitingKeyring { problem } if here => {
            if input.going_on > 0 {
                NextStep::Wait
            } else if late || input.ended {
                NextStep::GiveUp(problem.clone())
            } else {
                NextStep::AskForKeyring(problem.clone())
            }
        }
        _ if input.accepting + input.going_on > 0 => NextStep::Wait,
        Progress::Waiting if late => NextStep::Leave(Progress::Expired),
        Progress::Waiting if input.ended => input
            .refused
            .clone()
            .map_or(NextStep::Wait, NextStep::GiveUp),
        other if late => NextStep::Leave(other.clone()),
        Progress::AwaitingKeyring { .. } => NextStep::AskElsewhere,
        _ => NextStep::Wait,
    }
}

fn show(next_step: &NextStep, output: Output) {
    match next_step {
        NextStep::AskForKeyring(problem) => {
            let why = output.words.problem(problem).what;
            let enter = output.words.text("command.enter", &[]);
            eprint_line(&format!("{why} {enter}"));
        }
        NextStep::AskElsewhere => output.say("command.in-window"),
        NextStep::Wait | NextStep::GiveUp(_) | NextStep::Leave(_) => {}
    }
}

/// Waits until tokens in flight are saved or revoked, for at most [`LONGEST_FINISH`].
async fn finish(keyrack: &Keyrack) {
    let deadline = Instant::now() + LONGEST_FINISH;
    while keyrack.is_busy() && Instant::now() < deadline {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Reports how an authorization ended, or that it goes on in another process.
fn report(output: Output, authorization: &Authorization, client: &Client) -> Result<(), Problem> {
    let progress = &authorization.progress;
    if !progress.is_final() {
        return Err(Cause::AuthorizationElsewhere.into());
    }
    if let Some(problem) = progress.problem() {
        return Err(problem);
    }
    output.authorization(authorization, client)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed() -> Problem {
        let detail = String::new();
        Cause::LinkMalformed { detail }.into()
    }

    fn locked() -> Problem {
        Cause::KeyringLocked.into()
    }

    fn awaiting_keyring() -> Progress {
        Progress::AwaitingKeyring { problem: locked() }
    }

    #[test]
    fn a_refused_address_ends_the_wait_only_once_no_other_can_come() {
        let mut input = InputState {
            refused: Some(malformed()),
            ..InputState::default()
        };
        let next_step = |input: &InputState| next_step(&Progress::Waiting, false, input);
        assert_eq!(next_step(&input), NextStep::Wait, "a terminal");
        input.ended = true;
        assert_eq!(next_step(&input), NextStep::GiveUp(malformed()), "a script");
        input.accepting = 1;
        assert_eq!(next_step(&input), NextStep::Wait, "another is looked at");
        input.accepting = 0;
        input.refused = None;
        assert_eq!(next_step(&input), NextStep::Wait, "the link may still come");
    }

    #[test]
    fn a_callback_that_awaits_the_keyring_is_tried_again_where_it_is() {
        let next_step = |input: &InputState| next_step(&awaiting_keyring(), false, input);
        let mut input = InputState::default();
        assert_eq!(next_step(&input), NextStep::AskElsewhere);
        input.accepting = 1;
        assert_eq!(
            next_step(&input),
            NextStep::AskForKeyring(locked()),
            "with tokens"
        );
        input.accepting = 0;
        input.waits_here = true;
        assert_eq!(
            next_step(&input),
            NextStep::AskForKeyring(locked()),
            "before them"
        );
        input.ended = true;
        assert_eq!(
            next_step(&input),
            NextStep::GiveUp(locked()),
            "nobody can press Enter"
        );
        input.going_on = 1;
        assert_eq!(next_step(&input), NextStep::Wait, "it was pressed before");
    }

    #[test]
    fn nothing_is_waited_for_when_its_time_is_over() {
        let late = |progress: Progress, input| next_step(&progress, true, input);
        let none = InputState::default();
        assert_eq!(
            late(Progress::Waiting, &none),
            NextStep::Leave(Progress::Expired)
        );
        for elsewhere in [awaiting_keyring(), Progress::Exchanging, Progress::Saving] {
            assert_eq!(late(elsewhere.clone(), &none), NextStep::Leave(elsewhere));
        }
        let here = InputState {
            accepting: 1,
            ..InputState::default()
        };
        assert_eq!(late(awaiting_keyring(), &here), NextStep::GiveUp(locked()));
        for ending_by_itself in [Progress::Exchanging, Progress::Saving] {
            assert_eq!(late(ending_by_itself, &here), NextStep::Wait);
        }
    }
}
