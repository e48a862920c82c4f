//! Why there is no result: one line on standard error.

use keyrack_core::Problem;
use serde_json::{Value, json};

use crate::advice::Advice;

/// A problem with its words, and what can be done about it.
pub fn error_document(problem: &Problem, message: &str, advice: &Advice) -> Value {
    let mut error = json!(problem);
    if !advice.meant.is_empty() {
        error["did_you_mean"] = json!(advice.meant);
    }
    if let Some(command) = &advice.command {
        error["command"] = json!(command);
    }
    error["message"] = message.into();
    json!({ "error": error })
}

/// What is no problem of Keyrack's: arguments that are wrong, or a person who does not want it.
pub fn plain_error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
