//! The service's D-Bus protocol: the calls of the Secret Service API that Keyrack makes.

use std::collections::{BTreeMap, HashMap};
use std::thread;

use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::{Message, Type};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use super::super::secrets::Entry;
use super::super::wait::until;
use super::{Act, Call, Kept, Prompt, Shared, State, cipher, lock};

const NAME: &str = "org.freedesktop.secrets";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/scripted";
const LOCKED_AWAY: &str = "/org/freedesktop/secrets/collection/locked_away";
const NOTHING: &str = "/";
/// The paths of the prompts to unlock the second collection begin with this.
const IN_VAIN: &str = "/org/freedesktop/secrets/prompt/v";
const LABEL: &str = "org.freedesktop.Secret.Item.Label";
const ATTRIBUTES: &str = "org.freedesktop.Secret.Item.Attributes";

/// A secret on the bus: the session, the initialization vector, the payload and its type.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The name of the error with which a call is refused.
type Refused = &'static str;

const IS_LOCKED: Refused = "org.freedesktop.Secret.Error.IsLocked";
const NO_SESSION: Refused = "org.freedesktop.Secret.Error.NoSession";
const NO_SUCH_OBJECT: Refused = "org.freedesktop.Secret.Error.NoSuchObject";
const NOT_SUPPORTED: Refused = "org.freedesktop.DBus.Error.NotSupported";

/// Joins the bus and takes calls until the connection is closed.
pub fn join(address: &str, state: &Shared) -> Connection {
    let bus = connection::Builder::address(address)
        .and_then(connection::Builder::build)
        .expect("a place on the bus");
    let calls = MessageIterator::from(&bus);
    // Before anybody knows the name, or the first calls would be missed.
    until("the name of one that has left", || {
        bus.request_name(NAME).ok()
    });
    let (taking, state) = (bus.clone(), state.clone());
    thread::spawn(move || {
        for call in calls.map_while(Result::ok) {
            take(&taking, &state, call);
        }
    });
    bus
}

/// Leaves the bus, which notifies callers that still wait for a reply.
pub fn leave(bus: &Connection, state: &mut State) {
    state.held.clear();
    state.prompts.clear();
    state.sessions.clear();
    // The connection may be gone already.
    let _ = bus.clone().close();
}

/// Emits the signal that a prompt is completed.
pub fn complete(bus: &Connection, prompt: &str, dismissed: bool) {
    let interface = "org.freedesktop.Secret.Prompt";
    let result = (dismissed, Value::from(""));
    let _ = bus.emit_signal(None::<&str>, prompt, interface, "Completed", &result);
}

/// Takes a message; if it is a call, reacts as the script says.
pub fn take(bus: &Connection, state: &Shared, message: Message) {
    if message.message_type() != Type::MethodCall {
        return;
    }
    let state = &mut *lock(state);
    let mut call = read(&message, &state.kept);
    let act = (state.script)(&mut call, &mut state.kept);
    match act {
        Act::Hold => state.held.push(message),
        Act::Refuse(name) => refuse(bus, &message, name),
        Act::Leave => leave(bus, state),
        Act::ServeAndLeave => {
            let _ = serve(&message, call, state);
            leave(bus, state);
        }
        Act::Pretend => {
            let before = state.kept.entries.clone();
            answer(bus, &message, serve(&message, call, state));
            state.kept.entries = before;
        }
        Act::Serve => {
            let prompt = path(&message);
            let is_prompt = call.method == "Prompt";
            answer(bus, &message, serve(&message, call, state));
            match state.kept.locked {
                _ if is_prompt && prompt.starts_with(IN_VAIN) => complete(bus, &prompt, true),
                Some(Prompt::Silent) if is_prompt => state.prompts.push(prompt),
                locked if is_prompt => complete(bus, &prompt, locked.is_some()),
                _ => {}
            }
        }
    }
}

