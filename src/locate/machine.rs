//! The trust stores of a machine: what its programs take when nobody tells them, and what its configuration tells them.
//!
//! Everything is read, nothing is run: the machine may be a mounted image or a container of another kind. So what a
//! program would only say itself is taken from where it keeps it, as OpenSSL's default directory from the text that is
//! compiled into libcrypto.

mod configuration;
mod java;
mod python;
mod system;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::found::{Found, Holds, merge};
use crate::lang::machine as say;
use crate::prefix::Prefix;

// What a process takes by default is what its machine has.
#[cfg(target_os = "linux")]
pub(super) use configuration::{of_server, ruled};
#[cfg(target_os = "linux")]
pub(super) use java::store as java_store;
#[cfg(target_os = "linux")]
pub(super) use python::packages_in as python_packages_in;
#[cfg(target_os = "linux")]
pub(super) use system::{bundles as system_bundles, openssl_default};

/// What was found on a machine.
#[derive(Debug, Default)]
pub struct Machine {
    pub found: Vec<Found>,
    /// Directories whose search ended early, because they hold more than a search of a machine can go through.
    pub cut_short: Vec<PathBuf>,
}

/// Looks for every trust store below `prefix` (`/` for this machine).
///
/// `variable` looks up one environment variable; it is asked for this machine alone.
///
/// Not found: stores that a program names in its own code (see `tree`), users' browsers, and what only root may read
/// when the caller is not root.
pub fn machine(prefix: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Machine {
    let prefix = &Prefix::new(prefix);
    let homes = homes(prefix, variable);
    let mut machine = Machine::default();
    let found = &mut machine.found;
    found.extend(system::stores(prefix));
    found.extend(java::stores(prefix, &homes, variable));
    found.extend(python::stores(prefix, &homes, &mut machine.cut_short));
    found.extend(node(prefix, &homes));
    found.extend(ruby(prefix, &homes));
    found.extend(configuration::stores(prefix, &homes));
    if prefix.is_root() {
        found.extend(configuration::current(variable));
    }
    machine.found = merge(std::mem::take(&mut machine.found));
    machine
}

/// The homes of the Javas of this machine; `variable` looks up one environment variable.
pub fn java_homes(variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let prefix = &Prefix::new(Path::new("/"));
    let mut found = java::homes(prefix, &homes(prefix, variable), variable);
    found.retain(|home| super::java_home::is_java_home(home));
    found
}

/// The home directories; paths inside.
fn homes(prefix: &Prefix, variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let mut homes = prefix.glob("/home/*");
    homes.insert(0, PathBuf::from("/root"));
    let own = variable("HOME").filter(|_| prefix.is_root()).map(PathBuf::from);
    homes.extend(own.filter(|own| own.is_absolute() && !homes.contains(own)));
    homes
}

/// The matches of patterns that begin with `/`, or with `~/` for every home.
fn globs(prefix: &Prefix, homes: &[PathBuf], patterns: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for pattern in patterns {
        match pattern.strip_prefix("~/") {
            Some(rest) => {
                for home in homes.iter().filter_map(|home| home.to_str()) {
                    found.extend(prefix.glob(&format!("{home}/{rest}")));
                }
            }
            None => found.extend(prefix.glob(pattern)),
        }
    }
    found
}

/// Node's roots are in the program; NODE_EXTRA_CA_CERTS adds to them.
fn node(prefix: &Prefix, homes: &[PathBuf]) -> Vec<Found> {
    const PROGRAMS: [&str; 8] = [
        "/usr/bin/node",
        "/usr/bin/nodejs",
        "/usr/local/bin/node",
        "/opt/node*/bin/node",
        "/usr/local/node*/bin/node",
        "/www/server/nodejs/*/bin/node",
        "~/.nvm/versions/node/*/bin/node",
        "~/.fnm/node-versions/*/installation/bin/node",
    ];
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for path in globs(prefix, homes, &PROGRAMS) {
        let Ok(real) = prefix.resolve(&path) else { continue };
        if prefix.is_file(&real) && !seen.contains(&real) {
            found.push(Found::default(prefix, &path, Holds::BuiltIn, say::node_built_in(path.display())));
            seen.push(real);
        }
    }
    found
}

/// Rubies that were built with an OpenSSL of their own; the others use the system's.
fn ruby(prefix: &Prefix, homes: &[PathBuf]) -> Vec<Found> {
    const FILES: [&str; 5] = [
        "~/.rbenv/versions/*/openssl/ssl/cert.pem",
        "/usr/local/rbenv/versions/*/openssl/ssl/cert.pem",
        "~/.rvm/usr/ssl/cert.pem",
        "/usr/local/rvm/usr/ssl/cert.pem",
        "/opt/*/embedded/ssl/cert.pem",
    ];
    let files = globs(prefix, homes, &FILES).into_iter();
    let home = |path: &Path| path.ancestors().nth(3).unwrap_or(Path::new("/")).display().to_string();
    files.map(|path| Found::default(prefix, &path, Holds::File, say::ruby(home(&path)))).collect()
}

#[cfg(all(test, unix))]
mod tests;
