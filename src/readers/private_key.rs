//! Whether OpenSSL decodes a private key that lies about in a bundle; a bundle with one that it does not is refused.
//!
//! `d2i_PrivateKey_ex` and `d2i_AutoPrivateKey`: the name says which kind of key is expected, unless it is just
//! PRIVATE KEY or something unknown; PKCS#8 (RFC 5958) is taken under every name. Only the outline is checked, not
//! whether the numbers belong together.

use super::der::{INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, expect};

/// The kinds whose traditional forms OpenSSL knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    Dsa,
    Ec,
    /// A kind that has only the form of PKCS#8.
    Other,
}

/// Whether these bytes are a private key as a block of this name may hold it.
pub(super) fn decodes(name: &[u8], der: &[u8]) -> bool {
    let Some(kind) = pkcs8(der).or_else(|| traditional(der)) else { return false };
    match name.strip_suffix(b" PRIVATE KEY") {
        Some(b"RSA") => kind == Kind::Rsa,
        Some(b"DSA") => kind == Kind::Dsa,
        Some(b"EC") => kind == Kind::Ec,
        _ => true,
    }
}

/// PrivateKeyInfo: a version, an algorithm, and the key within an OCTET STRING.
fn pkcs8(der: &[u8]) -> Option<Kind> {
    let outer = expect(der, SEQUENCE)?;
    let version = expect(outer.contents, INTEGER)?;
    let algorithm = expect(version.rest, SEQUENCE)?;
    let key = expect(algorithm.rest, OCTET_STRING)?;
    let oid = expect(algorithm.contents, OBJECT_IDENTIFIER)?;
    let kind = match oid.contents {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1] => Kind::Rsa,
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1] => Kind::Dsa,
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => Kind::Ec,
        _ => Kind::Other,
    };
    let sound = match kind {
        Kind::Rsa => traditional(key.contents) == Some(Kind::Rsa),
        Kind::Dsa => expect(key.contents, INTEGER).is_some(),
        // The curve may stand outside only.
        Kind::Ec => ec(key.contents).is_some(),
        Kind::Other => true,
    };
    sound.then_some(kind)
}

/// RSAPrivateKey (RFC 8017, appendix A.1.2), DSA's six numbers, or ECPrivateKey (RFC 5915) with its curve.
fn traditional(der: &[u8]) -> Option<Kind> {
    const CURVE: u8 = 0xa0;
    if let Some(behind) = ec(der) {
        return expect(behind, CURVE).map(|_| Kind::Ec);
    }
    let mut rest = expect(der, SEQUENCE)?.contents;
    let mut numbers = 0;
    while let Some(number) = expect(rest, INTEGER) {
        numbers += 1;
        rest = number.rest;
    }
    match numbers {
        6 if rest.is_empty() => Some(Kind::Dsa),
        9 if rest.is_empty() => Some(Kind::Rsa),
        _ => None,
    }
}

/// Version 1 and the secret number; what follows it.
fn ec(der: &[u8]) -> Option<&[u8]> {
    let version = expect(expect(der, SEQUENCE)?.contents, INTEGER).filter(|version| version.contents == [1])?;
    expect(version.rest, OCTET_STRING).map(|secret| secret.rest)
}
