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

use super::certificates;
use crate::certificate::Certificate;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

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
    pub certificate: Certificate,
}

/// The blocks of a bundle that every reader reads alike, in the file's order, with duplicates as they stand; at least
/// one. `None` where any reader may stumble or differ: then only the models can tell.
pub fn blocks(bytes: &[u8]) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut base64 = Vec::new();
    let mut line = 1;
    let mut at = 0;
    let mut after_block = true;
    while at < bytes.len() {
        let (text, next) = line_at(bytes, at)?;
        if text == BEGIN {
            let begin_line = line;
            let (end, lines) = body_into(&mut base64, bytes, next)?;
            let der = base64_simd::STANDARD.decode_inplace(&mut base64).ok()?;
            let certificate = Certificate::from_der(der).ok().filter(|_| certificates::is_taken_by_all(der))?;
            blocks.push(Block { begin: at, end, line: begin_line, certificate });
            line += lines + 1;
            at = end;
            after_block = true;
        } else {
            let odd = (after_block && text.first() == Some(&b'0')) || has_oddity(text);
            if odd {
                return None;
            }
            line += 1;
            at = next;
            after_block = false;
        }
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// The line at `at` without its end, and where the next one begins. `None` for a CR that is not before an LF.
fn line_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = &bytes[at..];
    let (line, next) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(length) => (&rest[..length], at + length + 1),
        None => (rest, bytes.len()),
    };
    match line {
        [line @ .., b'\r'] if next > at + line.len() + 1 => Some((line, next)),
        [.., b'\r'] => None,
        _ => Some((line, next)),
    }
}

/// Text that some reader may take for more than text.
fn has_oddity(text: &[u8]) -> bool {
    let mut dashes = 0;
    text.iter().any(|byte| {
        dashes = if *byte == b'-' { dashes + 1 } else { 0 };
        dashes == 5 || *byte == 0 || *byte == b'\r'
    })
}

/// Puts the characters of a body together, up to its END line; gives where the block ends and its lines from the
/// first of the body to the END line. Other bytes than base64 are left for the decoder to refuse.
fn body_into(base64: &mut Vec<u8>, bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    base64.clear();
    let mut lines = 0;
    loop {
        let rest = &bytes[at..];
        lines += 1;
        if rest.starts_with(END) {
            let (text, next) = line_at(bytes, at)?;
            return (text == END).then_some((next, lines));
        }
        let window = &rest[..rest.len().min(WIDEST + 2)];
        let length = window.iter().position(|byte| *byte == b'\n')?;
        let line = &window[..length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.len() > WIDEST {
            return None;
        }
        base64.extend_from_slice(line);
        at += length + 1;
    }
}
