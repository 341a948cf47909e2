//! `rootfix report`: many runs, or many hosts, in one picture.
//!
//! It reads what `check --json` wrote. The records are the evidence: nothing is looked at again, and a file that ends
//! before its summary is not believed to be whole.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::Report;
use super::check::{MOST_NAMED, status_count};
use super::exit::Exit;
use super::html;
use super::session::Session;
use crate::apply;
use crate::assess::Status;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, report as say};
use crate::report::{Bundle, Record, text};
use crate::store::Format;

/// What the file of one host told of one bundle; or of the host, where it told of none for certain.
struct Told {
    host: String,
    bundle: Bundle,
}

pub fn run(session: &mut Session, args: &Report) -> Exit {
    let mut exit = Exit::Good;
    let mut told: Vec<Told> = Vec::new();
    for file in &args.files {
        let host = host(file, &args.files);
        let (found, trouble) = read(file, &host, &session.rollover.id);
        for mut bundle in found {
            bundle.missing = missing(session, &bundle);
            // What stands further on tells how it is now.
            told.retain(|known| known.bundle.path != bundle.path);
            told.push(Told { host: host.clone(), bundle });
        }
        if let Some(trouble) = trouble {
            session.trouble_about(&file.display().to_string(), &trouble);
            exit = Exit::Trouble;
            // A host of which something is not known has its place in the picture, and no yes without it.
            told.retain(|known| known.bundle.path != host);
            told.push(Told { bundle: Bundle::unreadable(host.clone(), &trouble), host });
        }
    }
    let bundles: Vec<Bundle> = told.iter().map(|told| told.bundle.clone()).collect();
    for bundle in &bundles {
        session.record(&Record::Bundle(bundle.clone()));
        session.count(status_count(bundle.status));
        exit = exit.and(match bundle.status {
            Status::Ready => Exit::Good,
            Status::NewRootMissing | Status::Broken | Status::NotATrustStore => Exit::No,
            Status::Unreadable => Exit::Trouble,
        });
    }
    let places: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
    let answer = text::answer(&bundles, &session.new_roots(), &places.join(", "));
    session.answer(&answer);
    if !session.quiet && !bundles.is_empty() {
        session.say("");
        session.say(&text::bundles(&bundles, session.lang, session.columns()));
    }
    let missing: Vec<&Told> = told.iter().filter(|told| told.bundle.status == Status::NewRootMissing).collect();
    if !session.quiet && !missing.is_empty() && missing.len() <= MOST_NAMED {
        session.say("");
        for Told { host, bundle } in missing {
            let path = bundle.path.strip_prefix(host).and_then(|path| path.strip_prefix(':')).unwrap_or(&bundle.path);
            session.command(&say::next_on(text::printable(host), session.arguments(&text::typed(path))));
        }
    }
    match &args.html {
        Some(file) => html::save(session, file, &answer, exit, &bundles, &[], &[]),
        None => exit,
    }
}

/// A record says whether the roots are there; which they are, the rollover says.
fn missing(session: &Session, bundle: &Bundle) -> Vec<String> {
    let (add, keep) = (&session.rollover.add, &session.rollover.keep);
    let new = add.iter().filter(|_| !bundle.new_root);
    let old = keep.iter().filter(|_| !bundle.old_root);
    new.chain(old).map(|root| root.name.clone()).collect()
}

/// A file is named after its host; where two have one name, their paths tell them apart.
fn host(file: &Path, all: &[PathBuf]) -> String {
    let alike = all.iter().filter(|other| other.file_stem() == file.file_stem() && *other != file);
    match file.file_stem() {
        Some(stem) if alike.count() == 0 => stem.to_string_lossy().into_owned(),
        _ => file.display().to_string(),
    }
}

