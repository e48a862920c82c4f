//! Background checks, tick by tick: each wait passes on the test's clock, without sleeping.

use std::time::Duration;

use serde_json::json;

use crate::acts::check::background::{Attention, CaughtUp, Watch};
use crate::domain::connection::Status;
use crate::domain::preferences::BackgroundChecks;
use crate::domain::problem::Cause;

use crate::tests::env::TestEnv;

const INTROSPECT: &str = "/v1/oauth/introspect";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Lets `millis` pass, and returns the notifications of that time.
async fn live(env: &TestEnv, watch: &mut Watch, millis: i64) -> Vec<Attention> {
    let (mut passed, mut reported) = (0, Vec::new());
    while passed < millis {
        let tick = watch.tick().await.expect("a tick").expect("switched on");
        reported.extend(tick.attention);
        let wait = i64::try_from(tick.wait.as_millis()).expect("not for ever");
        assert!(wait <= MINUTE, "the list is looked at every minute");
        env.pass(wait);
        passed += wait;
    }
    reported
}

async fn catch_up(watch: &mut Watch) -> CaughtUp {
    let caught_up = watch.catch_up(Duration::from_hours(1)).await;
    caught_up.expect("caught up")
}

#[tokio::test]
async fn a_token_that_died_is_found_told_once_by_name_and_left_in_peace() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    keyrack
        .set_background_checks(BackgroundChecks::Hourly)
        .expect("chosen");
    let bot = keyrack.store.connection(&id).expect("a row").bot_id;
    env.revoke(&bot).await;
    env.pass(3 * HOUR);

    let mut watch = keyrack.watch().expect("the only one");
    assert_eq!(live(&env, &mut watch, MINUTE).await, []);
    assert_eq!(env.count(INTROSPECT).await, 0, "quiet just after a start");
    let reported = live(&env, &mut watch, HOUR).await;
    let [Attention::One(connection)] = reported.as_slice() else {
        panic!("reported {reported:?}");
    };
    assert_eq!(connection.id, id);
    let row = keyrack.store.connection(&id).expect("a row");
    assert_eq!(row.status, Status::Inactive);
    assert_eq!(live(&env, &mut watch, 5 * HOUR).await, []);
    assert_eq!(env.count(INTROSPECT).await, 1, "never asked again");

    env.connect(&keyrack, &client).await;
    live(&env, &mut watch, 2 * HOUR).await;
    let asked = env.count(INTROSPECT).await;
    assert!(asked > 2, "with new tokens it is: {asked}");
}

#[tokio::test]
async fn several_that_need_attention_are_told_as_one_number() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    for client in [&mine, &other] {
        let id = env.connect(&keyrack, client).await;
        let bot = keyrack.store.connection(&id).expect("a row").bot_id;
        env.revoke(&bot).await;
    }
    env.pass(3 * HOUR);
    let mut watch = keyrack.watch().expect("the only one");
    let reported = catch_up(&mut watch).await;
    assert_eq!(reported.attention, Some(Attention::Several(2)));
    assert_eq!(catch_up(&mut watch).await.attention, None);
    assert_eq!(env.count(INTROSPECT).await, 2);
}

#[tokio::test]
async fn a_refused_secret_needs_attention_and_a_busy_notion_does_not() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    env.connect(&keyrack, &client).await;
    env.pass(3 * HOUR);
    let mut watch = keyrack.watch().expect("the only one");
    env.fault(json!({"endpoint": "introspect", "times": 1, "status": 503}))
        .await;
    let reported = catch_up(&mut watch).await;
    let obstacle = reported.obstacle.expect("an obstacle").cause;
    assert_eq!(obstacle, Cause::NotionUnavailable { status: 503 });
    assert_eq!(reported.attention, None);
    env.pass(HOUR);
    env.renew_secret().await;
    let reported = catch_up(&mut watch).await.attention;
    assert!(matches!(reported, Some(Attention::One(_))), "{reported:?}");
    env.pass(HOUR);
    let reported = catch_up(&mut watch).await;
    assert_eq!(reported.attention, None, "it is known by now");
}

#[tokio::test]
async fn an_obstacle_of_one_client_keeps_nothing_from_being_told_of_another() {
    let (env, keyrack, mine) = TestEnv::with_client().await;
    let other = env.another_client(&keyrack).await;
    let dead = env.connect(&keyrack, &mine).await;
    env.connect(&keyrack, &other).await;
    let bot = keyrack.store.connection(&dead).expect("a row").bot_id;
    env.revoke(&bot).await;
    env.pass(3 * HOUR);
    let busy = json!({"endpoint": "introspect", "times": 1, "status": 503});
    env.fault(busy).await;
    let mut watch = keyrack.watch().expect("the only one");
    let (first, second) = (catch_up(&mut watch).await, {
        env.pass(10 * MINUTE);
        catch_up(&mut watch).await
    });
    assert!(first.obstacle.is_some(), "{first:?}");
    assert_eq!(second.obstacle, None);
    let reported = [first.attention, second.attention];
    let reported: Vec<_> = reported.into_iter().flatten().collect();
    let [Attention::One(connection)] = reported.as_slice() else {
        panic!("reported {reported:?}");
    };
    assert_eq!(connection.id, dead);
    assert_eq!(
        env.count(INTROSPECT).await,
        3,
        "each once, and the one that met it again"
    );
}

#[tokio::test]
async fn one_process_watches_and_it_ends_when_background_checks_are_off() {
    let (_outside, keyrack, _) = TestEnv::with_client().await;
    let mut watch = keyrack.watch().expect("the only one");
    let second = keyrack.watch().err().expect("a second one");
    assert_eq!(second.cause, Cause::AlreadyWatching);
    assert_eq!(watch.tick().await, Ok(None), "off until somebody chooses");
    drop(watch);
    keyrack.watch().expect("free again");
}

#[tokio::test]
async fn a_pending_revocation_is_finished_in_the_background() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let id = env.connect(&keyrack, &client).await;
    env.fault(json!({"endpoint": "revoke", "times": 1, "status": 503}))
        .await;
    keyrack.revoke(&id).await.expect("begun");
    drop(keyrack);
    let keyrack = env.start();
    keyrack
        .set_background_checks(BackgroundChecks::Daily)
        .expect("chosen");
    let mut watch = keyrack.watch().expect("the only one");
    live(&env, &mut watch, 5 * MINUTE).await;
    let gone = keyrack.store.connection(&id).expect_err("revoked");
    assert_eq!(gone.cause, Cause::ConnectionGone);
}
