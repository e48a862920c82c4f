//! Pages: a list's next one begins at the cursor that the last one named (developers.notion.com,
//! "Pagination").

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
}

impl Page {
    pub fn first(query: Vec<(String, String)>, body: Body) -> Result<Self, Problem> {
        let json = match &body {
            Body::Json(bytes) => Some(serde_json::from_slice(bytes).map_err(|error| {
                let (path, detail) = ("--data".to_owned(), error.to_string());
                Problem::from(Cause::InputFile { path, detail })
            })?),
            Body::None | Body::Form(_) => None,
        };
        Ok(Self {
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

    /// Goes on to the next page, if the reply names one.
    pub fn next(&mut self, reply: &[u8]) -> bool {
        let reply: Value = serde_json::from_slice(reply).unwrap_or_default();
        let cursor = match (&reply["has_more"], &reply["next_cursor"]) {
            (Value::Bool(true), Value::String(cursor)) => cursor.clone(),
            _ => return false,
        };
        if let Some(json) = &mut self.json {
            let has_it = json.get(CURSOR).and_then(Value::as_str) == Some(cursor.as_str());
            if has_it || !json.is_object() {
                return false;
            }
            json[CURSOR] = cursor.into();
            self.body = Some(Body::Json(json.to_string().into_bytes()));
        } else {
            let pair = (CURSOR.to_owned(), cursor);
            if self.query.contains(&pair) {
                return false;
            }
            self.query.retain(|(name, _)| name != CURSOR);
            self.query.push(pair);
        }
        true
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
        assert!(page.next(MORE));
        let (query, _) = page.request();
        assert_eq!(query.as_deref(), Some("page_size=2&start_cursor=c+1"));
        assert!(!page.next(MORE), "a cursor that leads back to itself");
        assert!(!page.next(br#"{"has_more":false,"next_cursor":null}"#));
        assert!(!page.next(b"<html>"));
    }

    #[test]
    fn a_body_takes_the_cursor_in_itself() {
        let body = Body::Json(br#"{"filter":{}}"#.to_vec());
        let mut page = Page::first(Vec::new(), body).expect("a page");
        page.request();
        assert!(page.next(MORE));
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
