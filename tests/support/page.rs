//! A page driven through WebDriver, and the parts of it that a person sees and touches.
//!
//! [`Page`] serves both the app's window and the browser: both drivers speak one protocol.

use std::fs;
use std::path::Path;
use std::process::Command;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value};

use super::process::Program;
use super::wait::{answer, until_async, within_timeout};
use super::world::World;

/// A page in a running window or browser.
pub struct Page {
    client: Client,
    driver: Program,
}

impl Page {
    /// Starts a driver, `driver` given the port it must listen on, and one session with it.
    pub(super) async fn open(
        world: &World,
        driver: impl Fn(u16) -> Command,
        capabilities: Map<String, Value>,
    ) -> Self {
        let (driver, url) = start_driver(world, driver).await;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        // If a program ends before it has a page, the driver waits without end.
        let client = within_timeout("opening a page", builder.connect(&url))
            .await
            .unwrap_or_else(|error| panic!("the driver opens no window: {error}"));
        Self { client, driver }
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) {
        within_timeout("going to a page", self.client.goto(url))
            .await
            .unwrap();
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        within_timeout("asking for the address", self.client.current_url())
            .await
            .unwrap()
            .into()
    }

    /// The part with a `data-testid`.
    pub fn at(&self, testid: &str) -> Part {
        self.part(format!("//*[@data-testid='{testid}']"))
    }

    /// The part with an HTML id.
    pub fn id(&self, id: &str) -> Part {
        self.part(format!("//*[@id='{id}']"))
    }

    /// The row of the connection to a workspace.
    pub fn row(&self, workspace: &str) -> Part {
        let name = format!("@data-testid='workspace-name' and normalize-space()='{workspace}'");
        self.part(format!("//*[@data-testid='connection'][.//*[{name}]]"))
    }

    /// The notice that contains a text, among those that are shown.
    pub fn notice(&self, words: &str) -> Part {
        self.part(format!(
            "//*[@data-testid='notice'][contains(., '{words}')]"
        ))
    }

    /// Closes the open dialog as a person would.
    pub async fn close_dialog(&self) {
        let dialog = self.part("//dialog[@open]".to_owned());
        dialog.press("\u{E00C}").await;
        dialog.disappears().await;
    }

    /// The part at an `XPath`.
    pub fn part(&self, path: String) -> Part {
        Part {
            client: self.client.clone(),
            path,
        }
    }

    /// The document's present HTML, with the changes by scripts.
    pub async fn source(&self) -> String {
        within_timeout("reading the page", self.client.source())
            .await
            .unwrap()
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub async fn run(&self, script: &str) -> Value {
        within_timeout("a script", self.client.execute(script, Vec::new()))
            .await
            .unwrap()
    }

    /// Waits until everything on the page is painted and at rest.
    pub async fn at_rest(&self) {
        let rest = "const done = arguments[0];\
            const finite = document.getAnimations()\
                .filter(it => it.effect.getComputedTiming().endTime !== Infinity);\
            Promise.allSettled(finite.map(it => it.finished))\
                .then(() => document.fonts.ready)\
                .then(() => requestAnimationFrame(() => requestAnimationFrame(done)));";
        within_timeout(
            "a page at rest",
            self.client.execute_async(rest, Vec::new()),
        )
        .await
        .unwrap();
    }

    /// Writes a picture of the page, as PNG, once everything on it is painted and at rest.
    pub async fn screenshot(&self, to: &Path) {
        self.at_rest().await;
        let png = within_timeout("picturing the page", self.client.screenshot())
            .await
            .unwrap();
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, png).unwrap();
    }

    /// The driver itself, for everything else it can do.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the session, and with it the window or browser.
    pub async fn close(self) {
        // The window may have closed itself already.
        let _ = within_timeout("closing the page", self.client.close()).await;
        self.driver.end();
    }
}

#[derive(PartialEq, Eq)]
enum Sight {
    Shown,
    Hidden,
}

/// A part of a page, looked up anew by every method, since pages change meanwhile.
#[derive(Clone)]
pub struct Part {
    client: Client,
    path: String,
}

