//! Trust stores in every format, behind one trait: bytes in, entries or new bytes out. Nothing here touches a disk.

use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Finding, Trouble};
use crate::password::{Password, Passwords};
use crate::readers::View;
use crate::rollover::Root;

pub mod bks;
pub mod cadir;
pub mod create;
pub mod der;
pub mod export;
mod java;
pub mod jks;
pub mod literal;
pub mod mistaken;
pub mod pem;
pub mod pkcs12;

/// No trust store is larger; what is larger is refused before it is read. The largest of some 200 real bundles is
/// 1.4 MB; a merged store with full text dumps of every certificate stays under 3 MB.
pub const MAX_BYTES: usize = 16 << 20;

/// The formats by their permanent names in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Pem,
    Der,
    Jks,
    Jceks,
    Bks,
    Pkcs12,
    /// A hashed certificate directory (`ssl_ca_path`).
    CaDir,
    /// A store that the operating system keeps.
    System,
    /// PEM in a literal of source code or configuration.
    InSource,
}

impl Format {
    /// Whether a change to it can be shown as a diff.
    pub const fn is_text(self) -> bool {
        matches!(self, Format::Pem | Format::InSource)
    }

    /// Whether it is read by Java's `KeyStore`, which takes all of it or nothing.
    pub const fn is_key_store(self) -> bool {
        matches!(self, Format::Jks | Format::Jceks | Format::Bks | Format::Pkcs12)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Pem => "pem",
            Format::Der => "der",
            Format::Jks => "jks",
            Format::Jceks => "jceks",
            Format::Bks => "bks",
            Format::Pkcs12 => "pkcs12",
            Format::CaDir => "cadir",
            Format::System => "system",
            Format::InSource => "pem",
        }
    }
}

/// Whether the readers of this format take an entry for a trusted root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Trusted,
    /// It is there, but readers pass over it: a PKCS#12 certificate without Oracle's trustedKeyUsage, a link of a
    /// private key's chain, a certificate behind a NUL.
    NotTrusted,
}

/// One certificate in a store.
#[derive(Debug, Clone)]
pub struct Entry {
    pub certificate: Certificate,
    /// The title line of a PEM block, the alias or friendlyName of a key store entry.
    pub alias: Option<String>,
    /// The line of the BEGIN, counted from 1, in a text.
    pub line: Option<usize>,
    /// The file that holds it, in a directory.
    pub file: Option<std::path::PathBuf>,
    pub trust: Trust,
}

/// What the bytes turned out to be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    TrustStore,
    /// Readable, but nothing that a program trusts servers by; the finding says what it is.
    NotATrustStore(Finding),
}

/// A store that was read.
#[derive(Debug, Clone)]
pub struct Store {
    pub format: Format,
    pub nature: Nature,
    pub entries: Vec<Entry>,
    /// Other things inside, counted: private keys, secret keys, lists of revoked certificates.
    pub others: usize,
    /// What is odd about the file, whatever the rollover.
    pub findings: Vec<Finding>,
    /// What each reader makes of it.
    pub views: Vec<View>,
    /// Those who read this format reject the file or silently load a part: of a text OpenSSL, with which most programs
    /// read; of a key store Java, for one certificate in it. What does not even read as its format is a [`Trouble`].
    pub broken: bool,
    /// The password that opened it.
    pub password: Option<Password>,
}

/// How an addition is to be made.
#[derive(Debug, Clone, Default)]
pub struct AppendOptions {
    /// Takes the place of the root's own alias.
    pub alias: Option<String>,
    /// Mend what keeps readers from loading the file.
    pub repair: bool,
    /// Unix time in milliseconds, for formats that date their entries.
    pub now_ms: u64,
    /// The roots that the rollover keeps; where a text has several places for certificates, the one that holds such a
    /// root is meant.
    pub beside: Vec<Fingerprint>,
}

/// New bytes for a store. The old bytes are not kept here: the caller has them.
#[derive(Debug, Clone)]
pub struct Appended {
    pub bytes: Vec<u8>,
    /// What the caller should know about the way it was done.
    pub findings: Vec<Finding>,
}

/// One store format.
pub trait StoreFormat: Sync {
    /// Whether these bytes are of this format, judged by content alone; cheap.
    fn sniff(&self, bytes: &[u8]) -> bool;

    /// Reads every entry.
    ///
    /// # Errors
    /// It is of this format but cannot be read: cut off, a wrong password, an algorithm that is not known.
    fn decode(&self, bytes: &[u8], passwords: &Passwords) -> Result<Store, Trouble>;

    /// The same store with these roots added, every prior byte kept. `store` is what `decode` made of `bytes`;
    /// `roots` are not in it (or not trusted in it).
    ///
    /// # Errors
    /// The format cannot take them, or not without losing something.
    fn append(
        &self,
        bytes: &[u8],
        store: &Store,
        roots: &[&Root],
        options: &AppendOptions,
    ) -> Result<Appended, Trouble>;
}

/// Every format, in the order in which they are tried; the first that recognises the bytes reads them.
pub const FORMATS: &[&dyn StoreFormat] = &[&jks::Jks, &bks::Bks, &pkcs12::Pkcs12, &der::Der, &pem::Pem];

/// The aliases under which a key store takes these roots: lower case, and unlike every alias that is there.
///
/// # Errors
/// The alias that was asked for cannot be one.
pub(crate) fn free_aliases(
    bytes: &[u8],
    store: &Store,
    roots: &[&Root],
    options: &AppendOptions,
) -> Result<Vec<String>, Trouble> {
    // A secret key has an alias but no certificate, so no entry tells of it.
    let of_keys =
        if matches!(store.format, Format::Jks | Format::Jceks) { jks::every_alias(bytes) } else { Vec::new() };
    let of_entries = store.entries.iter().filter_map(|entry| entry.alias.as_deref());
    java::free_aliases(of_entries.chain(of_keys.iter().map(String::as_str)), &java::wanted_aliases(roots, options))
}
