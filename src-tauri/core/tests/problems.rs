//! Every cause has words in every language, and both programs say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keyrack_core::{Cause, Field, Language, Problem, Words};
use serde_json::{Value, json};

/// `scripts/types` sets this to write the file instead of comparing it.
const WRITE: &str = "KEYRACK_WRITE_TYPES";

/// The causes with their words as Rust says them, for the window's test to compare with its own.
const SAID: &str = "../../ui/src/dev/problems.json";

const LANGUAGES: [Language; 2] = [Language::En, Language::De];

/// Every cause, with data as a person may meet them.
#[allow(clippy::too_many_lines, reason = "one list")]
fn every_cause() -> Vec<Cause> {
    use Cause::*;
    let text = |text: &str| text.to_owned();
    let offline = || Box::new(Unreachable);
    vec![
        KeyringMissing,
        NoSessionBus,
        KeyringNoCollection,
        KeyringLocked,
        KeyringWaiting,
        KeyringTooLarge,
        KeyringLost,
        KeyringForeign,
        KeyringFailed {
            detail: text("the D-Bus connection was closed"),
        },
        ClientRejected,
        ClientSwapped,
        GrantRejected,
        RateLimited,
        NotionUnavailable { status: 503 },
        Unreachable,
        HostUnknown {
            host: text("api.notion.com"),
        },
        HostRefuses {
            host: text("api.notion.com"),
        },
        ProxyFailed {
            proxy: text("proxy.example:3128"),
            detail: text("proxy authorization required"),
        },
        CertificateExpired {
            host: text("api.notion.com"),
        },
        CertificateEarly {
            host: text("api.notion.com"),
        },
        CertificateOtherName {
            host: text("api.notion.com"),
        },
        CertificateUntrusted {
            host: text("api.notion.com"),
        },
        NoRootCertificates {
            detail: text("No CA certificates were loaded from the system"),
        },
        CertificateFaulty {
            host: text("api.notion.com"),
            detail: text("bad signature"),
        },
        AnswerLost,
        NotNotion {
            status: 200,
            detail: text("a web page"),
        },
        NotionRefused {
            status: 400,
            detail: text("validation_error"),
        },
        OtherBot,
        NoTime,
        ClientSecretLost,
        ClientAltered {
            client: text("My integration"),
            listed: text("https://notion.example"),
            kept: text("https://api.notion.com"),
        },
        ClientUnproven {
            listed: text("https://notion.example"),
            usual: text("https://api.notion.com"),
        },
        ClientInUse,
        ClientGone,
        ClientUrl {
            detail: text("relative URL without a base"),
        },
        SecretUnreadable,
        NoClient,
        NoSuchClient {
            name: text("Agency"),
        },
        SeveralClients {
            candidates: text("\n  1f2e  Agency\n  3d4c  Agency"),
        },
        InvalidInput {
            field: Field::BridgeUrl,
        },
        ConnectionGone,
        ConnectionAltered,
        BusyElsewhere,
        NotHandedOut {
            connection: text("0d7c"),
            workspace: text("Acme"),
            why: Box::new(TokenInactive),
        },
        HandOutRefused,
        TokenStays,
        LeaseOver,
        NoSuchLease {
            id: text("1f2e3d4c"),
        },
        OnlyReads,
        ApiPath {
            detail: text("a path must not lead out of its place"),
        },
        HttpStatus {
            status: 404,
            detail: text("object_not_found"),
        },
        LeaseFailed {
            detail: text("no such file or directory"),
        },
        InputFile {
            path: text("/home/ada/page.json"),
            detail: text("no such file or directory"),
        },
        NotJson {
            path: text("/home/ada/page.json"),
            detail: text("EOF while parsing an object at line 1 column 1"),
        },
        PagesInCircle,
        NoConnection,
        WhichConnection {
            candidates: text("\n  b0b  Acme Research  Ada"),
        },
        NoProgram,
        ProgramMissing {
            program: text("npx"),
        },
        ProgramNotRun {
            program: text("./deploy.sh"),
            detail: text("Permission denied (os error 13)"),
        },
        TokenTwice {
            variable: text("NOTION_TOKEN"),
        },
        SettingsFile {
            path: text("/home/ada/site/.env"),
            detail: text("No such file or directory (os error 2)"),
        },
        NoSuchConnection { name: text("Acme") },
        SeveralConnections {
            name: text("Acme"),
            candidates: text("\n  b07a  Acme  Ada\n  b07b  Acme  Grace"),
        },
        NoSuchLabel {
            name: text("Acme Ltd"),
        },
        MadeElsewhere {
            page: text("https://app.notion.com/developers/connections"),
        },
        TokenKnown {
            connection: text("3f2504e0"),
            workspace: text("Acme"),
        },
        TokenEnded {
            page: text("https://app.notion.com/developers/connections"),
        },
        TokenRefused,
        NoExpiry,
        ListUnreadable,
        NotAllImported { count: 3 },
        TokenInactive,
        NeedsReconnecting,
        TokenSuperseded,
        OtherClient,
        AlreadyChecking,
        BatchUnderWay,
        NotAllDone { count: 3 },
        AlreadyWatching,
        ChecksFailed { count: 1_200 },
        ChecksOff,
        LinkMalformed {
            detail: text("it has no state"),
        },
        LinkUnknown,
        LinkHandled,
        LinkExpired,
        LinkCancelled,
        LinkMismatch,
        AuthorizationRefused {
            detail: text("server_error"),
        },
        AuthorizationDenied,
        AuthorizationExpired,
        AuthorizationOver,
        AuthorizationElsewhere,
        Cancelled,
        LeftEarly,
        LeftMidway,
        OtherWorkspace {
            workspace: text("Bureau"),
        },
        ConnectInterrupted,
        ReconnectInterrupted,
        ExchangeLost {
            why: Box::new(AnswerLost),
        },
        NotListed {
            why: Box::new(StoreBusy),
        },
        GrantEnded {
            why: Box::new(KeyringTooLarge),
        },
        GrantRemains {
            why: Box::new(KeyringFailed {
                detail: text("the D-Bus connection was closed"),
            }),
        },
        PortTaken {
            port: 53_682,
            detail: text("Address already in use (os error 98)"),
        },
        BrowserFailed,
        NoRandomNumbers,
        NoRefreshToken,
        RevocationPending,
        RefreshRejected,
        RefreshUnfinished {
            why: Box::new(AnswerLost),
        },
        RefreshLost {
            why: Box::new(NotionUnavailable { status: 502 }),
        },
        RefreshNotSaved {
            why: Box::new(KeyringLocked),
        },
        RefreshTokensRemain {
            why: Box::new(KeyringLocked),
        },
        RemovedTokensRemain,
        StillActive,
        RevocationOvertaken,
        RevocationUnproven,
        NotRevokedYet {
            workspace: text("Acme"),
            why: offline(),
        },
        RevocationUnfinished {
            workspace: text("Acme"),
            why: Box::new(KeyringLocked),
        },
        NotRemoved {
            why: Box::new(OtherProgramAtWork),
        },
        TokensBeingWritten,
        OtherProgramAtWork,
        FileExists {
            path: text("/home/ada/moved.age"),
        },
        FileUnproven {
            path: text("/media/stick/moved.age"),
        },
        RecipientSecret,
        RecipientUnknown {
            recipient: text("ssh-ed25519 AAAA"),
        },
        IdentityUnreadable {
            path: text("/home/ada/key.txt"),
        },
        NotAge,
        SealedTooLarge,
        SealedWork,
        SealedToKey,
        SealedToPassphrase,
        WrongPassphrase,
        OtherKey,
        SealedDamaged,
        SealedForeign,
        SealedNewer,
        SealedUnfit {
            part: text("connections[3].access"),
        },
        SealedUrl {
            address: text("http://notion.example"),
        },
        PassphraseUnreadable,
        PassphraseShort,
        PassphraseDiffers,
        SandboxStays {
            workspace: text("Acme"),
        },
        NotExported {
            workspace: text("Acme"),
            why: Box::new(RevocationPending),
        },
        MovedOut,
        NotMoved {
            workspace: text("Acme"),
        },
        Interrupted,
        CutOff,
        OutcomeUnknown,
        Overtaken,
        RemovedBeforeDone,
        Earlier {
            message: text("The keyring failed."),
        },
        StoreBusy,
        StoreNewer,
        StoreDamaged,
        StoreLost,
        StoreUnknown,
        StoreForeign,
        StoreAltered {
            part: text("trigger steal"),
        },
        StoreFailed {
            detail: text("disk I/O error"),
        },
        DataFolder {
            path: text("/home/ada/.local/share/app.keyrack"),
            detail: text("Permission denied (os error 13)"),
        },
        FolderNotOurs {
            path: text("/home/ada/Documents"),
        },
        FolderUnfit {
            path: text("/mnt/share/keyrack"),
            detail: text("No locks available (os error 37)"),
        },
        OthersFile {
            path: text("/home/ada/.local/share/app.keyrack/store.json"),
            owner: text("root"),
        },
        NoDataFolder,
        NotionUrl {
            detail: text("relative URL without a base"),
        },
        AlreadyOpen,
        NameTaken {
            program: text("/usr/bin/squatter"),
        },
        NoDisplay,
        SandboxFailed {
            detail: text("Address already in use (os error 98)"),
        },
        SandboxElsewhere,
        NotWritten {
            path: text("/home/ada/Downloads/receipt.txt"),
            detail: text("No space left on device (os error 28)"),
        },
        NotPrinted {
            detail: text("No space left on device (os error 28)"),
        },
        NotSavable,
        NoDownloads,
        ExportFailed {
            detail: text("out of memory"),
        },
        NotOpened {
            path: text("/home/ada/.local/share/app.keyrack"),
            detail: text("no program is set for folders"),
        },
        ClipboardFailed,
        AppLinkMissing,
        AppLinkOther,
        AppLinkSilent,
        ClockWrong,
        StartAtLoginFailed {
            detail: text("/home/ada/.config/autostart: Permission denied (os error 13)"),
        },
    ]
}

