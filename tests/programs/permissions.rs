//! The window's restrictions, tried from inside the real window.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::page::Page;
use support::test_env::TestEnv;

/// Every command of every plugin that is built into the program, from the build's list.
const MANIFESTS: &str = include_str!(concat!(env!("OUT_DIR"), "/acl-manifests.json"));
/// The capabilities that the program grants, from the build's list.
const CAPABILITIES: &str = include_str!(concat!(env!("OUT_DIR"), "/capabilities.json"));
const COMMANDS: &str = include_str!("../../src-tauri/desktop/commands/mod.rs");
/// The key of our own commands in [`MANIFESTS`].
const OWN: &str = "__app-acl__";

/// What the window may ask for. A name is added here by hand, after a look at what it gives away.
const ALLOWED: [&str; 69] = [
    "plugin:event|listen",
    "plugin:event|unlisten",
    "about",
    "acknowledge",
    "acknowledge_batch",
    "acknowledge_removal",
    "activity",
    "add_client",
    "add_token",
    "allow",
    "begin_authorization",
    "begin_batch",
    "begin_import",
    "begin_reconnect",
    "cancel_authorization",
    "cancel_batch",
    "change_preferences",
    "changes",
    "check",
    "close_sealed",
    "continue_authorization",
    "copy_authorization_url",
    "copy_text",
    "copy_token",
    "details",
    "edit_client",
    "end_lease",
    "end_import",
    "end_scan",
    "export_connections",
    "export_activity",
    "export_sealed",
    "forget",
    "import_sealed",
    "judge_next",
    "keep_look",
    "keep_next",
    "label_connections",
    "leases",
    "look",
    "wanted",
    "news",
    "open_again",
    "open_data_folder",
    "open_in_notion",
    "open_portal",
    "open_sealed",
    "preferences",
    "quit",
    "rebuild",
    "redirect_uri",
    "refresh",
    "remove_client",
    "remove_everything",
    "replace_client_secret",
    "revoke",
    "save_bridge_page",
    "save_text",
    "scan",
    "self_test",
    "set_note",
    "set_expiry",
    "snapshot",
    "submit_callback",
    "try_sandbox",
    "undo_move",
    "verify_client",
    "verify_saved_client",
    "zoom",
];

/// Commands that do not exist.
const UNKNOWN: [&str; 6] = [
    "read_token",
    "constructor",
    "plugin:shell|open",
    "plugin:fs|read_text_file",
    "plugin:opener|open_url",
    "plugin:single-instance|init",
];

/// The commands by their permission, such as `core:event:allow-listen`, under the names that a page
/// calls them by.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    let manifests: BTreeMap<String, Value> = serde_json::from_str(MANIFESTS).unwrap();
    let mut commands = BTreeMap::new();
    for (plugin, manifest) in manifests {
        for (name, permission) in manifest["permissions"].as_object().unwrap() {
            let allowed = permission["commands"]["allow"].as_array().unwrap();
            let called = |command: &Value| {
                let command = command.as_str().unwrap();
                if plugin == OWN {
                    return command.to_owned();
                }
                let plugin = plugin.strip_prefix("core:").unwrap_or(&plugin);
                format!("plugin:{plugin}|{command}")
            };
            let permission = if plugin == OWN {
                name.clone()
            } else {
                format!("{plugin}:{name}")
            };
            commands.insert(permission, allowed.iter().map(called).collect());
        }
    }
    commands
}

/// The commands that the program grants to the window.
fn granted() -> BTreeSet<String> {
    let commands = commands();
    let capabilities: Value = serde_json::from_str(CAPABILITIES).unwrap();
    let permissions = capabilities["main"]["permissions"].as_array().unwrap();
    let of = |permission: &Value| commands[permission.as_str().unwrap()].clone();
    permissions.iter().flat_map(of).collect()
}

/// The commands in the handler's list: all of our own that exist.
fn handled() -> BTreeSet<String> {
    let (_, list) = COMMANDS.split_once("generate_handler![").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let paths = list.split(',').map(str::trim);
    let paths = paths.filter(|path| !path.is_empty());
    let names = paths.filter_map(|path| path.rsplit("::").next());
    names.map(str::to_owned).collect()
}

/// How many functions are marked as commands.
fn marked() -> usize {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/desktop/commands");
    let files = fs::read_dir(rooms).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .map(|text| text.matches("#[tauri::command").count())
        .sum()
}

#[test]
fn our_own_commands_and_the_ear_for_events_are_all_that_is_granted_and_to_our_own_page_only() {
    let mut expected = handled();
    assert_eq!(expected.len(), marked(), "each command is handled");
    expected.extend(["listen", "unlisten"].map(|name| format!("plugin:event|{name}")));
    assert_eq!(granted(), expected);
    assert_eq!(granted(), ALLOWED.map(str::to_owned).into());

    let capabilities: BTreeMap<String, Value> = serde_json::from_str(CAPABILITIES).unwrap();
    assert_eq!(capabilities.keys().collect::<Vec<_>>(), ["main"]);
    let main = &capabilities["main"];
    assert_eq!(main["windows"], json!(["main"]));
    assert_eq!(main["local"], true);
    for wider in ["remote", "webviews"] {
        assert_eq!(main[wider], Value::Null, "{wider}");
    }
}

