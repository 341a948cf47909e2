//! Bundles that every reader reads alike: text without oddities between well-formed CERTIFICATE blocks.
//!
//! Most files are of this kind, so they are read once, in one pass at memory speed, and all readers share what came
//! out. Whatever is in the least unusual is left to the models. The grammar is therefore narrower than RFC 7468's
//! strict one; each rule keeps out something that at least one reader takes differently:
//!
//! - no NUL anywhere: OpenSSL reads lines with `fgets` and takes a line that begins with one for the end of the file;
//! - a line ends with LF or CR LF; a lone CR is an end of line for some;
//! - the text between blocks has no five dashes in a row: GnuTLS and Java look for dashes in the middle of lines;
//! - the text at the start of the file, or straight behind an END line, does not begin with `0`: Java takes it for the
//!   first byte of a DER SEQUENCE;
//! - a body is lines of 1 to 76 characters of base64 and nothing else, padded, with unused bits zero;
//! - every body is exactly one certificate that all readers' own decoders accept.

use memchr::{memchr, memchr_iter, memchr2_iter, memmem};

use super::certificates;
use super::seen;
use crate::certificate::Certificate;

pub(crate) const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
pub(crate) const END: &[u8] = b"-----END CERTIFICATE-----";
const DASHES: &[u8] = b"-----";

/// No writer of bundles wraps wider: PEM says 64 (RFC 7468), MIME 76 (RFC 2045).
const WIDEST: usize = 76;

/// One certificate of a canonical bundle and where it stands.
#[derive(Debug, Clone)]
pub struct Block {
    /// Where the BEGIN line begins.
    pub begin: usize,
    /// Behind the END line, its line end included (the last line of a file may have none).
    pub end: usize,
    /// The number of the BEGIN line, counted from 1.
    pub line: usize,
    /// The number of the END line.
    pub end_line: usize,
    pub certificate: Certificate,
}

/// The blocks of a bundle that every reader reads alike, in the file's order, with duplicates as they stand; at least
/// one. `None` where any reader may stumble or differ: then only the models can tell.
pub fn blocks(bytes: &[u8]) -> Option<Vec<Block>> {
    let dashes = memmem::Finder::new(DASHES);
    let mut blocks = Vec::new();
    let mut seen = seen::open();
    let mut base64 = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while let Some(text) = dashes.find(&bytes[at..]) {
        let begin = at + text;
        let text = &bytes[at..begin];
        if !is_plain(text) || !matches!(text, [] | [.., b'\n']) {
            return None;
        }
        line += memchr_iter(b'\n', text).count();
        let (body, _) = behind_line(bytes, begin, BEGIN)?;
        let (end, lines, ended, certificate) = match seen.at(&bytes[body..]) {
            Some(known) => {
                let (end, ended) = behind_line(bytes, body + known.body.len(), END)?;
                (end, known.lines, ended, known.certificate.clone())
            }
            None => {
                let (end, lines, ended) = body_into(&mut base64, bytes, body)?;
                let der = base64_simd::STANDARD.decode_inplace(&mut base64).ok()?;
                let certificate = Certificate::from_der(der).ok().filter(certificates::is_taken_by_all)?;
                seen = seen.with(&bytes[body..end], &certificate);
                (end, lines, ended, certificate)
            }
        };
        let end_line = line + lines;
        blocks.push(Block { begin, end, line, end_line, certificate });
        line = end_line + usize::from(ended);
        at = end;
    }
    (!blocks.is_empty() && is_plain(&bytes[at..])).then_some(blocks)
}

/// Text from the start of the file, or from behind an END line, that no reader takes for more than text.
fn is_plain(text: &[u8]) -> bool {
    let before_lf = |at: usize| text[at] == b'\r' && text.get(at + 1) == Some(&b'\n');
    text.first() != Some(&b'0') && memchr2_iter(0, b'\r', text).all(before_lf)
}

/// Behind the line at `at`, which must be this one; and whether a line ended there, rather than the file.
fn behind_line(bytes: &[u8], at: usize, line: &[u8]) -> Option<(usize, bool)> {
    match bytes[at..].strip_prefix(line)? {
        [] => Some((bytes.len(), false)),
        [b'\n', ..] => Some((at + line.len() + 1, true)),
        [b'\r', b'\n', ..] => Some((at + line.len() + 2, true)),
        _ => None,
    }
}

/// Puts the characters of a body together, up to its END line; gives where the block ends, how many lines ended from
/// BEGIN up to END, and whether the END line did. Other bytes than base64 are left for the decoder to refuse.
fn body_into(base64: &mut Vec<u8>, bytes: &[u8], mut at: usize) -> Option<(usize, usize, bool)> {
    base64.clear();
    let mut lines = 1;
    let mut width = 64;
    loop {
        if bytes.get(at) == Some(&b'-') {
            let (end, ended) = behind_line(bytes, at, END)?;
            return Some((end, lines, ended));
        }
        // Nearly every line is as long as the one before. If there is a line feed within, the decoder will tell.
        if bytes.get(at + width) != Some(&b'\n') {
            let window = &bytes[at..bytes.len().min(at + WIDEST + 2)];
            width = memchr(b'\n', window)?;
        }
        let line = &bytes[at..at + width];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.len() > WIDEST {
            return None;
        }
        base64.extend_from_slice(line);
        lines += 1;
        at += width + 1;
    }
}
