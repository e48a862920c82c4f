//! The sample content: what a workspace has before anybody writes.

use std::iter;

use serde_json::{Value, json};

use super::{
    blocks, comments,
    content::Content,
    ids, pages, tasks,
    text::{plain, rich, time},
    users,
};
use crate::store::{Workspace, email_of};

/// When the workspace was made, 2026-01-05 09:00 UTC: milliseconds since the Unix epoch.
const BEGAN: i64 = 1_767_603_600_000;

const MINUTE: i64 = 60_000;

/// The people beside the one who gave consent.
const COLLEAGUES: [&str; 6] = [
    "Ben Sample",
    "Cleo Example",
    "Dana Muster",
    "Eli Specimen",
    "Fay Model",
    "Gus Placeholder",
];

/// How many paragraphs the handbook has: two pages of children.
const PARAGRAPHS: usize = 120;

impl Content {
    /// The sample content of a workspace.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let seed = Seed { workspace };
        let people = seed.people();
        let (database, data_source) = seed.tables();
        let mut pages = seed.pages();
        pages.extend(seed.rows(&database, &data_source, &people));
        Self {
            people,
            pages,
            blocks: [seed.welcome(), seed.notes(), seed.handbook()].concat(),
            database,
            data_source,
            comments: vec![seed.comment()],
            uploads: Vec::new(),
        }
    }
}

/// Makes the sample content of a workspace.
struct Seed<'a> {
    workspace: &'a Workspace,
}

