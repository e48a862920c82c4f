//! What an assistive technology is told of the real window: roles, names, states, the order of the focus, and
//! what is announced.

use support::assistive::{Assistive, Told, lines};
use support::page::Page;
use support::test_env::{ACME, TestEnv};
use support::wait::until;
use support::world::World;

use support::keys::press;

const PROGRAM: &str = "keyrack";

/// A window with Acme in its list, and a screen reader that is told of it.
async fn listened_to() -> (TestEnv, Page, Assistive) {
    let mut world = World::new();
    let assistive = Assistive::of(&mut world);
    let env = TestEnv::with(world, &["--auto-approve"]);
    env.connect_by_command().await;
    let window = env.window().await;
    window.row(ACME).has("data-status", "active").await;
    (env, window, assistive)
}

/// What is told, once `is_so` of it.
fn told(assistive: &Assistive, what: &str, is_so: impl Fn(&[Told]) -> bool) -> Vec<Told> {
    until(what, || {
        let told = assistive.window(PROGRAM);
        is_so(&told).then_some(told)
    })
}

fn one<'a>(told: &'a [Told], role: &str, name: &str) -> &'a Told {
    let found: Vec<_> = told.iter().filter(|one| one.is(role, name)).collect();
    let [one] = found[..] else {
        panic!("one {role} “{name}” in\n{}", lines(told));
    };
    one
}

fn has(told: &[Told], role: &str, name: &str) -> bool {
    told.iter().any(|one| one.is(role, name))
}

/// The innermost of what has the focus.
fn focused(told: &[Told]) -> Option<&Told> {
    let innermost = |one: &&Told| one.has("focused");
    told.iter().filter(innermost).max_by_key(|one| one.depth)
}

#[tokio::test]
async fn the_list_is_a_table_whose_rows_and_controls_have_names() {
    let (_env, window, assistive) = listened_to().await;
    let list = told(&assistive, "the list", |told| {
        has(told, "table", "Connected workspaces")
    });
    let row = list.iter().find(|one| one.role == "table row");
    let row = row.unwrap_or_else(|| panic!("a row in\n{}", lines(&list)));
    assert!(row.name.starts_with(ACME), "{row:?}");
    assert!(row.name.ends_with(": Active"), "{row:?}");
    one(&list, "check box", &format!("Select {ACME}"));
    one(&list, "button", &format!("Check {ACME}"));
    one(&list, "button", &format!("Revoke access to {ACME}"));
    let more = list
        .iter()
        .find(|one| one.name == format!("More for {ACME}"));
    assert!(
        more.is_some_and(|more| more.has("has-popup")),
        "{}",
        lines(&list)
    );
    one(&list, "entry", "Search workspaces");
    let all = one(&list, "toggle button", "All 1");
    assert!(all.has("pressed"), "{all:?}");
    let controls = ["button", "check box", "combo box", "entry", "toggle button"];
    let nameless = |one: &&Told| controls.contains(&one.role.as_str()) && one.name.is_empty();
    let nameless: Vec<_> = list.iter().filter(nameless).collect();
    assert!(nameless.is_empty(), "{nameless:?}");
    window.close().await;
}

