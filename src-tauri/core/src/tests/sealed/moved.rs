//! What moved is used there, and not here.

use std::fs;

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::Here;
use crate::acts::lease::Terms;
use crate::domain::act::{Act, Export, Refresh};
use crate::domain::batch::BatchAct;
use crate::domain::connection::Status;
use crate::domain::hand_out::{Caller, Way};
use crate::domain::kind::Kind;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::Revocation;
use crate::domain::schedule::Schedule;
use crate::runtime::proxy::Endpoint;
use crate::storage::sealed::read;
use crate::tests::{REVOKE, TOKEN};
use crate::views::activity::{ActivityFilter, Outcome};

#[tokio::test]
async fn what_moved_is_used_by_nobody_here_until_that_is_taken_back() {
    let here = Here::new().await;
    let (keyrack, id) = (&here.keyrack, &here.id);
    let exported = here.export(false).await.expect("exported");
    assert_eq!((exported.clients, exported.connections.len()), (1, 1));
    let row = here.row();
    assert_eq!(row.moved_at, Some(here.env.now()));
    assert_eq!(exported.connections, std::slice::from_ref(&row));
    assert_eq!(row.status, Status::Active);

    let refused = |ended: Problem| match ended.cause {
        Cause::NotHandedOut { why, .. } => *why,
        cause => cause,
    };
    for way in [Way::Token, Way::Run, Way::Proxy, Way::Serve, Way::Api] {
        for fresh in [false, true] {
            let handed = keyrack.hand_out(id, way, Caller::default(), fresh).await;
            assert_eq!(refused(handed.err().expect("refused")), Cause::MovedOut);
        }
    }
    let copied = keyrack.copy_token(id, Caller::default()).await;
    assert_eq!(refused(copied.expect_err("refused")), Cause::MovedOut);
    let refreshed = keyrack.refresh(id).await.expect_err("refused");
    assert_eq!(refreshed.cause, Cause::MovedOut);
    let all = keyrack.begin_batch(BatchAct::Refresh, None).expect("begun");
    assert_eq!(all.await.counts.total, 0, "it is not one of them");
    assert_eq!(here.env.count(TOKEN).await, 1, "the connect alone");

    here.env.pass(1 << 40);
    let every = std::time::Duration::from_hours(1);
    assert!(!Schedule::is_stale(&row, every, here.env.now()));
    let checked = keyrack.check(id).await.expect("checked");
    assert_eq!(checked.status, Status::Active);
    assert!(checked.moved_at.is_some());

    let back = keyrack.undo_move(std::slice::from_ref(id)).expect("back");
    assert_eq!(back[0].moved_at, None);
    assert!(back[0].revision > checked.revision);
    keyrack.refresh(id).await.expect("refreshed");
    let twice = keyrack.undo_move(std::slice::from_ref(id));
    let twice = twice.expect_err("it is not moved").cause;
    assert!(matches!(twice, Cause::NotMoved { .. }), "{twice:?}");
}

#[tokio::test]
async fn one_that_moved_needs_nobody_here_when_it_is_refreshed_there() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    here.env.revoke(&here.row().bot_id).await;
    let checked = here.keyrack.check(&here.id).await.expect("checked");
    assert_ne!(checked.status, Status::Active);
    assert!(!checked.needs_attention);
    here.keyrack
        .undo_move(std::slice::from_ref(&here.id))
        .expect("back");
    assert!(here.row().needs_attention);
}

#[tokio::test]
async fn a_copy_stays_in_use_here_and_says_in_the_file_that_it_does() {
    let here = Here::new().await;
    here.export(true).await.expect("exported");
    assert_eq!(here.row().moved_at, None);
    let handed = here
        .keyrack
        .hand_out(&here.id, Way::Token, Caller::default(), false);
    let token = handed.await.expect("handed out").token;
    let document = read(&here.path, &here.key.unseal()).expect("a document");
    assert!(document.copy);
    let sealed = document.connections[0].access.expose_secret();
    assert!(sealed == token.expose_secret());
}

