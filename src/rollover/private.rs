//! A rollover to a root of one's own: `--root FILE --sha256 HEX`.
//!
//! The fingerprint must come from somewhere else than the file: whoever can swap the file must not be able to swap
//! what it is held against. So there is no rollover without one, and none that takes it from the file.

use super::{Rollover, Root};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::Trouble;
use crate::lang::roots as say;

/// A certificate is a few kilobytes; real ones with post-quantum keys stay under 32 KiB. What is larger is no
/// certificate, and is not parsed.
const MAX_BYTES: usize = 128 << 10;

impl Rollover {
    /// Adds one root of the user's own and keeps whatever is in the store.
    ///
    /// The file is DER, or PEM with one `CERTIFICATE` block; text around the block does not matter. Not checked: its
    /// dates and its own signature, since the fingerprint says which bytes are meant.
    ///
    /// # Errors
    /// The file does not hold exactly one certificate, the certificate was issued by another, or its SHA-256 is not
    /// the one that was given.
    pub fn private(file: &[u8], expected: Fingerprint) -> Result<Rollover, Trouble> {
        let certificate = only_certificate(file)?;
        let found = certificate.fingerprint();
        if found != expected {
            return Err(say::fingerprint_mismatch(expected, found));
        }
        let facts = certificate.facts();
        if !facts.self_issued {
            return Err(say::issued_by_another(&facts.name, &facts.issuer));
        }
        let root = Root {
            id: format!("sha256-{}", &found.to_string()[..16]),
            alias: alias(&facts.name, found),
            name: title(&facts.name),
            certificate,
            pinned: expected,
            distrusted_for_tls: None,
            successors: Vec::new(),
        };
        // Two private roots are two rollovers.
        Ok(Rollover { id: root.id.clone(), keep: Vec::new(), add: vec![root], hosts: Vec::new(), steps: Vec::new() })
    }
}

fn only_certificate(file: &[u8]) -> Result<Certificate, Trouble> {
    if file.len() > MAX_BYTES {
        return Err(say::no_certificate());
    }
    if let Ok(certificate) = Certificate::from_der(file) {
        return Ok(certificate);
    }
    let blocks = pem::parse_many(file).map_err(|_| say::no_certificate())?;
    match blocks.as_slice() {
        [block] if block.tag() == "CERTIFICATE" => {
            Certificate::from_der(block.contents()).map_err(|_| say::no_certificate())
        }
        [] | [_] => Err(say::no_certificate()),
        [_, _, ..] => Err(say::more_than_one_certificate()),
    }
}

/// The name as a title line may carry it: one line, nothing that a terminal or a PEM reader would act on.
fn title(name: &str) -> String {
    let clean: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let clean = clean.replace("-----", "-");
    if clean.trim().is_empty() { "private root".to_owned() } else { clean.trim().to_owned() }
}

/// As JDKs name theirs: the letters and digits of the name in lower case. JDKs compare aliases in lower case by the
/// rules of the machine's language, so that letters outside ASCII are left out.
fn alias(name: &str, fingerprint: Fingerprint) -> String {
    let alias: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(64).collect();
    if alias.is_empty() { format!("root{}", &fingerprint.to_string()[..16]) } else { alias }
}
