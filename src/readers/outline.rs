//! A certificate's outline, read as tolerantly as any library does, with a note of every liberty that was taken.
//!
//! Each decoder takes offence at other liberties; `certificates` knows which. What no library of those that are
//! modelled would decode has no outline at all.

use crate::certificate::Fingerprint;

/// A liberty that a certificate takes with X.690's DER or with RFC 5280.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
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
    /// A curve that is not P-256, P-384 or P-521.
    RareCurve = 1 << 19,
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
    /// A NULL with contents.
    Parameter = 1 << 28,
    /// An OBJECT IDENTIFIER that does not end.
    OidEnd = 1 << 29,
    /// A name's value of a type that names cannot have: a number, a SET, a time.
    NameForbidden = 1 << 30,
    /// A version below zero.
    VersionNegative = 1 << 31,
}

/// A certificate's outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    /// Of the certificate as DER: its outermost length may have been written in another way.
    pub fingerprint: Fingerprint,
    /// How many bytes it takes.
    pub length: usize,
    flaws: u32,
}

impl Outline {
    pub fn has_any(&self, flaws: &[Flaw]) -> bool {
        flaws.iter().any(|flaw| self.flaws & *flaw as u32 != 0)
    }

    pub fn is_flawless(&self) -> bool {
        self.flaws == 0
    }
}

/// The outline of the certificate at the front of these bytes.
pub(super) fn outline(bytes: &[u8]) -> Option<Outline> {
    let mut walk = Walk { flaws: 0 };
    let outer = walk.element(bytes, 0)?;
    if outer.tag != SEQUENCE {
        return None;
    }
    walk.certificate(outer.contents)?;
    let length = bytes.len() - outer.rest.len();
    let minimal = walk.flaws & (Flaw::LongLength as u32 | Flaw::IndefiniteLength as u32) == 0;
    let fingerprint = match minimal {
        true => Fingerprint::of(&bytes[..length]),
        false => Fingerprint::of(&sequence(outer.contents)),
    };
    Some(Outline { fingerprint, length, flaws: walk.flaws })
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const T61_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// Certificates nest some ten levels deep.
const DEEPEST: usize = 32;

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

#[derive(Debug, Clone, Copy)]
struct Element<'a> {
    tag: u8,
    contents: &'a [u8],
    rest: &'a [u8],
}

struct Walk {
    flaws: u32,
}

impl Walk {
    fn note(&mut self, flaw: Flaw) {
        self.flaws |= flaw as u32;
    }

    fn note_if(&mut self, flaw: Flaw, found: bool) {
        if found {
            self.note(flaw);
        }
    }