#[test]
fn no_build_has_a_global_api_and_no_release_has_developer_tools() {
    let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert_eq!(config["app"]["security"]["freezePrototype"], true);
    assert_eq!(config["app"]["windows"], json!([]), "Rust opens the window");
    // Without the feature, they are part of debug builds only, if nobody asks for them by hand.
    let (_, manifest) = include_str!("../../Cargo.toml")
        .split_once("\n[features]")
        .unwrap();
    assert!(!manifest.contains("devtools"));
    assert!(!include_str!("../../src-tauri/desktop/window/mod.rs").contains("devtools"));
}

/// Calls commands without arguments, and returns why each was refused; empty for one that succeeded.
async fn refusals(window: &Page, commands: &BTreeSet<String>) -> BTreeMap<String, String> {
    let script = format!(
        "return (async () => {{
             const refusals = {{}};
             for (const command of {}) {{
                 refusals[command] = await window.__TAURI_INTERNALS__.invoke(command, {{}}).then(
                     () => '',
                     (why) => typeof why === 'string' ? why : JSON.stringify(why),
                 );
             }}
             return refusals;
         }})()",
        json!(commands)
    );
    serde_json::from_value(window.run(&script).await).unwrap()
}

#[tokio::test]
async fn the_page_may_call_what_is_granted_and_none_of_all_other_commands() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("add-client").appears().await;
    let mut granted = granted();
    let mut denied: BTreeSet<_> = commands().into_values().flatten().collect();
    denied.retain(|command| !granted.contains(command));
    assert!(denied.len() > 100, "{}", denied.len());
    denied.extend(UNKNOWN.map(str::to_owned));

    // `quit` needs no arguments, and would end the window.
    assert!(granted.remove("quit"));
    // Most of the other commands refuse because their arguments are missing.
    for (command, why) in refusals(&window, &granted).await {
        assert!(!why.contains("not allowed"), "{command}: {why}");
    }
    for (command, why) in refusals(&window, &denied).await {
        assert!(why.contains("not allowed"), "{command}: {why}");
    }
    window.at("connect").appears().await;
    window.close().await;
}

/// The script that the attempts share. `refused` does something and returns which rule of the content
/// policy refused it; where the policy reports nothing, an attempt returns itself how it ended.
const MEANS: &str = "
    const refused = (act) => new Promise((done) => {
        const told = (violation) => done(violation.effectiveDirective);
        document.addEventListener('securitypolicyviolation', told, { once: true });
        setTimeout(() => done('not refused'), 10000);
        act();
    });
    const put = (tag, properties) => {
        const element = Object.assign(document.createElement(tag), properties);
        document.body.append(element);
        return element;
    };
    const ended = (act) => Promise.resolve().then(act).then(() => 'done', () => 'refused');
    window.ran = () => { window.hasRun = true; };";

