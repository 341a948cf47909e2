//! A new PKCS#12 trust store.
//!
//! Certificates in clear, with the mark that Java wants, under an RFC 7292 MAC with SHA-1. That is the form that the
//! most programs read: measured with one certificate and the password `changeit`, keytool of JDK 8u504, 11, 17, 21,
//! 25 and 26, OpenSSL 3, GnuTLS, NSS, Python's cryptography and node-forge all list it. What was measured against:
//! RC2-40 (OpenSSL 3 refuses it without its legacy provider), no MAC at all (NSS refuses it). AES and a SHA-256 MAC
//! pass in all of these; from memory, not measured: JDK 8 before 8u301 reads neither. Encryption would hide nothing,
//! the certificates being public; HMAC with SHA-1 is not touched by what broke SHA-1 for signatures.

use x509_parser::asn1_rs::oid;

use super::append::content_info;
use super::bags;
use super::ber::{INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, tlv};
use super::kdf::{self, Hash, Use};
use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::pkcs12 as say;
use crate::password::Password;

/// What keytool has written since JDK 17 (`DEFAULT_MAC_ITERATION_COUNT`).
const ITERATIONS: u32 = 10_000;
/// Octets; keytool's too.
const SALT: usize = 20;

/// A new store of these certificates, each trusted, under its alias. Of equal aliases, which Java would take for one
/// entry, all but the first get a number.
///
/// With [`Password::None`] there is no integrity value at all, as in the `cacerts` of JDK 21: Java then opens it with
/// any password. Each call draws a new salt, so no two results are alike.
///
/// # Errors
/// The system gives no random numbers.
pub fn create(certificates: &[(Certificate, String)], password: &Password) -> Result<Vec<u8>, Trouble> {
    let mut aliases = std::collections::HashSet::new();
    let bags = certificates.iter().map(|(certificate, wish)| {
        let numbered = (2..).map(|n| format!("{wish}-{n}"));
        let mut wishes = std::iter::once(wish.clone()).chain(numbered);
        let alias = wishes.find(|alias| aliases.insert(alias.to_lowercase())).expect("numbers do not end");
        bags::trusted(certificate, &alias)
    });
    let safe_contents = tlv(SEQUENCE, &[&bags.collect::<Vec<_>>().concat()]);
    let safe = tlv(SEQUENCE, &[&content_info(&safe_contents)]);
    let mac_data = match password {
        Password::None => Vec::new(),
        Password::Text(_) => mac_data(&safe, password)?,
    };
    Ok(tlv(SEQUENCE, &[&tlv(INTEGER, &[&[3]]), &content_info(&safe), &mac_data]))
}

fn mac_data(safe: &[u8], password: &Password) -> Result<Vec<u8>, Trouble> {
    const SHA1: &[u8] = &oid!(raw 1.3.14.3.2.26);
    let mut salt = [0; SALT];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random
        .fill(&mut salt)
        .map_err(|_| Trouble::new(Code::Unreadable, say::no_randomness(), say::check_dev_urandom()))?;
    let key = kdf::pkcs12(Hash::Sha1, Use::Mac, password, &salt, ITERATIONS, Hash::Sha1.size());
    let algorithm = tlv(SEQUENCE, &[&tlv(OID, &[SHA1]), &tlv(NULL, &[])]);
    let digest_info = tlv(SEQUENCE, &[&algorithm, &tlv(OCTET_STRING, &[&Hash::Sha1.hmac(&key, safe)])]);
    let iterations = tlv(INTEGER, &[&ITERATIONS.to_be_bytes()[2..]]);
    Ok(tlv(SEQUENCE, &[&digest_info, &tlv(OCTET_STRING, &[&salt]), &iterations]))
}
