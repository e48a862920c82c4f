//! The database of the sample workspace: the schema of its data source, and its rows.

use serde_json::{Value, json};

use super::{pages, properties, text};

/// How many rows there are: three pages of a query.
pub(crate) const ROWS: usize = 250;

const VERBS: [&str; 5] = ["Draft", "Review", "Plan", "Translate", "Publish"];
const THINGS: [&str; 7] = [
    "the reading list",
    "the newsletter",
    "the floor plan",
    "the survey",
    "the budget",
    "the timetable",
    "the catalogue",
];
const STATUSES: [&str; 3] = ["Not started", "In progress", "Done"];
const PRIORITIES: [&str; 3] = ["High", "Medium", "Low"];
const TAGS: [&str; 4] = ["Autumn", "Customers", "Library", "Workshop"];

/// A property of the data source; what a type has of its own is `about`.
fn property(id: &str, name: &str, kind: &str, about: &Value) -> Value {
    json!({ "id": id, "name": name, "description": null, "type": kind, kind: about })
}

/// The properties of the data source.
pub(crate) fn schema() -> Value {
    let color = ["default", "blue", "green", "orange"];
    let options = |prefix: &str, names: &[&str]| {
        let colors = color.iter().cycle();
        let option = |(index, (name, color)): (usize, (&&str, &&str))| {
            let id = format!("{prefix}{index}");
            json!({ "id": id, "name": name, "color": color, "description": null })
        };
        let options = names.iter().zip(colors).enumerate();
        options.map(option).collect::<Value>()
    };
    let group = |index: usize, name: &str| {
        json!({
            "id": format!("group{index}"),
            "name": name,
            "color": color[index],
            "option_ids": [format!("status{index}")],
        })
    };
    let groups = [
        group(0, "To-do"),
        group(1, "In progress"),
        group(2, "Complete"),
    ];
    let status = json!({ "options": options("status", &STATUSES), "groups": groups });
    let nothing = json!({});
    let priority = json!({ "options": options("priority", &PRIORITIES) });
    let tags = json!({ "options": options("tag", &TAGS) });
    json!({
        "Name": property("title", "Name", "title", &nothing),
        "Status": property("stat", "Status", "status", &status),
        "Priority": property("prio", "Priority", "select", &priority),
        "Tags": property("tags", "Tags", "multi_select", &tags),
        "Due": property("due", "Due", "date", &nothing),
        "Estimate": property("esti", "Estimate", "number", &json!({ "format": "number" })),
        "Billable": property("bill", "Billable", "checkbox", &nothing),
        "Assignee": property("assi", "Assignee", "people", &nothing),
        "Link": property("link", "Link", "url", &nothing),
    })
}

/// The row of a number from 1 on, assigned to a person.
pub(crate) fn row(
    number: usize,
    id: &str,
    parent: &Value,
    schema: &Value,
    person: &Value,
    created: &str,
) -> Value {
    let option = |name: &str, index: usize| {
        let one = &schema[name];
        let option = &one[properties::kind(one)]["options"][index];
        json!({ "id": option["id"], "name": option["name"], "color": option["color"] })
    };
    let title = format!(
        "{} {} {number:03}",
        VERBS[number % VERBS.len()],
        THINGS[number % THINGS.len()]
    );
    let tags: Vec<Value> = (0..number % 3)
        .map(|more| option("Tags", (number + more) % TAGS.len()))
        .collect();
    // Every tenth row has no date and no estimate.
    let dated = !number.is_multiple_of(10);
    let due = format!("2026-{:02}-{:02}", 1 + number % 12, 1 + number % 28);
    let values = [
        ("Name", text::rich(&title)),
        ("Status", option("Status", number % STATUSES.len())),
        ("Priority", option("Priority", number % PRIORITIES.len())),
        ("Tags", tags.into()),
        (
            "Due",
            dated
                .then(|| json!({ "start": due, "end": null, "time_zone": null }))
                .into(),
        ),
        ("Estimate", dated.then(|| number % 8 + 1).into()),
        ("Billable", number.is_multiple_of(2).into()),
        ("Assignee", json!([person])),
        ("Link", format!("https://example.org/tasks/{number}").into()),
    ];
    let values = values.into_iter().map(|(name, value)| {
        let property = properties::property(&schema[name], &value);
        (name.to_owned(), property)
    });
    let by = person["id"].as_str().unwrap_or_default();
    pages::page(id, parent, &Value::Object(values.collect()), created, by)
}
