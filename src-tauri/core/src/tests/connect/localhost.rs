//! The localhost redirect method: what ends the listener, and what does not.

use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::SeqCst};

use crate::domain::authorization::Progress;
use crate::domain::client::Client;
use crate::domain::problem::Cause;
use crate::domain::redirect::RedirectMethod;
use crate::keyrack::Keyrack;

use crate::tests::env::{TestEnv, until};

/// A client with a free localhost port, below those that the system gives to outgoing connections;
/// each process and test begins its search elsewhere.
async fn with_port() -> (TestEnv, Arc<Keyrack>, Client, u16) {
    static SEARCHED: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 10_000).expect("it fits");
    let first = 20_000 + process + SEARCHED.fetch_add(100, SeqCst);
    let port = (first..32_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port");
    let uri = format!("http://localhost:{port}/oauth/callback");
    let env = TestEnv::with_redirect_uris(vec![uri]).await;
    let keyrack = env.start();
    let client = env
        .client_with(&keyrack, RedirectMethod::Localhost, Some(port))
        .await;
    (env, keyrack, client, port)
}

/// Waits until nothing listens on the port any more.
async fn closed(port: u16) {
    for _ in 0..2000 {
        if TcpStream::connect(("127.0.0.1", port)).is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("port {port} stays open");
}

#[tokio::test]
async fn the_answer_comes_back_over_the_port_which_is_then_closed() {
    let (env, keyrack, client, port) = with_port().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    assert!(callback.starts_with(&format!("http://localhost:{port}/oauth/callback?")));
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    let page = answer.text().await.expect("text");
    assert!(page.contains("You can close this tab"), "{page}");
    until(&keyrack, &id, |progress| {
        matches!(progress, Progress::Completed { .. })
    })
    .await;
    closed(port).await;
}

#[tokio::test]
async fn requests_of_strangers_are_turned_away_and_do_not_end_the_listener() {
    let (env, keyrack, client, port) = with_port().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    let (address, query) = callback.split_once('?').expect("an answer");
    let (_, code) = query.split_once("code=").expect("a code");
    let code = code.split('&').next().expect("a code");
    let http = &env.http;
    let elsewhere = |path: &str| format!("http://localhost:{port}{path}?{query}");

    let wrong_host = http
        .get(&callback)
        .header("host", format!("127.0.0.1:{port}"));
    let wrong_port = http.get(&callback).header("host", "localhost");
    let table = [
        (400, "another host", wrong_host),
        (400, "no port", wrong_port),
        (404, "another path", http.get(elsewhere("/"))),
        (404, "a path below", http.get(elsewhere("/oauth/callback/"))),
        (405, "another method", http.post(&callback)),
        (
            400,
            "a forged state",
            http.get(format!("{address}?code={code}&state=forged")),
        ),
        (400, "no state", http.get(format!("{address}?code={code}"))),
        (400, "no answer", http.get(address)),
    ];
    for (status, what, request) in table {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{what}");
        let page = answer.text().await.expect("text");
        assert!(!page.contains(code), "{what}: nothing is echoed");
    }
    assert_eq!(env.count("/v1/oauth/token").await, 0);

    let answer = http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200);
    until(&keyrack, &id, |progress| {
        matches!(progress, Progress::Completed { .. })
    })
    .await;
}

#[tokio::test]
async fn a_port_taken_on_either_family_is_refused_before_the_browser_opens() {
    let (env, keyrack, client, port) = with_port().await;
    let mut takers = vec!["127.0.0.1".parse::<std::net::IpAddr>().expect("an address")];
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        takers.push(Ipv6Addr::LOCALHOST.into());
    }
    for address in takers {
        let taker = TcpListener::bind((address, port)).expect("the port");
        let refused = keyrack.begin_authorization(&client.id).await;
        let problem = refused.expect_err("the port is taken");
        let is_named =
            matches!(problem.cause, Cause::PortTaken { port: named, .. } if named == port);
        assert!(is_named, "{address}: {problem:?}");
        drop(taker);
    }
    assert_eq!(env.opened(), 0);
    let (_, callback) = env.callback(&keyrack, &client).await;
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200, "it is free again");
}

#[tokio::test]
async fn cancelling_closes_the_port() {
    let (env, keyrack, client, port) = with_port().await;
    let (id, _) = env.callback(&keyrack, &client).await;
    TcpStream::connect(("127.0.0.1", port)).expect("open while it waits");
    keyrack.cancel_authorization(&id).expect("cancelled");
    closed(port).await;
}

#[tokio::test]
async fn the_port_is_closed_when_another_process_takes_the_callback() {
    let (env, keyrack, client, port) = with_port().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    TcpStream::connect(("127.0.0.1", port)).expect("open while it waits");
    let other = env.start();
    let ended = other.accept(callback.as_bytes()).await.expect("taken");
    assert!(matches!(ended.progress, Progress::Completed { .. }));
    closed(port).await;
    let shown = keyrack.latest_authorization().expect("shown");
    assert_eq!((&shown.id, &shown.progress), (&id, &ended.progress));
    let (_, callback) = env.callback(&keyrack, &client).await;
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200, "the next one has its port");
}

#[tokio::test]
async fn the_port_is_closed_when_another_process_cancels_and_so_is_a_cancelled_one() {
    let (env, keyrack, client, port) = with_port().await;
    let (id, _) = env.callback(&keyrack, &client).await;
    let other = env.start();
    other.cancel_authorization(&id).expect("cancelled there");
    keyrack.cancel_authorization(&id).expect("and here");
    closed(port).await;
    let shown = keyrack.latest_authorization().expect("shown");
    assert_eq!(shown.progress, Progress::Cancelled);
}

#[tokio::test]
async fn a_prefetch_does_not_use_the_callback_up() {
    let (env, keyrack, client, _) = with_port().await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    for (name, value) in [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
    ] {
        let early = env.http.get(&callback).header(name, value);
        let answer = early.send().await.expect("a page");
        assert_eq!(answer.status(), 403, "{name}");
    }
    assert_eq!(env.count("/v1/oauth/token").await, 0);
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn idle_connections_do_not_hold_the_callback_up() {
    let (env, keyrack, client, port) = with_port().await;
    let (_, callback) = env.callback(&keyrack, &client).await;
    let idle: Vec<_> = (0..100)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).expect("open"))
        .collect();
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200);
    drop(idle);
}

/// Only the system's administrator can act as another user.
#[cfg(target_os = "linux")]
#[tokio::test]
#[allow(clippy::print_stderr, reason = "a skip has a reason that is printed")]
async fn a_callback_of_another_user_of_the_computer_is_not_taken() {
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;
    if !rustix::process::getuid().is_root() {
        eprintln!("skipped: only root can send a request as another user");
        return;
    }
    let (env, keyrack, client, port) = with_port().await;
    let (id, callback) = env.callback(&keyrack, &client).await;
    let (_, path) = callback.split_once(&port.to_string()).expect("a path");
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n' >&3 && cat <&3"
    );
    let mut stranger = std::process::Command::new("bash");
    stranger.args(["-c", &script]).uid(NOBODY).gid(NOBODY);
    let asked = tokio::task::spawn_blocking(move || stranger.output().expect("bash"));
    let output = asked.await.expect("no panic");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{output:?}");
    let waits = keyrack.authorization(&id).expect("an authorization");
    assert_eq!(waits.progress, Progress::Waiting);
    assert_eq!(env.count("/v1/oauth/token").await, 0);
    let answer = env.http.get(&callback).send().await.expect("a page");
    assert_eq!(answer.status(), 200, "the person's own browser is taken");
}
