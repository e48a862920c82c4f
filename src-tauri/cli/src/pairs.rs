//! `keyrack import --client`: pairs that live in somebody's database or settings, from standard input.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use keyrack_core::documents::{Versioned, word};
use keyrack_core::{
    Cause, JudgedLine, KeptLine, Keyrack, PairCounts, PairImport, PairLines, PairVerdict, Problem,
    Words, asked_to_end,
};
use serde::Serialize;

use crate::arguments::ImportArguments;
use crate::output::{Output, printed};
use crate::terminal::{eprint_line, print, printable, show_progress};
use crate::wording::workspace;
use crate::{clients, confirm, exit, input};

/// What an import came to, as one document.
#[derive(Serialize)]
pub struct Imported<'a> {
    pub counts: &'a PairCounts,
    /// Whether it was told to end.
    pub cancelled: bool,
    /// What ended it early, because every further line would have met it as well.
    pub stopped: Option<&'a Problem>,
    pub lines: &'a [JudgedLine],
    pub kept: &'a [KeptLine],
}

/// An import on its way.
struct Way {
    import: PairImport,
    output: Output,
    counts: PairCounts,
    /// All lines, for the document.
    lines: Vec<JudgedLine>,
    kept: Vec<KeptLine>,
    /// What every further line would have met.
    stop: Option<Problem>,
}

/// Judges the lines of standard input one by one, and then keeps those that are new, if that is wanted.
pub async fn import(
    keyrack: &Arc<Keyrack>,
    output: Output,
    asked: &ImportArguments,
) -> Result<ExitCode, Problem> {
    let client = clients::choose(keyrack.clients()?, asked.client.as_deref(), output.words)?;
    let mut way = Way {
        import: keyrack.import_pairs(&client.id).await?,
        output,
        counts: PairCounts::default(),
        lines: Vec::new(),
        kept: Vec::new(),
        stop: None,
    };
    let mut cancelled = way.judge_all().await?;
    let waiting = way.import.waiting();
    if waiting > 0 && !asked.dry_run {
        let question = output.words.counted("import.keep", waiting, &[]);
        if confirm::is_still_wanted(output, asked.yes, vec![question].into()).await {
            cancelled |= way.keep_all().await;
        }
    }
    way.end(cancelled, asked.dry_run)
}

impl Way {
    /// Judges lines until there are no more, or it is told to end, or Notion cannot be asked. Returns
    /// whether it was told to end.
    async fn judge_all(&mut self) -> Result<bool, Problem> {
        let mut told = pin!(asked_to_end());
        let mut lines = input::records();
        let mut reading = PairLines::default();
        loop {
            let line = tokio::select! {
                biased;
                () = &mut told => return Ok(true),
                line = lines.recv() => line,
            };
            let Some(line) = line else {
                return reading.end().map(|()| false);
            };
            let Some(line) = reading.read(&line)? else {
                continue;
            };
            let judged = tokio::select! {
                biased;
                () = &mut told => return Ok(true),
                judged = self.import.judge(&line) => judged,
            };
            self.stop = judged.verdict.stop().cloned();
            self.tell(judged)?;
            if self.stop.is_some() {
                return Ok(false);
            }
        }
    }

    fn tell(&mut self, judged: JudgedLine) -> Result<(), Problem> {
        self.counts.count(&judged.verdict);
        if self.output.json {
            self.lines.push(judged);
            return Ok(());
        }
        let said = said(&judged.verdict, self.output.words);
        self.line(judged.line, &said)
    }

    fn line(&self, number: usize, said: &str) -> Result<(), Problem> {
        let number = number.to_string();
        let places = [("line", number.as_str()), ("said", said)];
        let said = self.output.words.text("import.line", &places);
        printed(print(&printable(&said)))
    }

