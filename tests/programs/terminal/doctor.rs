//! `keyrack doctor` and what `check` ends with.

use std::ffi::OsString;
use std::fs;

use serde_json::Value;
use support::test_env::{ACME, TestEnv};
use support::words::words;

fn document(env: &TestEnv) -> (Option<i32>, Value) {
    let output = env.keyrack(&["doctor", "--json"], "");
    let document = serde_json::from_slice(&output.stdout).expect("one document");
    (output.status.code(), document)
}

#[tokio::test]
async fn the_doctor_tries_everything_and_ends_with_what_a_failure_needs() {
    let mut env = TestEnv::connected_by_command().await;
    let (code, fine) = document(&env);
    assert_eq!((code, &fine["fine"]), (Some(0), &true.into()), "{fine}");
    let tests = fine["tests"].as_array().unwrap().iter();
    let names: Vec<_> = tests.map(|test| test["test"].as_str().unwrap()).collect();
    assert_eq!(names, ["keyring", "localhost", "notion", "database"]);

    env.world.set("DBUS_SESSION_BUS_ADDRESS", "");
    let (code, ill) = document(&env);
    assert_eq!((code, &ill["fine"]), (Some(4), &false.into()), "{ill}");
    assert_eq!(ill["tests"][0]["problem"]["code"], "no-session-bus");
    assert_eq!(
        ill["tests"][3]["fine"], true,
        "the others are tried all the same"
    );
    let told = env.keyrack(&["doctor"], "");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains(&words("problem.no-session-bus.what")),
        "{told}"
    );
}

#[tokio::test]
async fn the_doctor_names_a_database_that_is_damaged_or_lost_and_mends_nothing() {
    let mut env = TestEnv::connected_by_command().await;
    let path = env.data_folder().join("keyrack.db");
    let whole = fs::read(&path).unwrap();
    let files = || {
        let folder = fs::read_dir(path.parent().unwrap()).unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name());
        // What SQLite makes beside a database while it is open.
        let kept = |name: &OsString| {
            !["-wal", "-shm"]
                .iter()
                .any(|end| name.to_string_lossy().ends_with(end))
        };
        let mut names: Vec<_> = names.filter(kept).collect();
        names.sort();
        names
    };
    let cause = |document: &Value| document["tests"][0]["problem"]["code"].clone();

    let before = files();
    fs::write(&path, [&[0; 5000], &whole[5000..]].concat()).unwrap();
    let (code, ill) = document(&env);
    assert_eq!(
        (code, cause(&ill)),
        (Some(1), "store-damaged".into()),
        "{ill}"
    );
    assert_eq!(files(), before, "it lies where it lay");
    fs::remove_file(&path).unwrap();
    let before = files();
    let (code, ill) = document(&env);
    assert_eq!((code, cause(&ill)), (Some(1), "store-lost".into()), "{ill}");
    assert_eq!(files(), before, "no new one is made");

    let file = env.world.path("a-file");
    fs::write(&file, "").unwrap();
    env.world.set("KEYRACK_DATA_DIR", file.to_str().unwrap());
    let (code, ill) = document(&env);
    assert_eq!((code, &ill["fine"]), (Some(1), &false.into()), "{ill}");
}

#[tokio::test]
async fn a_check_ends_with_whether_a_person_is_needed_if_that_is_asked() {
    let env = TestEnv::connected_by_command().await;
    let code = |arguments: &[&str]| env.keyrack(arguments, "").status.code();
    assert_eq!(code(&["check", ACME, "--exit-code"]), Some(0));
    let listed = env.keyrack(&["list", "--json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    env.sandbox
        .revoke(listed[0]["bot_id"].as_str().unwrap())
        .await;
    assert_eq!(code(&["check", ACME]), Some(0));
    assert_eq!(code(&["check", ACME, "--exit-code"]), Some(4));
    assert_eq!(code(&["check", "--all", "--exit-code"]), Some(4));
}

#[test]
fn a_name_with_a_slip_in_it_is_asked_back_in_words_and_in_json() {
    let env = TestEnv::with_client();
    let refused = env.keyrack(&["client", "edit", "Mien", "--name", "New"], "");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("Did you mean: Mine?"), "{said}");
    let edit = ["client", "edit", "Mien", "--name", "New", "--json"];
    let refused = env.keyrack(&edit, "");
    let line: Value = serde_json::from_slice(&refused.stderr).expect("one line");
    assert_eq!(line["error"]["did_you_mean"], serde_json::json!(["Mine"]));
}
