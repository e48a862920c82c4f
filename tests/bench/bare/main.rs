//! A window of Tauri's with nothing in it: what the app's is compared with.

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!("tests/bench/bare/tauri.conf.json"))
        .expect("a window");
}
