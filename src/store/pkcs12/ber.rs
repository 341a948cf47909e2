//! BER as far as PKCS#12 needs it: where elements lie, and how to put a changed one back.
//!
//! PKCS#12 files come as DER and as BER with indefinite lengths and OCTET STRINGs in pieces, and readers are picky
//! about mixtures: a definite wrapper round indefinite content made a JRE 11 lose certificates without a word. So
//! nothing is decoded into values and encoded again. An [`Element`] is a span of the bytes that were read; a change
//! replaces one span and touches, on the way out, only the lengths of the elements around it, each in the form that
//! it had.

use std::borrow::Cow;
use std::ops::Range;

/// Elements of indefinite length, or OCTET STRINGs in pieces, inside one another. Bouncy Castle and NSS, which write
/// them, stay under 20; without a limit, a file of `30 80 30 80 ...` would overflow the stack.
const MAX_DEPTH: usize = 32;

pub const INTEGER: u8 = 0x02;
pub const OCTET_STRING: u8 = 0x04;
pub const NULL: u8 = 0x05;
pub const OID: u8 = 0x06;
pub const UTF8_STRING: u8 = 0x0c;
pub const BMP_STRING: u8 = 0x1e;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
/// `[0]`, constructed: EXPLICIT, or IMPLICIT round something constructed.
pub const CONTEXT_0: u8 = 0xa0;
pub const CONSTRUCTED: u8 = 0x20;

/// The bytes are not the BER that they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The end came too early.
    CutOff,
    Damaged,
    TooDeep,
}

type Result<T> = std::result::Result<T, Malformed>;

/// Where one element lies in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The identifier octet (the first, of a tag number over 30).
    pub tag: u8,
    /// Header, content and, if the length is indefinite, the two zero octets at the end.
    pub span: Range<usize>,
    pub content: Range<usize>,
    pub indefinite: bool,
    /// Where the length octets begin.
    length_at: usize,
}

impl Element {
    /// The element that begins at `within.start` and ends at `within.end` or before.
    pub fn read(bytes: &[u8], within: Range<usize>) -> Result<Self> {
        read(bytes, within, 0)
    }

    /// Elements one after another that fill `within`.
    pub fn all(bytes: &[u8], within: Range<usize>) -> impl Iterator<Item = Result<Element>> + '_ {
        let mut at = within.start;
        std::iter::from_fn(move || {
            if at >= within.end {
                return None;
            }
            let element = Element::read(bytes, at..within.end);
            at = element.as_ref().map_or(within.end, |element| element.span.end);
            Some(element)
        })
    }

    /// What lies directly inside.
    pub fn children<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = Result<Element>> + use<'a> {
        // A primitive element has no children; to ask for them is to have taken it for something else.
        let primitive = (self.tag & CONSTRUCTED == 0).then_some(Err(Malformed::Damaged));
        let inside = if primitive.is_some() { 0..0 } else { self.content.clone() };
        primitive.into_iter().chain(Element::all(bytes, inside))
    }

    /// The first child, which must be the only one, as EXPLICIT tags have it.
    pub fn only_child(&self, bytes: &[u8]) -> Result<Element> {
        let mut children = self.children(bytes);
        match (children.next(), children.next()) {
            (Some(child), None) => child,
            _ => Err(Malformed::Damaged),
        }
    }

    pub fn expect(self, tag: u8) -> Result<Self> {
        if self.tag == tag { Ok(self) } else { Err(Malformed::Damaged) }
    }

    pub fn content<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.content.clone()]
    }

    /// The octets of an OCTET STRING (or of something IMPLICIT that is one), put together where they come in pieces.
    pub fn octets<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content(bytes)));
        }
        let mut octets = Vec::with_capacity(self.content.len());
        self.each_piece(bytes, 0, &mut |piece| octets.extend_from_slice(piece))?;
        Ok(Cow::Owned(octets))
    }

    fn each_piece(&self, bytes: &[u8], depth: usize, f: &mut impl FnMut(&[u8])) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        for child in self.children(bytes) {
            let child = child?;
            match child.tag {
                OCTET_STRING => f(child.content(bytes)),
                tag if tag == OCTET_STRING | CONSTRUCTED => child.each_piece(bytes, depth + 1, f)?,
                _ => return Err(Malformed::Damaged),
            }
        }
        Ok(())
    }

    /// An INTEGER that is not negative and fits.
    pub fn number(&self, bytes: &[u8]) -> Result<u64> {
        match self.content(bytes) {
            content if self.tag != INTEGER || content.is_empty() || content[0] & 0x80 != 0 => Err(Malformed::Damaged),
            content => {
                let content = &content[content.iter().take_while(|byte| **byte == 0).count()..];
                // What does not fit is too large for whatever it counts, and is refused there with its own sentence.
                if content.len() > 8 {
                    return Ok(u64::MAX);
                }
                Ok(content.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
            }
        }
    }

    /// The same element round other content: the identifier, and the form of the length, stay.
    pub fn with_content(&self, bytes: &[u8], content: &[u8]) -> Vec<u8> {
        let identifier = &bytes[self.span.start..self.length_at];
        if self.indefinite {
            return [identifier, &[0x80], content, &[0, 0]].concat();
        }
        let octets = self.content.start - self.length_at;
        let (shortest, padded) = (length(content.len(), 0), length(content.len(), octets - 1));
        // A length of more octets than it needed keeps their number.
        let was_shortest = octets == length(self.content.len(), 0).len();
        [identifier, if was_shortest { &shortest } else { &padded }, content].concat()
    }

    /// The same OCTET STRING with other octets: in one piece, or in pieces of the size that they had.
    pub fn with_octets(&self, bytes: &[u8], octets: &[u8]) -> Result<Vec<u8>> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(self.with_content(bytes, octets));
        }
        let (mut pieces, mut size) = (0, 0);
        self.each_piece(bytes, 0, &mut |piece| {
            pieces += usize::from(!piece.is_empty());
            size = size.max(piece.len());
        })?;
        let size = if pieces < 2 { octets.len() } else { size };
        let content: Vec<u8> = octets.chunks(size.max(1)).flat_map(|piece| tlv(OCTET_STRING, &[piece])).collect();
        Ok(self.with_content(bytes, &content))
    }
}

