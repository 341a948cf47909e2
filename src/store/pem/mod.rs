//! PEM texts: RFC 7468 as people really write it.
//!
//! Three pictures of one file are kept apart: what a person meant ([`scan`]), what each program loads
//! (`readers`), and what an addition must look like ([`style`]). A file is broken where the first two differ for
//! OpenSSL; an addition goes to a place where every program that reads the file today will see it, and that is
//! checked with the reader models before any byte is given back.

mod oddities;
mod places;
mod repair;
mod scan;
mod seems;
mod style;

use std::borrow::Cow;
use std::collections::HashSet;

use super::{AppendOptions, Appended, Entry, Format, Nature, Store, StoreFormat, Trust, mistaken};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::pem as say;
use crate::password::Passwords;
use crate::readers::{self, Reader, View, canonical};
use crate::rollover::Root;
use repair::RawDer;
use scan::{Block, Content};

#[derive(Debug)]
pub struct Pem;

impl StoreFormat for Pem {
    /// PEM is what is tried last: whatever else the bytes are, the sentence about them comes from here.
    fn sniff(&self, _: &[u8]) -> bool {
        true
    }

    fn decode(&self, bytes: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        // Most files are read once for all; in the others, what was meant is looked for as well.
        let canonical = canonical::blocks(bytes);
        // Without a NUL nothing is UTF-16.
        let (text, utf16) = if canonical.is_some() { (Cow::Borrowed(bytes), None) } else { utf8(bytes) };
        let views = match &canonical {
            Some(blocks) => readers::views_of_canonical(blocks),
            None => readers::views_of_odd(bytes),
        };
        let alike = canonical.and_then(|blocks| scan::of_canonical(bytes, blocks));
        let is_canonical = alike.is_some();
        let blocks = alike.unwrap_or_else(|| scan::blocks(&text));
        let raw = repair::raw_der(&text, &blocks);
        let entries = entries(&text, &blocks, &raw, view(&views, Reader::Openssl));
        if entries.is_empty() {
            return without_certificates(&text, &blocks, views);
        }
        let mut findings: Vec<Finding> = utf16.into_iter().collect();
        if is_canonical && raw.is_empty() {
            findings.extend(oddities::of_canonical(&text, &blocks));
        } else {
            findings.extend(oddities::of_text(&text, &blocks, &raw));
            findings.extend(oddities::stumbling(&entries, &views));
            findings.extend(oddities::newer_java(&readers::java_25(bytes), &views));
        }
        let missing = entries.iter().any(|entry| entry.trust == Trust::NotTrusted);
        let damaged = blocks.iter().any(|b| !b.commented && matches!(b.content, Content::NoCertificate(_)));
        let broken = missing || damaged || view(&views, Reader::Openssl).is_none_or(|view| view.fails);
        let nature =
            match entries.iter().map(|entry| mistaken::wechat_pay(&entry.certificate)).collect::<Option<Vec<_>>>() {
                Some(codes) => Nature::NotATrustStore(Finding::new(codes[0], codes[0].explain().meaning)),
                None => Nature::TrustStore,
            };
        let others = blocks
            .iter()
            .filter(|b| !matches!(b.content, Content::Certificate { .. } | Content::NoCertificate(_)))
            .count();
        Ok(Store { format: Format::Pem, nature, entries, others, findings, views, broken, password: None })
    }

    fn append(
        &self,
        bytes: &[u8],
        store: &Store,
        roots: &[&Root],
        options: &AppendOptions,
    ) -> Result<Appended, Trouble> {
        if store.broken && !options.repair {
            return Err(Trouble::new(Code::Broken, say::is_broken(), say::try_repair()));
        }
        if !options.repair {
            return match places::add(bytes, roots, &store.views) {
                Some(bytes) => Ok(Appended { bytes, findings: Vec::new() }),
                None => Err(Trouble::new(Code::NoVisiblePlace, say::no_reader_would_see_it(), say::try_repair())),
            };
        }
        let (mended, mut findings) = repair::mend(&utf8(bytes).0);
        let whole = repair::whole_views(&mended);
        // A reader that takes offence at a certificate itself is asked for nothing, but OpenSSL must load what is given back.
        let loads = |bytes: &Vec<u8>| {
            let views = readers::views(bytes);
            let added = |view: &View| roots.iter().all(|root| view.trusted.contains(&root.certificate.fingerprint()));
            view(&views, Reader::Openssl).is_some_and(|view| !view.fails && added(view))
        };
        if let Some(bytes) = places::add(&mended, roots, &whole).filter(loads) {
            return Ok(Appended { bytes, findings });
        }
        // Something stays that is not ours to take out. OpenSSL's family must read all of it, the others what they did.
        let at_least: Vec<View> = (whole.iter().zip(&store.views))
            .map(|(whole, own)| if whole.reader == Reader::Openssl { whole.clone() } else { own.clone() })
            .collect();
        let bytes = places::add(&mended, roots, &at_least)
            .filter(loads)
            .ok_or_else(|| Trouble::new(Code::CannotMend, say::cannot_mend(), say::replace_it()))?;
        let views = readers::views(&bytes);
        findings.extend(oddities::stumbling(&entries(&bytes, &scan::blocks(&bytes), &[], None), &views));
        Ok(Appended { bytes, findings })
    }
}

