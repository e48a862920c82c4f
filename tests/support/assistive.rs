//! An assistive technology, such as a screen reader: what the window tells it over the accessibility bus
//! (AT-SPI 2).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use zbus::blocking::{Connection, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use super::process::Program;
use super::wait::until;
use super::world::World;

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";

/// Where distributions put the program that starts the accessibility bus.
const LAUNCHERS: [&str; 3] = [
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
    "/usr/lib/at-spi-bus-launcher",
];

/// The roles of what a window shows, each by its number (`AtspiRole`): a page tells no names of them.
const ROLES: [(u32, &str); 27] = [
    (2, "alert"),
    (7, "check box"),
    (11, "combo box"),
    (16, "dialog"),
    (23, "frame"),
    (29, "label"),
    (31, "list"),
    (32, "list item"),
    (33, "menu"),
    (35, "menu item"),
    (39, "panel"),
    (43, "button"),
    (44, "radio button"),
    (50, "separator"),
    (54, "status"),
    (55, "table"),
    (56, "table cell"),
    (57, "column header"),
    (62, "toggle button"),
    (75, "application"),
    (79, "entry"),
    (83, "heading"),
    (85, "section"),
    (90, "table row"),
    (95, "document"),
    (110, "landmark"),
    (116, "text"),
];

/// The states that are told, each by its number (`AtspiStateType`).
const STATES: [(u32, &str); 10] = [
    (4, "checked"),
    (9, "expandable"),
    (10, "expanded"),
    (12, "focused"),
    (16, "modal"),
    (20, "pressed"),
    (23, "selected"),
    (33, "required"),
    (36, "invalid"),
    (42, "has-popup"),
];

/// How deep it is looked at most.
const DEEPEST: usize = 40;

/// The longest wait for a reply: what is asked may just have gone.
const LONGEST: Duration = Duration::from_secs(5);

/// A running assistive technology. Windows opened from now on tell it what they show.
pub struct Assistive {
    bus: Connection,
    _launcher: Program,
}

/// Something that the window tells of: a button, a row, a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How deep it lies in the window.
    pub depth: usize,
    /// The role, in about AT-SPI's words; its number where no word is known.
    pub role: String,
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// Those of its states that are looked at.
    pub states: Vec<&'static str>,
    /// Its attributes, such as "live".
    pub attributes: HashMap<String, String>,
}

impl Told {
    /// Whether it has this role and name.
    pub fn is(&self, role: &str, name: &str) -> bool {
        self.role == role && self.name == name
    }

    /// Whether it is in this state.
    pub fn has(&self, state: &str) -> bool {
        self.states.contains(&state)
    }
}

type Reference = (String, OwnedObjectPath);

impl Assistive {
    /// Starts the accessibility bus of a world, and asks all programs to speak.
    pub fn of(world: &mut World) -> Self {
        world.unset("NO_AT_BRIDGE");
        let launcher = LAUNCHERS.iter().find(|path| Path::new(path).exists());
        let mut command = world.command(launcher.expect("at-spi2-core is not installed"));
        command.arg("--launch-immediately");
        let launcher = Program::start(world, &command);
        let session =
            connection::Builder::address(world.env()["DBUS_SESSION_BUS_ADDRESS"].as_str())
                .and_then(connection::Builder::build)
                .expect("the session bus");
        let ask = |interface: &str, method: &str, body: &(&str, &str, Value<'_>)| {
            let (name, path) = ("org.a11y.Bus", "/org/a11y/bus");
            session.call_method(Some(name), path, Some(interface), method, body)
        };
        for property in ["IsEnabled", "ScreenReaderEnabled"] {
            until(property, || {
                let set = ("org.a11y.Status", property, Value::from(true));
                ask("org.freedesktop.DBus.Properties", "Set", &set).ok()
            });
        }
        let address: String = session
            .call_method(
                Some("org.a11y.Bus"),
                "/org/a11y/bus",
                Some("org.a11y.Bus"),
                "GetAddress",
                &(),
            )
            .and_then(|reply| reply.body().deserialize())
            .expect("the address of the accessibility bus");
        let bus = connection::Builder::address(address.as_str())
            .map(|bus| bus.method_timeout(LONGEST))
            .and_then(connection::Builder::build)
            .expect("the accessibility bus");
        Self {
            bus,
            _launcher: launcher,
        }
    }

