//! The root of a file system: this machine's, a container's, a mounted image's.
//!
//! Paths *inside* begin with `/` and mean what a program inside would mean; *host* paths are what this process
//! opens. An absolute link inside leads inside: `/mnt/image/etc/ssl/cert.pem -> /etc/pki/...` is the image's file,
//! and never this machine's. Links are therefore followed here, not by the kernel.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// As many links in one path as Linux follows.
const MAX_LINKS: usize = 40;

/// More matches than this of one pattern are not looked at: it is a list of places, not a search.
const MAX_MATCHES: usize = 10_000;

/// The directory that is taken for `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(PathBuf);

/// The root of this process.
impl Default for Prefix {
    fn default() -> Self {
        Prefix(PathBuf::from("/"))
    }
}

/// The directory that a user names for a root, by a path that every path in it can be compared with.
///
/// # Errors
/// There is no such directory.
pub fn directory(root: &Path) -> io::Result<PathBuf> {
    if !fs::metadata(root)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let climbs = root.components().any(|part| part == Component::ParentDir);
    if climbs && cfg!(unix) { root.canonicalize() } else { std::path::absolute(root) }
}

impl Prefix {
    pub fn new(root: &Path) -> Self {
        Prefix(std::path::absolute(root).unwrap_or_else(|_| PathBuf::from("/")))
    }

    /// The root that a host path belongs to: a container's, where it leads through `/proc/PID/root`, else `root`.
    pub fn of(path: &Path, root: &Path) -> Self {
        let mut names = path.components().map(Component::as_os_str);
        let is = |name: Option<&OsStr>, expected: &str| name == Some(OsStr::new(expected));
        let process = |name: Option<&OsStr>| name.and_then(OsStr::to_str).is_some_and(|n| n.parse::<u32>().is_ok());
        let proc =
            names.next().is_some() && is(names.next(), "proc") && process(names.next()) && is(names.next(), "root");
        if proc { Prefix(path.components().take(4).collect()) } else { Prefix::new(root) }
    }

    /// It is the root of this process; on Windows, where each drive has its own, that of a drive.
    pub fn is_root(&self) -> bool {
        !self.0.components().any(|part| matches!(part, Component::Normal(_)))
    }

    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// Where this process finds the path, if no link is in between.
    pub fn host(&self, inside: &Path) -> PathBuf {
        let mut host = self.0.clone();
        for component in inside.components() {
            match component {
                Component::Normal(name) => host.push(name),
                // At the root, `..` stays at the root.
                Component::ParentDir if host != self.0 => {
                    host.pop();
                }
                _ => {}
            }
        }
        host
    }

    /// What a path of this process is called inside; `None` if it lies outside.
    pub fn inside(&self, host: &Path) -> Option<PathBuf> {
        host.strip_prefix(&self.0).ok().map(|rest| Path::new("/").join(rest))
    }

    /// What a path of this process is called inside, however the way to the root is written; `None` if it lies outside.
    pub fn inside_by_any_way(&self, host: &Path) -> Option<PathBuf> {
        let below = |root: &Path| host.strip_prefix(root).ok().filter(|rest| !climbs_out(rest));
        let plainly = || below(&self.0);
        let by_another_way = || {
            let real = self.0.canonicalize().ok()?;
            let same = |above: &&Path| above.canonicalize().is_ok_and(|above| above == real);
            host.ancestors().filter(same).find_map(below)
        };
        plainly().or_else(by_another_way).map(|rest| Path::new("/").join(rest))
    }

    /// The path with every link followed, as a program inside would follow it; itself a path inside.
    ///
    /// # Errors
    /// It does not exist, is not readable, or its links go round in a circle.
    pub fn resolve(&self, inside: &Path) -> io::Result<PathBuf> {
        let led = self.leads_to(inside)?;
        fs::symlink_metadata(self.host(&led)).map(|_| led)
    }

