//! Keyrack without a window: clients, connections, authorizations, the vault and the store.
//!
//! The rooms stand on floors, and nothing looks up (`tests/floors.rs` of this crate):
//!
//! | floor | room | what is in it |
//! |---|---|---|
//! | 7 | `documents` | what leaves Keyrack to be read or kept by others |
//! | 6 | `acts`, `views` | one file for each verb, with its recovery; what a front end reads |
//! | 5 | `keyrack` | one open data folder, whose methods all acts are |
//! | 4 | `effects` | the outside world as values |
//! | 3 | `runtime` | state that lives no longer than the process |
//! | 2 | `storage`, `host` | data at rest; services of the operating system |
//! | 1 | `domain` | values and decisions: no await, no IO |
//! | 0 | `identity`, `failpoint` | names; where tests may end a process |

mod acts;
pub mod documents;
mod domain;
mod effects;
mod failpoint;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod host;
mod identity;
mod keyrack;
mod runtime;
mod storage;
mod views;
mod words;

#[cfg(test)]
mod tests;

pub use acts::check::background::{Attention, CaughtUp, Tick, Watch};
pub use acts::clients::portal::PORTAL;
pub use acts::hand_out::HandedOut;
pub use acts::import::pairs::PairImport;
pub use acts::import::sealed::OpenedFile;
pub use acts::lease::{Begun, Leases, Terms};
pub use acts::naming::{called, is_typable, own_name, workspace};
pub use acts::pass_on::{Outgoing, OutgoingBody};
pub use acts::scan::{Ground, NotRead, Scan, Unread, shown_path};
pub use acts::self_test::SelfTest;
pub use domain::annotation::{LabelChange, Labels, Note};
pub use domain::authorization::{Authorization, Progress};
pub use domain::batch::{Batch, BatchAct, BatchEnd, BatchState, NotDone};
pub use domain::callback::app_link_in;
pub use domain::client::{Client, ClientChange, ClientDefaults, ConnectionsPolicy, NewClient};
pub use domain::connection::{Connection, Status};
pub use domain::event::Event;
pub use domain::expiry::ExpiryDay;
pub use domain::hand_out::{Allowed, Caller, CutOff, HandedTo, Lease, LeaseUse, Way};
pub use domain::kind::Kind as OperationKind;
pub use domain::list::Changes;
pub use domain::name::{called_so, caseless_name, folded_name};
pub use domain::owner::Owner;
pub use domain::pairs::{
    JudgedLine, KeptLine, LONGEST_LINE, LineFault, PairCounts, PairLines, PairVerdict, ReadLine,
};
pub use domain::preferences::{BackgroundChecks, Language, Preferences};
pub use domain::problem::{Cause, Field, Problem};
pub use domain::rebuilt::{DatabaseState, Rebuilt};
pub use domain::receipt::{Receipt, RefreshTokenFate, Remains, Revocation};
pub use domain::redirect::{RedirectMethod, redirect_uri};
pub use domain::removal::{Cleanup, Removal, RemovalStage, Removed};
pub use domain::sealed::{
    FoundInFile, NotTaken, SealedExport, SealedImport, SealedRow, SealedVerdict, Taken,
};
pub use domain::stray::{Diff, Stray, StrayKind, Whose};
pub use domain::time::Millis;
pub use domain::token::NewToken;
pub use effects::Effects;
pub use host::browser::{Opener, may_have_browser, open_in_browser};
pub use host::caller::calling_program;
pub use host::clock::{Clock, UptimeClock, system_clock, system_uptime};
pub use host::core_dumps::{CoreLimit, disable_core_dumps};
#[cfg(target_os = "linux")]
pub use host::desktop_entry;
pub use host::environment::Settings;
pub use host::file_limit::survive_file_limit;
pub use host::language::system_language;
pub use host::login_item::{LoginItem, WATCHER, system_login_item};
pub use host::programs::program_beside;
pub use host::session::Session;
#[cfg(unix)]
pub use host::signals::signalled;
pub use host::signals::{asked_to_end, interrupted};
pub use identity::{APP_ID, APP_LINK, SCHEME};
pub use keyrack::Keyrack;
pub use notion_oauth::{
    ApiPath, Backoff, Body as RequestBody, Budget, NOTION_VERSION, PassedBack, is_passed_on,
    is_unprintable, sanitize_display_text,
};
pub use runtime::proxy::Endpoint;
pub use storage::data_folder::DataFolder;
pub use storage::sealed::{Seal, SealedSource, Unseal, is_to_passphrase, refuse_place};
pub use storage::store::KnownNames;
pub use storage::vault::{KeyringConnector, system_keyring};
pub use views::about::About;
pub use views::activity::{
    ActivityEntry, ActivityFilter, ActivityPage, Outcome as ActivityOutcome,
};
pub use views::details::Details;
pub use views::snapshot::{News, Snapshot};
pub use words::{ProblemWords, Words};
