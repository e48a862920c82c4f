//! `keyrack scan`: tokens of Notion's that lie in clear text, and the way out for each.

use std::fs;
use std::ops::ControlFlow;
use std::process::ExitCode;

use keyrack_core::documents::{Versioned, word};
use keyrack_core::{
    Allowed, Cause, Diff, Ground, Keyrack, NotRead, PORTAL, Problem, Scan, Stray, StrayKind,
    Unread, Whose, Words, shown_path,
};

use crate::advice;
use crate::arguments::ScanArguments;
use crate::exit;
use crate::output::Output;
use crate::table::{ASIDE, BAD, Cell, Column, Table, WARNING};
use crate::terminal::{eprint_line, show_progress};
use crate::wording::workspace;

/// Scans, and tells what was found; with `exit_code`, it ends as what only a person can mend if anything
/// was.
pub async fn scan(
    keyrack: &Keyrack,
    output: Output,
    asked: ScanArguments,
) -> Result<ExitCode, Problem> {
    for path in &asked.folders {
        fs::metadata(path).map_err(|error| Cause::InputFile {
            path: shown_path(path),
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
        let detail = match why {
            NotRead::Refused { detail } => detail.clone(),
            NotRead::TooBig { most_mib } => {
                words.text("scan.too-big", &[("most", &most_mib.to_string())])
            }
        };
        eprint_line(&words.text("scan.unread", &[("path", path), ("detail", &detail)]));
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
    /// What is to be done about the secret.
    act: Act,
    /// The command that gives a program the token; none if none may have it.
    run: Option<String>,
}

/// What is to be done about a stray secret.
enum Act {
    /// This command makes it worthless.
    Run(String),
    /// Notion alone can end it.
    EndAtNotion,
    /// It was revoked already.
    Nothing,
}

impl<'a> Found<'a> {
    fn of(keyrack: &Keyrack, scan: &'a Scan, words: Words) -> Result<Self, Problem> {
        let (connections, clients) = (keyrack.connections()?, keyrack.clients()?);
        let owner = |whose: &Whose| match whose {
            Whose::Connection { id } => {
                let one = connections.iter().find(|one| one.id == *id)?;
                let name = advice::named(&connections, one);
                let act = if one.made_elsewhere {
                    Act::EndAtNotion
                } else {
                    // Notion does not say whether a refresh ends the token before it.
                    Act::Run(format!("keyrack revoke {name}"))
                };
                Some(Owner {
                    name: workspace(&one.workspace_name, words),
                    id: id.clone(),
                    act,
                    run: run(one.allows, &name),
                })
            }
            Whose::Client { id } => {
                let one = clients.iter().find(|one| one.id == *id)?;
                let name = advice::named_client(&clients, one);
                Some(Owner {
                    name: one.name.clone(),
                    id: id.clone(),
                    act: Act::Run(format!("keyrack client secret {name}")),
                    run: None,
                })
            }
            Whose::Revoked { id, workspace_name } => Some(Owner {
                name: workspace(workspace_name, words),
                id: id.clone(),
                act: Act::Nothing,
                run: None,
            }),
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
            let style = match owner.as_ref().map(|owner| &owner.act) {
                Some(Act::Nothing) => ASIDE,
                Some(_) => BAD,
                None => WARNING,
            };
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
                let key = match owner.act {
                    Act::Nothing => "scan.of.revoked",
                    Act::Run(_) | Act::EndAtNotion => "scan.of",
                };
                self.words.text(key, &places)
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
            let Some(owner) = owner else {
                lines.push(place);
                continue;
            };
            lines.push(self.way_out(stray, owner, &place));
            match (&stray.diff, &owner.run) {
                (Some(diff), _) => lines.extend(self.in_its_place(diff)),
                (None, Some(run)) if stray.what == StrayKind::Token => {
                    let way = self.words.text("scan.way.run", &[("command", run)]);
                    lines.push(format!("  {way}"));
                }
                (None, _) => {}
            }
        }
        if self.strays.iter().any(|(_, owner)| owner.is_none()) {
            let stranger = self.words.text("scan.way.stranger", &[("address", PORTAL)]);
            lines.push(stranger);
        }
        lines
    }

    fn way_out(&self, stray: &Stray, owner: &Owner, place: &str) -> String {
        let (key, of) = match (&owner.act, stray.what) {
            (Act::Nothing, _) => ("scan.way.revoked", None),
            (Act::EndAtNotion, _) => ("scan.way.elsewhere", Some(("address", PORTAL))),
            (Act::Run(command), StrayKind::ClientSecret) => {
                ("scan.way.secret", Some(("command", &**command)))
            }
            (Act::Run(command), StrayKind::RefreshToken) => {
                ("scan.way.refresh-token", Some(("command", &**command)))
            }
            (Act::Run(command), _) => ("scan.way.token", Some(("command", &**command))),
        };
        let places: Vec<_> = of.into_iter().chain([("place", place)]).collect();
        self.words.text(key, &places)
    }

    fn in_its_place(&self, diff: &Diff) -> Vec<String> {
        let mut lines = vec![format!("  {}", self.words.text("scan.way.instead", &[]))];
        lines.extend(diff.before.iter().map(|line| format!("  - {line}")));
        lines.extend(diff.after.iter().map(|line| format!("  + {line}")));
        lines
    }
}

/// The command that gives a program a connection's token, if it may have that.
fn run(allows: Allowed, name: &str) -> Option<String> {
    match allows {
        Allowed::Any => Some(format!("keyrack run {name} -- PROGRAM")),
        Allowed::ProxyOnly => Some(format!("keyrack run --proxy {name} -- PROGRAM")),
        Allowed::Never => None,
    }
}

#[cfg(test)]
mod tests {
    use keyrack_core::Language;

    use super::*;

    fn stray() -> Stray {
        Stray {
            path: "/home/ada/.bashrc".to_owned(),
            line: 3,
            begins: "ntn_1234…".to_owned(),
            what: StrayKind::Token,
            whose: None,
            diff: None,
        }
    }

    /// The ways out for a stray of one of these owners.
    fn ways_out(stray: &Stray, act: Act, run: Option<String>) -> String {
        let owner = Owner {
            name: "Acme".to_owned(),
            id: "1f2e".to_owned(),
            act,
            run,
        };
        let found = Found {
            strays: vec![(stray, Some(owner))],
            words: Words::of(Language::En),
        };
        found.ways_out().join("\n")
    }

    #[test]
    fn where_no_lines_can_stand_instead_the_command_is_told() {
        let revoke = || Act::Run("keyrack revoke Acme".to_owned());
        let told = |allows| ways_out(&stray(), revoke(), run(allows, "\"Acme Research\""));
        let any = told(Allowed::Any);
        assert!(any.contains("/home/ada/.bashrc:3") && any.contains("keyrack revoke Acme"));
        assert!(
            any.ends_with("keyrack run \"Acme Research\" -- PROGRAM"),
            "{any}"
        );
        let proxied = told(Allowed::ProxyOnly);
        assert!(proxied.ends_with("keyrack run --proxy \"Acme Research\" -- PROGRAM"));
        assert!(!told(Allowed::Never).contains("keyrack run"));
        let elsewhere = ways_out(&stray(), Act::EndAtNotion, run(Allowed::Any, "Acme"));
        assert!(elsewhere.contains(PORTAL) && elsewhere.ends_with("keyrack run Acme -- PROGRAM"));

        let diff = Some(Diff {
            before: vec!["A=ntn_1234…".to_owned()],
            after: vec!["A=keyrack://Acme".to_owned()],
            sketch: false,
        });
        let with_lines = ways_out(
            &Stray { diff, ..stray() },
            revoke(),
            run(Allowed::Any, "Acme"),
        );
        assert!(with_lines.ends_with("+ A=keyrack://Acme"), "{with_lines}");
    }

    #[test]
    fn of_a_revoked_token_nothing_is_left_to_end() {
        let told = ways_out(&stray(), Act::Nothing, None);
        assert!(
            !told.contains(PORTAL) && !told.contains("keyrack "),
            "{told}"
        );
    }
}
