//! The way through a certificate: elements, and the order in which RFC 5280 has them.

use super::Flaw;
use crate::readers::der::*;

/// The bit of a tag that says that there are elements.
const CONSTRUCTED: u8 = 0x20;

/// Certificates nest some ten levels deep.
const DEEPEST: usize = 32;

#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub contents: &'a [u8],
    pub rest: &'a [u8],
}

pub(super) struct Walk {
    pub flaws: u64,
}

/// Whether OpenSSL takes this for a value of the type that it says (`asn1_d2i_ex_primitive` of what may be anything). What
/// is not of a universal type, and what is in a SEQUENCE or a SET, it does not look at.
fn is_value(tag: u8, contents: &[u8]) -> bool {
    const ENUMERATED: u8 = 0x0a;
    match tag {
        BOOLEAN => contents.len() == 1,
        INTEGER | ENUMERATED => !matches!(contents, [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..]),
        BIT_STRING => matches!(contents, [0..=7, ..]),
        BMP_STRING => contents.len().is_multiple_of(2),
        UNIVERSAL_STRING => contents.len().is_multiple_of(4),
        // They have to say that they have elements.
        PRIMITIVE_SEQUENCE | PRIMITIVE_SET => false,
        SEQUENCE | SET | 0x40.. => true,
        0x20.. => together(contents, 0).is_some_and(|whole| is_value(tag & 0x1f, &whole)),
        _ => true,
    }
}

/// The pieces of a text, put together whatever they are (`asn1_collect`).
pub(super) fn together(mut pieces: &[u8], depth: usize) -> Option<Vec<u8>> {
    /// ASN1_MAX_STRING_NEST.
    const DEEPEST: usize = 5;
    let mut whole = Vec::new();
    while !pieces.is_empty() {
        let piece = Walk { flaws: 0 }.element(pieces, 0).filter(|_| !pieces.starts_with(&[0, 0]))?;
        match piece.tag & 0x20 {
            0 => whole.extend_from_slice(piece.contents),
            _ if depth == DEEPEST => return None,
            _ => whole.extend(together(piece.contents, depth + 1)?),
        }
        pieces = piece.rest;
    }
    Some(whole)
}

impl Walk {
    pub(super) fn note(&mut self, flaw: Flaw) {
        self.flaws |= flaw as u64;
    }

    pub(super) fn note_if(&mut self, flaw: Flaw, found: bool) {
        if found {
            self.note(flaw);
        }
    }

