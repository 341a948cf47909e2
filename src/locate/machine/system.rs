//! The operating system's bundles, and OpenSSL's defaults.

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::super::found::{Found, Holds};
use crate::lang::machine as say;
use crate::prefix::Prefix;
use crate::store::{MAX_BYTES, cadir};

/// The bundles of the systems that are known, by their usual names; most of a system's names lead to one file.
/// Source: `root_linux.go` of Go, which every Go program follows, and the systems' own packages.
const BUNDLES: [&str; 8] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
];

const DIRECTORIES: [&str; 3] =
    ["/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash"];

/// Where libcrypto lies: the system's, and those of software that brings its own.
const LIBRARIES: [&str; 13] = [
    "/usr/lib/*/libcrypto.so*",
    "/usr/lib/libcrypto.so*",
    "/usr/lib64/libcrypto.so*",
    "/lib/*/libcrypto.so*",
    "/lib/libcrypto.so*",
    "/lib64/libcrypto.so*",
    "/usr/local/lib/libcrypto.so*",
    "/usr/local/lib64/libcrypto.so*",
    "/usr/local/*/lib/libcrypto.so*",
    "/usr/local/*/lib64/libcrypto.so*",
    "/opt/*/lib/libcrypto.so*",
    "/opt/*/lib64/libcrypto.so*",
    "/www/server/*/lib/libcrypto.so*",
];

pub(super) fn stores(prefix: &Prefix) -> Vec<Found> {
    let mut found = bundles(prefix);
    let mut libraries: Vec<PathBuf> = LIBRARIES.iter().flat_map(|pattern| prefix.glob(pattern)).collect();
    let mut seen = Vec::new();
    libraries.retain(|library| {
        let real = prefix.resolve(library).unwrap_or_else(|_| library.clone());
        let new = !seen.contains(&real);
        seen.push(real);
        new
    });
    found.extend(libraries.iter().flat_map(|library| openssl_default(prefix, library)));
    found
}

/// The system's own bundles and directories, those that are there.
pub(in super::super) fn bundles(prefix: &Prefix) -> Vec<Found> {
    let who = say::system(name(prefix));
    let bundles = BUNDLES.iter().map(Path::new).filter(|path| prefix.is_file(path));
    let mut found: Vec<Found> = bundles.map(|path| Found::default(prefix, path, Holds::File, who.clone())).collect();
    let directories = DIRECTORIES.iter().map(Path::new).filter(|path| is_hashed(prefix, path));
    found.extend(directories.map(|path| Found::default(prefix, path, Holds::Directory, who.clone())));
    super::super::found::merge(found)
}

fn is_hashed(prefix: &Prefix, directory: &Path) -> bool {
    cadir::sniff(prefix.names(directory).iter().filter_map(|name| name.to_str()))
}

/// What the system calls itself.
fn name(prefix: &Prefix) -> String {
    let releases = ["/etc/os-release", "/usr/lib/os-release"].map(Path::new);
    let text = releases.iter().find_map(|path| prefix.read_text(path)).unwrap_or_default();
    let pretty = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let pretty = pretty.map(|name| name.trim_matches(['"', '\'']).to_owned());
    // CentOS 6 has no os-release.
    let old = || prefix.read_text(Path::new("/etc/redhat-release")).map(|text| text.trim().to_owned());
    pretty.or_else(old).filter(|name| !name.is_empty()).unwrap_or_else(|| "Linux".to_owned())
}

/// What programs of this libcrypto trust by default: `cert.pem` and `certs/` below the directory that is compiled
/// into it. The file is given even where it is missing: then those programs trust nobody, unless they are told.
pub(in super::super) fn openssl_default(prefix: &Prefix, library: &Path) -> Vec<Found> {
    let Some(directory) = prefix.read(library, MAX_BYTES).and_then(|bytes| openssl_directory(&bytes)) else {
        return Vec::new();
    };
    let who = say::openssl(library.display());
    let (file, certificates) = (directory.join("cert.pem"), directory.join("certs"));
    let mut found = Vec::new();
    if is_hashed(prefix, &certificates) {
        found.push(Found::default(prefix, &certificates, Holds::Directory, who.clone()));
    }
    if prefix.is_file(&file) || found.is_empty() {
        found.push(Found::default(prefix, &file, Holds::File, who));
    }
    found
}

/// `OPENSSLDIR: "/usr/lib/ssl"`, what `openssl version -d` prints.
fn openssl_directory(library: &[u8]) -> Option<PathBuf> {
    let label = b"OPENSSLDIR: \"";
    let start = memmem::find(library, label)? + label.len();
    let text = &library[start..library.len().min(start + 4096)];
    let path = std::str::from_utf8(&text[..memchr::memchr(b'"', text)?]).ok()?;
    path.starts_with('/').then(|| PathBuf::from(path))
}
