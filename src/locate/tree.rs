//! Walks a project tree and reports the pins in its files.
//!
//! The ignore rules of git are respected, as ripgrep does, because what they name is built from the rest; hidden files
//! are read, because `.env`, `.npmrc` and `.github` pin bundles. Reading and searching for the rules' words is done to
//! every file, anything dearer only to those that hold one.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

use super::engine::{self, syntax};
use super::resolve;
use crate::finding::{Code, Trouble};
use crate::lang::locate as say;
use crate::pin::Pin;
use crate::prefix::Prefix;

/// Source and configuration files are smaller; what is larger is data, or generated.
const LARGEST: u64 = 1 << 20;
/// A NUL this near the start makes a file binary, as git and grep judge.
const SNIFF: usize = 1024;

/// Directories whose files came with a package: their pins are reported after the project's own.
const VENDORED: &[&str] = &[
    "vendor",
    "node_modules",
    "site-packages",
    "third_party",
    "bower_components",
    "Pods",
    "dist-packages",
    "thirdparty",
];

#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Read what `.gitignore` and its like leave out too: `node_modules`, build output.
    pub no_ignore: bool,
    /// The root in which absolute values start, and out of which relative ones do not lead.
    pub prefix: Prefix,
}

/// A file that was not searched, or not to its end.
#[derive(Debug, Clone)]
pub struct Skipped {
    pub path: PathBuf,
    pub trouble: Trouble,
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Tree {
    /// The project's own first, by path and line; then those of vendored packages.
    pub pins: Vec<Pin>,
    pub skipped: Vec<Skipped>,
    /// Files that were searched.
    pub files: usize,
}

/// The pins in one file's text. Pure: the path gives the language and is where relative values start from; whether
/// the resolved files exist is not looked up.
pub fn text(path: &Path, bytes: &[u8]) -> Vec<Pin> {
    search(path, above_all(path), bytes).pins
}

fn above_all(path: &Path) -> &Path {
    path.ancestors().last().unwrap_or(Path::new(""))
}

fn search(path: &Path, root: &Path, bytes: &[u8]) -> engine::Found {
    let Some(syntax) = syntax::of(path, bytes) else { return engine::Found::default() };
    if !engine::may_hold_pins(syntax, bytes) || bytes[..bytes.len().min(SNIFF)].contains(&0) {
        return engine::Found::default();
    }
    // Nearly every text is UTF-8, and to know that is cheaper than to mend what is not.
    let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    // Lines that end as on an old Macintosh.
    if !bytes.contains(&b'\n') && bytes.contains(&b'\r') {
        return engine::pins(path, root, syntax, &text.replace('\r', "\n"));
    }
    engine::pins(path, root, syntax, &text)
}

/// The pins of all files under `root`, or of `root` itself where it is a file.
///
/// Values are resolved against the tree, files that exist first. Symbolic links are not followed. Files over 1 MiB
/// that look like text, and files and directories that cannot be read, are listed in [`Tree::skipped`].
pub fn tree(root: &Path, options: &Options) -> Tree {
    let found = Mutex::new(Tree::default());
    let inside = Inside::new(root, &options.prefix);
    WalkBuilder::new(root)
        .hidden(false)
        .ignore(!options.no_ignore)
        .git_ignore(!options.no_ignore)
        .git_exclude(!options.no_ignore)
        .git_global(false)
        .parents(!options.no_ignore)
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | ".hg" | ".svn")))
        .build_parallel()
        .run(|| {
            let mut buffer = Vec::new();
            let (found, inside) = (&found, &inside);
            let mut batch = Batch { found, tree: Tree::default() };
            Box::new(move |entry| {
                match entry {
                    Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                        read(entry.path(), inside, &mut buffer, &mut batch.tree);
                    }
                    Ok(_) => {}
                    Err(error) => batch.tree.skipped.extend(refused(&error)),
                }
                WalkState::Continue
            })
        });
    let mut tree = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    tree.pins.sort_by(|a, b| {
        let key = |pin: &Pin| (vendored(&pin.path, root), pin.path.clone(), pin.line, pin.column);
        key(a).cmp(&key(b))
    });
    tree.skipped.sort_by(|a, b| a.path.cmp(&b.path));
    tree
}

