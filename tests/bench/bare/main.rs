//! An empty Tauri window, which the app's window is compared with.

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!("tests/bench/bare/tauri.conf.json"))
        .expect("a window");
}
