//! A lease attacked: by web pages in a real browser, by raw bytes, and by another user. Some know its key.
//! No request gets through to Notion.

#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use support::browser;
use support::page_host::{HOST, PageHost};
use support::process::Program;
use support::test_env::TestEnv;
use support::wait::until;

use super::{hand_outs, leases, printed, serving};

/// A lease that is served, and whoever attacks it.
struct Served {
    env: TestEnv,
    program: Program,
    key: String,
    port: u16,
    /// The requests at the sandbox before any attack.
    before: usize,
}

impl Served {
    async fn start() -> Self {
        let env = TestEnv::connected_by_command().await;
        let (program, lease) = serving(&env, &[]);
        let url = lease["base_url"].as_str().unwrap();
        let port = url.rsplit_once(':').unwrap().1.parse().unwrap();
        let before = env.sandbox.requests().await.len();
        Self {
            program,
            key: lease["token"].as_str().unwrap().to_owned(),
            port,
            before,
            env,
        }
    }

    /// Nothing got through, and what should does.
    async fn held(self) {
        assert_eq!(self.env.sandbox.requests().await.len(), self.before);
        let control = self.raw(&format!(
            "GET /v1/users/me HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\
             Connection: close\r\n\r\n",
            self.port, self.key
        ));
        assert!(control.starts_with("HTTP/1.1 200"), "{control}");
        assert_eq!(self.env.sandbox.requests().await.len(), self.before + 1);
        self.program.end();
        let rows = hand_outs(&self.env);
        assert_eq!(rows[0]["lease"]["requests"], 1, "{}", rows[0]);
    }

