//! What was done, and enough to undo it: a small JSON file beside the backup.
//!
//! A receipt is read back from a directory in which others may be able to write, so nothing in it is followed: the
//! backup is the file beside the receipt that bears the same name, whatever the receipt says, and counts only when
//! its digest is the one recorded.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::certificate::Fingerprint;

/// Of a file's name, as much goes into the names of what stands beside it: with all that is added, it stays below
/// the 255 bytes that file systems allow.
const NAME_BYTES: usize = 180;

const MARK: &str = ".rootfix-";
const BACKUP: &str = ".bak";
const RECEIPT: &str = ".json";

/// A root that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub name: String,
    pub sha256: Fingerprint,
}

/// What was done to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The file itself, behind all symbolic links.
    pub path: PathBuf,
    /// `None` where there was no file before.
    pub sha256_before: Option<Fingerprint>,
    pub sha256_after: Fingerprint,
    /// The old bytes; `None` where there was no file before.
    pub backup: Option<PathBuf>,
    /// Where this receipt stands; `None` where it was not kept.
    pub receipt: Option<PathBuf>,
    pub added: Vec<Added>,
    /// To the second.
    pub time: OffsetDateTime,
    /// The version of rootfix that did it.
    pub version: String,
    /// It was written into the old file instead of taking its place at one stroke.
    pub in_place: bool,
}

/// The text of a receipt is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAReceipt;

#[derive(Serialize, Deserialize)]
struct Written {
    schema: u32,
    #[serde(rename = "type")]
    kind: String,
    path: String,
    sha256_before: Option<Fingerprint>,
    sha256_after: Fingerprint,
    backup: Option<String>,
    #[serde(default)]
    added: Vec<Added>,
    time: String,
    version: String,
    #[serde(default)]
    in_place: bool,
}

impl Receipt {
    /// The JSON as it stands on disk. A path that is not UTF-8 is written as well as that can be done; it is there
    /// for people.
    pub fn to_json(&self) -> String {
        let written = Written {
            schema: 1,
            kind: "receipt".to_owned(),
            path: self.path.display().to_string(),
            sha256_before: self.sha256_before,
            sha256_after: self.sha256_after,
            backup: self.backup.as_ref().map(|backup| backup.display().to_string()),
            added: self.added.clone(),
            time: (self.time.to_offset(UtcOffset::UTC).format(&Rfc3339))
                .expect("UTC from year 0 to 9999 can be written"),
            version: self.version.clone(),
            in_place: self.in_place,
        };
        let mut json = serde_json::to_string_pretty(&written).expect("strings and numbers can always be written");
        json.push('\n');
        json
    }

    /// Reads a receipt. What it says of paths is to be shown, not to be opened.
    ///
    /// # Errors
    /// It is not JSON, not a receipt, or of a schema that this version does not know.
    pub fn parse(json: &[u8]) -> Result<Receipt, NotAReceipt> {
        let written: Written = serde_json::from_slice(json).map_err(|_| NotAReceipt)?;
        if written.schema != 1 || written.kind != "receipt" {
            return Err(NotAReceipt);
        }
        Ok(Receipt {
            path: written.path.into(),
            sha256_before: written.sha256_before,
            sha256_after: written.sha256_after,
            backup: written.backup.map(PathBuf::from),
            receipt: None,
            added: written.added,
            time: OffsetDateTime::parse(&written.time, &Rfc3339).map_err(|_| NotAReceipt)?,
            version: written.version,
            in_place: written.in_place,
        })
    }
}

/// As much of a file's name as goes into other names.
fn short(name: &OsStr) -> OsString {
    if name.len() <= NAME_BYTES {
        return name.to_owned();
    }
    let text = name.to_string_lossy();
    let end = (0..=NAME_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].into()
}

fn joined(parts: &[&OsStr]) -> OsString {
    let mut name = OsString::new();
    parts.iter().for_each(|part| name.push(part));
    name
}

/// When a backup was made, as its name says; the later one is the greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// `20241101T083000Z`.
    time: String,
    /// Counts from 1 where several were made within a second.
    number: u32,
}

impl Stamp {
    pub fn new(now: OffsetDateTime, number: u32) -> Self {
        let time =
            now.to_offset(UtcOffset::UTC).format(format_description!("[year][month][day]T[hour][minute][second]Z"));
        Stamp { time: time.expect("the parts of a date can always be written"), number }
    }

    /// The stamp in the name of a receipt for a file of that name; `None` if it is no such receipt.
    pub fn of(candidate: &OsStr, name: &OsStr) -> Option<Self> {
        let rest = candidate.as_encoded_bytes().strip_prefix(short(name).as_encoded_bytes())?;
        let rest = std::str::from_utf8(rest).ok()?.strip_prefix(MARK)?.strip_suffix(RECEIPT)?;
        let (time, number) = match rest.split_once('-') {
            Some((time, number)) => (time, number.parse().ok().filter(|number| *number > 1)?),
            None => (rest, 1),
        };
        let right = time.len() == 16
            && time.bytes().enumerate().all(|(at, byte)| match at {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        right.then(|| Stamp { time: time.to_owned(), number })
    }

    fn name(&self, name: &OsStr, end: &str) -> OsString {
        let number = if self.number > 1 { format!("-{}", self.number) } else { String::new() };
        joined(&[&short(name), MARK.as_ref(), self.time.as_ref(), number.as_ref(), end.as_ref()])
    }

    /// `rootca.pem.rootfix-20241101T083000Z.bak`, and with `-2`, `-3` before the end where that is taken.
    pub fn backup(&self, name: &OsStr) -> OsString {
        self.name(name, BACKUP)
    }

    pub fn receipt(&self, name: &OsStr) -> OsString {
        self.name(name, RECEIPT)
    }
}

/// Whether a receipt found beside a file of that name is about that file. Names that were cut short meet here.
pub(super) fn is_about(receipt: &Receipt, name: &OsStr) -> bool {
    receipt.path.file_name().is_some_and(|own| own.to_string_lossy() == name.to_string_lossy())
}

/// What a temporary file of ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temporary {
    /// Written by us, perhaps not to its end; nothing that anyone misses.
    Unfinished,
    /// About to trade places with the file, or just after it: one of the two versions of the file.
    Trading,
}

/// A name for a temporary file beside a file of that name: `.rootca.pem.rootfix-0123456789abcdef.tmp`.
pub(super) fn temporary(name: &OsStr, random: u64) -> OsString {
    joined(&[".".as_ref(), &short(name), MARK.as_ref(), format!("{random:016x}.tmp").as_ref()])
}

/// The name that a finished temporary file takes before it trades places with the file.
pub(super) fn trading(name: &OsStr, random: u64) -> OsString {
    joined(&[".".as_ref(), &short(name), MARK.as_ref(), format!("{random:016x}.swap").as_ref()])
}

/// Whether this is the name of a temporary file of ours, left beside a file of that name.
pub(super) fn leftover(candidate: &OsStr, name: &OsStr) -> Option<Temporary> {
    let rest = candidate.as_encoded_bytes().strip_prefix(b".")?.strip_prefix(short(name).as_encoded_bytes())?;
    let (random, end) = std::str::from_utf8(rest).ok()?.strip_prefix(MARK)?.split_once('.')?;
    let random = random.len() == 16 && random.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match end {
        "tmp" if random => Some(Temporary::Unfinished),
        "swap" if random => Some(Temporary::Trading),
        _ => None,
    }
}
