//! Certificates inside other text: a string in source code, a block of YAML, a value of JSON.
//!
//! What stands between the lines of such a certificate (`\n" +` and an indent, an escaped line break, the indent of a
//! block) is the same between all of them. It is taken from the certificate that is there, and the new one is written
//! with it, directly behind; the text around it, whatever its language, is not touched. Where the lines are not alike,
//! nothing is guessed.

use std::ops::Range;

use memchr::memmem;

use super::{AppendOptions, Appended, Entry, Format, Nature, Store, StoreFormat, Trust, mistaken};
use crate::certificate::Certificate;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::literal as say;
use crate::password::Passwords;
use crate::readers;
use crate::rollover::Root;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";
/// How the base64 of every certificate of 256 to 65535 bytes begins.
const FIRST: &[u8] = b"MII";
/// What separates two lines is shorter than this: quotes, an operator, an indent.
const LONGEST_SEPARATOR: usize = 200;
/// Base64 columns of RFC 7468, for a certificate that is not wrapped.
const COLUMNS: usize = 64;

/// The places of a text's comments.
type Comments = Box<dyn Fn(&str) -> Vec<Range<usize>> + Send + Sync>;

/// Texts of one language, told by what they have for comments.
pub struct Literals {
    comments: Comments,
}

impl std::fmt::Debug for Literals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Literals").finish_non_exhaustive()
    }
}

/// One certificate in the text.
struct Block {
    /// From BEGIN to behind END.
    span: Range<usize>,
    /// The number of the line that it begins in.
    line: usize,
    certificate: Option<Certificate>,
    style: Option<Style>,
    /// The literal that it stands in; those of one literal follow each other.
    literal: usize,
}

/// How the lines are written.
#[derive(Clone)]
struct Style {
    separator: Vec<u8>,
    columns: usize,
}

impl Literals {
    /// `comments` gives the places of a text's comments; a certificate in one of them is nobody's.
    pub fn new(comments: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'static) -> Self {
        Literals { comments: Box::new(comments) }
    }

    fn blocks(&self, text: &[u8]) -> Vec<Block> {
        if memmem::find(text, BEGIN).is_none() {
            return Vec::new();
        }
        // Comments begin and end at ASCII characters; other characters count one byte each, whatever their charset.
        let ascii: String = text.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect();
        let comments = (self.comments)(&ascii);
        let mut blocks: Vec<Block> = Vec::new();
        let (mut from, mut line, mut counted) = (0, 1, 0);
        while let Some(start) = memmem::find(&text[from..], BEGIN).map(|at| from + at) {
            let body = start + BEGIN.len();
            from = body;
            let next = memmem::find(&text[body..], BEGIN).map_or(text.len(), |at| body + at);
            let Some(end) = memmem::find(&text[body..next], END).map(|at| body + at) else { continue };
            let after = comments.partition_point(|comment| comment.end <= start);
            if comments.get(after).is_some_and(|comment| comment.start <= start) {
                continue;
            }
            let (certificate, style) = match written(&text[body..end]) {
                Some((certificate, style)) => (Some(certificate), Some(style)),
                None => (unwritten(&text[body..end]), None),
            };
            let span = start..end + END.len();
            line += memchr::memchr_iter(b'\n', &text[counted..start]).count();
            counted = start;
            let literal = match blocks.last() {
                None => 0,
                Some(last) if is_glue(&text[last.span.end..start]) => last.literal,
                Some(last) => last.literal + 1,
            };
            blocks.push(Block { span, line, certificate, style, literal });
        }
        blocks
    }

    /// The block behind which the roots go: the last of the literal that holds what the rollover keeps, or of the only
    /// literal there is.
    fn place(blocks: &[Block], options: &AppendOptions) -> Option<usize> {
        let kept =
            |block: &&Block| block.certificate.as_ref().is_some_and(|c| options.beside.contains(&c.fingerprint()));
        let literal = match blocks.iter().find(kept) {
            Some(block) => block.literal,
            None if blocks.last()?.literal == 0 => 0,
            None => return None,
        };
        blocks.iter().rposition(|block| block.literal == literal)
    }
}

impl StoreFormat for Literals {
    /// A certificate is there, outside of comments.
    fn sniff(&self, bytes: &[u8]) -> bool {
        self.blocks(bytes).iter().any(|block| block.certificate.is_some())
    }

