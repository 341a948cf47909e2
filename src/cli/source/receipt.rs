//! What was made at the source of a store, and where that is written down: beside the store, or inside the directory,
//! so that it is found again from the store's own path.
//!
//! A receipt may have been laid down by somebody else. So one of a stranger is passed over, the commands in it are
//! there for people and never run, and the files that it names are touched only where this program would make them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::apply;
use crate::certificate::Fingerprint;

const MARK: &str = "rootfix-source-";

/// As many additions to one store are remembered; each rollover makes one.
const MOST: u32 = 1000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceReceipt {
    pub schema: u32,
    #[serde(rename = "type")]
    pub kind: String,
    /// The store, with its links followed.
    pub path: PathBuf,
    /// It is generated; otherwise it is a hashed directory, and everything was made inside.
    pub generated: bool,
    /// Nothing was generated on this system before (CentOS 6).
    #[serde(default)]
    pub disabled: bool,
    pub added: Vec<apply::Added>,
    pub writes: Vec<Written>,
    #[serde(default)]
    pub links: Vec<Link>,
    /// Made on the way, outermost first.
    #[serde(default)]
    pub directories: Vec<PathBuf>,
    /// For people: what the undo runs.
    pub undo: Vec<String>,
    pub time: String,
    pub version: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Written {
    pub path: PathBuf,
    /// `None` for a file that was not there.
    pub sha256_before: Option<Fingerprint>,
    pub sha256_after: Fingerprint,
    /// It holds a certificate that had been added to the generated file by hand, and stays.
    #[serde(default)]
    pub rescued: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    pub path: PathBuf,
    pub target: PathBuf,
}

/// How something that was made is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it was before.
    Before,
    /// As it was made.
    After,
    /// Neither: somebody changed it since.
    Changed,
}

impl Written {
    pub fn state(&self) -> State {
        if self.path.is_symlink() && self.sha256_before.is_none() {
            return State::Changed;
        }
        match apply::read(&self.path) {
            Ok(file) if file.sha256 == self.sha256_after => State::After,
            Ok(file) if Some(file.sha256) == self.sha256_before => State::Before,
            Ok(_) => State::Changed,
            Err(_) if self.sha256_before.is_none() && self.path.symlink_metadata().is_err() => State::Before,
            Err(_) => State::Changed,
        }
    }
}

impl Link {
    pub fn state(&self) -> State {
        match (std::fs::read_link(&self.path), self.path.symlink_metadata()) {
            (Ok(target), _) if target == self.target => State::After,
            (Err(_), Err(_)) => State::Before,
            _ => State::Changed,
        }
    }
}

impl SourceReceipt {
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// What is to be taken back; what was rescued stays.
    pub fn writes(&self) -> impl DoubleEndedIterator<Item = &Written> {
        self.writes.iter().filter(|write| !write.rescued)
    }

    pub fn states(&self) -> Vec<State> {
        self.writes().map(Written::state).chain(self.links.iter().map(Link::state)).collect()
    }

    /// A part is there and a part is not: the run that made it was killed.
    pub fn is_half_made(&self) -> bool {
        let states = self.states();
        states.contains(&State::After) && states.contains(&State::Before)
    }
}

/// The directory of a store's receipts, and what their names begin with.
fn shelf(store: &Path, backup_dir: Option<&Path>) -> (PathBuf, OsString) {
    let is_directory = store.is_dir();
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(MARK);
    match backup_dir {
        Some(directory) => (directory.to_owned(), name),
        None if is_directory => (store.to_owned(), MARK.into()),
        None => (store.parent().unwrap_or(Path::new("/")).to_owned(), name),
    }
}

fn numbered(shelf: &(PathBuf, OsString), number: u32) -> PathBuf {
    let mut name = shelf.1.clone();
    name.push(format!("{number}.json"));
    shelf.0.join(name)
}

/// A path for a new receipt that nothing bears yet.
pub fn free(store: &Path, backup_dir: Option<&Path>) -> PathBuf {
    let shelf = shelf(store, backup_dir);
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    // Behind the newest, not in a gap: the number tells the order.
    let newest = (1..=MOST).rev().find(|number| !is_free(&numbered(&shelf, *number))).unwrap_or(0);
    numbered(&shelf, newest + 1)
}

/// The receipts of a store, newest first, with their paths.
pub fn find(store: &Path, backup_dir: Option<&Path>) -> Vec<(PathBuf, SourceReceipt)> {
    let shelf = shelf(store, backup_dir);
    let paths = (1..=MOST).rev().map(|number| numbered(&shelf, number));
    paths.filter_map(|path| read(&path).map(|receipt| (path, receipt))).filter(|(_, r)| r.path == store).collect()
}

fn read(path: &Path) -> Option<SourceReceipt> {
    let metadata = path.symlink_metadata().ok()?;
    #[cfg(unix)]
    {
        let owner = std::os::unix::fs::MetadataExt::uid(&metadata);
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            return None;
        }
    }
    if !metadata.is_file() {
        return None;
    }
    let receipt: SourceReceipt = serde_json::from_slice(&apply::read(path).ok()?.bytes).ok()?;
    (receipt.schema == 1 && receipt.kind == "source-receipt").then_some(receipt)
}
