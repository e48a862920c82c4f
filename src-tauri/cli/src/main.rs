//! `keyrack`: the same core without a window.

mod activity;
mod advice;
mod arguments;
mod batch;
mod clients;
mod complete;
mod confirm;
mod connect;
mod connections;
mod doctor;
mod documents;
mod ending;
mod exit;
mod hand_out;
mod input;
mod label;
mod lists;
mod manual;
mod meant;
mod moved;
mod notification;
mod output;
mod pairs;
mod pasted;
mod scan;
mod sealed;
mod slow;
mod table;
mod terminal;
mod token;
mod watch;
mod wording;

use std::alloc::System;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use keyrack_core::{
    BatchAct, CoreLimit, Effects, Keyrack, Language, Problem, Progress, Settings, Words,
    sanitize_display_text, system_clock, system_keyring, system_language, system_login_item,
    system_uptime,
};

use advice::Advice;
use arguments::{Act, Arguments, ClientCommand, Command, End};
use hand_out::arguments::HandOut;
use output::Output;
use terminal::eprint_line;
use zeroizing_alloc::ZeroAlloc;

/// Wipes what is freed: HTTP, JSON and D-Bus copy secrets into buffers of their own.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let core_limit = keyrack_core::disable_core_dumps();
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(said) => return answer(&said),
    };
    let asked = arguments.language.map(Into::into);
    let output = Output {
        json: arguments.json,
        words: Words::of(asked.unwrap_or_else(system_language)),
    };
    let command = match arguments.command {
        Command::Manual(asked) => return manual::manual(asked, output),
        Command::HandOut(HandOut::Hold { apart: true }) => return hand_out::hold::start_apart(),
        command => command,
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprint_line(&format!("keyrack: the system gives no event loop: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(command, asked, output, core_limit));
    // A read of standard input cannot be interrupted; the end of the process does not wait for it.
    runtime.shutdown_background();
    ended
}

/// Answers arguments that are no command: with what they ask for, or with why they are wrong.
fn answer(said: &clap::Error) -> ExitCode {
    if said.use_stderr() {
        // It quotes the arguments, and so is printed without any codes.
        let text = said.render().to_string();
        if std::env::args_os().any(|argument| argument == "--json") {
            output::wrong_usage(text.trim_end());
        } else {
            eprint_line(text.trim_end());
        }
        return ExitCode::from(2);
    }
    match said.print() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprint_line(&format!("keyrack: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Prints one line about an authorization that an earlier run left unfinished, if it failed.
fn report_unfinished(keyrack: &Keyrack, output: Output) {
    if let Some(authorization) = keyrack.latest_authorization()
        && let Progress::Failed { problem } = authorization.progress
    {
        let words = output.words.line(&problem);
        let client = sanitize_display_text(&authorization.client_name);
        eprint_line(&format!("keyrack: {client}: {words}"));
        keyrack.acknowledge();
    }
}

/// Runs a command, and says why if it fails. Its words are in the language that was asked for, or else
/// in the one chosen in the settings or the system's.
async fn run(
    command: Command,
    asked: Option<Language>,
    mut output: Output,
    core_limit: CoreLimit,
) -> ExitCode {
    keyrack_core::survive_file_limit();
    if let Command::HandOut(HandOut::Hold { .. }) = command {
        let keyrack = open(Keyrack::open_to_hand_out, output.words, Arc::default());
        return hand_out::hold::hold(keyrack).await;
    }
    let code = match &command {
        // All others are the program's own.
        Command::HandOut(HandOut::Run(_)) => |_: &Problem| ExitCode::from(hand_out::run::FAILED),
        _ => exit::code,
    };
    let chosen = Arc::new(OnceLock::new());
    let open_folder = match &command {
        Command::Act(Act::Doctor) => Keyrack::open_sound,
        Command::Act(_) => Keyrack::open,
        Command::HandOut(HandOut::Leases { .. } | HandOut::McpConfig(_)) | Command::Manual(_) => {
            Keyrack::open_quickly
        }
        Command::HandOut(_) => Keyrack::open_to_hand_out,
    };
    let ended = match open(open_folder, output.words, chosen.clone()) {
        Ok(keyrack) => {
            output.words = asked.map_or_else(|| keyrack.words(), Words::of);
            // It is set once, here.
            let _ = chosen.set(output.words);
            let ended = match command {
                Command::Act(command) => Box::pin(act(&keyrack, command, output)).await,
                // What earlier runs left is for whoever reads what is said about it.
                Command::HandOut(command) => {
                    hand_out::act(&keyrack, output, command, core_limit).await
                }
                // It needs none of this, and was answered before.
                Command::Manual(asked) => Ok(manual::manual(asked, output)),
            };
            ended.map_err(|problem| {
                let advice = Advice::about(&keyrack, output.words, &problem);
                (problem, advice)
            })
        }
        // It is what the doctor was called for.
        Err(problem) if matches!(command, Command::Act(Act::Doctor)) => {
            let told = doctor::not_opened(problem, output).await;
            told.map_err(|problem| (problem, Advice::default()))
        }
        Err(problem) => Err((problem, Advice::default())),
    };
    ended.unwrap_or_else(|(problem, advice)| {
        output.failure_with(&problem, &advice);
        code(&problem)
    })
}

/// Opens the data folder. What happens is shown in the chosen words, until they are known in `words`.
fn open(
    open: fn(Settings, Effects) -> Result<Keyrack, Problem>,
    words: Words,
    chosen: Arc<OnceLock<Words>>,
) -> Result<Arc<Keyrack>, Problem> {
    let effects = Effects {
        clock: system_clock(),
        uptime: system_uptime(),
        keyring: system_keyring(),
        // `connect` opens the browser itself, and shows the address beside it.
        opener: Box::new(|_| Ok(())),
        login_item: system_login_item(),
        listener: Box::new(move |event| {
            output::show_event(event, chosen.get().copied().unwrap_or(words));
        }),
    };
    let keyrack = open(Settings::from_environment()?, effects)?;
    Ok(Arc::new(keyrack))
}

/// Makes an act of the command line, after what earlier runs left; `doctor` looks, and mends nothing.
async fn act(keyrack: &Arc<Keyrack>, command: Act, output: Output) -> Result<ExitCode, Problem> {
    if let Act::Doctor = command {
        return slow::told(doctor::doctor(keyrack, output), output).await;
    }
    if let Err(problem) = slow::told(Box::pin(keyrack.recover()), output).await {
        let problem = output.words.line(&problem);
        let words = output.words;
        eprint_line(&words.text("command.unfinished", &[("problem", &problem)]));
    }
    report_unfinished(keyrack, output);
    let tells_itself = command.tells_what_it_waits_for();
    let acted = Box::pin(make(keyrack, command, output));
    if tells_itself {
        acted.await
    } else {
        slow::told(acted, output).await
    }
}

async fn make(keyrack: &Arc<Keyrack>, command: Act, output: Output) -> Result<ExitCode, Problem> {
    let done = match command {
        Act::Client(ClientCommand::Add(form)) => {
            let added = clients::add(keyrack, output, form).await;
            return added.map(|wanted| if_wanted(wanted, output));
        }
        Act::Client(ClientCommand::Secret { name }) => {
            clients::secret(keyrack, output, &name).await
        }
        Act::Client(ClientCommand::Edit(edit)) => clients::edit(keyrack, output, edit).await,
        Act::Client(ClientCommand::Remove(asked)) => {
            let removed = Box::pin(clients::remove(keyrack, output, &asked)).await;
            return removed.map(|wanted| if_wanted(wanted, output));
        }
        Act::Client(ClientCommand::List) => clients::list(keyrack, output),
        Act::AddToken(asked) => token::add(keyrack, output, asked).await,
        Act::Import(asked) => {
            let Some(file) = &asked.file else {
                return pairs::import(keyrack, output, &asked).await;
            };
            let imported = Box::pin(sealed::import::import(keyrack, output, file, &asked)).await;
            return imported.map(|wanted| if_wanted(wanted, output));
        }
        Act::Connect { client, no_browser } => {
            connect::connect(keyrack, output, client.as_deref(), no_browser).await
        }
        Act::List(asked) => connections::list(keyrack, output, &asked),
        Act::Check { which, exit_code } => {
            return connections::check(keyrack, output, which, exit_code).await;
        }
        Act::Refresh(which) => connections::refresh(keyrack, output, &which).await,
        Act::Revoke(asked) => return end(keyrack, output, BatchAct::Revoke, asked).await,
        Act::Forget(asked) => return end(keyrack, output, BatchAct::Forget, asked).await,
        Act::Watch {
            every, once: true, ..
        } => watch::once(keyrack, output, every.map(Into::into)).await,
        Act::Watch {
            every,
            once: false,
            now,
        } => watch::watch(keyrack, output, every.map(Into::into), now).await,
        Act::Receipts(asked) => connections::receipts(keyrack, output, &asked),
        Act::Activity(asked) => activity::activity(keyrack, output, asked),
        Act::Rebuild => output.rebuilt(&keyrack.rebuild().await?),
        Act::Label(asked) => label::label(keyrack, output, asked),
        Act::Allow { name, allowed } => hand_out::allow(keyrack, output, &name, allowed.into()),
        Act::Export(asked) => {
            let sealed = Box::pin(sealed::export::export(keyrack, output, &asked)).await;
            return sealed.map(|wanted| if_wanted(wanted, output));
        }
        Act::Moved(asked) => {
            let settled = Box::pin(moved::moved(keyrack, output, asked)).await;
            return settled.map(|wanted| if_wanted(wanted, output));
        }
        Act::Scan(asked) => return scan::scan(keyrack, output, asked).await,
        Act::Doctor => return doctor::doctor(keyrack, output).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Revokes or forgets, if that is wanted.
async fn end(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    asked: End,
) -> Result<ExitCode, Problem> {
    let ended = Box::pin(connections::end(keyrack, output, act, &asked)).await;
    ended.map(|wanted| if_wanted(wanted, output))
}

/// The end of an act that a person may not have wanted after all.
fn if_wanted(wanted: bool, output: Output) -> ExitCode {
    if wanted {
        return ExitCode::SUCCESS;
    }
    output.unwanted();
    ExitCode::FAILURE
}
