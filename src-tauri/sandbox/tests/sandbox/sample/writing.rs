//! What can be written: pages, their properties, blocks and comments.

use super::{Api, id, results, text, title};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn rich(text: &str) -> Value {
    json!([{ "text": { "content": text } }])
}

#[tokio::test]
async fn a_row_is_made_found_changed_and_put_in_the_trash() {
    let api = Api::start().await;
    let source = api.tasks().await;
    let before = api.query(json!({ "page_size": 1 })).await;
    let row = json!({
        "parent": { "data_source_id": source },
        "properties": {
            "Name": { "title": rich("Water the plants") },
            "Status": { "status": { "name": "Done" } },
            "Tags": { "multi_select": [{ "name": "Library" }, { "name": "New here" }] },
            "Due": { "date": { "start": "2026-05-01" } },
            "esti": { "number": 3 },
        },
        "children": [{ "paragraph": { "rich_text": rich("Twice a week.") } }],
    });
    let made = api.post("/v1/pages", row).await;
    assert_eq!(title(&made), "Water the plants");
    assert_eq!(made["properties"]["Status"]["status"]["color"], "green");
    assert_eq!(
        made["properties"]["Tags"]["multi_select"][1]["name"],
        "New here"
    );
    assert_eq!(made["properties"]["Estimate"]["number"], 3);
    assert_eq!(made["properties"]["Billable"]["checkbox"], false);
    let me = api.get("/v1/users/me").await;
    assert_eq!(made["created_by"]["id"], me["id"]);
    let blocks = api.get(&format!("/v1/blocks/{}/children", id(&made))).await;
    assert_eq!(
        text(&results(&blocks)[0]["paragraph"]["rich_text"]),
        "Twice a week."
    );

    let path = format!("/v1/pages/{}", id(&made));
    let change =
        json!({ "properties": { "Due": { "date": null }, "Billable": { "checkbox": true } } });
    api.patch(&path, change).await;
    let read = api.get(&path).await;
    assert_eq!(read["properties"]["Due"]["date"], Value::Null);
    assert_eq!(read["properties"]["Billable"]["checkbox"], true);
    assert_eq!(title(&read), "Water the plants");

    let named =
        json!({ "filter": { "property": "Name", "title": { "equals": "Water the plants" } } });
    assert_eq!(results(&api.query(named.clone()).await).len(), 1);
    let gone = api.patch(&path, json!({ "in_trash": true })).await;
    assert_eq!(gone["in_trash"], true);
    assert!(results(&api.query(named).await).is_empty());
    let after = api.query(json!({ "page_size": 1 })).await;
    assert_eq!(before["results"], after["results"]);
}

