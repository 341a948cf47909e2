//! What is odd about a text: everything that some program, old or new, does not take as it was meant.

use std::collections::HashSet;

use super::repair::RawDer;
use super::scan::{self, Block, Content, Damage, Marker};
use super::{Entry, places};
use crate::finding::{Code, Finding, Severity};
use crate::lang::{Sentence, pem as say};
use crate::readers::View;

/// The longest base64 line that OpenSSL before 1.1.0 reads.
pub const OLD_OPENSSL_LINE: usize = 76;

pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The oddities of a text that is in UTF-8, or in bytes of which ASCII is a part.
pub fn of_text(text: &[u8], blocks: &[Block], raw: &[RawDer]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut lines = scan::Lines::of(text);
    let mut found = |code, what, place| findings.push(Finding::new(code, what).at(lines.number(place)));
    // What stands in a binary certificate is not text.
    let is_text = |place: &usize| {
        let behind = raw.partition_point(|raw| raw.place.start <= *place);
        behind.checked_sub(1).is_none_or(|last| raw[last].place.end <= *place)
    };
    let tail = places::tail_start(text, blocks);
    if blocks.first().is_some_and(|first| begins_with_mark(text, first)) {
        found(Code::ByteOrderMark, say::byte_order_mark(), 0);
    }
    if let Some(place) = stray_hyphens(text, blocks) {
        found(Code::StrayHyphens, say::stray_hyphens(), place);
    }
    if let Some(place) = memchr::memchr_iter(0, &text[..tail]).find(is_text) {
        found(Code::NulByte, say::nul(), place);
    }
    let is_lone = |place: &usize| text.get(place + 1).is_some_and(|next| !matches!(next, b'\n' | b'\r'));
    let lone_cr = memchr::memchr_iter(b'\r', text).filter(is_lone).find(is_text);
    if let Some(place) = lone_cr {
        found(Code::LoneCr, say::lone_cr(), place);
    }
    for raw in raw {
        found(Code::RawDerInside, say::raw_der(), raw.place.start);
    }
    for block in blocks {
        findings.extend(of_block(text, block).into_iter().map(|finding| finding.at(block.begin.number)));
    }
    findings.extend(of_the_whole(text, tail, lone_cr.is_some(), !raw.is_empty()));
    findings
}

/// The oddities of a text that every reader reads alike and in which nothing else looks like a block: the others are
/// what keeps some reader from it.
pub fn of_canonical(text: &[u8], blocks: &[Block]) -> Vec<Finding> {
    of_the_whole(text, places::tail_start(text, blocks), false, false)
}

/// The oddities that lie in no block: how a text ends, how its lines end, in which charset it is.
fn of_the_whole(text: &[u8], tail: usize, has_lone_cr: bool, has_raw_der: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if text[tail..].iter().any(|b| !b.is_ascii_whitespace()) {
        findings.push(Finding::new(Code::ControlTail, say::control_tail()));
    } else if !text.ends_with(b"\n") && !text.ends_with(b"\r") {
        findings.push(Finding::new(Code::NoFinalNewline, say::no_final_newline()));
    }
    if !has_lone_cr && endings_are_mixed(text) {
        findings.push(Finding::new(Code::MixedLineEndings, say::mixed_line_endings()));
    }
    if !has_raw_der && std::str::from_utf8(text).is_err() {
        findings.push(Finding::new(Code::NotUtf8, say::not_utf8()));
    }
    findings
}

fn begins_with_mark(text: &[u8], first: &Block) -> bool {
    first.begin.line.start == 0 && text.starts_with(BYTE_ORDER_MARK)
}

/// The first line outside of the blocks that starts with five hyphens.
fn stray_hyphens(text: &[u8], blocks: &[Block]) -> Option<usize> {
    let ends = blocks.iter().map(|block| block.span(text).end);
    let starts = blocks.iter().map(|block| block.span(text).start);
    let gaps = std::iter::once(0).chain(ends).zip(starts.chain([text.len()]));
    gaps.filter(|(start, end)| start < end).find_map(|(start, end)| {
        memchr::memmem::find_iter(&text[start..end], b"-----")
            .map(|at| start + at)
            .find(|at| *at == 0 || matches!(text[at - 1], b'\n' | b'\r'))
    })
}

fn endings_are_mixed(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', text).any(|at| text.get(at + 1) == Some(&b'\n'))
        && memchr::memchr_iter(b'\n', text).any(|at| at == 0 || text[at - 1] != b'\r')
}

