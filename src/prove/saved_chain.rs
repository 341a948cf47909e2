//! The rung `saved-chain`: a chain that a real server once sent, judged by a store.
//!
//! `openssl s_client -showcerts` prints certificates among much other text; all that is not a `CERTIFICATE` block is
//! passed over, and so the output is taken as it is. The chain is judged at a time at which it was valid, since saved
//! chains grow old.
//!
//! Not shown: that the server sends this chain today, or holds its key.

use std::path::Path;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::chain::{Judgement, MAX_CERTIFICATES, Refusal, judge, position_of_leaf};
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::lang::{Sentence, prove as say};
use crate::proof::{Proof, Rung, Verdict};
use crate::rollover::{Rollover, Root};

/// A hundred certificates with their text dumps take less.
const MAX_BYTES: usize = 2 << 20;

/// No chain is for it: names under `.invalid` belong to nobody (RFC 2606).
const CONTROL_HOST: &str = "control.invalid";

/// The certificates of a saved chain, in the file's order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedChain {
    certificates: Vec<Certificate>,
}

impl SavedChain {
    /// Finds every `CERTIFICATE` block in a text.
    ///
    /// # Errors
    /// There is none, one of them is not a certificate, or there are more than any server sends.
    pub fn parse(text: &[u8]) -> Result<Self, Trouble> {
        if text.len() > MAX_BYTES {
            return Err(say::saved_chain_too_large(MAX_BYTES >> 20));
        }
        let mut certificates: Vec<Certificate> = Vec::new();
        for (number, block) in blocks(text).enumerate() {
            let certificate = block.and_then(read_block).ok_or_else(|| say::saved_block_unreadable(number + 1))?;
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
            if certificates.len() > MAX_CERTIFICATES {
                return Err(say::saved_chain_too_long(MAX_CERTIFICATES));
            }
        }
        if certificates.is_empty() { Err(say::no_saved_certificate()) } else { Ok(SavedChain { certificates }) }
    }

    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// A host that the server's certificate is for: its first name, with `www` in place of an asterisk.
    pub fn host(&self) -> Option<String> {
        let leaf = &self.certificates[position_of_leaf(&self.certificates)];
        let (_, x509) = X509Certificate::from_der(leaf.der()).ok()?;
        let names = x509.subject_alternative_name().ok().flatten()?;
        let hosts: Vec<&str> = (names.value.general_names.iter())
            .filter_map(|name| if let GeneralName::DNSName(host) = name { Some(*host) } else { None })
            .collect();
        let plain = hosts.iter().find(|host| !host.contains('*')).map(|host| (*host).to_owned());
        plain.or_else(|| hosts.first().map(|host| host.replacen('*', "www", 1)))
    }

    /// A day at which every certificate was valid, as far as there is one: the youngest one's first.
    fn valid_from(&self) -> Option<Date> {
        let facts: Vec<_> = self.certificates.iter().map(Certificate::facts).collect();
        let from = facts.iter().map(|facts| facts.not_before).max()?;
        let until = facts.iter().map(|facts| facts.not_after).min()?;
        // The next day, so that midnight is within.
        let day = from.date().next_day()?;
        (day.midnight().assume_utc() <= until).then_some(day)
    }
}

/// What stands between the lines of each block; `None` where the END is missing.
fn blocks(text: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let after = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part);
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[after(rest, BEGIN)? + BEGIN.len()..];
        let Some(end) = after(rest, END) else {
            rest = &[];
            return Some(None);
        };
        let body = &rest[..end];
        rest = &rest[end + END.len()..];
        Some(Some(body))
    })
}

fn read_block(body: &[u8]) -> Option<Certificate> {
    let base64: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = base64_simd::STANDARD.decode_to_vec(base64).ok()?;
    Certificate::from_der(&der).ok()
}

/// Reads what follows `--at`: `2024-12-01` (its first moment, in UTC) or an RFC 3339 time with its zone.
///
/// # Errors
/// It is neither, or there is no such day.
pub fn parse_at(text: &str) -> Result<OffsetDateTime, Trouble> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    day.map(|day| day.midnight().assume_utc())
        .or_else(|_| OffsetDateTime::parse(text, &Rfc3339))
        .map_err(|_| say::not_a_time_given(text))
}

