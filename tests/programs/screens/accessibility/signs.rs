//! Statuses without colour: each is shown by a sign and a word too.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::cli;
use support::test_env::TestEnv;
use support::words::words;

const STATUSES: [&str; 6] = [
    "active",
    "inactive",
    "needs-reconnecting",
    "revocation-pending",
    "not-checked",
    "cannot-check",
];

/// A script that returns each row's status, its drawing, and its word.
const SHOWN: &str = "
    return [...document.querySelectorAll('[data-testid=connection]')].map(row => {
        const cell = row.querySelector('[data-testid=status]').closest('[role=gridcell]');
        const icon = cell.querySelector('svg');
        const { width, height } = icon.getBoundingClientRect();
        const drawn = document.querySelector(icon.querySelector('use').getAttribute('href'));
        return {
            status: row.dataset.status,
            seen: width >= 12 && height >= 12 && getComputedStyle(icon).visibility === 'visible',
            drawing: [...drawn.querySelectorAll('path, circle, line, polyline, rect')]
                .map(it => it.outerHTML).join(''),
            word: cell.querySelector('[data-testid=status]').innerText.trim(),
        };
    });
";

/// A test environment with a connection in each status, named after it.
async fn one_of_each() -> TestEnv {
    let env = TestEnv::new();
    env.add_client_by_command();
    for status in STATUSES {
        cli::connect_workspace(&env, status, &[]).await;
    }
    let listed = env.keyrack(&["list", "--json"], "");
    let rows: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let bot = |status: &str| {
        let mut named = rows.iter().filter(|row| row["workspace_name"] == status);
        named.next().unwrap()["bot_id"].as_str().unwrap().to_owned()
    };
    // Rebuilt from the keyring, none is checked yet, and none has its name.
    env.lose_database();
    let act = |act: &str, status: &str| drop(env.keyrack(&[act, &bot(status)], ""));
    act("check", "active");
    for ended in ["inactive", "needs-reconnecting"] {
        env.sandbox.revoke(&bot(ended)).await;
        act("check", ended);
    }
    act("refresh", "needs-reconnecting");
    for endpoint in ["introspect", "revoke"] {
        let busy = json!({"endpoint": endpoint, "times": 99, "status": 503});
        env.sandbox.fault(busy).await;
    }
    act("check", "cannot-check");
    act("revoke", "revocation-pending");
    env
}

#[tokio::test]
async fn every_status_has_a_sign_and_a_word_of_its_own() {
    let env = one_of_each().await;
    let window = env.window().await;
    for status in STATUSES {
        let row = format!("//*[@data-testid='connection'][@data-status='{status}']");
        window.part(row).appears().await;
    }
    let shown: Vec<Value> = window.run(SHOWN).await.as_array().unwrap().clone();
    assert_eq!(shown.len(), STATUSES.len());
    for row in &shown {
        let status = row["status"].as_str().unwrap();
        assert_eq!(row["seen"], true, "{row}");
        assert_ne!(row["drawing"], "", "{row}");
        let word = row["word"].as_str().unwrap();
        assert!(
            word.starts_with(&words(&format!("status.{status}"))),
            "{row}"
        );
    }
    for sign in ["drawing", "word"] {
        let all: BTreeSet<_> = shown.iter().map(|row| row[sign].to_string()).collect();
        assert_eq!(all.len(), STATUSES.len(), "each has a {sign} of its own");
    }

    // The result of each operation, too.
    window.at("activity").click().await;
    window.at("activity-dialog").at("act").appears().await;
    let acts = "return [...document.querySelectorAll('[data-testid=act]')].map(act =>\
        [act.dataset.outcome, act.querySelector('svg').innerHTML !== '', act.querySelector('.what').innerText]);";
    let acts: Vec<Value> = window.run(acts).await.as_array().unwrap().clone();
    let outcomes: BTreeSet<_> = acts.iter().map(|act| act[0].to_string()).collect();
    assert!(outcomes.len() >= 4, "{outcomes:?}");
    for act in &acts {
        assert!(act[1] == true && act[2] != "", "{act}");
    }
    window.close().await;
}
