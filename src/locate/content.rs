//! What a file is, judged by its content: names lie, and a program opens thousands of files.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use memchr::memmem;

use crate::password::Passwords;
use crate::store::pem::Pem;
use crate::store::{Format, MAX_BYTES, StoreFormat, Trust};

/// What the bytes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Roots that somebody is to be trusted by.
    Store(Format),
    /// Somebody's own certificate, with its chain or its key: what a server shows, not what a client trusts.
    Identity,
}

/// Whether this file is a trust store, or an identity. Reads a few bytes of most files, all of a text.
pub fn of_file(path: &Path) -> Option<(Content, Vec<u8>)> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES as u64 || metadata.len() < 64 {
        return None;
    }
    let mut head = [0; 16];
    let mut file = File::open(path).ok()?;
    file.read_exact(&mut head).ok()?;
    if magic(&head).is_none() && is_binary(&head) {
        return None;
    }
    let mut bytes = head.to_vec();
    file.take(MAX_BYTES as u64).read_to_end(&mut bytes).ok()?;
    of_bytes(&bytes).map(|content| (content, bytes))
}

/// Whether these bytes are a trust store, or an identity. A key store may be either; it is taken for a store.
pub fn of_bytes(bytes: &[u8]) -> Option<Content> {
    if let Some(format) = magic(bytes) {
        return Some(Content::Store(format));
    }
    if is_binary(&bytes[..bytes.len().min(16)]) || !names_a_certificate(bytes) {
        return None;
    }
    let store = Pem.decode(bytes, &Passwords::default()).ok()?;
    let first = store.entries.iter().find(|entry| entry.trust == Trust::Trusted).or(store.entries.first())?;
    let facts = first.certificate.facts();
    // A chain begins with the leaf; whoever is trusted without a CA is self-signed. A key is never part of a store.
    let trusted = (facts.is_ca || facts.self_issued) && memmem::find(bytes, b"PRIVATE KEY-----").is_none();
    Some(if trusted { Content::Store(Format::Pem) } else { Content::Identity })
}

/// The binary formats by their first bytes.
fn magic(head: &[u8]) -> Option<Format> {
    match head {
        [0xfe, 0xed, 0xfe, 0xed, ..] => Some(Format::Jks),
        [0xce, 0xce, 0xce, 0xce, ..] => Some(Format::Jceks),
        // Version 1 or 2, then the length of a salt of 20 bytes.
        [0, 0, 0, 1 | 2, 0, 0, 0, 20, ..] => Some(Format::Bks),
        [0x30, 0x80, 2, 1, 3, 0x30, ..]
        | [0x30, 0x82, _, _, 2, 1, 3, 0x30, ..]
        | [0x30, 0x83, _, _, _, 2, 1, 3, 0x30, ..] => Some(Format::Pkcs12),
        // Certificate, TBSCertificate, version 3.
        [0x30, 0x82, _, _, 0x30, 0x82, _, _, 0xa0, 3, 2, 1, 2, ..] => Some(Format::Der),
        _ => None,
    }
}

/// No text that holds PEM begins with such bytes: NUL, or the magic numbers of programs, archives and classes.
fn is_binary(head: &[u8]) -> bool {
    head.contains(&0) && !head.starts_with(b"\xff\xfe") && !head.starts_with(b"-\0-\0")
}

fn names_a_certificate(bytes: &[u8]) -> bool {
    let labels: [&[u8]; 3] = [b"CERTIFICATE-----", b"TRUSTED CERTIFICATE-----", b"X509 CERTIFICATE-----"];
    memmem::find_iter(bytes, b"-----BEGIN ").any(|at| labels.iter().any(|label| bytes[at + 11..].starts_with(label)))
        || bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"-\0-\0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    #[test]
    fn a_bundle_is_a_store_and_a_servers_own_chain_is_not() {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(rcgen::DnType::CommonName, "Stand-in root");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = ca.self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(ca, ca_key);
        let leaf_key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&leaf_key, &issuer).unwrap();
        let self_signed = CertificateParams::new(["own".to_owned()]).unwrap().self_signed(&leaf_key).unwrap();
        let store = Some(Content::Store(Format::Pem));
        assert_eq!(of_bytes(root.pem().as_bytes()), store);
        assert_eq!(of_bytes(format!("# title\r\n{}", root.pem()).as_bytes()), store);
        assert_eq!(of_bytes(self_signed.pem().as_bytes()), store);
        let chain = format!("{}{}", leaf.pem(), root.pem());
        assert_eq!(of_bytes(chain.as_bytes()), Some(Content::Identity));
        assert_eq!(of_bytes(format!("{}{chain}", leaf_key.serialize_pem()).as_bytes()), Some(Content::Identity));
        let own = format!("{}{}", self_signed.pem(), leaf_key.serialize_pem());
        assert_eq!(of_bytes(own.as_bytes()), Some(Content::Identity));
        assert_eq!(of_bytes(leaf_key.serialize_pem().as_bytes()), None);
        assert_eq!(of_bytes(root.der()), Some(Content::Store(Format::Der)));
        assert_eq!(of_bytes(b"-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n"), None);
        assert_eq!(of_bytes(b"no certificate here"), None);
        assert_eq!(of_bytes(b""), None);
    }

    #[test]
    fn this_program_itself_is_no_store() {
        assert_eq!(of_file(&std::env::current_exe().unwrap()), None);
        assert_eq!(of_file(Path::new("/")), None);
        assert_eq!(of_file(Path::new("/dev/zero")), None);
    }
}
