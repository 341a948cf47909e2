//! `append --output` to another format: a new store of an old one's certificates and the new roots.

use std::path::Path;

use super::append::{Prepared, described, keytool_proofs, unproved};
use super::args::{Append, Engine};
use super::session::Session;
use super::targets::{self, Opened};
use crate::assess::assess;
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Finding, Trouble};
use crate::keytool;
use crate::lang::create as say;
use crate::password::Password;
use crate::plan::Plan;
use crate::proof::{Proof, Verdict};
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

/// The new store, and what is known of it before it is written.
///
/// # Errors
/// The change that cannot be made, or that failed a proof.
pub fn prepare<'s>(
    session: &'s Session,
    path: &str,
    opened: &Opened,
    output: &Path,
    format: Format,
    args: &Append,
) -> Result<Prepared<'s>, Box<Change>> {
    let failed =
        |trouble: Trouble| Box::new(Change { trouble: Some(trouble), ..Change::new(path.to_owned(), Action::Failed) });
    let assessment = assess(&opened.store, &session.rollover, session.now);
    let mut roots: Vec<&Root> = if args.with_old { assessment.missing_old.clone() } else { Vec::new() };
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
        certificates.retain(|(_, certificate)| *certificate != root.certificate);
        certificates.push((alias(root, &roots, format, args), root.certificate.clone()));
    }
    let password = session.given_password.clone().unwrap_or_else(|| Password::text(USUAL_PASSWORD));
    let now_ms = u64::try_from(session.now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let bytes = create::create(format, &certificates, &password, now_ms).map_err(failed)?;
    let unread = |finding: &Finding| matches!(finding.code, Code::CertificateUnreadable | Code::CertificateNotCounted);
    let left_out = || Finding::new(Code::CertificateLeftOut, say::left_out());
    let findings = opened.store.findings.iter().any(unread).then(left_out).into_iter().collect();
    let plan = Plan { sha256_before: Fingerprint::of(&opened.bytes), bytes, roots, kept, findings };
    let mut change = described(path, &plan);
    let asked = || {
        let former: Vec<_> = certificates.iter().filter(|(_, one)| before.contains(one)).cloned().collect();
        let control = create::create(format, &former, &password, now_ms)?;
        ask_keytool(session, output, &control, &plan)
    };
    let reread = reread(session, output, format, &before, &plan).map_err(failed)?;
    if reread.verdict != Verdict::Pass {
        return Err(unproved(change, &reread));
    }
    if keytool::reads(format) && args.engine != Engine::Native && !args.dry_run {
        change.proofs = asked().map_err(failed)?;
    }
    if let (Some(proof), false) = (change.proofs.iter().find(|proof| proof.verdict == Verdict::Fail), args.force) {
        let proof = proof.clone();
        return Err(unproved(change, &proof));
    }
    Ok(Prepared { change, plan, reread, is_text: format.is_text() })
}

/// What the root is called in the new store.
fn alias(root: &Root, roots: &[&Root], format: Format, args: &Append) -> String {
    let is_first = roots.first().is_some_and(|first| first.id == root.id);
    match &args.alias {
        _ if format == Format::Pem => root.name.clone(),
        Some(alias) if is_first => alias.clone(),
        _ => root.alias.clone(),
    }
}

/// The new store against the certificates that it was made from.
fn reread(
    session: &Session,
    output: &Path,
    format: Format,
    before: &[Certificate],
    plan: &Plan<'_>,
) -> Result<Proof, Trouble> {
    let store = targets::format_of(&plan.bytes).decode(&plan.bytes, &session.passwords)?;
    let decoded: Vec<Certificate> = store.entries.into_iter().map(|entry| entry.certificate).collect();
    let wanted: Vec<&Root> = session.rollover.add.iter().collect();
    Ok(Reread {
        path: output,
        format,
        before: &[],
        after: &plan.bytes,
        decoded_before: before,
        decoded_after: &decoded,
        added: &plan.roots,
        wanted: &wanted,
        // The new file does not contain the old one's bytes, only its certificates.
        mended: true,
    }
    .prove())
}

/// Whether keytool takes the new roots in the new store for trusted; its control is a store of the old certificates
/// alone. As for a store that is appended to, without a keytool nothing is proven.
fn ask_keytool(session: &Session, output: &Path, control: &[u8], plan: &Plan<'_>) -> Result<Vec<Proof>, Trouble> {
    let decode = |bytes: &[u8]| targets::format_of(bytes).decode(bytes, &session.passwords);
    let (before, after) = (decode(control)?, decode(&plan.bytes)?);
    let (before, after) = ((control, &before), (&*plan.bytes, &after));
    Ok(keytool_proofs(output, Some(output), before, after, &plan.roots, keytool::TIMEOUT))
}
