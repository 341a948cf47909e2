//! .NET: `X509Certificate2Collection.ImportFromPemFile`, with which a program fills `CustomTrustStore`.
//!
//! `X509Certificate2Collection.cs`, `PemEnumerator.cs` and `PemEncoding.cs` of dotnet/runtime. The file is text: a
//! byte-order mark says which (`File.ReadAllText`), else UTF-8. A block may begin anywhere behind white space and must
//! have its END anywhere later; one that is not well-formed is passed over, one of another label as well. A CERTIFICATE
//! that is well-formed but no certificate throws, and then nothing is added.
//!
//! `SSL_CERT_FILE` on Linux is another reader (`OpenSslCachedSystemStoreProvider`): it takes certificates one by one with
//! OpenSSL until the first error, exactly as `NODE_EXTRA_CA_CERTS` does.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Outcome;
use super::base64;
use super::certificates::{Decoder, Judge};
use super::search::{Ahead, find};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let text = text(bytes);
    let mut trusted = Vec::new();
    let mut blocks = Blocks::new(text.as_bytes());
    while let Some((label, der)) = blocks.next() {
        if label != b"CERTIFICATE" {
            continue;
        }
        match judge.whole(Decoder::Dotnet, &der) {
            Some(fingerprint) => trusted.push(fingerprint),
            None => return Outcome::FAILURE,
        }
    }
    Outcome { trusted, fails: false }
}

/// `File.ReadAllText`.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or(0)]));
        Cow::Owned(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => {
            let units = rest.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            Cow::Owned(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

struct Blocks<'a> {
    bytes: &'a [u8],
    /// Where the search began, or the last block ended: nothing before it is looked at.
    start: usize,
    dashes: Ahead<'a>,
    /// Where END lines of each label begin, in order.
    ends: HashMap<&'a [u8], Vec<usize>>,
}

impl<'a> Blocks<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut ends: HashMap<_, Vec<_>> = HashMap::new();
        let mut dashes = Ahead::new(bytes, DASHES);
        let mut at = 0;
        while let Some(end) = find(bytes, END, at) {
            at = end + END.len();
            if let Some(stop) = dashes.at_or_after(at) {
                ends.entry(&bytes[at..stop]).or_default().push(end);
            }
        }
        Blocks { bytes, start: 0, dashes: Ahead::new(bytes, DASHES), ends }
    }

    /// `PemEncoding.TryFind` behind the last block: its label and what it decodes to.
    fn next(&mut self) -> Option<(&'a [u8], Vec<u8>)> {
        let mut at = self.start;
        while let Some(begin) = find(self.bytes, BEGIN, at) {
            let label_start = begin + BEGIN.len();
            if begin > self.start && !is_white_space(self.bytes[begin - 1]) {
                at = label_start;
                continue;
            }
            let label_end = self.dashes.at_or_after(label_start)?;
            let label = &self.bytes[label_start..label_end];
            if let Some((der, end)) = self.block(label, label_end + DASHES.len()) {
                self.start = end;
                return Some((label, der));
            }
            at = label_end;
        }
        None
    }

    /// The block with this label whose contents begin here, decoded, and where it ends.
    fn block(&self, label: &[u8], contents: usize) -> Option<(Vec<u8>, usize)> {
        if !is_label(label) {
            return None;
        }
        let ends = self.ends.get(label)?;
        let stop = *ends.get(ends.partition_point(|end| *end < contents))?;
        let end = stop + END.len() + label.len() + DASHES.len();
        // White space must follow; a single last character is not looked at.
        let behind = &self.bytes[end..];
        let last = String::from_utf8_lossy(behind.get(..4).unwrap_or(behind)).encode_utf16().nth(1).is_none();
        if !last && !is_white_space(self.bytes[end]) {
            return None;
        }
        decode(&self.bytes[contents..stop]).map(|der| (der, end))
    }
}

/// RFC 7468's label: words of printable characters, with single blanks or hyphens between them; or nothing.
fn is_label(label: &[u8]) -> bool {
    let mut after_word = false;
    for byte in label {
        match byte {
            b' ' | b'-' if after_word => after_word = false,
            0x21..=0x7e if *byte != b'-' => after_word = true,
            _ => return false,
        }
    }
    after_word || label.is_empty()
}

fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `TryCountBase64` and `Convert.TryFromBase64Chars`: padded, with white space anywhere, unused bits whatever they are.
fn decode(contents: &[u8]) -> Option<Vec<u8>> {
    let mut characters = Vec::new();
    let mut padding = 0;
    for byte in contents {
        match byte {
            b'=' => padding += 1,
            _ if is_white_space(*byte) => continue,
            _ if padding == 0 && base64::is_base64(*byte) => {}
            _ => return None,
        }
        characters.push(*byte);
    }
    if padding > 2 { None } else { base64::decode_padded(&characters) }
}
