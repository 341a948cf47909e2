//! Go: `x509.CertPool.AppendCertsFromPEM`, which `SSL_CERT_FILE` and most programs use.
//!
//! `encoding/pem` and `crypto/x509` of Go 1.19. Blocks are looked for at the start of a line, and whatever is wrong
//! with one passes over it: the search goes on behind its BEGIN line. Only CERTIFICATE without headers counts. It
//! reports whether anything was added; `SSL_CERT_FILE` that yields nothing is passed over in silence.

use super::Outcome;
use super::base64;
use super::certificates::{Decoder, Judge};
use super::search::{Ahead, find};

const BEGIN: &[u8] = b"\n-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let mut file = File { bytes, end: Ahead::new(bytes, END) };
    let mut trusted = Vec::new();
    let mut at = 0;
    while let Some((block, next)) = file.block(at) {
        at = next;
        if let Some(der) = block {
            trusted.extend(judge.whole(Decoder::Go, &der));
        }
    }
    Outcome { fails: trusted.is_empty(), trusted }
}

struct File<'a> {
    bytes: &'a [u8],
    end: Ahead<'a>,
}

impl<'a> File<'a> {
    /// `getLine`: where the line at `at` ends, without the blanks and tabs at its end, and where the next one begins.
    fn line(&self, at: usize) -> (&'a [u8], usize) {
        let rest = &self.bytes[at..];
        let (line, next) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(lf) => (rest[..lf].strip_suffix(b"\r").unwrap_or(&rest[..lf]), at + lf + 1),
            None => (rest, self.bytes.len()),
        };
        let length = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        (&line[..length], next)
    }

    /// `pem.Decode`: the next block at `at` or later, `None` inside for one that is not a certificate without headers,
    /// and where the search goes on.
    fn block(&mut self, mut at: usize) -> Option<(Option<Vec<u8>>, usize)> {
        loop {
            at = match self.bytes[at..].strip_prefix(&BEGIN[1..]) {
                Some(_) => at + BEGIN.len() - 1,
                None => find(self.bytes, BEGIN, at)? + BEGIN.len(),
            };
            let (line, next) = self.line(at);
            at = next;
            let Some(label) = line.strip_suffix(DASHES) else { continue };
            let mut headers = false;
            loop {
                if at == self.bytes.len() {
                    return None;
                }
                let (line, next) = self.line(at);
                if !line.contains(&b':') {
                    break;
                }
                headers = true;
                at = next;
            }
            // Without headers END may follow at once, without a line end before it that is its own.
            let immediate = !headers && self.bytes[at..].starts_with(&END[1..]);
            let (end, trailer) = match immediate {
                true => (at, at + END.len() - 1),
                false => match self.end.at_or_after(at) {
                    Some(end) => (end, end + END.len()),
                    None => continue,
                },
            };
            let Some(rest) = self.bytes[trailer..].strip_prefix(label).and_then(|rest| rest.strip_prefix(DASHES))
            else {
                continue;
            };
            let (behind, next) = self.line(self.bytes.len() - rest.len());
            if !behind.is_empty() {
                continue;
            }
            let Some(der) = decode(&self.bytes[at..end]) else { continue };
            let wanted = label == b"CERTIFICATE" && !headers;
            return Some((wanted.then_some(der), next));
        }
    }
}

/// `base64.StdEncoding` without line ends, blanks and tabs: padded, unused bits whatever they are.
fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut characters = Vec::new();
    for byte in body {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if base64::is_base64(*byte) || *byte == b'=' => characters.push(*byte),
            // At once, so that BEGINs without an END in between cost one pass together.
            _ => return None,
        }
    }
    base64::decode_padded(&characters)
}
