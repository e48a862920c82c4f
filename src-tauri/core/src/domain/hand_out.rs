//! Hand-outs: a token's way to a program that uses it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::time::Millis;

/// How a token leaves Keyrack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Way {
    /// Printed, for the program that called the command.
    Token,
    /// In the environment of a program that the command became.
    Run,
    /// On the clipboard.
    Copy,
}

/// What a connection may be used for, as the person chose.
///
/// It guards against accidents and keeps obedient programs out; a program that runs as the person can
/// read an unlocked keyring itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Allowed {
    /// Whatever a program asks for.
    #[default]
    Any,
    /// Nothing: the connection is only watched.
    Never,
}

/// The program that a token is handed to: never its arguments, its environment or what it asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Caller {
    /// The path of the program; empty if it is not known.
    pub program: String,
    /// Its process.
    pub pid: Option<u32>,
    /// The names of the programs that started it, at most three, the nearest first.
    pub parents: Vec<String>,
    /// Whether it runs in a terminal.
    pub terminal: bool,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
}

/// The hand-outs of one row: equal ones within an hour share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct HandedTo {
    /// How the token left.
    pub way: Way,
    /// The program of the first of them.
    pub caller: Caller,
    /// How many they are.
    pub count: u32,
    /// When the last of them was.
    pub last_at: Millis,
}

impl HandedTo {
    /// Whether another hand-out is one more of these: the same way to the same program.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let essence = |one: &Self| {
            let Caller {
                program,
                parents,
                terminal,
                reason,
                pid: _,
            } = one.caller.clone();
            (one.way, program, parents, terminal, reason)
        };
        essence(self) == essence(other)
    }
}
