//! The clients of Notion's API: one connection pool for each base URL, one pace for each OAuth
//! client.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notion_oauth::{BaseUrl, Budget, Notion, Pace, Retry};

use crate::domain::problem::{Cause, Problem};

/// The connection pools and paces of this process.
#[derive(Default)]
pub(crate) struct Notions(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The base URL of the embedded sandbox, while it runs.
    sandbox: Option<BaseUrl>,
    /// One connection pool for each base URL.
    pools: HashMap<String, Notion>,
    /// The paces of clients, by base URL and Notion's id of the client.
    paces: HashMap<(String, String), Pace>,
    /// The requests of other processes that the paces have not heard of, by Notion's id of the client.
    elsewhere: HashMap<String, Vec<Instant>>,
}

impl Notions {
    /// Sets the base URL of the embedded sandbox.
    pub fn set_sandbox(&self, base_url: &str) -> Result<(), Problem> {
        let base = BaseUrl::parse(base_url).map_err(|error| {
            Problem::from(Cause::SandboxFailed {
                detail: error.to_string(),
            })
        })?;
        self.known().sandbox = Some(base);
        Ok(())
    }

    /// Notion for a client: at its base URL (none means the embedded sandbox) and the pace of its id,
    /// with retries while Notion is busy.
    pub fn of(
        &self,
        base_url: Option<&str>,
        client_id: &str,
        budget: Budget,
    ) -> Result<Notion, Problem> {
        let base = self.base_url(base_url)?;
        let pace = self.pace(&base, client_id, budget);
        let notion = self.at(base)?;
        Ok(notion.with_retry(Retry::PATIENT).at_pace(pace))
    }

    /// The pace of a client by Notion's id, shared by all its requests from this process.
    pub fn pace(&self, base: &BaseUrl, client_id: &str, budget: Budget) -> Pace {
        let whose = (base.as_str().to_owned(), client_id.to_owned());
        let mut known = self.known();
        let elsewhere = known.elsewhere.remove(client_id);
        let pace = known.paces.entry(whose);
        let pace = pace.or_insert_with(|| Pace::new(budget));
        pace.set_budget(budget);
        if let Some(calls) = elsewhere {
            pace.started_elsewhere(calls);
        }
        pace.clone()
    }

    /// Counts requests of other processes, by Notion's id of the client and their age, in place of those
    /// counted before.
    pub fn count_elsewhere(&self, requests: impl IntoIterator<Item = (String, Duration)>) {
        let now = tokio::time::Instant::now().into_std();
        let mut elsewhere: HashMap<_, Vec<_>> = HashMap::new();
        for (client, age) in requests {
            let at = now.checked_sub(age).unwrap_or(now);
            elsewhere.entry(client).or_default().push(at);
        }
        self.known().elsewhere = elsewhere;
    }

    /// The base URL of a client; none means the embedded sandbox's.
    pub fn base_url(&self, base_url: Option<&str>) -> Result<BaseUrl, Problem> {
        let Some(text) = base_url else {
            let sandbox = self.known().sandbox.clone();
            return sandbox.ok_or_else(|| Problem::from(Cause::SandboxElsewhere));
        };
        BaseUrl::parse(text).map_err(|error| {
            let detail = error.to_string();
            Problem::from(Cause::ClientUrl { detail })
        })
    }

    /// Notion at a base URL.
    fn at(&self, base: BaseUrl) -> Result<Notion, Problem> {
        let mut known = self.known();
        if let Some(notion) = known.pools.get(base.as_str()) {
            return Ok(notion.clone());
        }
        let notion = Notion::new(base)?;
        known
            .pools
            .insert(notion.base().as_str().to_owned(), notion.clone());
        Ok(notion)
    }

    /// Locks the state. A poisoned lock is no error: each change is a single assignment.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