impl Part {
    /// The part with a `data-testid` within this part.
    #[must_use]
    pub fn at(&self, testid: &str) -> Self {
        Self {
            client: self.client.clone(),
            path: format!("{}//*[@data-testid='{testid}']", self.path),
        }
    }

    /// Chooses an item of a row's menu, which stands outside of the row.
    pub async fn choose_item(&self, item: &str) {
        self.at("more").click().await;
        let item = Self {
            client: self.client.clone(),
            path: format!("//*[@role='menu']//*[@data-testid='{item}']"),
        };
        item.click().await;
    }

    /// Waits until the part can be seen.
    pub async fn appears(&self) {
        self.wait("to appear", async |element| {
            Ok(element.is_displayed().await?.then_some(()))
        })
        .await;
    }

    /// Waits until no such part can be seen.
    pub async fn disappears(&self) {
        let what = format!("{} to disappear", self.path);
        until_async(&what, async || {
            (self.look().await? == Sight::Hidden).then_some(())
        })
        .await;
    }

    /// Whether the part can be seen now.
    pub async fn is_shown(&self) -> bool {
        let what = format!("a look at {}", self.path);
        until_async(&what, async || self.look().await).await == Sight::Shown
    }

    /// Whether the part is shown or hidden now; none if the page changed meanwhile.
    async fn look(&self) -> Option<Sight> {
        let shown = match self.client.find(Locator::XPath(&self.path)).await {
            Ok(element) => element.is_displayed().await.ok()?,
            Err(error) if error.is_no_such_element() => false,
            Err(_) => return None,
        };
        Some(if shown { Sight::Shown } else { Sight::Hidden })
    }

    /// How many such parts there are now.
    pub async fn count(&self) -> usize {
        let found = self.client.find_all(Locator::XPath(&self.path));
        within_timeout("counting", found).await.unwrap().len()
    }

    /// Clicks as soon as the part can be clicked and heeds it.
    pub async fn click(&self) {
        self.wait("to be clicked", async |element| {
            let busy = element.attr("aria-disabled").await?.as_deref() == Some("true");
            if busy || !element.is_enabled().await? {
                return Ok(None);
            }
            let clicked = element.click().await;
            if clicked.is_err() {
                // A person would scroll to it, too.
                let middle = "arguments[0].scrollIntoView({ block: 'center' });";
                let argument = serde_json::to_value(&element).expect("an element");
                self.client.execute(middle, vec![argument]).await?;
            }
            clicked.map(Some)
        })
        .await;
    }

    /// The text that is shown.
    pub async fn text(&self) -> String {
        self.wait("to be read", async |element| element.text().await.map(Some))
            .await
    }

    /// All of the text, even if it is scrolled away or cut short.
    pub async fn whole(&self) -> String {
        self.wait("to be read", async |element| {
            element.prop("textContent").await
        })
        .await
    }

    /// Waits until the text that is shown contains `text`.
    pub async fn says(&self, text: &str) {
        self.wait(&format!("to say “{text}”"), async |element| {
            Ok(element.text().await?.contains(text).then_some(()))
        })
        .await;
    }

    /// Waits until the part's text contains `text`, even if it is scrolled away or cut short.
    pub async fn holds(&self, text: &str) {
        self.wait(&format!("to hold “{text}”"), async |element| {
            let whole = element.prop("textContent").await?.unwrap_or_default();
            Ok(whole.contains(text).then_some(()))
        })
        .await;
    }

    /// Where its middle is in the window, in whole CSS pixels.
    pub async fn middle(&self) -> (i64, i64) {
        self.wait("to have a place", async |element| {
            let (x, y, width, height) = element.rectangle().await?;
            #[allow(clippy::cast_possible_truncation, reason = "no window is that large")]
            let pixels = |at: f64| at.round() as i64;
            Ok(Some((pixels(x + width / 2.0), pixels(y + height / 2.0))))
        })
        .await
    }