/// One problem for each cause, and those whose words depend on more than it.
fn problems() -> Vec<Problem> {
    let mut problems: Vec<Problem> = every_cause().into_iter().map(Problem::from).collect();
    for seconds in [1, 90, 150] {
        problems.push(Problem {
            retry_after: Some(seconds),
            ..Cause::RateLimited.into()
        });
    }
    let fields = [
        Field::Name,
        Field::ClientId,
        Field::ClientSecret,
        Field::LocalhostPort,
        Field::Label,
        Field::Labels,
        Field::Note,
        Field::ClipboardSeconds,
    ];
    problems.extend(fields.map(|field| Cause::InvalidInput { field }.into()));
    problems.push(Cause::ChecksFailed { count: 1 }.into());
    problems.push(Cause::NotAllDone { count: 1 }.into());
    problems
}

/// What Rust says of a problem in a language.
fn said(problem: &Problem, language: Language) -> Value {
    let words = Words::of(language).problem(problem);
    json!({
        "short": words.short,
        "what": words.what,
        "safe": words.safe,
        "next": words.next,
        "detail": words.detail,
    })
}

#[test]
fn every_cause_of_the_catalogue_is_among_these() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/words/en.json");
    let catalogue = fs::read_to_string(catalogue).expect("the catalogue");
    let catalogue: serde_json::Map<String, Value> = serde_json::from_str(&catalogue).expect("JSON");
    let worded: BTreeSet<String> = catalogue
        .keys()
        .filter_map(|key| key.strip_prefix("problem.")?.strip_suffix(".what"))
        // A failure of the window itself, which Rust cannot tell of.
        .filter(|code| *code != "unexpected")
        .map(str::to_owned)
        .collect();
    let known: BTreeSet<String> = every_cause().iter().map(Cause::code).collect();
    assert_eq!(known, worded);
}