#[tokio::test]
async fn the_menu_of_a_row_is_a_menu_that_the_focus_walks_through() {
    let (env, window, assistive) = listened_to().await;
    window.row(ACME).at("more").click().await;
    press(&env, &["Escape"]);
    window.at("details").disappears().await;
    press(&env, &["Return"]);
    let menu = told(&assistive, "the menu", |told| {
        focused(told).is_some_and(|one| one.is("menu item", "Details"))
    });
    one(&menu, "menu", &format!("More for {ACME}"));
    let items: Vec<_> = menu.iter().filter(|one| one.role == "menu item").collect();
    let names: Vec<_> = items.iter().map(|item| item.name.as_str()).collect();
    for name in ["Use…", "Reconnect…", "Copy token", "Revoke…"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for (key, name) in [
        ("End", "Forget here…"),
        ("r", "Refresh tokens"),
        ("Up", "Check"),
    ] {
        press(&env, &[key]);
        told(&assistive, name, |told| {
            focused(told).is_some_and(|one| one.is("menu item", name))
        });
    }
    press(&env, &["Escape"]);
    told(&assistive, "the focus back on the button", |told| {
        focused(told).is_some_and(|one| one.name == format!("More for {ACME}"))
    });
    window.close().await;
}

#[tokio::test]
async fn a_dialog_is_modal_has_a_name_and_keeps_the_focus() {
    let (env, window, assistive) = listened_to().await;
    window.row(ACME).at("revoke").click().await;
    let title = format!("Revoke access to {ACME}?");
    let dialog = told(&assistive, "the dialog", |told| {
        focused(told).is_some_and(|one| one.is("button", "Cancel"))
    });
    assert!(one(&dialog, "dialog", &title).has("modal"));
    one(&dialog, "heading", &title);
    assert!(
        !has(&dialog, "table", "Connected workspaces"),
        "{}",
        lines(&dialog)
    );
    // Round and round, and never to what is behind it.
    let buttons = [
        "Cancel",
        "Revoke at Notion",
        "Forget on this computer only…",
    ];
    let mut passed = vec![("button".to_owned(), "Cancel".to_owned())];
    while passed.len() < 3 || passed.last().is_none_or(|(_, name)| name != "Cancel") {
        press(&env, &["Tab"]);
        let at = |told: &[Told]| focused(told).map(|one| (one.role.clone(), one.name.clone()));
        let before = passed.last().cloned();
        let told = told(&assistive, "the focus to move on", |told| {
            at(told) != before
        });
        passed.extend(at(&told));
        assert!(passed.len() < 9, "{passed:?}");
    }
    for (role, name) in &passed {
        assert!(
            role != "button" || buttons.contains(&name.as_str()),
            "{passed:?}"
        );
    }
    for name in buttons {
        assert!(passed.iter().any(|(_, one)| one == name), "{passed:?}");
    }
    press(&env, &["Escape"]);
    told(&assistive, "the focus back on the row", |told| {
        focused(told).is_some_and(|one| one.name == format!("Revoke access to {ACME}"))
    });
    window.close().await;
}

#[tokio::test]
async fn a_notice_is_in_a_polite_live_region() {
    let (_env, window, assistive) = listened_to().await;
    window.row(ACME).choose_item("copy-token").await;
    window.notice("Copied the token").appears().await;
    let list = told(&assistive, "the notice's buttons", |told| {
        told.iter()
            .any(|one| one.role == "button" && one.name.contains("Dismiss"))
    });
    let notices = one(&list, "status", "Notices");
    let live = notices.attributes.get("live").map(String::as_str);
    assert_eq!(live, Some("polite"), "{notices:?}");
    window.close().await;
}

#[tokio::test]
async fn tab_goes_through_the_window_in_the_order_in_which_it_is_read() {
    let (env, window, assistive) = listened_to().await;
    let list = told(&assistive, "the list", |told| {
        has(told, "table", "Connected workspaces")
    });
    press(&env, &["slash"]);
    let mut passed = Vec::new();
    for _ in 0..9 {
        let before = passed.last().cloned();
        let told = told(&assistive, "the focus to move on", |told| {
            focused(told)
                .is_some_and(|one| Some(&one.name) != before.as_ref() && one.role != "document")
        });
        passed.push(
            focused(&told)
                .map(|one| one.name.clone())
                .unwrap_or_default(),
        );
        press(&env, &["Tab"]);
    }
    let place = |name: &String| list.iter().position(|one| one.name == *name);
    let places: Vec<_> = passed.iter().map(place).collect();
    assert!(
        places.iter().all(Option::is_some),
        "{passed:?} in\n{}",
        lines(&list)
    );
    assert!(places.is_sorted(), "{passed:?} in\n{}", lines(&list));
    window.close().await;
}
