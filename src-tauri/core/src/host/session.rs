//! The session that a program belongs to.

/// The session of this process, whose end is noticed.
#[derive(Debug)]
pub struct Session {
    #[cfg(target_os = "linux")]
    is_over: tokio::sync::oneshot::Receiver<()>,
}

#[cfg(target_os = "linux")]
impl Session {
    /// The longest wait for the session's bus to answer: one that never does has no end that could be
    /// noticed.
    const LONGEST: std::time::Duration = std::time::Duration::from_secs(5);

    /// Joins the session's bus, which ends with the session. From then on its end is noticed, however
    /// soon it comes.
    pub async fn join() -> Self {
        use zbus::blocking::{Connection, MessageIterator};
        let (ended, is_over) = tokio::sync::oneshot::channel();
        let (joined, is_joined) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let bus = Connection::session();
            // Nobody may be waiting any more.
            let _ = joined.send(());
            if let Ok(bus) = bus {
                // It ends with the bus.
                MessageIterator::from(&bus).for_each(drop);
                let _ = ended.send(());
            } else {
                std::mem::forget(ended);
            }
        });
        let _ = tokio::time::timeout(Self::LONGEST, is_joined).await;
        Self { is_over }
    }

    /// Waits until the session is over. Without a bus it waits for ever.
    pub async fn ended(&mut self) {
        let _ = (&mut self.is_over).await;
    }
}

/// These systems end a session's programs themselves.
#[cfg(not(target_os = "linux"))]
impl Session {
    /// There is nothing to join.
    pub async fn join() -> Self {
        Self {}
    }

    /// Waits for ever.
    pub async fn ended(&mut self) {
        std::future::pending().await
    }
}
