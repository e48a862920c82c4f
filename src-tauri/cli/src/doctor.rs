//! `keyrack doctor`: the self-test without the window, for a person and for a report.

use std::env::consts::{ARCH, OS};
use std::process::ExitCode;

use keyrack_core::{About, Keyrack, Problem, Settings};

use crate::documents::{DoctorDocument, TestDocument};
use crate::exit;
use crate::output::Output;
use crate::table::{BAD, Cell, Column, GOOD, Table};
use keyrack_core::documents::Versioned;

/// The test of the database, by name and by its words.
const DATABASE: &str = "database";
const DATABASE_KEY: &str = "self-test.database";

/// A test, and what came of it. The app link is left to the window's self-test: it comes back there.
struct Test {
    name: &'static str,
    key: &'static str,
    problem: Option<Problem>,
}

pub async fn doctor(keyrack: &Keyrack, output: Output) -> Result<ExitCode, Problem> {
    let about = keyrack.about().await;
    let test = |name, key, tried: Result<(), Problem>| Test {
        name,
        key,
        problem: tried.err(),
    };
    let tests = [
        test("keyring", "self-test.keyring", keyrack.test_keyring().await),
        test(
            "localhost",
            "self-test.localhost",
            keyrack.test_localhost().await,
        ),
        test("notion", "self-test.notion", keyrack.test_notion().await),
        test(DATABASE, DATABASE_KEY, keyrack.test_database()),
    ];
    tell(&about, &tests, output)
}

/// Tells why nothing could be tried: the data folder or its database cannot be opened as it is.
pub async fn not_opened(problem: Problem, output: Output) -> Result<ExitCode, Problem> {
    let about = About::of(&Settings::from_environment()?.data_folder).await;
    let database = Test {
        name: DATABASE,
        key: DATABASE_KEY,
        problem: Some(problem),
    };
    tell(&about, &[database], output)
}

fn tell(about: &About, tests: &[Test], output: Output) -> Result<ExitCode, Problem> {
    let document = document(about, tests);
    let after = summary(tests, output);
    output.table(&document, || table(about, tests, output), "", &after)?;
    let first = tests.iter().find_map(|test| test.problem.as_ref());
    Ok(first.map_or(ExitCode::SUCCESS, exit::code))
}

fn document<'a>(about: &'a About, tests: &'a [Test]) -> Versioned<DoctorDocument<'a>> {
    let tests: Vec<_> = tests
        .iter()
        .map(|test| TestDocument {
            test: test.name,
            fine: test.problem.is_none(),
            problem: test.problem.as_ref(),
        })
        .collect();
    Versioned::new(DoctorDocument {
        keyrack: about.version,
        system: OS,
        architecture: ARCH,
        data_folder: &about.data_folder,
        keyring: about.keyring.as_deref(),
        fine: tests.iter().all(|test| test.fine),
        tests,
    })
}

/// What the tests were made with, and what came of each.
fn table(about: &About, tests: &[Test], output: Output) -> Table {
    let words = output.words;
    let text = |key| words.text(key, &[]);
    let fact = |key, word, value: &str| {
        let message = Cell::for_programs("");
        vec![Cell::both(&text(key), word), Cell::of(value), message]
    };
    let unknown = || text("command.untold");
    let keyring = about.keyring.clone().unwrap_or_else(unknown);
    let system = format!("{OS} {ARCH}");
    let facts = [
        fact("settings.version", "version", about.version),
        fact("command.system", "system", &system),
        fact("settings.folder", "data-folder", &about.data_folder),
        fact("settings.secrets", "secrets", &keyring),
    ];
    let tested = tests.iter().map(|test| {
        let (result, message) = match &test.problem {
            None => {
                let fine = Cell::both(&text("self-test.fine"), "fine");
                (fine.styled(GOOD), String::new())
            }
            Some(problem) => {
                let short = words.problem(problem).short;
                let places = [("status", &*text("self-test.trouble")), ("reason", &*short)];
                let shown = words.text("status.reason", &places);
                let trouble = Cell::both(&shown, &problem.cause.code());
                (trouble.styled(BAD), words.line(problem))
            }
        };
        let name = Cell::both(&text(test.key), test.name);
        vec![name, result, Cell::for_programs(&message)]
    });
    Table {
        columns: vec![
            Column::whole(text("command.what")),
            Column::whole(text("command.result")),
            Column::for_programs(),
        ],
        rows: facts.into_iter().chain(tested).collect(),
    }
}

/// What to do about each test that failed, or that there is nothing to do.
fn summary(tests: &[Test], output: Output) -> Vec<String> {
    let words = output.words;
    let mut lines: Vec<_> = tests
        .iter()
        .filter_map(|test| {
            let result = words.line(test.problem.as_ref()?);
            let test = words.text(test.key, &[]);
            let places = [("test", test.as_str()), ("result", &result)];
            Some(words.text("self-test.line", &places))
        })
        .collect();
    if lines.is_empty() {
        lines.push(words.text("self-test.all-fine", &[]));
    }
    lines
}
