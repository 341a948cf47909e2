//! `append --output` to another format: a new store of an old one's certificates and the new roots.

use std::path::Path;

use super::append::{Done, described, write_new};
use super::session::Session;
use super::targets::{self, Opened};
use crate::apply::ApplyError;
use crate::assess::assess;
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::Trouble;
use crate::password::Password;
use crate::plan::Plan;
use crate::prove::reread::Reread;
use crate::report::record::{Action, Change};
use crate::rollover::Root;
use crate::store::create::{self, USUAL_PASSWORD};
use crate::store::{Entry, Format};

/// The format of the output, where it is another than the source's.
pub fn wanted(output: &Path, source: Format) -> Option<Format> {
    let named = create::format_of_name(output);
    // One DER file cannot hold two certificates, whatever it is named.
    let named = if source == Format::Der { Some(named.unwrap_or(Format::Pem)) } else { named };
    named.filter(|format| *format != source)
}

pub fn convert(session: &Session, opened: &Opened, output: &Path, path: &str, format: Format, with_old: bool) -> Done {
    let done = |change: Change| Done { change, diff: None, bytes: None };
    let failed =
        |trouble: Trouble| done(Change { trouble: Some(trouble), ..Change::new(path.to_owned(), Action::Failed) });
    let assessment = assess(&opened.store, &session.rollover, session.now);
    let mut roots: Vec<&Root> = if with_old { assessment.missing_old.clone() } else { Vec::new() };
    roots.extend(&assessment.missing_new);
    let mut certificates: Vec<(String, Certificate)> = Vec::new();
    for Entry { certificate, alias, .. } in &opened.store.entries {
        if !certificates.iter().any(|(_, there)| there == certificate) {
            certificates.push((alias.clone().unwrap_or_else(|| certificate.facts().name), certificate.clone()));
        }
    }
    let kept = certificates.len();
    let before: Vec<Certificate> = certificates.iter().map(|(_, certificate)| certificate.clone()).collect();
    for root in &roots {
        let name = if format == Format::Pem { &root.name } else { &root.alias };
        certificates.retain(|(_, certificate)| *certificate != root.certificate);
        certificates.push((name.clone(), root.certificate.clone()));
    }
    let password = session.given_password.clone().unwrap_or_else(|| Password::text(USUAL_PASSWORD));
    let now_ms = u64::try_from(session.now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let bytes = match create::create(format, &certificates, &password, now_ms) {
        Ok(bytes) => bytes,
        Err(trouble) => return failed(trouble),
    };
    let plan = Plan { sha256_before: Fingerprint::of(&opened.bytes), bytes, roots, kept, findings: Vec::new() };
    let mut change = described(path, &plan);
    if let Err(ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. }) =
        write_new(session, &plan, output, opened.mode)
    {
        return failed(trouble);
    }
    let look = || {
        let after = crate::apply::read(output)?.bytes;
        let store = targets::format_of(&after).decode(&after, &session.passwords)?;
        let decoded: Vec<Certificate> = store.entries.into_iter().map(|entry| entry.certificate).collect();
        let wanted: Vec<&Root> = session.rollover.add.iter().collect();
        Ok(Reread {
            path: output,
            format,
            before: &[],
            after: &after,
            decoded_before: &before,
            decoded_after: &decoded,
            added: &plan.roots,
            wanted: &wanted,
            // The new file does not contain the old one's bytes, only its certificates.
            mended: true,
        }
        .prove())
    };
    match look() {
        Ok(proof) => change.proofs.push(proof),
        Err(trouble) => return failed(trouble),
    }
    done(change)
}