/// The bundles that a file tells of, each named by its host and its path; and why that may not be all.
fn read(file: &Path, host: &str, rollover: &str) -> (Vec<Bundle>, Option<Trouble>) {
    let bytes = match apply::read(file) {
        Ok(snapshot) => snapshot.bytes,
        Err(trouble) => return (Vec::new(), Some(trouble)),
    };
    match runs(&bytes, host, rollover) {
        Ok(Runs { failed: None, bundles, .. }) if bundles.is_empty() => {
            (bundles, Some(untold(say::no_bundles(), say::make_records())))
        }
        Ok(Runs { bundles, failed, .. }) => (bundles, failed),
        Err(trouble) => (Vec::new(), Some(trouble)),
    }
}

fn untold(message: Sentence, next: Sentence) -> Trouble {
    Trouble::new(Code::Unreadable, message, next)
}

/// What the runs that wrote a file found, one after another.
#[derive(Default)]
struct Runs {
    bundles: Vec<Bundle>,
    /// What the run that is being read could not do.
    errors: Vec<String>,
    /// The trouble with which a run ended that no bundle explains.
    failed: Option<Trouble>,
    whole: bool,
}

fn runs(bytes: &[u8], host: &str, rollover: &str) -> Result<Runs, Trouble> {
    let mut runs = Runs::default();
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let strange = || untold(say::no_record(at + 1), say::make_records());
        let record: Value = serde_json::from_slice(line).map_err(|_| strange())?;
        runs.whole = false;
        match record["type"].as_str() {
            Some("bundle") => {
                let bundle = bundle(&record, host).ok_or_else(strange)?;
                runs.bundles.retain(|known| known.path != bundle.path);
                runs.bundles.push(bundle);
            }
            Some("error") => runs.errors.push(record["message"].as_str().ok_or_else(strange)?.to_owned()),
            Some("summary") => runs.end(&record, rollover)?,
            Some(_) => {}
            None => return Err(strange()),
        }
    }
    if runs.whole { Ok(runs) } else { Err(untold(say::cut_short(), say::make_records())) }
}

impl Runs {
    /// # Errors
    /// The run judged by another rollover.
    fn end(&mut self, summary: &Value, rollover: &str) -> Result<(), Trouble> {
        self.whole = true;
        let errors = std::mem::take(&mut self.errors);
        let explained = self.bundles.iter().any(|bundle| bundle.status == Status::Unreadable);
        let failed = summary["exit_code"] != 0 && summary["exit_code"] != 1;
        if let Some(error) = errors.into_iter().next() {
            self.failed = Some(untold(say::run_failed(error), say::make_records()));
        } else if failed && !explained {
            self.failed = Some(untold(say::run_failed_somehow(), say::make_records()));
        }
        match summary["rollover"].as_str() {
            Some(theirs) if theirs == rollover => Ok(()),
            None if self.failed.is_some() => Ok(()),
            theirs => {
                let theirs = theirs.unwrap_or("?");
                Err(untold(say::other_rollover(text::printable(theirs), rollover), say::same_rollover()))
            }
        }
    }
}

fn bundle(record: &Value, host: &str) -> Option<Bundle> {
    let status = match record["status"].as_str()? {
        "ready" => Status::Ready,
        "new-root-missing" => Status::NewRootMissing,
        "broken" => Status::Broken,
        "not-a-trust-store" => Status::NotATrustStore,
        "unreadable" => Status::Unreadable,
        _ => return None,
    };
    let format = [
        Format::Pem,
        Format::Der,
        Format::Jks,
        Format::Jceks,
        Format::Bks,
        Format::Pkcs12,
        Format::CaDir,
        Format::System,
    ];
    let certificates = usize::try_from(record["certificates"].as_u64()?).ok()?;
    Some(Bundle {
        path: format!("{host}:{}", record["path"].as_str()?),
        format: record["format"].as_str().and_then(|name| format.into_iter().find(|known| known.as_str() == name)),
        certificates,
        distinct: certificates,
        old_root: record["old_root"].as_bool()?,
        new_root: record["new_root"].as_bool()?,
        status,
        readers: Vec::new(),
        custody: record["custody"].as_str()?.to_owned(),
        findings: Vec::new(),
        missing: Vec::new(),
        unseen: Vec::new(),
        used_by: Vec::new(),
    })
}
