//! Files: sent at once or in parts, counted and hashed.

use super::{Api, id, results};
use crate::common::{answer, hashed};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A form with a file, and perhaps the number of its part.
fn form(content: &str, part: Option<&str>) -> String {
    let part = part.map(|number| {
        format!("--b\r\nContent-Disposition: form-data; name=\"part_number\"\r\n\r\n{number}\r\n")
    });
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"notes.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{content}\r\n{}--b--\r\n",
        part.unwrap_or_default()
    )
}

async fn send(api: &Api, upload: &str, form: String) -> (StatusCode, Value) {
    let request = api.request(Method::POST, &format!("/v1/file_uploads/{upload}/send"));
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    answer(request.body(form)).await
}

fn hash(content: &str) -> String {
    hashed(content).replace("sha256:", "")
}

#[tokio::test]
async fn a_file_is_sent_counted_hashed_and_attached() {
    let api = Api::start().await;
    let made = api
        .post("/v1/file_uploads", json!({ "filename": "notes.txt" }))
        .await;
    assert_eq!(made["status"], "pending");
    let upload = id(&made);
    let url = api.server.url(&format!("/v1/file_uploads/{upload}/send"));
    assert_eq!(made["upload_url"], url);

    let image = json!({ "file": { "type": "file_upload", "file_upload": { "id": upload } } });
    let path = format!("/v1/blocks/{}/children", api.find("meeting", "page").await);
    let attach = json!({ "children": [image] });
    let (status, _) = api.try_to(Method::PATCH, &path, Some(attach.clone())).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "not uploaded yet");

    // Longer than any other body may be.
    let content = "0123456789abcdef".repeat(40_000);
    let (status, sent) = send(&api, &upload, form(&content, None)).await;
    assert_eq!(status, StatusCode::OK, "{sent}");
    assert_eq!(sent["status"], "uploaded");
    assert_eq!(sent["content_length"], 640_000);
    assert_eq!(sent["content_type"], "text/plain");
    let read = api.get(&format!("/v1/file_uploads/{upload}")).await;
    assert_eq!(read["status"], "uploaded");
    assert!(read["expiry_time"].is_string());
    let part = json!({ "part_number": 1, "bytes": 640_000, "sha256": hash(&content) });
    assert_eq!(
        api.server.control.uploads().await[0]["parts"],
        json!([part])
    );

    let (status, _) = send(&api, &upload, form("again", None)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "it is uploaded already");
    let blocks = api.patch(&path, attach).await;
    assert_eq!(results(&blocks)[0]["file"]["type"], "file");
    let read = api.get(&format!("/v1/file_uploads/{upload}")).await;
    assert_eq!(read["expiry_time"], Value::Null, "attached files stay");
}

#[tokio::test]
async fn a_file_of_parts_is_complete_when_all_have_come() {
    let api = Api::start().await;
    let body = json!({ "mode": "multi_part", "filename": "notes.txt", "number_of_parts": 2 });
    let upload = id(&api.post("/v1/file_uploads", body).await);
    let complete = format!("/v1/file_uploads/{upload}/complete");
    let (status, sent) = send(&api, &upload, form("second", Some("2"))).await;
    assert_eq!(status, StatusCode::OK, "{sent}");
    assert_eq!(sent["number_of_parts"], json!({ "total": 2, "sent": 1 }));
    let (status, _) = api.try_to(Method::POST, &complete, None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a part is missing");
    for wrong in [None, Some("3"), Some("first")] {
        let (status, _) = send(&api, &upload, form("first", wrong)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    send(&api, &upload, form("first", Some("1"))).await;
    let done = api.ask(Method::POST, &complete, None).await;
    assert_eq!(
        (&done["status"], &done["content_length"]),
        (&json!("uploaded"), &json!(11))
    );
    assert_eq!(
        api.server.control.uploads().await[0]["parts"][1]["sha256"],
        hash("second")
    );

    api.post("/v1/file_uploads", json!({})).await;
    let listed = async |query: &str| {
        let list = api.get(&format!("/v1/file_uploads{query}")).await;
        results(&list).iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await.len(), 2);
    assert_eq!(listed("?status=uploaded&page_size=1").await, [upload]);
}

#[tokio::test]
async fn what_is_no_whole_form_with_a_file_is_refused() {
    let api = Api::start().await;
    let upload = id(&api.post("/v1/file_uploads", json!({})).await);
    let whole = form("content", None);
    let cut = whole[..whole.len() - 10].to_owned();
    for wrong in [cut, "--b--\r\n".to_owned(), String::new()] {
        let (status, refused) = send(&api, &upload, wrong.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong:?}");
        assert_eq!(refused["code"], "validation_error", "{wrong:?}");
    }
    let json = api.request(Method::POST, &format!("/v1/file_uploads/{upload}/send"));
    let (status, _) = answer(json.json(&json!({}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let read = api.get(&format!("/v1/file_uploads/{upload}")).await;
    assert_eq!(read["status"], "pending");
}

#[tokio::test]
async fn the_record_has_nothing_of_a_file() {
    let api = Api::start().await;
    let upload = id(&api.post("/v1/file_uploads", json!({})).await);
    send(&api, &upload, form("canary", None)).await;
    let record = api.server.control.requests().await;
    let sent = record.last().unwrap();
    assert_eq!(sent["path"], format!("/v1/file_uploads/{upload}/send"));
    assert_eq!(sent["body"], Value::Null);
    assert!(!json!(record).to_string().contains("canary"));
}
