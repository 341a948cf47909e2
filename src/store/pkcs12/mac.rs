//! The integrity value over a whole PKCS#12 file: the MAC of RFC 7292 and PBMAC1 (RFC 9579).

use std::ops::Range;

use x509_parser::asn1_rs::oid;

use super::ber::{Element, SEQUENCE};
use super::kdf::{self, Hash, Use};
use super::problem::{damaged, dotted, malformed, not_supported};
use super::scheme::{Algorithm, Pbkdf2, iterations, octets_at};
use crate::finding::Trouble;
use crate::lang::pkcs12 as say;
use crate::password::Password;

/// No HMAC has use for a longer key; a length that a file names is memory that it takes.
const MAX_KEY: u64 = 512;

/// How the integrity value is made.
#[derive(Debug, Clone)]
enum Kind {
    Pkcs12 { salt: Vec<u8>, iterations: u32 },
    Pbmac1 { derivation: Pbkdf2, key_len: usize },
}

/// MacData, taken apart.
#[derive(Debug, Clone)]
pub struct MacData {
    kind: Kind,
    hash: Hash,
    /// Where the value lies in the file.
    pub value: Range<usize>,
}

impl MacData {
    pub fn read(bytes: &[u8], element: Element) -> Result<Self, Trouble> {
        const PBMAC1: &[u8] = &oid!(raw 1.2.840.113549.1.5.14);
        let bad = malformed("MacData");
        let sequence = |element: Element| element.expect(SEQUENCE).map_err(&bad);
        let mut parts = sequence(element)?.children(bytes);
        let mut next = || parts.next().ok_or_else(|| damaged("MacData"))?.map_err(&bad);
        let digest_info = sequence(next()?)?;
        let salt = next()?;
        let count = parts.next().transpose().map_err(&bad)?;

        let mut parts = digest_info.children(bytes);
        let mut next = || parts.next().ok_or_else(|| damaged("MacData"))?.map_err(&bad);
        let algorithm = Algorithm::read(bytes, next()?)?;
        let value = octets_at(&next()?)?;
        let (kind, hash) = if algorithm.oid == PBMAC1 {
            pbmac1(bytes, &algorithm)?
        } else {
            let unknown = || not_supported(say::unknown_integrity(dotted(algorithm.oid)));
            let hash = Hash::by_oid(algorithm.oid).ok_or_else(unknown)?;
            let salt = bytes[octets_at(&salt)?].to_vec();
            // Absent means 1 (RFC 7292, section 4).
            let iterations = count.map_or(Ok(1), |count| iterations(bytes, &count))?;
            (Kind::Pkcs12 { salt, iterations }, hash)
        };
        if value.len() != hash.size() {
            return Err(damaged("MacData"));
        }
        Ok(MacData { kind, hash, value })
    }

    pub fn is_pbmac1(&self) -> bool {
        matches!(self.kind, Kind::Pbmac1 { .. })
    }

    /// How often a hash is called for one password.
    pub fn cost(&self) -> u64 {
        match &self.kind {
            Kind::Pkcs12 { iterations, .. } => kdf::cost(self.hash, *iterations, self.hash.size()),
            Kind::Pbmac1 { derivation, key_len } => derivation.cost(*key_len),
        }
    }

    /// The value for this content. Costs [`MacData::cost`].
    pub fn compute(&self, password: &Password, content: &[u8]) -> Vec<u8> {
        let key = match &self.kind {
            Kind::Pkcs12 { salt, iterations } => {
                kdf::pkcs12(self.hash, Use::Mac, password, salt, *iterations, self.hash.size())
            }
            Kind::Pbmac1 { derivation, key_len } => derivation.derive(password, *key_len),
        };
        self.hash.hmac(&key, content)
    }

    /// Whether two passwords yield one key.
    pub fn same_key(&self, one: &Password, other: &Password) -> bool {
        if self.is_pbmac1() { kdf::same_to_pbkdf2(one, other) } else { one == other }
    }
}

fn pbmac1(bytes: &[u8], algorithm: &Algorithm<'_>) -> Result<(Kind, Hash), Trouble> {
    let part = "PBMAC1-params";
    let parameters = algorithm.parameters.as_ref().ok_or_else(|| damaged(part))?;
    let mut parts = parameters.children(bytes);
    let mut next = || parts.next().ok_or_else(|| damaged(part))?.map_err(malformed(part));
    let derivation = Pbkdf2::read(bytes, next()?)?;
    let oid = Algorithm::read(bytes, next()?)?.oid;
    let hash = Hash::by_hmac_oid(oid).ok_or_else(|| not_supported(say::unknown_integrity(dotted(oid))))?;
    // RFC 9579, section 5: the length must be there, and is what the key has.
    match derivation.key_length {
        Some(key_len @ 1..=MAX_KEY) => Ok((Kind::Pbmac1 { derivation, key_len: key_len as usize }, hash)),
        _ => Err(damaged(part)),
    }
}