/// A reply: the return values of one of the calls.
enum Answer {
    Nothing,
    Session(Value<'static>, OwnedObjectPath),
    Items(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>),
    /// The unlocked objects, or the prompt to unlock them.
    Unlocked(Vec<OwnedObjectPath>, OwnedObjectPath),
    /// An object or none; also the prompt of a call that needs none.
    Object(OwnedObjectPath),
    Created(OwnedObjectPath),
    Property(bool),
    Secret(Secret),
}

fn answer(bus: &Connection, message: &Message, answer: Result<Answer, Refused>) {
    let (to, none) = (message.header(), object(NOTHING));
    // The caller may be gone.
    let _ = match answer {
        Ok(Answer::Nothing) => bus.reply(&to, &()),
        Ok(Answer::Session(output, session)) => bus.reply(&to, &(output, session)),
        Ok(Answer::Items(unlocked, locked)) => bus.reply(&to, &(unlocked, locked)),
        Ok(Answer::Unlocked(objects, prompt)) => bus.reply(&to, &(objects, prompt)),
        Ok(Answer::Object(object)) => bus.reply(&to, &object),
        Ok(Answer::Created(item)) => bus.reply(&to, &(item, none)),
        Ok(Answer::Property(value)) => bus.reply(&to, &Value::from(value)),
        Ok(Answer::Secret(secret)) => bus.reply(&to, &(secret,)),
        Err(name) => return refuse(bus, message, name),
    };
}

fn refuse(bus: &Connection, message: &Message, name: Refused) {
    let _ = bus.reply_error(&message.header(), name, &"as the test wants it");
}

/// Reads a message as a call.
fn read(message: &Message, kept: &Kept) -> Call {
    let method = message.header().member().expect("a method").to_string();
    let body = message.body();
    let mut user = kept.entries.get(&number(message)).map(Entry::user);
    let mut secret = None;
    let mut attributes = BTreeMap::new();
    match method.as_str() {
        "SearchItems" => attributes = body.deserialize().expect("attributes"),
        "CreateItem" => {
            let (_, wanted, bytes, _) = new_item(message);
            (attributes, secret) = (wanted, Some(plain(&bytes)));
        }
        "SetSecret" => secret = Some(plain(&body.deserialize().expect("a secret"))),
        _ => {}
    }
    user = user.or(attributes.get("username").map(String::as_str));
    Call {
        user: user.unwrap_or_default().to_owned(),
        method,
        secret,
    }
}

/// Serves a call.
fn serve(message: &Message, call: Call, state: &mut State) -> Result<Answer, Refused> {
    let body = message.body();
    let item = number(message);
    let State { kept, sessions, .. } = state;
    let known = |session: &OwnedObjectPath| {
        let known = sessions.iter().any(|it| it == session.as_str());
        if known { Ok(()) } else { Err(NO_SESSION) }
    };
    Ok(match call.method.as_str() {
        "OpenSession" => {
            let (algorithm, _): (String, OwnedValue) = body.deserialize().expect("an algorithm");
            let output = if algorithm == "plain" {
                Value::from("")
            } else {
                Value::from(cipher::PUBLIC_KEY.to_vec())
            };
            let session = new_object(kept, "/org/freedesktop/secrets/session/s");
            sessions.push(session.to_string());
            Answer::Session(output, session)
        }
        "ReadAlias" if kept.collection => Answer::Object(object(COLLECTION)),
        "ReadAlias" => Answer::Object(object(NOTHING)),
        "SearchItems" => {
            let wanted: BTreeMap<String, String> = body.deserialize().expect("attributes");
            let is_wanted = |(_, entry): &(&u32, &Entry)| {
                let has = |(name, value)| entry.attributes.get(name) == Some(value);
                wanted.iter().all(has)
            };
            let found = kept.entries.iter().filter(is_wanted);
            let found = found.map(|(number, _)| object(&item_path(*number)));
            let (mut locked, unlocked): (Vec<_>, Vec<_>) =
                found.partition(|_| kept.locked.is_some());
            let away = kept.locked_away.iter().filter(is_wanted);
            locked.extend(away.map(|(number, _)| object(&format!("{LOCKED_AWAY}/{number}"))));
            Answer::Items(unlocked, locked)
        }
        "Unlock" if is_locked_away(&body.deserialize::<Vec<_>>().expect("objects")) => {
            state.asked_in_vain += 1;
            let prompt = new_object(kept, IN_VAIN);
            Answer::Unlocked(Vec::new(), prompt)
        }
        "Unlock" if kept.locked.is_some() => {
            let prompt = new_object(kept, "/org/freedesktop/secrets/prompt/p");
            Answer::Unlocked(Vec::new(), prompt)
        }
        "Unlock" => Answer::Unlocked(body.deserialize().expect("objects"), object(NOTHING)),
        "Prompt" => Answer::Nothing,
        // The only property read is `Locked`.
        "Get" => Answer::Property(kept.locked.is_some()),
        _ if kept.locked.is_some() => return Err(IS_LOCKED),
        "CreateItem" => {
            let (label, attributes, (session, ..), replace) = new_item(message);
            known(&session)?;
            let same = |(number, entry): (&u32, &Entry)| {
                (entry.attributes == attributes).then_some(*number)
            };
            let replaced = kept.entries.iter().find_map(same).filter(|_| replace);
            let number = replaced.unwrap_or_else(|| kept.number());
            let secret = call.secret;
            let entry = Entry {
                label,
                attributes,
                secret,
            };
            kept.entries.insert(number, entry);
            Answer::Created(object(&item_path(number)))
        }
        "SetSecret" => {
            let (session, ..): Secret = body.deserialize().expect("a secret");
            known(&session)?;
            let entry = kept.entries.get_mut(&item).ok_or(NO_SUCH_OBJECT)?;
            entry.secret = call.secret;
            Answer::Nothing
        }
        "GetSecret" => {
            let session: OwnedObjectPath = body.deserialize().expect("a session");
            known(&session)?;
            let entry = kept.entries.get(&item).ok_or(NO_SUCH_OBJECT)?;
            let secret = cipher::encrypt(entry.secret.as_deref().unwrap_or_default());
            let kind = "application/octet-stream".to_owned();
            Answer::Secret((session, cipher::START.to_vec(), secret, kind))
        }
        "Delete" => {
            kept.entries.remove(&item).ok_or(NO_SUCH_OBJECT)?;
            Answer::Object(object(NOTHING))
        }
        _ => return Err(NOT_SUPPORTED),
    })
}

/// Reads the label, the attributes and the secret of a new item, and whether it replaces one of its
/// attributes.
fn new_item(message: &Message) -> (String, BTreeMap<String, String>, Secret, bool) {
    let body = message.body();
    let (mut properties, secret, replace): (HashMap<String, OwnedValue>, Secret, bool) =
        body.deserialize().expect("an item");
    let mut property = |name| properties.remove(name).expect(name);
    let label = property(LABEL).try_into().expect("text");
    let attributes: HashMap<String, String> = property(ATTRIBUTES).try_into().expect("texts");
    (label, attributes.into_iter().collect(), secret, replace)
}

/// Whether objects are in the second collection.
fn is_locked_away(objects: &[OwnedObjectPath]) -> bool {
    objects
        .iter()
        .any(|object| object.as_str().starts_with(LOCKED_AWAY))
}

fn plain((_, start, secret, _): &Secret) -> String {
    let start = start.as_slice().try_into().expect("16 bytes");
    cipher::decrypt(start, secret)
}

fn object(path: &str) -> OwnedObjectPath {
    path.try_into().expect("a path")
}

fn new_object(kept: &mut Kept, prefix: &str) -> OwnedObjectPath {
    object(&format!("{prefix}{}", kept.number()))
}

fn path(message: &Message) -> String {
    message.header().path().expect("a path").to_string()
}

fn item_path(number: u32) -> String {
    format!("{COLLECTION}/{number}")
}

/// The number of the item that a call is made on; 0 if it is made on no item.
fn number(message: &Message) -> u32 {
    let path = path(message);
    let number = path.strip_prefix(COLLECTION).unwrap_or_default();
    number.trim_start_matches('/').parse().unwrap_or_default()
}