/// The attempts: name, script, and result. `TARGET` is an address that would record a request.
const ATTEMPTS: &[(&str, &str, &str)] = &[
    // To other pages.
    ("location", "location.href = TARGET; return ''", ""),
    ("assign", "location.assign(TARGET); return ''", ""),
    ("link", "put('a', { href: TARGET }).click(); return ''", ""),
    (
        "link to a new window",
        "put('a', { href: TARGET, target: '_blank' }).click(); return ''",
        "",
    ),
    (
        "refresh",
        "put('meta', { httpEquiv: 'refresh', content: `0;url=${TARGET}` }); return ''",
        "",
    ),
    (
        "data page",
        "location.href = 'data:text/html,x'; return ''",
        "",
    ),
    (
        "file",
        "location.href = 'file:///etc/passwd'; return ''",
        "",
    ),
    ("window", "return String(window.open(TARGET))", "null"),
    (
        "empty window",
        "return String(window.open('about:blank'))",
        "null",
    ),
    (
        "form",
        "return refused(() => put('form', { action: TARGET }).submit())",
        "form-action",
    ),
    (
        "form that posts to a new window",
        "return refused(() => put('form', { action: TARGET, method: 'post', target: '_blank' }).submit())",
        "form-action",
    ),
    (
        "base",
        "return refused(() => put('base', { href: TARGET }))",
        "base-uri",
    ),
    // Frames.
    (
        "frame",
        "return refused(() => put('iframe', { src: TARGET }))",
        "frame-src",
    ),
    (
        "frame from text",
        "put('iframe', { srcdoc: `<img src=${TARGET}><script>parent.ran()</script>` }); return ''",
        "",
    ),
    (
        "object",
        "return refused(() => put('object', { data: TARGET }))",
        "object-src",
    ),
    (
        "embed",
        "return refused(() => put('embed', { src: TARGET }))",
        "object-src",
    ),
    // What a page loads.
    (
        "image",
        "return refused(() => put('img', { src: TARGET }))",
        "img-src",
    ),
    (
        "image of a style",
        "return refused(() => { put('p', { textContent: 'x' }).style.backgroundImage = `url(${TARGET})`; })",
        "img-src",
    ),
    (
        "image from text",
        "return refused(() => put('img', { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' }))",
        "img-src",
    ),
    (
        "video",
        "return refused(() => put('video', { src: TARGET }))",
        "media-src",
    ),
    (
        "style sheet",
        "return refused(() => put('link', { rel: 'stylesheet', href: TARGET }))",
        "style-src-elem",
    ),
    (
        "font",
        "return ended(() => new FontFace('far', `url(${TARGET})`).load())",
        "refused",
    ),
    // What a page sends.
    ("fetch", "return ended(() => fetch(TARGET))", "refused"),
    (
        "fetch without an answer",
        "return ended(() => fetch(TARGET, { method: 'POST', mode: 'no-cors', body: 'x' }))",
        "refused",
    ),
    (
        "XHR",
        "return refused(() => { const asked = new XMLHttpRequest(); asked.open('GET', TARGET); asked.send(); })",
        "connect-src",
    ),
    (
        "web socket",
        "return refused(() => { try { new WebSocket(TARGET.replace('http', 'ws')); } catch {} })",
        "connect-src",
    ),
    (
        "event source",
        "return refused(() => { try { new EventSource(TARGET); } catch {} })",
        "connect-src",
    ),
    (
        "beacon",
        "return refused(() => navigator.sendBeacon(TARGET, 'x'))",
        "connect-src",
    ),
    (
        "ping of a link",
        "put('a', { href: TARGET, ping: TARGET }).click(); return ''",
        "",
    ),
    // Code.
    (
        "script",
        "return refused(() => put('script', { src: TARGET }))",
        "script-src-elem",
    ),
    (
        "script from an address of text",
        "return refused(() => put('script', { src: 'data:text/javascript,ran()' }))",
        "script-src-elem",
    ),
    (
        "inline script",
        "return refused(() => put('script', { textContent: 'ran()' }))",
        "script-src-elem",
    ),
    (
        "inline handler",
        "return refused(() => { const p = put('p', {}); p.setAttribute('onclick', 'ran()'); p.click(); })",
        "script-src-attr",
    ),
    (
        "link of code",
        "return refused(() => put('a', { href: 'javascript:ran()' }).click())",
        "script-src-elem",
    ),
    ("module", "return ended(() => import(TARGET))", "refused"),
    ("eval", "return ended(() => (0, eval)('ran()'))", "refused"),
    (
        "function from text",
        "return ended(() => new Function('ran()')())",
        "refused",
    ),
    (
        "timer from text",
        "return refused(() => { try { setTimeout('ran()'); } catch {} })",
        "script-src",
    ),
    (
        "worker from text",
        "return refused(() => { try { new Worker(URL.createObjectURL(new Blob([`fetch('${TARGET}')`]))); } catch {} })",
        "worker-src",
    ),
    // What a page might change for the rest of it.
    ("global API", "return typeof window.__TAURI__", "undefined"),
    (
        "prototype",
        "Object.prototype.toJSON = ran; return String(Object.isFrozen(Object.prototype))",
        "true",
    ),
    // The results of attempts that report nothing themselves.
    (
        "text in a frame",
        "const inside = (frame) => frame.contentDocument?.querySelector('img') ?? null;
         return String([...document.querySelectorAll('iframe')].map(inside))",
        ",",
    ),
    ("text that ran", "return String(window.hasRun)", "undefined"),
];

#[tokio::test]
async fn the_page_can_go_nowhere_load_nothing_from_elsewhere_and_run_no_text() {
    let env = TestEnv::new();
    let window = env.window().await;
    window.at("add-client").appears().await;
    let own = window.url().await;
    let target = format!("{}/v1/oauth/authorize", env.sandbox.base_url);
    let (mut ended, mut expected) = (Vec::new(), Vec::new());
    for (name, script, end) in ATTEMPTS {
        let script = format!("const TARGET = {}; {MEANS} {script}", json!(target));
        ended.push((name, window.run(&script).await));
        expected.push((name, json!(end)));
        assert_eq!(window.url().await, own, "{name} has led elsewhere");
        let requests = env.sandbox.requests().await;
        assert_eq!(requests, [Value::Null; 0], "{name} has asked for something");
    }
    assert_eq!(ended, expected);
    let windows = window.client().windows().await.unwrap();
    assert_eq!(windows.len(), 1);
    window.at("add-client").click().await;
    window.at("client-name").appears().await;
    window.close().await;
}