fn read(bytes: &[u8], within: Range<usize>, depth: usize) -> Result<Element> {
    if depth > MAX_DEPTH {
        return Err(Malformed::TooDeep);
    }
    let Range { start, end } = within;
    let short = if end == bytes.len() { Malformed::CutOff } else { Malformed::Damaged };
    let byte = |at: usize| if at < end { Ok(bytes[at]) } else { Err(short) };

    let tag = byte(start)?;
    let mut length_at = start + 1;
    if tag & 0x1f == 0x1f {
        // Tag numbers over 30: nothing here has one, but foreign attributes may. Four octets are 2^28.
        let octets = (0..4).find(|n| !matches!(byte(length_at + n), Ok(octet) if octet & 0x80 != 0));
        length_at += octets.ok_or(Malformed::Damaged)? + 1;
    }
    let first = byte(length_at)?;
    if first == 0x80 {
        if tag & CONSTRUCTED == 0 {
            return Err(Malformed::Damaged);
        }
        let content = length_at + 1..end_of_contents(bytes, length_at + 1..end, depth)?;
        return Ok(Element { tag, span: start..content.end + 2, content, indefinite: true, length_at });
    }
    let (octets, length) = if first < 0x80 {
        (1, usize::from(first))
    } else {
        let more = usize::from(first & 0x7f);
        let mut length = 0usize;
        for at in length_at + 1..=length_at + more {
            let octet = usize::from(byte(at)?);
            length = length.checked_mul(256).and_then(|l| l.checked_add(octet)).ok_or(short)?;
        }
        (1 + more, length)
    };
    let content_at = length_at + octets;
    let content_end = content_at.checked_add(length).filter(|to| *to <= end).ok_or(short)?;
    Ok(Element { tag, span: start..content_end, content: content_at..content_end, indefinite: false, length_at })
}

/// Where the two zero octets are that end an indefinite length.
fn end_of_contents(bytes: &[u8], within: Range<usize>, depth: usize) -> Result<usize> {
    let mut at = within.start;
    loop {
        if bytes.get(at..(at + 2).min(within.end)) == Some(&[0, 0]) {
            return Ok(at);
        }
        at = read(bytes, at..within.end, depth + 1)?.span.end;
    }
}

/// The buffer with the last element of `path` replaced by `new`, and the lengths of those around it put right.
/// Each element of `path` lies directly inside the one before.
pub fn replace(bytes: &[u8], path: &[&Element], new: Vec<u8>) -> Vec<u8> {
    let (mut new, mut from) = (new, path.last().expect("a path names what is replaced").span.clone());
    for parent in path[..path.len() - 1].iter().rev() {
        let content = [&bytes[parent.content.start..from.start], &new, &bytes[from.end..parent.content.end]].concat();
        new = parent.with_content(bytes, &content);
        from = parent.span.clone();
    }
    [&bytes[..from.start], &new, &bytes[from.end..]].concat()
}

/// The octets of a length, in the long form with that many octets, or more if it needs them; 0 takes the shortest.
fn length(length: usize, octets: usize) -> Vec<u8> {
    let all = length.to_be_bytes();
    let significant = all.len() - all.iter().take_while(|byte| **byte == 0).count();
    if octets == 0 && length < 0x80 {
        return vec![length as u8];
    }
    let octets = significant.max(octets).max(1);
    let mut encoded = vec![0x80 | octets as u8];
    encoded.resize(1 + octets.saturating_sub(all.len()), 0);
    encoded.extend(&all[all.len() - octets.min(all.len())..]);
    encoded
}