/// The text as UTF-8 (or whatever bytes they are): UTF-16 alone is turned into something else, and told of.
fn utf8(bytes: &[u8]) -> (Cow<'_, [u8]>, Option<Finding>) {
    let big = (u16::from_be_bytes as fn([u8; 2]) -> u16, "big-endian");
    let little = (u16::from_le_bytes as fn([u8; 2]) -> u16, "little-endian");
    let contains = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    // A byte order mark proves nothing where a block stands in plain letters: something was appended, or mended.
    let plain = contains(b"-----BEGIN ");
    let ((unit, order), text) = match bytes {
        [0xfe, 0xff, text @ ..] if !plain => (big, text),
        [0xff, 0xfe, text @ ..] if !plain => (little, text),
        // Without a byte order mark.
        [0, 1..=0x7f, ..] if contains(b"\0B\0E\0G\0I\0N") => (big, bytes),
        [1..=0x7f, 0, ..] if contains(b"B\0E\0G\0I\0N\0") => (little, bytes),
        // PowerShell's `>>` appends UTF-16 to whatever is there; other programs append plain letters to UTF-16.
        _ if contains(b"-\0B\0E\0G\0I\0N\0") => {
            let start = memchr::memchr(0, bytes).unwrap_or(0);
            let finding = Finding::new(Code::Utf16, say::utf16_part()).at(scan::line_breaks(&bytes[..start]) + 1);
            let mark = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
            let text = if mark { &bytes[2..] } else { bytes };
            return (Cow::Owned(text.iter().copied().filter(|byte| *byte != 0).collect()), Some(finding));
        }
        _ => return (Cow::Borrowed(bytes), None),
    };
    let units: Vec<u16> = text.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    match String::from_utf16(&units) {
        Ok(text) => (Cow::Owned(text.into_bytes()), Some(Finding::new(Code::Utf16, say::utf16(order)))),
        Err(_) => (Cow::Borrowed(bytes), None),
    }
}

fn view(views: &[View], reader: Reader) -> Option<&View> {
    views.iter().find(|view| view.reader == reader)
}

/// Every certificate that was meant, in the file's order.
fn entries(text: &[u8], blocks: &[Block], raw: &[RawDer], openssl: Option<&View>) -> Vec<Entry> {
    let trusted: HashSet<&Fingerprint> = openssl.map(|view| view.trusted.iter().collect()).unwrap_or_default();
    let entry = |certificate: &Certificate, line, alias| {
        let seen = trusted.contains(&certificate.fingerprint());
        let trust = if seen { Trust::Trusted } else { Trust::NotTrusted };
        Entry { certificate: certificate.clone(), alias, line: Some(line), file: None, trust }
    };
    let in_block = |block: &Block| Some(entry(block.certificate()?, block.begin.number, title_of(text, block)));
    let mut entries: Vec<Entry> = blocks.iter().filter_map(in_block).collect();
    if !raw.is_empty() {
        let mut lines = scan::Lines::of(text);
        entries.extend(raw.iter().map(|raw| entry(&raw.certificate, lines.number(raw.place.start), None)));
        entries.sort_by_key(|entry| entry.line);
    }
    entries
}

/// The title directly above a block, for people; bytes that are not UTF-8 are shown as they can be.
fn title_of(text: &[u8], block: &Block) -> Option<String> {
    let above = &text[..block.begin.line.start];
    let mut lines = above.rsplit(|b| *b == b'\n').skip(1).map(<[u8]>::trim_ascii);
    let line = lines.next()?;
    let line = if !line.is_empty() && line.iter().all(|b| *b == b'=') { lines.next()? } else { line };
    let name = String::from_utf8_lossy(line.strip_prefix(b"#").unwrap_or(line).trim_ascii()).into_owned();
    (!name.is_empty() && !line.starts_with(b"-") && name.len() < 300).then_some(name)
}

/// No certificate at all: either something else that is readable, or unreadable.
fn without_certificates(text: &[u8], blocks: &[Block], views: Vec<View>) -> Result<Store, Trouble> {
    let is = |content: Content| blocks.iter().any(|block| block.content == content);
    let damaged = blocks.iter().any(|block| matches!(block.content, Content::NoCertificate(_)));
    let (code, sentence) = if damaged {
        return Err(seems::unreadable(text, blocks));
    } else if is(Content::Pkcs7) {
        (Code::Pkcs7, say::is_pkcs7())
    } else if is(Content::PrivateKey) {
        (Code::OnlyAKey, say::is_key())
    } else {
        return Err(seems::unreadable(text, blocks));
    };
    Ok(Store {
        format: Format::Pem,
        nature: Nature::NotATrustStore(Finding::new(code, sentence)),
        entries: Vec::new(),
        others: blocks.len(),
        findings: Vec::new(),
        views,
        broken: false,
        password: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOTS: [&str; 2] = [
        include_str!("../../../embedded-roots/digicert-global-root-ca.pem"),
        include_str!("../../../embedded-roots/digicert-global-root-g3.pem"),
    ];

    /// What a careless `cat new.pem >> old.pem` makes of a file that Notepad saved as "Unicode".
    #[test]
    fn plain_letters_behind_utf_16_are_read_beside_it() {
        let [old, new] = ROOTS;
        for (mark, bytes) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)]
        {
            let utf16: Vec<u8> = mark.into_iter().chain(old.encode_utf16().flat_map(bytes)).collect();
            let read = |bytes: &[u8]| Pem.decode(bytes, &Passwords::default()).unwrap();
            let alone = read(&utf16);
            assert_eq!(
                (alone.entries.len(), alone.broken),
                (1, true),
                "the control: without plain letters it is UTF-16"
            );
            let both = read(&[&utf16, new.as_bytes()].concat());
            assert_eq!(both.entries.len(), 2, "both certificates that were meant");
            assert!(both.broken && both.findings.iter().any(|finding| finding.code == Code::Utf16));
            let options = AppendOptions { repair: true, ..AppendOptions::default() };
            let mended = Pem.append(&[&utf16, new.as_bytes()].concat(), &both, &[], &options).unwrap();
            let mended = read(&mended.bytes);
            assert_eq!((mended.entries.len(), mended.broken), (2, false), "and both come back");
        }
    }
}
