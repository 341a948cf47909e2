//! Mending a text so that every reader sees what was meant.
//!
//! What reads well already stays byte for byte. A certificate that is whole but badly framed is framed anew: its DER
//! does not change. What holds no whole certificate cannot be mended without guessing; it stays readable for people
//! but is taken out of every reader's sight, which means more than a comment sign: GnuTLS looks for BEGIN anywhere
//! in a line, and Java starts a block at any five hyphens.

use std::ops::Range;

use super::oddities::{self, BYTE_ORDER_MARK, OLD_OPENSSL_LINE};
use super::places;
use super::scan::{self, Block, Content};
use super::style::Style;
use crate::certificate::Certificate;
use crate::finding::{Code, Finding};
use crate::lang::{Sentence, pem as say};
use crate::readers::{self, View};

/// Java takes so many hyphens for the beginning of a block: at the start of a line, and since release 25 anywhere. For
/// GnuTLS the word must follow.
const HYPHENS: usize = 5;

/// The mended text, and what was done where.
pub fn mend(text: &[u8]) -> (Vec<u8>, Vec<Finding>) {
    let blocks = scan::blocks(text);
    let style = Style::of(text, &blocks);
    let tail = places::tail_start(text, &blocks);
    let new = Vec::with_capacity(text.len() + 256);
    let mut mending = Mending { text, lines: scan::Lines::of(text), style, tail, new, findings: Vec::new() };
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

/// What each reader should see of a text that was mended: what it sees where the same certificates are written without
/// any oddity. (A reader may refuse a certificate for its own content; no repair changes that.)
pub fn whole_views(text: &[u8]) -> Vec<View> {
    let style = Style::of(b"", &[]);
    let blocks = scan::blocks(text);
    let meant = blocks.iter().filter_map(Block::certificate);
    readers::views(&meant.flat_map(|certificate| style.block(certificate.der())).collect::<Vec<u8>>())
}

struct Mending<'t> {
    text: &'t [u8],
    lines: scan::Lines<'t>,
    style: Style,
    /// Where the control characters at the end begin, which do no harm there.
    tail: usize,
    new: Vec<u8>,
    findings: Vec<Finding>,
}

