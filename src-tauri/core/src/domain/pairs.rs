//! Pairs of an OAuth client's tokens in a list from elsewhere: how a line of it is read, and what is found
//! of it.

use std::collections::HashMap;

use csv::ReaderBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::annotation::Labels;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::token::checked_token;

/// The most bytes of a line: many times more than a pair and its labels have.
pub const LONGEST_LINE: usize = 65_536;

/// A pair as a line has it. There is no `Debug`: it is secret.
#[derive(Clone)]
pub struct Pair {
    /// The access token.
    pub(crate) access: SecretString,
    /// The refresh token, if there is one.
    pub(crate) refresh: Option<SecretString>,
    /// The labels to give it.
    pub(crate) labels: Labels,
}

/// Why a line is no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum LineFault {
    /// It is longer than [`LONGEST_LINE`].
    TooLong,
    /// It is not UTF-8.
    NotText,
    /// It is no JSON object, in a list of them.
    NotJson,
    /// It has other columns than the first line says.
    OtherColumns,
    /// It has no access token.
    NoToken,
    /// What stands for a token cannot be one.
    BadToken,
    /// A label of it cannot be one.
    BadLabel,
}

/// How the lines of a list are written.
enum PairFormat {
    /// A JSON object in each (JSON lines).
    JsonLines,
    /// Comma-separated values (RFC 4180), also with semicolons or tabs, with the columns' names in the first
    /// line.
    Csv(Columns),
}

/// The columns of comma-separated values.
struct Columns {
    separator: u8,
    count: usize,
    access: usize,
    refresh: Option<usize>,
    label: Option<usize>,
}

/// A pair in JSON, by the names of Notion's own reply; others are passed over.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    access_token: Option<SecretString>,
    #[serde(default)]
    refresh_token: Option<SecretString>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

/// A line of a list as it was read: a pair, or why it is none. There is no `Debug`: it is secret.
pub struct ReadLine {
    /// The number of the line, from 1.
    pub(crate) line: usize,
    pub(crate) read: Result<Pair, LineFault>,
}

/// The reading of a list, line by line.
#[derive(Default)]
pub struct PairLines {
    format: Option<PairFormat>,
    line: usize,
}

impl PairLines {
    /// Reads the next line; none if it is empty, or names the columns. Fails with `list-unreadable` if the
    /// list is written in no known form.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<ReadLine>, Problem> {
        self.line += 1;
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let (format, is_pair) = match self.format.take() {
            Some(known) => (known, true),
            None => PairFormat::of(line)?,
        };
        let read = is_pair.then(|| ReadLine {
            line: self.line,
            read: format.read(line),
        });
        self.format = Some(format);
        Ok(read)
    }

    /// Ends the list. Fails with `list-unreadable` if there was nothing in it.
    pub fn end(self) -> Result<(), Problem> {
        self.format
            .map(drop)
            .ok_or_else(|| Cause::ListUnreadable.into())
    }
}

impl PairFormat {
    /// The format of a list by its first line that is not empty, and whether that line is a pair itself.
    /// Fails with `list-unreadable` if it is neither a JSON object nor names an `access_token`.
    fn of(first: &[u8]) -> Result<(Self, bool), Problem> {
        let text = text(first).map_err(|_| Cause::ListUnreadable)?;
        if text.trim_start().starts_with('{') {
            return Ok((Self::JsonLines, true));
        }
        let columns = [b',', b';', b'\t'].into_iter().find_map(|separator| {
            let names = cells(text, separator)?;
            let at = |wanted: &[&str]| {
                let is_wanted = |name: &String| wanted.contains(&&*name.trim().to_lowercase());
                names.iter().position(is_wanted)
            };
            Some(Columns {
                separator,
                count: names.len(),
                access: at(&["access_token"])?,
                refresh: at(&["refresh_token"]),
                label: at(&["label"]),
            })
        });
        let columns = columns.ok_or(Cause::ListUnreadable)?;
        Ok((Self::Csv(columns), false))
    }

    /// The pair of a line.
    fn read(&self, line: &[u8]) -> Result<Pair, LineFault> {
        let text = text(line)?;
        match self {
            Self::JsonLines => {
                if !text.trim_start().starts_with('{') {
                    return Err(LineFault::NotJson);
                }
                let fields: Fields = serde_json::from_str(text).map_err(|_| LineFault::NotJson)?;
                let labels: Vec<_> = fields.label.into_iter().chain(fields.labels).collect();
                pair(fields.access_token, fields.refresh_token, &labels)
            }
            Self::Csv(columns) => {
                let cells = cells(text, columns.separator).ok_or(LineFault::OtherColumns)?;
                if cells.len() != columns.count {
                    return Err(LineFault::OtherColumns);
                }
                let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).cloned();
                let token = |at| cell(at).map(SecretString::from);
                let labels: Vec<_> = cell(columns.label).into_iter().collect();
                pair(token(Some(columns.access)), token(columns.refresh), &labels)
            }
        }
    }
}

