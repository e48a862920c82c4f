//! Scan: whose what is found is, what can stand there instead, and what was not read.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;

use secrecy::ExposeSecret as _;

use crate::acts::scan::{Ground, NotRead, Scan};
use crate::domain::hand_out::Allowed;
use crate::domain::receipt::Revocation;
use crate::domain::stray::{StrayKind, Whose};
use crate::domain::token::NewToken;
use crate::keyrack::Keyrack;
use crate::tests::env::TestEnv;

/// A token that looks like one of Notion's, and is of nobody here.
const STRANGER: &str = "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";

async fn scan(keyrack: &Keyrack, folder: &Path) -> Scan {
    let ground = Ground {
        known_places: false,
        named: vec![folder.to_owned()],
    };
    let scan = keyrack.scan(ground, |_| ControlFlow::Continue(())).await;
    assert_eq!(scan.own_unknown, None);
    scan
}

async fn access_token(keyrack: &Keyrack, id: &str) -> String {
    let tokens = keyrack.vault.read_connection(id).await.expect("tokens");
    tokens.access.expose_secret().to_owned()
}

/// The lines that can stand in the place of a token in an `.env`.
async fn instead(keyrack: &Keyrack, token: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(".env"), format!("A={token}\n")).expect("written");
    let mut scan = scan(keyrack, folder.path()).await;
    let stray = scan.strays.pop().expect("a stray");
    stray.diff.map(|diff| diff.after)
}

#[tokio::test]
async fn a_token_in_the_name_of_a_file_is_shown_nowhere() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let own = access_token(&keyrack, &id).await;
    let folder = tempfile::tempdir().expect("a folder");
    for name in [format!("{own}.txt"), format!("notes_{STRANGER}_old.txt")] {
        fs::write(folder.path().join(name), STRANGER).expect("written");
    }
    for name in [format!("disk-{own}"), format!("{STRANGER}.img")] {
        let file = File::create(folder.path().join(name)).expect("a file");
        file.set_len((64 << 20) + 1).expect("a long file");
    }
    let scan = scan(&keyrack, folder.path()).await;
    assert_eq!((scan.strays.len(), scan.unread.len()), (2, 2));
    let said = format!("{scan:?}");
    assert!(!said.contains(&own[..16]) && !said.contains(&STRANGER[..16]));
    for unread in &scan.unread {
        assert_eq!(unread.why, NotRead::TooBig { most_mib: 64 });
    }
    assert!(
        scan.unread
            .iter()
            .any(|unread| unread.path.ends_with("/ntn_5809….img"))
    );
    assert!(
        scan.strays
            .iter()
            .any(|stray| stray.path.ends_with("/notes_ntn_5809…_old.txt"))
    );
}

#[tokio::test]
async fn a_token_that_was_revoked_here_is_known_without_it() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let workspace_name = keyrack.store.connection(&id).expect("a row").workspace_name;
    let token = access_token(&keyrack, &id).await;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join(".env"),
        format!("A={STRANGER}\nB={token}\n"),
    )
    .expect("written");
    let revocation = keyrack.revoke(&id).await.expect("an outcome");
    assert!(matches!(revocation, Revocation::Revoked { .. }));
    let scan = scan(&keyrack, folder.path()).await;
    let [stranger, revoked] = &scan.strays[..] else {
        panic!("{scan:?}");
    };
    assert_eq!(stranger.whose, None);
    assert_eq!(revoked.what, StrayKind::Token);
    assert_eq!(revoked.whose, Some(Whose::Revoked { id, workspace_name }));
    assert_eq!(revoked.diff, None);
}

#[tokio::test]
async fn a_reference_has_the_name_only_if_nothing_else_is_called_so() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let name = keyrack.store.connection(&id).expect("a row").workspace_name;
    let token = access_token(&keyrack, &id).await;
    let named = vec![format!("A=\"keyrack://{name}\"")];
    assert_eq!(instead(&keyrack, &token).await, Some(named));
    let workspace = env.notion.add_workspace("Birch", "Jo Lindqvist").await;
    let made = env.notion.make_tokens(&workspace, None).await;
    let other = made["access_token"].as_str().expect("a token");
    let form = NewToken {
        token: other.into(),
        name: name.to_uppercase(),
        expires_on: String::new(),
        labels: Vec::new(),
    };
    let added = keyrack.add_token(form).await.expect("added");
    let loud = vec![format!("A=\"keyrack://{}\"", added.client_name)];
    assert_eq!(
        instead(&keyrack, other).await,
        Some(loud),
        "its own name, not the workspace's"
    );

    let workspace = env.notion.add_workspace("Cedar", "Jo Lindqvist").await;
    let made = env.notion.make_tokens(&workspace, None).await;
    let form = NewToken {
        token: made["access_token"].as_str().expect("a token").into(),
        name,
        expires_on: String::new(),
        labels: Vec::new(),
    };
    keyrack.add_token(form).await.expect("added");
    let by_id = vec![format!("A=keyrack://{id}")];
    assert_eq!(instead(&keyrack, &token).await, Some(by_id));
}

#[tokio::test]
async fn a_token_that_no_program_may_have_has_no_reference() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    let token = access_token(&keyrack, &id).await;
    for allowed in [Allowed::ProxyOnly, Allowed::Never] {
        keyrack.allow(&id, allowed).expect("allowed");
        assert_eq!(instead(&keyrack, &token).await, None, "{allowed:?}");
    }
}
