//! The vault with a keyring in memory.

use super::*;
use crate::storage::vault::keyring::tests::{Keyring, KeyringBehaviour, copy, keyring};

fn tokens(access: &str) -> Payload {
    tokens_of("client", "bot", access)
}

fn tokens_of(client: &str, bot_id: &str, access: &str) -> Payload {
    Payload::Connection(ConnectionSecrets {
        id: "entry".into(),
        client: client.into(),
        bot_id: bot_id.into(),
        workspace_name: "Acme".into(),
        access: access.into(),
        refresh: None,
        made_elsewhere: None,
    })
}

fn vault() -> (Keyring, Vault) {
    let keyring = keyring();
    let vault = Vault::new(Worker::start(keyring.connector()), "store", "probe");
    (keyring, vault)
}

#[tokio::test]
async fn what_is_written_is_read_and_what_is_deleted_is_gone() {
    let (keyring, vault) = vault();
    vault.write(&tokens("one")).await.expect("written");
    vault
        .write(&tokens("two"))
        .await
        .expect("replaced in place");
    let read = vault.read_connection("entry").await.expect("read");
    assert_eq!(read.access.expose_secret(), "two");
    vault
        .delete("entry", EntryKind::Connection)
        .await
        .expect("deleted");
    assert_eq!(
        vault.read_connection("entry").await.err(),
        Some(VaultError::Lost)
    );
    vault
        .delete("entry", EntryKind::Connection)
        .await
        .expect("deleting what is gone is fine");
    assert_eq!(
        keyring.users(),
        Vec::<String>::new(),
        "not even the probe stays"
    );
}

#[test]
fn a_label_names_the_workspace_without_what_cannot_be_seen() {
    let named = |workspace_name: &str| {
        let Payload::Connection(secrets) = tokens("one") else {
            unreachable!("a connection")
        };
        let workspace_name = workspace_name.to_owned();
        Payload::Connection(ConnectionSecrets {
            workspace_name,
            ..secrets
        })
    };
    assert_eq!(named("Acme").label(), "Keyrack: connection Acme");
    assert_eq!(named("A\u{202e}\ncme").label(), "Keyrack: connection A cme");
    assert_eq!(named("").label(), "Keyrack: connection");
}

