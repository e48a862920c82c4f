//! What there is to read: users, search, pages, blocks, a data source and its rows.

use super::{Api, id, results, text, token};
use crate::common::{answer, between, location, query_value};
use notion_sandbox::APP_LINK;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Every path that is read with GET, for something that nobody has.
const UNKNOWN: [&str; 8] = [
    "/v1/users/{}",
    "/v1/pages/{}",
    "/v1/blocks/{}",
    "/v1/blocks/{}/children",
    "/v1/databases/{}",
    "/v1/data_sources/{}",
    "/v1/comments/{}",
    "/v1/file_uploads/{}",
];

#[tokio::test]
async fn nothing_is_read_or_written_without_a_living_token_and_a_version() {
    let api = Api::start().await;
    let mut asked: Vec<(Method, String)> = UNKNOWN
        .iter()
        .map(|path| (Method::GET, path.replace("{}", NOBODY)))
        .collect();
    for path in ["/v1/users", "/v1/comments", "/v1/file_uploads"] {
        asked.push((Method::GET, path.to_owned()));
    }
    for path in ["search", "pages", "comments", "file_uploads", "sessions"] {
        asked.push((Method::POST, format!("/v1/{path}")));
    }
    for path in [
        "data_sources/{}/query",
        "file_uploads/{}/send",
        "file_uploads/{}/complete",
    ] {
        asked.push((Method::POST, format!("/v1/{}", path.replace("{}", NOBODY))));
    }
    for path in ["pages/{}", "blocks/{}/children"] {
        asked.push((Method::PATCH, format!("/v1/{}", path.replace("{}", NOBODY))));
    }
    for (method, path) in asked {
        let request = api.server.http.request(method, api.server.url(&path));
        let dead = request.try_clone().unwrap().bearer_auth("dead");
        let dead = dead.header("notion-version", "2026-03-11");
        let (status, refused) = answer(dead).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(refused["code"], "unauthorized", "{path}");
        assert_eq!(refused["object"], "error", "{path}");

        let (status, refused) = answer(request.bearer_auth(&api.token)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(refused["code"], "missing_version", "{path}");
    }
}

#[tokio::test]
async fn unknown_ids_are_not_found_and_others_are_no_ids() {
    let api = Api::start().await;
    for path in UNKNOWN {
        for (id, status, code) in [
            (NOBODY, StatusCode::NOT_FOUND, "object_not_found"),
            ("elsewhere", StatusCode::BAD_REQUEST, "validation_error"),
        ] {
            let path = path.replace("{}", id);
            let (got, refused) = api.try_to(Method::GET, &path, None).await;
            assert_eq!((got, &refused["code"]), (status, &json!(code)), "{path}");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_not_as_documented_are_told_apart() {
    let api = Api::start().await;
    let no_json = api.request(Method::POST, "/v1/search").body("{");
    let (status, refused) = answer(no_json).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_json"))
    );
    let tasks = format!("/v1/data_sources/{}/query", api.tasks().await);
    for (path, body) in [
        ("/v1/search", json!([])),
        ("/v1/search", json!({ "query": 1 })),
        ("/v1/search", json!({ "page_size": 101 })),
        ("/v1/search", json!({ "start_cursor": "elsewhere" })),
        (
            "/v1/search",
            json!({ "filter": { "property": "object", "value": "database" } }),
        ),
        (
            &tasks,
            json!({ "filter": { "property": "Nothing", "title": {} } }),
        ),
        (
            &tasks,
            json!({ "filter": { "property": "Due", "date": { "this_week": {} } } }),
        ),
        (
            &tasks,
            json!({ "filter": { "property": "Due", "title": { "equals": "x" } } }),
        ),
        (&tasks, json!({ "sorts": [{ "property": "Due" }] })),
        ("/v1/pages", json!({ "parent": {} })),
        ("/v1/comments", json!({ "rich_text": [] })),
        ("/v1/sessions", json!({})),
    ] {
        let (status, refused) = api.try_to(Method::POST, path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert_eq!(refused["code"], "validation_error", "{path} {body}");
    }
}

#[tokio::test]
async fn users_come_in_pages_and_one_by_one_with_the_bot_last() {
    let api = Api::start().await;
    let (mut users, mut path) = (Vec::new(), "/v1/users?page_size=3".to_owned());
    loop {
        let list = api.get(&path).await;
        assert_eq!(list["type"], "user");
        assert!(results(&list).len() <= 3);
        users.extend(results(&list).clone());
        let Some(cursor) = list["next_cursor"].as_str() else {
            assert_eq!(list["has_more"], false);
            break;
        };
        assert_eq!(list["has_more"], true);
        path = format!("/v1/users?page_size=3&start_cursor={cursor}");
    }
    assert_eq!(users.len(), 8);
    assert_eq!(users[0]["name"], "Jo Lindqvist");
    assert_eq!(users[0]["person"]["email"], "jo.lindqvist@sandbox.example");
    let me = api.get("/v1/users/me").await;
    assert_eq!(users[7]["id"], me["id"]);
    for user in &users {
        let mut one = api.get(&format!("/v1/users/{}", id(user))).await;
        one.as_object_mut().unwrap().remove("request_id");
        assert_eq!(one, *user);
    }
}

#[tokio::test]
async fn search_finds_titles_in_any_case_and_tells_pages_from_data_sources() {
    let api = Api::start().await;
    let found = api.post("/v1/search", json!({ "query": "ACME" })).await;
    let objects = |list: &Value, object: &str| {
        let objects = results(list).iter();
        objects.filter(|it| it["object"] == object).count()
    };
    assert_eq!(
        (objects(&found, "page"), objects(&found, "data_source")),
        (2, 1)
    );
    let filter = json!({ "property": "object", "value": "data_source" });
    let found = api.post("/v1/search", json!({ "filter": filter })).await;
    assert_eq!(
        (objects(&found, "page"), objects(&found, "data_source")),
        (0, 1)
    );
    let nothing = api
        .post("/v1/search", json!({ "query": "nobody wrote this" }))
        .await;
    assert!(results(&nothing).is_empty());

    let everything = api.post("/v1/search", json!({})).await;
    assert_eq!(results(&everything).len(), 100);
    assert_eq!(everything["has_more"], true);
    let times: Vec<&str> = results(&everything)
        .iter()
        .map(|thing| thing["last_edited_time"].as_str().unwrap())
        .collect();
    assert!(
        times.is_sorted_by(|one, other| one >= other),
        "the newest first"
    );
}

#[tokio::test]
async fn a_page_has_blocks_with_blocks_below_them_and_its_pages_are_blocks_too() {
    let api = Api::start().await;
    let welcome = api.find("welcome", "page").await;
    let page = api.get(&format!("/v1/pages/{welcome}")).await;
    assert_eq!(page["object"], "page");
    assert_eq!(
        page["parent"],
        json!({ "type": "workspace", "workspace": true })
    );
    assert_eq!(
        text(&page["properties"]["title"]["title"]),
        "Welcome to Acme Research"
    );
    assert_eq!(page["in_trash"], false);

    let children = api
        .get(&format!("/v1/blocks/{}/children", welcome.replace('-', "")))
        .await;
    let of_kind = |kind: &str| {
        let mut blocks = results(&children).iter();
        blocks.find(|block| block["type"] == kind).unwrap()
    };
    assert_eq!(
        text(&of_kind("paragraph")["paragraph"]["rich_text"]),
        "This is the sample content of Acme Research."
    );
    assert_eq!(of_kind("divider")["has_children"], false);
    let toggle = of_kind("toggle");
    assert_eq!(toggle["has_children"], true);
    let below = api
        .get(&format!("/v1/blocks/{}/children", id(toggle)))
        .await;
    assert_eq!(results(&below)[0]["parent"]["block_id"], toggle["id"]);

    let notes = of_kind("child_page");
    assert_eq!(notes["child_page"]["title"], "Meeting notes");
    let page = api.get(&format!("/v1/pages/{}", id(notes))).await;
    assert_eq!(page["parent"]["page_id"], welcome.as_str());
    let mut block = api.get(&format!("/v1/blocks/{}", id(notes))).await;
    block.as_object_mut().unwrap().remove("request_id");
    assert_eq!(block, *notes);

    let database = of_kind("child_database");
    let database = api.get(&format!("/v1/databases/{}", id(database))).await;
    let source = &database["data_sources"][0];
    assert_eq!(source["id"], api.tasks().await);
}

#[tokio::test]
async fn the_blocks_of_a_long_page_come_in_pages() {
    let api = Api::start().await;
    let handbook = api.find("handbook", "page").await;
    let path = format!("/v1/blocks/{handbook}/children");
    let first = api.get(&path).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = api.get(&format!("{path}?start_cursor={cursor}")).await;
    assert_eq!((results(&first).len(), results(&rest).len()), (100, 20));
    assert_eq!(rest["next_cursor"], Value::Null);
    let last = text(&results(&rest)[19]["paragraph"]["rich_text"]);
    assert!(last.starts_with("Paragraph 120 "), "{last}");
}

#[tokio::test]
async fn a_query_without_filter_gives_all_rows_in_three_pages() {
    let api = Api::start().await;
    let (mut rows, mut cursor, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let list = api.query(json!({ "start_cursor": cursor })).await;
        assert_eq!(list["type"], "page_or_data_source");
        rows.extend(results(&list).iter().map(id));
        pages += 1;
        cursor = list["next_cursor"].clone();
        if list["has_more"] == false {
            break;
        }
    }
    assert_eq!((rows.len(), pages), (250, 3));
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 250, "each row once");
}

#[tokio::test]
async fn a_rows_properties_are_those_of_the_data_source() {
    let api = Api::start().await;
    let source = api
        .get(&format!("/v1/data_sources/{}", api.tasks().await))
        .await;
    let row = &api.query(json!({ "page_size": 1 })).await["results"][0];
    let schema = source["properties"].as_object().unwrap();
    let properties = row["properties"].as_object().unwrap();
    assert_eq!(schema.len(), properties.len());
    for (name, property) in properties {
        let one = &schema[name];
        assert_eq!(property["id"], one["id"], "{name}");
        assert_eq!(property["type"], one["type"], "{name}");
        let kind = one["type"].as_str().unwrap();
        assert!(
            property.get(kind).is_some() && one.get(kind).is_some(),
            "{name}"
        );
    }
    let parent = json!({
        "type": "data_source_id",
        "data_source_id": source["id"],
        "database_id": source["parent"]["database_id"],
    });
    assert_eq!(row["parent"], parent);
}

/// A filter by a property.
fn by(property: &str, mut filter: Value) -> Value {
    filter["property"] = property.into();
    filter
}

#[tokio::test]
async fn rows_are_filtered_by_their_properties_and_times() {
    let api = Api::start().await;
    let high = by("Priority", json!({ "select": { "equals": "High" } }));
    let billable = by("Billable", json!({ "checkbox": { "equals": true } }));
    for (filter, count) in [
        (by("Name", json!({ "title": { "contains": "Draft" } })), 50),
        (by("title", json!({ "title": { "ends_with": " 007" } })), 1),
        (
            by("Name", json!({ "title": { "does_not_contain": "Draft" } })),
            200,
        ),
        (high.clone(), 83),
        (
            by(
                "Status",
                json!({ "status": { "equals": ["Done", "In progress"] } }),
            ),
            167,
        ),
        (
            by("Status", json!({ "status": { "does_not_equal": "Done" } })),
            167,
        ),
        (
            by("Tags", json!({ "multi_select": { "is_empty": true } })),
            83,
        ),
        (
            by("Tags", json!({ "multi_select": { "contains": "Library" } })),
            63,
        ),
        (
            by("Estimate", json!({ "number": { "greater_than": 7 } })),
            31,
        ),
        (
            by(
                "Estimate",
                json!({ "number": { "is_not_empty": true, "less_than": 2 } }),
            ),
            25,
        ),
        (by("Due", json!({ "date": { "before": "2026-02-01" } })), 16),
        (by("Due", json!({ "date": { "is_empty": true } })), 25),
        (json!({ "and": [high.clone(), billable.clone()] }), 41),
        (json!({ "or": [high, billable] }), 167),
        (
            json!({
                "timestamp": "created_time",
                "created_time": { "on_or_after": "2026-01-05T13:19:00.000Z" },
            }),
            2,
        ),
    ] {
        let rows = api.query(json!({ "filter": filter.clone() })).await;
        let mut found = results(&rows).len();
        if let Some(cursor) = rows["next_cursor"].as_str() {
            let next = json!({ "filter": filter.clone(), "start_cursor": cursor });
            found += results(&api.query(next).await).len();
        }
        assert_eq!(found, count, "{filter}");
    }
}

#[tokio::test]
async fn rows_are_sorted_by_several_properties_with_the_empty_ones_last() {
    let api = Api::start().await;
    let sorts = json!([
        { "property": "Estimate", "direction": "descending" },
        { "timestamp": "created_time", "direction": "ascending" },
    ]);
    let rows = api.query(json!({ "sorts": sorts })).await;
    let key = |row: &Value| {
        let estimate = row["properties"]["Estimate"]["number"].as_i64().unwrap();
        let created = row["created_time"].as_str().unwrap().to_owned();
        (-estimate, created)
    };
    assert!(results(&rows).is_sorted_by_key(key));
    let sorts = json!([{ "property": "Due", "direction": "ascending" }]);
    let filter = json!({ "property": "Name", "title": { "contains": "Draft" } });
    let rows = api.query(json!({ "sorts": sorts, "filter": filter })).await;
    let due = |row: &Value| row["properties"]["Due"]["date"]["start"].clone();
    let empty: Vec<bool> = results(&rows)
        .iter()
        .map(|row| due(row).is_null())
        .collect();
    assert!(empty.is_sorted() && empty.contains(&true), "{empty:?}");
}

#[tokio::test]
async fn each_workspace_has_content_of_its_own_which_stays_the_same() {
    let api = Api::start().await;
    let ours = api.find("welcome", "page").await;
    let server = &api.server;
    let page = server.page().await;
    let launchpad = page.split("<option").nth(2).unwrap();
    let launchpad = between(launchpad, "value=\"", "\"");
    let form = crate::common::form_token(&page);
    let allowed = server.submit(&form, &launchpad, "allow").await;
    let callback = location(&allowed);
    assert!(callback.starts_with(APP_LINK));
    let code = query_value(&callback, "code").unwrap();
    let (_, tokens) = server.exchange(&code).await;
    let mut other = api;
    other.token = token(&tokens);

    let theirs = other.find("welcome to launchpad", "page").await;
    assert_ne!(ours, theirs);
    let path = format!("/v1/pages/{ours}");
    let (status, _) = other.try_to(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let again = Api::start().await;
    assert_ne!(
        again.find("welcome", "page").await,
        ours,
        "another sandbox, another workspace"
    );
}
