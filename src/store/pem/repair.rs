//! Mending a text so that every reader sees what was meant.
//!
//! What reads well already stays byte for byte. A certificate that is whole but badly framed is framed anew: its DER
//! does not change. What holds no whole certificate cannot be mended without guessing; it stays readable for people
//! but is taken out of every reader's sight, which means more than a comment sign: GnuTLS looks for BEGIN anywhere
//! in a line, and Java starts a block at any five hyphens.

use std::ops::Range;

use super::scan::{self, Block, Content, Damage};
use super::style::Style;
use super::{OLD_OPENSSL_LINE, marker_oddities};
use crate::certificate::Certificate;
use crate::finding::{Code, Finding};
use crate::lang::{Sentence, pem as say};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The mended text, and what was done where.
pub fn mend(text: &[u8]) -> (Vec<u8>, Vec<Finding>) {
    let blocks = scan::blocks(text);
    let style = Style::of(text, &blocks);
    let mut mending = Mending { text, style, new: Vec::with_capacity(text.len() + 256), findings: Vec::new() };
    let mut at = 0;
    for block in &blocks {
        let span = block.span(text);
        mending.between(at..span.start.max(at));
        mending.block(block, span.clone());
        at = span.end;
    }
    mending.between(at..text.len());
    (mending.new, mending.findings)
}

struct Mending<'t> {
    text: &'t [u8],
    style: Style,
    new: Vec<u8>,
    findings: Vec<Finding>,
}

impl Mending<'_> {
    fn block(&mut self, block: &Block, span: Range<usize>) {
        let number = block.begin.number;
        match &block.content {
            Content::Certificate { certificate, trailing } if !block.commented => {
                let Some(reason) = why_anew(self.text, block) else {
                    self.start_line();
                    return self.new.extend_from_slice(&self.text[span]);
                };
                if block.label == "TRUSTED CERTIFICATE" && !trusts_servers(trailing) {
                    return self.new.extend_from_slice(&self.text[span]);
                }
                self.start_line();
                let anew = self.style.block(certificate.der());
                // The line ending behind the END belongs to what follows, if there is one.
                let followed = self.text[span.end..].first().is_some_and(|b| matches!(b, b'\r' | b'\n'));
                let keep = if followed { anew.len() - self.style.line_ending().len() } else { anew.len() };
                self.new.extend_from_slice(&anew[..keep]);
                self.found(Code::Mended, number, reason, say_mended);
            }
            Content::Other => self.new.extend_from_slice(&self.text[span]),
            content => {
                self.start_line();
                let reason = match content {
                    _ if block.commented => say::commented_block(),
                    Content::PrivateKey => say::private_key_inside(),
                    Content::Pkcs7 => say::is_pkcs7(),
                    Content::NoCertificate(Damage::Empty) => say::empty_block(),
                    Content::NoCertificate(Damage::CutOff) => say::cut_off(),
                    Content::NoCertificate(Damage::NotDer) => say::not_der(),
                    _ => say::not_base64(),
                };
                self.aside(span, !block.commented);
                self.found(Code::SetAside, number, reason, say_set_aside);
            }
        }
    }

    /// Text that is nobody's certificate: hyphens disarmed, NUL bytes dropped, lone carriage returns made line ends,
    /// binary certificates written as PEM.
    fn between(&mut self, gap: Range<usize>) {
        let mut at = gap.start;
        if at == 0 && self.text[gap.clone()].starts_with(BYTE_ORDER_MARK) {
            self.new.extend_from_slice(BYTE_ORDER_MARK);
            at += BYTE_ORDER_MARK.len();
        }
        for place in raw_der_in(self.text, at..gap.end) {
            self.plain(at..place.start);
            self.start_line();
            self.new.extend_from_slice(&self.style.block(&self.text[place.clone()]));
            let number = scan::line_breaks(&self.text[..place.start]) + 1;
            self.findings.push(Finding::new(Code::Mended, say::raw_der()).at(number));
            at = place.end;
        }
        self.plain(at..gap.end);
    }

    fn plain(&mut self, range: Range<usize>) {
        let text = self.text;
        for at in range {
            match text[at] {
                0 => {}
                b'\r' if !matches!(text.get(at + 1), Some(b'\n' | b'\r')) && at + 1 < text.len() => {
                    self.new.extend_from_slice(self.style.line_ending().as_bytes());
                }
                b'-' if in_hyphen_run(text, at) => self.new.push(b'='),
                byte => self.new.push(byte),
            }
        }
    }

    /// The lines of a span, visible but harmless.
    fn aside(&mut self, span: Range<usize>, comment: bool) {
        let text = self.text;
        let span_text = &text[span.clone()];
        let body = span_text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(span_text);
        if comment {
            self.new.extend_from_slice(b"# ");
        }
        let start = span.end - body.len();
        for at in start..span.end {
            match text[at] {
                0 => {}
                b'-' if in_hyphen_run(text, at) => self.new.push(b'='),
                byte => {
                    self.new.push(byte);
                    let ends_line = byte == b'\n' || (byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
                    if ends_line && comment && at + 1 < span.end {
                        self.new.extend_from_slice(b"# ");
                    }
                }
            }
        }
    }

    /// A new line, unless one has just begun.
    fn start_line(&mut self) {
        if !self.new.is_empty() && !self.new.ends_with(b"\n") {
            self.new.extend_from_slice(self.style.line_ending().as_bytes());
        }
    }

    fn found(&mut self, code: Code, line: usize, what: Sentence, say: fn(usize, &Sentence) -> Sentence) {
        self.findings.push(Finding::new(code, say(line, &what)).at(line));
    }
}

