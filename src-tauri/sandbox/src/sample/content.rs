//! A workspace's content, and how its parts are found.

use serde_json::{Value, json};

use super::{blocks, not_found, text, uploads::Upload};
use crate::reply::Refusal;

/// A workspace's content, each thing in the shape in which it is shown but for what follows from the
/// others: whether a block has children, and pages and databases as blocks.
pub(crate) struct Content {
    /// The workspace's people.
    pub(crate) people: Vec<Value>,
    /// All pages, the rows of the data source included, oldest first.
    pub(crate) pages: Vec<Value>,
    /// All blocks in the order of their pages.
    pub(crate) blocks: Vec<Value>,
    pub(crate) database: Value,
    pub(crate) data_source: Value,
    pub(crate) comments: Vec<Value>,
    pub(crate) uploads: Vec<Upload>,
}

impl Content {
    pub(crate) fn page(&mut self, id: &str) -> Result<&mut Value, Refusal> {
        let found = self.pages.iter_mut().find(|page| page["id"] == id);
        found.ok_or_else(|| not_found("page", id))
    }

    pub(crate) fn upload(&mut self, id: &str) -> Result<&mut Upload, Refusal> {
        let found = self.uploads.iter_mut().find(|upload| upload.id == id);
        found.ok_or_else(|| not_found("file upload", id))
    }

    /// A block; a page and a database are blocks too.
    pub(crate) fn block(&self, id: &str) -> Result<Value, Refusal> {
        let same = |thing: &&Value| thing["id"] == id;
        let found = self.blocks.iter().find(same).cloned();
        let found = found.or_else(|| {
            let mut others = self.pages.iter().chain([&self.database]);
            others.find(same).map(as_block)
        });
        let block = found.ok_or_else(|| not_found("block", id))?;
        Ok(self.with_children_told(block))
    }

    /// The blocks directly below a block, page or database: its own, then its pages and databases.
    pub(crate) fn children(&self, id: &str) -> Vec<Value> {
        let below = |thing: &&Value| is_below(thing, id);
        let blocks = self.blocks.iter().filter(below).cloned();
        let others = self.pages.iter().chain([&self.database]);
        let others = others.filter(below).map(as_block);
        blocks
            .chain(others)
            .map(|block| self.with_children_told(block))
            .collect()
    }

    fn with_children_told(&self, mut block: Value) -> Value {
        let id = block["id"].as_str().unwrap_or_default();
        let mut things = self.blocks.iter().chain(&self.pages);
        let has_children = things.any(|thing| is_below(thing, id)) || is_below(&self.database, id);
        block["has_children"] = has_children.into();
        block
    }
}

/// Whether a thing that is not in the trash stands directly below a page or block.
fn is_below(thing: &Value, id: &str) -> bool {
    let parent = &thing["parent"];
    let kind = parent["type"].as_str().unwrap_or_default();
    let stands = ["page_id", "block_id"].contains(&kind) && parent[kind] == id;
    stands && thing["in_trash"] != true
}

/// The title of a page, database or data source.
pub(crate) fn title(thing: &Value) -> String {
    if thing["object"] != "page" {
        return text::plain(&thing["title"]);
    }
    let properties = thing["properties"].as_object().into_iter().flatten();
    let titles = properties.map(|(_, property)| &property["title"]);
    titles.map(text::plain).collect()
}

/// A page or database as a block.
fn as_block(thing: &Value) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = format!("child_{}", text(&thing["object"]));
    let mut block = blocks::block(
        &text(&thing["id"]),
        &thing["parent"],
        &kind,
        &json!({ "title": title(thing) }),
        &text(&thing["created_time"]),
        &text(&thing["created_by"]["id"]),
    );
    block["last_edited_time"] = thing["last_edited_time"].clone();
    block["last_edited_by"] = thing["last_edited_by"].clone();
    block
}
