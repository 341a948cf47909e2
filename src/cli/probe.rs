//! `rootfix probe`: a live server, and what each bundle makes of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::args::{Probe, Where};
use super::check;
use super::exit::Exit;
use super::html;
use super::session::Session;
use super::targets::{self, Target};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::Trouble;
use crate::lang::{Sentence, check as say_check, html as say_html, probe as say};
use crate::prefix::Prefix;
use crate::probe::{self, Identity, Peer, Reception, Served, host_and_port, proxy_from};
use crate::proof::{Proof, Rung, Verdict};
use crate::prove::chain::{Judgement, judge};
use crate::report::html::Served as Picture;
use crate::report::{Bundle, Record, record, text};
use crate::store::Trust;

const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A bundle by its name, and what its readers trust.
struct Anchors {
    target: Target,
    path: String,
    trusted: Vec<Certificate>,
}

pub fn run(session: &mut Session, args: &Probe) -> Exit {
    match go(session, args) {
        Ok(exit) => exit,
        Err(trouble) => {
            session.answer(&say::cannot_tell(text::printable(&args.host)));
            session.refuse(&trouble)
        }
    }
}

fn go(session: &mut Session, args: &Probe) -> Result<Exit, Trouble> {
    let (host, port) = host_and_port(&args.host, 443)?;
    let connect = args.connect.as_ref().map(|text| host_and_port(text, port)).transpose()?;
    let peer = Peer {
        identity: args.identity.as_deref().map(|path| identity(session, path)).transpose()?,
        proxy: proxy_from(&host, &|name| std::env::var(name).ok()),
        connect,
        sni: args.sni.clone(),
        time_limit: args.time_limit.map_or(TIME_LIMIT, Duration::from_secs),
        host: host.clone(),
        port,
    };
    let bundles = bundles(session, args)?;
    // What a bundle would do with a root taken away is told, but it is not today's answer.
    let (mut proofs, mut today): (Vec<Proof>, Vec<Proof>) = (Vec::new(), Vec::new());
    let mut shown = String::new();
    let mut pictures = Vec::new();
    let mut dates = BTreeSet::new();
    let mut troubles = Vec::new();
    let mut refused = false;
    for (address, served) in probe::probe(&peer)? {
        session.count("addresses");
        match served {
            Ok(served) => {
                let root = root_of(session, &bundles, &served, &host);
                session.record(&Record::Other("server", server_fields(&host, &served, root.as_ref())));
                shown.push_str(&server_text(session, &served, root.as_ref()));
                calendar(session, &served, &mut dates);
                refused |= matches!(served.identity, Some(Reception::Refused(_)));
                for bundle in &bundles {
                    let (now, supposed) = judged(session, bundle, &served, &host);
                    proofs.push(now.clone());
                    proofs.extend(supposed);
                    today.push(now);
                }
                let address = served.address.map_or_else(|| args.host.clone(), |address| address.to_string());
                pictures.push(Picture { address, chain: served.chain, root });
            }
            Err(trouble) => troubles.push((address.map_or_else(|| args.host.clone(), |a| a.to_string()), trouble)),
        }
    }
    for proof in &proofs {
        session.record(&Record::Proof(proof.clone()));
    }
    let failing: BTreeSet<String> =
        today.iter().filter(|p| p.verdict == Verdict::Fail).map(|p| p.path.display().to_string()).collect();
    let typed = |paths: Vec<String>| {
        session.arguments(&paths.iter().map(|path| text::typed(path)).collect::<Vec<_>>().join(" "))
    };
    let (exit, answer, next) = if !failing.is_empty() {
        let failing: Vec<String> = failing.into_iter().collect();
        let answer = say::some_fail(&args.host, text::printable(&failing.join(", ")));
        (Exit::No, answer, Some(say_check::next_check(typed(failing))))
    } else if refused {
        (Exit::No, say::refuses_identity(&args.host), None)
    } else if today.is_empty() || today.iter().any(|p| p.verdict == Verdict::NotProven) || !troubles.is_empty() {
        (Exit::Trouble, say::cannot_tell(&args.host), None)
    } else {
        let answer = say::all_pass(&args.host, bundles.len());
        (Exit::Good, answer, Some(say_check::next_verify(typed(bundles.iter().map(|b| b.path.clone()).collect()))))
    };
    session.answer(&answer);
    if !session.quiet {
        session.say(&shown);
    }
    for proof in &proofs {
        session.count(match proof.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotProven => "not-proven",
        });
        if !session.quiet {
            session.say(&text::proof(proof, session.lang));
        }
    }
    if !dates.is_empty() && !session.quiet {
        session.say("");
        session.say_sentence(&say::calendar());
        dates.iter().for_each(|(_, en, zh)| session.say(&format!("  {}", Sentence::new(en, zh).to(session.lang))));
    }
    for (address, trouble) in &troubles {
        session.record(&record::trouble(trouble));
        session.complain_about(address, trouble);
    }
    if let (Some(path), Some(served)) = (&args.save, pictures.first()) {
        save(session, path, &served.chain)?;
    }
    if let (Some(next), false) = (next, session.quiet) {
        session.say("");
        session.command(&next);
    }
    Ok(match &args.html {
        Some(file) => {
            let judged = bundles.iter().filter_map(|bundle| check::judge(session, &bundle.target));
            let judged: Vec<Bundle> = judged.map(|(bundle, _)| bundle).collect();
            html::save(session, file, &answer, exit, &judged, &proofs, &pictures)
        }
        None => exit,
    })
}