    /// The same, of what need not exist: its way is followed as far as there is one. No link is left for the kernel,
    /// which would follow it out of this root.
    ///
    /// # Errors
    /// Its links go round in a circle.
    pub fn leads_to(&self, inside: &Path) -> io::Result<PathBuf> {
        let mut todo: Vec<OsString> = components(inside).rev().collect();
        let mut done = PathBuf::from("/");
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                done.pop();
                continue;
            }
            let next = done.join(&name);
            let host = self.host(&next);
            if !fs::symlink_metadata(&host).is_ok_and(|metadata| metadata.file_type().is_symlink()) {
                done = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(in_a_circle());
            }
            let target = fs::read_link(&host)?;
            if target.has_root() {
                done = PathBuf::from("/");
            }
            todo.extend(components(&target).rev());
        }
        Ok(done)
    }

    /// The host path of what a path inside leads to.
    ///
    /// # Errors
    /// As [`Prefix::resolve`].
    pub fn open_path(&self, inside: &Path) -> io::Result<PathBuf> {
        Ok(self.host(&self.resolve(inside)?))
    }

    /// Where this process finds what a path inside leads to, and whether it is there; `None` for links in a circle.
    ///
    /// Where inside and outside are the same, the kernel follows the links; the name stays as people know it.
    pub fn lookup(&self, inside: &Path) -> Option<(PathBuf, bool)> {
        if self.is_root() {
            return Some((inside.to_owned(), inside.exists()));
        }
        let host = self.host(&self.leads_to(inside).ok()?);
        let exists = fs::symlink_metadata(&host).is_ok();
        Some((host, exists))
    }

    pub fn exists(&self, inside: &Path) -> bool {
        self.metadata(inside).is_ok()
    }

    pub fn is_dir(&self, inside: &Path) -> bool {
        self.metadata(inside).is_ok_and(|metadata| metadata.is_dir())
    }

    pub fn is_file(&self, inside: &Path) -> bool {
        self.metadata(inside).is_ok_and(|metadata| metadata.is_file())
    }

    /// Of what a path inside leads to. Where inside and outside are the same, the kernel follows the links as well, in
    /// one call for the whole path.
    fn metadata(&self, inside: &Path) -> io::Result<Metadata> {
        if self.is_root() { fs::metadata(inside) } else { fs::metadata(self.open_path(inside)?) }
    }

    /// The bytes of a regular file of at most this size; `None` for everything else.
    pub fn read(&self, inside: &Path, most: usize) -> Option<Vec<u8>> {
        read(&self.open_path(inside).ok()?, most)
    }

    /// The text of a configuration file; bytes that are not UTF-8 are shown as they can be.
    pub fn read_text(&self, inside: &Path) -> Option<String> {
        /// No configuration that a person writes is larger.
        const MOST: usize = 1 << 20;
        self.read(inside, MOST).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The names in a directory, sorted; none if it cannot be read.
    pub fn names(&self, inside: &Path) -> Vec<OsString> {
        let Ok(entries) = self.open_path(inside).and_then(fs::read_dir) else { return Vec::new() };
        let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        names.sort();
        names
    }

    /// The paths inside that match, sorted; `*` stands for any part of one name that does not begin with a dot.
    pub fn glob(&self, pattern: &str) -> Vec<PathBuf> {
        let mut paths = vec![PathBuf::from("/")];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            let mut next = Vec::new();
            for path in paths {
                if part.contains('*') {
                    let names = self.names(&path).into_iter().filter(|name| matches(part, name));
                    next.extend(names.map(|name| path.join(name)));
                } else {
                    next.push(path.join(part));
                }
                next.truncate(MAX_MATCHES);
            }
            paths = next;
        }
        paths.retain(|path| self.exists(path));
        paths
    }
}

/// The bytes of a regular file of at most this size; `None` for everything else.
///
/// The kind is asked first: opening a pipe would wait for its writer, or take away what another program is to read.
pub fn read(path: &Path, most: usize) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > most as u64 {
        return None;
    }
    let mut bytes = Vec::new();
    // Files of /proc have no length beforehand.
    File::open(path).ok()?.take(most as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What Unix says of links that lead in a circle.
fn in_a_circle() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::LOOP.into();
    #[cfg(not(unix))]
    io::Error::other("too many levels of symbolic links")
}