#[test]
#[allow(clippy::print_stdout, reason = "the table is to be read")]
fn every_cause_says_what_happened_what_is_safe_and_what_to_do() {
    for language in LANGUAGES {
        println!("{language:?}");
        for problem in problems() {
            println!(
                "{:24} {}",
                problem.cause.code(),
                Words::of(language).line(&problem)
            );
            let words = Words::of(language).problem(&problem);
            for text in [&words.short, &words.what, &words.safe, &words.next] {
                assert!(!text.trim().is_empty(), "{problem:?}");
                let is_filled = !text.contains(['{', '}']);
                assert!(is_filled && !text.starts_with("problem."), "{text}");
            }
            for sentence in [&words.what, &words.safe] {
                assert!(sentence.ends_with('.'), "{sentence}");
            }
        }
    }
}

#[test]
fn a_cause_is_read_as_it_is_written() {
    for problem in problems() {
        let text = serde_json::to_string(&problem).expect("written");
        let read: Problem = serde_json::from_str(&text).expect("read");
        assert_eq!(read, problem);
    }
}

#[test]
fn the_window_s_test_compares_with_what_rust_says() {
    let said: Vec<Value> = problems()
        .iter()
        .map(|problem| {
            let [en, de] = LANGUAGES.map(|language| said(problem, language));
            json!({"problem": problem, "en": en, "de": de})
        })
        .collect();
    let said = serde_json::to_string_pretty(&said).expect("JSON") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SAID);
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, said).expect("written");
        return;
    }
    let committed = fs::read_to_string(path).expect(SAID);
    assert!(
        committed == said,
        "{SAID} is out of date: run scripts/types"
    );
}

#[test]
fn a_line_says_nothing_twice() {
    let cause = Cause::HttpStatus {
        status: 400,
        detail: "validation_error".to_owned(),
    };
    for language in [Language::En, Language::De] {
        let line = Words::of(language).line(&Problem::from(cause.clone()));
        assert_eq!(line.matches("validation_error").count(), 1, "{line}");
    }
    let aside = Cause::ApiPath {
        detail: "it is empty".to_owned(),
    };
    let line = Words::of(Language::En).line(&aside.into());
    assert!(line.ends_with("(it is empty)"), "{line}");
}
