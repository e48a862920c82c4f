//! A desktop's notification service, on a world's own bus.

#![allow(
    clippy::too_many_arguments,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the Desktop Notifications Specification has these calls with these arguments"
)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use zbus::blocking::{Connection, connection};
use zbus::interface;
use zbus::zvariant::OwnedValue;

use super::world::World;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A notification service that records every notification of a world.
pub struct Notifications {
    shown: Receiver<Notification>,
    bus: Connection,
}

/// One notification.
#[derive(Debug, PartialEq, Eq)]
pub struct Notification {
    /// The name of the program that sent the notification.
    pub app: String,
    /// The notification's first line.
    pub summary: String,
    /// The notification's text below the first line.
    pub body: String,
    /// The names of what can be done with it, each followed by its words.
    pub actions: Vec<String>,
}

impl Notifications {
    /// Starts the notification service of a world.
    pub fn of(world: &World) -> Self {
        let (sender, shown) = channel();
        let address = world.env()["DBUS_SESSION_BUS_ADDRESS"].as_str();
        let bus = connection::Builder::address(address)
            .and_then(|bus| bus.name(NAME))
            .and_then(|bus| bus.serve_at(PATH, Desktop { sender }))
            .and_then(connection::Builder::build)
            .expect("a place on the bus");
        Self { shown, bus }
    }

    /// The notifications since the last call.
    pub fn shown(&self) -> Vec<Notification> {
        self.shown.try_iter().collect()
    }

    /// Waits for a notification.
    pub fn next(&self) -> Notification {
        self.shown
            .recv_timeout(Duration::from_mins(1))
            .expect("a notification")
    }

    /// Clicks on the notification that is shown.
    pub fn click(&self) {
        let action = (1_u32, "default");
        let sent = self
            .bus
            .emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &action);
        sent.expect("the signal");
    }
}

struct Desktop {
    sender: Sender<Notification>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    fn notify(
        &self,
        app: String,
        _replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        // The receiver is gone if the test is over.
        let _ = self.sender.send(Notification {
            app,
            summary,
            body,
            actions,
        });
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ["Test", "Keyrack", "1", "1.2"].map(str::to_owned).into()
    }
}
