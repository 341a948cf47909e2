//! `rootfix rehearse`: the user's own program against a stand-in of the new server.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::{KeyArg, Rehearse};
use super::check;
use super::exit::Exit;
use super::html;
use super::session::Session;
use super::targets::{self, Place};
use crate::apply;
use crate::assess::assess;
use crate::finding::Trouble;
use crate::lang::Sentence;
use crate::lang::rehearse_screen as say;
use crate::proof::{Proof, Rung, Verdict};
use crate::rehearse::chain::{KeyKind, Shown, StandIns};
use crate::rehearse::server::{Reply, Server};
use crate::rehearse::shadow::{Bundle, BundleKind};
use crate::rehearse::verdict::{Conclusion, Holds, Part};
use crate::rehearse::{self, Options};
use crate::report::{Record, record, text};
use crate::rollover::Root;
use crate::store::AppendOptions;

/// How long `--serve` waits between looks at what came in.
const LOOK: Duration = Duration::from_millis(200);

pub fn run(session: &mut Session, args: &Rehearse) -> Exit {
    match go(session, args) {
        Ok(exit) => exit,
        Err(trouble) => {
            session.answer(&say::cannot_begin());
            session.refuse(&trouble)
        }
    }
}

fn go(session: &mut Session, args: &Rehearse) -> Result<Exit, Trouble> {
    let (hosts, ports) = rehearse::hosts_and_ports(&args.host)?;
    let kind = match args.key {
        KeyArg::Rsa => KeyKind::Rsa,
        KeyArg::Ec => KeyKind::Ec,
    };
    let stand_ins = StandIns::make(&session.rollover, &hosts, kind, session.now)?;
    let reply = match &args.reply {
        Some(file) => Reply::with_body(apply::read(file)?.bytes),
        None => Reply::default(),
    };
    if args.serve {
        return serve(session, args, &stand_ins, reply);
    }
    let bundles = args.bundle.iter().map(|path| bundle(session, path)).collect::<Result<Vec<_>, _>>()?;
    let mut options = Options::new(args.command.clone(), bundles);
    options.ports = ports;
    options.reply = reply;
    options.share_network = args.share_network;
    options.ask_for_certificate = args.ask_for_certificate;
    if let Some(seconds) = args.time_limit {
        options.time_limit = Duration::from_secs(seconds);
    }
    let passwords = session.passwords.clone();
    let now_ms = u64::try_from(session.now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    let append = |_: &Path, bytes: &[u8], roots: &[&Root]| {
        let format = targets::format_of(bytes);
        let store = format.decode(bytes, &passwords)?;
        Ok(format.append(bytes, &store, roots, &AppendOptions { now_ms, ..AppendOptions::default() })?.bytes)
    };
    let rehearsal = rehearse::rehearse(&stand_ins, &options, &append, &mut |part| {
        let (number, name) = (part_number(part), text::part_name(part));
        let part = name.to(session.lang);
        session.progress(&say::running(number, part));
    })?;
    let program = args.command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let answer = conclusion(rehearsal.conclusion, &text::printable(&program));
    session.answer(&answer);
    let mut proofs = Vec::new();
    for (judged, outcome) in rehearsal.judged.iter().zip(&rehearsal.outcomes) {
        let proof = Proof {
            path: args.bundle.first().cloned().unwrap_or_default(),
            rung: Rung::Rehearsal,
            subject: judged.part.as_str().to_owned(),
            verdict: judged.verdict,
            detail: judged.sentence.clone(),
        };
        let mut fields = record::proof_fields(&proof);
        fields.insert("exit".to_owned(), json!(outcome.exit));
        fields.insert("observations".to_owned(), json!(outcome.observations));
        fields.insert("output".to_owned(), json!(outcome.output));
        session.record(&Record::Other("proof", fields));
        proofs.push(proof.clone());
        session.count(match judged.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotProven => "not-proven",
        });
        if !session.quiet {
            session.say(&text::proof(&proof, session.lang));
            if session.verbose || judged.verdict != Verdict::Pass {
                for line in outcome.output.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev() {
                    session.say(&format!("      | {}", text::printable(line)));
                }
            }
        }
    }
    let value = json!({ "conclusion": rehearsal.conclusion });
    session.record(&Record::Other("rehearsal", record::fields(value)));
    if !session.quiet {
        session.say_sentence(&say::nothing_was_touched());
        if rehearsal.conclusion == Conclusion::AppendHelps {
            session.say("");
            let paths: Vec<String> = args.bundle.iter().map(|path| text::typed(&path.display().to_string())).collect();
            session.command(&crate::lang::check::next_append(session.arguments(&paths.join(" "))));
        }
    }
    let exit = match rehearsal.conclusion {
        Conclusion::Ready => Exit::Good,
        Conclusion::DoesNotVerify | Conclusion::AppendHelps | Conclusion::AppendDoesNotHelp => Exit::No,
        Conclusion::NotProven => Exit::Trouble,
    };
    Ok(match &args.html {
        Some(file) => {
            let judged = args.bundle.iter().filter_map(|path| check::judge(session, &targets::inspected(path)));
            let judged: Vec<_> = judged.map(|(bundle, _)| bundle).collect();
            html::save(session, file, &answer, exit, &judged, &proofs, &[])
        }
        None => exit,
    })
}

