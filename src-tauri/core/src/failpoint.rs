//! Failpoints: steps at which a campaign may end the process, each after something that stays
//! behind, such as a commit, a keyring entry, or a reply of Notion's. A released program has none
//! of them.

/// Marks a step as taken.
#[cfg(not(any(test, feature = "failpoints")))]
#[inline]
pub(crate) fn failpoint(_name: &'static str) {}

/// Marks a step as taken. With `KEYRACK_FAILPOINT=NAME:N` the process ends, by SIGKILL or where there is
/// none by an abort, when it takes the step of that name for the Nth time. The names of all steps taken go to the file
/// `KEYRACK_FAILPOINTS`, if one is set, in their order.
#[cfg(all(feature = "failpoints", not(test)))]
pub(crate) use by_environment::failpoint;

/// Marks a step as taken, and calls this thread's hook.
#[cfg(test)]
pub(crate) use by_thread::failpoint;

#[cfg(all(feature = "failpoints", not(test)))]
mod by_environment {
    use std::env;
    use std::fs::File;
    use std::io::Write as _;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    struct Plan {
        name: String,
        left: AtomicUsize,
    }

    static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
        let set = env::var("KEYRACK_FAILPOINT").ok()?;
        let (name, nth) = set.split_once(':')?;
        Some(Plan {
            name: name.to_owned(),
            left: AtomicUsize::new(nth.parse().ok()?),
        })
    });

    static TAKEN: LazyLock<Option<File>> = LazyLock::new(|| {
        let path = env::var_os("KEYRACK_FAILPOINTS")?;
        File::options().create(true).append(true).open(path).ok()
    });

    pub(crate) fn failpoint(name: &'static str) {
        if let Some(mut taken) = TAKEN.as_ref() {
            // A failure to write the file is ignored: the campaign notices a missing step.
            let _ = writeln!(taken, "{name}");
        }
        if let Some(plan) = PLAN.as_ref()
            && plan.name == name
            && plan.left.fetch_sub(1, SeqCst) == 1
        {
            end();
        }
    }

    #[cfg(unix)]
    fn end() {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }

    #[cfg(not(unix))]
    fn end() {
        std::process::abort();
    }
}

#[cfg(test)]
pub(crate) mod by_thread {
    use std::cell::RefCell;

    type Hook = Box<dyn FnMut(&'static str)>;

    thread_local! {
        static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    }

    /// Calls `hook` at every step on this thread.
    pub(crate) fn set_hook(hook: impl FnMut(&'static str) + 'static) {
        HOOK.replace(Some(Box::new(hook)));
    }

    pub(crate) fn failpoint(name: &'static str) {
        HOOK.with_borrow_mut(|hook| {
            if let Some(hook) = hook {
                hook(name);
            }
        });
    }
}
