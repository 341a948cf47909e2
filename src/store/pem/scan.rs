//! What a person sees in a PEM text: blocks, whole or damaged, and the text between them.
//!
//! This is deliberately more tolerant than any reader: it finds the block that was *meant*, also where blanks,
//! glue, a comment sign or a missing line keep programs from seeing it. What programs see is `readers`' business;
//! the difference between the two is what a repair mends.

use std::ops::Range;

use memchr::{memchr2_iter, memmem, memrchr2};

use crate::certificate::Certificate;

/// A text with more markers than this is not a trust store. The largest real bundle has some 400 blocks.
const MAX_BLOCKS: usize = 20_000;

/// `-----BEGIN LABEL-----` or `-----END LABEL-----`, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// From the first hyphen to behind the last.
    pub span: Range<usize>,
    /// The whole line without its line ending.
    pub line: Range<usize>,
    /// Counted from 1.
    pub number: usize,
    /// Five hyphens on either side, as RFC 7468 wants it.
    pub exact: bool,
}

impl Marker {
    /// What stands before it on its line.
    pub fn prefix<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.line.start..self.span.start]
    }

    /// What stands behind it on its line.
    pub fn suffix<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.span.end..self.line.end]
    }
}

/// What a block holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A certificate, and how many bytes follow it inside the same block (trust settings, or garbage).
    Certificate {
        certificate: Certificate,
        trailing: Vec<u8>,
    },
    /// Labelled as a certificate, but it is none.
    NoCertificate(Damage),
    PrivateKey,
    Pkcs7,
    /// A list of revoked certificates, a request, parameters: nothing that is trusted.
    Other,
}

/// Why a certificate block does not hold one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Nothing between BEGIN and END.
    Empty,
    /// Not base64.
    NotBase64,
    /// Base64 of something that is not a certificate.
    NotDer,
    /// No END before the next BEGIN or the end of the text, and what is there is no whole certificate.
    CutOff,
}

/// One block as a person would mark it with a pencil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub begin: Marker,
    /// `None` where it is missing.
    pub end: Option<Marker>,
    pub label: String,
    /// What stands between the two lines.
    pub body: Range<usize>,
    pub content: Content,
    /// The BEGIN stands behind a comment sign or words: nobody meant it to be read.
    pub commented: bool,
}

impl Block {
    /// The certificate, unless somebody commented it out.
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.content {
            Content::Certificate { certificate, .. } if !self.commented => Some(certificate),
            _ => None,
        }
    }

    /// From the start of the BEGIN's line (or from the BEGIN, where another END stands before it on that line) to
    /// behind the END, without the line ending.
    pub fn span(&self, text: &[u8]) -> Range<usize> {
        let glued = !self.commented && is_glue(self.begin.prefix(text).trim_ascii());
        let start = if glued { self.begin.span.start } else { self.begin.line.start };
        start..self.end.as_ref().map_or(self.body.end, |end| end.span.end)
    }
}

/// The blocks of a text, in order. Stops after [`MAX_BLOCKS`].
pub fn blocks(text: &[u8]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<(Marker, String)> = None;
    for (is_begin, marker, label) in markers(text) {
        if blocks.len() == MAX_BLOCKS {
            break;
        }
        if is_begin {
            if let Some((begin, own)) = open.take() {
                let body_end = line_break_before(text, marker.line.start).max(begin.span.end);
                blocks.push(block(text, begin, None, own, body_end));
            }
            open = Some((marker, label));
        } else if let Some((begin, own)) = open.take() {
            let body_end = marker.span.start;
            blocks.push(block(text, begin, Some(marker), own, body_end));
        }
    }
    if let Some((begin, own)) = open {
        blocks.push(block(text, begin, None, own, text.len()));
    }
    blocks
}

fn block(text: &[u8], begin: Marker, end: Option<Marker>, label: String, body_end: usize) -> Block {
    let body = begin.span.end..body_end;
    let prefix = begin.prefix(text).trim_ascii();
    let prefix = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix).trim_ascii();
    let commented = !prefix.is_empty() && !is_glue(prefix);
    let content = content(&label, &text[body.clone()], end.is_some(), if commented { prefix } else { b"" });
    Block { begin, end, label, body, content, commented }
}

/// `-----END CERTIFICATE-----` directly before a BEGIN, or binary data: glue, not a comment.
fn is_glue(prefix: &[u8]) -> bool {
    prefix.ends_with(b"-") || prefix.iter().any(|b| b.is_ascii_control() && *b != b'\t')
}

