//! Where an addition goes, so that every program that reads the file today sees it.

use std::collections::HashSet;

use super::scan::{self, Block};
use super::style::Style;
use super::view;
use crate::certificate::Fingerprint;
use crate::readers::{self, View};
use crate::rollover::Root;

/// NUL, at which OpenSSL stops reading, and Ctrl-Z, with which DOS programs mark the end of a text.
pub fn ends_a_file(byte: u8) -> bool {
    matches!(byte, 0 | 0x1a)
}

/// Where the trailing blanks and control characters begin: behind the last thing that a person can see.
pub fn tail_start(text: &[u8], blocks: &[Block]) -> usize {
    let last = blocks.last().map_or(0, |block| block.span(text).end);
    let tail = text[last..].iter().rposition(|b| !(b.is_ascii_whitespace() || ends_a_file(*b)));
    tail.map_or(last, |at| last + at + 1)
}

/// The text with these roots, at the first place where every reader sees them that read anything of `before`.
pub fn add(text: &[u8], roots: &[&Root], before: &[View]) -> Option<Vec<u8>> {
    let blocks = scan::blocks(text);
    let style = Style::of(text, &blocks);
    let added: Vec<Fingerprint> = roots.iter().map(|root| root.certificate.fingerprint()).collect();
    let java = readers::java_25(text);
    (places(text, &blocks).into_iter())
        .map(|at| insert(text, at, &style, roots))
        .find(|new| all_see(new, before, &java, &added))
}

/// Where an addition may go, best first: the end; before a tail of control characters; before the last block; before
/// the first (GnuTLS sees no X509 CERTIFICATE that has a CERTIFICATE behind it).
fn places(text: &[u8], blocks: &[Block]) -> Vec<usize> {
    let tail = tail_start(text, blocks);
    let control = text[tail..].iter().position(|b| !b.is_ascii_whitespace()).map(|at| tail + at);
    let mut whole = blocks.iter().filter(|block| block.certificate().is_some()).map(|block| block.span(text).start);
    let first = whole.next();
    let last = whole.next_back().or(first);
    let mut places = Vec::new();
    match control {
        None => places.push(text.len()),
        // On a line of its own, or the tail would be torn off the line that it stands on.
        Some(at) if at == 0 || text[at - 1] == b'\n' => places.push(at),
        Some(at) => {
            places.extend(last);
            places.push(at);
        }
    }
    for place in [Some(text.len()), last, first].into_iter().flatten() {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The text with the roots at that place, in the text's own style.
fn insert(text: &[u8], at: usize, style: &Style, roots: &[&Root]) -> Vec<u8> {
    let (head, tail) = text.split_at(at);
    let mut new = head.to_vec();
    if !roots.is_empty() && !head.is_empty() && !head.ends_with(b"\n") {
        // A line that was cut off between CR and LF lacks the LF alone.
        let half = head.ends_with(b"\r") && style.line_ending() == "\r\n";
        new.extend_from_slice(if half { b"\n" } else { style.line_ending().as_bytes() });
    }
    for root in roots {
        new.extend_from_slice(&style.titled(root));
    }
    new.extend_from_slice(tail);
    new
}

/// Whether every reader that read something before reads all of it in the new text, and the additions; of one that
/// read nothing, nothing is asked. Java stands here twice, as it reads before release 25 and since.
fn all_see(new: &[u8], before: &[View], java_before: &View, added: &[Fingerprint]) -> bool {
    let after = readers::views(new);
    before.iter().all(|before| sees_all(before, view(&after, before.reader), added))
        && sees_all(java_before, Some(&readers::java_25(new)), added)
}

fn sees_all(before: &View, after: Option<&View>, added: &[Fingerprint]) -> bool {
    if before.trusted.is_empty() || before.fails {
        return true;
    }
    after.is_some_and(|after| {
        let trusted: HashSet<_> = after.trusted.iter().collect();
        !after.fails && before.trusted.iter().chain(added).all(|fingerprint| trusted.contains(fingerprint))
    })
}