#[tokio::test]
async fn what_cannot_go_is_named_and_nothing_is_changed() {
    let here = Here::new().await;
    std::fs::write(&here.path, "mine").expect("written");
    let refused = here.export(false).await.expect_err("it is there").cause;
    assert!(matches!(refused, Cause::FileExists { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&here.path).expect("read"), b"mine");
    assert_eq!(here.row().moved_at, None);
    std::fs::remove_file(&here.path).expect("removed");

    here.export(false).await.expect("exported");
    let again = here.path.with_file_name("again.age");
    let why = |ended: Problem| match ended.cause {
        Cause::NotExported { why, .. } => *why,
        cause => cause,
    };
    let refused = here.export_to(&again, false).await.expect_err("it moved");
    assert_eq!(why(refused), Cause::MovedOut);
    here.keyrack
        .undo_move(std::slice::from_ref(&here.id))
        .expect("back");
    here.env
        .fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    let revocation = here.keyrack.revoke(&here.id).await.expect("an outcome");
    assert!(matches!(revocation, Revocation::Pending { .. }));
    let refused = here.export_to(&again, true).await.expect_err("it ends");
    assert_eq!(why(refused), Cause::RevocationPending);
    assert!(!again.exists());
}

#[tokio::test]
async fn one_whose_refresh_is_unfinished_stays_as_that_goes_on_here() {
    let here = Here::new().await;
    let begun = here.keyrack.begin(Refresh::of(&here.row()));
    let _unfinished = begun.expect("begun");
    let refused = here.export(false).await.expect_err("refused").cause;
    assert!(
        matches!(&refused, Cause::NotExported { why, .. } if matches!(**why, Cause::RefreshUnfinished { .. })),
        "{refused:?}"
    );
    here.keyrack.refresh(&here.id).await.expect("refreshed");
    here.export(false).await.expect("exported");
}

#[tokio::test]
async fn its_leases_end_as_it_moves() {
    let here = Here::new().await;
    let terms = Terms {
        way: Way::Serve,
        caller: Caller::default(),
        read_only: false,
        lasts: None,
        fresh: false,
    };
    let ids = [here.id.clone()];
    let leases = here.keyrack.begin_leases(&ids, &terms, &Endpoint::Port);
    let _leases = leases.await.expect("a lease");
    assert_eq!(here.keyrack.leases().expect("leases").len(), 1);
    here.export(false).await.expect("exported");
    assert_eq!(here.keyrack.leases().expect("leases").len(), 0);
}

#[tokio::test]
async fn one_that_moved_is_revoked_or_forgotten_here_and_its_receipt_says_that_it_moved() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let receipt = here.keyrack.forget(&here.id).await.expect("forgotten");
    assert_eq!(receipt.kind, Kind::Forget);
    assert_eq!(receipt.moved_at, Some(here.env.now()));
    assert_eq!(here.keyrack.receipts().expect("receipts"), [receipt]);

    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let revoked = here.keyrack.revoke(&here.id).await.expect("an outcome");
    let Revocation::Revoked { receipt } = revoked else {
        panic!("{revoked:?}");
    };
    assert_eq!(receipt.moved_at, Some(here.env.now()));
    assert!(here.env.count(REVOKE).await > 0);
}

#[tokio::test]
async fn connecting_again_here_takes_the_mark_away() {
    let here = Here::new().await;
    here.export(false).await.expect("exported");
    let client = here.keyrack.clients().expect("clients").remove(0);
    let again = here.env.connect(&here.keyrack, &client).await;
    assert_eq!((again, here.row().moved_at), (here.id.clone(), None));
}