fn content(label: &str, body: &[u8], closed: bool, comment: &[u8]) -> Content {
    let label = label.to_ascii_uppercase();
    if label.ends_with("PRIVATE KEY") {
        return Content::PrivateKey;
    }
    if label == "PKCS7" || label == "CMS" || label == "PKCS #7 SIGNED DATA" {
        return Content::Pkcs7;
    }
    if !matches!(label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") {
        return Content::Other;
    }
    let stripped;
    let body = if comment.is_empty() {
        body
    } else {
        stripped = without_comment_signs(body, comment);
        &stripped[..]
    };
    match decode(body) {
        Ok((certificate, trailing)) => Content::Certificate { certificate, trailing },
        Err(_) if !closed => Content::NoCertificate(Damage::CutOff),
        Err(damage) => Content::NoCertificate(damage),
    }
}

/// Decodes a body, whatever blanks and line breaks are in it.
fn decode(body: &[u8]) -> Result<(Certificate, Vec<u8>), Damage> {
    let dense: Vec<u8>;
    let der = match base64_simd::forgiving_decode_to_vec(body) {
        Ok(der) => der,
        // White space that the forgiving decoder does not know, or padding in the middle of what follows.
        Err(_) => {
            dense = body.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != 0 && *b != 0x0b).collect();
            base64_simd::forgiving_decode_to_vec(&dense).map_err(|_| Damage::NotBase64)?
        }
    };
    if der.is_empty() {
        return Err(Damage::Empty);
    }
    let (certificate, trailing) = Certificate::from_der_prefix(&der).map_err(|_| Damage::NotDer)?;
    Ok((certificate, trailing.to_vec()))
}

fn without_comment_signs(body: &[u8], comment: &[u8]) -> Vec<u8> {
    let mut stripped = Vec::with_capacity(body.len());
    for line in body.split(|b| *b == b'\n' || *b == b'\r') {
        let line = line.trim_ascii();
        stripped.extend_from_slice(line.strip_prefix(comment).unwrap_or(line));
        stripped.push(b'\n');
    }
    stripped
}

/// Every marker: is it a BEGIN, the marker, its label.
fn markers(text: &[u8]) -> impl Iterator<Item = (bool, Marker, String)> {
    let mut counted = 0;
    let mut number = 1;
    memmem::find_iter(text, b"--").filter_map({
        let mut past = 0;
        move |at| {
            if at < past {
                return None;
            }
            let hyphens = text[at..].iter().take_while(|b| **b == b'-').count();
            let word = at + hyphens;
            past = word;
            let rest = &text[word..text.len().min(word + 80)];
            let (is_begin, label_at) = if starts_with_word(rest, b"BEGIN ") {
                (true, 6)
            } else if starts_with_word(rest, b"END ") {
                (false, 4)
            } else {
                return None;
            };
            let label_end = label_at + memmem::find(&rest[label_at..], b"--")?;
            let label = std::str::from_utf8(&rest[label_at..label_end]).ok()?;
            if label.contains(['\n', '\r']) {
                return None;
            }
            let closing = word + label_end;
            let closing_hyphens = text[closing..].iter().take_while(|b| **b == b'-').count();
            // `-----END X----------BEGIN Y-----`: five of the ten hyphens belong to the BEGIN.
            let glued = closing_hyphens >= 10
                && (starts_with_word(&text[closing + closing_hyphens..], b"BEGIN ")
                    || starts_with_word(&text[closing + closing_hyphens..], b"END "));
            let (closing_hyphens, exact_close) = if glued {
                (closing_hyphens - 5, closing_hyphens == 10)
            } else {
                (closing_hyphens, closing_hyphens == 5)
            };
            let start = if hyphens > 5 { word - 5 } else { at };
            let end = closing + closing_hyphens;
            past = end;
            let line_start = memrchr2(b'\n', b'\r', &text[..at]).map_or(0, |p| p + 1);
            let line_end = memchr::memchr2(b'\n', b'\r', &text[end..]).map_or(text.len(), |p| end + p);
            number += line_breaks(&text[counted..line_start]);
            counted = line_start;
            let exact = exact_close && (hyphens == 5 || glued_before(text, at));
            let marker = Marker { span: start..end, line: line_start..line_end, number, exact };
            Some((is_begin, marker, label.trim().to_owned()))
        }
    })
}

/// Whether the hyphens from `at` on are the rest of another marker's closing hyphens.
fn glued_before(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1] == b'-'
}

fn starts_with_word(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

/// How many lines end in these bytes; `\r\n` counts once.
pub fn line_breaks(text: &[u8]) -> usize {
    memchr2_iter(b'\n', b'\r', text).filter(|at| text[*at] == b'\n' || text.get(at + 1) != Some(&b'\n')).count()
}

/// The place of the line break that ends the line before `at`.
fn line_break_before(text: &[u8], at: usize) -> usize {
    let at = if at > 0 && text[at - 1] == b'\n' { at - 1 } else { at };
    if at > 0 && text[at - 1] == b'\r' { at - 1 } else { at }
}