    /// The element at the front, in BER or DER.
    fn element<'a>(&mut self, bytes: &'a [u8], depth: usize) -> Option<Element<'a>> {
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
    fn take<'a>(&mut self, from: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
        let element = self.element(from, 0).filter(|element| element.tag == tag)?;
        *from = element.rest;
        Some(element.contents)
    }

    /// Takes the element at the front, if it is of this kind.
    fn optional<'a>(&mut self, from: &mut &'a [u8], tag: u8) -> Option<Option<&'a [u8]>> {
        match from.first() {
            Some(first) if *first == tag => self.take(from, tag).map(Some),
            _ => Some(None),
        }
    }

    fn ends(&mut self, rest: &[u8]) {
        self.note_if(Flaw::Surplus, !rest.is_empty());
    }

    fn certificate(&mut self, mut certificate: &[u8]) -> Option<()> {
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

    fn algorithm<'a>(&mut self, from: &mut &'a [u8]) -> Option<&'a [u8]> {
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

    fn integer(&mut self, contents: &[u8]) {
        match contents {
            [] => self.note(Flaw::EmptyInteger),
            [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => self.note(Flaw::PaddedInteger),
            _ => {}
        }
    }

    fn oid(&mut self, contents: &[u8]) {
        let padded = contents.windows(2).any(|two| two[0] < 0x80 && two[1] == 0x80);
        self.note_if(Flaw::Oid, padded || matches!(contents, [] | [0x80, ..]));
        self.note_if(Flaw::OidEnd, contents.last().is_some_and(|octet| octet & 0x80 != 0));
    }

    fn bit_string(&mut self, contents: &[u8]) {
        match contents {
            [] | [8..=0xff, ..] | [1..=7] => self.note(Flaw::BitString),
            [unused, .., last] if last & ((1 << unused) - 1) != 0 => self.note(Flaw::BitStringUnused),
            _ => {}
        }
    }

    fn name(&mut self, mut name: &[u8]) -> Option<()> {
        while !name.is_empty() {
            let mut set = self.take(&mut name, SET)?;
            while !set.is_empty() {
                let mut attribute = self.take(&mut set, SEQUENCE)?;
                let oid = self.take(&mut attribute, OBJECT_IDENTIFIER)?;
                self.oid(oid);
                let value = self.element(attribute, 0)?;
                self.ends(value.rest);
                self.text(value.tag, value.contents);
            }
        }
        Some(())
    }

    fn text(&mut self, tag: u8, text: &[u8]) {
        let printable = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'\''..=b')' | b'+'..=b'/' | b':' | b'=' | b'?')
        };
        match tag {
            UTF8_STRING => self.note_if(Flaw::NameEncoding, std::str::from_utf8(text).is_err()),
            BMP_STRING => self.note_if(Flaw::NameEncoding, !text.len().is_multiple_of(2)),
            UNIVERSAL_STRING => {
                self.note(Flaw::NameRareType);
                self.note_if(Flaw::NameEncoding, !text.len().is_multiple_of(4));
            }
            // Go also takes the asterisk and the ampersand, which real certificates have in such strings.
            PRINTABLE_STRING => {
                let wrong = |byte: &u8| !printable(byte) && !matches!(byte, b'*' | b'&');
                self.note_if(Flaw::NameCharacter, text.iter().any(wrong));
            }
            IA5_STRING => self.note_if(Flaw::NameCharacter, !text.is_ascii()),
            NUMERIC_STRING => {
                self.note_if(Flaw::NameCharacter, !text.iter().all(|byte| byte.is_ascii_digit() || *byte == b' '));
            }
            T61_STRING => {}
            BIT_STRING => {
                self.note(Flaw::NameNotText);
                self.bit_string(text);
            }
            // What OpenSSL's mask for printable strings has no bit for.
            0x01 | 0x02 | 0x04..=0x06 | 0x0a | SET | 0x15 | 0x17..=0x1b | 0x20.. if tag != SEQUENCE => {
                self.note(Flaw::NameForbidden);
            }
            _ => self.note(Flaw::NameNotText),
        }
    }

    fn time(&mut self, from: &mut &[u8]) -> Option<()> {
        let element = self.element(from, 0)?;
        *from = element.rest;
        let text = match element.tag {
            UTC_TIME => element.contents,
            GENERALIZED_TIME => match element.contents.split_at_checked(2) {
                Some((century, text)) if century.iter().all(u8::is_ascii_digit) => text,
                _ => {
                    self.note(Flaw::Time);
                    return Some(());
                }
            },
            _ => return None,
        };
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, zone) = text.split_at(digits);
        let pair = |at: usize| digits.get(at..at + 2).map(|two| (two[0] - b'0') * 10 + two[1] - b'0');
        let (month, day, hour, minute, second) = (pair(2), pair(4), pair(6), pair(8), pair(10));
        let real = matches!(month, Some(1..=12))
            && matches!(day, Some(1..=31))
            && matches!(hour, Some(0..=23))
            && matches!(minute, Some(0..=59))
            && matches!(second, None | Some(0..=59))
            && matches!(digits.len(), 10 | 12);
        let offset =
            matches!(zone, [b'+' | b'-', offset @ ..] if offset.len() == 4 && offset.iter().all(u8::is_ascii_digit));
        match zone {
            b"Z" if real => self.note_if(Flaw::TimeWithoutSeconds, digits.len() == 10),
            _ if real && offset => self.note(Flaw::TimeOffset),
            _ => self.note(Flaw::Time),
        }
        Some(())
    }

    fn key(&mut self, from: &mut &[u8]) -> Option<()> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        let mut algorithm = self.algorithm(from)?;
        let bits = self.take(from, BIT_STRING)?;
        self.bit_string(bits);
        let oid = self.take(&mut algorithm, OBJECT_IDENTIFIER)?;
        let key = bits.get(1..).unwrap_or_default();
        match oid {
            RSA => {
                let sound = algorithm == [NULL, 0] && self.rsa(key).is_some();
                self.note_if(Flaw::Key, !sound);
            }
            EC => {
                let curve = self.optional(&mut algorithm, OBJECT_IDENTIFIER)?;
                let octets = match curve {
                    Some([0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]) => 32,
                    Some([0x2b, 0x81, 4, 0, 34]) => 48,
                    Some([0x2b, 0x81, 4, 0, 35]) => 66,
                    _ => {
                        self.note(Flaw::RareCurve);
                        return Some(());
                    }
                };
                self.note_if(Flaw::Key, key.first() != Some(&4) || key.len() != 1 + 2 * octets);
            }
            _ => {}
        }
        Some(())
    }

    /// RSAPublicKey (RFC 8017, appendix A.1.1), of positive numbers.
    fn rsa(&mut self, mut key: &[u8]) -> Option<()> {
        let mut numbers = self.take(&mut key, SEQUENCE)?;
        for _ in 0..2 {
            let number = self.take(&mut numbers, INTEGER)?;
            self.integer(number);
            if matches!(number, [] | [0] | [0x80..=0xff, ..]) {
                return None;
            }
        }
        numbers.is_empty().then_some(())
    }

    fn extensions(&mut self, mut extensions: &[u8]) -> Option<()> {
        let mut seen = Vec::new();
        while !extensions.is_empty() {
            let mut extension = self.take(&mut extensions, SEQUENCE)?;
            let oid = self.take(&mut extension, OBJECT_IDENTIFIER)?;
            self.oid(oid);
            let critical = match self.optional(&mut extension, BOOLEAN)? {
                Some([critical]) => *critical,
                Some(_) => return None,
                None => 0,
            };
            self.note_if(Flaw::Boolean, !matches!(critical, 0 | 0xff));
            let value = self.take(&mut extension, OCTET_STRING)?;
            self.ends(extension);
            self.note_if(Flaw::DuplicateExtension, seen.contains(&oid));
            seen.push(oid);
            if self.extension(oid, value).is_none() {
                self.note(if critical == 0 { Flaw::Extension } else { Flaw::CriticalExtension });
                self.note_if(Flaw::AlternativeNames, matches!(oid, [0x55, 0x1d, 17 | 18]));
            }
        }
        Some(())
    }

    /// A well-known extension of RFC 5280, as far as its outline goes; what is not known is always sound.
    fn extension(&mut self, oid: &[u8], value: &[u8]) -> Option<()> {
        const TOLERABLE: u32 = Flaw::Boolean as u32 | Flaw::BitStringUnused as u32;
        let mut within = Walk { flaws: 0 };
        within.value(oid, value)?;
        self.flaws |= within.flaws & TOLERABLE;
        (within.flaws & !TOLERABLE == 0).then_some(())
    }

    fn value(&mut self, oid: &[u8], value: &[u8]) -> Option<()> {
        let [0x55, 0x1d, kind] = oid else { return Some(()) };
        let mut rest = value;
        match kind {
            // Subject key identifier.
            14 => drop(self.take(&mut rest, OCTET_STRING)?),
            // Key usage.
            15 => {
                let bits = self.take(&mut rest, BIT_STRING)?;
                self.bit_string(bits);
            }
            // Alternative names.
            17 | 18 => {
                let mut names = self.take(&mut rest, SEQUENCE)?;
                while !names.is_empty() {
                    names = self.element(names, 0)?.rest;
                }
            }
            // Basic constraints.
            19 => {
                let mut constraints = self.take(&mut rest, SEQUENCE)?;
                let ca = self.optional(&mut constraints, BOOLEAN)?;
                self.note_if(Flaw::Boolean, ca.is_some_and(|ca| !matches!(ca, [0] | [0xff])));
                if let Some(length) = self.optional(&mut constraints, INTEGER)? {
                    self.integer(length);
                }
            }
            // Distribution points, policies.
            31 | 32 => {
                let mut list = self.take(&mut rest, SEQUENCE)?;
                while !list.is_empty() {
                    let mut item = self.take(&mut list, SEQUENCE)?;
                    if *kind == 32 {
                        let oid = self.take(&mut item, OBJECT_IDENTIFIER)?;
                        self.oid(oid);
                    }
                }
            }
            // Authority key identifier, name constraints.
            35 | 30 => drop(self.take(&mut rest, SEQUENCE)?),
            // Extended key usage.
            37 => {
                let mut purposes = self.take(&mut rest, SEQUENCE)?;
                while !purposes.is_empty() {
                    let oid = self.take(&mut purposes, OBJECT_IDENTIFIER)?;
                    self.oid(oid);
                }
            }
            _ => return Some(()),
        }
        Some(())
    }
}
