//! Tests of the private world that the other whole-program tests run in.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

use support::browser;
use support::links::{self, Catcher};
use support::secrets::{self, SERVICE};
use support::world::{Service, World};

const ENTRY: [(&str, &str); 2] = [("service", SERVICE), ("username", "someone")];

#[test]
fn an_entry_written_from_outside_is_found_with_all_it_holds() {
    let world = World::new();
    secrets::store(&world, "A label", &ENTRY, "payload");
    secrets::store(
        &world,
        "Another",
        &[("service", SERVICE), ("username", "else")],
        "other",
    );
    let mut entries = secrets::entries(&world);
    entries.sort_by(|a, b| a.label.cmp(&b.label));
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| (entry.label.as_str(), entry.user(), entry.secret.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("A label", "someone", Some("payload")),
            ("Another", "else", Some("other"))
        ]
    );
    secrets::clear(&world, &ENTRY);
    assert_eq!(secrets::entries(&world).len(), 1);
}

#[test]
fn a_locked_keyring_keeps_its_secrets_to_itself_until_it_is_unlocked() {
    let world = World::new();
    secrets::store(&world, "A label", &ENTRY, "payload");
    world.lock_keyring();
    let locked: Vec<_> = secrets::entries(&world)
        .into_iter()
        .map(|entry| entry.secret)
        .collect();
    assert_eq!(locked, [None]);
    world.unlock_keyring();
    let open: Vec<_> = secrets::entries(&world)
        .into_iter()
        .map(|entry| entry.secret)
        .collect();
    assert_eq!(open, [Some("payload".to_owned())]);
}

#[test]
fn a_restarted_keyring_still_holds_its_entries() {
    let mut world = World::new();
    secrets::store(&world, "A label", &ENTRY, "payload");
    world.stop_keyring();
    assert_eq!(secrets::entries(&world), []);
    world.start_keyring();
    assert_eq!(secrets::entries(&world).len(), 1);
}

#[test]
fn two_worlds_share_nothing() {
    let one = World::new();
    let other = World::new();
    secrets::store(&one, "A label", &ENTRY, "payload");
    assert_eq!(secrets::entries(&other), []);
    assert_ne!(one.env()["DISPLAY"], other.env()["DISPLAY"]);
}

#[test]
fn a_world_without_a_keyring_has_none() {
    for (service, answer) in [
        (
            Service::Missing,
            "org.freedesktop.DBus.Error.ServiceUnknown",
        ),
        (Service::NeverUnlocked, "objectpath '/'"),
    ] {
        let world = World::with(service);
        let output = world
            .command("gdbus")
            .args(["call", "--session", "--dest", "org.freedesktop.secrets"])
            .args(["--object-path", "/org/freedesktop/secrets"])
            .args([
                "--method",
                "org.freedesktop.Secret.Service.ReadAlias",
                "default",
            ])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains(answer), "{said}");
    }
}

#[test]
fn nothing_of_a_world_outlives_it() {
    let world = World::new();
    // A grandchild in a session of its own is what a browser or an app link leaves behind.
    let id = world.path("id");
    let script = format!(
        "setsid -f sh -c 'echo $$ >{}; exec sleep 1000' >/dev/null 2>&1",
        id.display()
    );
    assert!(
        world
            .command("sh")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
    );
    let id = support::wait::until("the grandchild", || {
        std::fs::read_to_string(&id)
            .ok()
            .filter(|text| text.ends_with('\n'))
    });
    let folder = world.home();
    let process = Path::new("/proc").join(id.trim()).join("cmdline");
    support::wait::until("the grandchild as what it becomes", || {
        let called = std::fs::read(&process).unwrap();
        (called == b"sleep\x001000\0").then_some(())
    });
    drop(world);
    assert!(!folder.exists());
    support::wait::until("the grandchild's end", || {
        // Nobody may be there to reap it; a dead process has no command line.
        std::fs::read(&process)
            .is_ok_and(|text| !text.is_empty())
            .eq(&false)
            .then_some(())
    });
}

#[tokio::test]
async fn an_address_opened_by_a_program_reaches_the_test() {
    for desktop in [None, Some("GNOME")] {
        let mut world = World::new();
        world.set_desktop(desktop);
        let mut catcher = Catcher::browser(&world);
        links::open(&world, "https://example.org/?a=1&b=%20two");
        assert_eq!(catcher.next().await, "https://example.org/?a=1&b=%20two");
        links::open(&world, "http://127.0.0.1:9/");
        assert_eq!(catcher.next().await, "http://127.0.0.1:9/");
    }
}

#[tokio::test]
async fn an_app_link_clicked_in_the_browser_reaches_its_program() {
    for desktop in [None, Some("GNOME")] {
        let mut world = World::new();
        world.set_desktop(desktop);
        let mut catcher = Catcher::install(&world, "app", &["app.keyrack"]);
        let origin =
            serve("<a id='go' href='app.keyrack:/oauth/callback?code=a&amp;state=b'>go</a>");
        let page = browser::open(&world, &origin).await;
        page.goto(&origin).await;
        page.id("go").click().await;
        assert_eq!(
            catcher.next().await,
            "app.keyrack:/oauth/callback?code=a&state=b"
        );
        page.close().await;
        assert_eq!(catcher.caught().len(), 1);
    }
}

#[tokio::test]
async fn a_page_answers_to_every_act() {
    let world = World::new();
    let origin = serve(
        "<input id=name value=old><select id=pick><option value=a>Apple<option value=b>Bread\
         </select><button data-testid=act onclick=\"setTimeout(() => {\
         document.getElementById('out').textContent = document.getElementById('name').value\
         + document.getElementById('pick').value; this.hidden = true }, 100)\">Act</button>\
         <p id=out data-kind=plain></p>",
    );
    let page = browser::open(&world, &origin).await;
    page.goto(&origin).await;
    page.id("name").fill("new").await;
    page.id("pick").choose_label("Bread").await;
    assert_eq!(page.id("name").value().await, "new");
    page.at("act").click().await;
    page.id("out").says("newb").await;
    page.at("act").disappears().await;
    page.id("out").has("data-kind", "plain").await;
    assert_eq!(page.at("nothing").count().await, 0);
    let picture = world.path("page.png");
    page.screenshot(&picture).await;
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    world.screenshot(&picture);
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    page.close().await;
}

/// Serves one page at a free port, for as long as the test runs, and returns its origin.
fn serve(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // The request is of no interest, but closing with it unread would reset the answer.
            let _ = std::io::Read::read(&mut stream, &mut [0; 8192]);
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}");
        }
    });
    origin
}
