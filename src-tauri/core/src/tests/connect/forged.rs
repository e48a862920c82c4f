//! Forged, mutated and replayed callbacks at the one acceptor: none of them may cause a request.
//!
//! `scripts/torture` sets `KEYRACK_TORTURE_LINKS` (how many), `KEYRACK_TORTURE_SEED` and
//! `KEYRACK_TORTURE_TABLE` (the file that takes the result).

use std::sync::Arc;

use crate::domain::authorization::Progress;
use crate::domain::client::Client;
use crate::domain::problem::Cause;
use crate::keyrack::Keyrack;

use crate::tests::campaign::{Random, report, seed, wanted};
use crate::tests::env::TestEnv;

/// The number of links in a normal test run; a campaign makes a million and more.
const A_FEW: usize = 20_000;

/// How many links are made from one authorization, while it waits, before the next is begun.
const OF_ONE: usize = 500;

/// A forged link that no authorization waits for, made from an expected and a spent callback.
fn forge(good: &str, spent: &str, random: &mut Random) -> Vec<u8> {
    let (address, query) = good.split_once('?').expect("a query");
    let state_at = good.find("state=").expect("a state") + "state=".len();
    match random.below(9) {
        // A state of one's own.
        0 => format!(
            "{address}?code={}&state={}",
            random.text(36),
            random.text(43)
        )
        .into(),
        // One letter of the state is another.
        1 => {
            let mut bytes = good.as_bytes().to_vec();
            let at = state_at + random.below(43);
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            bytes
        }
        // Cut off before the state is complete.
        2 => good.as_bytes()[..random.below(state_at + 42)].to_vec(),
        // A parameter that no callback has.
        3 => {
            let more = random.one_of(&[
                "&state=again",
                "&code=again",
                "#fragment",
                "&access_token=t",
                "&error=access_denied",
                "&state",
                " ",
                "\n",
            ]);
            format!("{good}{more}").into()
        }
        // At another address.
        4 => {
            let other = random.one_of(&[
                "App.Keyrack:/oauth/callback",
                "app.keyrack://oauth/callback",
                "app.keyrack:/oauth/callback/",
                "app.keyrack:/oauth/%63allback",
                "app.keyrack:/oauth/../oauth/callback",
                "app.keyrack.evil:/oauth/callback",
                "http://localhost:47811/oauth/callback",
                "https://example.org/oauth/callback",
                "javascript:/oauth/callback",
            ]);
            format!("{other}?{query}").into()
        }
        // Bytes that no URL has.
        5 => {
            let mut bytes = good.as_bytes().to_vec();
            let strange = [0x00, 0x09, 0x0a, 0x7f, 0x80, 0xc3, 0xff][random.below(7)];
            bytes.insert(random.below(bytes.len()), strange);
            bytes
        }
        // Longer than any callback.
        6 => format!("{address}?code={}&{query}", random.text(2_048)).into(),
        // Without the address, or random bytes.
        7 => {
            let length = random.below(200);
            random.text(length).into()
        }
        // A callback that was taken before.
        _ => spent.into(),
    }
}

#[tokio::test]
async fn no_forged_mutated_or_replayed_link_costs_a_request() {
    let seed = seed();
    let wanted = wanted("KEYRACK_TORTURE_LINKS", A_FEW);
    let mut random = Random::new(seed);
    let (env, keyrack, client) = TestEnv::with_client().await;
    let spent = spend(&env, &keyrack, &client).await;
    let asked = env.count(super::TOKEN).await;

    let (mut links, mut accepted) = (0, Vec::new());
    while links < wanted {
        let (id, good) = env.callback(&keyrack, &client).await;
        for _ in 0..OF_ONE.min(wanted - links) {
            let waits = keyrack.authorization(&id).expect("an authorization");
            if waits.progress != Progress::Waiting {
                // A link at another known address has used the state up: what follows would meet
                // nothing that waits.
                break;
            }
            let link = forge(&good, &spent, &mut random);
            links += 1;
            if let Ok(rest) = keyrack.take_callback(&link)
                && !matches!(rest.await.progress, Progress::Failed { .. })
            {
                accepted.push(String::from_utf8_lossy(&link).into_owned());
            }
        }
    }
    let requests = env.count(super::TOKEN).await - asked;
    let violations = accepted.len() + requests;
    report("links forged, mutated and replayed", links, violations);
    assert_eq!(requests, 0, "seed {seed}");
    assert_eq!(accepted, [""; 0], "seed {seed}");
}

/// The number of threads that deliver the same link at once.
const STORM: usize = 8;
/// How many forged links a campaign makes for each such round.
const LINKS_A_ROUND: usize = 5_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_callback_from_many_threads_is_exchanged_once() {
    let links = std::env::var("KEYRACK_TORTURE_LINKS").ok();
    let links = links.and_then(|text| text.parse::<usize>().ok());
    let rounds = links.map_or(1, |links| (links / LINKS_A_ROUND).max(1));
    let (env, keyrack, client) = TestEnv::with_client().await;
    let mut violations = 0;
    for _ in 0..rounds {
        let (_, callback) = env.callback(&keyrack, &client).await;
        let before = env.count(super::TOKEN).await;
        let storm: Vec<_> = (0..STORM)
            .map(|_| {
                let (keyrack, callback) = (keyrack.clone(), callback.clone());
                tokio::spawn(async move { keyrack.accept(callback.as_bytes()).await })
            })
            .collect();
        let mut handled = 0;
        for racer in storm {
            handled += usize::from(
                matches!(racer.await.expect("no panic"), Err(why) if why.cause == Cause::LinkHandled),
            );
        }
        let exchanges = env.count(super::TOKEN).await - before;
        violations += usize::from((handled, exchanges) != (STORM - 1, 1));
    }
    report(
        "one link from eight threads at once",
        rounds * STORM,
        violations,
    );
    assert_eq!(violations, 0);
}

/// A spent callback, from a completed authorization.
async fn spend(env: &TestEnv, keyrack: &Arc<Keyrack>, client: &Client) -> String {
    let (_, callback) = env.callback(keyrack, client).await;
    keyrack
        .accept(callback.as_bytes())
        .await
        .expect("connected");
    callback
}
