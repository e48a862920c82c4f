//! Rows in columns: aligned for a person at a terminal, separated by tabs for a program.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::terminal::printable;

/// What stands for the end of a text that is cut.
const ELLIPSIS: char = '…';

/// The blanks between two columns.
const GAP: usize = 2;

/// The least that a cell may be cut to, on a terminal of whatever width.
const LEAST: usize = 4;

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const WARNING: Style = AnsiColor::Yellow.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const ASIDE: Style = Style::new().dimmed();
pub const PLAIN: Style = Style::new();

/// A column: its title, and what becomes of it where the terminal is narrow.
#[derive(Debug, Clone)]
pub struct Column {
    title: String,
    /// The least width that it is cut to; none if its texts are of no use in part.
    least: Option<usize>,
    /// When it is left out: those with a higher number before the others, those with none never.
    leaves: u8,
    is_shown: bool,
}

impl Column {
    /// A column whose texts are never cut.
    pub fn whole(title: String) -> Self {
        Self {
            title,
            least: None,
            leaves: 0,
            is_shown: true,
        }
    }

    /// A column whose texts are cut, at first to this width.
    pub fn cut(title: String, least: usize) -> Self {
        Self {
            least: Some(least),
            ..Self::whole(title)
        }
    }

    /// A column that only programs get.
    pub fn for_programs() -> Self {
        Self {
            is_shown: false,
            ..Self::whole(String::new())
        }
    }

    /// The column, left out before those with a lower number.
    pub fn leaves(self, before: u8) -> Self {
        Self {
            leaves: before,
            ..self
        }
    }
}

/// A cell: what a person reads, and what a program does.
#[derive(Debug, Clone)]
pub struct Cell {
    shown: String,
    style: Style,
    plain: String,
}

impl Cell {
    /// A cell that says the same to both.
    pub fn of(text: &str) -> Self {
        Self::both(text, text)
    }

    pub fn both(shown: &str, plain: &str) -> Self {
        let [shown, plain] = [shown, plain].map(in_one_line);
        Self {
            shown,
            style: PLAIN,
            plain,
        }
    }

    pub fn for_programs(plain: &str) -> Self {
        Self::both("", plain)
    }

    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

/// A text without anything that a terminal obeys, or that ends a cell.
fn in_one_line(text: &str) -> String {
    printable(&text.replace('\n', " "))
}

#[derive(Debug)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The rows with tabs between their cells, without a header.
    pub fn for_programs(&self) -> String {
        let line = |row: &Vec<Cell>| -> String {
            let cells: Vec<_> = row.iter().map(|cell| cell.plain.as_str()).collect();
            cells.join("\t")
        };
        let lines: Vec<_> = self.rows.iter().map(line).collect();
        lines.join("\n")
    }

    /// A header and the rows, in columns that fit into this width.
    pub fn for_terminal(&self, width: usize) -> String {
        let columns = self.fitting(width);
        let header = Self::line(&columns, |at| {
            (self.columns[at].title.to_uppercase(), ASIDE)
        });
        let rows = self.rows.iter().map(|row| {
            Self::line(&columns, |at| {
                let cell = &row[at];
                (cell.shown.clone(), cell.style)
            })
        });
        let lines: Vec<_> = std::iter::once(header).chain(rows).collect();
        lines.join("\n")
    }

    /// A line of the columns that are shown; nothing follows the last text that is there.
    fn line(columns: &[(usize, usize)], text: impl Fn(usize) -> (String, Style)) -> String {
        let mut line = String::new();
        let mut missing = 0;
        for (at, width) in columns {
            let (text, style) = text(*at);
            let text = cut(&text, *width);
            if !text.is_empty() {
                line.extend(std::iter::repeat_n(' ', missing));
                // Writing to a text cannot fail.
                let _ = write!(line, "{style}{text}{style:#}");
                missing = 0;
            }
            missing += width.saturating_sub(text.width()) + GAP;
        }
        line
    }

    /// The columns that are shown and how wide each is: some are cut first, then some are left out.
    fn fitting(&self, width: usize) -> Vec<(usize, usize)> {
        let mut columns: Vec<_> = (0..self.columns.len())
            .filter(|at| self.columns[*at].is_shown)
            .map(|at| (at, self.widest(at)))
            .collect();
        loop {
            let whole: usize = columns.iter().map(|(_, width)| width).sum();
            let gaps = GAP * columns.len().saturating_sub(1);
            let too_much = (whole + gaps).saturating_sub(width);
            let spare = |(at, width): &(usize, usize)| {
                let least = self.columns[*at].least;
                least.map_or(0, |least| width.saturating_sub(least))
            };
            if columns.iter().map(spare).sum::<usize>() >= too_much {
                take(&mut columns, too_much, |at| self.columns[at].least);
                return columns;
            }
            let leaving = columns
                .iter()
                .enumerate()
                .max_by_key(|(_, (at, _))| self.columns[*at].leaves)
                .filter(|(_, (at, _))| self.columns[*at].leaves > 0)
                .map(|(place, _)| place);
            let Some(place) = leaving else {
                take(&mut columns, too_much, |_| Some(LEAST));
                return columns;
            };
            columns.remove(place);
        }
    }

