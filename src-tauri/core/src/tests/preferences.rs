//! The person's preferences.

use std::sync::atomic::Ordering::SeqCst;

use crate::domain::preferences::BackgroundChecks;
use crate::domain::preferences::{Language, Preferences};
use crate::domain::problem::{Cause, Field};

use crate::tests::env::TestEnv;

#[tokio::test]
async fn what_is_chosen_is_kept_and_heeded_at_login() {
    let env = TestEnv::new().await;
    let keyrack = env.start();
    let at_first = keyrack.preferences().expect("read");
    let unchosen = Preferences {
        background_checks: BackgroundChecks::Off,
        notifications: true,
        start_at_login: false,
        clipboard_seconds: 30,
        language: None,
    };
    assert_eq!(at_first, unchosen);
    let chosen = Preferences {
        background_checks: BackgroundChecks::Daily,
        notifications: false,
        start_at_login: true,
        clipboard_seconds: 60,
        language: Some(Language::De),
    };
    keyrack.set_preferences(&chosen).expect("kept");
    assert!(env.starts_at_login.load(SeqCst));
    assert_eq!(env.start().preferences().expect("read"), chosen);
    let off = Preferences {
        background_checks: BackgroundChecks::Off,
        language: None,
        ..chosen.clone()
    };
    keyrack.set_preferences(&off).expect("kept");
    assert!(
        !env.starts_at_login.load(SeqCst),
        "there would be nothing to start"
    );
    assert_eq!(keyrack.preferences().expect("read").language, None);
    for clipboard_seconds in [0, 9, 301, u32::MAX] {
        let absurd = Preferences {
            clipboard_seconds,
            ..chosen.clone()
        };
        let refused = keyrack.set_preferences(&absurd).expect_err("refused");
        let field = Field::ClipboardSeconds;
        assert_eq!(refused.cause, Cause::InvalidInput { field });
    }
}