fn identity(session: &Session, path: &Path) -> Result<Identity, Trouble> {
    let file = crate::apply::read(path)?;
    Identity::read(&file.bytes, &session.passwords)
        .map_err(|trouble| record::with_file(&path.display().to_string(), trouble))
}

/// The bundles that are asked: those that were named, else those that are found here, and the system's.
fn bundles(session: &Session, args: &Probe) -> Result<Vec<Anchors>, Trouble> {
    let named = Where { places: args.bundle.clone(), ..Where::default() };
    let mut targets = targets::find(session, &named)?;
    if args.bundle.is_empty() {
        let system =
            ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];
        let root = Prefix::new(&session.prefix);
        let found = system.iter().filter_map(|path| root.lookup(Path::new(path))).find(|(path, _)| path.is_file());
        targets.extend(found.map(|(path, _)| Target::file(path)));
    }
    let mut bundles = Vec::new();
    for target in targets {
        let store = match targets::store(session, &target) {
            Ok(store) if !target.named && !targets::is_a_find(&store) => continue,
            Ok(store) => store,
            Err(_) if !target.named => continue,
            Err(trouble) => return Err(record::with_file(&target.shown(), trouble)),
        };
        let trusted = store.entries.into_iter().filter(|entry| entry.trust == Trust::Trusted);
        let trusted = trusted.map(|entry| entry.certificate).collect();
        bundles.push(Anchors { path: target.shown(), target, trusted });
    }
    Ok(bundles)
}

/// The root at which the chain ends, by every root that is known here.
fn root_of(session: &Session, bundles: &[Anchors], served: &Served, host: &str) -> Option<Certificate> {
    let mut known: Vec<Certificate> = session.catalogue.roots.iter().map(|root| root.certificate.clone()).collect();
    known.extend(session.rollover.roots().map(|root| root.certificate.clone()));
    known.extend(bundles.iter().flat_map(|bundle| bundle.trusted.iter().cloned()));
    known.retain(|certificate| certificate.valid_at(session.now));
    judge(&served.chain, &known, host, session.now).root().cloned()
}

/// What a bundle makes of the chain today; and what it would make of it with the new or the old root alone.
fn judged(session: &Session, bundle: &Anchors, served: &Served, host: &str) -> (Proof, Vec<Proof>) {
    let address = served.address.map_or_else(|| host.to_owned(), |address| address.to_string());
    let without = |roots: &[crate::rollover::Root]| -> Vec<Certificate> {
        let gone: Vec<Fingerprint> = roots.iter().map(|root| root.certificate.fingerprint()).collect();
        bundle.trusted.iter().filter(|certificate| !gone.contains(&certificate.fingerprint())).cloned().collect()
    };
    let ask = |anchors: &[Certificate], case: Option<Sentence>| {
        let (verdict, detail) = match judge(&served.chain, anchors, host, session.now) {
            Judgement::Accepted(accepted) => {
                let facts = accepted.root.facts();
                (Verdict::Pass, say::ends_at(facts.name, accepted.root.fingerprint()))
            }
            Judgement::Rejected(refusal) => (Verdict::Fail, refusal.sentence()),
            Judgement::Undecided(why) => (Verdict::NotProven, why),
        };
        let subject = match case {
            Some(case) => format!("{address} ({})", case.en),
            None => address.clone(),
        };
        Proof { path: PathBuf::from(&bundle.path), rung: Rung::Live, subject, verdict, detail }
    };
    let mut supposed = Vec::new();
    if session.verbose || session.json {
        supposed.push(ask(&without(&session.rollover.add), Some(say::without_new())));
        supposed.push(ask(&without(&session.rollover.keep), Some(say::without_old())));
    }
    (ask(&bundle.trusted, None), supposed)
}

