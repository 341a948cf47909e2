//! What a store has and lacks for a rollover. Pure: the store, the rollover and the time come in.

use std::collections::HashSet;

use time::OffsetDateTime;

use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Finding, Severity};
use crate::lang::assess as say;
use crate::readers::View;
use crate::rollover::{Rollover, Root};
use crate::store::{Nature, Store, Trust, mistaken};

/// Names in a finding are for recognising them; nobody reads fifty.
const NAMES_SHOWN: usize = 4;

/// The answer for one store, by its permanent name in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every root that the rollover adds is there, and trusted.
    Ready,
    NewRootMissing,
    /// OpenSSL rejects the file or loads a part of it.
    Broken,
    NotATrustStore,
    Unreadable,
}

/// What one reader ends up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderAnswer {
    pub reader: crate::readers::Reader,
    pub loads: usize,
    pub new_root: bool,
}

/// A store in view of a rollover.
#[derive(Debug, Clone)]
pub struct Assessment<'r> {
    pub status: Status,
    /// Every root that the rollover keeps is there, and trusted by readers.
    pub old_root: bool,
    /// Every root that the rollover adds is there, and trusted by readers.
    pub new_root: bool,
    pub missing_old: Vec<&'r Root>,
    pub missing_new: Vec<&'r Root>,
    pub findings: Vec<Finding>,
    pub readers: Vec<ReaderAnswer>,
}

/// Judges a store by fingerprints alone; names only lead to findings.
///
/// Not checked: whether other certificates in the store are genuine.
pub fn assess<'r>(store: &Store, rollover: &'r Rollover, now: OffsetDateTime) -> Assessment<'r> {
    let trusts = |fingerprint: Fingerprint| {
        let mut entries = store.entries.iter();
        entries.any(|entry| entry.certificate.fingerprint() == fingerprint && entry.trust == Trust::Trusted)
    };
    let lacking = |roots: &'r [Root]| -> Vec<&'r Root> {
        roots.iter().filter(|root| !trusts(root.certificate.fingerprint())).collect()
    };
    let missing_old = lacking(&rollover.keep);
    let missing_new = lacking(&rollover.add);
    let readers = store.views.iter().map(|view| answer(view, rollover)).collect();
    let mut assessment = Assessment {
        status: Status::Ready,
        old_root: missing_old.is_empty(),
        new_root: missing_new.is_empty(),
        missing_old,
        missing_new,
        findings: Vec::new(),
        readers,
    };
    assessment.status = match &store.nature {
        Nature::NotATrustStore(finding) => {
            assessment.findings.push(finding.clone());
            Status::NotATrustStore
        }
        Nature::TrustStore if store.broken => Status::Broken,
        Nature::TrustStore if assessment.new_root => Status::Ready,
        Nature::TrustStore => Status::NewRootMissing,
    };
    if assessment.status != Status::NotATrustStore {
        assessment.findings.extend(root_findings(store, &assessment));
        assessment.findings.extend(look_alikes(store, rollover));
        assessment.findings.extend(certificate_findings(store, now));
    }
    assessment.findings.extend(store.findings.iter().cloned());
    assessment
}

fn answer(view: &View, rollover: &Rollover) -> ReaderAnswer {
    let new_root = rollover.add.iter().all(|root| view.trusted.contains(&root.certificate.fingerprint()));
    ReaderAnswer { reader: view.reader, loads: view.trusted.len(), new_root }
}

fn root_findings(store: &Store, assessment: &Assessment<'_>) -> Vec<Finding> {
    let there =
        |root: &Root| store.entries.iter().any(|e| e.certificate.fingerprint() == root.certificate.fingerprint());
    let unseen = |root: &Root| Finding::new(Code::NotTrustedByReaders, say::not_trusted(&root.name));
    let new = assessment.missing_new.iter().map(|root| match there(root) {
        true => unseen(root),
        false => Finding::new(Code::NewRootMissing, say::new_root_missing(&root.name)),
    });
    let old = assessment.missing_old.iter().map(|root| match (there(root), root.distrusted_for_tls) {
        (true, _) => unseen(root),
        (false, Some(day)) => Finding::new(Code::OldRootMissing, say::old_root_missing_and_distrusted(&root.name, day)),
        (false, None) => Finding::new(Code::OldRootMissing, say::old_root_missing(&root.name)),
    });
    new.chain(old).collect()
}

/// Certificates that carry the name of one of the rollover's roots and are not it.
fn look_alikes(store: &Store, rollover: &Rollover) -> Vec<Finding> {
    let mut findings = Vec::new();
    for root in rollover.keep.iter().chain(&rollover.add) {
        let (its_name, its_fingerprint) = (root.certificate.subject_der(), root.certificate.fingerprint());
        for entry in &store.entries {
            let certificate = &entry.certificate;
            if certificate.subject_der() != its_name || certificate.fingerprint() == its_fingerprint {
                continue;
            }
            let facts = certificate.facts();
            let finding = if facts.spki_der == root.certificate.facts().spki_der {
                Finding::new(Code::CrossCertificate, say::cross_certificate(&root.name, &facts.issuer))
            } else {
                Finding::new(Code::SameNameOtherKey, say::same_name_other_key(&root.name))
            };
            findings.push(Finding { line: entry.line, ..finding });
        }
    }
    findings
}

fn certificate_findings(store: &Store, now: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = HashSet::with_capacity(store.entries.len());
    let mut twice: Vec<&Certificate> = Vec::new();
    let mut expired: Vec<&Certificate> = Vec::new();
    for entry in &store.entries {
        if !seen.insert(entry.certificate.fingerprint()) {
            twice.push(&entry.certificate);
        } else if entry.certificate.expired_at(now) {
            expired.push(&entry.certificate);
        }
        if mistaken::wechat_pay(&entry.certificate).is_some() {
            let message = say::platform_among(entry.certificate.name());
            let finding = Finding::new(Code::PlatformCertificate, message).severity(Severity::Note);
            findings.push(Finding { line: entry.line, ..finding });
        }
    }
    if !expired.is_empty() {
        findings.push(Finding::new(Code::ExpiredCertificate, say::expired(expired.len(), names(&expired))));
    }
    if !twice.is_empty() {
        findings.push(Finding::new(Code::DuplicateCertificate, say::duplicates(twice.len(), names(&twice))));
    }
    findings
}

fn names(certificates: &[&Certificate]) -> String {
    let mut names: Vec<&str> = certificates.iter().take(NAMES_SHOWN).map(|certificate| certificate.name()).collect();
    if certificates.len() > NAMES_SHOWN {
        names.push("…");
    }
    names.join(", ")
}