/// Judges a saved chain by the certificates that a store trusts.
///
/// Without `host` it is judged for a host that it names itself. It passes where the store accepts it; the detail says
/// at which root it ends, and what a store with the rollover's old roots alone would have made of it. It fails where
/// the store lacks something. A chain that is no good at that time or for that host leaves the store unproven.
pub fn prove(
    path: &Path,
    saved: &SavedChain,
    host: Option<&str>,
    at: OffsetDateTime,
    anchors: &[Certificate],
    rollover: &Rollover,
) -> Proof {
    let own_host = saved.host();
    let asked = host.or(own_host.as_deref());
    let (verdict, mut detail) = match asked {
        Some(asked) => judge_for(saved, asked, at, anchors, rollover),
        None => (Verdict::NotProven, say::names_no_host()),
    };
    if let (None, Some(taken)) = (host, asked) {
        detail = detail.then(&say::host_from_certificate(taken));
    }
    let first = &saved.certificates[position_of_leaf(&saved.certificates)];
    if *first != saved.certificates[0] {
        detail = detail.then(&say::not_in_order());
    }
    let subject = asked.unwrap_or(&first.facts().name).to_owned();
    Proof { path: path.to_owned(), rung: Rung::SavedChain, subject, verdict, detail }
}

fn judge_for(
    saved: &SavedChain,
    host: &str,
    at: OffsetDateTime,
    anchors: &[Certificate],
    rollover: &Rollover,
) -> (Verdict, Sentence) {
    let asks = |anchors: &[Certificate], host: &str| judge(&saved.certificates, anchors, host, at);
    let certificates =
        |roots: &[Root]| -> Vec<Certificate> { roots.iter().map(|root| root.certificate.clone()).collect() };
    // Controls: nobody is trusted, and the chain is for another host.
    if asks(&[], host).root().is_some() || asks(anchors, CONTROL_HOST).root().is_some() {
        return (Verdict::Fail, say::saved_control_accepted());
    }
    match asks(anchors, host) {
        Judgement::Accepted(accepted) => {
            let role = |roots: &[Root]| roots.iter().any(|root| root.pinned == accepted.root.fingerprint());
            let mut detail = say::saved_chain_ends_at(at, host, &accepted.root);
            detail = detail.then(&if role(&rollover.add) {
                say::root_is_added()
            } else if role(&rollover.keep) {
                say::root_is_kept()
            } else {
                say::root_is_another()
            });
            if !rollover.keep.is_empty() {
                let names: Vec<_> = rollover.keep.iter().map(|root| root.name.as_str()).collect();
                match asks(&certificates(&rollover.keep), host) {
                    Judgement::Accepted(_) => detail = detail.then(&say::old_alone_accepts(&names)),
                    Judgement::Rejected(_) => detail = detail.then(&say::old_alone_refuses(&names)),
                    Judgement::Undecided(_) => {}
                }
            }
            if let Some(trap) = &accepted.trap {
                detail = detail.then(&say::old_clients_trapped(trap));
            }
            (Verdict::Pass, detail)
        }
        Judgement::Rejected(refusal) => {
            let mut detail = say::saved_chain_refused(at, host).then(&refusal.sentence());
            let with_new = [anchors, &certificates(&rollover.add)].concat();
            if asks(&with_new, host).root().is_some() {
                let names: Vec<_> = rollover.add.iter().map(|root| root.name.as_str()).collect();
                detail = detail.then(&say::new_would_accept(&names));
            } else if matches!(refusal, Refusal::Expired { .. } | Refusal::NotYetValid { .. } | Refusal::RootExpired(_))
                && let Some(day) = saved.valid_from()
            {
                detail = detail.then(&say::try_at(day));
            }
            // A chain that no store would accept says nothing about this one.
            let verdict = if refusal.is_about_the_store() { Verdict::Fail } else { Verdict::NotProven };
            (verdict, detail)
        }
        Judgement::Undecided(why) => (Verdict::NotProven, why),
    }
}

#[cfg(test)]
mod tests;