    /// Keeps what waits, until it is told to end. Returns whether it was.
    async fn keep_all(&mut self) -> bool {
        let mut told = pin!(asked_to_end());
        let all = self.import.waiting();
        while self.import.waiting() > 0 {
            let done = (all - self.import.waiting()).to_string();
            let places = [("done", done.as_str()), ("total", &all.to_string())];
            show_progress(&self.output.words.text("import.keeping", &places));
            // What has begun is finished.
            let kept = tokio::select! {
                biased;
                () = &mut told => return true,
                () = std::future::ready(()) => self.import.keep_next().await,
            };
            let Some(kept) = kept else { break };
            self.counts.count_kept(&kept);
            if let Some(problem) = &kept.problem {
                show_progress("");
                let number = kept.line.to_string();
                let said = self.output.words.line(problem);
                let places = [("line", number.as_str()), ("said", &said)];
                eprint_line(&self.output.words.text("import.line", &places));
            }
            let stop = kept.stop().cloned();
            self.kept.push(kept);
            if stop.is_some() {
                self.stop = stop;
                break;
            }
        }
        show_progress("");
        false
    }

    /// Tells what it came to.
    fn end(self, cancelled: bool, dry_run: bool) -> Result<ExitCode, Problem> {
        let words = self.output.words;
        let document = Imported {
            counts: &self.counts,
            cancelled,
            stopped: self.stop.as_ref(),
            lines: &self.lines,
            kept: &self.kept,
        };
        self.output.result(&Versioned::new(&document), || {
            let mut lines = summary(&self.counts, words);
            if cancelled {
                lines.push(words.text("import.cancelled", &[]));
            } else if let Some(problem) = &self.stop {
                let reason = words.problem(problem).what;
                lines.push(words.text("import.stopped", &[("reason", &reason)]));
            }
            lines
        })?;
        if cancelled {
            return Err(Cause::LeftMidway.into());
        }
        if let Some(problem) = &self.stop {
            return Ok(exit::code(problem));
        }
        let expected = if dry_run { self.counts.not_kept } else { 0 };
        match self.counts.missing().saturating_sub(expected) {
            0 => Ok(ExitCode::SUCCESS),
            count => {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                let problem = Problem::from(Cause::NotAllImported { count });
                Ok(exit::code(&problem))
            }
        }
    }
}

/// A verdict in words.
fn said(verdict: &PairVerdict, words: Words) -> String {
    match verdict {
        PairVerdict::New { workspace_name, .. } => {
            let workspace = workspace(workspace_name, words);
            words.text("import.new", &[("workspace", &workspace)])
        }
        PairVerdict::Here { .. } => words.text("import.here", &[]),
        PairVerdict::OtherTokens { .. } => words.text("import.other-tokens", &[]),
        PairVerdict::Twice { before } => {
            words.text("import.twice", &[("line", &before.to_string())])
        }
        PairVerdict::SameBot { before } => {
            words.text("import.same-bot", &[("line", &before.to_string())])
        }
        PairVerdict::Dead => words.text("import.dead", &[]),
        PairVerdict::OtherClient => words.text("import.other-client", &[]),
        PairVerdict::NotAsked { problem } => {
            let problem = words.line(problem);
            words.text("import.not-asked", &[("problem", &problem)])
        }
        PairVerdict::Unreadable { fault } => {
            let fault = words.text(&format!("import.fault.{}", word(fault)), &[]);
            words.text("import.unreadable", &[("fault", &fault)])
        }
    }
}

/// The counts in lines; those that are none are left out.
fn summary(counts: &PairCounts, words: Words) -> Vec<String> {
    let lines = [
        ("import.count.kept", counts.kept),
        ("import.count.not-kept", counts.not_kept),
        ("import.count.here", counts.here),
        ("import.count.other-tokens", counts.other_tokens),
        ("import.count.twice", counts.twice),
        ("import.count.same-bot", counts.same_bot),
        ("import.count.dead", counts.dead),
        ("import.count.other-client", counts.other_client),
        ("import.count.not-asked", counts.not_asked),
        ("import.count.unreadable", counts.unreadable),
    ];
    let lines = lines.into_iter().filter(|(_, count)| *count > 0);
    lines
        .map(|(key, count)| words.counted(key, count, &[]))
        .collect()
}
