//! Core dumps, which would contain the secrets in memory.

/// The limit on core dumps that this process was started with.
#[must_use = "a program that takes this one's place gets it back"]
pub struct CoreLimit(#[cfg(unix)] Option<rustix::process::Rlimit>);

/// Disables core dumps of this process. Best effort: if the system refuses, nothing else fails. The hard
/// limit stays, which nobody could raise again.
pub fn disable_core_dumps() -> CoreLimit {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let before = getrlimit(Resource::Core);
        let limited_to = |bytes| {
            let limit = Rlimit {
                current: Some(bytes),
                maximum: before.maximum,
            };
            setrlimit(Resource::Core, limit)
        };
        // No limit binds a dump that Linux pipes to a program, but for that of one byte, which it never
        // dumps under (fs/coredump.c). No file of one byte is written either.
        if limited_to(1).is_err() {
            let _ = limited_to(0);
        }
        CoreLimit(Some(before))
    }
    #[cfg(not(unix))]
    CoreLimit()
}

impl CoreLimit {
    /// Sets the limit as it was, for the program that is about to take this one's place.
    pub fn restore(self) {
        #[cfg(unix)]
        if let Some(before) = self.0 {
            use rustix::process::{Resource, setrlimit};
            // It can only be lowered by others meanwhile.
            let _ = setrlimit(Resource::Core, before);
        }
    }
}