#[tokio::test]
async fn an_entry_of_before_names_were_kept_is_read() {
    let (keyring, vault) = vault();
    let text = tokens("token").encode("store").expose_secret().to_owned();
    let older = text.replace(r#""workspace_name":"Acme","#, "");
    assert_ne!(older, text);
    keyring.put("entry", &older);
    let read = vault.read_connection("entry").await.expect("read");
    assert_eq!(
        (read.access.expose_secret(), &*read.workspace_name),
        ("token", "")
    );
}

#[tokio::test]
async fn an_entry_that_is_not_ours_is_never_taken_for_a_token() {
    let (keyring, vault) = vault();
    let other = tokens("token").encode("another store");
    for foreign in [
        "",
        "not json",
        "{}",
        r#"{"v":2,"kind":"connection"}"#,
        other.expose_secret(),
    ] {
        keyring.put("entry", foreign);
        assert_eq!(
            vault.read_connection("entry").await.err(),
            Some(VaultError::Foreign),
            "{foreign}"
        );
    }
    keyring.put("moved", tokens("token").encode("store").expose_secret());
    assert_eq!(
        vault.read_connection("moved").await.err(),
        Some(VaultError::Foreign)
    );
    keyring.put("entry", tokens("token").encode("store").expose_secret());
    assert_eq!(
        vault.read_client("entry").await.err(),
        Some(VaultError::Foreign)
    );
}

#[tokio::test]
async fn a_restarted_keyring_is_found_again_by_itself() {
    let (keyring, vault) = vault();
    vault.write(&tokens("one")).await.expect("written");
    keyring.restart();
    assert_eq!(
        vault
            .read_connection("entry")
            .await
            .expect("read")
            .access
            .expose_secret(),
        "one"
    );
}

#[tokio::test]
async fn a_missing_keyring_is_named_and_found_once_it_is_there() {
    let (keyring, vault) = vault();
    keyring.behave(KeyringBehaviour::Missing);
    assert_eq!(vault.probe().await, Err(VaultError::Missing));
    keyring.behave(KeyringBehaviour::Normal);
    assert_eq!(vault.probe().await, Ok(()));
}

#[tokio::test]
async fn a_probe_that_was_left_is_remembered_until_one_is_deleted() {
    let (keyring, vault) = vault();
    keyring.behave(KeyringBehaviour::IgnoresDeletes);
    vault.probe().await.expect_err("it deletes nothing");
    keyring.behave(KeyringBehaviour::Missing);
    assert_eq!(vault.probe().await, Err(VaultError::Missing));
    assert!(vault.has_left_a_probe());
    keyring.behave(KeyringBehaviour::Normal);
    assert_eq!(vault.probe().await, Ok(()));
    assert!(!vault.has_left_a_probe());
}

#[tokio::test]
async fn a_prompt_that_hangs_is_named_and_does_not_block_the_next_call() {
    let (keyring, mut vault) = vault();
    vault.deadline = Duration::from_millis(50);
    keyring.hang();
    assert_eq!(vault.probe().await, Err(VaultError::Waiting));
    vault.deadline = DEADLINE;
    keyring.release();
    assert_eq!(vault.probe().await, Ok(()));
}

#[tokio::test]
async fn a_write_waits_for_as_long_as_the_keyring_takes() {
    let (keyring, mut vault) = vault();
    vault.deadline = Duration::ZERO;
    keyring.hang();
    let write = tokio::spawn(vault.write(&tokens("one")));
    assert_eq!(vault.probe().await, Err(VaultError::Waiting));
    keyring.release();
    assert_eq!(write.await.expect("no panic"), Ok(()));
    assert!(keyring.users().contains(&"entry".to_owned()));
}

#[tokio::test]
async fn an_entry_with_somebody_elses_tokens_is_neither_replaced_nor_deleted() {
    let (keyring, vault) = vault();
    let theirs = tokens("theirs");
    vault.write(&theirs).await.expect("written");
    let before = keyring.entries();
    for mine in [
        tokens_of("another", "bot", "mine"),
        tokens_of("client", "another", "mine"),
    ] {
        assert_eq!(vault.write(&mine).await, Err(VaultError::Foreign));
        let deleted = vault.delete_tokens("entry", mine.bearer()).await;
        assert_eq!(deleted, Err(VaultError::Foreign));
        // Not by their texts, which a failure would print.
        assert!(keyring.entries() == before, "the entry has changed");
    }
    let deleted = vault.delete_tokens("entry", theirs.bearer()).await;
    assert_eq!(deleted, Ok(Vec::new()));
    assert_eq!(keyring.users(), Vec::<String>::new());
}

#[tokio::test]
async fn a_keyring_without_a_default_collection_proves_no_entry_gone() {
    let (keyring, vault) = vault();
    vault.write(&tokens("one")).await.expect("written");
    keyring.behave(KeyringBehaviour::WithoutCollection);
    let refused = Some(VaultError::Locked);
    let deleted = vault.delete_tokens("entry", tokens("one").bearer()).await;
    assert_eq!(deleted.err(), refused);
    let deleted = vault.delete("entry", EntryKind::Connection).await;
    assert_eq!(deleted.err(), refused);
    assert_eq!(vault.read_connection("entry").await.err(), refused);
    assert_eq!(vault.all().await.err(), refused);
    keyring.behave(KeyringBehaviour::Normal);
    vault.read_connection("entry").await.expect("still there");
}

#[test]
fn of_copies_that_differ_the_one_where_keyrack_writes_is_read_or_none() {
    let (_, vault) = vault();
    let [one, two] = ["one", "two"].map(|access| tokens(access).encode("store"));
    let read = |copies: &[Copy]| match vault.ours("entry", copies)? {
        Payload::Connection(secrets) => Ok(secrets.access.expose_secret().to_owned()),
        Payload::Client(_) => Err(VaultError::Foreign),
    };
    for is_in_default in [true, false] {
        let same = [copy(&one, is_in_default), copy(&one, is_in_default)];
        assert_eq!(read(&same).as_deref(), Ok("one"));
        let differ = [copy(&one, is_in_default), copy(&two, is_in_default)];
        assert_eq!(read(&differ), Err(VaultError::Foreign));
    }
    let [elsewhere, here] = [copy(&one, false), copy(&two, true)];
    assert_eq!(read(&[elsewhere, here]).as_deref(), Ok("two"));
}
