//! The sample content: what a workspace has before anybody writes.

use serde_json::{Value, json};

use super::{
    blocks, comments,
    content::Content,
    ids, pages, tasks,
    text::{rich, time},
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
        let id = |name: &str| ids::derived(&workspace.id, name);
        let owner = &workspace.person;
        let mut people = vec![users::person(&owner.id, &owner.name, &owner.email)];
        for name in COLLEAGUES {
            people.push(users::person(&id(name), name, &email_of(name)));
        }
        let top = json!({ "type": "workspace", "workspace": true });
        let below = |page: &str| json!({ "type": "page_id", "page_id": page });
        let (welcome, notes, handbook) = (id("welcome"), id("notes"), id("handbook"));
        let page = |id: &str, parent: &Value, title: &str, minutes: i64| {
            let created = time(BEGAN + minutes * MINUTE);
            pages::page(id, parent, &pages::title_only(title), &created, &owner.id)
        };
        let mut pages = vec![
            page(&welcome, &top, &format!("Welcome to {}", workspace.name), 0),
            page(&notes, &below(&welcome), "Meeting notes", 1),
            page(
                &handbook,
                &top,
                &format!("Handbook of {}", workspace.name),
                2,
            ),
        ];

        let writer = Writer { workspace };
        let mut blocks = writer.welcome(&welcome);
        blocks.extend(writer.notes(&notes));
        blocks.extend((1..=PARAGRAPHS).map(|number| {
            let text = format!("Paragraph {number} of the handbook of {}.", workspace.name);
            writer.text(
                &format!("handbook {number}"),
                &below(&handbook),
                "paragraph",
                &text,
            )
        }));

        let database = writer.table("database", &id("tasks"), &below(&welcome));
        let in_database = json!({ "type": "database_id", "database_id": database["id"] });
        let mut data_source = writer.table("data_source", &id("tasks source"), &in_database);
        let mut database = database;
        database["is_locked"] = false.into();
        database["data_sources"] = json!([{ "id": data_source["id"], "name": "Tasks" }]);
        data_source["database_parent"] = database["parent"].clone();
        data_source["properties"] = tasks::schema();
        let parent = pages::row_parent(&database, &data_source);
        pages.extend(
            (1..=tasks::ROWS)
                .zip(people.iter().cycle())
                .map(|(number, person)| {
                    let minutes = i64::try_from(number).unwrap_or_default() + 10;
                    tasks::row(
                        number,
                        &id(&format!("task {number}")),
                        &parent,
                        &data_source["properties"],
                        person,
                        &time(BEGAN + minutes * MINUTE),
                    )
                }),
        );

        let by = (owner.id.as_str(), "user", owner.name.as_str());
        let discussion = id("discussion");
        let said = rich("Shall we meet on Thursday?");
        let created = time(BEGAN + 5 * MINUTE);
        let comment = comments::comment(
            &id("comment"),
            &below(&welcome),
            &discussion,
            &said,
            &created,
            by,
        );
        Self {
            people,
            pages,
            blocks,
            database,
            data_source,
            comments: vec![comment],
            uploads: Vec::new(),
        }
    }
}

/// Writes the sample blocks of a workspace.
struct Writer<'a> {
    workspace: &'a Workspace,
}

impl Writer<'_> {
    /// The id of a block, which shares its name with no page.
    fn id(&self, name: &str) -> String {
        ids::derived(&self.workspace.id, &format!("block {name}"))
    }

    fn block(&self, name: &str, parent: &Value, kind: &str, content: &Value) -> Value {
        let id = self.id(name);
        let (created, by) = (time(BEGAN), &self.workspace.person.id);
        blocks::block(&id, parent, kind, content, &created, by)
    }

    fn text(&self, name: &str, parent: &Value, kind: &str, text: &str) -> Value {
        let content = json!({ "rich_text": rich(text), "color": "default" });
        self.block(name, parent, kind, &content)
    }

    fn below(&self, name: &str) -> Value {
        json!({ "type": "block_id", "block_id": self.id(name) })
    }

    fn welcome(&self, page: &str) -> Vec<Value> {
        let page = json!({ "type": "page_id", "page_id": page });
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

    fn notes(&self, page: &str) -> Vec<Value> {
        let page = json!({ "type": "page_id", "page_id": page });
        vec![
            self.text("notes heading", &page, "heading_2", "Monday"),
            self.text("notes", &page, "paragraph", "Everybody was there."),
        ]
    }

    /// A database or its data source.
    fn table(&self, object: &str, id: &str, parent: &Value) -> Value {
        let by = users::partial(&self.workspace.person.id);
        let created = time(BEGAN + 3 * MINUTE);
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
            "url": pages::url(id),
            "public_url": null,
        })
    }
}