    /// What comes of these bytes: all of it, where the connection is closed then.
    fn raw(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let longest = Some(Duration::from_secs(30));
        stream.set_read_timeout(longest).unwrap();
        // It may be refused before all is written.
        let _ = stream.write_all(bytes.as_bytes());
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut part) {
            answer.extend_from_slice(&part[..count]);
            if is_whole(&String::from_utf8_lossy(&answer)) {
                break;
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Whether an answer is there to its end, on a connection that stays open.
fn is_whole(answer: &str) -> bool {
    let lower = answer.to_lowercase();
    let Some((head, body)) = lower.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    body.len() >= length && !head.contains("\r\nconnection: close")
}

#[tokio::test]
async fn raw_bytes_get_nothing_through() {
    let served = Served::start().await;
    let (key, port) = (&served.key, served.port);
    let host = format!("Host: 127.0.0.1:{port}");
    let auth = format!("Authorization: Bearer {key}");
    let get = |target: &str, headers: &[&str]| {
        format!("GET {target} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n"))
    };
    let smuggled = get("/v1/users/me", &[&host, &auth]);
    let attacks = [
        // Without the key, with a part of it, and in other places.
        get("/v1/users/me", &[&host]),
        get(
            "/v1/users/me",
            &[&host, "Authorization: Bearer ntn_keyrack_"],
        ),
        get("/v1/users/me", &[&host, &auth[..auth.len() - 1]]),
        get(&format!("/v1/users/me?token={key}"), &[&host]),
        get("/v1/users/me", &[&host, &format!("Cookie: token={key}")]),
        get(
            "/v1/users/me",
            &[&host, &format!("X-Authorization: Bearer {key}")],
        ),
        get("/v1/users/me", &[&host, &auth, &auth]),
        get(
            "/v1/users/me",
            &[&host, &format!("Authorization: Basic {key}")],
        ),
        // Under other names.
        get("/v1/users/me", &[&auth]),
        get("/v1/users/me", &["Host: evil.example", &auth]),
        get("/v1/users/me", &["Host: 127.0.0.1", &auth]),
        get("/v1/users/me", &["Host: 127.0.0.1:1", &auth]),
        get(
            "/v1/users/me",
            &[&format!("Host: 127.0.0.1:{port}.evil.example"), &auth],
        ),
        get("/v1/users/me", &[&host, "Host: evil.example", &auth]),
        get(
            &format!("http://127.0.0.1:{port}/v1/users/me"),
            &[&host, &auth],
        ),
        get("http://evil.example/v1/users/me", &[&host, &auth]),
        format!("CONNECT api.notion.com:443 HTTP/1.1\r\n{host}\r\n{auth}\r\n\r\n"),
        format!("OPTIONS * HTTP/1.1\r\n{host}\r\n{auth}\r\n\r\n"),
        // By ways that lead elsewhere.
        get("/v1/../admin", &[&host, &auth]),
        get("/v1/%2e%2e/admin", &[&host, &auth]),
        get("/v1/users/..%2f..%2fadmin", &[&host, &auth]),
        get("/v1//users/me", &[&host, &auth]),
        get("//evil.example/v1/users/me", &[&host, &auth]),
        get("/v1\\users\\me", &[&host, &auth]),
        get("/_sandbox/requests", &[&host, &auth]),
        get("/v1/oauth/introspect", &[&host, &auth]),
        get("/v1/%6fauth/introspect", &[&host, &auth]),
        get("/v1/users/me\t/x", &[&host, &auth]),
        // As something else.
        get(
            "/v1/users/me",
            &[&host, &auth, "Upgrade: websocket", "Connection: Upgrade"],
        ),
        get("/v1/users/me", &[&host, &auth, "Origin: http://127.0.0.1"]),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("GET /v1/users/me\r\n{host}\r\n{auth}\r\n\r\n"),
        "\u{16}\u{3}\u{1}\u{2}".to_owned(),
        "x".repeat(200_000),
        // Two requests in one, of which only the second has the key, for whoever counts differently.
        format!(
            "POST /v1/pages HTTP/1.1\r\n{host}\r\nContent-Length: {}\r\nContent-Length: 0\r\n\r\n{smuggled}",
            smuggled.len()
        ),
        format!(
            "POST /v1/pages HTTP/1.1\r\n{host}\r\nContent-Length: 4\r\n\
             Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!(
            "POST /v1/pages HTTP/1.1\r\n{host}\r\n{auth}\r\nTransfer-Encoding: chunked\r\n\
             Transfer-Encoding: identity\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!(
            "POST /v1/pages HTTP/1.1\r\n{host}\r\n{auth}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}"
        ),
        format!("GET /v1/users/me HTTP/1.1\r\n{host}\r\n{auth}\r\nX: a\rOrigin: b\r\n\r\n"),
        format!("GET /v1/users/me HTTP/1.1\r\n{host}\r\n{auth}\r\n X: folded\r\n\r\n"),
        format!("GET /v1/users/me HTTP/1.1\r\n{host}\r\nAuthorization : Bearer {key}\r\n\r\n"),
    ];
    for attack in &attacks {
        let answer = served.raw(attack);
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused, "{attack:?}: {answer}");
        assert!(
            !answer.to_lowercase().contains("access-control"),
            "{answer}"
        );
    }
    served.held().await;
}

#[tokio::test]
async fn a_request_is_read_once_however_it_is_framed() {
    let served = Served::start().await;
    let head = format!(
        "Host: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n",
        served.port, served.key
    );
    let second = format!("GET /v1/users HTTP/1.1\r\n{head}\r\n");
    let post = |frame: &str, body: &str| {
        format!("POST /v1/search HTTP/1.1\r\n{head}{frame}\r\n\r\n{body}")
    };
    for once in [
        post(
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            &format!("2\r\n{{}}\r\n0\r\n\r\n{second}"),
        ),
        post(
            &format!(
                "Transfer-Encoding: chunked\r\nContent-Length: {}",
                5 + second.len()
            ),
            &format!("0\r\n\r\n{second}"),
        ),
    ] {
        let before = served.env.sandbox.requests().await.len();
        let answer = served.raw(&once);
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        let asked = served.env.sandbox.requests().await.len() - before;
        assert!(asked <= 1, "{once}: {asked}");
    }
    // What is malformed is the caller's fault, and no failure of Notion's.
    for malformed in [
        post("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked", "2\r\n{}x\r\n0\r\n\r\n"),
    ] {
        let answer = served.raw(&malformed);
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    served.program.end();
}

#[tokio::test]
async fn a_program_that_has_said_all_and_waits_gets_its_reply() {
    let served = Served::start().await;
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
    let request = format!(
        "GET /v1/users/me HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\r\n",
        served.port, served.key
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    served.program.end();
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_with_its_lease() {
    let served = Served::start().await;
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
    let request = format!(
        "POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 2\r\n\r\n",
        served.port, served.key
    );
    stream.write_all(request.as_bytes()).unwrap();
    let counted = || leases(&served.env)[0]["used"]["requests"] == 1;
    until("the request to be counted", || counted().then_some(()));
    let ended = served.env.keyrack(&["leases", "end", "--all"], "");
    assert!(ended.status.success());
    // What comes now is too late.
    let _ = stream.write_all(b"{}");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(served.env.sandbox.requests().await.len(), served.before);
}

#[tokio::test]
async fn a_web_page_gets_nothing_through_even_with_the_key() {
    let served = Served::start().await;
    let host = PageHost::start("<!doctype html><title>A page</title>").await;
    let [found, trusted] = host.browser_arguments();
    let rebinding = format!("{found},MAP rebind.example 127.0.0.1");
    let origin = format!("https://{HOST}");
    let browser = browser::open_with(&served.env.world, &origin, &[&rebinding, &trusted]).await;
    let attack = |url: &str| ATTACK.replace("{url}", url).replace("{key}", &served.key);
    browser.goto(&origin).await;
    for name in ["127.0.0.1", "localhost"] {
        let url = format!("http://{name}:{}/v1/users/me", served.port);
        let said = browser.run(&attack(&url)).await;
        let tries = said["tries"].as_u64().unwrap();
        assert!(tries > 15, "{said}");
        assert_eq!(said["read"].as_array().map(Vec::len), Some(0), "{said}");
    }
    // A name of the page's own that has come to mean this computer: same origin, for the browser.
    let rebound = format!("http://rebind.example:{}/v1/users/me", served.port);
    browser.goto(&rebound).await;
    let said = browser.run(&attack(&rebound)).await;
    let read = said["read"].as_array().unwrap();
    assert!(!read.is_empty(), "the browser thinks that it may read");
    assert!(read.iter().all(|status| status == 403), "{said}");
    browser.close().await;
    served.held().await;
}

/// Tries whatever a page can send, with and without the key, and returns how many tries there were and the
/// statuses of what it could read.
const ATTACK: &str = r#"
return (async () => {
  const url = "{url}";
  const authorization = "Bearer {key}";
  const read = [];
  let tries = 0;
  const attempt = async (make) => {
    tries += 1;
    try {
      const answer = await make();
      if (answer && answer.status) read.push(answer.status);
    } catch {}
  };
  for (const mode of ["cors", "no-cors", "same-origin", "navigate"])
    for (const method of ["GET", "POST"])
      for (const headers of [{}, { authorization }, { "content-type": "text/plain" }])
        await attempt(() => fetch(url, { mode, method, headers, credentials: "include" }));
  const loaded = (element, name = "src") =>
    new Promise((resolve) => {
      element.onload = element.onerror = () => resolve();
      setTimeout(resolve, 2000);
      element[name] = url;
      (document.body ?? document.documentElement).append(element);
    });
  for (const tag of ["img", "script", "iframe", "embed", "video"])
    await attempt(() => loaded(document.createElement(tag)));
  const link = document.createElement("link");
  link.rel = "stylesheet";
  await attempt(() => loaded(link, "href"));
  await attempt(async () => {
    const frame = document.createElement("iframe");
    frame.name = "target";
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, target: "target", enctype: "text/plain" });
    document.documentElement.append(frame, form);
    const done = new Promise((resolve) => {
      frame.onload = resolve;
      setTimeout(resolve, 2000);
    });
    form.submit();
    await done;
  });
  await attempt(async () => void navigator.sendBeacon(url, "x"));
  const opened = (make) =>
    new Promise((resolve) => {
      const one = make();
      one.onopen = () => resolve({ status: 200 });
      one.onerror = () => resolve();
      setTimeout(resolve, 2000);
    });
  await attempt(() => opened(() => new EventSource(url)));
  await attempt(() => opened(() => new WebSocket(url.replace("http", "ws"))));
  return { tries, read };
})();
"#;

#[tokio::test]
async fn another_user_gets_nothing_through_even_with_the_key() {
    if !rustix::process::getuid().is_root() {
        println!("skipped: only root can be another user");
        return;
    }
    let served = Served::start().await;
    let mut stranger = served.env.world.command("setpriv");
    stranger.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
    stranger.args(["curl", "-sS", "--max-time", "20", "-H"]);
    stranger.arg(format!("Authorization: Bearer {}", served.key));
    stranger.arg(format!("http://127.0.0.1:{}/v1/users/me", served.port));
    let answer = stranger.output().unwrap();
    assert_eq!(printed(&answer), "", "it was answered");
    assert!(!answer.status.success());
    served.held().await;
}