impl Mending<'_> {
    fn block(&mut self, block: &Block, span: Range<usize>) {
        let number = block.begin.number;
        let reason = match &block.content {
            Content::Certificate { certificate, trailing } if !block.commented => {
                return self.certificate(block, span, certificate, trailing);
            }
            // A list of revoked certificates is in use where it stands; without it OpenSSL would trust more.
            Content::Other if block.label == "X509 CRL" && !block.commented => {
                return self.new.extend_from_slice(&self.text[span]);
            }
            _ if block.commented => say::commented_block(),
            Content::NoCertificate(damage) => oddities::of_damage(*damage),
            Content::PrivateKey => say::private_key_inside(),
            Content::Pkcs7 => say::is_pkcs7(),
            Content::Certificate { .. } | Content::Other => say::other_block_inside(&block.label),
        };
        self.start_line();
        self.aside(span, !block.commented);
        self.findings.push(Finding::new(Code::SetAside, say::set_aside().then(&reason)).at(number));
    }

    fn certificate(&mut self, block: &Block, span: Range<usize>, certificate: &Certificate, trailing: &[u8]) {
        let reason = match why_anew(self.text, block) {
            // Its settings say that it must not vouch for servers; no other label can say so.
            Some(_) if block.label == "TRUSTED CERTIFICATE" && !trusts_servers(trailing) => None,
            reason => reason,
        };
        self.start_line();
        let Some(reason) = reason else {
            return self.new.extend_from_slice(&self.text[span]);
        };
        let anew = self.style.block(certificate.der());
        // The line ending behind the END belongs to what follows, if there is one.
        let followed = self.text[span.end..].first().is_some_and(|b| matches!(b, b'\r' | b'\n'));
        let keep = if followed { anew.len() - self.style.line_ending().len() } else { anew.len() };
        self.new.extend_from_slice(&anew[..keep]);
        self.findings.push(Finding::new(Code::Mended, say::mended().then(&reason)).at(block.begin.number));
    }

    /// Text that is nobody's certificate, with binary certificates written as PEM.
    fn between(&mut self, gap: Range<usize>) {
        let mut at = gap.start;
        if at == 0 && self.text[gap.clone()].starts_with(BYTE_ORDER_MARK) {
            self.new.extend_from_slice(BYTE_ORDER_MARK);
            at += BYTE_ORDER_MARK.len();
        }
        for RawDer { place, certificate } in raw_der_in(self.text, at..gap.end) {
            self.plain(at..place.start, b"");
            self.start_line();
            self.new.extend_from_slice(&self.style.block(certificate.der()));
            let number = self.lines.number(place.start);
            self.findings.push(Finding::new(Code::Mended, say::mended().then(&say::raw_der())).at(number));
            at = place.end;
        }
        self.plain(at..gap.end, b"");
    }

    /// The lines of a span, visible but harmless.
    fn aside(&mut self, span: Range<usize>, comment: bool) {
        let mark = if self.text[span.clone()].starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let sign: &[u8] = if comment { b"# " } else { b"" };
        self.new.extend_from_slice(sign);
        self.plain(span.start + mark..span.end, sign);
    }

    /// Text without what programs stumble over: hyphens that look like a marker, NUL bytes before the end, lone
    /// carriage returns. Each of its lines but the first gets the sign in front.
    fn plain(&mut self, range: Range<usize>, sign: &[u8]) {
        let text = self.text;
        let mut at = range.start;
        while at < range.end {
            let mut next = at + 1;
            let mut line_ends = false;
            match text[at] {
                0 if at < self.tail => {}
                b'\n' => {
                    self.new.push(b'\n');
                    line_ends = true;
                }
                b'\r' if !matches!(text.get(next), Some(b'\n' | b'\r')) => {
                    self.new.extend_from_slice(self.style.line_ending().as_bytes());
                    line_ends = true;
                }
                b'-' => {
                    next = at + text[at..range.end].iter().take_while(|b| **b == b'-').count();
                    let harmless = if next - at >= HYPHENS { b'=' } else { b'-' };
                    self.new.extend(std::iter::repeat_n(harmless, next - at));
                }
                // Java takes a 0 at the start, or behind an END line, for the first byte of a binary certificate.
                b'0' if sign.is_empty() && (self.new.is_empty() || self.new.ends_with(b"-----\n")) => {
                    self.new.extend_from_slice(self.style.line_ending().as_bytes());
                    self.new.push(b'0');
                }
                byte => self.new.push(byte),
            }
            at = next;
            if line_ends && at < range.end {
                self.new.extend_from_slice(sign);
            }
        }
    }

    /// A new line, unless one has just begun.
    fn start_line(&mut self) {
        if !self.new.is_empty() && !self.new.ends_with(b"\n") {
            self.new.extend_from_slice(self.style.line_ending().as_bytes());
        }
    }
}

/// Why a whole certificate has to be written anew, or `None` where every reader takes it as it stands.
fn why_anew(text: &[u8], block: &Block) -> Option<Sentence> {
    let body = &text[block.body.clone()];
    if let Some((_, reason)) = oddities::of_markers(text, block).into_iter().next() {
        return Some(reason);
    }
    match &*block.label {
        "CERTIFICATE" => {}
        "TRUSTED CERTIFICATE" => return Some(say::trusted_label()),
        _ => return Some(say::x509_label()),
    }
    if text.starts_with(BYTE_ORDER_MARK) && block.begin.line.start == 0 {
        return Some(say::byte_order_mark());
    }
    let lines = || body.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    if oddities::has_blanks_inside(body) {
        return Some(say::blank_line_inside());
    }
    if lines().any(|line| line.contains(&b'\r')) {
        return Some(say::lone_cr());
    }
    if lines().any(|line| line.len() > OLD_OPENSSL_LINE) {
        return Some(say::long_line());
    }
    let odd = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    // What stands behind a glued marker is the next block, which is mended for that reason.
    let followed = |suffix: &[u8]| !suffix.is_empty() && !suffix.starts_with(b"-");
    let ends = [Some(&block.begin), block.end.as_ref()];
    let suffixed = ends.into_iter().flatten().any(|marker| followed(marker.suffix(text)));
    let trailing = matches!(&block.content, Content::Certificate { trailing, .. } if !trailing.is_empty());
    (suffixed || trailing || lines().any(|line| line.iter().any(odd))).then(say::blanks_inside)
}

