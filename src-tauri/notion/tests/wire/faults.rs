//! Networks and servers that misbehave: nothing is repeated, followed, believed or unbounded.

use std::time::Duration;

use crate::server::{Answer, Server, credentials, notion_at, reply};
use notion_oauth::{Error, Notion, Obstacle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

const LIMIT: usize = 64 * 1024;

fn not_notion(status: u16, what: &str) -> Error {
    Error::NotNotion {
        status,
        what: what.to_owned(),
    }
}

fn sized_body(length: usize) -> String {
    let body = r#"{"id":"b","active":true,"access_token":"a","bot_id":"b","workspace_id":"w"}"#;
    body.to_owned() + &" ".repeat(length - body.len())
}

#[tokio::test]
async fn a_redirect_is_not_followed_wherever_it_leads() {
    for status in [301, 302, 303, 307, 308] {
        let mut elsewhere = Server::start([]).await;
        let location = format!(
            "Location: http://127.0.0.1:{}/v1/oauth/token",
            elsewhere.port
        );
        let mut server = Server::start([
            reply(status, &[&location], ""),
            reply(status, &["Location: /again"], ""),
        ])
        .await;
        let notion = server.notion();
        let exchange = notion
            .exchange(
                &credentials(),
                &"c0de".into(),
                "app.keyrack:/oauth/callback",
            )
            .await;
        assert_eq!(exchange.unwrap_err(), not_notion(status, "a redirect"));
        assert_eq!(
            notion.me(&"ntn_a".into()).await,
            Err(not_notion(status, "a redirect"))
        );
        server.request().await;
        server.request().await;
        assert!(
            server.saw_nothing_else() && elsewhere.saw_nothing_else(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_one_byte_more_is_not_whatever_was_asked() {
    async fn ask(notion: &Notion, what: usize) -> Result<(), Error> {
        let (client, token) = (credentials(), "ntn_a".into());
        let uri = "app.keyrack:/oauth/callback";
        match what {
            0 => notion.me(&token).await.map(drop),
            1 => notion.introspect(&client, &token).await.map(drop),
            2 => notion.revoke(&client, &token).await.map(drop),
            3 => notion.refresh(&client, &token).await.map(drop),
            _ => notion.exchange(&client, &token, uri).await.map(drop),
        }
    }
    for what in 0..5 {
        let script = [LIMIT, LIMIT + 1].map(|length| reply(200, &[], &sized_body(length)));
        let notion = Server::start(script).await.notion();
        assert_eq!(ask(&notion, what).await, Ok(()), "call {what}");
        let too_long = Err(not_notion(200, "more than 64 KiB"));
        assert_eq!(ask(&notion, what).await, too_long, "call {what}");
    }
}

#[tokio::test]
async fn a_body_without_end_ends_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
    let unmeasured = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    let notion = Server::start([Answer::Endless(head), Answer::Endless(unmeasured)])
        .await
        .notion();
    assert_eq!(
        notion.me(&"ntn_a".into()).await,
        Err(not_notion(200, "more than 64 KiB"))
    );
    let introspection = notion.introspect(&credentials(), &"ntn_a".into()).await;
    assert_eq!(introspection, Err(not_notion(400, "more than 64 KiB")));
}

#[tokio::test]
async fn of_a_gibibyte_only_what_stands_in_between_is_ever_sent() {
    let too_long = Err(not_notion(200, "more than 64 KiB"));
    let endless = [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
            too_long.clone(),
        ),
        (
            // One chunk of it.
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n",
            too_long,
        ),
        (
            // A head of it.
            "HTTP/1.1 200 OK\r\nX-Endless: ",
            Err(Error::Unreachable { sent: true }),
        ),
    ];
    for (head, expected) in endless {
        let server = Server::start([Answer::Endless(head)]).await;
        assert_eq!(
            server.notion().me(&"ntn_a".into()).await,
            expected,
            "{head}"
        );
        // The system's buffers at both ends hold a few MiB.
        let sent = server.written_without_end();
        assert!((LIMIT..64 * 1024 * 1024).contains(&sent), "{head}: {sent}");
    }
}

/// A compressed reply is small on the wire, but could be of any size unpacked.
#[tokio::test]
async fn a_compressed_reply_is_not_asked_for_and_not_unpacked() {
    // {"id":"b"}
    const GZIP: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0x4c, 0x51,
        0xb2, 0x52, 0x4a, 0x52, 0xaa, 0x05, 0x00, 0x1a, 0x58, 0xe2, 0x98, 0x0a, 0x00, 0x00, 0x00,
    ];
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        GZIP.len()
    );
    let answer = [head.as_bytes(), GZIP].concat();
    let mut server = Server::start([Answer::Bytes(answer)]).await;
    let me = server.notion().me(&"ntn_a".into()).await;
    assert!(
        matches!(me, Err(Error::NotNotion { status: 200, .. })),
        "{me:?}"
    );
    assert_eq!(server.request().await.header("accept-encoding"), None);
}

#[tokio::test]
async fn too_many_and_not_available_count_whatever_becomes_of_the_body() {
    let cut = |status| {
        format!("HTTP/1.1 {status} Scripted\r\nContent-Length: 50\r\nRetry-After: 9\r\n\r\n{{")
    };
    let script = [
        Answer::Bytes(cut(429).into_bytes()),
        Answer::Bytes(cut(503).into_bytes()),
        Answer::Endless("HTTP/1.1 503 Scripted\r\nRetry-After: 9\r\n\r\n"),
    ];
    let notion = Server::start(script).await.notion();
    let (retry_after, request_id) = (Some(Duration::from_secs(9)), None);
    let limited = Error::RateLimited {
        retry_after,
        request_id: request_id.clone(),
    };
    let unavailable = Error::Unavailable {
        status: 503,
        retry_after,
        request_id,
    };
    for expected in [limited, unavailable.clone(), unavailable] {
        assert_eq!(notion.me(&"ntn_a".into()).await, Err(expected));
    }
}

#[tokio::test]
async fn a_cut_after_the_request_may_have_reached_notion_and_is_not_repeated() {
    let cuts = [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"access_token\":",
        "not HTTP\r\n\r\n",
    ];
    for cut in cuts {
        let mut server = Server::start([cut, cut].map(|cut| Answer::Bytes(cut.into()))).await;
        let exchange = server
            .notion()
            .exchange(
                &credentials(),
                &"c0de".into(),
                "app.keyrack:/oauth/callback",
            )
            .await;
        let refresh = server
            .notion()
            .refresh(&credentials(), &"nrt_a".into())
            .await;
        for call in [exchange, refresh] {
            assert_eq!(
                call.unwrap_err(),
                Error::Unreachable { sent: true },
                "{cut:?}"
            );
            server.request().await;
        }
        assert!(server.saw_nothing_else(), "{cut:?}");
    }
}

#[tokio::test]
async fn a_question_whose_connection_is_dropped_is_asked_once_more() {
    let dropped = || Answer::Bytes(Vec::new());
    let active = reply(200, &[], r#"{"active":true}"#);
    let mut server = Server::start([dropped(), active, dropped(), dropped()]).await;
    let notion = server.notion();
    let token = "ntn_a".into();
    let asked = notion.introspect(&credentials(), &token).await;
    assert!(asked.unwrap().active);
    let lost = Error::Unreachable { sent: true };
    assert_eq!(notion.me(&token).await, Err(lost));
    let mut paths = Vec::new();
    for _ in 0..4 {
        paths.push(server.request().await.line);
    }
    let (introspect, me) = ("POST /v1/oauth/introspect", "GET /v1/users/me");
    assert_eq!(paths, [introspect, introspect, me, me]);
    assert!(server.saw_nothing_else());
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let revoke = notion_at(&base)
        .revoke(&credentials(), &"ntn_a".into())
        .await;
    let host = "127.0.0.1".to_owned();
    let refused = Box::new(Obstacle::Refused { host });
    assert_eq!(revoke, Err(Error::NotConnected(refused)));
}

#[tokio::test]
async fn a_server_that_cannot_speak_tls_gets_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = vec![stream.read_u8().await.unwrap()];
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        // How the client hangs up does not matter, only what it said.
        let _ = stream.read_to_end(&mut seen).await;
        seen
    });
    let exchange = notion_at(&base)
        .exchange(
            &credentials(),
            &"c0de".into(),
            "app.keyrack:/oauth/callback",
        )
        .await;
    assert_eq!(exchange.unwrap_err(), Error::Unreachable { sent: false });
    let seen = server.await.unwrap();
    assert_eq!(seen[..2], [0x16, 0x03], "a TLS handshake");
    assert!(
        !seen
            .windows(4)
            .any(|window| window == b"POST" || window == b"c0de")
    );
}

