//! The records of `--json`: JSON Lines, one record per fact, always in English, the last one a `summary`.
//! Field names are permanent once released.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::assess::{Assessment, ReaderAnswer, Status};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Finding, Trouble};
use crate::lang::Sentence;
use crate::pin::Pin;
use crate::proof::{Proof, Verdict};
use crate::store::{Entry, Format, Store, Trust};

/// The version of the records' shape.
const SCHEMA: u32 = 1;

/// One fact.
#[derive(Debug, Clone)]
pub enum Record {
    Bundle(Bundle),
    Listed(Listed),
    Pin(Pin),
    Change(Change),
    Proof(Proof),
    Summary(Summary),
    /// A record that only one command makes: its `type`, its other fields.
    Other(&'static str, Map<String, Value>),
}

/// A bundle and what it has and lacks.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub path: String,
    pub format: Option<Format>,
    pub certificates: usize,
    /// The same, each certificate counted once, as readers keep them.
    pub distinct: usize,
    pub old_root: bool,
    pub new_root: bool,
    pub status: Status,
    pub readers: Vec<ReaderAnswer>,
    pub custody: String,
    pub findings: Vec<Finding>,
    /// The roots that are missing, by name: first those to add, then those to keep.
    pub missing: Vec<String>,
    /// Those of them that are in the file all the same, out of its readers' sight.
    pub unseen: Vec<String>,
    /// Who trusts servers by it, as far as that was found out.
    pub used_by: Vec<Sentence>,
}

impl Bundle {
    pub fn new(path: String, store: &Store, assessment: &Assessment<'_>, custody: String) -> Self {
        let there: HashSet<Fingerprint> = store.entries.iter().map(|entry| entry.certificate.fingerprint()).collect();
        let missing = || assessment.missing_new.iter().chain(&assessment.missing_old);
        let unseen = missing().filter(|root| there.contains(&root.certificate.fingerprint()));
        Bundle {
            path,
            format: Some(store.format),
            certificates: store.entries.len(),
            distinct: there.len(),
            old_root: assessment.old_root,
            new_root: assessment.new_root,
            status: assessment.status,
            readers: assessment.readers.clone(),
            custody,
            findings: assessment.findings.clone(),
            unseen: unseen.map(|root| root.name.clone()).collect(),
            missing: missing().map(|root| root.name.clone()).collect(),
            used_by: Vec::new(),
        }
    }

    /// A file in which no store could be read.
    pub fn unreadable(path: String, trouble: &Trouble) -> Self {
        Bundle {
            path,
            format: None,
            certificates: 0,
            distinct: 0,
            old_root: false,
            new_root: false,
            status: Status::Unreadable,
            readers: Vec::new(),
            custody: "unknown".to_owned(),
            findings: vec![Finding::new(trouble.code, trouble.message.clone())],
            missing: Vec::new(),
            unseen: Vec::new(),
            used_by: Vec::new(),
        }
    }
}

/// One certificate in a store, for `inspect`.
#[derive(Debug, Clone)]
pub struct Listed {
    pub path: String,
    pub entry: Entry,
}

/// What was done to a file, or would be.
#[derive(Debug, Clone)]
pub struct Change {
    pub path: String,
    pub action: Action,
    pub backup: Option<String>,
    /// Name and SHA-256 of what was added.
    pub added: Vec<(String, Fingerprint)>,
    pub kept: usize,
    pub sha256_before: Option<Fingerprint>,
    pub sha256_after: Option<Fingerprint>,
    pub proofs: Vec<Proof>,
    pub findings: Vec<Finding>,
    /// Why it was refused or failed.
    pub trouble: Option<Trouble>,
    /// The trouble came after the change: the file is not what it was, and its message says what it is.
    pub unsettled: bool,
    /// The change as a unified diff, where the store is a text.
    pub diff: Option<String>,
}

/// The permanent names of what can happen to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Appended,
    AlreadyPresent,
    WouldAppend,
    Refused,
    Failed,
    Restored,
}

impl Change {
    pub fn new(path: String, action: Action) -> Self {
        Change {
            path,
            action,
            backup: None,
            added: Vec::new(),
            kept: 0,
            sha256_before: None,
            sha256_after: None,
            proofs: Vec::new(),
            findings: Vec::new(),
            trouble: None,
            unsettled: false,
            diff: None,
        }
    }
}

/// The last record of every command.
#[derive(Debug, Clone)]
pub struct Summary {
    pub command: &'static str,
    pub counts: BTreeMap<&'static str, usize>,
    pub exit_code: u8,
    /// The rollover that the answers are for; `None` where the command ended before it was known.
    pub rollover: Option<String>,
}

impl Record {
    /// One line of JSON, without the line ending.
    pub fn json(&self) -> String {
        let (kind, mut fields) = match self {
            Record::Bundle(bundle) => ("bundle", bundle_fields(bundle)),
            Record::Listed(listed) => ("certificate", listed_fields(listed)),
            Record::Pin(pin) => ("pin", pin_fields(pin)),
            Record::Change(change) => ("change", change_fields(change)),
            Record::Proof(proof) => ("proof", proof_fields(proof)),
            Record::Summary(summary) => ("summary", summary_fields(summary)),
            Record::Other(kind, fields) => (*kind, fields.clone()),
        };
        fields.insert("schema".to_owned(), json!(SCHEMA));
        fields.insert("type".to_owned(), json!(kind));
        Value::Object(fields).to_string()
    }
}