    /// An attribute; `None` if the part has no such attribute.
    pub async fn attr(&self, name: &str) -> Option<String> {
        self.wait("to be read", async |element| {
            element.attr(name).await.map(Some)
        })
        .await
    }

    /// Waits until an attribute has a value.
    pub async fn has(&self, name: &str, value: &str) {
        self.wait(&format!("to have {name}={value}"), async |element| {
            Ok((element.attr(name).await?.as_deref() == Some(value)).then_some(()))
        })
        .await;
    }

    /// The value of an input.
    pub async fn value(&self) -> String {
        self.wait("to be read", async |element| element.prop("value").await)
            .await
    }

    /// Empties an input and types into it.
    pub async fn fill(&self, text: &str) {
        self.wait("to be filled", async |element| {
            element.clear().await?;
            element.send_keys(text).await.map(Some)
        })
        .await;
    }

    /// Presses a key in this part.
    pub async fn press(&self, key: &str) {
        self.wait("to take a key", async |element| {
            element.send_keys(key).await.map(Some)
        })
        .await;
    }

    /// Waits until the focus is on this part.
    pub async fn has_focus(&self, when: &str) {
        self.wait(
            &format!("to have the focus after {when}"),
            async |element| {
                let active = self.client.active_element().await?;
                Ok((active.element_id() == element.element_id()).then_some(()))
            },
        )
        .await;
    }

    /// Chooses the option with this value in a `<select>`.
    pub async fn choose(&self, value: &str) {
        self.wait("to be chosen from", async |element| {
            self.bring_into_view(&element).await?;
            element.select_by_value(value).await.map(Some)
        })
        .await;
    }

    /// Scrolls a `<select>` into view by script: its options have no place of their own that a driver
    /// could scroll to.
    async fn bring_into_view(&self, element: &Element) -> Result<(), CmdError> {
        let script = "arguments[0].scrollIntoView({ block: 'center' });";
        let element = serde_json::to_value(element)?;
        self.client.execute(script, vec![element]).await.map(drop)
    }

    /// Chooses the option with this wording in a `<select>`.
    pub async fn choose_label(&self, label: &str) {
        self.wait("to be chosen from", async |element| {
            element.select_by_label(label).await.map(Some)
        })
        .await;
    }

    /// Looks the part up and acts on it until that succeeds: an element that is covered, not there
    /// yet or already replaced is a matter of time.
    async fn wait<T>(
        &self,
        what: &str,
        mut act: impl AsyncFnMut(Element) -> Result<Option<T>, CmdError>,
    ) -> T {
        let mut obstacle = None;
        let done = answer(async || {
            let acted = async {
                let element = self.client.find(Locator::XPath(&self.path)).await?;
                act(element).await
            };
            match acted.await {
                Ok(done) => done,
                Err(error) => {
                    obstacle = Some(error);
                    None
                }
            }
        });
        match done.await {
            Some(done) => done,
            None => panic!(
                "waited in vain for {} {what}; {}; last obstacle: {obstacle:?}",
                self.path,
                self.last_sight().await
            ),
        }
    }

    /// Saves a picture of the page after a failure, and describes where.
    async fn last_sight(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let folder = root.unwrap().join("target/failed");
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        let path = folder.join(format!("{test}.png"));
        match within_timeout("picturing the page", self.client.screenshot()).await {
            Ok(png) => {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, png).unwrap();
                format!("see {}", path.display())
            }
            Err(error) => format!("and the page cannot be pictured: {error}"),
        }
    }
}

/// Starts a driver on a free port and waits until it answers.
async fn start_driver(world: &World, driver: impl Fn(u16) -> Command) -> (Program, String) {
    loop {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let mut program = Program::start(world, &driver(port));
        let url = format!("http://127.0.0.1:{port}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let ready = until_async("the driver", async || {
            if !program.is_running() {
                return Some(false);
            }
            let status = http.get(format!("{url}/status")).send().await;
            status.is_ok().then_some(true)
        })
        .await;
        // Not running: another program took the port in between.
        if ready {
            return (program, url);
        }
    }
}
