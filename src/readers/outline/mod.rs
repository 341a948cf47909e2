//! A certificate's outline, read as tolerantly as any library does, with a note of every liberty that was taken.
//!
//! Each decoder takes offence at other liberties; `certificates` knows which. What no library of those that are
//! modelled would decode has no outline at all.

mod curve;
mod extensions;
mod fields;
mod walk;

use super::der::SEQUENCE;
use crate::certificate::Fingerprint;
use walk::Walk;

/// A liberty that a certificate takes with X.690's DER or with RFC 5280.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Flaw {
    /// A length that says "until end-of-contents".
    IndefiniteLength = 1 << 0,
    /// A length in more octets than it needs.
    LongLength = 1 << 1,
    /// An INTEGER without contents.
    EmptyInteger = 1 << 2,
    /// An INTEGER with a needless first octet.
    PaddedInteger = 1 << 3,
    /// An OBJECT IDENTIFIER that is empty or has a needless octet.
    Oid = 1 << 4,
    /// A version that does not exist.
    Version = 1 << 5,
    /// Extensions, or what else only later versions have, in a certificate of version 1 or 2.
    VersionTooLow = 1 << 6,
    /// The algorithm that is signed is not the one beside the signature.
    AlgorithmMismatch = 1 << 7,
    /// They differ only in a NULL that one of them leaves out.
    AlgorithmNull = 1 << 8,
    /// Text in a name that is not UTF-8, or half a character of UTF-16 or UTF-32.
    NameEncoding = 1 << 9,
    /// Text in a name with a character that its type does not have.
    NameCharacter = 1 << 10,
    /// Text in a name in UTF-32, or in another type that few use.
    NameRareType = 1 << 11,
    /// A name's value that is not text, but might be.
    NameNotText = 1 << 12,
    /// A time without seconds.
    TimeWithoutSeconds = 1 << 13,
    /// A time with an offset from UTC.
    TimeOffset = 1 << 14,
    /// A time that is none.
    Time = 1 << 15,
    /// A BIT STRING with more than seven unused bits, or without the octet that tells them.
    BitString = 1 << 16,
    /// Unused bits that are not zero.
    BitStringUnused = 1 << 17,
    /// A key that cannot be one of its kind.
    Key = 1 << 18,
    /// A curve that is not P-224, P-256, P-384 or P-521.
    CurveUnknownToGo = 1 << 19,
    /// An extension twice.
    DuplicateExtension = 1 << 20,
    /// A BOOLEAN that is neither 0x00 nor 0xff.
    Boolean = 1 << 21,
    /// A well-known extension that is not critical and does not decode.
    Extension = 1 << 22,
    /// One that is critical.
    CriticalExtension = 1 << 23,
    /// Alternative names that do not decode.
    AlternativeNames = 1 << 24,
    /// The issuer has no name.
    NoIssuer = 1 << 25,
    /// Something follows where a SEQUENCE should have ended.
    Surplus = 1 << 26,
    /// The same at the end of what is signed.
    SignedSurplus = 1 << 27,
    /// A NULL with contents, or a plain value in a form that has elements.
    Parameter = 1 << 28,
    /// An OBJECT IDENTIFIER that does not end.
    OidEnd = 1 << 29,
    /// A name's value of a type that names cannot have: a number, a SET, a time.
    NameForbidden = 1 << 30,
    /// A version below zero.
    VersionNegative = 1 << 31,
    /// An RSA key without the NULL that belongs to it, or with a number that is not positive or too large for an `int`.
    RsaKey = 1 << 32,
    /// An RSA key of a size that Java has no use for.
    RsaSize = 1 << 33,
    /// A curve that Java cannot look up, or that is described instead of named.
    CurveUnknownToJava = 1 << 34,
    /// A point that does not lie on its curve.
    PointOffCurve = 1 << 35,
    /// An address, host name or URI that is none, where an extension has one.
    NoHost = 1 << 36,
    /// A name, or a SET in one, that says that it has no elements.
    PrimitiveName = 1 << 37,
    /// A parameter of an algorithm that does not decode as what it says that it is.
    ParameterValue = 1 << 38,
    /// A name's text that is put together from pieces.
    NameInPieces = 1 << 39,
    /// [`Flaw::Boolean`] in the value of an extension.
    BooleanWithin = 1 << 40,
    /// [`Flaw::BitStringUnused`] in the value of an extension.
    BitStringUnusedWithin = 1 << 41,
    /// A list of extensions, or of what is revoked, that says that it has no elements.
    PrimitiveList = 1 << 42,
}

/// A certificate's outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    /// Of the certificate as DER: its outermost length may have been written in another way.
    pub fingerprint: Fingerprint,
    /// How many bytes it takes.
    pub length: usize,
    flaws: u64,
}

impl Outline {
    pub fn has_any(&self, flaws: &[Flaw]) -> bool {
        flaws.iter().any(|flaw| self.flaws & *flaw as u64 != 0)
    }

    pub fn is_flawless(&self) -> bool {
        self.flaws == 0
    }
}

/// The outline of the certificate at the front of these bytes.
pub(super) fn outline(bytes: &[u8]) -> Option<Outline> {
    outline_of(bytes, Walk::certificate)
}

/// The outline of the certificate revocation list at the front of these bytes.
pub(super) fn outline_of_list(bytes: &[u8]) -> Option<Outline> {
    outline_of(bytes, Walk::revocation_list)
}

fn outline_of(bytes: &[u8], walk_through: fn(&mut Walk, &[u8]) -> Option<()>) -> Option<Outline> {
    let mut walk = Walk { flaws: 0 };
    let outer = walk.element(bytes, 0)?;
    if outer.tag != SEQUENCE {
        return None;
    }
    walk_through(&mut walk, outer.contents)?;
    let length = bytes.len() - outer.rest.len();
    let minimal = walk.flaws & (Flaw::LongLength as u64 | Flaw::IndefiniteLength as u64) == 0;
    let fingerprint = match minimal {
        true => Fingerprint::of(&bytes[..length]),
        false => Fingerprint::of(&sequence(outer.contents)),
    };
    Some(Outline { fingerprint, length, flaws: walk.flaws })
}

fn sequence(contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let significant = &length[length.iter().position(|octet| *octet != 0).unwrap_or(length.len() - 1)..];
    let mut der = vec![SEQUENCE];
    if contents.len() >= 0x80 {
        der.push(0x80 | significant.len() as u8);
    }
    der.extend_from_slice(significant);
    der.extend_from_slice(contents);
    der
}
