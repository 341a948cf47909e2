//! As much of DER as the models need.

/// One element: its identifier octet, its contents, and what follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub contents: &'a [u8],
    pub rest: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const NUMERIC_STRING: u8 = 0x12;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const T61_STRING: u8 = 0x14;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const UNIVERSAL_STRING: u8 = 0x1c;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// Without the bit that says that they have elements; OpenSSL does not look at that bit in a SEQUENCE OF or a SET OF.
pub(super) const PRIMITIVE_SEQUENCE: u8 = 0x10;
pub(super) const PRIMITIVE_SET: u8 = 0x11;

/// The element at the front, with a definite length and a tag of one octet.
pub(super) fn element(der: &[u8]) -> Option<Element<'_>> {
    let [tag, length, rest @ ..] = der else { return None };
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (octets, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some(Element { tag: *tag, contents, rest })
}

/// The element at the front, if it is of this kind.
pub(super) fn expect(der: &[u8], tag: u8) -> Option<Element<'_>> {
    element(der).filter(|element| element.tag == tag)
}