/// A bundle that the program reads, and what it vouches for today.
fn bundle(session: &Session, path: &Path) -> Result<Bundle, Trouble> {
    let target = targets::inspected(path);
    let store = targets::store(session, &target)?;
    let assessment = assess(&store, &session.rollover, session.now);
    let kind = match target.place {
        Place::Directory(_) => BundleKind::Directory,
        Place::File(_) | Place::Stdin | Place::System(_) => BundleKind::File,
    };
    let holds = Holds { old_root: assessment.old_root, new_root: assessment.new_root };
    Ok(Bundle { path: path.to_owned(), kind, holds })
}

/// Keeps a stand-in of the new server running on loopback, for programs that cannot be started from here.
fn serve(session: &Session, args: &Rehearse, stand_ins: &StandIns, reply: Reply) -> Result<Exit, Trouble> {
    let presented = stand_ins.chain(Shown::New).into();
    let server = Server::on_loopback(&presented, reply, args.ask_for_certificate)
        .map_err(|error| crate::apply::read_failed(&error))?;
    let port = server.port();
    session.answer(&say::serving(port));
    session.say(&stand_ins.new.root.pem());
    for host in &stand_ins.hosts {
        session.say(&format!("  127.0.0.1  {host}"));
    }
    session.say_sentence(&say::serve_how(port, &stand_ins.hosts[0]));
    let value = json!({ "port": port, "hosts": stand_ins.hosts, "root": stand_ins.new.root.pem() });
    session.record(&Record::Other("serving", record::fields(value)));
    let until = args.time_limit.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while until.is_none_or(|until| Instant::now() < until) {
        std::thread::sleep(LOOK);
        for connection in server.take_observations().connections {
            session.say(&text::printable(&format!("{connection:?}")));
            session.record(&Record::Other("connection", record::fields(json!(connection))));
        }
    }
    Ok(Exit::Good)
}

fn part_number(part: Part) -> usize {
    match part {
        Part::Baseline => 1,
        Part::Rollover => 2,
        Part::Repaired => 3,
        Part::Rogue => 4,
    }
}

fn conclusion(conclusion: Conclusion, program: &str) -> Sentence {
    match conclusion {
        Conclusion::DoesNotVerify => say::does_not_verify(program),
        Conclusion::Ready => say::ready(program),
        Conclusion::AppendHelps => say::append_helps(program),
        Conclusion::AppendDoesNotHelp => say::append_does_not_help(program),
        Conclusion::NotProven => say::not_proven(program),
    }
}