impl Seed<'_> {
    /// The id of what is no block.
    fn id(&self, name: &str) -> String {
        ids::derived(&self.workspace.id, name)
    }

    /// The id of a block, which shares its name with nothing else.
    fn block_id(&self, name: &str) -> String {
        self.id(&format!("block {name}"))
    }

    /// The parent of what stands below a page.
    fn on(&self, page: &str) -> Value {
        json!({ "type": "page_id", "page_id": self.id(page) })
    }

    /// The parent of what stands below a block.
    fn below(&self, block: &str) -> Value {
        json!({ "type": "block_id", "block_id": self.block_id(block) })
    }

    fn people(&self) -> Vec<Value> {
        let owner = &self.workspace.person;
        let owner = users::person(&owner.id, &owner.name, &owner.email);
        let colleagues =
            COLLEAGUES.map(|name| users::person(&self.id(name), name, &email_of(name)));
        iter::once(owner).chain(colleagues).collect()
    }

    fn pages(&self) -> Vec<Value> {
        let top = json!({ "type": "workspace", "workspace": true });
        let name = &self.workspace.name;
        [
            ("welcome", &top, format!("Welcome to {name}")),
            ("notes", &self.on("welcome"), "Meeting notes".to_owned()),
            ("handbook", &top, format!("Handbook of {name}")),
        ]
        .into_iter()
        .zip([0, 1, 2])
        .map(|((page, parent, title), minutes)| {
            let (id, created) = (self.id(page), after(minutes));
            let title = pages::title_only(&title);
            pages::page(&id, parent, &title, &created, &self.workspace.person.id)
        })
        .collect()
    }

    /// The database and its data source.
    fn tables(&self) -> (Value, Value) {
        let mut database = self.table("database", "tasks", &self.on("welcome"));
        let parent = json!({ "type": "database_id", "database_id": database["id"] });
        let mut data_source = self.table("data_source", "tasks source", &parent);
        let name = plain(&data_source["title"]);
        database["is_locked"] = false.into();
        database["data_sources"] = json!([{ "id": data_source["id"], "name": name }]);
        data_source["database_parent"] = database["parent"].clone();
        data_source["properties"] = tasks::schema();
        (database, data_source)
    }

    /// A database or its data source.
    fn table(&self, object: &str, name: &str, parent: &Value) -> Value {
        let (id, created) = (self.id(name), after(3));
        let by = users::partial(&self.workspace.person.id);
        json!({
            "object": object,
            "id": id,
            "title": rich(&format!("Tasks of {}", self.workspace.name)),
            "description": [],
            "parent": parent,
            "is_inline": false,
            "in_trash": false,
            "archived": false,
            "created_time": created,
            "last_edited_time": created,
            "created_by": by,
            "last_edited_by": by,
            "icon": null,
            "cover": null,
            "url": pages::url(&id),
            "public_url": null,
        })
    }

    /// The rows of the data source, a minute apart, each assigned to the next person.
    fn rows(&self, database: &Value, data_source: &Value, people: &[Value]) -> Vec<Value> {
        let parent = pages::row_parent(database, data_source);
        let schema = &data_source["properties"];
        let numbered = (1..=tasks::ROWS).zip(11..).zip(people.iter().cycle());
        numbered
            .map(|((number, minutes), person)| {
                let id = self.id(&format!("task {number}"));
                tasks::row(number, &id, &parent, schema, person, &after(minutes))
            })
            .collect()
    }

    fn comment(&self) -> Value {
        let person = &self.workspace.person;
        comments::comment(
            &self.id("comment"),
            &self.on("welcome"),
            &self.id("discussion"),
            &rich("Shall we meet on Thursday?"),
            &after(5),
            (&person.id, "user", &person.name),
        )
    }

    fn block(&self, name: &str, parent: &Value, kind: &str, content: &Value) -> Value {
        let id = self.block_id(name);
        let by = &self.workspace.person.id;
        blocks::block(&id, parent, kind, content, &after(0), by)
    }

    fn text(&self, name: &str, parent: &Value, kind: &str, text: &str) -> Value {
        let content = json!({ "rich_text": rich(text), "color": "default" });
        self.block(name, parent, kind, &content)
    }

    fn welcome(&self) -> Vec<Value> {
        let page = self.on("welcome");
        let intro = format!("This is the sample content of {}.", self.workspace.name);
        let to_do = |text: &str, checked: bool| {
            let content =
                json!({ "rich_text": rich(text), "color": "default", "checked": checked });
            self.block(text, &page, "to_do", &content)
        };
        let code = json!({
            "rich_text": rich("curl $NOTION_BASE_URL/v1/users/me"),
            "caption": [],
            "language": "bash",
        });
        let callout = json!({
            "rich_text": rich("What is written here is gone when the sandbox stops."),
            "icon": { "type": "emoji", "emoji": "💡" },
            "color": "gray_background",
        });
        let list = "bulleted_list_item";
        vec![
            self.text("heading", &page, "heading_1", "First steps"),
            self.text("intro", &page, "paragraph", &intro),
            self.text("list 1", &page, list, "Read the handbook"),
            self.text("list 2", &page, list, "Meet the others"),
            self.text("list 2.1", &self.below("list 2"), list, "On Monday"),
            self.text(
                "list 2.1.1",
                &self.below("list 2.1"),
                list,
                "In the library",
            ),
            self.text("list 2.2", &self.below("list 2"), list, "On Thursday"),
            to_do("Choose a desk", true),
            to_do("Open the first task", false),
            self.text("toggle", &page, "toggle", "More"),
            self.text(
                "toggled",
                &self.below("toggle"),
                "paragraph",
                "Hidden until opened.",
            ),
            self.text("quote", &page, "quote", "Everything here is made up."),
            self.block("callout", &page, "callout", &callout),
            self.block("code", &page, "code", &code),
            self.block("divider", &page, "divider", &json!({})),
        ]
    }

    fn notes(&self) -> Vec<Value> {
        let page = self.on("notes");
        vec![
            self.text("notes heading", &page, "heading_2", "Monday"),
            self.text("notes", &page, "paragraph", "Everybody was there."),
        ]
    }

    fn handbook(&self) -> Vec<Value> {
        let page = self.on("handbook");
        let name = &self.workspace.name;
        (1..=PARAGRAPHS)
            .map(|number| {
                let text = format!("Paragraph {number} of the handbook of {name}.");
                self.text(&format!("handbook {number}"), &page, "paragraph", &text)
            })
            .collect()
    }
}

/// The time so many minutes after the workspace was made.
fn after(minutes: i64) -> String {
    time(BEGAN + minutes * MINUTE)
}