/// `a/../../b` leads out of where it starts.
fn climbs_out(path: &Path) -> bool {
    let mut depth = 0_usize;
    for part in path.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Names and `..`, without the root and dots.
fn components(path: &Path) -> std::vec::IntoIter<OsString> {
    let named = path.components().filter(|c| matches!(c, Component::Normal(_) | Component::ParentDir));
    named.map(|component| component.as_os_str().to_owned()).collect::<Vec<_>>().into_iter()
}

fn matches(pattern: &str, name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = &parts[..] else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    middle.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use std::os::unix::fs::symlink;

    #[test]
    fn where_no_root_is_named_it_is_that_of_this_process() {
        assert!(Prefix::new(Path::new("/")).is_root() && Prefix::default().is_root());
        assert!(!Prefix::new(Path::new("/mnt")).is_root());
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_lead_inside() {
        let root = tempfile::tempdir().unwrap();
        let prefix = Prefix::new(root.path());
        fs::create_dir_all(root.path().join("etc/pki/tls")).unwrap();
        fs::write(root.path().join("etc/pki/bundle.pem"), "inside").unwrap();
        symlink("/etc/pki/bundle.pem", root.path().join("etc/pki/tls/cert.pem")).unwrap();
        symlink("../../../../../../etc/pki/bundle.pem", root.path().join("etc/pki/tls/up.pem")).unwrap();
        symlink("/etc/pki/tls", root.path().join("etc/ssl")).unwrap();
        symlink("/etc/hostname", root.path().join("etc/outside")).unwrap();
        symlink("circle", root.path().join("etc/circle")).unwrap();
        for path in ["/etc/pki/tls/cert.pem", "/etc/ssl/cert.pem", "/etc/ssl/up.pem", "/../etc/ssl/../bundle.pem"] {
            assert_eq!(prefix.resolve(Path::new(path)).unwrap(), Path::new("/etc/pki/bundle.pem"), "{path}");
            assert_eq!(prefix.read(Path::new(path), 100).unwrap(), b"inside");
        }
        assert!(!prefix.exists(Path::new("/etc/outside")), "this machine's file is not the image's");
        assert!(prefix.resolve(Path::new("/etc/circle")).is_err());
        assert_eq!(prefix.inside(&root.path().join("etc/x")), Some(PathBuf::from("/etc/x")));
        assert_eq!(prefix.inside(Path::new("/elsewhere")), None);
    }

    #[test]
    fn a_star_stands_for_a_part_of_one_name() {
        let root = tempfile::tempdir().unwrap();
        let prefix = Prefix::new(root.path());
        for path in ["www/server/php/74/etc", "www/server/php/82/etc", "www/server/php/.hidden/etc", "www/server/x"] {
            fs::create_dir_all(root.path().join(path)).unwrap();
        }
        let found = prefix.glob("/www/server/php/*/etc");
        assert_eq!(found, ["/www/server/php/74/etc", "/www/server/php/82/etc"].map(PathBuf::from));
        assert_eq!(prefix.glob("/www/*r*er/p*/7*").len(), 1);
        assert!(prefix.glob("/www/*/nothing").is_empty());
        assert!(matches("a*a", OsStr::new("aa")) && !matches("a*a", OsStr::new("a")));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_through_a_process_belongs_to_its_root() {
        let of = |path: &str| Prefix::of(Path::new(path), Path::new("/mnt")).0;
        assert_eq!(of("/proc/17/root/etc/x"), Path::new("/proc/17/root"));
        assert_eq!(of("/proc/17/root"), Path::new("/proc/17/root"));
        for path in ["/proc/17/fd/3", "/proc/self/root/x", "/mnt/proc/17/root/x", "/etc/x", "/"] {
            assert_eq!(of(path), Path::new("/mnt"), "{path}");
        }
    }
}
