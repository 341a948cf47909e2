//! Java: `CertificateFactory.generateCertificates`, with which programs fill a `KeyStore` from PEM.
//!
//! `sun.security.provider.X509Factory` of JDK 17. It reads byte by byte: five dashes at the start of a line begin a
//! block, whatever the label; the next dash ends the body. All blocks must be certificates, and one that is not makes
//! the whole call throw. A block, or the file, that begins with the byte 0x30 (`0`) is read as raw DER. If the first
//! block is PKCS#7, its certificates are the result and the rest of the file is not read.
//!
//! JDK 8 to 24 read like this; `java_25` is how later ones do.

use super::Outcome;
use super::base64;
use super::certificates::{Decoder, Judge};
use super::der;

/// A call threw.
pub(super) struct Thrown;

/// `readOneBlock`; `None` at the end of the file.
type ReadBlock = fn(&mut Stream<'_>) -> Result<Option<Vec<u8>>, Thrown>;

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    certificates(bytes, judge, |stream| stream.block()).unwrap_or(Outcome::FAILURE)
}

/// `parseX509orPKCS7Cert`, which all releases have in common.
pub(super) fn certificates(bytes: &[u8], judge: &mut Judge, block: ReadBlock) -> Result<Outcome, Thrown> {
    if bytes.is_empty() {
        return Ok(Outcome { trusted: Vec::new(), fails: false });
    }
    let mut stream = Stream { rest: bytes };
    let Some(first) = block(&mut stream)? else { return Err(Thrown) };
    if let Some(bag) = pkcs7_certificates(&first) {
        let trusted = bag.into_iter().map(|der| judge.whole(Decoder::Java, der)).collect::<Option<_>>();
        return trusted.map(|trusted| Outcome { trusted, fails: false }).ok_or(Thrown);
    }
    let mut trusted = Vec::new();
    let mut next = Some(first);
    while let Some(der) = next {
        trusted.push(judge.whole(Decoder::Java, &der).ok_or(Thrown)?);
        next = block(&mut stream)?;
    }
    Ok(Outcome { trusted, fails: false })
}

pub(super) struct Stream<'a> {
    pub rest: &'a [u8],
}

impl Stream<'_> {
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Of JDK 17.
    fn block(&mut self) -> Result<Option<Vec<u8>>, Thrown> {
        if self.rest.first() == Some(&der::SEQUENCE) {
            return self.raw().map(Some);
        }
        if self.skip_to_dashes().is_none() {
            return Ok(None);
        }
        let mut header = b"-----".to_vec();
        let mut body = Vec::new();
        let end_of_line = loop {
            match self.byte().ok_or(Thrown)? {
                b'\n' => break b'\n',
                b'\r' => match self.byte().ok_or(Thrown)? {
                    b'\n' => break b'\n',
                    byte => {
                        body.push(byte);
                        break b'\r';
                    }
                },
                byte => header.push(byte),
            }
        };
        loop {
            match self.byte().ok_or(Thrown)? {
                b'-' => break,
                byte => body.push(byte),
            }
        }
        body.retain(|byte| !matches!(byte, b'\t' | b'\n' | b'\r' | b' '));
        let mut footer = b"-".to_vec();
        while let Some(byte) = self.byte() {
            if byte == end_of_line || byte == b'\n' {
                break;
            }
            if byte != b'\r' {
                footer.push(byte);
            }
        }
        let label = |line: &'_ [u8], keyword: &[u8]| -> Option<Vec<u8>> {
            let length = line.iter().rposition(|byte| !is_white_space(*byte)).map_or(0, |last| last + 1);
            line[..length].strip_prefix(keyword)?.strip_suffix(b"-----").map(<[u8]>::to_vec)
        };
        let begins = label(&header, b"-----BEGIN ").ok_or(Thrown)?;
        let ends = label(&footer, b"-----END ").ok_or(Thrown)?;
        if begins != ends {
            return Err(Thrown);
        }
        decode(&body).map(Some)
    }

    /// Behind the next five dashes that stand at the start of a line. A first dash counts as such.
    fn skip_to_dashes(&mut self) -> Option<()> {
        let mut hyphens = 0;
        let mut before = None;
        loop {
            match self.byte()? {
                b'-' => hyphens += 1,
                byte => {
                    hyphens = 0;
                    before = Some(byte);
                }
            }
            if hyphens == 5 && matches!(before, None | Some(b'\r' | b'\n')) {
                return Some(());
            }
        }
    }

    /// `readBERInternal`: one element of BER, copied as it is.
    pub fn raw(&mut self) -> Result<Vec<u8>, Thrown> {
        let length = ber_length(self.rest, 0).ok_or(Thrown)?;
        let (block, rest) = self.rest.split_at_checked(length).ok_or(Thrown)?;
        self.rest = rest;
        Ok(block.to_vec())
    }
}

/// How deep indefinite lengths may nest; newer JDKs have a limit too, and no certificate nests deeper.
const DEEPEST: usize = 16;

/// The length of the element at the front, header and, where it has one, end-of-contents included.
fn ber_length(ber: &[u8], depth: usize) -> Option<usize> {
    let [tag, length, rest @ ..] = ber else { return None };
    if depth > DEEPEST || tag & 0x1f == 0x1f {
        return None;
    }
    match length {
        0x80 => {
            let mut at = 2;
            loop {
                let element = ber.get(at..)?;
                at += ber_length(element, depth + 1)?;
                if element.first() == Some(&0) {
                    return (tag & 0x20 != 0).then_some(at);
                }
            }
        }
        0..0x80 => Some(2 + usize::from(*length)),
        0x81..=0x84 => {
            let octets = rest.get(..usize::from(length & 0x7f))?;
            let contents = octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            Some(2 + octets.len() + contents)
        }
        _ => None,
    }
}

/// `Character.isWhitespace` within a byte.
fn is_white_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=0x20)
}

/// `Base64.getDecoder()`: padding may be missing, but what there is must be right and last.
pub(super) fn decode(characters: &[u8]) -> Result<Vec<u8>, Thrown> {
    let padding = characters.iter().rev().take_while(|character| **character == b'=').count();
    let (bytes, _) = base64::decode(&characters[..characters.len() - padding]).ok_or(Thrown)?;
    let missing = (3 - bytes.len() % 3) % 3;
    if padding == 0 || padding == missing { Ok(bytes) } else { Err(Thrown) }
}

/// The certificates in a PKCS#7 SignedData (RFC 2315, section 9.1); `None` if it is something else.
fn pkcs7_certificates(block: &[u8]) -> Option<Vec<&[u8]>> {
    const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    const CONTENT: u8 = 0xa0;
    const CERTIFICATES: u8 = 0xa0;
    let outer = der::expect(block, der::SEQUENCE)?;
    let kind = der::expect(outer.contents, der::OBJECT_IDENTIFIER)?;
    if kind.contents != SIGNED_DATA {
        return None;
    }
    let content = der::expect(kind.rest, CONTENT)?;
    let signed_data = der::expect(content.contents, der::SEQUENCE)?;
    let version = der::expect(signed_data.contents, der::INTEGER)?;
    let digests = der::expect(version.rest, der::SET)?;
    let signed = der::expect(digests.rest, der::SEQUENCE)?;
    let mut rest = match der::expect(signed.rest, CERTIFICATES) {
        Some(bag) => bag.contents,
        None => return Some(Vec::new()),
    };
    let mut certificates = Vec::new();
    while !rest.is_empty() {
        let element = der::element(rest)?;
        certificates.push(&rest[..rest.len() - element.rest.len()]);
        rest = element.rest;
    }
    Some(certificates)
}
