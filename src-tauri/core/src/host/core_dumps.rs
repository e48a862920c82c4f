//! Core dumps, which would contain the secrets in memory.

/// Disables core dumps of this process. Best effort: if the system refuses, nothing else fails.
pub fn disable_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limited_to = |bytes| {
            let limit = Rlimit {
                current: Some(bytes),
                maximum: Some(bytes),
            };
            setrlimit(Resource::Core, limit)
        };
        // No limit binds a dump that Linux pipes to a program, but for that of one byte, which it never
        // dumps under (fs/coredump.c). No file of one byte is written either.
        if limited_to(1).is_err() {
            let _ = limited_to(0);
        }
    }
}
