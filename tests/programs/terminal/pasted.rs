//! An address that is pasted into the command, with what mail, chat and terminals add to it.

use support::cli;
use support::test_env::{ACME, TestEnv};

#[tokio::test]
async fn what_stands_around_a_pasted_address_is_not_part_of_it() {
    let env = TestEnv::with_client();
    let decorations: [fn(&str) -> String; 10] = [
        |address| format!("<{address}>"),
        |address| format!("\"{address}\""),
        |address| format!("\u{201E}{address}\u{201C}"),
        |address| format!("{address}#"),
        |address| format!("\u{FEFF}{address}\u{A0}\r"),
        |address| address.replace("state", "\u{200B}state"),
        |address| format!("[Keyrack]({address})"),
        |address| format!("\x1b[200~{address}\x1b[201~"),
        |address| address.replace('&', "&amp;"),
        |address| address.replace('?', "?\r\n ").replace('&', "\n&"),
    ];
    for decorate in decorations {
        let mut connecting = cli::begin(&env).expect("a link");
        let callback = env.callback(&connecting.link).await;
        connecting.type_line(&decorate(&callback));
        let ended = connecting.end();
        assert!(ended.success(), "{}", decorate("?code=c&state=s"));
        assert!(env.keyrack(&["forget", ACME], "").status.success());
    }
}
