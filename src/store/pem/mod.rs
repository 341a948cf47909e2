//! PEM texts: RFC 7468 as people really write it.
//!
//! Three pictures of one file are kept apart: what a person meant ([`scan`]), what each program loads
//! (`readers`), and what an addition must look like ([`style`]). A file is broken where the first two differ for
//! OpenSSL; an addition goes to a place where every program that reads the file today will see it, and that is
//! checked with the reader models before any byte is given back.

mod repair;
mod scan;
mod seems;
mod style;

use std::borrow::Cow;

use super::{AppendOptions, Appended, Entry, Format, Nature, Store, StoreFormat, Trust, mistaken};
use crate::certificate::Fingerprint;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::{Sentence, pem as say};
use crate::password::Passwords;
use crate::readers::{self, Reader, View};
use crate::rollover::Root;
use scan::{Block, Content, Damage};
use style::Style;

/// The longest base64 line that OpenSSL before 1.1.0 reads.
const OLD_OPENSSL_LINE: usize = 76;

#[derive(Debug)]
pub struct Pem;

impl StoreFormat for Pem {
    /// PEM is what is tried last: whatever else the bytes are, the sentence about them comes from here.
    fn sniff(&self, _: &[u8]) -> bool {
        true
    }

    fn decode(&self, bytes: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        let text = utf8(bytes);
        let blocks = scan::blocks(&text);
        let views = readers::views(bytes);
        let openssl = view(&views, Reader::Openssl);
        let entries: Vec<Entry> = blocks.iter().filter_map(|block| entry(&text, block, openssl)).collect();
        if entries.is_empty() {
            return without_certificates(bytes, &blocks, views);
        }
        let mut findings = oddities(bytes, &text, &blocks);
        let missing = entries.iter().any(|entry| entry.trust == Trust::NotTrusted);
        let damaged = blocks.iter().any(|b| !b.commented && matches!(b.content, Content::NoCertificate(_)));
        let broken = missing || damaged || openssl.is_none_or(|view| view.fails);
        findings.extend(stumbling(&entries, &views));
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
        let (base, findings) = if options.repair { repair::mend(&utf8(bytes)) } else { (bytes.to_vec(), Vec::new()) };
        let before = if options.repair { whole_views(&base) } else { store.views.clone() };
        let wanted: Vec<Fingerprint> = roots.iter().map(|root| root.certificate.fingerprint()).collect();
        let blocks = scan::blocks(&base);
        let style = Style::of(&base, &blocks);
        let seen = |new: &[u8]| {
            let after = readers::views(new);
            before.iter().all(|before| sees_all(before, view(&after, before.reader), &wanted))
        };
        let candidates = places(&base, &blocks).into_iter().map(|at| insert(&base, at, &style, roots));
        match candidates.into_iter().find(|new| seen(new)) {
            Some(bytes) => Ok(Appended { bytes, findings }),
            None if options.repair => Err(Trouble::new(Code::CannotMend, say::cannot_mend(), say::replace_it())),
            None => Err(Trouble::new(Code::NoVisiblePlace, say::no_reader_would_see_it(), say::try_repair())),
        }
    }
}

/// The text as UTF-8 (or whatever bytes they are): only UTF-16 is turned into something else.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let units =
        |from: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect::<Vec<_>>();
    match bytes {
        [0xff, 0xfe, ..] => String::from_utf16(&units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16(&units(u16::from_be_bytes)),
        // Without a byte order mark: a text whose first line is ASCII in every second byte.
        [b'-', 0, b'-', 0, ..] | [b'#', 0, _, 0, ..] => String::from_utf16(
            &bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>(),
        ),
        _ => return Cow::Borrowed(bytes),
    }
    .map_or(Cow::Borrowed(bytes), |text| Cow::Owned(text.into_bytes()))
}

fn view(views: &[View], reader: Reader) -> Option<&View> {
    views.iter().find(|view| view.reader == reader)
}

