//! The session that a program belongs to.

/// Waits until the session's bus is gone, which ends with the session. Without a bus, and on systems
/// that end a session's programs themselves, it waits for ever.
#[cfg(target_os = "linux")]
pub async fn session_ended() {
    use zbus::blocking::{Connection, MessageIterator};
    let (ended, is_over) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        if let Ok(bus) = Connection::session() {
            // It ends with the bus.
            MessageIterator::from(&bus).for_each(drop);
            // Nobody may be waiting any more.
            let _ = ended.send(());
        } else {
            std::mem::forget(ended);
        }
    });
    let _ = is_over.await;
}

#[cfg(not(target_os = "linux"))]
pub async fn session_ended() {
    std::future::pending().await
}
