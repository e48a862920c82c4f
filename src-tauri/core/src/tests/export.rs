//! The list as a file that a person keeps.

use crate::documents::ExportFormat;
use crate::tests::env::TestEnv;

#[tokio::test]
async fn the_list_is_exported_as_it_is_asked_for_without_what_is_gone() {
    let (env, keyrack, client) = TestEnv::with_client().await;
    let first = env.connect(&keyrack, &client).await;
    let other = env.another_client(&keyrack).await;
    let second = env.connect(&keyrack, &other).await;
    keyrack.check(&first).await.expect("checked");
    keyrack
        .set_labels(&first, &["=VIP".to_owned(), "Acme, Inc.".to_owned()])
        .expect("labelled");
    keyrack.set_note(&first, "@all").expect("noted");
    let ids = [second.clone(), "gone".to_owned(), first.clone()];

    let table = keyrack
        .export_connections(&ids, ExportFormat::Csv)
        .expect("a table");
    let text = String::from_utf8(table.bytes.clone()).expect("text");
    assert_eq!(table.file(), format!("\u{feff}{text}").into_bytes());
    let rows: Vec<_> = text.split("\"\n").collect();
    assert_eq!(rows.len(), 4, "three rows and the end: {text}");
    assert!(rows[0].starts_with("\"workspace_name\",\"owner_name\",\"owner_email\""));
    assert!(
        rows[1].contains(&second) && rows[2].contains(&first),
        "{text}"
    );
    assert!(
        rows[2].contains("\"'=VIP\nAcme, Inc.\",\"'@all\",\"read_content"),
        "{text}"
    );
    assert!(
        rows[2].contains("\"active\",\"\",\"any\",\"false\""),
        "{text}"
    );

    let document = keyrack
        .export_connections(&ids, ExportFormat::Json)
        .expect("a document");
    let listed: serde_json::Value = serde_json::from_slice(&document.bytes).expect("JSON");
    let of = |one: &serde_json::Value| one["id"].as_str().map(str::to_owned);
    let listed = listed.as_array().expect("a list");
    assert_eq!(
        listed.iter().map(of).collect::<Vec<_>>(),
        [Some(second), Some(first)]
    );
    assert_eq!(
        listed[1]["labels"],
        serde_json::json!(["=VIP", "Acme, Inc."])
    );
    assert_eq!(listed[1]["capabilities"][0], "read_content");
    let day = &env.now().rfc3339()[..10];
    assert_eq!(document.file(), document.bytes);
    assert_eq!(table.name, format!("keyrack-connections-{day}.csv"));
    assert_eq!(document.name, format!("keyrack-connections-{day}.json"));
}
