//! A disk in memory that fails, stops and loses power on demand.
//!
//! It is written from the manual pages, not from `unix.rs`; that both lead to the same outcomes is shown by injecting
//! the same faults into a real process (tests/faults.rs).

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::disk::{Attributes, Disk, Kind, Open, Place, Stat};

/// The two directories that it has.
pub(super) const HOME: &str = "/home";
pub(super) const SHELF: &str = "/shelf";

fn directory(path: &Path) -> io::Result<usize> {
    let known = [HOME, SHELF];
    known.iter().position(|known| path == Path::new(known)).ok_or_else(|| ErrorKind::NotFound.into())
}

const ME: u32 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// This error, once.
    Error(ErrorKind),
    /// The process is killed at this call: it, and all that follow, do nothing.
    Stop,
}

/// What another program, which takes no lock, does to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intrusion {
    /// Puts a new file in its place, as editors do.
    Replaces(&'static [u8]),
    /// Writes into it.
    Rewrites(&'static [u8]),
    Appends(&'static [u8]),
    Removes,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Inode {
    pub data: Vec<u8>,
    pub mode: u32,
    pub uid: u32,
    pub attributes: Attributes,
    pub links: u64,
}

/// What happened to names or content, in the order in which it did. Unsynced, any of it may be lost without the rest.
#[derive(Debug, Clone)]
enum Change {
    Names { dir: usize, effects: Vec<(OsString, Option<usize>)> },
    Data { inode: usize, offset: usize, bytes: Vec<u8> },
    Length { inode: usize, len: usize },
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub inodes: Vec<Inode>,
    pub dirs: [BTreeMap<OsString, usize>; 2],
}

impl State {
    fn take(&mut self, change: &Change) {
        match change {
            Change::Names { dir, effects } => {
                for (name, inode) in effects {
                    match inode {
                        Some(inode) => drop(self.dirs[*dir].insert(name.clone(), *inode)),
                        None => drop(self.dirs[*dir].remove(name)),
                    }
                }
            }
            Change::Data { inode, offset, bytes } => {
                let data = &mut self.inodes[*inode].data;
                data.resize(data.len().max(offset + bytes.len()), 0);
                data[*offset..offset + bytes.len()].copy_from_slice(bytes);
            }
            Change::Length { inode, len } => self.inodes[*inode].data.resize(*len, 0),
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    now: State,
    /// What the medium held at the start.
    medium: State,
    changes: Vec<Change>,
    /// Which of the changes are on the medium for certain.
    synced: HashSet<usize>,
    calls: Vec<&'static str>,
    fault: Option<(usize, Fault)>,
    intrusions: Vec<(usize, &'static str, Intrusion)>,
    stopped: bool,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    inner: RefCell<Inner>,
    pub quirks: Quirks,
}

/// How a disk may differ from the best one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quirks {
    /// The system cannot let two names trade places.
    pub no_exchange: bool,
    /// No call reads or writes more than this; 0 for as much as asked.
    pub most: usize,
    /// A sync says yes and does nothing: what a test of power loss must notice.
    pub lying_sync: bool,
}

pub(super) struct Handle {
    inode: usize,
    append: bool,
}

impl Memory {
    /// With this file in [`HOME`], under that many names.
    pub fn with_file(name: &str, data: &[u8], links: u64) -> Self {
        let mut state = State::default();
        // Somebody else's, with an attribute: there is something to be kept.
        let attributes = Attributes::from([("user.note".into(), b"kept".to_vec())]);
        state.inodes.push(Inode { data: data.to_vec(), mode: 0o640, uid: ME + 1, attributes, links });
        state.dirs[0].insert(name.into(), 0);
        Self::from_state(state)
    }

    pub fn with(state: State, quirks: Quirks) -> Self {
        Memory { quirks, ..Self::from_state(state) }
    }

    pub fn from_state(state: State) -> Self {
        let inner = Inner { now: state.clone(), medium: state, ..Inner::default() };
        Memory { inner: RefCell::new(inner), quirks: Quirks::default() }
    }

    pub fn fail(&self, call: usize, fault: Fault) {
        self.inner.borrow_mut().fault = Some((call, fault));
    }

    /// Another program is quicker than this call, and changes this file in [`HOME`].
    pub fn intrude(&self, call: usize, name: &'static str, intrusion: Intrusion) {
        self.inner.borrow_mut().intrusions.push((call, name, intrusion));
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<&'static str> {
        self.inner.borrow().calls.clone()
    }

    /// What programs see now.
    pub fn state(&self) -> State {
        self.inner.borrow().now.clone()
    }

    /// Every state in which the medium can be found if the power failed now: what was synced is there, of the rest
    /// any part.
    pub fn after_power_loss(&self) -> impl Iterator<Item = State> + '_ {
        let inner = self.inner.borrow();
        let open: Vec<usize> = (0..inner.changes.len()).filter(|at| !inner.synced.contains(at)).collect();
        assert!(open.len() < 16, "too many unsynced changes to try all combinations: {}", open.len());
        let mut medium = inner.medium.clone();
        // Content begins where the medium has it: nowhere, for a new file.
        medium.inodes.resize(inner.now.inodes.len(), Inode::default());
        for (inode, now) in medium.inodes.iter_mut().zip(&inner.now.inodes) {
            (inode.mode, inode.uid, inode.links) = (now.mode, now.uid, now.links);
            inode.attributes = now.attributes.clone();
        }
        (0..1_u32 << open.len()).map(move |choice| {
            let mut state = medium.clone();
            for (at, change) in inner.changes.iter().enumerate() {
                if open.iter().position(|open| *open == at).is_none_or(|bit| choice >> bit & 1 == 1) {
                    state.take(change);
                }
            }
            state
        })
    }

    fn call(&self, name: &'static str) -> io::Result<std::cell::RefMut<'_, Inner>> {
        let mut inner = self.inner.borrow_mut();
        let number = inner.calls.len();
        inner.calls.push(name);
        for (_, name, intrusion) in inner.intrusions.extract_if(.., |(at, ..)| *at == number).collect::<Vec<_>>() {
            inner.intrude(OsStr::new(name), intrusion);
        }
        match inner.fault {
            Some((at, Fault::Error(kind))) if at == number => return Err(kind.into()),
            Some((at, Fault::Stop)) if at == number => inner.stopped = true,
            _ => {}
        }
        if inner.stopped {
            return Err(io::Error::other("the process is dead"));
        }
        Ok(inner)
    }

    fn limit(&self, len: usize) -> usize {
        if self.quirks.most == 0 { len } else { len.min(self.quirks.most) }
    }
}

impl Inner {
    fn change(&mut self, change: Change) {
        self.now.take(&change);
        self.changes.push(change);
    }

    fn intrude(&mut self, name: &OsStr, intrusion: Intrusion) {
        let there = self.now.dirs[0].get(name).copied();
        let mut new = |data: &[u8]| {
            self.now.inodes.push(Inode { data: data.to_vec(), mode: 0o644, links: 1, ..Inode::default() });
            self.now.dirs[0].insert(name.to_owned(), self.now.inodes.len() - 1);
        };
        match (intrusion, there) {
            (Intrusion::Removes, _) => drop(self.now.dirs[0].remove(name)),
            (Intrusion::Rewrites(data), Some(inode)) => self.now.inodes[inode].data = data.to_vec(),
            (Intrusion::Appends(data), Some(inode)) => self.now.inodes[inode].data.extend(data),
            (Intrusion::Replaces(data) | Intrusion::Rewrites(data) | Intrusion::Appends(data), _) => new(data),
        }
    }

    fn find(&self, dir: usize, name: &OsStr) -> io::Result<usize> {
        self.now.dirs[dir].get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn stat(&self, inode: usize) -> Stat {
        let Inode { data, mode, uid, links, .. } = &self.now.inodes[inode];
        Stat {
            id: (1, inode as u64),
            kind: Kind::File,
            links: *links,
            len: data.len() as u64,
            mode: *mode,
            uid: *uid,
            gid: ME,
            modified: SystemTime::UNIX_EPOCH,
        }
    }
}

impl Disk for Memory {
    type Dir = usize;
    type File = Handle;

    fn find(&self, path: &Path) -> io::Result<Place<usize>> {
        self.call("find")?;
        let name = path.file_name().unwrap().to_owned();
        let dir = directory(path.parent().unwrap())?;
        Ok(Place { dir, name, real: path.to_owned(), link_owners: Vec::new() })
    }

    fn open_dir(&self, path: &Path) -> io::Result<usize> {
        self.call("open_dir")?;
        directory(path)
    }

    fn stat_dir(&self, dir: &usize) -> io::Result<Stat> {
        self.call("stat_dir")?;
        Ok(Stat {
            id: (1, u64::MAX - *dir as u64),
            kind: Kind::Directory,
            links: 2,
            len: 0,
            mode: 0o755,
            uid: ME,
            gid: ME,
            modified: SystemTime::UNIX_EPOCH,
        })
    }

    fn try_lock(&self, _: &usize) -> io::Result<bool> {
        self.call("try_lock")?;
        Ok(true)
    }

    fn names(&self, dir: &usize) -> io::Result<Vec<OsString>> {
        Ok(self.call("names")?.now.dirs[*dir].keys().cloned().collect())
    }

    fn stat(&self, dir: &usize, name: &OsStr) -> io::Result<Stat> {
        let inner = self.call("stat")?;
        let inode = inner.find(*dir, name)?;
        Ok(inner.stat(inode))
    }

    fn open(&self, dir: &usize, name: &OsStr, how: Open) -> io::Result<Handle> {
        let inode = self.call("open")?.find(*dir, name)?;
        Ok(Handle { inode, append: how == Open::Append })
    }

    fn create(&self, dir: &usize, name: &OsStr, mode: u32) -> io::Result<Handle> {
        let mut inner = self.call("create")?;
        if inner.find(*dir, name).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let inode = inner.now.inodes.len();
        inner.now.inodes.push(Inode { mode, uid: ME, links: 1, ..Inode::default() });
        inner.change(Change::Names { dir: *dir, effects: vec![(name.to_owned(), Some(inode))] });
        Ok(Handle { inode, append: false })
    }

    fn stat_file(&self, file: &Handle) -> io::Result<Stat> {
        Ok(self.call("stat_file")?.stat(file.inode))
    }

    fn is_mount(&self, _: &usize, _: &Handle) -> bool {
        false
    }

    fn is_immutable(&self, _: &Handle) -> bool {
        false
    }

    fn read_at(&self, file: &Handle, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let inner = self.call("read_at")?;
        let rest = inner.now.inodes[file.inode].data.get(offset as usize..).unwrap_or_default();
        let len = self.limit(rest.len().min(buffer.len()));
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, file: &Handle, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut inner = self.call("write_at")?;
        let bytes = bytes[..self.limit(bytes.len())].to_vec();
        let len = bytes.len();
        let offset = if file.append { inner.now.inodes[file.inode].data.len() } else { offset as usize };
        inner.change(Change::Data { inode: file.inode, offset, bytes });
        Ok(len)
    }

    fn truncate(&self, file: &Handle, len: u64) -> io::Result<()> {
        self.call("truncate")?.change(Change::Length { inode: file.inode, len: len as usize });
        Ok(())
    }

    fn sync(&self, file: &Handle) -> io::Result<()> {
        let mut inner = self.call("sync")?;
        let Inner { changes, synced, .. } = &mut *inner;
        let of_file = changes.iter().enumerate().filter(|(_, change)| match change {
            Change::Data { inode, .. } | Change::Length { inode, .. } => *inode == file.inode,
            Change::Names { .. } => false,
        });
        if !self.quirks.lying_sync {
            synced.extend(of_file.map(|(at, _)| at));
        }
        Ok(())
    }

    fn sync_dir(&self, dir: &usize) -> io::Result<()> {
        let mut inner = self.call("sync_dir")?;
        let Inner { changes, synced, .. } = &mut *inner;
        let of_dir = changes.iter().enumerate().filter(|(_, change)| match change {
            Change::Names { dir: own, .. } => own == dir,
            Change::Data { .. } | Change::Length { .. } => false,
        });
        if !self.quirks.lying_sync {
            synced.extend(of_dir.map(|(at, _)| at));
        }
        Ok(())
    }

    fn chown(&self, file: &Handle, uid: u32, _: u32) -> io::Result<()> {
        self.call("chown")?.now.inodes[file.inode].uid = uid;
        Ok(())
    }

    fn chmod(&self, file: &Handle, mode: u32) -> io::Result<()> {
        self.call("chmod")?.now.inodes[file.inode].mode = mode;
        Ok(())
    }

    fn set_modified(&self, _: &Handle, _: SystemTime) -> io::Result<()> {
        self.call("set_modified").map(drop)
    }

    fn attributes(&self, file: &Handle) -> io::Result<Attributes> {
        Ok(self.call("attributes")?.now.inodes[file.inode].attributes.clone())
    }

    fn set_attribute(&self, file: &Handle, name: &OsStr, value: &[u8]) -> io::Result<()> {
        let mut inner = self.call("set_attribute")?;
        inner.now.inodes[file.inode].attributes.insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn remove_attribute(&self, file: &Handle, name: &OsStr) -> io::Result<()> {
        self.call("remove_attribute")?.now.inodes[file.inode].attributes.remove(name);
        Ok(())
    }

    fn rename(&self, dir: &usize, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let mut inner = self.call("rename")?;
        let inode = inner.find(*dir, from)?;
        let effects = vec![(from.to_owned(), None), (to.to_owned(), Some(inode))];
        inner.change(Change::Names { dir: *dir, effects });
        Ok(())
    }

    fn rename_new(&self, dir: &usize, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let mut inner = self.call("rename_new")?;
        let inode = inner.find(*dir, from)?;
        if inner.find(*dir, to).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let effects = vec![(from.to_owned(), None), (to.to_owned(), Some(inode))];
        inner.change(Change::Names { dir: *dir, effects });
        Ok(())
    }

    fn exchange(&self, dir: &usize, one: &OsStr, other: &OsStr) -> io::Result<()> {
        let mut inner = self.call("exchange")?;
        if self.quirks.no_exchange {
            return Err(ErrorKind::Unsupported.into());
        }
        let inodes = (inner.find(*dir, one)?, inner.find(*dir, other)?);
        let effects = vec![(one.to_owned(), Some(inodes.1)), (other.to_owned(), Some(inodes.0))];
        inner.change(Change::Names { dir: *dir, effects });
        Ok(())
    }

    fn symlink(&self, _: &usize, _: &OsStr, _: &Path) -> io::Result<()> {
        unreachable!("links are made by a single call, and tested on a real disk")
    }

    fn read_link(&self, _: &usize, _: &OsStr) -> io::Result<PathBuf> {
        unreachable!("as above")
    }

    fn unlink(&self, dir: &usize, name: &OsStr) -> io::Result<()> {
        let mut inner = self.call("unlink")?;
        inner.find(*dir, name)?;
        inner.change(Change::Names { dir: *dir, effects: vec![(name.to_owned(), None)] });
        Ok(())
    }

    fn user(&self) -> u32 {
        ME
    }
}
