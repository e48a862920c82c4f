//! axe-core in the real window.

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::page::Page;

/// axe-core's findings, screen by screen.
pub struct Axe {
    script: String,
    found: Vec<String>,
    looks: usize,
}

impl Axe {
    pub fn new() -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
        let script = fs::read_to_string(path).expect("axe-core: scripts/test installs it");
        Self {
            script,
            found: Vec::new(),
            looks: 0,
        }
    }

    /// Runs all rules of axe-core on the page as it is shown.
    pub async fn look(&mut self, page: &Page, screen: &str) {
        self.looks += 1;
        page.at_rest().await;
        if page.run("return typeof axe;").await == "undefined" {
            let (client, script) = (page.client(), &self.script);
            // Into the page's own JavaScript world, where a second script finds it.
            client
                .execute(&format!("{script}\nwindow.axe = axe;"), Vec::new())
                .await
                .unwrap();
        }
        let run = "const done = arguments[0];\
            axe.run(document).then(\
                ({ violations, passes }) => done({ violations, passes: passes.length }),\
                error => done({ error: String(error) }));";
        let result = page.client().execute_async(run, Vec::new()).await.unwrap();
        assert!(
            result["passes"].as_u64().is_some_and(|passes| passes > 5),
            "{screen}: axe-core has looked at nothing: {result}"
        );
        let violations = result["violations"].as_array().unwrap();
        self.found.extend(violations.iter().map(|violation| {
            let nodes = violation["nodes"].as_array().unwrap().iter();
            let nodes = nodes.map(|node| node["html"].as_str().unwrap_or_default());
            let why = &violation["nodes"][0]["failureSummary"];
            let places: Vec<_> = nodes.take(3).collect();
            format!("{screen}: {}: {places:?} {why}", text(&violation["id"]))
        }));
    }

    /// Returns how many screens were examined; panics with all findings, if any.
    pub fn finds_nothing(self) -> usize {
        assert!(self.found.is_empty(), "{:#?}", self.found);
        self.looks
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
