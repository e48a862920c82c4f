//! The rooms of core stand on floors: no file imports from a higher one, and no two import each
//! other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The rooms from the ground up; those of one floor know nothing of each other.
const FLOORS: &[&[&str]] = &[
    &["identity", "failpoint"],
    &["domain"],
    &["words"],
    &["storage", "host"],
    &["runtime"],
    &["effects"],
    &["keyrack"],
    &["acts", "views"],
    &["documents"],
];

/// Rooms that look at all others: the crate's own page, its tests, and what a fuzzer feeds.
const ABOVE_ALL: &[&str] = &["lib", "tests", "fuzzing"];

/// Imports of one file: module paths from the crate's root.
type Module = Vec<String>;

#[test]
fn nothing_imports_from_a_higher_floor() {
    let mut upward = Vec::new();
    for (file, imports) in imports() {
        let Some(floor) = floor_of(&file[0]) else {
            assert!(
                ABOVE_ALL.contains(&file[0].as_str()),
                "{} stands on no floor: give it one here",
                file.join("::")
            );
            continue;
        };
        for import in imports {
            let allowed = import[0] == file[0] || floor_of(&import[0]).is_some_and(|to| to < floor);
            if !allowed {
                upward.push(format!("{} -> {}", file.join("::"), import.join("::")));
            }
        }
    }
    assert!(
        upward.is_empty(),
        "imports that go up:\n{}",
        upward.join("\n")
    );
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports();
    let reaches = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&Module> = imports[from].iter().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module.clone()) {
                next.extend(imports.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let circular: Vec<_> = imports
        .keys()
        .filter(|file| reaches(file).contains(*file))
        .map(|file| file.join("::"))
        .collect();
    assert!(circular.is_empty(), "files in a circle: {circular:?}");
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// By file, as a module path, the files that it imports from; without those of tests.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let modules: BTreeMap<Module, PathBuf> = files
        .into_iter()
        .map(|path| (module_of(path.strip_prefix(&root).expect("below it")), path))
        .collect();
    let of = |(module, path): (&Module, &PathBuf)| {
        let source = fs::read_to_string(path).expect("a source file");
        let parsed = syn::parse_file(&source).expect("Rust");
        let mut paths = Paths {
            here: module.clone(),
            found: BTreeSet::new(),
        };
        paths.visit_file(&parsed);
        let found = paths
            .found
            .iter()
            .filter_map(|path| file_of(path, &modules));
        let found = found.filter(|file| file != module);
        (module.clone(), found.collect())
    };
    let is_test =
        |module: &Module| module[0] == "tests" || module.last().is_some_and(|it| it == "tests");
    modules
        .iter()
        .filter(|(module, _)| !is_test(module))
        .map(of)
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

fn module_of(file: &Path) -> Module {
    let file = file.with_extension("");
    let parts = file.iter().map(|part| part.to_string_lossy().into_owned());
    let mut module: Module = parts.collect();
    if module.len() > 1 && module.last().is_some_and(|it| it == "mod") {
        module.pop();
    }
    module
}

/// The file that a path of names leads to: the longest beginning that is one.
fn file_of(path: &[String], modules: &BTreeMap<Module, PathBuf>) -> Option<Module> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].to_vec())
        .find(|module| modules.contains_key(module))
}

/// Finds every path that begins with `crate`, `super` or a child module, outside of tests.
struct Paths {
    here: Module,
    found: BTreeSet<Vec<String>>,
}

impl Paths {
    fn add(&mut self, path: &[String]) {
        let mut from = self.here.clone();
        let mut rest = path;
        match rest.first().map(String::as_str) {
            Some("crate") => {
                from.clear();
                rest = &rest[1..];
            }
            Some("super") => {
                while let Some((first, after)) = rest.split_first()
                    && first == "super"
                {
                    from.pop();
                    rest = after;
                }
            }
            Some("self") => rest = &rest[1..],
            // A child module, as a file that declares modules names them.
            _ => {}
        }
        from.extend(rest.iter().cloned());
        self.found.insert(from);
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let mut path = prefix.to_vec();
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&path, &part.tree);
            }
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.add(&path);
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.add(&path);
            }
            syn::UseTree::Glob(_) => self.add(&path),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(&path, tree);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        let names: Vec<_> = names.collect();
        if matches!(names[0].as_str(), "crate" | "super") {
            self.add(&names);
        }
        visit::visit_path(self, path);
    }

    /// `pub(super)` says who may look in, not where this looks.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg") && quoted(attribute).contains("test")
        };
        if !item.attrs.iter().any(is_test) {
            // Inline modules stand a level deeper than their file.
            self.here.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.here.pop();
        }
    }
}

fn quoted(attribute: &syn::Attribute) -> String {
    match &attribute.meta {
        syn::Meta::List(list) => list.tokens.to_string(),
        _ => String::new(),
    }
}
