//! What a person sees in a PEM text: blocks, whole or damaged, and the text between them.
//!
//! This is deliberately more tolerant than any reader: it finds the block that was *meant*, also where blanks,
//! glue, a comment sign or a missing line keep programs from seeing it. What programs see is `readers`' business;
//! the difference between the two is what a repair mends.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr2, memchr2_iter, memmem, memrchr2};

use crate::certificate::Certificate;
use crate::readers::canonical;

/// A text with more markers than this is not a trust store. The largest real bundle has some 400 blocks.
const MAX_BLOCKS: usize = 20_000;

/// The fewest hyphens that make a marker; RFC 7468 wants [`HYPHENS`].
const MARKER_HYPHENS: &[u8] = b"--";

/// What nearly every block is.
const LABEL: &str = "CERTIFICATE";

/// On either side of BEGIN and END (RFC 7468, section 3).
const HYPHENS: usize = 5;

/// The word, the label and the hyphens behind it are shorter; the longest label in use has 22 characters.
const LONGEST_LABEL: usize = 80;

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
    pub label: Cow<'static, str>,
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
    let mut past = 0;
    for (is_begin, marker, label) in Markers::new(text) {
        if blocks.len() == MAX_BLOCKS {
            break;
        }
        let behind = marker.span.end;
        if is_begin {
            if let Some((begin, own)) = open.take() {
                let body_end = line_break_before(text, marker.line.start).max(begin.span.end);
                blocks.push(block(text, begin, None, own, body_end));
            }
            open = Some((marker, label));
        } else if let Some((begin, own)) = open.take() {
            let body_end = marker.span.start;
            blocks.push(block(text, begin, Some(marker), own, body_end));
        } else {
            blocks.extend(headless(text, past, marker, label));
        }
        past = behind;
    }
    if let Some((begin, own)) = open {
        blocks.push(block(text, begin, None, own, text.len()));
    }
    blocks
}

/// What [`blocks`] finds in a text that the readers read alike, without a second look at what is in the blocks.
/// `None` where [`blocks`] might find more: something between them looks like a marker.
pub fn of_canonical(text: &[u8], canonical: Vec<canonical::Block>) -> Option<Vec<Block>> {
    let hyphens = memmem::Finder::new(MARKER_HYPHENS);
    let mut blocks = Vec::with_capacity(canonical.len());
    let mut past = 0;
    for block in canonical {
        if hyphens.find(&text[past..block.begin]).is_some() {
            return None;
        }
        past = block.end;
        let line = text[block.begin..block.end].strip_suffix(b"\n").unwrap_or(&text[block.begin..block.end]);
        let end_line_end = block.begin + line.strip_suffix(b"\r").unwrap_or(line).len();
        let marker = |span: Range<usize>, number| Marker { line: span.clone(), span, number, exact: true };
        let begin = marker(block.begin..block.begin + canonical::BEGIN.len(), block.line);
        let end_start = end_line_end - canonical::END.len();
        let body = begin.span.end..end_start;
        let end = marker(end_start..end_line_end, block.end_line);
        let content = Content::Certificate { certificate: block.certificate, trailing: Vec::new() };
        let label = Cow::Borrowed(LABEL);
        blocks.push(Block { begin, end: Some(end), label, body, content, commented: false });
    }
    (hyphens.find(&text[past..]).is_none() && blocks.len() <= MAX_BLOCKS).then_some(blocks)
}

/// The block of an END without its BEGIN: the base64 lines above it, not before `from`, if they are a certificate.
fn headless(text: &[u8], from: usize, end: Marker, label: String) -> Option<Block> {
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let mut start = None;
    let mut at = end.line.start;
    while at > from {
        let above = line_break_before(text, at);
        let line_start = memrchr2(b'\n', b'\r', &text[from..above]).map_or(from, |p| from + p + 1);
        let line = text[line_start..above].trim_ascii();
        if line.is_empty() || line_start == at || !line.iter().all(is_base64) {
            break;
        }
        // How every certificate of 256 to 65535 bytes begins.
        if line.starts_with(b"MI") {
            start = Some((line_start, above));
        }
        at = line_start;
    }
    let (start, line_end) = start?;
    let number = end.number - line_breaks(&text[start..end.line.start]);
    let begin = Marker { span: start..start, line: start..line_end, number, exact: false };
    let body_end = end.span.start;
    Some(block(text, begin, Some(end), label, body_end)).filter(|block| block.certificate().is_some())
}

fn block(text: &[u8], begin: Marker, end: Option<Marker>, label: String, body_end: usize) -> Block {
    let body = begin.span.end..body_end;
    let prefix = begin.prefix(text).trim_ascii();
    let prefix = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix).trim_ascii();
    let commented = !prefix.is_empty() && !is_glue(prefix);
    let content = content(&label, &text[body.clone()], end.is_some(), if commented { prefix } else { b"" });
    Block { begin, end, label: Cow::Owned(label), body, content, commented }
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

/// Every marker: is it a BEGIN, the marker, its label. Takes time in proportion to the text, whatever is in it.
struct Markers<'t> {
    text: &'t [u8],
    hyphens: memmem::Finder<'static>,
    /// Behind the last marker, or what looked like one.
    past: usize,
    /// The line that was looked at last, and its number.
    line: Range<usize>,
    number: usize,
}