#[tokio::test]
async fn a_token_that_would_forge_a_header_goes_nowhere() {
    let mut server = Server::start([reply(200, &[], r#"{"id":"b"}"#)]).await;
    let me = server.notion().me(&"ntn_a\r\nX-Forged: yes".into()).await;
    assert_eq!(me, Err(Error::Unreachable { sent: false }));
    assert!(server.saw_nothing_else());
}

/// The paused clock stands still until the request has arrived, and then jumps from timer to timer:
/// the test measures the deadline itself, not this machine.
#[tokio::test]
async fn silence_and_a_trickle_end_after_20_seconds_before_and_inside_the_body() {
    let start_of_body = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{";
    for answer in [
        Answer::ThenSilence(vec![]),
        Answer::ThenSilence(start_of_body.into()),
        Answer::Dripping("HTTP/1.1 200 OK\r\nX-Endless: "),
        Answer::Dripping(start_of_body),
    ] {
        let mut server = Server::start([answer]).await;
        let notion = server.notion();
        let started = Instant::now();
        let call = tokio::spawn(async move { notion.me(&"ntn_a".into()).await });
        server.request().await;
        tokio::time::pause();
        let ended = timeout(Duration::from_mins(1), call).await.unwrap();
        assert_eq!(ended.unwrap(), Err(Error::Unreachable { sent: true }));
        assert!((20..30).contains(&started.elapsed().as_secs()));
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_connection_that_is_not_ready_after_5_seconds_is_given_up_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let notion = notion_at(&format!("https://{}", listener.local_addr().unwrap()));
    let started = Instant::now();
    let call = tokio::spawn(async move { notion.me(&"ntn_a".into()).await });
    let (mut silent, _) = listener.accept().await.unwrap();
    silent.read_u8().await.unwrap();
    tokio::time::pause();
    assert_eq!(call.await.unwrap(), Err(Error::Unreachable { sent: false }));
    assert!((5..20).contains(&started.elapsed().as_secs()));
}