/// A binary certificate in a text.
#[derive(Debug)]
pub struct RawDer {
    pub place: Range<usize>,
    pub certificate: Certificate,
}

/// So many places that begin as a certificate and are none were put there to be tried: no more are.
const MISTAKEN: usize = 1_000;

/// Binary certificates between the blocks.
pub fn raw_der(text: &[u8], blocks: &[Block]) -> Vec<RawDer> {
    let mut at = 0;
    let mut found = Vec::new();
    for block in blocks {
        let span = block.span(text);
        found.extend(raw_der_in(text, at..span.start.max(at)));
        at = span.end;
    }
    found.extend(raw_der_in(text, at..text.len()));
    found
}

fn raw_der_in(text: &[u8], gap: Range<usize>) -> Vec<RawDer> {
    let mut found = Vec::new();
    let mut at = gap.start;
    let mut left = MISTAKEN;
    // A certificate is a SEQUENCE of 256 to 65535 bytes: 30 82 and two bytes of length.
    while left > 0
        && let Some(step) = memchr::memmem::find(&text[at..gap.end], &[0x30, 0x82])
    {
        let start = at + step;
        let bytes = &text[start..gap.end];
        match begins_as_certificate(bytes).then(|| Certificate::from_der_prefix(bytes)) {
            Some(Ok((certificate, _))) => {
                at = start + certificate.der().len();
                found.push(RawDer { place: start..at, certificate });
            }
            none => {
                at = start + 2;
                left -= usize::from(none.is_some());
            }
        }
    }
    found
}

/// SEQUENCE { SEQUENCE { [0] version, which may be missing, INTEGER, SEQUENCE { OID: what all but a few binary places fail
/// at, long before they would be parsed. Numbers of over 127 bytes are nobody's.
fn begins_as_certificate(bytes: &[u8]) -> bool {
    let fits =
        matches!(bytes, [_, _, high, low, ..] if (usize::from(*high) << 8 | usize::from(*low)) + 4 <= bytes.len());
    let inner = match bytes.get(4..) {
        Some([0x30, 0x82, _, _, inner @ ..] | [0x30, 0x81, _, inner @ ..]) if fits => inner,
        _ => return false,
    };
    let numbered = inner.strip_prefix(&[0xa0, 3, 2, 1]).map_or(inner, |version| version.get(1..).unwrap_or_default());
    let Some((&[0x02, length], number)) = numbered.split_first_chunk() else { return false };
    match number.get(usize::from(length)..) {
        Some([0x30, 0x81, _, 0x06, ..] | [0x30, _, 0x06, ..]) => length < 0x80,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_begins_as_a_certificate_is_tried_so_often_and_no_more() {
        let root = include_str!("../../../embedded-roots/digicert-global-root-ca.pem");
        let root = pem::parse(root).unwrap().into_contents();
        // A version, a number, an algorithm, and lengths that fit.
        let mistaken = [&b"0\x82\x01\x000\x82\0\xf0\xa0\x03\x02\x01\x02\x02\x01\x010\r\x06"[..], &[0; 250]].concat();
        assert!(begins_as_certificate(&mistaken) && begins_as_certificate(&root));
        let found = |mistakes: usize| raw_der(&[mistaken.repeat(mistakes), root.clone()].concat(), &[]).len();
        assert_eq!((found(0), found(MISTAKEN - 1), found(MISTAKEN)), (1, 1, 0));
    }
}
