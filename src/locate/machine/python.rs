//! The bundles that Python packages bring: one in every environment that holds Requests or pip.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::found::{Found, Holds};
use crate::lang::machine as say;
use crate::prefix::Prefix;

/// The bundles below a `site-packages`, and the package that reads each.
const BUNDLES: [(&str, &str); 10] = [
    ("certifi/cacert.pem", "certifi"),
    ("pip/_vendor/certifi/cacert.pem", "pip"),
    ("pip/_vendor/requests/cacert.pem", "pip"),
    ("requests/cacert.pem", "requests"),
    ("botocore/cacert.pem", "botocore"),
    ("botocore/vendored/requests/cacert.pem", "botocore"),
    ("httplib2/cacerts.txt", "httplib2"),
    ("grpc/_cython/_credentials/roots.pem", "grpcio"),
    ("stripe/data/ca-certificates.crt", "stripe"),
    ("tornado/ca-certificates.crt", "tornado"),
];

/// Where interpreters keep their packages.
const PACKAGES: [&str; 6] = [
    "/usr/lib/python*/site-packages",
    "/usr/lib/python*/dist-packages",
    "/usr/lib64/python*/site-packages",
    "/usr/local/lib/python*/site-packages",
    "/usr/local/lib/python*/dist-packages",
    "/usr/local/lib64/python*/site-packages",
];

/// Where people put virtual environments, interpreters of their own and applications.
const SEARCHED: [&str; 9] = ["/opt", "/srv", "/var/www", "/www", "/app", "/data", "/usr/local", "/usr/src", "/venv"];

/// A virtual environment in a project in a directory of projects: `/srv/shop/api/venv/lib/python3.11/site-packages`
/// is six deep, SDKMAN's and pyenv's are as many below a home.
const MAX_DEPTH: usize = 8;

/// Some seconds on a slow disk. What is left out is said.
const MAX_DIRECTORIES: usize = 50_000;

pub(super) fn stores(prefix: &Prefix, homes: &[PathBuf], cut_short: &mut Vec<PathBuf>) -> Vec<Found> {
    let mut directories: Vec<PathBuf> = PACKAGES.iter().flat_map(|pattern| prefix.glob(pattern)).collect();
    let roots = homes.iter().map(PathBuf::as_path).chain(SEARCHED.iter().map(Path::new));
    for root in roots {
        if search(prefix, root, &mut directories) {
            cut_short.push(prefix.host(root));
        }
    }
    directories.iter().flat_map(|directory| packages_in(prefix, directory)).collect()
}

/// Adds every `site-packages` and `dist-packages` below this directory; `true` if the search ended early.
///
/// Links are not followed: they lead to what is found anyway, or out.
fn search(prefix: &Prefix, root: &Path, found: &mut Vec<PathBuf>) -> bool {
    let Ok(root) = prefix.resolve(root) else { return false };
    let mut todo = vec![(root, 0)];
    let mut looked = 0;
    while let Some((directory, depth)) = todo.pop() {
        if looked == MAX_DIRECTORIES {
            return true;
        }
        looked += 1;
        let Ok(entries) = fs::read_dir(prefix.host(&directory)) else { continue };
        for entry in entries.flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let (name, path) = (entry.file_name(), directory.join(entry.file_name()));
            if name == "site-packages" || name == "dist-packages" {
                if !found.contains(&path) {
                    found.push(path);
                }
            } else if depth < MAX_DEPTH && may_lead_to_packages(&name) {
                todo.push((path, depth + 1));
            }
        }
    }
    false
}

/// Caches, repositories and other languages' packages are large and hold no environment.
fn may_lead_to_packages(name: &OsStr) -> bool {
    const HIDDEN: [&str; 12] = [
        ".venv",
        ".env",
        ".virtualenvs",
        ".pyenv",
        ".local",
        ".conda",
        ".asdf",
        ".rye",
        ".pipx",
        ".poetry",
        ".tox",
        ".nox",
    ];
    let Some(name) = name.to_str() else { return false };
    if name.starts_with('.') {
        return HIDDEN.contains(&name);
    }
    !matches!(name, "node_modules" | "__pycache__" | "proc" | "sys" | "dev" | "jvm")
}

/// The bundles of one `site-packages`.
pub(in super::super) fn packages_in(prefix: &Prefix, directory: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    for (bundle, package) in BUNDLES {
        let path = directory.join(bundle);
        if prefix.is_file(&path) {
            let real = elsewhere(prefix, &path).unwrap_or(path);
            let who = say::python_package(package, directory.display());
            found.push(Found::default(prefix, &real, Holds::File, who));
        }
    }
    found
}

/// Debian and Fedora patch certifi's `where()` to the system's bundle, and leave its own file lying unread.
fn elsewhere(prefix: &Prefix, bundle: &Path) -> Option<PathBuf> {
    const SYSTEM: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
    let code = prefix.read_text(&bundle.with_file_name("core.py"))?;
    let quoted = |path: &str| code.contains(&format!("'{path}'")) || code.contains(&format!("\"{path}\""));
    SYSTEM.into_iter().find(|path| quoted(path)).map(PathBuf::from)
}