/// A line as text, without the mark and the end that it may have.
fn text(line: &[u8]) -> Result<&str, LineFault> {
    if line.len() > LONGEST_LINE {
        return Err(LineFault::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineFault::NotText)?;
    Ok(text
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']))
}

/// The cells of one line of comma-separated values.
fn cells(line: &str, separator: u8) -> Option<Vec<String>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

fn pair(
    access: Option<SecretString>,
    refresh: Option<SecretString>,
    labels: &[String],
) -> Result<Pair, LineFault> {
    let is_there = |token: &SecretString| !token.expose_secret().trim().is_empty();
    let token = |token: SecretString| checked_token(&token).map_err(|_| LineFault::BadToken);
    let labels: Vec<_> = labels
        .iter()
        .filter(|label| !label.trim().is_empty())
        .cloned()
        .collect();
    Ok(Pair {
        access: token(access.filter(is_there).ok_or(LineFault::NoToken)?)?,
        refresh: refresh.filter(is_there).map(token).transpose()?,
        labels: Labels::typed(&labels).map_err(|_| LineFault::BadLabel)?,
    })
}

/// What is known of a line before anything is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum PairVerdict {
    /// The pair works, and its bot has no connection yet.
    New {
        /// The name of the workspace; empty if Notion gives none.
        workspace_name: String,
        /// Notion's id of the bot.
        bot_id: String,
        /// Who authorized it.
        owner: Owner,
    },
    /// It is in the list already.
    Here {
        /// The connection (`Connection::id`).
        connection: String,
    },
    /// Its bot has a connection with other tokens, which stay.
    OtherTokens {
        /// The connection (`Connection::id`).
        connection: String,
    },
    /// An earlier line has the same token.
    Twice {
        /// The number of that line, from 1.
        before: usize,
    },
    /// The pair works, but an earlier line has another one of the same bot, which has one connection.
    SameBot {
        /// The number of that line, from 1.
        before: usize,
    },
    /// Notion says that the access token does not work. Its refresh token was not used.
    Dead,
    /// The access token works, but is not this client's.
    OtherClient,
    /// Notion did not say enough.
    NotAsked {
        /// Why.
        problem: Problem,
    },
    /// It is no pair.
    Unreadable {
        /// Why.
        fault: LineFault,
    },
}

impl PairVerdict {
    /// The problem that every further line would meet as well, if it is one.
    #[must_use]
    pub fn stop(&self) -> Option<&Problem> {
        let Self::NotAsked { problem } = self else {
            return None;
        };
        let cause = &problem.cause;
        let is_for_all =
            cause.is_no_connection() || matches!(cause, Cause::ClientRejected | Cause::RateLimited);
        is_for_all.then_some(problem)
    }
}

/// A line with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct JudgedLine {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is known of it.
    #[serde(flatten)]
    pub verdict: PairVerdict,
}

/// A line whose pair was to be kept, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct KeptLine {
    /// The number of the line, from 1.
    pub line: usize,
    /// The connection that it is now (`Connection::id`); none if it was not kept.
    pub connection: Option<String>,
    /// Why it was not kept.
    pub problem: Option<Problem>,
}

/// How many lines had which verdict, and what came of those that were new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct PairCounts {
    /// Kept now.
    pub kept: usize,
    /// New, and not kept.
    pub not_kept: usize,
    /// Here already.
    pub here: usize,
    /// Here with other tokens.
    pub other_tokens: usize,
    /// Twice in the list.
    pub twice: usize,
    /// Of the same bot as an earlier line, with other tokens.
    pub same_bot: usize,
    /// Dead.
    pub dead: usize,
    /// Another client's.
    pub other_client: usize,
    /// Not asked.
    pub not_asked: usize,
    /// Unreadable.
    pub unreadable: usize,
}

impl PairCounts {
    /// Counts a verdict.
    pub fn count(&mut self, verdict: &PairVerdict) {
        let counted = match verdict {
            PairVerdict::New { .. } => &mut self.not_kept,
            PairVerdict::Here { .. } => &mut self.here,
            PairVerdict::OtherTokens { .. } => &mut self.other_tokens,
            PairVerdict::Twice { .. } => &mut self.twice,
            PairVerdict::SameBot { .. } => &mut self.same_bot,
            PairVerdict::Dead => &mut self.dead,
            PairVerdict::OtherClient => &mut self.other_client,
            PairVerdict::NotAsked { .. } => &mut self.not_asked,
            PairVerdict::Unreadable { .. } => &mut self.unreadable,
        };
        *counted += 1;
    }

    /// Counts what came of a line that was new.
    pub fn count_kept(&mut self, kept: &KeptLine) {
        if kept.connection.is_some() {
            self.kept += 1;
            self.not_kept = self.not_kept.saturating_sub(1);
        }
    }

    /// How many lines are not in the list now.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.not_kept
            + self.other_tokens
            + self.same_bot
            + self.dead
            + self.other_client
            + self.not_asked
            + self.unreadable
    }
}

/// Which lines had which tokens and bots, to know those that come twice.
#[derive(Default)]
pub(crate) struct Seen(HashMap<Vec<u8>, usize>);

