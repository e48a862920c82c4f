//! A lease attacked: by web pages in a real browser, by raw bytes, and by another user. No request gets
//! through to Notion.