#[tokio::test]
async fn the_next_start_takes_an_export_back_only_if_its_file_is_still_beside_its_place() {
    let part = ".keyrack-abc.part";
    for (is_in_place, is_beside, is_done) in [
        (true, false, true),
        (true, true, true),
        (false, true, false),
        // Somebody has renamed it meanwhile, or taken it to the other computer.
        (false, false, true),
    ] {
        let here = Here::new().await;
        let begun = begun(&here, part).await;
        let beside = here.path.with_file_name(part);
        if is_beside {
            fs::copy(&here.path, &beside).expect("copied");
        }
        if !is_in_place {
            fs::write(&here.path, "another file").expect("written");
        }
        let keyrack = here.env.start();
        keyrack.recover().await.expect("recovered");
        let row = keyrack.connection(&here.id).expect("a row");
        assert_eq!(row.moved_at.is_some(), is_done);
        assert!(!beside.exists(), "what is left over is removed");
        let page = keyrack.activity(&ActivityFilter::default(), None);
        let entry = page.expect("a page").entries;
        let entry = entry.iter().find(|entry| entry.id == begun.id);
        let outcome = if is_done {
            Outcome::Done
        } else {
            Outcome::Failed
        };
        let entry = entry.expect("an entry");
        assert_eq!((entry.kind, entry.outcome), (Kind::Export, outcome));
    }
}

#[tokio::test]
async fn a_forged_row_of_an_export_removes_no_file() {
    for (part, content) in [
        ("kept.age", None),
        ("../.keyrack-abc.part", None),
        (".keyrack-abc.part", Some("a person's own")),
    ] {
        let here = Here::new().await;
        let _unfinished = begun(&here, part).await;
        let named = here.path.with_file_name(part);
        match content {
            Some(content) => fs::write(&named, content).expect("written"),
            None => drop(fs::copy(&here.path, &named).expect("copied")),
        }
        here.env.start().recover().await.expect("recovered");
        assert!(named.exists(), "{part}");
        fs::remove_file(named).expect("removed");
    }
}

#[tokio::test]
async fn what_moved_stays_moved_when_the_database_is_lost() {
    let mut here = Here::new().await;
    here.export(false).await.expect("moved");
    let moved_at = here.row().moved_at;
    assert!(moved_at.is_some());
    for at in [moved_at, None] {
        if at.is_none() {
            here.keyrack.undo_move(&[here.id.clone()]).expect("undone");
        }
        here.env.lose_database();
        here.keyrack = here.env.start();
        here.keyrack.recover().await.expect("recovered");
        assert_eq!(here.row().moved_at, at);
    }
}

#[tokio::test]
async fn all_that_were_to_go_into_a_file_are_taken_back_together() {
    let here = Here::new().await;
    let part = ".keyrack-abc.part";
    let first = begun(&here, part).await;
    let client = here.env.another_client(&here.keyrack).await;
    let second = here.env.connect(&here.keyrack, &client).await;
    let act = Export {
        of: (&here.keyrack.connection(&second).expect("a row")).into(),
        ..first.act
    };
    let begun = Operation::begun(act, "ended", here.env.now());
    here.keyrack.store.begin_export(&begun).expect("begun");
    fs::rename(&here.path, here.path.with_file_name(part)).expect("renamed");
    let keyrack = here.env.start();
    keyrack.recover().await.expect("recovered");
    for id in [here.id, second] {
        let row = keyrack.connection(&id).expect("a row");
        assert_eq!(row.moved_at, None);
    }
    assert!(!here.path.with_file_name(part).exists());
}

/// Begins an export of what was exported, as a process that ended in the middle did.
async fn begun(here: &Here, part: &str) -> Operation<Export> {
    here.export(true).await.expect("a copy");
    let act = Export {
        part: part.to_owned(),
        copy: false,
        ..exported(here)
    };
    let begun = Operation::begun(act, "ended", here.env.now());
    here.keyrack.store.begin_export(&begun).expect("begun");
    assert!(here.row().moved_at.is_some());
    begun
}

/// The act of the last export.
fn exported(here: &Here) -> Export {
    let mut found = None;
    let history = crate::storage::store::History::open(&here.keyrack.folder);
    let each = |operation: Operation, _| {
        if let Act::Export(act) = operation.act {
            found = Some(act);
        }
        found.is_none()
    };
    history
        .expect("the history")
        .each(None, None, None, each)
        .expect("read");
    found.expect("an export")
}