impl Seen {
    /// The earlier line that this mark was of; it is of this one from now on if there is none.
    pub fn before(&mut self, mark: Vec<u8>, line: usize) -> Option<usize> {
        let seen = *self.0.entry(mark).or_insert(line);
        (seen != line).then_some(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<(String, Option<String>, Vec<String>), LineFault>;

    /// The lines of a list that are no heads of columns, with their numbers.
    fn read(lines: &[&str]) -> Vec<(usize, Read)> {
        let mut reading = PairLines::default();
        let read = lines.iter().map(|line| reading.read(line.as_bytes()));
        let read: Vec<_> = read.map(|read| read.expect("a known form")).collect();
        reading.end().expect("a list");
        let shown = |token: &SecretString| token.expose_secret().to_owned();
        let shown = |pair: Pair| {
            let refresh = pair.refresh.as_ref().map(shown);
            (shown(&pair.access), refresh, pair.labels.into())
        };
        let read = read.into_iter().flatten();
        read.map(|one| (one.line, one.read.map(shown))).collect()
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn numbered<const N: usize>(first: usize, read: [Read; N]) -> Vec<(usize, Read)> {
        (first..).zip(read).collect()
    }

    #[test]
    fn json_lines_are_read_by_the_names_of_notions_reply() {
        let read = read(&[
            "",
            "{\"access_token\":\"ntn_1\",\"refresh_token\":\"nrt_1\",\"bot_id\":\"b\",\"label\":\"Acme\"}\n",
            "  {\"access_token\":\" ntn_2 \",\"refresh_token\":null,\"labels\":[\"a\",\"b\"]}\r\n",
            "{\"refresh_token\":\"nrt_3\"}",
            "{\"access_token\":\"\"}",
            "{\"access_token\":4}",
            "[\"ntn_5\"]",
            "{\"access_token\":\"ntn_5\"",
            "{\"access_token\":\"two words\"}",
            "{\"access_token\":\"ntn_6\",\"refresh_token\":\"two words\"}",
            "{\"access_token\":\"ntn_7\",\"label\":\"\u{202e}\"}",
        ]);
        assert_eq!(
            read,
            numbered(
                2,
                [
                    Ok((text("ntn_1"), Some(text("nrt_1")), vec![text("Acme")])),
                    Ok((text("ntn_2"), None, vec![text("a"), text("b")])),
                    Err(LineFault::NoToken),
                    Err(LineFault::NoToken),
                    Err(LineFault::NotJson),
                    Err(LineFault::NotJson),
                    Err(LineFault::NotJson),
                    Err(LineFault::BadToken),
                    Err(LineFault::BadToken),
                    Err(LineFault::BadLabel),
                ]
            )
        );
    }

    #[test]
    fn tables_are_read_by_the_names_of_their_columns_whatever_separates_them() {
        for separator in [",", ";", "\t"] {
            let rows = [
                "\u{feff}Customer|Access_Token|label|refresh_token\r\n",
                "1|ntn_1|\"Acme, Ltd; \"\"London\"\"\"|nrt_1\r\n",
                "2|\"ntn_2\"||\r\n",
                "3|ntn_3\r\n",
                "4||x|nrt_4",
                "\"5|ntn_5|x|",
            ];
            let rows = rows.map(|row| row.replace('|', separator));
            let read = read(&rows.each_ref().map(String::as_str));
            assert_eq!(
                read,
                numbered(
                    2,
                    [
                        Ok((
                            text("ntn_1"),
                            Some(text("nrt_1")),
                            vec![text("Acme, Ltd; \"London\"")]
                        )),
                        Ok((text("ntn_2"), None, vec![])),
                        Err(LineFault::OtherColumns),
                        Err(LineFault::NoToken),
                        Err(LineFault::OtherColumns),
                    ]
                ),
                "{separator:?}"
            );
        }
    }

    #[test]
    fn a_list_of_another_kind_is_refused_in_words() {
        let unreadable = |lines: &[&[u8]]| {
            let mut reading = PairLines::default();
            let read = lines
                .iter()
                .try_for_each(|line| reading.read(line).map(drop));
            read.and_then(|()| reading.end())
                .err()
                .map(|problem| problem.cause)
        };
        for first in [&b"token,refresh\n"[..], b"ntn_1\n", b"[", b"\xff\xfe{"] {
            assert_eq!(
                unreadable(&[b"\n", first]),
                Some(Cause::ListUnreadable),
                "{first:?}"
            );
        }
        assert_eq!(unreadable(&[]), Some(Cause::ListUnreadable));
        assert_eq!(unreadable(&[b" \n"]), Some(Cause::ListUnreadable));
        let (format, _) = PairFormat::of(b"{").expect("JSON lines");
        let long = vec![b' '; LONGEST_LINE + 1];
        assert_eq!(format.read(&long).err(), Some(LineFault::TooLong));
        assert_eq!(format.read(b"{\"\xff").err(), Some(LineFault::NotText));
    }
}