impl<'t> Markers<'t> {
    fn new(text: &'t [u8]) -> Self {
        let line = 0..line_end(text, 0);
        Markers { text, hyphens: memmem::Finder::new(MARKER_HYPHENS), past: 0, line, number: 1 }
    }

    /// The marker whose hyphens begin here.
    fn marker_at(&mut self, at: usize) -> Option<(bool, Marker, String)> {
        let text = self.text;
        let hyphens = hyphens_at(text, at);
        let word = at + hyphens;
        self.past = word;
        let rest = &text[word..text.len().min(word + LONGEST_LABEL)];
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
        let mut closing_hyphens = hyphens_at(text, closing);
        let behind = &text[closing + closing_hyphens..];
        if starts_with_word(behind, b"BEGIN ") || starts_with_word(behind, b"END ") {
            // `-----END X----------BEGIN Y-----`: five of the ten hyphens belong to the BEGIN, and two at least to each.
            closing_hyphens -= HYPHENS.min(closing_hyphens.saturating_sub(2));
        }
        let span = word - hyphens.min(HYPHENS)..closing + closing_hyphens;
        self.past = span.end;
        self.move_to(span.start);
        let exact = hyphens == HYPHENS && closing_hyphens == HYPHENS;
        let marker = Marker { span, line: self.line.clone(), number: self.number, exact };
        Some((is_begin, marker, label.trim().to_owned()))
    }

    /// Makes the line of this place the one that is looked at. Places only move forward.
    fn move_to(&mut self, at: usize) {
        if at <= self.line.end {
            return;
        }
        // What is looked at was not looked at before, and ends in a line break.
        let between = &self.text[self.line.end..at];
        let start = self.line.end + memrchr2(b'\n', b'\r', between).map_or(0, |p| p + 1);
        self.number += line_breaks(&self.text[self.line.end..start]);
        self.line = start..line_end(self.text, at);
    }
}

impl Iterator for Markers<'_> {
    type Item = (bool, Marker, String);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.past + self.hyphens.find(&self.text[self.past..])?;
            if let Some(found) = self.marker_at(at) {
                return Some(found);
            }
        }
    }
}

fn hyphens_at(text: &[u8], at: usize) -> usize {
    text[at..].iter().take_while(|b| **b == b'-').count()
}

/// Where the line of this place ends, its line break not counted.
fn line_end(text: &[u8], at: usize) -> usize {
    memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |p| at + p)
}

fn starts_with_word(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

/// How many lines end in these bytes; `\r\n` counts once.
pub fn line_breaks(text: &[u8]) -> usize {
    memchr2_iter(b'\n', b'\r', text).filter(|at| text[*at] == b'\n' || text.get(at + 1) != Some(&b'\n')).count()
}

/// Numbers of lines, counted on the way through a text.
pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    number: usize,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t [u8]) -> Self {
        Lines { text, at: 0, number: 1 }
    }

    /// That of the line which this place lies in. A place before the last one is counted for from the start.
    pub fn number(&mut self, place: usize) -> usize {
        if place < self.at {
            *self = Lines::of(self.text);
        }
        self.number += line_breaks(&self.text[self.at..place]);
        self.at = place;
        self.number
    }
}

/// The place of the line break that ends the line before `at`.
fn line_break_before(text: &[u8], at: usize) -> usize {
    let at = if at > 0 && text[at - 1] == b'\n' { at - 1 } else { at };
    if at > 0 && text[at - 1] == b'\r' { at - 1 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOTS: [&str; 2] = [
        include_str!("../../../embedded-roots/digicert-global-root-ca.pem"),
        include_str!("../../../embedded-roots/digicert-global-root-g2.pem"),
    ];

    #[test]
    fn lines_are_numbered_alike_on_the_way_and_from_the_start() {
        let text = b"a\nb\r\n\rc\n\nd\r\r\ne";
        let mut lines = Lines::of(text);
        let letters: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_alphabetic()).collect();
        let anew = |at: &usize| line_breaks(&text[..*at]) + 1;
        for at in letters.iter().chain(letters.iter().rev()) {
            assert_eq!(lines.number(*at), anew(at));
        }
        assert_eq!(letters.iter().map(anew).collect::<Vec<_>>(), [1, 2, 4, 6, 8]);
    }

    #[test]
    fn what_the_readers_read_alike_is_found_again_without_a_second_look() {
        let [one, two] = ROOTS.map(str::trim_end);
        let crlf = format!("# title\n{one}\n\n{two}\n").replace('\n', "\r\n");
        let texts = [
            one.to_owned(),
            format!("{one}\n"),
            format!("{one}\n{two}"),
            format!("a-b\n=====\n{one}\r\n\n# caf\u{e9}\n{two}\n{two}\n \n\u{1a}"),
            crlf,
        ];
        for text in texts {
            let canonical = canonical::blocks(text.as_bytes()).expect("a text without oddities");
            assert_eq!(of_canonical(text.as_bytes(), canonical), Some(blocks(text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_marker_between_the_blocks_needs_the_second_look() {
        let [one, two] = ROOTS.map(str::trim_end);
        let inner = one.replace("-----", "--");
        for text in [format!("{inner}\n{two}\n"), format!("{two}\n{inner}\n"), format!("{two}\n{inner}\n{two}\n")] {
            let canonical = canonical::blocks(text.as_bytes()).expect("no reader minds two hyphens");
            assert!(blocks(text.as_bytes()).len() > canonical.len());
            assert_eq!(of_canonical(text.as_bytes(), canonical), None);
        }
    }
}
