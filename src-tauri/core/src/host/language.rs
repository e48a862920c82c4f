//! The language of the operating system.

use crate::domain::preferences::Language;

/// The system's language, if Keyrack speaks it; English otherwise.
#[must_use]
pub fn system_language() -> Language {
    let is_german = sys_locale::get_locale().is_some_and(|locale| locale.starts_with("de"));
    if is_german {
        Language::De
    } else {
        Language::En
    }
}