fn of_block(text: &[u8], block: &Block) -> Vec<Finding> {
    if block.commented {
        return vec![Finding::new(Code::CommentedBlock, say::commented_block())];
    }
    let mut findings = Vec::new();
    match &block.content {
        Content::PrivateKey => findings.push(Finding::new(Code::PrivateKeyInside, say::private_key_inside())),
        Content::NoCertificate(damage) => {
            findings.push(Finding::new(Code::CertificateDamaged, of_damage(*damage)));
        }
        Content::Certificate { .. } => match &*block.label {
            "TRUSTED CERTIFICATE" => findings.push(Finding::new(Code::TrustedLabel, say::trusted_label())),
            "X509 CERTIFICATE" => findings.push(Finding::new(Code::X509Label, say::x509_label())),
            _ => {}
        },
        Content::Pkcs7 | Content::Other => {
            findings.push(Finding::new(Code::OtherBlockInside, say::other_block_inside(&block.label)));
        }
    }
    if !matches!(block.content, Content::Certificate { .. }) {
        return findings;
    }
    findings.extend(of_markers(text, block).into_iter().map(|(code, what)| Finding::new(code, what)));
    let body = &text[block.body.clone()];
    if has_blanks_inside(body) {
        findings.push(Finding::new(Code::BlankInCertificate, say::blank_line_inside()));
    }
    if body.split(|b| *b == b'\n' || *b == b'\r').any(|line| line.trim_ascii().len() > OLD_OPENSSL_LINE) {
        findings.push(Finding::new(Code::LongLine, say::long_line()));
    }
    findings
}

/// Why a block holds no certificate.
pub fn of_damage(damage: Damage) -> Sentence {
    match damage {
        Damage::Empty => say::empty_block(),
        Damage::NotBase64 => say::not_base64(),
        Damage::NotDer => say::not_der(),
        Damage::CutOff => say::cut_off(),
    }
}

/// What is odd about the lines of BEGIN and END.
pub fn of_markers(text: &[u8], block: &Block) -> Vec<(Code, Sentence)> {
    let begin = &block.begin;
    if begin.span.is_empty() {
        return vec![(Code::BadMarker, say::no_begin())];
    }
    let mut odd = Vec::new();
    let before = begin.prefix(text);
    if before.trim_ascii().ends_with(b"-") && !block.commented {
        odd.push((Code::GluedMarkers, say::glued()));
    } else if !before.is_empty() && !begins_with_mark(text, block) {
        odd.push((Code::TextAroundMarker, say::behind_text()));
    }
    if something_follows(text, begin) {
        odd.push((Code::TextAroundMarker, say::after_marker()));
    }
    match &block.end {
        None => odd.push((Code::BadMarker, say::no_end())),
        Some(end) => {
            if !end.prefix(text).is_empty() {
                odd.push((Code::TextAroundMarker, say::behind_text()));
            }
            // Glue is the next block's oddity.
            if something_follows(text, end) && !end.suffix(text).starts_with(b"-") {
                odd.push((Code::TextAroundMarker, say::after_marker()));
            }
            let label = format!("END {}-", block.label);
            if memchr::memmem::find(&text[end.span.clone()], label.as_bytes()).is_none() {
                odd.push((Code::BadMarker, say::end_of_another()));
            }
        }
    }
    if !begin.exact || block.end.as_ref().is_some_and(|end| !end.exact) {
        odd.push((Code::BadMarker, say::not_five_hyphens()));
    }
    odd
}

fn something_follows(text: &[u8], marker: &Marker) -> bool {
    !marker.suffix(text).trim_ascii_end().is_empty()
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

/// Java 25 reads in a way of its own; that it loads more is good to know.
pub fn newer_java(newer: &View, views: &[View]) -> Option<Finding> {
    let older = views.iter().find(|view| view.reader == newer.reader)?;
    let [newer, older] = [&newer.trusted, &older.trusted];
    let severity = if older.iter().all(|one| newer.contains(one)) { Severity::Note } else { Severity::Warning };
    let finding = || Finding::new(Code::NewerJavaDiffers, say::newer_java_differs(newer.len(), older.len()));
    (newer != older).then(|| finding().severity(severity))
}

/// The readers that do not end up with every certificate that was meant.
pub fn stumbling(entries: &[Entry], views: &[View]) -> Option<Finding> {
    let partial = |view: &&View| {
        let trusted: HashSet<_> = view.trusted.iter().collect();
        view.fails || entries.iter().any(|entry| !trusted.contains(&entry.certificate.fingerprint()))
    };
    let names: Vec<&str> = views.iter().filter(partial).map(|view| view.reader.as_str()).collect();
    (!names.is_empty()).then(|| Finding::new(Code::ReadersStumble, say::readers_stumble(names.join(", "))))
}
