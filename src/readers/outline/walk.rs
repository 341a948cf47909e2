//! The way through a certificate: elements, and the order in which RFC 5280 has them.

use super::Flaw;
use crate::readers::der::{BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE};

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
        let issuer = self.take(&mut signed, SEQUENCE)?;
        self.note_if(Flaw::NoIssuer, issuer.is_empty());
        self.name(issuer)?;
        let mut validity = self.take(&mut signed, SEQUENCE)?;
        self.time(&mut validity)?;
        self.time(&mut validity)?;
        self.ends(validity);
        let subject = self.take(&mut signed, SEQUENCE)?;
        self.name(subject)?;
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
            let extensions = self.take(&mut explicit, SEQUENCE)?;
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
                _ => {}
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
        match contents {
            [] | [8..=0xff, ..] | [1..=7] => self.note(Flaw::BitString),
            [unused, .., last] if last & ((1 << unused) - 1) != 0 => self.note(Flaw::BitStringUnused),
            _ => {}
        }
    }
}