    fn decode(&self, bytes: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        let blocks = self.blocks(bytes);
        let entries: Vec<Entry> = (blocks.iter())
            .filter_map(|block| {
                let certificate = block.certificate.clone()?;
                let line = Some(block.line);
                Some(Entry { certificate, alias: None, line, file: None, trust: Trust::Trusted })
            })
            .collect();
        if entries.is_empty() {
            return Err(Trouble::new(Code::Unreadable, say::no_certificate(), say::look_at_the_source()));
        }
        let mut findings = vec![Finding::new(Code::InSource, say::in_source())];
        let damaged: Vec<&Block> = blocks.iter().filter(|block| block.certificate.is_none()).collect();
        findings.extend(
            damaged
                .iter()
                .map(|block| Finding::new(Code::CertificateDamaged, crate::lang::pem::not_base64()).at(block.line)),
        );
        let wechat = entries.iter().map(|entry| mistaken::wechat_pay(&entry.certificate)).collect::<Option<Vec<_>>>();
        let nature = match wechat {
            Some(codes) => Nature::NotATrustStore(Finding::new(codes[0], codes[0].explain().meaning)),
            None => Nature::TrustStore,
        };
        // What a program is given is the value of the literal, which is plain PEM.
        let value: String =
            (entries.iter()).map(|entry| pem::encode(&pem::Pem::new("CERTIFICATE", entry.certificate.der()))).collect();
        Ok(Store {
            format: Format::InSource,
            nature,
            entries,
            others: 0,
            findings,
            views: readers::views(value.as_bytes()),
            broken: !damaged.is_empty(),
            password: None,
        })
    }

    fn append(
        &self,
        bytes: &[u8],
        store: &Store,
        roots: &[&Root],
        options: &AppendOptions,
    ) -> Result<Appended, Trouble> {
        let by_hand = |why| Trouble::new(Code::InSourceByHand, why, say::by_hand());
        if store.broken {
            return Err(by_hand(say::damaged()));
        }
        let blocks = self.blocks(bytes);
        let last = Self::place(&blocks, options).map(|at| &blocks[at]).ok_or_else(|| by_hand(say::several()))?;
        let style = last.style.as_ref().ok_or_else(|| by_hand(say::not_alike()))?;
        let mut new = bytes[..last.span.end].to_vec();
        for root in roots {
            style.write(root.der(), &mut new);
        }
        new.extend_from_slice(&bytes[last.span.end..]);
        let added = self.blocks(&new).iter().filter(|block| block.certificate.is_some()).count();
        if added != store.entries.len() + roots.len() {
            return Err(by_hand(say::not_alike()));
        }
        Ok(Appended { bytes: new, findings: vec![Finding::new(Code::InSource, say::reads_all())] })
    }
}

impl Style {
    fn write(&self, der: &[u8], out: &mut Vec<u8>) {
        let base64 = base64_simd::STANDARD.encode_to_string(der);
        let lines = base64.as_bytes().chunks(self.columns);
        for line in std::iter::once(BEGIN).chain(lines).chain([END]) {
            out.extend_from_slice(&self.separator);
            out.extend_from_slice(line);
        }
    }
}

/// The certificate of a body whose lines are all separated alike.
fn written(body: &[u8]) -> Option<(Certificate, Style)> {
    let start = memmem::find(&body[..body.len().min(LONGEST_SEPARATOR)], FIRST)?;
    let (separator, rest) = body.split_at(start);
    if separator.is_empty() {
        return None;
    }
    let rest = rest.strip_suffix(separator)?;
    let mut base64 = Vec::with_capacity(rest.len());
    let mut columns = None;
    let mut from = 0;
    for at in memmem::find_iter(rest, separator).chain([rest.len()]) {
        let line = rest.get(from..at)?;
        columns = columns.or(Some(line.len()).filter(|_| at < rest.len()));
        base64.extend_from_slice(line);
        from = at + separator.len();
    }
    let der = base64_simd::STANDARD.decode_to_vec(&base64).ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    let columns = columns.filter(|columns| columns % 4 == 0 && (16..=76).contains(columns)).unwrap_or(COLUMNS);
    Some((certificate, Style { separator: separator.to_vec(), columns }))
}

/// The certificate of a body whose lines are written in different ways; it can be named, but not imitated.
fn unwritten(body: &[u8]) -> Option<Certificate> {
    let mut base64 = Vec::with_capacity(body.len());
    for part in body.split(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'=' | b'\\')) {
        for (n, piece) in part.split(|byte| *byte == b'\\').enumerate() {
            // The letter behind a backslash is a line break's or a tabulator's name.
            let piece = if n > 0 { piece.get(1..).unwrap_or_default() } else { piece };
            // An operator stands alone; in base64 a `+` has neighbours.
            if piece != b"+" {
                base64.extend_from_slice(piece);
            }
        }
    }
    let start = memmem::find(&base64, FIRST)?;
    let der = base64_simd::STANDARD.decode_to_vec(&base64[start..]).ok()?;
    Certificate::from_der(&der).ok()
}

/// Whether what stands between two certificates leaves them in one literal, or in one list of literals.
fn is_glue(between: &[u8]) -> bool {
    between.split(|byte| *byte == b'\n').all(|line| {
        let line = line.trim_ascii();
        let mut escaped = false;
        line.starts_with(b"#")
            || line.iter().all(|byte| {
                let is =
                    escaped || byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'+' | b',' | b'.' | b'\\');
                escaped = !escaped && *byte == b'\\';
                is
            })
    })
}