    /// The element at the front, in BER or DER.
    pub(super) fn element<'a>(&mut self, bytes: &'a [u8], depth: usize) -> Option<Element<'a>> {
        let [tag, first, rest @ ..] = bytes else { return None };
        if tag & 0x1f == 0x1f || depth > DEEPEST {
            return None;
        }
        let (length, contents) = match first {
            0x80 => {
                self.note(Flaw::IndefiniteLength);
                let mut at = rest;
                while !at.starts_with(&[0, 0]) {
                    at = self.element(at, depth + 1)?.rest;
                }
                let length = rest.len() - at.len();
                return Some(Element { tag: *tag, contents: &rest[..length], rest: &at[2..] });
            }
            0..0x80 => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
                self.note_if(Flaw::LongLength, length < 0x80 || octets[0] == 0);
                (length, rest)
            }
            _ => return None,
        };
        let (contents, rest) = contents.split_at_checked(length)?;
        Some(Element { tag: *tag, contents, rest })
    }

    /// Takes the element at the front, which must be of this kind.
    pub(super) fn take<'a>(&mut self, from: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
        let element = self.element(from, 0).filter(|element| element.tag == tag)?;
        *from = element.rest;
        Some(element.contents)
    }

    /// Takes the SEQUENCE OF or SET OF at the front; what is to be noted where it says that it has no elements.
    pub(super) fn list<'a>(&mut self, from: &mut &'a [u8], tag: u8, primitive: Flaw) -> Option<&'a [u8]> {
        let says_so = from.first() == Some(&(tag & !CONSTRUCTED));
        self.note_if(primitive, says_so);
        self.take(from, if says_so { tag & !CONSTRUCTED } else { tag })
    }

    /// The same, if there is one.
    fn optional_list<'a>(&mut self, from: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
        match from.first() {
            Some(&(SEQUENCE | PRIMITIVE_SEQUENCE)) => self.list(from, SEQUENCE, Flaw::PrimitiveList).map(Some),
            _ => Some(None),
        }
    }

    /// Takes the element at the front, if it is of this kind.
    pub(super) fn optional<'a>(&mut self, from: &mut &'a [u8], tag: u8) -> Option<Option<&'a [u8]>> {
        match from.first() {
            Some(first) if *first == tag => self.take(from, tag).map(Some),
            _ => Some(None),
        }
    }

    pub(super) fn ends(&mut self, rest: &[u8]) {
        self.note_if(Flaw::Surplus, !rest.is_empty());
    }

    pub(super) fn certificate(&mut self, mut certificate: &[u8]) -> Option<()> {
        let mut signed = self.take(&mut certificate, SEQUENCE)?;
        let algorithm = self.algorithm(&mut certificate)?;
        let signature = self.take(&mut certificate, BIT_STRING)?;
        self.bit_string(signature);
        self.ends(certificate);

        let version = match self.optional(&mut signed, 0xa0)? {
            Some(mut explicit) => {
                let version = self.take(&mut explicit, INTEGER)?;
                self.integer(version);
                self.ends(explicit);
                version
            }
            None => &[0],
        };
        let version = match version {
            [version @ 0..=2] => version + 1,
            other => {
                self.note(Flaw::Version);
                self.note_if(Flaw::VersionNegative, matches!(other, [0x80..=0xff, ..]));
                3
            }
        };
        let serial = self.take(&mut signed, INTEGER)?;
        self.integer(serial);
        let inner = self.algorithm(&mut signed)?;
        if inner != algorithm {
            let without_null = |algorithm: &[u8]| algorithm.strip_suffix(&[NULL, 0]).map(<[u8]>::to_vec);
            let same = without_null(inner).is_some_and(|inner| inner == algorithm)
                || without_null(algorithm).is_some_and(|algorithm| inner == algorithm);
            self.note(if same { Flaw::AlgorithmNull } else { Flaw::AlgorithmMismatch });
        }
        let has_issuer = self.name(&mut signed)?;
        self.note_if(Flaw::NoIssuer, !has_issuer);
        let mut validity = self.take(&mut signed, SEQUENCE)?;
        self.time(&mut validity)?;
        self.time(&mut validity)?;
        self.ends(validity);
        self.name(&mut signed)?;
        let mut key = self.take(&mut signed, SEQUENCE)?;
        self.key(&mut key)?;
        self.ends(key);
        for unique_id in [0x81, 0x82] {
            if let Some(bits) = self.optional(&mut signed, unique_id)? {
                self.bit_string(bits);
                self.note_if(Flaw::VersionTooLow, version < 2);
            }
        }
        if let Some(mut explicit) = self.optional(&mut signed, 0xa3)? {
            self.note_if(Flaw::VersionTooLow, version < 3);
            let extensions = self.list(&mut explicit, SEQUENCE, Flaw::PrimitiveList)?;
            self.ends(explicit);
            self.extensions(extensions)?;
        }
        self.note_if(Flaw::SignedSurplus, !signed.is_empty());
        Some(())
    }

    /// A certificate revocation list (RFC 5280, section 5.1).
    pub(super) fn revocation_list(&mut self, mut list: &[u8]) -> Option<()> {
        let mut signed = self.take(&mut list, SEQUENCE)?;
        self.algorithm(&mut list)?;
        let signature = self.take(&mut list, BIT_STRING)?;
        self.bit_string(signature);
        self.ends(list);

        if let Some(version) = self.optional(&mut signed, INTEGER)? {
            self.integer(version);
        }
        self.algorithm(&mut signed)?;
        self.name(&mut signed)?;
        self.time(&mut signed)?;
        if matches!(signed.first(), Some(&(UTC_TIME | GENERALIZED_TIME))) {
            self.time(&mut signed)?;
        }
        let mut revoked = self.optional_list(&mut signed)?.unwrap_or_default();
        while !revoked.is_empty() {
            let mut entry = self.take(&mut revoked, SEQUENCE)?;
            let serial = self.take(&mut entry, INTEGER)?;
            self.integer(serial);
            self.time(&mut entry)?;
            if let Some(extensions) = self.optional_list(&mut entry)? {
                self.extensions(extensions)?;
            }
            self.ends(entry);
        }
        if let Some(mut explicit) = self.optional(&mut signed, 0xa0)? {
            let extensions = self.list(&mut explicit, SEQUENCE, Flaw::PrimitiveList)?;
            self.ends(explicit);
            self.extensions(extensions)?;
        }
        self.note_if(Flaw::SignedSurplus, !signed.is_empty());
        Some(())
    }

    pub(super) fn algorithm<'a>(&mut self, from: &mut &'a [u8]) -> Option<&'a [u8]> {
        let algorithm = self.take(from, SEQUENCE)?;
        let mut rest = algorithm;
        let oid = self.take(&mut rest, OBJECT_IDENTIFIER)?;
        self.oid(oid);
        if !rest.is_empty() {
            let parameter = self.element(rest, 0)?;
            match parameter.tag {
                NULL => self.note_if(Flaw::Parameter, !parameter.contents.is_empty()),
                OBJECT_IDENTIFIER => self.oid(parameter.contents),
                // The types that have one value, in a form that has elements.
                0x21 | 0x22 | 0x25 | 0x26 | 0x2a => self.note(Flaw::Parameter),
                tag => self.note_if(Flaw::ParameterValue, !is_value(tag, parameter.contents)),
            }
            self.ends(parameter.rest);
        }
        Some(algorithm)
    }

    pub(super) fn integer(&mut self, contents: &[u8]) {
        match contents {
            [] => self.note(Flaw::EmptyInteger),
            [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => self.note(Flaw::PaddedInteger),
            _ => {}
        }
    }

    pub(super) fn oid(&mut self, contents: &[u8]) {
        let padded = contents.windows(2).any(|two| two[0] < 0x80 && two[1] == 0x80);
        self.note_if(Flaw::Oid, padded || matches!(contents, [] | [0x80, ..]));
        self.note_if(Flaw::OidEnd, contents.last().is_some_and(|octet| octet & 0x80 != 0));
    }

    pub(super) fn bit_string(&mut self, contents: &[u8]) {
        self.bits(contents, Flaw::BitStringUnused);
    }

    /// The same, with what is to be noted where unused bits are not zero.
    pub(super) fn bits(&mut self, contents: &[u8], not_zero: Flaw) {
        match contents {
            [] | [8..=0xff, ..] | [1..=7] => self.note(Flaw::BitString),
            [unused, .., last] if last & ((1 << unused) - 1) != 0 => self.note(not_zero),
            _ => {}
        }
    }
}
