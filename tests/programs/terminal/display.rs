//! The window's program where no window can be shown, or none is wanted.

use std::process::Output;

use support::programs;
use support::test_env::TestEnv;
use support::words::words;

fn without_display(env: &TestEnv, arguments: &[&str], set: &[(&str, &str)]) -> Output {
    let mut window = env.world.command(programs::desktop());
    window.args(arguments).env_remove("DISPLAY");
    window.envs(set.iter().copied()).output().unwrap()
}

#[test]
fn a_window_that_cannot_be_shown_says_why_in_one_line() {
    let env = TestEnv::new();
    for set in [
        &[][..],
        &[("DISPLAY", ":4711")],
        &[("WAYLAND_DISPLAY", "wayland-nowhere")],
        &[("DISPLAY", ":4711"), ("GDK_BACKEND", "wayland")],
    ] {
        let refused = without_display(&env, &[], set);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{set:?}: {said}");
        assert!(said.contains(&words("problem.no-display.what")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn version_and_help_need_no_display_and_open_no_window() {
    let env = TestEnv::new();
    let display = env.world.env()["DISPLAY"].clone();
    for set in [&[][..], &[("DISPLAY", display.as_str())]] {
        for (asked, said) in [
            (
                "--version",
                format!("keyrack-desktop {}\n", env!("CARGO_PKG_VERSION")),
            ),
            ("--help", words("command.desktop")),
        ] {
            let answered = without_display(&env, &[asked], set);
            assert_eq!(answered.status.code(), Some(0), "{asked}");
            let text = String::from_utf8(answered.stdout).unwrap();
            assert!(text.contains(&said), "{text}");
            assert_eq!(answered.stderr, b"", "{asked}");
        }
    }
}
