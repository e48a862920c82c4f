//! The signals that ask a program to end: heeded unless it was started not to heed them (`nohup`, a job in the
//! background of a script).

/// Waits for Ctrl-C.
pub async fn interrupted() {
    #[cfg(unix)]
    signalled(tokio::signal::unix::SignalKind::interrupt()).await;
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until the program is asked to end: by Ctrl-C, by the system, or by its terminal.
#[cfg(unix)]
pub async fn asked_to_end() {
    use tokio::signal::unix::SignalKind;
    tokio::select! {
        () = interrupted() => {}
        () = signalled(SignalKind::terminate()) => {}
        () = signalled(SignalKind::hangup()) => {}
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub async fn asked_to_end() {
    interrupted().await;
}

/// Waits for a signal, for ever for one that the program was started not to hear.
#[cfg(unix)]
pub async fn signalled(kind: tokio::signal::unix::SignalKind) {
    if !is_ignored(kind.as_raw_value())
        && let Ok(mut told) = tokio::signal::unix::signal(kind)
    {
        told.recv().await;
        return;
    }
    std::future::pending::<()>().await;
}

/// Whether a signal is ignored, as far as the system tells (`SigIgn` in `/proc/self/status`).
#[cfg(unix)]
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = u32::try_from(signal - 1)
        .ok()
        .and_then(|at| 1_u64.checked_shl(at));
    ignored
        .zip(bit)
        .is_some_and(|(ignored, bit)| ignored & bit != 0)
}