/// One thread's finds, handed over when the thread is done.
struct Batch<'a> {
    found: &'a Mutex<Tree>,
    tree: Tree,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut all = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.pins.append(&mut self.tree.pins);
        all.skipped.append(&mut self.tree.skipped);
        all.files += self.tree.files;
    }
}

/// Whether a file came with a package.
pub fn vendored(path: &Path, root: &Path) -> bool {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.components().any(|part| VENDORED.iter().any(|name| part.as_os_str() == *name))
}

/// The names that a program inside another root gives to what is searched; in this machine's root they stay as the
/// user gave them.
struct Inside<'p> {
    prefix: &'p Prefix,
    /// Where the project begins.
    top: PathBuf,
    /// What is left out of a path where the user's own did not begin at the root either.
    here: Option<PathBuf>,
}

impl<'p> Inside<'p> {
    fn new(root: &Path, prefix: &'p Prefix) -> Self {
        let here = std::env::current_dir().ok().filter(|_| !prefix.is_root() && root.is_relative());
        let inside = Inside { prefix, top: PathBuf::new(), here };
        let named = inside.name(root);
        // Where one file is named, the project that it belongs to may begin at any directory above it.
        let top = if root.is_file() { above_all(&named).to_owned() } else { named.into_owned() };
        Inside { top, ..inside }
    }

    fn name<'a>(&self, path: &'a Path) -> Cow<'a, Path> {
        if self.prefix.is_root() {
            return Cow::Borrowed(path);
        }
        let inside = std::path::absolute(path).ok().and_then(|path| self.prefix.inside(&path));
        inside.map_or(Cow::Borrowed(path), Cow::Owned)
    }

    /// The pins of a file, and whether there are more.
    fn pins(&self, path: &Path, bytes: &[u8]) -> (Vec<Pin>, bool) {
        let engine::Found { mut pins, more } = search(&self.name(path), &self.top, bytes);
        for pin in &mut pins {
            path.clone_into(&mut pin.path);
            pin.resolved = resolve::existing_first(self.prefix, &pin.resolved);
            for found in pin.resolved.iter_mut() {
                let short = self.here.as_ref().and_then(|here| found.strip_prefix(here).ok()).map(Path::to_owned);
                *found = short.unwrap_or_else(|| std::mem::take(found));
            }
        }
        (pins, more)
    }
}

fn read(path: &Path, inside: &Inside<'_>, buffer: &mut Vec<u8>, tree: &mut Tree) {
    // The name alone rules out bundles, keys and pictures, whose bytes need not be read.
    if syntax::never(path) {
        return;
    }
    let read = File::open(path).and_then(|file| {
        buffer.clear();
        file.take(LARGEST + 1).read_to_end(buffer)
    });
    match read {
        Ok(_) if buffer.len() as u64 > LARGEST => {
            if !buffer[..SNIFF].contains(&0) {
                let trouble = Trouble::new(Code::FileSkipped, say::too_large(LARGEST), say::too_large_next());
                tree.skipped.push(Skipped { path: path.to_owned(), trouble });
            }
        }
        Ok(_) => {
            tree.files += 1;
            let (mut pins, more) = inside.pins(path, buffer);
            if more {
                let trouble = Trouble::new(Code::FileSkipped, say::too_many(engine::JUDGED), say::too_many_next());
                tree.skipped.push(Skipped { path: path.to_owned(), trouble });
            }
            tree.pins.append(&mut pins);
        }
        Err(_) => tree.skipped.push(unreadable(path.to_owned())),
    }
}

fn unreadable(path: PathBuf) -> Skipped {
    Skipped { path, trouble: Trouble::new(Code::FileSkipped, say::unreadable(), say::unreadable_next()) }
}

fn refused(error: &ignore::Error) -> Option<Skipped> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(unreadable(path.clone())),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => refused(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_on_any_system() {
        let lines = |ending: &str| -> Vec<usize> {
            let text = ["#!/bin/sh", "a=1", "curl -k https://till.example/", "b=1", ""].join(ending);
            self::text(Path::new("a.sh"), text.as_bytes()).iter().map(|pin| pin.line).collect()
        };
        assert_eq!([lines("\n"), lines("\r\n"), lines("\r")], [[3], [3], [3]]);
    }
}
