//! `rootfix report`: many runs, or many hosts, in one picture.
//!
//! It reads what `check --json` wrote. The records are the evidence: nothing is looked at again, and a file that ends
//! before its summary is not believed to be whole.

use std::path::Path;

use serde_json::Value;

use super::args::Report;
use super::check::{MOST_NAMED, status_count};
use super::exit::Exit;
use super::html;
use super::session::Session;
use crate::apply;
use crate::assess::Status;
use crate::finding::{Code, Trouble};
use crate::lang::report as say;
use crate::report::{Bundle, Record, text};
use crate::store::Format;

pub fn run(session: &mut Session, args: &Report) -> Exit {
    let mut exit = Exit::Good;
    let mut bundles: Vec<Bundle> = Vec::new();
    for file in &args.files {
        match read(file) {
            Ok(found) => {
                for mut bundle in found {
                    bundle.missing = missing(session, &bundle);
                    // A later run on the same host tells how it is now.
                    bundles.retain(|known| known.path != bundle.path);
                    bundles.push(bundle);
                }
            }
            Err(trouble) => {
                session.trouble_about(&file.display().to_string(), &trouble);
                exit = Exit::Trouble;
            }
        }
    }
    for bundle in &bundles {
        session.record(&Record::Bundle(bundle.clone()));
        session.count(status_count(bundle.status));
        exit = exit.and(match bundle.status {
            Status::Ready => Exit::Good,
            Status::NewRootMissing | Status::Broken | Status::NotATrustStore => Exit::No,
            Status::Unreadable => Exit::Trouble,
        });
    }
    if bundles.is_empty() {
        exit = Exit::Trouble;
    }
    let places: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
    let answer = text::answer(&bundles, &session.new_roots(), &places.join(", "));
    session.answer(&answer);
    if !session.quiet && !bundles.is_empty() {
        session.say("");
        session.say(&text::bundles(&bundles, session.lang, session.columns()));
    }
    let missing: Vec<&Bundle> = bundles.iter().filter(|bundle| bundle.status == Status::NewRootMissing).collect();
    if !session.quiet && !missing.is_empty() && missing.len() <= MOST_NAMED {
        session.say("");
        for (host, path) in missing.iter().filter_map(|bundle| bundle.path.split_once(':')) {
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

/// The bundles of one run, each named by its host (the file's name) and its path.
fn read(file: &Path) -> Result<Vec<Bundle>, Trouble> {
    let bytes = apply::read(file)?.bytes;
    let host = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut bundles: Vec<Bundle> = Vec::new();
    let mut whole = false;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let strange = || Trouble::new(Code::Unreadable, say::no_record(at + 1), say::make_records());
        let record: Value = serde_json::from_slice(line).map_err(|_| strange())?;
        match record["type"].as_str() {
            Some("bundle") => {
                let bundle = bundle(&record, &host).ok_or_else(strange)?;
                bundles.retain(|known| known.path != bundle.path);
                bundles.push(bundle);
            }
            Some("summary") => whole = true,
            Some(_) => {}
            None => return Err(strange()),
        }
    }
    if whole { Ok(bundles) } else { Err(Trouble::new(Code::Unreadable, say::cut_short(), say::make_records())) }
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
