//! Where the passphrase of a sealed file comes from: an open file, or the person at the terminal.

use std::fs;
use std::process::Command;

use support::terminal::Terminal;
use support::words::words;

use super::{Computers, PASSPHRASE};

/// A script in which `$1` is the program and `$2` the sealed file.
fn script(computers: &Computers, text: &str) -> Command {
    let mut command = computers.env.world.command("/bin/sh");
    command.args(["-ec", text, "sh"]);
    command.arg(&computers.env.program).arg(computers.file());
    command.env("KEYRACK_DATA_DIR", &computers.here);
    command.env("TERM", "dumb");
    command
}

#[tokio::test]
async fn it_is_the_next_line_of_the_open_file_and_what_follows_is_left() {
    let computers = Computers::with(&["Ada"]).await;
    let lines = computers.stick.join("lines");
    fs::write(&lines, format!("first\n{PASSPHRASE}\nlast\n")).unwrap();
    let export = r#""$1" export Ada --copy --to "$2" --passphrase-fd"#;
    let lines = lines.display();
    for text in [
        format!("exec 7< '{lines}'; read -r one <&7; {export} 7; cat <&7"),
        format!("exec < '{lines}'; read -r one; {export} 0; cat"),
        // A pipe cannot be opened anew at its beginning.
        format!("cat '{lines}' | {{ read -r one; {export} 0; cat; }}"),
    ] {
        let done = script(&computers, &text).output().unwrap();
        assert!(done.status.success(), "{text}: {done:?}");
        let printed = String::from_utf8(done.stdout).unwrap();
        assert!(printed.ends_with("last\n"), "{text}: {printed}");
        let found = computers.import();
        assert!(found["connections"].as_array().is_some(), "{found}");
        fs::remove_file(computers.file()).unwrap();
    }
    let none = script(&computers, &format!("exec 7<&-; {export} 7")).output();
    assert_eq!(
        none.unwrap().status.code(),
        Some(2),
        "nothing is open there"
    );
}

#[tokio::test]
async fn it_is_asked_for_at_the_terminal_wherever_the_streams_lead() {
    let computers = Computers::with(&["Ada"]).await;
    let export = r#"exec "$1" export Ada --yes --to "$2" < /dev/null > /dev/null"#;
    let mut terminal = Terminal::start(&script(&computers, export));
    for asked in ["seal.passphrase", "seal.passphrase.again"] {
        terminal.shows(&words(asked));
        terminal.type_text(&format!("{PASSPHRASE}\n"));
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");

    // What is in the way is told before anything is asked.
    computers.here(&["moved", "Ada", "--undo"], "");
    let again = ["export", "Ada", "--to", &computers.file()];
    let (code, shown) = computers.terminal(&computers.here, &again).end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(!shown.contains(&words("command.go-on")), "{shown}");
}
