//! Core dumps, which would hold the secrets that are in memory.

/// Keeps this process's memory out of core dumps. Best effort: a system that refuses loses
/// nothing but this.
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