/// A new element of these parts, in DER.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut encoded = vec![tag];
    encoded.extend(length(parts.iter().map(|part| part.len()).sum(), 0));
    parts.iter().for_each(|part| encoded.extend_from_slice(part));
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Element {
        Element::read(bytes, 0..bytes.len()).unwrap()
    }

    #[test]
    fn a_change_keeps_the_form_of_every_length_around_it() {
        let inner = tlv(OCTET_STRING, &[b"abc"]);
        for (what, open, close) in [
            ("short", vec![0x30, 5], vec![]),
            ("indefinite", vec![0x30, 0x80], vec![0, 0]),
            ("long", vec![0x30, 0x81, 5], vec![]),
            ("longer than a machine word", vec![0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 5], vec![]),
        ] {
            let bytes = [&open[..], &inner, &close, b"behind"].concat();
            let outer = Element::read(&bytes, 0..bytes.len()).unwrap();
            let child = outer.only_child(&bytes).unwrap();
            assert_eq!(child.octets(&bytes).unwrap(), &b"abc"[..], "{what}");
            let same = replace(&bytes, &[&outer, &child], child.with_octets(&bytes, b"abc").unwrap());
            assert_eq!(same, bytes, "{what}");
            let new = replace(&bytes, &[&outer, &child], child.with_octets(&bytes, b"abcd").unwrap());
            let mut expected = [&open[..], &tlv(OCTET_STRING, &[b"abcd"]), &close, b"behind"].concat();
            if !outer.indefinite {
                expected[open.len() - 1] += 1;
            }
            assert_eq!(new, expected, "{what}");
        }
    }

    #[test]
    fn a_length_grows_by_as_many_octets_as_it_needs() {
        for (from, to, header) in [
            (0x7f, 0x80, vec![4, 0x81, 0x80]),
            (0xff, 0x100, vec![4, 0x82, 1, 0]),
            (0xffff, 0x10000, vec![4, 0x83, 1, 0, 0]),
        ] {
            let bytes = tlv(OCTET_STRING, &[&vec![7; from]]);
            let new = one(&bytes).with_octets(&bytes, &vec![7; to]).unwrap();
            assert_eq!(new[..header.len()], header);
            assert_eq!(one(&new).content.len(), to);
        }
    }

    #[test]
    fn an_octet_string_in_pieces_stays_in_pieces_of_that_size() {
        let pieces =
            [tlv(OCTET_STRING, &[b"abcd"]), tlv(OCTET_STRING, &[b"efgh"]), tlv(OCTET_STRING, &[b"i"])].concat();
        for bytes in [[&[0x24, 0x80], &pieces[..], &[0, 0]].concat(), tlv(0x24, &[&pieces]), tlv(0xa0, &[&pieces])] {
            let element = one(&bytes);
            assert_eq!(element.octets(&bytes).unwrap(), &b"abcdefghi"[..]);
            assert_eq!(element.with_octets(&bytes, b"abcdefghi").unwrap(), bytes);
            let new = element.with_octets(&bytes, b"abcdefghijklm").unwrap();
            assert_eq!(one(&new).octets(&new).unwrap(), &b"abcdefghijklm"[..]);
            assert_eq!(one(&new).children(&new).count(), 4);
        }
        // One piece stays one piece, however long.
        let bytes = tlv(0x24, &[&tlv(OCTET_STRING, &[b"abc"])]);
        let new = one(&bytes).with_octets(&bytes, b"abcdef").unwrap();
        assert_eq!(new, tlv(0x24, &[&tlv(OCTET_STRING, &[b"abcdef"])]));
    }

    #[test]
    fn what_is_not_ber_is_refused() {
        let read = |bytes: &[u8]| Element::read(bytes, 0..bytes.len()).map(|_| ());
        for cut in [&[][..], &[0x30], &[0x30, 2, 0], &[0x30, 0x82, 1], &[0x30, 0x80, 5, 0], &[0x1f, 0x81]] {
            assert!(read(cut).is_err(), "{cut:x?}");
        }
        assert_eq!(read(&[0x04, 0x80, 0, 0]), Err(Malformed::Damaged), "a primitive of indefinite length");
        assert_eq!(read(&[0x30, 0x80].repeat(100_000)), Err(Malformed::TooDeep));
        assert_eq!(read(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]), Err(Malformed::CutOff));
        let deep = (0..100).fold(tlv(OCTET_STRING, &[b"x"]), |inner, _| tlv(0x24, &[&inner]));
        assert_eq!(one(&deep).octets(&deep), Err(Malformed::TooDeep));
    }

    #[test]
    fn numbers_are_read_with_and_without_leading_zeros() {
        for (bytes, value) in [
            (&[2, 1, 3][..], Ok(3)),
            (&[2, 3, 0, 0xc3, 0x50], Ok(50_000)),
            (&[2, 10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Ok(u64::MAX)),
            (&[2, 1, 0x80], Err(Malformed::Damaged)),
            (&[2, 0], Err(Malformed::Damaged)),
            (&[4, 1, 3], Err(Malformed::Damaged)),
        ] {
            assert_eq!(one(bytes).number(bytes), value);
        }
    }
}
