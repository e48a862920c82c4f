//! `keyrack scan`: tokens of Notion's that lie in clear text, and the way out for each.

use std::fs;
use std::ops::ControlFlow;
use std::process::ExitCode;

use keyrack_core::documents::{Versioned, word};
use keyrack_core::{
    Cause, Diff, Ground, Keyrack, PORTAL, Problem, Scan, Stray, StrayKind, Unread, Whose, Words,
};

use crate::advice;
use crate::arguments::ScanArguments;
use crate::exit;
use crate::output::Output;
use crate::table::{BAD, Cell, Column, Table, WARNING};
use crate::terminal::{eprint_line, show_progress};

/// Scans, and tells what was found; with `exit_code`, it ends as what only a person can mend if anything
/// was.
pub async fn scan(
    keyrack: &Keyrack,
    output: Output,
    asked: ScanArguments,
) -> Result<ExitCode, Problem> {
    for path in &asked.folders {
        fs::metadata(path).map_err(|error| Cause::InputFile {
            path: path.display().to_string(),
            detail: error.to_string(),
        })?;
    }
    let ground = Ground {
        known_places: !asked.only,
        named: asked.folders,
    };
    let words = output.words;
    let told = move |count| {
        show_progress(&words.counted("scan.progress", count, &[]));
        ControlFlow::Continue(())
    };
    let scan = keyrack.scan(ground, told).await;
    show_progress("");
    let found = Found::of(keyrack, &scan, output.words)?;
    output.table(
        &Versioned::new(&scan),
        || found.table(),
        "",
        &found.ways_out(),
    )?;
    if !output.json {
        told_beside(&scan, output.words);
    }
    Ok(if asked.exit_code && !scan.strays.is_empty() {
        exit::for_a_person()
    } else {
        ExitCode::SUCCESS
    })
}

/// Tells beside the result what the search could not see, and how much it saw.
fn told_beside(scan: &Scan, words: Words) {
    for Unread { path, why } in &scan.unread {
        eprint_line(&words.text("scan.unread", &[("path", path), ("detail", why)]));
    }
    if let Some(problem) = &scan.own_unknown {
        let problem = words.line(problem);
        eprint_line(&words.text("scan.unknown", &[("problem", &problem)]));
    }
    let count = scan.files;
    let is_clean = scan.strays.is_empty() && scan.unread.is_empty() && scan.own_unknown.is_none();
    let key = if is_clean && count > 0 {
        "scan.nothing"
    } else {
        "scan.looked"
    };
    eprint_line(&words.counted(key, count, &[]));
}

/// What was found, with the names of those whose it is.
struct Found<'a> {
    strays: Vec<(&'a Stray, Option<Owner>)>,
    words: Words,
}

/// The connection or client whose secret a stray is.
struct Owner {
    name: String,
    id: String,
    /// The command that makes the secret worthless; none for a token that Notion alone can end.
    command: Option<String>,
}

impl<'a> Found<'a> {
    fn of(keyrack: &Keyrack, scan: &'a Scan, words: Words) -> Result<Self, Problem> {
        let (connections, clients) = (keyrack.connections()?, keyrack.clients()?);
        let owner = |whose: &Whose| match whose {
            Whose::Connection { id } => {
                let one = connections.iter().find(|one| one.id == *id)?;
                let name = advice::named(&connections, one);
                // Notion does not say whether a refresh ends the token before it.
                let revoke = format!("keyrack revoke {name}");
                Some(Owner {
                    name: one.workspace_name.clone(),
                    id: id.clone(),
                    command: (!one.made_elsewhere).then_some(revoke),
                })
            }
            Whose::Client { id } => {
                let one = clients.iter().find(|one| one.id == *id)?;
                let name = advice::named_client(&clients, one);
                Some(Owner {
                    name: one.name.clone(),
                    id: id.clone(),
                    command: Some(format!("keyrack client secret {name}")),
                })
            }
        };
        let strays = scan.strays.iter();
        let strays = strays.map(|stray| (stray, stray.whose.as_ref().and_then(owner)));
        Ok(Self {
            strays: strays.collect(),
            words,
        })
    }

    fn table(&self) -> Table {
        let text = |key| self.words.text(key, &[]);
        let row = |(stray, owner): &(&Stray, Option<Owner>)| {
            let id = owner.as_ref().map_or("", |owner| owner.id.as_str());
            let place = format!("{}:{}", stray.path, stray.line);
            let style = if owner.is_some() { BAD } else { WARNING };
            let what = self.what(stray, owner.as_ref());
            vec![
                Cell::both(&place, &stray.path),
                Cell::for_programs(&stray.line.to_string()),
                Cell::of(&stray.begins),
                Cell::both(&what, &word(stray.what)).styled(style),
                Cell::for_programs(id),
            ]
        };
        Table {
            columns: vec![
                Column::whole(text("scan.place")),
                Column::for_programs(),
                Column::whole(text("scan.begins")),
                Column::whole(text("command.what")),
                Column::for_programs(),
            ],
            rows: self.strays.iter().map(row).collect(),
        }
    }

    /// What a stray is, and whose; or what it looks like.
    fn what(&self, stray: &Stray, owner: Option<&Owner>) -> String {
        let key = match stray.what {
            StrayKind::Token => "scan.token",
            StrayKind::RefreshToken => "scan.refresh-token",
            StrayKind::ClientSecret => "scan.client-secret",
            StrayKind::TokenOrSecret => "scan.token-or-secret",
        };
        let what = self.words.text(key, &[]);
        match owner {
            Some(owner) => {
                let places = [("what", &*what), ("name", &*owner.name)];
                self.words.text("scan.of", &places)
            }
            None => self.words.text("scan.like", &[("what", &what)]),
        }
    }

    /// The way out for each, in lines.
    fn ways_out(&self) -> Vec<String> {
        let mut lines = Vec::new();
        // The table has no room for a long path.
        for (stray, owner) in &self.strays {
            let place = format!("{}:{}", stray.path, stray.line);
            if let Some(owner) = owner {
                lines.push(self.way_out(stray, owner, &place));
                lines.extend(stray.diff.iter().flat_map(|diff| self.in_its_place(diff)));
            } else {
                lines.push(place);
            }
        }
        if self.strays.iter().any(|(_, owner)| owner.is_none()) {
            let stranger = self.words.text("scan.way.stranger", &[("address", PORTAL)]);
            lines.push(stranger);
        }
        lines
    }

    fn way_out(&self, stray: &Stray, owner: &Owner, place: &str) -> String {
        let Some(command) = &owner.command else {
            let places = [("place", place), ("address", PORTAL)];
            return self.words.text("scan.way.elsewhere", &places);
        };
        let key = match stray.what {
            StrayKind::ClientSecret => "scan.way.secret",
            StrayKind::RefreshToken => "scan.way.refresh-token",
            _ => "scan.way.token",
        };
        let places = [("place", place), ("command", &**command)];
        self.words.text(key, &places)
    }

    fn in_its_place(&self, diff: &Diff) -> Vec<String> {
        let mut lines = vec![format!("  {}", self.words.text("scan.way.instead", &[]))];
        lines.extend(diff.before.iter().map(|line| format!("  - {line}")));
        lines.extend(diff.after.iter().map(|line| format!("  + {line}")));
        lines
    }
}
