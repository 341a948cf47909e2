//! `rootfix roots`: the embedded roots and rollovers.

use serde_json::json;

use super::args::{Encoding, Roots, RootsAction};
use super::exit::Exit;
use super::session::Session;
use crate::lang::cli as say;
use crate::report::{Record, record, text};

pub fn run(session: &mut Session, args: &Roots) -> Exit {
    match &args.action {
        None => list(session),
        Some(RootsAction::Export(export)) => match session.catalogue.root(&export.name) {
            Ok(root) => {
                if let Err(exit) = session.without_records() {
                    return exit;
                }
                match export.format {
                    Encoding::Pem => session.bytes(root.pem().as_bytes()),
                    Encoding::Der => session.bytes(root.der()),
                }
                Exit::Good
            }
            Err(trouble) => {
                session.trouble(&trouble);
                Exit::Trouble
            }
        },
    }
}

fn list(session: &mut Session) -> Exit {
    let today = session.now.date();
    session.say_sentence(&say::roots_title());
    let catalogue = session.catalogue.clone();
    for outlook in catalogue.outlook() {
        let root = outlook.root;
        let mut value = record::certificate(&root.certificate);
        value["id"] = json!(root.id);
        value["alias"] = json!(root.alias);
        value["distrusted_for_tls"] = json!(root.distrusted_for_tls.map(|day| day.to_string()));
        value["successors"] = json!(root.successors);
        session.record(&Record::Other("root", record::fields(value)));
        session.count("roots");
        let mut about = format!("\n{}  ({}, {})\n", root.name, root.id, outlook.key);
        about.push_str(&format!("  SHA-256 {}\n", root.certificate.fingerprint()));
        about.push_str(&format!("  {} … {}\n", outlook.not_before.date(), outlook.not_after.date()));
        for sentence in outlook.sentences(today) {
            about.push_str(&format!("  {}\n", sentence.to(session.lang)));
        }
        session.say(&about);
    }
    session.say("");
    session.say_sentence(&say::rollovers_title());
    for rollover in &catalogue.rollovers {
        let ids = |roots: &[crate::rollover::Root]| roots.iter().map(|root| root.id.clone()).collect::<Vec<_>>();
        let value = json!({
            "id": rollover.id,
            "keep": ids(&rollover.keep),
            "add": ids(&rollover.add),
            "hosts": rollover.hosts,
        });
        session.record(&Record::Other("rollover", record::fields(value)));
        session.count("rollovers");
        let mut about = format!("\n{}\n", text::printable(&rollover.id));
        for sentence in rollover.sentences() {
            about.push_str(&format!("  {}\n", sentence.to(session.lang)));
        }
        session.say(&about);
    }
    Exit::Good
}
