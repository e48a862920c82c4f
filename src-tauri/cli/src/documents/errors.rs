//! Why there is no result: one line on standard error.

use keyrack_core::Problem;
use serde_json::{Value, json};

/// A problem with its words, and the names that were probably meant.
pub fn error_document(problem: &Problem, message: &str, meant: &[String]) -> Value {
    let mut error = json!(problem);
    if !meant.is_empty() {
        error["did_you_mean"] = json!(meant);
    }
    error["message"] = message.into();
    json!({ "error": error })
}

/// What is no problem of Keyrack's: arguments that are wrong, or a person who does not want it.
pub fn plain_error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
