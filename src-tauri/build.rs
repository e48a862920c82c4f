//! Lists the window's commands, so that each needs a permission of its own.

/// Every command of `desktop/commands.rs`; `capabilities/main.json` allows them one by one.
const COMMANDS: &[&str] = &[
    "snapshot",
    "changes",
    "news",
    "wanted",
    "look",
    "keep_look",
    "zoom",
    "preferences",
    "try_sandbox",
    "redirect_uri",
    "open_portal",
    "verify_client",
    "add_client",
    "add_token",
    "replace_client_secret",
    "verify_saved_client",
    "edit_client",
    "remove_client",
    "begin_authorization",
    "begin_reconnect",
    "open_again",
    "copy_authorization_url",
    "submit_callback",
    "continue_authorization",
    "cancel_authorization",
    "acknowledge",
    "check",
    "begin_batch",
    "cancel_batch",
    "acknowledge_batch",
    "refresh",
    "revoke",
    "forget",
    "copy_token",
    "copy_text",
    "save_bridge_page",
    "details",
    "open_in_notion",
    "allow",
    "set_note",
    "set_expiry",
    "label_connections",
    "leases",
    "end_lease",
    "activity",
    "export_connections",
    "export_activity",
    "save_text",
    "change_preferences",
    "about",
    "open_data_folder",
    "self_test",
    "scan",
    "end_scan",
    "rebuild",
    "remove_everything",
    "acknowledge_removal",
    "quit",
];

fn main() {
    // The pages are built into the program; Vite gives each build new file names.
    println!("cargo:rerun-if-changed=ui/dist");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities are sound");
}
