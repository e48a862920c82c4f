//! What the program prints when it listens, how it ends, wrong usage, and how much it holds.

#[cfg(target_os = "linux")]
use crate::started::token;
use crate::started::{sandbox, start};
use serde_json::Value;

#[tokio::test]
async fn its_first_line_says_where_it_listens_and_for_which_client() {
    let started = start(&[]);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = http
        .post(format!("{}/v1/oauth/introspect", started.field("base_url")))
        .basic_auth(
            started.field("client_id"),
            Some(started.field("client_secret")),
        )
        .json(&serde_json::json!({ "token": "unknown" }));
    let answer: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["active"], false, "{answer}");
}

#[test]
fn wrong_usage_ends_with_two() {
    for wrong in [
        &[][..],
        &["--port", "far"],
        &["--port", "0", "--redirect-uri", "no address"],
    ] {
        let refused = sandbox().args(wrong).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(refused.stdout.is_empty(), "{wrong:?}");
    }
}

/// A field of a process's status, in KiB.
#[cfg(target_os = "linux")]
fn kib(process: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_long_file_passes_through_without_being_held() {
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
    };

    const MIB: usize = 1024 * 1024;
    const LENGTH: usize = 64 * MIB;

    let started = start(&["--auto-approve"]);
    let base_url = started.field("base_url");
    let token = token(&started).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let made = http.post(format!("{base_url}/v1/file_uploads"));
    let made = made
        .header("notion-version", "2026-03-11")
        .bearer_auth(&token);
    let made: Value = made.send().await.unwrap().json().await.unwrap();

    let process = started.child.id();
    let before = kib(process, "VmHWM");
    let (_, host) = base_url.split_once("//").unwrap();
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
    let tail = "\r\n--b--\r\n";
    let mut connection = TcpStream::connect(host).unwrap();
    write!(
        connection,
        "POST /v1/file_uploads/{}/send HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nNotion-Version: 2026-03-11\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n{head}",
        made["id"].as_str().unwrap(),
        head.len() + LENGTH + tail.len(),
    )
    .unwrap();
    let piece = vec![b'x'; MIB];
    for _ in 0..LENGTH / MIB {
        connection.write_all(&piece).unwrap();
    }
    connection.write_all(tail.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains(&format!("\"content_length\":{LENGTH}")),
        "{answer}"
    );
    let grown = kib(process, "VmHWM") - before;
    assert!(grown < 16 * 1024, "{grown} KiB more");
}