    /// All that a program's window tells, in its order, without what holds other things together and says
    /// nothing. What goes meanwhile is left out.
    pub fn window(&self, program: &str) -> Vec<Told> {
        let root = (
            "org.a11y.atspi.Registry".to_owned(),
            OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").expect("a path"),
        );
        let mut told = Vec::new();
        for application in self.children(&root) {
            if self.property(&application, "Name").as_deref() == Some(program) {
                self.tell(&application, 0, &mut told);
            }
        }
        told
    }

    fn tell(&self, of: &Reference, depth: usize, told: &mut Vec<Told>) {
        if depth > DEEPEST {
            return;
        }
        let Some(one) = self.one(of, depth) else {
            return;
        };
        let says_nothing = one.name.is_empty()
            && one.states.is_empty()
            && !one.attributes.contains_key("live")
            && ["20", "section", "panel", "text"].contains(&one.role.as_str());
        let deeper = if says_nothing { depth } else { depth + 1 };
        if !says_nothing {
            told.push(one);
        }
        for child in self.children(of) {
            self.tell(&child, deeper, told);
        }
    }

    fn one(&self, of: &Reference, depth: usize) -> Option<Told> {
        let role: u32 = self.ask(of, "GetRole")?;
        let word = ROLES.iter().find(|(number, _)| *number == role);
        let bits: Vec<u32> = self.ask(of, "GetState")?;
        let is_set = |state: u32| {
            let word = bits.get(usize::try_from(state / 32).unwrap_or_default());
            word.is_some_and(|word| word >> (state % 32) & 1 == 1)
        };
        let states = STATES.iter().filter(|(number, _)| is_set(*number));
        Some(Told {
            depth,
            role: word.map_or_else(|| role.to_string(), |(_, word)| (*word).to_owned()),
            name: self.property(of, "Name").unwrap_or_default(),
            description: self.property(of, "Description").unwrap_or_default(),
            states: states.map(|(_, name)| *name).collect(),
            attributes: self.ask(of, "GetAttributes").unwrap_or_default(),
        })
    }

    fn children(&self, of: &Reference) -> Vec<Reference> {
        let children: Vec<Reference> = self.ask(of, "GetChildren").unwrap_or_default();
        if children.is_empty() {
            // The page is a process of its own, which is not among the children of its view.
            return self
                .call(of, "GetChildAtIndex", &0_i32)
                .into_iter()
                .collect();
        }
        children
    }

    fn ask<T>(&self, of: &Reference, method: &str) -> Option<T>
    where
        T: for<'a> zbus::zvariant::DynamicDeserialize<'a>,
    {
        self.call(of, method, &())
    }

    fn call<T, B>(&self, of: &Reference, method: &str, body: &B) -> Option<T>
    where
        T: for<'a> zbus::zvariant::DynamicDeserialize<'a>,
        B: zbus::export::serde::Serialize + zbus::zvariant::DynamicType,
    {
        let (name, path) = of;
        let call = self
            .bus
            .call_method(Some(name.as_str()), path, Some(ACCESSIBLE), method, body);
        call.ok()?.body().deserialize().ok()
    }

    fn property(&self, of: &Reference, property: &str) -> Option<String> {
        let (name, path) = of;
        let interface = "org.freedesktop.DBus.Properties";
        let asked = (ACCESSIBLE, property);
        let call = self
            .bus
            .call_method(Some(name.as_str()), path, Some(interface), "Get", &asked);
        let value: OwnedValue = call.ok()?.body().deserialize().ok()?;
        String::try_from(value).ok()
    }
}

/// What was told in lines, for whoever reads of a failed test.
pub fn lines(told: &[Told]) -> String {
    told.iter().fold(String::new(), |mut lines, one| {
        let Told {
            depth,
            role,
            name,
            description,
            states,
            attributes,
        } = one;
        let indent = "  ".repeat(*depth);
        let live = attributes
            .get("live")
            .map(String::as_str)
            .unwrap_or_default();
        let _ = writeln!(
            lines,
            "{indent}{role} “{name}” ({description}) {states:?} {live}"
        );
        lines
    })
}