fn say_mended(line: usize, what: &Sentence) -> Sentence {
    Sentence { en: say::mended(line, trim(&what.en)).en, zh: say::mended(line, trim(&what.zh)).zh }
}

fn say_set_aside(line: usize, what: &Sentence) -> Sentence {
    Sentence { en: say::set_aside(line, trim(&what.en)).en, zh: say::set_aside(line, trim(&what.zh)).zh }
}

fn trim(sentence: &str) -> &str {
    sentence.trim_end_matches(['.', '。'])
}

/// Five hyphens or more in a row around this place.
fn in_hyphen_run(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev().take(4).take_while(|b| **b == b'-').count();
    let after = text[at + 1..].iter().take(4).take_while(|b| **b == b'-').count();
    before + 1 + after >= 5
}

/// Why a whole certificate has to be written anew, or `None` where every reader takes it as it stands.
fn why_anew(text: &[u8], block: &Block) -> Option<Sentence> {
    let body = &text[block.body.clone()];
    if let Some((_, reason)) = marker_oddities(text, block).into_iter().next() {
        return Some(reason);
    }
    match block.label.as_str() {
        "CERTIFICATE" => {}
        "TRUSTED CERTIFICATE" => return Some(say::trusted_label()),
        _ => return Some(say::x509_label()),
    }
    if text.starts_with(BYTE_ORDER_MARK) && block.begin.line.start == 0 {
        return Some(say::byte_order_mark());
    }
    let lines = || body.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    if has_blanks_inside(body) {
        return Some(say::blank_line_inside());
    }
    if lines().any(|line| line.contains(&b'\r')) {
        return Some(say::lone_cr());
    }
    if lines().any(|line| line.len() > OLD_OPENSSL_LINE) {
        return Some(say::long_line());
    }
    let odd = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let ends = [Some(&block.begin), block.end.as_ref()];
    // What stands behind a glued marker is the next block, which is mended for that reason.
    let glued = |suffix: &[u8]| suffix.starts_with(b"-");
    let suffixed = (ends.into_iter().flatten().map(|marker| marker.suffix(text))).any(|s| !s.is_empty() && !glued(s));
    let trailing = matches!(&block.content, Content::Certificate { trailing, .. } if !trailing.is_empty());
    (suffixed || trailing || lines().any(|line| line.iter().any(odd))).then(say::blanks_inside)
}

/// An empty line, or a line that starts with a blank, between BEGIN and END.
pub fn has_blanks_inside(body: &[u8]) -> bool {
    let mut lines = body.split(|b| *b == b'\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        let empty = line.trim_ascii().is_empty();
        if (empty && !last) || line.first().is_some_and(|b| *b == b' ' || *b == b'\t') {
            return true;
        }
    }
    false
}

/// Binary certificates between the blocks.
pub fn raw_der(text: &[u8], blocks: &[Block]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut places = Vec::new();
    for block in blocks {
        let span = block.span(text);
        places.extend(raw_der_in(text, at..span.start.max(at)));
        at = span.end;
    }
    places.extend(raw_der_in(text, at..text.len()));
    places
}

fn raw_der_in(text: &[u8], gap: Range<usize>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = gap.start;
    // A certificate is a SEQUENCE of 256 to 65535 bytes: 30 82 and two bytes of length.
    while let Some(found) = memchr::memmem::find(&text[at..gap.end], &[0x30, 0x82]) {
        let start = at + found;
        match Certificate::from_der_prefix(&text[start..gap.end]) {
            Ok((certificate, _)) => {
                at = start + certificate.der().len();
                places.push(start..at);
            }
            Err(_) => at = start + 2,
        }
    }
    places
}

/// Whether the settings behind a TRUSTED CERTIFICATE let it vouch for servers without any reservation, so that
/// leaving them out changes nothing for a TLS client.
///
/// OpenSSL's `X509_CERT_AUX` (crypto/x509/x_x509a.c): SEQUENCE { trust SEQUENCE OF OID OPTIONAL, reject [0] ..., ... }.
fn trusts_servers(aux: &[u8]) -> bool {
    use x509_parser::asn1_rs::{Any, Class, FromDer, Sequence, Tag};
    if aux.is_empty() {
        return true;
    }
    let Ok((_, sequence)) = Sequence::from_der(aux) else { return false };
    let mut rest: &[u8] = &sequence.content;
    let mut trusted = true;
    while !rest.is_empty() {
        let Ok((behind, any)) = Any::from_der(rest) else { return false };
        let about_servers =
            || list_of_oids(any.data).iter().any(|oid| [SERVER_AUTH, ANY_EXTENDED_KEY_USAGE].contains(&oid.as_bytes()));
        match (any.class(), any.tag()) {
            (Class::ContextSpecific, Tag(0)) => trusted &= !about_servers(),
            (Class::Universal, Tag::Sequence) => trusted &= about_servers(),
            _ => {}
        }
        rest = behind;
    }
    trusted
}

fn list_of_oids(mut list: &[u8]) -> Vec<x509_parser::asn1_rs::Oid<'_>> {
    use x509_parser::asn1_rs::{FromDer, Oid};
    let mut oids = Vec::new();
    while let Ok((rest, oid)) = Oid::from_der(list) {
        oids.push(oid);
        list = rest;
    }
    oids
}

/// 1.3.6.1.5.5.7.3.1 and 2.5.29.37.0 (RFC 5280, 4.2.1.12).
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0];
