//! What stands in the fields: names, times, keys.

use super::Flaw;
use super::curve::{self, Point};
use super::walk::{Walk, together};
use crate::readers::der::*;

impl Walk {
    /// Takes the name at the front; whether there is anything in it.
    pub(super) fn name(&mut self, from: &mut &[u8]) -> Option<bool> {
        let mut name = self.list(from, SEQUENCE, Flaw::PrimitiveName)?;
        let named = !name.is_empty();
        while !name.is_empty() {
            let mut set = self.list(&mut name, SET, Flaw::PrimitiveName)?;
            while !set.is_empty() {
                let mut attribute = self.take(&mut set, SEQUENCE)?;
                let oid = self.take(&mut attribute, OBJECT_IDENTIFIER)?;
                self.oid(oid);
                let value = self.element(attribute, 0)?;
                self.ends(value.rest);
                self.text(value.tag, value.contents);
            }
        }
        Some(named)
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
            SEQUENCE => self.note(Flaw::NameNotText),
            SET => self.note(Flaw::NameForbidden),
            0x20..0x40 => match together(text, 0) {
                Some(whole) => {
                    self.note(Flaw::NameInPieces);
                    self.text(tag & 0x1f, &whole);
                }
                None => self.note(Flaw::NameForbidden),
            },
            // What OpenSSL's mask for printable strings has no bit for; and a SEQUENCE that says that it has no elements.
            0x00..=0x02 | 0x04..=0x06 | 0x0a | 0x10 | 0x11 | 0x15 | 0x17..=0x1b | 0x40.. => {
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
        const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
        let mut algorithm = self.algorithm(from)?;
        let bits = self.take(from, BIT_STRING)?;
        self.bit_string(bits);
        let oid = self.take(&mut algorithm, OBJECT_IDENTIFIER)?;
        let key = bits.get(1..).unwrap_or_default();
        match oid {
            RSA => match rsa(key) {
                Some(key) => {
                    self.note_if(Flaw::RsaKey, !key.positive || key.exponent > 63 || algorithm != [NULL, 0]);
                    let exponent = key.modulus > 3072 && key.exponent > 64;
                    self.note_if(Flaw::RsaSize, !(512..=16384).contains(&key.modulus) || exponent);
                }
                None => self.note(Flaw::Key),
            },
            ED25519 => self.note_if(Flaw::Key, key.len() != 32 || !algorithm.is_empty()),
            EC => {
                // One that is described instead of named is beyond Java and Go.
                let curve = self.optional(&mut algorithm, OBJECT_IDENTIFIER)?.unwrap_or_default();
                self.note_if(Flaw::CurveUnknownToJava, !curve::is_known_to_java(curve));
                match curve::point(curve, key) {
                    Some(Point::OnCurve) => {}
                    Some(Point::OffCurve) => self.note(Flaw::PointOffCurve),
                    Some(Point::Malformed) => self.note(Flaw::Key),
                    None => self.note(Flaw::CurveUnknownToGo),
                }
            }
            _ => {}
        }
        Some(())
    }
}

struct Rsa {
    /// Both numbers are, and written as DER.
    positive: bool,
    /// Bits.
    modulus: usize,
    exponent: usize,
}

/// RSAPublicKey (RFC 8017, appendix A.1.1).
fn rsa(key: &[u8]) -> Option<Rsa> {
    let mut walk = Walk { flaws: 0 };
    let mut numbers = walk.take(&mut { key }, SEQUENCE)?;
    let mut positive = true;
    let mut bits = || {
        let number = walk.take(&mut numbers, INTEGER)?;
        walk.integer(number);
        positive &= !matches!(number, [] | [0] | [0x80..=0xff, ..]);
        let significant = &number[number.iter().take_while(|octet| **octet == 0).count()..];
        Some(significant.first().map_or(0, |first| 8 * significant.len() - first.leading_zeros() as usize))
    };
    let (modulus, exponent) = (bits()?, bits()?);
    Some(Rsa { positive: positive && walk.flaws == 0, modulus, exponent })
}
