//! The name under which the person knows the platform's keyring.

/// The name of the keyring, such as "GNOME Keyring, Login"; none if the system does not report it
/// within seconds. Never opens a prompt.
#[cfg(target_os = "linux")]
pub(crate) async fn keyring_name() -> Option<String> {
    tokio::task::spawn_blocking(|| linux::name().ok())
        .await
        .ok()?
}

/// Whether the keyring is `KeePassXC`. Blocks, for seconds at most.
#[cfg(target_os = "linux")]
pub(super) fn is_keepassxc() -> bool {
    linux::program_of_session().is_ok_and(|program| program == linux::KEEPASSXC)
}

#[cfg(target_os = "macos")]
pub(crate) async fn keyring_name() -> Option<String> {
    Some("Keychain".to_owned())
}

#[cfg(windows)]
pub(crate) async fn keyring_name() -> Option<String> {
    Some("Credential Manager".to_owned())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use zbus::blocking::{Connection, connection};
    use zbus::zvariant::{OwnedObjectPath, OwnedValue};

    use notion_oauth::sanitize_display_text;

    /// The longest wait for each reply.
    const LONGEST: Duration = Duration::from_secs(1);

    const SERVICE: &str = "org.freedesktop.secrets";
    const PATH: &str = "/org/freedesktop/secrets";

    pub const KEEPASSXC: &str = "KeePassXC";

    pub fn program_of_session() -> zbus::Result<String> {
        Ok(program(&session()?))
    }

    fn session() -> zbus::Result<Connection> {
        connection::Builder::session()?
            .method_timeout(LONGEST)
            .build()
    }

    pub fn name() -> zbus::Result<String> {
        let bus = session()?;
        let program = program(&bus);
        Ok(match collection(&bus) {
            Ok(label) if !label.is_empty() => format!("{program}, {label}"),
            _ => program,
        })
    }

    /// The name of the program that provides the Secret Service, from the process table.
    fn program(bus: &Connection) -> String {
        let asked = bus.call_method(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            Some("org.freedesktop.DBus"),
            "GetConnectionUnixProcessID",
            &SERVICE,
        );
        let pid = asked.and_then(|reply| reply.body().deserialize::<u32>());
        let name = pid
            .ok()
            .and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/comm")).ok());
        let name = name.unwrap_or_default();
        // The kernel keeps 15 characters of a process's name.
        match name.trim() {
            name if name.starts_with("gnome-keyring") => "GNOME Keyring".to_owned(),
            name if name.starts_with("kwalletd") || name.starts_with("ksecretd") => {
                "KDE Wallet".to_owned()
            }
            name if name.starts_with("keepassxc") => KEEPASSXC.to_owned(),
            _ => "Secret Service".to_owned(),
        }
    }

    /// The label of the default collection.
    fn collection(bus: &Connection) -> zbus::Result<String> {
        let interface = Some("org.freedesktop.Secret.Service");
        let reply = bus.call_method(Some(SERVICE), PATH, interface, "ReadAlias", &"default")?;
        let path: OwnedObjectPath = reply.body().deserialize()?;
        let reply = bus.call_method(
            Some(SERVICE),
            path,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.Secret.Collection", "Label"),
        )?;
        let label: OwnedValue = reply.body().deserialize()?;
        Ok(sanitize_display_text(&String::try_from(label)?))
    }
}
