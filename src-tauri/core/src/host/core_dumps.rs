//! Core dumps, which would contain the secrets in memory.

/// Disables core dumps of this process. Best effort: if the system refuses, nothing else fails.
pub fn disable_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
}