/// A JSON object's fields.
pub fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A trouble as a record of its own, where no file is meant.
pub fn trouble(trouble: &Trouble) -> Record {
    let value = json!({ "code": trouble.code, "message": trouble.message.en, "next": trouble.next.en });
    Record::Other("error", fields(value))
}

fn bundle_fields(bundle: &Bundle) -> Map<String, Value> {
    let readers: Map<String, Value> = (bundle.readers.iter())
        .map(|answer| {
            (answer.reader.as_str().to_owned(), json!({ "loads": answer.loads, "new_root": answer.new_root }))
        })
        .collect();
    fields(json!({
        "path": bundle.path,
        "format": bundle.format.map(Format::as_str),
        "certificates": bundle.certificates,
        "old_root": bundle.old_root,
        "new_root": bundle.new_root,
        "status": bundle.status,
        "readers": readers,
        "custody": bundle.custody,
        "used_by": bundle.used_by.iter().map(|user| &user.en).collect::<Vec<_>>(),
        "findings": findings(&bundle.findings),
    }))
}

pub fn findings(findings: &[Finding]) -> Value {
    let each = |finding: &Finding| {
        let mut value = json!({ "code": finding.code, "severity": finding.severity, "message": finding.message.en });
        if let Some(line) = finding.line {
            value["line"] = json!(line);
        }
        value
    };
    findings.iter().map(each).collect()
}

fn listed_fields(listed: &Listed) -> Map<String, Value> {
    let Listed { path, entry } = listed;
    let mut value = certificate(&entry.certificate);
    value["path"] = json!(path);
    value["alias"] = json!(entry.alias);
    value["line"] = json!(entry.line);
    value["trusted"] = json!(entry.trust == Trust::Trusted);
    fields(value)
}

/// The fields of a certificate that people look for.
pub fn certificate(certificate: &Certificate) -> Value {
    let facts = certificate.facts();
    json!({
        "sha256": certificate.fingerprint(),
        "name": facts.name,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "not_before": rfc3339(facts.not_before),
        "not_after": rfc3339(facts.not_after),
        "key": facts.key,
        "ca": facts.is_ca,
    })
}

/// Whole seconds, UTC.
pub fn rfc3339(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

fn pin_fields(pin: &Pin) -> Map<String, Value> {
    fields(json!({
        "path": pin.path.display().to_string(),
        "line": pin.line,
        "column": pin.column,
        "language": pin.language,
        "kind": pin.kind,
        "class": pin.class,
        "target": pin.target,
        "resolved": pin.resolved.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "advice": pin.advice,
        "reason": pin.reason.en,
        "findings": findings(&pin.findings),
    }))
}

fn change_fields(change: &Change) -> Map<String, Value> {
    let added: Vec<_> = change.added.iter().map(|(name, sha256)| json!({ "name": name, "sha256": sha256 })).collect();
    let proofs: Vec<_> = change.proofs.iter().map(|proof| Value::Object(proof_fields(proof))).collect();
    let mut value = json!({
        "path": change.path,
        "action": change.action,
        "backup": change.backup,
        "added": added,
        "kept": change.kept,
        "sha256_before": change.sha256_before,
        "sha256_after": change.sha256_after,
        "proofs": proofs,
        "findings": findings(&change.findings),
    });
    if let Some(trouble) = &change.trouble {
        value["error"] = json!({ "code": trouble.code, "message": trouble.message.en, "next": trouble.next.en });
    }
    if let Some(diff) = &change.diff {
        value["diff"] = json!(diff);
    }
    fields(value)
}

pub fn proof_fields(proof: &Proof) -> Map<String, Value> {
    fields(json!({
        "path": proof.path.display().to_string(),
        "rung": proof.rung,
        "subject": proof.subject,
        "verdict": proof.verdict,
        "detail": proof.detail.en,
    }))
}

fn summary_fields(summary: &Summary) -> Map<String, Value> {
    fields(json!({
        "command": summary.command,
        "counts": summary.counts,
        "exit_code": summary.exit_code,
        "rollover": summary.rollover,
    }))
}

/// The worst verdict: a failure outweighs what is not proven, and that outweighs a pass.
pub fn worst(proofs: &[Proof]) -> Option<Verdict> {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fail => 0,
        Verdict::NotProven => 1,
        Verdict::Pass => 2,
    };
    proofs.iter().map(|proof| proof.verdict).min_by_key(rank)
}

/// A trouble with a file that is named in its message.
pub fn with_file(path: &str, trouble: Trouble) -> Trouble {
    Trouble { message: about(path, &trouble.message), ..trouble }
}

/// A sentence about a file: its path first, as compilers write it.
pub fn about(path: &str, sentence: &Sentence) -> Sentence {
    Sentence { en: format!("{path}: {}", sentence.en), zh: format!("{path}：{}", sentence.zh) }
}
