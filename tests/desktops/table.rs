//! What a walk came to: a line for each step, which `scripts/desktops` makes its table of.

use std::fs::File;
use std::io::Write as _;
use std::panic;
use std::sync::{Arc, Mutex};

/// The lines of one walk, in the file that `KEYRACK_DESKTOPS_TABLE` names, each with the name of the system
/// before its step.
#[derive(Clone)]
pub struct Table {
    file: Arc<File>,
    system: String,
    step: Arc<Mutex<Option<&'static str>>>,
}

impl Table {
    /// Opens the table. A panic from now on is the failure of the step that has begun.
    pub fn open() -> Self {
        let told = |name: &str| {
            std::env::var(name).unwrap_or_else(|_| panic!("scripts/desktops sets {name}"))
        };
        let mut options = File::options();
        let file = options.append(true).open(told("KEYRACK_DESKTOPS_TABLE"));
        let table = Self {
            file: Arc::new(file.unwrap()),
            system: told("KEYRACK_DESKTOPS_SYSTEM"),
            step: Arc::default(),
        };
        let (failing, default) = (table.clone(), panic::take_hook());
        panic::set_hook(Box::new(move |panic| {
            failing.end(&format!(
                "FAILED {}",
                panic.payload_as_str().unwrap_or_default()
            ));
            default(panic);
        }));
        table
    }

    /// Begins a step; the one before is done.
    pub fn step(&self, name: &'static str) {
        self.end("ok");
        *self.step.lock().unwrap() = Some(name);
    }

    /// Ends the step that has begun, if there is one, with a result: `ok`, or a word and the reason.
    pub fn end(&self, result: &str) {
        if let Some(step) = self.step.lock().unwrap().take() {
            let result = result.replace(['\t', '\n'], " ");
            let line = format!("{}\t{step}\t{result}\n", self.system);
            (&*self.file).write_all(line.as_bytes()).unwrap();
        }
    }
}
