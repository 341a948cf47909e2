//! Hashed certificate directories: OpenSSL's `-CApath`, curl's CURLOPT_CAPATH, SSL_CERT_DIR.
//!
//! OpenSSL never lists such a directory. It hashes the subject that it looks for and opens `HASH.0`, `HASH.1`, ...
//! until a name is missing. So a certificate that was only copied into the directory does not exist for it, and an
//! addition is a file *and* a link. Like the other formats this one is pure: the names and bytes of the directory
//! come in, entries or additions go out (see `locate::cadir` for the reading).
//!
//! Source: `crypto/x509/by_dir.c` and `x_name.c` of OpenSSL 1.0.0 to 3.0. Up to 3.0.x the search ended at a dangling
//! link or an unreadable file too; what lies behind one is therefore taken for not found.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use x509_parser::der_parser::asn1_rs::{Any, Tag};
use x509_parser::prelude::{FromDer, X509Name};

use super::{Entry, Format, Nature, Store, StoreFormat, Trust, pem::Pem};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::cadir as say;
use crate::password::Passwords;
use crate::readers::{Reader, View};
use crate::rollover::Root;

/// Names of one hash that are looked at; `openssl rehash` makes no more.
const MAX_COLLISIONS: u32 = 256;

/// One name in the directory.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    /// What a program reads through this name. `None`: a dangling link, or a file that cannot be read.
    pub bytes: Option<Vec<u8>>,
}

/// What is to be made in the directory so that OpenSSL finds one more root, in this order.
///
/// Where the file system has no symbolic links, a copy of the file under the link's name does the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// A new file. Its name ends in `.pem`, since `openssl rehash` and `c_rehash`, which remake all links, look at
    /// `.pem`, `.crt` and `.cer` alone.
    File { name: String, bytes: Vec<u8> },
    /// A new symbolic link with a relative target, as `openssl rehash` makes them.
    Link { name: String, target: PathBuf },
}

/// `HASH.N`: the name under which OpenSSL looks for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct HashName {
    hash: u32,
    number: u32,
}

impl HashName {
    /// Only lower-case digits: the name is made with `%08lx.%d` and opened, never compared.
    fn parse(name: &str) -> Option<Self> {
        let (hash, number) = name.split_once('.')?;
        let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let canonical = number == "0" || !number.starts_with('0');
        if hash.len() != 8 || !hash.bytes().all(lower) || !canonical || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(HashName { hash: u32::from_str_radix(hash, 16).ok()?, number: number.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{:08x}.{}", self.hash, self.number)
    }
}

/// `HASH.rN`, a list of revoked certificates.
fn is_revocation_list(name: &str) -> bool {
    name.split_once(".r").is_some_and(|(hash, number)| HashName::parse(&format!("{hash}.{number}")).is_some())
}

/// Whether a name matters here: a hash name, or a file that `openssl rehash` would look at.
pub fn concerns(name: &str) -> bool {
    HashName::parse(name).is_some() || is_revocation_list(name) || is_certificate_file(name)
}

/// Whether these names are those of a hashed directory: at least one is a hash name.
pub fn sniff<'n>(names: impl IntoIterator<Item = &'n str>) -> bool {
    names.into_iter().any(|name| HashName::parse(name).is_some())
}

fn is_certificate_file(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("pem" | "crt" | "cer"))
}