fn entry(text: &[u8], block: &Block, openssl: Option<&View>) -> Option<Entry> {
    let certificate = block.certificate()?.clone();
    let seen = openssl.is_some_and(|view| view.trusted.contains(&certificate.fingerprint()));
    Some(Entry {
        alias: title_of(text, block),
        line: Some(block.begin.number),
        file: None,
        trust: if seen { Trust::Trusted } else { Trust::NotTrusted },
        certificate,
    })
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
fn without_certificates(bytes: &[u8], blocks: &[Block], views: Vec<View>) -> Result<Store, Trouble> {
    let is = |content: Content| blocks.iter().any(|block| block.content == content);
    let damaged = blocks.iter().any(|block| matches!(block.content, Content::NoCertificate(_)));
    let (code, sentence) = if damaged {
        return Err(seems::unreadable(bytes, blocks));
    } else if is(Content::Pkcs7) {
        (Code::Pkcs7, say::is_pkcs7())
    } else if is(Content::PrivateKey) {
        (Code::OnlyAKey, say::is_key())
    } else {
        return Err(seems::unreadable(bytes, blocks));
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

/// Everything about the text that some program, old or new, does not take as it was meant.
fn oddities(bytes: &[u8], text: &[u8], blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Cow::Owned(_) = utf8(bytes) {
        let order = if bytes.starts_with(b"\xfe\xff") { "big-endian" } else { "little-endian" };
        findings.push(Finding::new(Code::Utf16, say::utf16(order)));
    }
    if let Some(first) = blocks.first()
        && first.begin.line.start == 0
        && text.starts_with(b"\xef\xbb\xbf")
    {
        findings.push(Finding::new(Code::ByteOrderMark, say::byte_order_mark()).at(1));
    }
    for block in blocks {
        findings.extend(block_oddities(text, block).into_iter().map(|finding| finding.at(block.begin.number)));
    }
    let tail = tail_start(text, blocks);
    if let Some(at) = memchr::memchr(0, text)
        && at < tail
    {
        findings.push(Finding::new(Code::NulByte, say::nul()).at(scan::line_breaks(&text[..at]) + 1));
    }
    if text[tail..].iter().any(|b| !b.is_ascii_whitespace()) {
        findings.push(Finding::new(Code::ControlTail, say::control_tail()));
    } else if !text.ends_with(b"\n") && !text.ends_with(b"\r") {
        findings.push(Finding::new(Code::NoFinalNewline, say::no_final_newline()));
    }
    let crs = memchr::memchr_iter(b'\r', text).collect::<Vec<_>>();
    if let Some(at) = crs.iter().find(|at| !matches!(text.get(**at + 1), Some(b'\n' | b'\r'))) {
        if *at + 1 < text.len() {
            findings.push(Finding::new(Code::LoneCr, say::lone_cr()).at(scan::line_breaks(&text[..*at]) + 1));
        }
    } else if !crs.is_empty() && memchr::memchr_iter(b'\n', text).any(|at| at == 0 || text[at - 1] != b'\r') {
        findings.push(Finding::new(Code::MixedLineEndings, say::mixed_line_endings()));
    }
    if std::str::from_utf8(text).is_err() && repair::raw_der(text, blocks).is_empty() {
        findings.push(Finding::new(Code::NotUtf8, say::not_utf8()));
    }
    findings.extend(
        repair::raw_der(text, blocks).iter().map(|place| {
            Finding::new(Code::RawDerInside, say::raw_der()).at(scan::line_breaks(&text[..place.start]) + 1)
        }),
    );
    findings
}

fn block_oddities(text: &[u8], block: &Block) -> Vec<Finding> {
    if block.commented {
        return vec![Finding::new(Code::CommentedBlock, say::commented_block())];
    }
    let at = |what: Sentence| {
        let line = block.begin.number;
        Sentence { en: say::block_at(line, &what.en).en, zh: say::block_at(line, &what.zh).zh }
    };
    let mut findings = Vec::new();
    match &block.content {
        Content::PrivateKey => findings.push(Finding::new(Code::PrivateKeyInside, say::private_key_inside())),
        Content::NoCertificate(damage) => {
            let what = match damage {
                Damage::Empty => say::empty_block(),
                Damage::NotBase64 => say::not_base64(),
                Damage::NotDer => say::not_der(),
                Damage::CutOff => say::cut_off(),
            };
            findings.push(Finding::new(Code::CertificateDamaged, at(what)));
        }
        Content::Certificate { .. } => match block.label.as_str() {
            "TRUSTED CERTIFICATE" => findings.push(Finding::new(Code::TrustedLabel, say::trusted_label())),
            "X509 CERTIFICATE" => findings.push(Finding::new(Code::X509Label, say::x509_label())),
            _ => {}
        },
        Content::Pkcs7 | Content::Other => {}
    }
    if !matches!(block.content, Content::Certificate { .. }) {
        return findings;
    }
    findings.extend(marker_oddities(text, block).into_iter().map(|(code, what)| Finding::new(code, at(what))));
    let lines = || text[block.body.clone()].split(|b| *b == b'\n' || *b == b'\r');
    if repair::has_blanks_inside(&text[block.body.clone()]) {
        findings.push(Finding::new(Code::BlankInCertificate, at(say::blank_line_inside())));
    }
    if lines().any(|line| line.trim_ascii().len() > OLD_OPENSSL_LINE) {
        findings.push(Finding::new(Code::LongLine, say::long_line()));
    }
    findings
}

fn marker_oddities(text: &[u8], block: &Block) -> Vec<(Code, Sentence)> {
    let mut odd = Vec::new();
    let begin_prefix = block.begin.prefix(text);
    let mark = begin_prefix == b"\xef\xbb\xbf" && block.begin.line.start == 0;
    if begin_prefix.trim_ascii().ends_with(b"-") && !block.commented {
        odd.push((Code::GluedMarkers, say::glued()));
    } else if !begin_prefix.is_empty() && !mark {
        odd.push((Code::TextAroundMarker, say::behind_text()));
    }
    if !block.begin.suffix(text).trim_ascii_end().is_empty() {
        odd.push((Code::TextAroundMarker, say::after_marker()));
    }
    match &block.end {
        None => odd.push((Code::BadMarker, say::no_end())),
        Some(end) => {
            if !end.prefix(text).is_empty() {
                odd.push((Code::TextAroundMarker, say::behind_text()));
            }
            let closing = &text[end.span.clone()];
            let label = format!("END {}-", block.label);
            if memchr::memmem::find(closing, label.as_bytes()).is_none() {
                odd.push((Code::BadMarker, say::end_of_another()));
            }
        }
    }
    if !block.begin.exact || block.end.as_ref().is_some_and(|end| !end.exact) {
        odd.push((Code::BadMarker, say::not_five_hyphens()));
    }
    odd
}

/// The readers that do not end up with every certificate that was meant.
fn stumbling(entries: &[Entry], views: &[View]) -> Option<Finding> {
    let partial = |view: &&View| {
        view.fails || entries.iter().any(|entry| !view.trusted.contains(&entry.certificate.fingerprint()))
    };
    let names: Vec<&str> = views.iter().filter(partial).map(|view| view.reader.as_str()).collect();
    (!names.is_empty()).then(|| Finding::new(Code::ReadersStumble, say::readers_stumble(names.join(", "))))
}

/// What each reader should see of a text that was mended: what it sees where the same certificates are written without
/// any oddity. (A reader may refuse a certificate for its own content; no repair changes that.)
fn whole_views(text: &[u8]) -> Vec<View> {
    let style = Style::of(b"", &[]);
    let blocks = scan::blocks(text);
    let meant = blocks.iter().filter_map(Block::certificate);
    readers::views(&meant.flat_map(|certificate| style.block(certificate.der())).collect::<Vec<u8>>())
}

/// A reader that read something before must read all of it and the additions; of one that read nothing, nothing is
/// asked.
fn sees_all(before: &View, after: Option<&View>, added: &[Fingerprint]) -> bool {
    if before.trusted.is_empty() || before.fails {
        return true;
    }
    after.is_some_and(|after| {
        !after.fails && before.trusted.iter().chain(added).all(|fingerprint| after.trusted.contains(fingerprint))
    })
}

/// Where the trailing blanks and control characters begin: behind the last thing that a person can see.
fn tail_start(text: &[u8], blocks: &[Block]) -> usize {
    let last = blocks.last().map_or(0, |block| block.span(text).end);
    let tail = text[last..].iter().rposition(|b| !(b.is_ascii_whitespace() || *b == 0 || *b == 0x1a));
    tail.map_or(last, |at| last + at + 1)
}

/// Where an addition may go, best first: the end; before a tail of control characters; before the last block.
fn places(text: &[u8], blocks: &[Block]) -> Vec<usize> {
    let tail = tail_start(text, blocks);
    let control = text[tail..].iter().position(|b| !b.is_ascii_whitespace()).map(|at| tail + at);
    let mut places = Vec::new();
    match control {
        None => places.push(text.len()),
        // On a line of its own, or the tail would be torn off the line that it stands on.
        Some(at) if at == 0 || text[at - 1] == b'\n' => places.push(at),
        Some(at) => {
            places.extend(blocks.iter().rev().find(|block| block.certificate().is_some()).map(|b| b.begin.line.start));
            places.push(at);
        }
    }
    if !places.contains(&text.len()) {
        places.push(text.len());
    }
    places
}

fn insert(text: &[u8], at: usize, style: &Style, roots: &[&Root]) -> Vec<u8> {
    let mut new = text[..at].to_vec();
    if !roots.is_empty() && at > 0 && text[at - 1] != b'\n' {
        new.extend_from_slice(style.line_ending().as_bytes());
    }
    for root in roots {
        new.extend_from_slice(&style.titled(root));
    }
    new.extend_from_slice(&text[at..]);
    new
}