fn server_fields(
    host: &str,
    served: &Served,
    root: Option<&Certificate>,
) -> serde_json::Map<String, serde_json::Value> {
    record::fields(json!({
        "host": host,
        "address": served.address.map(|address| address.to_string()),
        "protocol": served.protocol,
        "cipher": served.cipher,
        "asked_for_certificate": served.asked_for_certificate,
        "identity": served.identity.as_ref().map(Reception::as_str),
        "chain": served.chain.iter().map(record::certificate).collect::<Vec<_>>(),
        "root": root.map(Certificate::fingerprint),
    }))
}

fn server_text(session: &Session, served: &Served, root: Option<&Certificate>) -> String {
    let lang = session.lang;
    let address = served.address.map_or_else(String::new, |address| address.to_string());
    let mut lines = vec![String::new(), say::served_by(address, &served.protocol, &served.cipher).to(lang).to_owned()];
    for (number, certificate) in served.chain.iter().enumerate() {
        let facts = certificate.facts();
        lines.push(format!("  {number}  {}", text::printable(&facts.subject)));
        lines.push(format!("     < {}", text::printable(&facts.issuer)));
        lines.push(format!("     {}", say_html::valid_until(facts.not_after.date()).to(lang)));
        lines.push(format!("     SHA-256 {}", certificate.fingerprint()));
        // A root's own name, signed by somebody else.
        if session.catalogue.roots.iter().any(|root| {
            let real = root.certificate.facts();
            real.subject_der == facts.subject_der && root.certificate != *certificate
        }) {
            lines.push(format!(
                "     {}",
                say::cross_signed(text::printable(&facts.name), text::printable(&facts.issuer)).to(lang)
            ));
        }
    }
    lines.push(match root {
        Some(root) => {
            let name = text::printable(&root.facts().name);
            format!("  {}", say::ends_at(name, root.fingerprint()).to(lang))
        }
        None => format!("  {}", say::ends_nowhere().to(lang)),
    });
    if served.asked_for_certificate {
        lines.push(format!("  {}", say::asks_for_certificate().to(lang)));
    }
    if let Some(identity) = &served.identity {
        let sentence = match identity {
            Reception::Accepted => say::identity_accepted(),
            Reception::Refused(why) => say::identity_refused(text::printable(why)),
            Reception::NoAnswer => say::identity_unanswered(),
        };
        lines.push(format!("  {}", sentence.to(lang)));
    }
    lines.join("\n")
}

/// The days on which something ends, for what is served and for the rollover's roots.
fn calendar(session: &Session, served: &Served, dates: &mut BTreeSet<(time::Date, String, String)>) {
    let mut note = |day: time::Date, sentence: Sentence| {
        if day >= session.now.date() {
            dates.insert((day, sentence.en, sentence.zh));
        }
    };
    for certificate in &served.chain {
        let facts = certificate.facts();
        note(facts.not_after.date(), say::expires(facts.not_after.date(), text::printable(&facts.name)));
    }
    for root in session.rollover.roots() {
        let day = root.certificate.facts().not_after.date();
        note(day, say::expires(day, &root.name));
        if let Some(day) = root.distrusted_for_tls {
            note(day, say::distrusted(day, &root.name));
        }
    }
}

/// The chain as `verify --chain` reads it.
fn save(session: &Session, path: &Path, chain: &[Certificate]) -> Result<(), Trouble> {
    use crate::apply::{self, ApplyError, Edit, Options};
    let named = chain.iter().map(|certificate| (certificate.facts().name, certificate.clone())).collect::<Vec<_>>();
    let bytes = crate::store::create::create(crate::store::Format::Pem, &named, &crate::password::Password::None, 0)?;
    let edit = Edit { path: path.to_owned(), before: None, bytes, added: Vec::new(), mode: None };
    match apply::apply(&edit, &Options { backup_dir: None, force: false, now: session.now }) {
        Ok(_) => {
            session.say_sentence(&say::saved(text::printable(&path.display().to_string())));
            Ok(())
        }
        Err(ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. }) => Err(trouble),
        Err(ApplyError::Changed) => Err(super::append::keeps_changing()),
    }
}