/// OpenSSL's hash of a subject, `X509_NAME_hash` since 1.0.0: what `openssl x509 -subject_hash` prints.
///
/// `None` where OpenSSL itself would not take the name: a text that is not in its own encoding.
pub fn subject_hash(subject_der: &[u8]) -> Option<u32> {
    let (rest, name) = X509Name::from_der(subject_der).ok()?;
    // The parser passes over what it does not understand at the end of the sequence.
    if !rest.is_empty() || name.as_raw().len() != subject_der.len() {
        return None;
    }
    let mut canonical = Vec::new();
    for set in name.iter_rdn() {
        let mut attributes = set
            .iter()
            .map(|attribute| {
                let mut pair = tlv(Tag::Oid.0 as u8, attribute.attr_type().as_bytes());
                pair.extend(canonical_value(attribute.attr_value())?);
                Some(tlv(0x30, &pair))
            })
            .collect::<Option<Vec<_>>>()?;
        // DER sorts a SET OF, whatever order it was read in.
        attributes.sort_unstable();
        canonical.extend(tlv(0x31, &attributes.concat()));
    }
    let digest = Sha1::digest(&canonical);
    Some(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

/// `asn1_string_canon`: texts become UTF-8 in lower case (ASCII letters alone) with single blanks; the rest stays.
fn canonical_value(value: &Any<'_>) -> Option<Vec<u8>> {
    let latin1 = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let text = match value.tag() {
        Tag::Utf8String => std::str::from_utf8(value.data).ok()?.to_owned(),
        Tag::BmpString => {
            let units = value.data.chunks_exact(2);
            let whole = units.remainder().is_empty();
            let text: Option<String> =
                units.map(|unit| char::from_u32(u16::from_be_bytes([unit[0], unit[1]]).into())).collect();
            text.filter(|_| whole)?
        }
        Tag::UniversalString => {
            let units = value.data.chunks_exact(4);
            let whole = units.remainder().is_empty();
            let text: Option<String> =
                units.map(|unit| char::from_u32(u32::from_be_bytes([unit[0], unit[1], unit[2], unit[3]]))).collect();
            text.filter(|_| whole)?
        }
        Tag::PrintableString | Tag::T61String | Tag::Ia5String | Tag::VisibleString => latin1(value.data),
        _ => return Some(tlv(*value.header.raw_tag()?.first()?, value.data)),
    };
    let words = text.split([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']).filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    Some(tlv(Tag::Utf8String.0 as u8, text.as_bytes()))
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if content.len() < 128 {
        out.push(content.len() as u8);
    } else {
        let length = content.len().to_be_bytes();
        let zeros = length.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (length.len() - zeros) as u8);
        out.extend(&length[zeros..]);
    }
    out.extend(content);
    out
}

/// What the directory holds, and what OpenSSL finds of it.
///
/// An entry is [`Trust::Trusted`] when OpenSSL, asked for its subject, opens the file that holds it.
pub fn decode(files: &[Named]) -> Store {
    let directory = Directory::new(files);
    let mut entries: Vec<Entry> = Vec::new();
    let mut trusted: Vec<Fingerprint> = Vec::new();
    let mut seen: HashSet<Fingerprint> = HashSet::new();
    for (named, certificates) in &directory.certificates {
        let found = HashName::parse(&named.name).filter(|name| directory.reaches(*name));
        for certificate in certificates {
            let by_hash = found.is_some_and(|name| subject_hash_of(certificate) == Some(name.hash));
            if by_hash && seen.insert(certificate.fingerprint()) {
                trusted.push(certificate.fingerprint());
                entries.push(entry(named, certificate, Trust::Trusted));
            }
        }
    }
    let mut findings = Vec::new();
    for (named, certificates) in &directory.certificates {
        let lost = certificates.iter().filter(|certificate| seen.insert(certificate.fingerprint()));
        let lost: Vec<&Certificate> = lost.collect();
        findings.extend(lost.first().map(|one| Finding::new(Code::HashLinkMissing, directory.why_not(named, one))));
        entries.extend(lost.into_iter().map(|certificate| entry(named, certificate, Trust::NotTrusted)));
    }
    Store {
        format: Format::CaDir,
        nature: Nature::TrustStore,
        entries,
        others: files.iter().filter(|named| is_revocation_list(&named.name)).count(),
        findings,
        views: vec![View { reader: Reader::Openssl, trusted, fails: false }],
        broken: false,
        password: None,
    }
}

/// What to make so that OpenSSL finds these roots too; nothing for a root that it finds already.
///
/// A certificate that lies in the directory without a link is linked, not written again.
///
/// # Errors
/// The place where the link belongs is taken by something that OpenSSL cannot read.
pub fn append(files: &[Named], roots: &[&Root]) -> Result<Vec<Addition>, Trouble> {
    let directory = Directory::new(files);
    let found = decode(files).views.remove(0).trusted;
    let mut taken: Vec<String> = files.iter().map(|named| named.name.clone()).collect();
    let mut additions = Vec::new();
    for root in roots.iter().filter(|root| !found.contains(&root.certificate.fingerprint())) {
        let hash = subject_hash_of(&root.certificate)
            .ok_or_else(|| Trouble::new(Code::HashLinkBlocked, say::not_hashable(), say::report_it()))?;
        let free = (0..MAX_COLLISIONS)
            .map(|number| HashName { hash, number })
            .find(|name| !directory.loads(*name) && !additions.iter().any(|a| is_link(a, &name.text())));
        let name = free.map_or_else(|| format!("{hash:08x}.{MAX_COLLISIONS}"), HashName::text);
        if free.is_none() || taken.contains(&name) {
            return Err(Trouble::new(Code::HashLinkBlocked, say::blocked(&name), say::unblock(&name)));
        }
        let target = match directory.file_of(&root.certificate) {
            Some(file) => file.to_owned(),
            None => {
                let file = new_name(&root.id, &taken);
                taken.push(file.clone());
                additions.push(Addition::File { name: file.clone(), bytes: pem_file(root) });
                file
            }
        };
        taken.push(name.clone());
        additions.push(Addition::Link { name, target: target.into() });
    }
    Ok(additions)
}

/// The directory as it is once these roots were added.
///
/// # Errors
/// As [`append`].
pub fn appended(files: &[Named], roots: &[&Root]) -> Result<Vec<Named>, Trouble> {
    let mut files = files.to_vec();
    for addition in append(&files, roots)? {
        let (name, bytes) = match addition {
            Addition::File { name, bytes } => (name, Some(bytes)),
            Addition::Link { name, target } => {
                let led = files.iter().find(|named| Path::new(&named.name) == target);
                (name, led.and_then(|named| named.bytes.clone()))
            }
        };
        files.push(Named { name, bytes });
    }
    Ok(files)
}

/// A file that holds one root alone, with its name above it.
pub fn pem_file(root: &Root) -> Vec<u8> {
    format!("# {}\n{}", root.name, root.pem()).into_bytes()
}

fn new_name(id: &str, taken: &[String]) -> String {
    let names = std::iter::once(format!("{id}.pem")).chain((1..).map(|n| format!("{id}-{n}.pem")));
    names.into_iter().find(|name| !taken.contains(name)).expect("the names have no end")
}

fn is_link(addition: &Addition, wanted: &str) -> bool {
    matches!(addition, Addition::Link { name, .. } if name == wanted)
}

fn subject_hash_of(certificate: &Certificate) -> Option<u32> {
    subject_hash(&certificate.facts().subject_der)
}

fn entry(named: &Named, certificate: &Certificate, trust: Trust) -> Entry {
    let file = Some(PathBuf::from(&named.name));
    Entry { certificate: certificate.clone(), alias: None, line: None, file, trust }
}

/// The directory with its certificates read once.
struct Directory<'f> {
    certificates: Vec<(&'f Named, Vec<Certificate>)>,
    by_name: HashMap<&'f str, usize>,
}

impl<'f> Directory<'f> {
    fn new(files: &'f [Named]) -> Self {
        let mut files: Vec<_> = files
            .iter()
            .filter(|named| HashName::parse(&named.name).is_some() || is_certificate_file(&named.name))
            .collect();
        files.sort_by_key(|named| &named.name);
        let by_name = files.iter().enumerate().map(|(at, named)| (named.name.as_str(), at)).collect();
        let certificates = files.into_iter().map(|named| (named, certificates_in(named))).collect();
        Directory { certificates, by_name }
    }

    /// OpenSSL opens a file of this name and reads at least one certificate from it.
    fn loads(&self, name: HashName) -> bool {
        self.by_name.get(name.text().as_str()).is_some_and(|at| !self.certificates[*at].1.is_empty())
    }

    /// The first name before this one at which the search ends.
    fn gap_before(&self, name: HashName) -> Option<HashName> {
        (0..name.number.min(MAX_COLLISIONS)).map(|number| HashName { number, ..name }).find(|name| !self.loads(*name))
    }

    fn reaches(&self, name: HashName) -> bool {
        name.number < MAX_COLLISIONS && self.gap_before(name).is_none()
    }

    /// A file that holds this certificate and nothing else, to which a link can lead.
    fn file_of(&self, certificate: &Certificate) -> Option<&'f str> {
        let alone = |certificates: &[Certificate]| matches!(certificates, [one] if one == certificate);
        let mut files = self.certificates.iter().filter(|(named, all)| is_certificate_file(&named.name) && alone(all));
        files.next().map(|(named, _)| named.name.as_str())
    }

    fn why_not(&self, named: &Named, certificate: &Certificate) -> crate::lang::Sentence {
        match HashName::parse(&named.name) {
            None => say::unlinked(&named.name),
            Some(name) if subject_hash_of(certificate) != Some(name.hash) => say::wrong_hash(&named.name),
            Some(name) => {
                let missing = self.gap_before(name).unwrap_or(HashName { number: MAX_COLLISIONS, ..name });
                say::behind_gap(&named.name, missing.text())
            }
        }
    }
}

fn certificates_in(named: &Named) -> Vec<Certificate> {
    let decoded = named.bytes.as_deref().map(|bytes| Pem.decode(bytes, &Passwords::default()));
    let entries = decoded.and_then(Result::ok).map(|store| store.entries).unwrap_or_default();
    entries.into_iter().filter(|entry| entry.trust == Trust::Trusted).map(|entry| entry.certificate).collect()
}

#[cfg(all(test, unix))]
mod tests;
