//! A second collection of a real gnome-keyring, which is locked and which nobody unlocks.

use std::fs;

use support::cli;
use support::keyring;
use support::process::Program;
use support::secrets;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::world::World;

use super::{connection, works};

/// The calls that have a keyring ask a person, on the whole bus.
struct Prompts<'a> {
    world: &'a World,
    _monitor: Program,
}

impl<'a> Prompts<'a> {
    fn watch(world: &'a World) -> Self {
        let calls = "type='method_call',interface='org.freedesktop.Secret.Prompt'";
        let mut command = world.command("sh");
        command
            .args(["-c", "exec dbus-monitor --session \"$0\" >\"$1\"", calls])
            .arg(world.path("prompts"));
        let monitor = Program::start(world, &command);
        let prompts = Self {
            world,
            _monitor: monitor,
        };
        until("the monitor of the bus", || {
            (!prompts.seen().is_empty()).then_some(())
        });
        prompts
    }

    fn seen(&self) -> String {
        fs::read_to_string(self.world.path("prompts")).unwrap_or_default()
    }

    /// The number of calls so far, of which the last is the test's own.
    fn count(&self) -> usize {
        let prompt = "org.freedesktop.Secret.Prompt.Prompt";
        let mut call = self.world.command("gdbus");
        call.args(["call", "--session", "--dest", "org.freedesktop.secrets"]);
        call.args(["--object-path", "/the/last", "--method", prompt, ""]);
        // Refused: there is no such prompt.
        let _ = call.output().unwrap();
        until("the test's own call", || {
            self.seen().contains("/the/last").then_some(())
        });
        self.seen().matches("member=Prompt").count()
    }
}

#[tokio::test]
async fn a_locked_collection_beside_keyracks_own_is_neither_opened_nor_written() {
    for (copies, end) in [(2, "revoke"), (2, "forget"), (0, "revoke"), (0, "forget")] {
        let mut env = TestEnv::approving();
        // The copy of a keyring has what was in it by then.
        if copies == 0 {
            env.world.back_up_keyring("backup");
        }
        env.connect_by_command().await;
        if copies > 0 {
            env.world.back_up_keyring("backup");
        }
        let backup = fs::read(env.world.keyring_file("backup")).unwrap();
        assert_eq!(keyring::is_locked(&env.world, "backup"), Some(true));
        assert_eq!(secrets::entries(&env.world).len(), 2 + copies);

        let prompts = Prompts::watch(&env.world);
        for act in ["check", "refresh", "check"] {
            works(&env, &[act, ACME]);
            assert_eq!(connection(&env)["status"], "active", "{act}");
        }
        assert_eq!(env.exchanges().await, 2);
        works(&env, &["rebuild"]);
        works(&env, &[end, ACME]);
        assert_eq!(secrets::entries(&env.world).len(), 1 + copies);
        assert!(cli::connect(&env).await.success());
        works(&env, &["check", ACME]);

        assert_eq!(prompts.count(), 1, "only the test's own");
        assert_eq!(keyring::is_locked(&env.world, "backup"), Some(true));
        assert!(fs::read(env.world.keyring_file("backup")).unwrap() == backup);
    }
}
