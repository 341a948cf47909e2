//! The rung `reread`: the file's new bytes, which `apply` reads back from disk, against what it was before.
//!
//! The code that wrote the file must not be the only witness of what it wrote. So the certificates are looked for by a
//! second, far simpler path: in a text, whatever stands between BEGIN and END; in a binary store, every run of bytes
//! that is a DER certificate. A store that encrypts its certificates shows none; there the decoder is the only
//! witness, and the detail says so.
//!
//! Not shown: that any program loads the file (the rungs `stand-in` and `client` ask that).

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::certificate::{Certificate, Fingerprint};
use crate::lang::{Sentence, prove as say};
use crate::proof::{Proof, Rung, Verdict};
use crate::rollover::Root;
use crate::store::Format;

/// What went in and what came out.
#[derive(Debug, Clone, Copy)]
pub struct Reread<'a> {
    pub path: &'a Path,
    pub format: Format,
    /// The file as it was, from the backup.
    pub before: &'a [u8],
    /// The file as it is, or will be found to be when it is read back from disk.
    pub after: &'a [u8],
    /// What the decoder finds in `before`; in the mended text where the file was mended.
    pub decoded_before: &'a [Certificate],
    /// What the decoder finds in `after`.
    pub decoded_after: &'a [Certificate],
    /// The roots that were added; none where nothing was to do.
    pub added: &'a [&'a Root],
    /// The roots that must be there now, besides those that were added.
    pub wanted: &'a [&'a Root],
    /// The text was mended on the way, and need not contain the old one byte for byte.
    pub mended: bool,
}

/// What the second path found to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    Lost(Fingerprint),
    NotAdded(String),
    NotPinned(String),
    Stranger(Fingerprint),
    /// The first line of the old text that is not there as it was.
    TextChanged(usize),
    Count {
        expected: usize,
        found: usize,
    },
    Changed,
}

impl Reread<'_> {
    /// Every prior certificate is there byte for byte, exactly the added ones are new, and their SHA-256 is pinned.
    pub fn prove(&self) -> Proof {
        let (verdict, detail) = match (self.control(), self.check(self.after, self.decoded_after)) {
            (Err(why), _) => (Verdict::Fail, why),
            (Ok(()), Ok(sealed)) => (Verdict::Pass, self.passed(sealed)),
            (Ok(()), Err(fault)) => (Verdict::Fail, fault.sentence()),
        };
        let subject = self.wanted.iter().map(|root| root.name.as_str()).collect::<Vec<_>>().join(", ");
        Proof { path: self.path.to_owned(), rung: Rung::Reread, subject, verdict, detail }
    }

    /// The same check must say "not added" of the file before the edit; where nothing was added, of a file without
    /// anything in it.
    fn control(&self) -> Result<(), Sentence> {
        let control =
            if self.added.is_empty() { self.check(&[], &[]) } else { self.check(self.before, self.decoded_before) };
        match control {
            Err(_) => Ok(()),
            Ok(_) => Err(say::reread_control_passed()),
        }
    }

    /// Whether the certificates could only be seen by the decoder.
    fn check(&self, after: &[u8], decoded_after: &[Certificate]) -> Result<bool, Fault> {
        let text = self.format.is_text();
        let look = match self.format {
            Format::Pem => in_text,
            Format::InSource => in_literals,
            _ => in_binary,
        };
        let (mut old, mut new) = (look(self.before), look(after));
        // Plain stores show every certificate that the decoder finds; one that is encrypted shows none of them.
        let sealed = !text && old.len() != self.decoded_before.len();
        if sealed {
            (old, new) = (ders(self.decoded_before), ders(decoded_after));
        } else if self.mended {
            // Mending must not lose what could be seen without it.
            let there: HashSet<&Vec<u8>> = new.iter().collect();
            let mut whole = old.iter().filter(|der| Certificate::from_der(der).is_ok());
            if let Some(lost) = whole.find(|der| !there.contains(der)) {
                return Err(Fault::Lost(Fingerprint::of(lost)));
            }
            // A block that was mended is a prior certificate too, though the text before did not show it.
            old = ders(self.decoded_before);
        }
        for root in self.wanted.iter().chain(self.added) {
            let found = new.iter().find(|der| **der == root.der());
            let found = found.ok_or_else(|| Fault::NotAdded(root.name.clone()))?;
            if Fingerprint::of(found) != root.pinned || root.check().is_err() {
                return Err(Fault::NotPinned(root.name.clone()));
            }
        }
        account_for(&old, &new, self.added)?;
        let expected = self.decoded_before.len() + self.added.len();
        if decoded_after.len() != expected {
            return Err(Fault::Count { expected, found: decoded_after.len() });
        }
        if text && !self.mended {
            only_inserted(self.before, after)?;
        }
        if self.added.is_empty() && !self.mended && self.before != after {
            return Err(Fault::Changed);
        }
        Ok(sealed)
    }

    fn passed(&self, sealed: bool) -> Sentence {
        let names = |roots: &[&Root]| roots.iter().map(|root| root.name.clone()).collect::<Vec<_>>();
        let seen = if self.added.is_empty() {
            say::reread_holds(&names(self.wanted))
        } else {
            say::reread_added(self.decoded_before.len(), &names(self.added))
        };
        // What came on standard input never was on a disk.
        let detail = if self.path == Path::new("-") { seen } else { say::from_disk(&seen) };
        if sealed { detail.then(&say::reread_sealed()) } else { detail }
    }
}

