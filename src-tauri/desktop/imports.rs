//! The import of a client's pairs that the window asks for: one at a time, a line at each call, so that it
//! goes on only while somebody looks at it.

use std::sync::Arc;

use keyrack_core::{
    Cause, JudgedLine, KeptLine, Keyrack, PairImport, PairLines, Problem, ReadLine,
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Mutex, Notify};

/// The import under way, if there is one.
#[derive(Default)]
pub struct Imports {
    import: Mutex<Option<Import>>,
    /// Told when nobody waits for the judging of a line any more.
    enough: Notify,
}

struct Import {
    pairs: PairImport,
    list: SecretString,
    /// How many bytes of the list were read.
    read: usize,
    reading: PairLines,
    /// The line that is judged next, once it was read.
    next: Option<ReadLine>,
}

impl Import {
    /// Reads on until there is a line to judge; false if there is none left.
    fn read_next(&mut self) -> Result<bool, Problem> {
        while self.next.is_none() {
            let rest = self.list.expose_secret().get(self.read..);
            let Some(line) = rest.and_then(|rest| rest.split_inclusive('\n').next()) else {
                return Ok(false);
            };
            self.read += line.len();
            self.next = self.reading.read(line.as_bytes())?;
        }
        Ok(true)
    }
}

impl Imports {
    /// Begins an import of a list into a client (`Client::id`), in place of one that nobody waits for.
    /// Returns how many lines there are to judge at most.
    ///
    /// Fails with `list-unreadable` if the list is written in no known form.
    pub async fn begin(
        &self,
        keyrack: &Arc<Keyrack>,
        client: &str,
        list: SecretString,
    ) -> Result<usize, Problem> {
        let mut reading = PairLines::default();
        let mut lines = 0;
        for line in list.expose_secret().split_inclusive('\n') {
            lines += usize::from(reading.read(line.as_bytes())?.is_some());
        }
        reading.end()?;
        self.enough.notify_waiters();
        let mut place = self.import.lock().await;
        *place = None;
        *place = Some(Import {
            pairs: keyrack.import_pairs(client).await?,
            list,
            read: 0,
            reading: PairLines::default(),
            next: None,
        });
        Ok(lines)
    }

    /// Judges the next line; none if there is none left, or it is enough: keeping has begun, or it has ended.
    ///
    /// Fails with what every further line would meet; the line is the next one still.
    pub async fn judge_next(&self) -> Result<Option<JudgedLine>, Problem> {
        let enough = self.enough.notified();
        let mut import = self.import.lock().await;
        let import = import.as_mut().ok_or(Cause::Cancelled)?;
        import.read_next()?;
        let Some(line) = &import.next else {
            return Ok(None);
        };
        let judged = tokio::select! {
            judged = import.pairs.judge(line) => judged,
            () = enough => return Ok(None),
        };
        if let Some(problem) = judged.verdict.stop() {
            return Err(problem.clone());
        }
        import.next = None;
        Ok(Some(judged))
    }

    /// Keeps the next new pair; none if there is none left.
    ///
    /// Fails with what every further pair would meet; all of them wait on.
    pub async fn keep_next(&self) -> Result<Option<KeptLine>, Problem> {
        self.enough.notify_waiters();
        let mut import = self.import.lock().await;
        let import = import.as_mut().ok_or(Cause::Cancelled)?;
        let kept = import.pairs.keep_next().await;
        match kept.as_ref().and_then(KeptLine::stop) {
            Some(problem) => Err(problem.clone()),
            None => Ok(kept),
        }
    }

    /// Ends the import, with the list and what was not kept of it.
    pub async fn end(&self) {
        self.enough.notify_waiters();
        *self.import.lock().await = None;
    }
}
