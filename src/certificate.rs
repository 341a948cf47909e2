//! One X.509 certificate, known by the SHA-256 of its DER.
//!
//! Two certificates are the same only when their fingerprints are: a subject proves nothing, since anyone can
//! write any subject, and honest cross-certificates carry the subject of another root.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use ::time::OffsetDateTime;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::known::Known;

/// The SHA-256 of a certificate's DER; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of these bytes, whatever they are.
    pub fn of(der: &[u8]) -> Self {
        Fingerprint(Sha256::digest(der).into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Fingerprint(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Places in a hash table are chosen by eight of the bytes, which a SHA-256 scatters as well as all of them; what is
/// found there is compared whole.
impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    /// Takes upper and lower case, and the colons that `openssl x509 -fingerprint` and keytool print.
    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let mut digits = text.bytes().filter(|b| *b != b':');
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            let mut digit = || {
                let digit = digits.next().ok_or(NotAFingerprint)?;
                char::from(digit).to_digit(16).map(|d| d as u8).ok_or(NotAFingerprint)
            };
            *byte = digit()? << 4 | digit()?;
        }
        match digits.next() {
            None => Ok(Fingerprint(bytes)),
            Some(_) => Err(NotAFingerprint),
        }
    }
}

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("a SHA-256 is 64 hexadecimal digits"))
    }
}

/// The bytes are not one X.509 certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACertificate;

/// A certificate whose DER was parsed once, so that [`Certificate::facts`] cannot fail.
///
/// Not checked: its signature, its dates, whether it may sign others. That is the work of `prove`.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

/// What is asked of every certificate in every bundle, found out when it was parsed.
struct Parsed {
    der: Box<[u8]>,
    fingerprint: Fingerprint,
    /// Unix times in seconds.
    validity: (i64, i64),
    /// Where the subject and the issuer stand in the DER.
    subject: Range<usize>,
    issuer: Range<usize>,
    /// Found out when it is asked for: most certificates are never named.
    name: OnceLock<String>,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.der() == other.der()
    }
}

impl Eq for Certificate {}

/// What people want to read of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// RFC 4514-like text of the subject, for people; never compared.
    pub subject: String,
    pub issuer: String,
    /// The subject's last common name, else its organisational unit, else the whole subject.
    pub name: String,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
    /// `basicConstraints` says CA. Version 1 certificates have no such extension and are `false` here.
    pub is_ca: bool,
    /// X.509 version 1, 2 or 3.
    pub version: u32,
    /// Subject and issuer are the same bytes.
    pub self_issued: bool,
    /// For example `RSA-2048`, `EC-384`.
    pub key: String,
    /// DER of the subject and of the issuer, for matching chains.
    pub subject_der: Vec<u8>,
    pub issuer_der: Vec<u8>,
    /// DER of the SubjectPublicKeyInfo.
    pub spki_der: Vec<u8>,
}

