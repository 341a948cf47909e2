//! What Java makes of the bags: `engineLoad` of the JDK's `sun.security.pkcs12.PKCS12KeyStore`, as of JDK 11 to 25.
//!
//! A certificate is a trusted entry only if it carries trustedKeyUsage; of entries with the same alias, without
//! regard to case, the last one stays; entries without a name are numbered; keys in clear and nested SafeContents are
//! passed over. All other certificates serve for one thing alone: the chains of the private keys.
//!
//! Not modelled: JSSE also trusts the *own* certificate of each private key in a trust store. That is no root of a
//! rollover, whose private keys nobody has.

use std::collections::{HashMap, HashSet};

use super::bags::{Bag, Kind};
use super::pfx::Pfx;
use crate::certificate::Certificate;
use crate::readers;

/// A certificate of the file, wherever it is.
#[derive(Debug)]
pub struct Found<'a> {
    pub certificate: &'a Certificate,
    pub bag: &'a Bag,
    /// Java has it as a trusted entry.
    pub trusted: bool,
    /// It is marked as trusted, but a later entry has its alias.
    pub hidden: bool,
}

/// What is in a file, sorted.
#[derive(Debug)]
pub struct Sorted<'a> {
    pub certificates: Vec<Found<'a>>,
    /// Private keys, in clear or shrouded.
    pub keys: Vec<&'a Bag>,
    /// Everything that is not a certificate that reads, private keys included.
    pub others: usize,
    /// Certificates that Java cannot read, where it would read them.
    pub unreadable: usize,
    /// Certificates that it reads, and that are not among `certificates`.
    pub uncounted: usize,
    /// Every alias, as Java compares them.
    aliases: HashSet<String>,
}

pub fn sort<'a>(pfx: &'a Pfx<'_>) -> Sorted<'a> {
    let mut sorted = Sorted {
        certificates: Vec::new(),
        keys: Vec::new(),
        others: 0,
        unreadable: 0,
        uncounted: 0,
        aliases: HashSet::new(),
    };
    let (mut numbered, mut shrouded) = (0, 0);
    // Alias to the trusted certificate that has it, or to nothing where a key has it.
    let mut entries: HashMap<String, Option<usize>> = HashMap::new();
    for bag in pfx.contents.iter().flat_map(|content| &content.bags) {
        let is_entry = match bag.kind {
            // Without an ID, all but the first are passed over.
            Kind::ShroudedKey => {
                shrouded += 1;
                bag.local_key_id.is_some() || shrouded == 1
            }
            Kind::Secret => true,
            Kind::Certificate(_) => bag.trusted_key_usage,
            _ => false,
        };
        let at = sorted.certificates.len();
        sorted.take(bag, true);
        if !is_entry {
            continue;
        }
        let alias = bag.friendly_name.as_deref().map(str::to_lowercase).unwrap_or_else(|| {
            numbered += 1;
            numbered.to_string()
        });
        let certificate = matches!(bag.kind, Kind::Certificate(_)).then_some(at);
        sorted.aliases.insert(alias.clone());
        if let Some(Some(before)) = entries.insert(alias, certificate) {
            sorted.certificates[before].hidden = true;
        }
    }
    for at in entries.into_values().flatten() {
        sorted.certificates[at].trusted = true;
    }
    sorted
}

impl<'a> Sorted<'a> {
    fn take(&mut self, bag: &'a Bag, direct: bool) {
        // Not an entry of Java's, but a name that people know something by.
        self.aliases.extend(bag.friendly_name.as_deref().map(str::to_lowercase));
        match &bag.kind {
            Kind::Certificate(certificate) => {
                self.unreadable += usize::from(direct && !readers::java_decodes(certificate.der(), Some(certificate)));
                self.certificates.push(Found { certificate, bag, trusted: false, hidden: false });
                return;
            }
            Kind::Nested(bags) => return bags.iter().for_each(|bag| self.take(bag, false)),
            Kind::Key | Kind::ShroudedKey => self.keys.push(bag),
            Kind::UncountedCertificate => self.uncounted += usize::from(direct),
            Kind::UnreadableCertificate => self.unreadable += usize::from(direct),
            Kind::Secret | Kind::Other => {}
        }
        self.others += 1;
    }

    /// The wish, or the wish with the first number behind it that makes it no one else's; from then on it is taken.
    pub fn free_alias(&mut self, wish: &str) -> String {
        let numbered = (2..).map(|n| format!("{wish}-{n}"));
        let mut wishes = std::iter::once(wish.to_owned()).chain(numbered);
        wishes.find(|alias| self.aliases.insert(alias.to_lowercase())).expect("no file holds every number")
    }
}
