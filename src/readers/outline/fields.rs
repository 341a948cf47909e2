//! What stands in the fields: names, times, keys, extensions.

use super::Flaw;
use super::walk::Walk;
use crate::readers::der::*;

impl Walk {
    pub(super) fn name(&mut self, mut name: &[u8]) -> Option<()> {
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
            0x00..=0x02 | 0x04..=0x06 | 0x0a | SET | 0x15 | 0x17..=0x1b | 0x20.. if tag != SEQUENCE => {
                self.note(Flaw::NameForbidden);
            }
            _ => self.note(Flaw::NameNotText),
        }
    }

    pub(super) fn time(&mut self, from: &mut &[u8]) -> Option<()> {
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

    pub(super) fn key(&mut self, from: &mut &[u8]) -> Option<()> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        let mut algorithm = self.algorithm(from)?;
        let bits = self.take(from, BIT_STRING)?;
        self.bit_string(bits);
        let oid = self.take(&mut algorithm, OBJECT_IDENTIFIER)?;
        let key = bits.get(1..).unwrap_or_default();
        match oid {
            RSA => match rsa(key) {
                Some(positive) => self.note_if(Flaw::RsaKey, !positive || algorithm != [NULL, 0]),
                None => self.note(Flaw::Key),
            },
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

    pub(super) fn extensions(&mut self, mut extensions: &[u8]) -> Option<()> {
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
        const TOLERABLE: u64 = Flaw::Boolean as u64 | Flaw::BitStringUnused as u64;
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

/// RSAPublicKey (RFC 8017, appendix A.1.1), and whether its numbers are positive and written as DER.
fn rsa(key: &[u8]) -> Option<bool> {
    let mut walk = Walk { flaws: 0 };
    let mut numbers = walk.take(&mut { key }, SEQUENCE)?;
    let mut positive = true;
    for _ in 0..2 {
        let number = walk.take(&mut numbers, INTEGER)?;
        walk.integer(number);
        positive &= !matches!(number, [] | [0] | [0x80..=0xff, ..]);
    }
    Some(positive && walk.flaws == 0)
}