    /// How wide the widest text of a column is.
    fn widest(&self, at: usize) -> usize {
        let cells = self.rows.iter().map(|row| row[at].shown.width());
        let title = self.columns[at].title.to_uppercase().width();
        cells.chain([title]).max().unwrap_or_default()
    }
}

/// Takes so much from the columns, always from the widest of those that can give.
fn take(columns: &mut [(usize, usize)], too_much: usize, least: impl Fn(usize) -> Option<usize>) {
    for _ in 0..too_much {
        let gives = |(at, width): &&mut (usize, usize)| least(*at).is_some_and(|it| *width > it);
        let Some((_, width)) = columns
            .iter_mut()
            .filter(gives)
            .max_by_key(|(_, width)| *width)
        else {
            return;
        };
        *width -= 1;
    }
}

/// A text that fits into this width, with an ellipsis if it is cut.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        // What joins the sign before it has no width of its own.
        if c.width() != Some(0) && kept.width() > width.saturating_sub(1) {
            kept.pop();
            break;
        }
    }
    let mut kept = kept.trim_end().to_owned();
    kept.push(ELLIPSIS);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let rows = [
            [
                "Acme Research",
                "Active",
                "Ada Lindqvist · ada@example.org",
                "0b7d",
            ],
            ["東京デザイン事務所", "Inactive", "", "77aa"],
            ["B", "Active", "Jo", "1c2d"],
        ];
        let row = |cells: &[&str; 4]| cells.iter().map(|text| Cell::of(text)).collect();
        Table {
            columns: vec![
                Column::cut("Workspace".to_owned(), 12),
                Column::whole("Status".to_owned()),
                Column::cut("Owner".to_owned(), 10).leaves(1),
                Column::whole("Bot ID".to_owned()).leaves(2),
            ],
            rows: rows.iter().map(row).collect(),
        }
    }

    fn plain(table: &Table, width: usize) -> Vec<String> {
        let shown = anstream::adapter::strip_str(&table.for_terminal(width)).to_string();
        shown.lines().map(str::to_owned).collect()
    }

    #[test]
    fn columns_stand_below_their_titles_whatever_is_in_them() {
        assert_eq!(
            plain(&table(), 100),
            [
                "WORKSPACE           STATUS    OWNER                            BOT ID",
                "Acme Research       Active    Ada Lindqvist · ada@example.org  0b7d",
                "東京デザイン事務所  Inactive                                   77aa",
                "B                   Active    Jo                               1c2d",
            ]
        );
    }

    #[test]
    fn a_narrow_terminal_gets_less_of_the_long_and_then_fewer_columns() {
        for width in 8..100 {
            for line in plain(&table(), width) {
                assert!(line.width() <= width.max(10), "{width}: {line}");
            }
        }
        assert_eq!(
            plain(&table(), 44)[1],
            "Acme Resear…  Active    Ada Lindqvi…  0b7d"
        );
        assert_eq!(plain(&table(), 36)[2], "東京デザイ…   Inactive");
        assert_eq!(plain(&table(), 24)[1], "Acme Research   Active");
        assert_eq!(plain(&table(), 14)[1], "Acme…   Active");
    }

    #[test]
    fn a_program_gets_every_cell_whole_and_one_line_for_each_row() {
        let mut table = table();
        table.columns.push(Column::for_programs());
        for row in &mut table.rows {
            row.push(Cell::for_programs("a\tb\nc\x1b"));
        }
        let lines = table.for_programs();
        let first = "Acme Research\tActive\tAda Lindqvist · ada@example.org\t0b7d\ta b c";
        assert_eq!(lines.lines().next(), Some(first));
        assert_eq!(lines.lines().count(), 3);
        assert!(!plain(&table, 200).concat().contains("a b"));
    }

    #[test]
    fn a_text_is_cut_between_signs_and_never_within_one() {
        assert_eq!(cut("Cafe\u{301} Ursprung", 5), "Cafe\u{301}…");
        assert_eq!(cut("東京", 3), "東…");
        assert_eq!(cut("東京", 2), "…");
        assert_eq!(cut("Acme Research", 6), "Acme…");
        assert_eq!(cut("Acme", 4), "Acme");
    }
}
