//! The window killed at each of its own steps, while a person clicks through its acts.

use std::fs::{self, DirEntry, File};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use support::page::Page;
use support::programs;
use support::wait::until;
use support::window;

use crate::flows::Flow;
use crate::kills::Kills;
use crate::moments::{Moment, moments_in, script};
use crate::tally::{Bounds, Random};

/// The number of kills in a normal test run.
const A_FEW: usize = 3;
/// The least number of kills in a campaign.
const ENOUGH: usize = 60;

/// How often to look whether the window is dead, or something is there to be clicked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The flows, each with what a person clicks for it.
const ACTS: [(Flow, &[&str]); 6] = [
    (Flow::Connect, &["connect"]),
    (Flow::Reconnect, &["connect"]),
    (Flow::Check, &["check"]),
    (Flow::Refresh, &["more", "refresh"]),
    (Flow::Revoke, &["revoke", "confirm-revoke"]),
    (Flow::Forget, &["more", "forget", "confirm-forget"]),
];

/// A window that may be dead at any moment.
struct KillableWindow {
    page: Page,
    process: PathBuf,
}

impl KillableWindow {
    async fn open(kills: &Kills, program: &Path) -> Self {
        let env = &kills.fixture.env;
        let page = window::open_program(&env.world, program).await;
        page.at("connect").appears().await;
        let process = Path::new("/proc").join(env.window_process());
        Self { page, process }
    }

    fn is_dead(&self) -> bool {
        !self.process.join("exe").exists()
    }

    /// Waits for `answer`; none if the window dies first.
    async fn outlive<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let death = async {
            while !self.is_dead() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::select! {
            answer = answer => Some(answer),
            () = death => None,
        }
    }

    /// Runs a script until it returns something; none if the window is dead before.
    async fn run(&self, script: &str) -> Option<Value> {
        let client = self.page.client();
        self.outlive(async {
            loop {
                match client.execute(script, Vec::new()).await {
                    Ok(Value::Null | Value::Bool(false)) | Err(_) => {
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                    Ok(answer) => return answer,
                }
            }
        })
        .await
    }

    async fn click(&self, testid: &str) -> Option<Value> {
        self.run(&format!(
            "const part = document.querySelector('[data-testid={testid}]');
             return part !== null && !part.disabled && (part.click(), true)"
        ))
        .await
    }

    /// Performs a flow to its end; none if the window dies before.
    async fn act(&self, kills: &mut Kills, flow: Flow, clicks: &[&str]) -> Option<Value> {
        let time = "document.querySelector('[data-testid=checked-at]')?.dateTime";
        let before = self.run(&format!("return {time} ?? 'never'")).await?;
        for testid in clicks {
            self.click(testid).await?;
        }
        if matches!(flow, Flow::Connect | Flow::Reconnect) {
            let link = self.outlive(kills.fixture.env.next_link()).await?;
            let callback = kills.fixture.env.callback(&link).await;
            self.run(&format!(
                "const part = document.querySelector('[data-testid=paste-callback]');
                 if (part === null) return false;
                 part.value = '{callback}';
                 part.dispatchEvent(new Event('input', {{ bubbles: true }}));
                 return true"
            ))
            .await?;
            self.click("submit-callback").await?;
        }
        let end = match flow {
            Flow::Revoke | Flow::Forget => {
                "return document.querySelector('[data-testid=receipt]') !== null".to_owned()
            }
            _ => format!("return {time} !== undefined && {time} !== {before}"),
        };
        self.run(&end).await
    }

    /// Closes the window, or kills the driver of a dead one, which may wait for it without end.
    async fn close(self, kills: &Kills) {
        if self.is_dead() {
            drop(self.page);
        } else {
            self.page.close().await;
        }
        // The last of its threads takes its locks with it, and that may be a little later.
        let marks = kills.fixture.env.world.path("own/processes");
        let is_held =
            |mark: DirEntry| File::open(mark.path()).is_ok_and(|it| it.try_lock().is_err());
        until("the end of the window", || {
            let mut marks = fs::read_dir(&marks).unwrap().flatten();
            (!marks.any(is_held)).then_some(())
        });
    }
}

/// The steps of an undisturbed flow, in their order.
async fn steps_of(kills: &mut Kills, flow: Flow, clicks: &[&str]) -> Vec<Moment> {
    kills.fixture.prepare(flow).await;
    let taken = kills.fixture.env.world.path("steps");
    let _ = fs::remove_file(&taken);
    let words = format!("exec env KEYRACK_FAILPOINTS='{}'", taken.display());
    let program = script(&kills.fixture, &words, &programs::desktop());
    let window = KillableWindow::open(kills, &program).await;
    let done = window.act(kills, flow, clicks).await;
    assert!(done.is_some(), "{flow:?} ends by itself");
    window.close(kills).await;
    let mut moments = moments_in(&taken);
    // Before there is a window; the command line is killed there.
    moments.retain(|moment| !matches!(moment, Moment::Step(name, _) if name == "store.open"));
    moments
}

#[tokio::test]
async fn whatever_step_the_window_is_killed_at_the_next_start_puts_everything_right() {
    let bounds = Bounds::new(A_FEW);
    let mut kills = Kills::of("the window killed at a step of its own", bounds.seed).await;
    let mut moments = Vec::new();
    for (flow, clicks) in ACTS {
        // A few of them in every test run: finding them takes a window each.
        if !bounds.is_long() && !matches!(flow, Flow::Connect | Flow::Revoke) {
            continue;
        }
        let steps = steps_of(&mut kills, flow, clicks).await;
        assert!(steps.len() > 1, "{flow:?} takes hardly a step: {steps:?}");
        moments.extend(steps.into_iter().map(|step| (flow, clicks, step)));
    }
    Random::new(bounds.seed).shuffle(&mut moments);
    println!("{} steps to kill the window at", moments.len());
    let wanted = if bounds.is_long() {
        ENOUGH.max(moments.len())
    } else {
        A_FEW
    };
    for (flow, clicks, moment) in moments.iter().cycle().take(wanted) {
        let case = format!("the window, in {flow:?}, killed at {moment:?}");
        let rows = kills.fixture.prepare(*flow).await;
        let token = kills.token_of(&rows);
        let program = script(&kills.fixture, &moment.words(), &programs::desktop());
        let window = KillableWindow::open(&kills, &program).await;
        let done = window.act(&mut kills, *flow, clicks).await;
        // The last step may come after everything that can be seen.
        assert!(done.is_none() || window.outlive(std::future::pending::<()>()).await.is_none());
        window.close(&kills).await;
        kills.look(*flow, &rows, token, &case).await;
    }
    kills.close().await;
}
