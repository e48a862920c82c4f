//! A scan under way: the places and folders that it walks through.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::finding::{in_piece, settings_diff, shown};
use super::known::Known;
use super::result::{NotRead, Scan, Unread};
use crate::domain::stray::{Base, PLACES};
use crate::host::text_files::{below, in_pieces, is_within, own_folders, real_path};

/// After how many files it is told how many there were.
const STRIDE: usize = 100;

/// What is told how many files were looked through, and may end the scan.
type Told = Box<dyn Fn(usize) -> ControlFlow<()>>;

/// Where strays are looked for.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// Whether the known places are looked at.
    pub known_places: bool,
    /// Folders that are looked through, and files.
    pub named: Vec<PathBuf>,
}

/// A scan under way.
pub(super) struct Search {
    known: Known,
    /// The known places that were looked at: a named folder may have them too.
    places: HashSet<PathBuf>,
    buffer: Vec<u8>,
    told: Told,
    scan: Scan,
}

impl Search {
    pub fn new(known: Known, told: Told) -> Self {
        Self {
            known,
            places: HashSet::new(),
            buffer: Vec::new(),
            told,
            scan: Scan {
                strays: Vec::new(),
                files: 0,
                unread: Vec::new(),
                own_unknown: None,
            },
        }
    }

    /// Looks at all of it, unless it is told to end: what was found before is told all the same.
    pub fn look(mut self, ground: &Ground) -> Scan {
        let _ = self.look_at_all(ground);
        let mut scan = self.scan;
        scan.strays
            .sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        scan
    }

    fn look_at_all(&mut self, ground: &Ground) -> ControlFlow<()> {
        let [home, settings] = own_folders();
        if ground.known_places {
            for (base, path) in PLACES {
                let base = match base {
                    Base::Home => &home,
                    Base::Settings => &settings,
                };
                let Some(place) = base.as_ref().map(|base| base.join(path)) else {
                    continue;
                };
                match place.try_exists() {
                    Ok(true) => {
                        let place = real_path(&place);
                        self.look_below(&place)?;
                        self.places.insert(place);
                    }
                    Ok(false) => {}
                    Err(error) => self.leave_out(&place, (&error).into()),
                }
            }
        }
        let mut named: Vec<_> = ground.named.iter().map(|path| real_path(path)).collect();
        named.sort();
        // What is in a folder that is named as well follows it in this order.
        named.dedup_by(|one, before| is_within(one, before));
        named.iter().try_for_each(|path| self.look_below(path))
    }

    fn look_below(&mut self, named: &Path) -> ControlFlow<()> {
        let mut unread = Vec::new();
        let ended = below(
            named,
            |file| self.look_at(file),
            |path, error| unread.push((path.to_owned(), error.into())),
        );
        for (path, why) in unread {
            self.leave_out(&path, why);
        }
        ended
    }

    fn look_at(&mut self, file: &Path) -> ControlFlow<()> {
        if file.ancestors().any(|above| self.places.contains(above)) {
            return ControlFlow::Continue(());
        }
        let mut found = Vec::new();
        let read = in_pieces(file, &mut self.buffer, |piece| {
            found.extend(in_piece(file, piece, &self.known));
        });
        match read {
            Ok(()) => self.scan.files += 1,
            Err(error) => self.leave_out(file, (&error).into()),
        }
        if let [only] = &mut found[..] {
            let in_line = only.stray.diff.take();
            only.stray.diff = in_line.or_else(|| settings_diff(file, only, &self.known));
        }
        self.scan
            .strays
            .extend(found.into_iter().map(|one| one.stray));
        if self.scan.files.is_multiple_of(STRIDE) {
            (self.told)(self.scan.files)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Notes what was not read.
    fn leave_out(&mut self, path: &Path, why: NotRead) {
        self.scan.unread.push(Unread {
            path: shown(path, &self.known),
            why,
        });
    }
}
