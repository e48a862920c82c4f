//! Pages: a list's next one begins at the cursor that the last one named (developers.notion.com,
//! "Pagination").

use std::collections::HashSet;

use keyrack_core::{Cause, Problem};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::Body;

const CURSOR: &str = "start_cursor";

/// A request of a list, page by page: the cursor is in the query, or in the body if there is one.
pub struct Page {
    query: Vec<(String, String)>,
    body: Option<Body>,
    json: Option<Value>,
    /// The cursors that led here.
    cursors: HashSet<String>,
}

impl Page {
    pub fn first(query: Vec<(String, String)>, body: Body) -> Result<Self, Problem> {
        let json = match &body {
            Body::Json(bytes) => Some(serde_json::from_slice(bytes).map_err(|error| {
                let (path, detail) = ("--data".to_owned(), error.to_string());
                Problem::from(Cause::NotJson { path, detail })
            })?),
            Body::None | Body::Form(_) => None,
        };
        let in_query = query.iter().filter(|(name, _)| name == CURSOR);
        let in_body = json
            .as_ref()
            .and_then(|json: &Value| json.get(CURSOR)?.as_str());
        let cursors = in_query.map(|(_, cursor)| cursor.as_str()).chain(in_body);
        Ok(Self {
            cursors: cursors.map(str::to_owned).collect(),
            query,
            body: Some(body),
            json,
        })
    }

    /// The query and the body of the present page.
    pub fn request(&mut self) -> (Option<String>, Body) {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.query);
        let query = Some(query.finish()).filter(|query| !query.is_empty());
        let body = self.body.take().unwrap_or(Body::None);
        (query, body)
    }

    /// Goes on to the next page, if the reply names one. Fails where that is one that was there before.
    pub fn next(&mut self, reply: &[u8]) -> Result<bool, Problem> {
        let reply: Value = serde_json::from_slice(reply).unwrap_or_default();
        let cursor = match (&reply["has_more"], &reply["next_cursor"]) {
            (Value::Bool(true), Value::String(cursor)) => cursor.clone(),
            _ => return Ok(false),
        };
        if !self.cursors.insert(cursor.clone()) {
            return Err(Cause::PagesInCircle.into());
        }
        if let Some(json) = &mut self.json {
            if !json.is_object() {
                return Ok(false);
            }
            json[CURSOR] = cursor.into();
            self.body = Some(Body::Json(json.to_string().into_bytes()));
        } else {
            self.query.retain(|(name, _)| name != CURSOR);
            self.query.push((CURSOR.to_owned(), cursor));
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MORE: &[u8] = br#"{"has_more":true,"next_cursor":"c 1"}"#;

    #[test]
    fn the_cursor_of_a_page_leads_to_the_next() {
        let query = vec![("page_size".to_owned(), "2".to_owned())];
        let mut page = Page::first(query, Body::None).expect("a page");
        assert_eq!(page.request().0.as_deref(), Some("page_size=2"));
        assert_eq!(page.next(MORE), Ok(true));
        let (query, _) = page.request();
        assert_eq!(query.as_deref(), Some("page_size=2&start_cursor=c+1"));
        assert_eq!(
            page.next(br#"{"has_more":true,"next_cursor":"c 2"}"#),
            Ok(true)
        );
        let circle = page.next(MORE).expect_err("it was there before");
        assert_eq!(circle.cause, Cause::PagesInCircle);
        let begun = vec![(CURSOR.to_owned(), "c 1".to_owned())];
        let mut begun = Page::first(begun, Body::None).expect("a page");
        assert!(begun.next(MORE).is_err(), "it began there");
        let last = br#"{"has_more":false,"next_cursor":null}"#;
        assert_eq!(page.next(last), Ok(false));
        assert_eq!(page.next(b"<html>"), Ok(false));
    }

    #[test]
    fn a_body_takes_the_cursor_in_itself() {
        let body = Body::Json(br#"{"filter":{}}"#.to_vec());
        let mut page = Page::first(Vec::new(), body).expect("a page");
        page.request();
        assert_eq!(page.next(MORE), Ok(true));
        let (query, Body::Json(body)) = page.request() else {
            panic!("a body");
        };
        assert_eq!(query, None);
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            body,
            serde_json::json!({"filter": {}, "start_cursor": "c 1"})
        );
        assert!(Page::first(Vec::new(), Body::Json(b"{".to_vec())).is_err());
    }
}