#[tokio::test]
async fn a_page_below_another_is_among_its_blocks() {
    let api = Api::start().await;
    let handbook = api.find("handbook", "page").await;
    let page = json!({
        "parent": { "page_id": handbook },
        "properties": { "title": rich("Appendix") },
        "icon": { "type": "emoji", "emoji": "📎" },
    });
    let made = api.post("/v1/pages", page).await;
    assert_eq!(made["icon"]["emoji"], "📎");
    let blocks = api
        .get(&format!("/v1/blocks/{handbook}/children?page_size=100"))
        .await;
    let cursor = blocks["next_cursor"].as_str().unwrap();
    let path = format!("/v1/blocks/{handbook}/children?start_cursor={cursor}");
    let blocks = api.get(&path).await;
    let last = results(&blocks).last().unwrap();
    assert_eq!(
        (&last["id"], &last["child_page"]["title"]),
        (&made["id"], &json!("Appendix"))
    );
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let api = Api::start().await;
    let row = &api.query(json!({ "page_size": 1 })).await["results"][0];
    let path = format!("/v1/pages/{}", id(row));
    for wrong in [
        json!({ "Nothing": { "number": 1 } }),
        json!({ "Estimate": { "number": "many" } }),
        json!({ "Status": { "status": { "name": "Nobody's" } } }),
        json!({ "Due": { "date": "today" } }),
        json!({ "Name": { "title": [{ "text": { "content": "x".repeat(2001) } }] } }),
        json!({ "Priority": { "title": rich("High") } }),
    ] {
        let mut properties = wrong.clone();
        properties["Billable"] =
            json!({ "checkbox": row["properties"]["Billable"]["checkbox"] == false });
        let body = json!({ "properties": properties });
        let (status, refused) = api.try_to(Method::PATCH, &path, Some(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(refused["code"], "validation_error", "{wrong}");
        let read = api.get(&path).await;
        assert_eq!(read["properties"], row["properties"], "{wrong}");
    }
}

#[tokio::test]
async fn blocks_are_appended_in_place_with_blocks_below_them() {
    let api = Api::start().await;
    let notes = api.find("meeting notes", "page").await;
    let path = format!("/v1/blocks/{notes}/children");
    let paragraph =
        |text: &str| json!({ "type": "paragraph", "paragraph": { "rich_text": rich(text) } });
    let list = json!({
        "bulleted_list_item": { "rich_text": rich("List"), "children": [paragraph("Below")] },
    });
    let made = api
        .patch(&path, json!({ "children": [paragraph("End"), list] }))
        .await;
    assert_eq!(results(&made).len(), 2);
    assert_eq!(results(&made)[1]["has_children"], true);
    let below = api
        .get(&format!("/v1/blocks/{}/children", id(&results(&made)[1])))
        .await;
    assert_eq!(text(&results(&below)[0]["paragraph"]["rich_text"]), "Below");

    let start = json!({ "children": [paragraph("Start")], "position": { "type": "start" } });
    api.patch(&path, start).await;
    let end = id(&results(&made)[0]);
    let after = json!({
        "children": [paragraph("After the end")],
        "position": { "type": "after_block", "after_block": { "id": end } },
    });
    api.patch(&path, after).await;
    let old = json!({ "children": [paragraph("Right after it")], "after": end });
    api.patch(&path, old).await;
    let blocks = api.get(&path).await;
    let texts: Vec<&str> = results(&blocks)
        .iter()
        .map(|block| text(&block[block["type"].as_str().unwrap()]["rich_text"]))
        .collect();
    assert_eq!(
        texts,
        [
            "Start",
            "Monday",
            "Everybody was there.",
            "End",
            "Right after it",
            "After the end",
            "List"
        ]
    );
    for wrong in [
        json!({ "children": [{ "nothing": {} }] }),
        json!({ "children": vec![paragraph("x"); 101] }),
        json!({ "children": {} }),
    ] {
        let (status, refused) = api.try_to(Method::PATCH, &path, Some(wrong)).await;
        assert_eq!(
            (status, &refused["code"]),
            (StatusCode::BAD_REQUEST, &json!("validation_error"))
        );
    }
}

#[tokio::test]
async fn a_comment_goes_on_with_a_discussion() {
    let api = Api::start().await;
    let welcome = api.find("welcome", "page").await;
    let path = format!("/v1/comments?block_id={welcome}");
    let said = api.get(&path).await;
    let discussion = &results(&said)[0]["discussion_id"];
    let reply = json!({ "discussion_id": discussion, "rich_text": rich("Gladly.") });
    let made = api.post("/v1/comments", reply).await;
    assert_eq!(made["parent"]["page_id"], welcome.as_str());
    assert_eq!(made["discussion_id"], *discussion);
    let new = json!({ "parent": { "page_id": welcome }, "rich_text": rich("Something else.") });
    let other = api.post("/v1/comments", new).await;
    assert_ne!(other["discussion_id"], *discussion);
    let said = api.get(&path).await;
    assert_eq!(results(&said).len(), 3);
    let one = api.get(&format!("/v1/comments/{}", id(&made))).await;
    assert_eq!(text(&one["rich_text"]), "Gladly.");
}

#[tokio::test]
async fn a_fault_hits_the_sample_workspace_too() {
    let api = Api::start().await;
    let body =
        json!({ "object": "error", "status": 429, "code": "rate_limited", "message": "Wait." });
    let fault = json!({ "endpoint": "api", "times": 1, "status": 429, "body": body });
    api.server.control.fault(fault).await;
    assert_eq!(api.get("/v1/users/me").await["type"], "bot");
    let (status, _) = api.try_to(Method::GET, "/v1/users", None).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    api.get("/v1/users").await;
}