impl Certificate {
    /// Takes exactly one DER certificate.
    ///
    /// # Errors
    /// The bytes do not parse as X.509, or something follows the certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, NotACertificate> {
        match Self::from_der_prefix(der)? {
            (certificate, []) => Ok(certificate),
            _ => Err(NotACertificate),
        }
    }

    /// Takes one DER certificate from the front and gives back what follows, as TRUSTED CERTIFICATE blocks and
    /// PKCS#7 need it.
    ///
    /// # Errors
    /// The bytes do not begin with an X.509 certificate.
    pub fn from_der_prefix(der: &[u8]) -> Result<(Self, &[u8]), NotACertificate> {
        static PARSED: Known<Certificate> = Known::new();
        let (own, rest) = first_element(der).ok_or(NotACertificate)?;
        let fingerprint = Fingerprint::of(own);
        let certificate = PARSED.or_find(fingerprint, || {
            let (surplus, x509) = X509Certificate::from_der(own).map_err(|_| NotACertificate)?;
            let validity = (x509.validity().not_before.timestamp(), x509.validity().not_after.timestamp());
            let parsed = Parsed {
                der: own.into(),
                fingerprint,
                validity,
                subject: place(own, x509.subject().as_raw()),
                issuer: place(own, x509.issuer().as_raw()),
                name: OnceLock::new(),
            };
            if surplus.is_empty() { Ok(Certificate(Arc::new(parsed))) } else { Err(NotACertificate) }
        })?;
        Ok((certificate, rest))
    }

    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint
    }

    /// DER of the subject.
    pub fn subject_der(&self) -> &[u8] {
        &self.0.der[self.0.subject.clone()]
    }

    /// DER of the issuer.
    pub fn issuer_der(&self) -> &[u8] {
        &self.0.der[self.0.issuer.clone()]
    }

    /// Subject and issuer are the same bytes.
    pub fn self_issued(&self) -> bool {
        self.subject_der() == self.issuer_der()
    }

    /// [`Facts::name`].
    pub fn name(&self) -> &str {
        self.0.name.get_or_init(|| self.facts().name)
    }

    /// Its notAfter lies before this time.
    pub fn expired_at(&self, now: OffsetDateTime) -> bool {
        self.0.validity.1 < now.unix_timestamp()
    }

    /// This time lies within notBefore and notAfter, both included (RFC 5280, 4.1.2.5).
    pub fn valid_at(&self, now: OffsetDateTime) -> bool {
        (self.0.validity.0..=self.0.validity.1).contains(&now.unix_timestamp())
    }

    /// Parses the fields anew; about five microseconds.
    pub fn facts(&self) -> Facts {
        let (_, x509) = X509Certificate::from_der(self.der()).expect("parsed when it was made");
        let subject = x509.subject().to_string();
        let name = (x509.subject().iter_common_name().last())
            .or_else(|| x509.subject().iter_organizational_unit().last())
            .and_then(|attribute| attribute.as_str().ok())
            .map_or_else(|| subject.clone(), str::to_owned);
        Facts {
            name,
            issuer: x509.issuer().to_string(),
            not_before: x509.validity().not_before.to_datetime(),
            not_after: x509.validity().not_after.to_datetime(),
            is_ca: x509.is_ca(),
            version: x509.version().0.saturating_add(1),
            self_issued: self.self_issued(),
            key: key_of(&x509),
            subject_der: self.subject_der().to_vec(),
            issuer_der: self.issuer_der().to_vec(),
            spki_der: x509.public_key().raw.to_vec(),
            subject,
        }
    }
}

/// Where a part of these bytes stands in them.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

/// The element of DER at the front, with its header, and what follows it.
fn first_element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, length) = match der.get(1)? {
        short @ 0..=0x7f => (2, usize::from(*short)),
        long @ 0x81..=0x84 => {
            let octets = der.get(2..2 + usize::from(long & 0x7f))?;
            (2 + octets.len(), octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)))
        }
        _ => return None,
    };
    der.split_at_checked(header + length)
}

fn key_of(x509: &X509Certificate<'_>) -> String {
    use x509_parser::public_key::PublicKey;
    match x509.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA-{}", key.key_size()),
        Ok(PublicKey::EC(key)) => format!("EC-{}", key.key_size()),
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ => x509.public_key().algorithm.algorithm.to_id_string(),
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_what_openssl_and_keytool_print() {
        let plain = "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f";
        let colons = "CB:3C:CB:B7:60:31:E5:E0:13:8F:8D:D3:9A:23:F9:DE:47:FF:C3:5E:43:C1:14:4C:EA:27:D4:6A:5A:B1:CB:5F";
        let fingerprint: Fingerprint = plain.parse().unwrap();
        assert_eq!(colons.parse(), Ok(fingerprint));
        assert_eq!(fingerprint.to_string(), plain);
        for wrong in ["", "cb3c", &plain[1..], &format!("{plain}0"), &plain.replace('b', "g")] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(NotAFingerprint), "{wrong}");
        }
    }
}