impl Fault {
    fn sentence(&self) -> Sentence {
        match self {
            Fault::Lost(fingerprint) => say::certificate_lost(fingerprint),
            Fault::NotAdded(name) => say::not_added(name),
            Fault::NotPinned(name) => say::not_pinned(name),
            Fault::Stranger(fingerprint) => say::stranger_added(fingerprint),
            Fault::TextChanged(line) => say::text_changed(line),
            Fault::Count { expected, found } => say::miscounted(expected, found),
            Fault::Changed => say::changed_for_nothing(),
        }
    }
}

/// Every old one is among the new ones, as often as before, and what is left over is what was added.
fn account_for(old: &[Vec<u8>], new: &[Vec<u8>], added: &[&Root]) -> Result<(), Fault> {
    let mut left: HashMap<&[u8], usize> = HashMap::new();
    for der in new {
        *left.entry(der).or_default() += 1;
    }
    let mut take = |der: &[u8]| match left.get_mut(der) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    if let Some(lost) = old.iter().find(|der| !take(der)) {
        return Err(Fault::Lost(Fingerprint::of(lost)));
    }
    if let Some(root) = added.iter().find(|root| !take(root.der())) {
        return Err(Fault::NotAdded(root.name.clone()));
    }
    match left.into_iter().find(|(_, count)| *count > 0) {
        Some((der, _)) => Err(Fault::Stranger(Fingerprint::of(der))),
        None => Ok(()),
    }
}

/// The text after is the text before with something put in at one place: every old byte is there, in its order.
fn only_inserted(before: &[u8], after: &[u8]) -> Result<(), Fault> {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    if head + tail >= before.len() && after.len() >= before.len() {
        Ok(())
    } else {
        Err(Fault::TextChanged(1 + before[..head].iter().filter(|byte| **byte == b'\n').count()))
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn ders(certificates: &[Certificate]) -> Vec<Vec<u8>> {
    certificates.iter().map(|certificate| certificate.der().to_vec()).collect()
}

/// What stands in each block whose label ends with CERTIFICATE; a block that is no base64 stands for itself.
pub(super) fn in_text(text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut body: Option<Vec<u8>> = None;
    for line in lines(text) {
        // A marker may be glued to what stands before it; between two of them nothing is a body.
        let line = line.trim_ascii();
        let end = memchr::memmem::find(line, b"-----END ").map(|at| &line[at..]);
        if end.is_some_and(|end| memchr::memmem::find(end, b"CERTIFICATE-----").is_some())
            && let Some(body) = body.take()
        {
            found.push(decoded(body));
        }
        // Behind a comment sign it is nobody's certificate.
        let begin = memchr::memmem::find(line, b"-----BEGIN ").filter(|_| !line.starts_with(b"#"));
        if line.ends_with(b"CERTIFICATE-----") && begin.is_some() {
            body = Some(Vec::new());
        } else if let Some(body) = &mut body {
            body.extend(line);
        }
    }
    found
}

/// What stands in each block of a text that writes its certificates into literals: whatever is base64 between BEGIN and
/// END, without the escapes and operators between the lines.
fn in_literals(text: &[u8]) -> Vec<Vec<u8>> {
    let text: String = text.iter().map(|byte| char::from(*byte)).collect();
    let bodies = text.split("-----BEGIN CERTIFICATE-----").skip(1).filter_map(|rest| {
        rest.split_once("-----END CERTIFICATE-----").map(|(body, _)| body.replace("\\n", " ").replace("\\r", " "))
    });
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    bodies
        .map(|body| {
            let words = body.split(|c| !is_base64(c)).filter(|word| *word != "+").collect::<String>();
            let start = words.find("MII").unwrap_or(0);
            decoded(words.as_bytes()[start..].to_vec())
        })
        .collect()
}

fn decoded(body: Vec<u8>) -> Vec<u8> {
    let block = [b"-----BEGIN CERTIFICATE-----\n", &body[..], b"\n-----END CERTIFICATE-----\n"].concat();
    pem::parse(block).map_or(body, pem::Pem::into_contents)
}

/// Every run of bytes that is one DER certificate, the outermost only.
fn in_binary(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0;
    // Certificates are longer than 127 bytes and shorter than 64 KiB: SEQUENCE, and a length of one or two bytes.
    while let Some(step) = memchr::memchr(0x30, &bytes[at..]) {
        at += step;
        let length = match bytes[at..] {
            [_, 0x81, low, ..] => 3 + usize::from(low),
            [_, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
            _ => 0,
        };
        match bytes.get(at..at + length).map(Certificate::from_der) {
            Some(Ok(certificate)) => {
                found.push(certificate.der().to_vec());
                at += length;
            }
            _ => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests;
