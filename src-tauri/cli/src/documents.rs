//! The documents of the command alone, beside those of core: what acts came to, and why there is no
//! result (docs/json.md).

pub mod errors;
#[cfg(test)]
pub mod examples;
mod results;

pub use results::{
    AuthorizationDocument, BatchDocument, DoctorDocument, PendingDocument, RebuiltDocument,
    TestDocument,
};
