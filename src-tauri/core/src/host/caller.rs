//! The program that called this one, from the process table (proc(5)).

use crate::domain::hand_out::Caller;

/// How many of the programs behind a caller are named.
#[cfg(target_os = "linux")]
const PARENTS: usize = 3;

/// The program that started this process, and whether that is in a terminal. Of what the system does not
/// tell, nothing is said.
#[must_use]
pub fn calling_program(terminal: bool) -> Caller {
    #[cfg(target_os = "linux")]
    let caller = linux::caller(std::os::unix::process::parent_id());
    #[cfg(not(target_os = "linux"))]
    let caller = Caller::default();
    Caller { terminal, ..caller }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::iter::successors;

    use super::{Caller, PARENTS};
    use notion_oauth::sanitize_display_text;

    pub fn caller(pid: u32) -> Caller {
        let path = fs::read_link(format!("/proc/{pid}/exe"));
        let program = match path {
            Ok(path) => sanitize_display_text(&path.to_string_lossy()),
            Err(_) => name(pid).unwrap_or_default(),
        };
        let parents = successors(parent(pid), |pid| parent(*pid));
        Caller {
            program,
            pid: Some(pid),
            parents: parents.take(PARENTS).filter_map(name).collect(),
            ..Caller::default()
        }
    }

    /// A process's own short name.
    fn name(pid: u32) -> Option<String> {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        Some(sanitize_display_text(name.trim_end()))
    }

    /// A process's parent: the second field after the name, which is in brackets and may hold any.
    fn parent(pid: u32) -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let parent = fields.split_whitespace().nth(1)?.parse().ok()?;
        (parent > 0).then_some(parent)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_process_is_named_with_those_that_started_it() {
            let own = std::process::id();
            let caller = caller(own);
            let exe = std::env::current_exe().expect("this program");
            assert_eq!(caller.program, exe.to_string_lossy());
            assert_eq!(caller.pid, Some(own));
            let parent = std::os::unix::process::parent_id();
            assert_eq!(caller.parents.first(), name(parent).as_ref());
            assert!((1..=PARENTS).contains(&caller.parents.len()));
        }
    }
}
