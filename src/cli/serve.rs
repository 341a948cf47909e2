//! `rootfix rehearse --serve`: the stand-ins alone, for programs that cannot be started from here.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::Rehearse;
use super::exit::Exit;
use super::session::Session;
use crate::finding::{Code, Trouble};
use crate::lang::Sentence;
use crate::lang::rehearse as say_rehearse;
use crate::lang::rehearse_screen as say;
use crate::rehearse::chain::{Shown, StandIns};
use crate::rehearse::serve::{Addresses, Serving};
use crate::rehearse::server::{Connection, End, Reply};
use crate::rehearse::shadow::{Append, Bundle};
use crate::report::{Record, record, text};
use crate::scratch::Scratch;

/// How long it waits between looks at what came in.
const LOOK: Duration = Duration::from_millis(200);

pub fn run(
    session: &Session,
    args: &Rehearse,
    stand_ins: &StandIns,
    reply: &Reply,
    bundles: &[Bundle],
    append: Append<'_>,
) -> Result<Exit, Trouble> {
    // From here on there is something to clear away.
    #[cfg(target_os = "linux")]
    let _ = crate::sys::signals::note_requests_to_end();
    let directory = Scratch::new().map_err(|error| {
        let place = std::env::temp_dir();
        Trouble::new(
            Code::RehearsalSetup,
            say_rehearse::no_copy(place.display(), error),
            say_rehearse::another_directory(),
        )
    })?;
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let addresses = Addresses { old: any, new: any, rogue: any };
    let serving =
        Serving::start(stand_ins, bundles, append, addresses, reply, args.ask_for_certificate, directory.path())?;
    let new = serving.address(Shown::New);
    session.answer(&say::serving(new));
    if !session.quiet {
        for shown in [Shown::Old, Shown::New, Shown::Rogue] {
            session.say(&format!("  {}  {}", serving.address(shown), chain_name(shown).to(session.lang)));
        }
        for copy in &serving.copies {
            let path = |path: &std::path::Path| text::printable(&path.display().to_string());
            session.say(&format!("  {}", path(&copy.original)));
            session.say_sentence(&say::copies(path(&copy.today), path(&copy.repaired)));
        }
        if serving.copies.is_empty() {
            session.say_sentence(&say::root_alone(serving.new_root.display()));
        }
        let bundle = serving.copies.first().map_or(&serving.new_root, |copy| &copy.repaired);
        let bundle = text::typed_path(bundle);
        session.say("");
        session.say_sentence(&say::serve_how(&stand_ins.hosts[0]));
        session.say(&format!("  curl --connect-to {0}:443:{new} --cacert {bundle} https://{0}/", stand_ins.hosts[0]));
        session.say_sentence(&say::serve_ends(directory.path().display()));
    }
    let copies = serving
        .copies
        .iter()
        .map(|copy| json!({ "original": copy.original, "today": copy.today, "repaired": copy.repaired }));
    let value = json!({
        "port": new.port(),
        "old": serving.address(Shown::Old).to_string(),
        "new": new.to_string(),
        "rogue": serving.address(Shown::Rogue).to_string(),
        "hosts": stand_ins.hosts,
        "root": stand_ins.new.root.pem(),
        "copies": copies.collect::<Vec<_>>(),
    });
    session.record(&Record::Other("serving", record::fields(value)));
    let until = args.time_limit.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while until.is_none_or(|until| Instant::now() < until) && !asked_to_end() {
        std::thread::sleep(LOOK);
        for (shown, seen) in serving.take_observations() {
            for connection in seen.connections {
                let (chain, what) = (chain_name(shown), what_came(&connection));
                let sentence =
                    Sentence::new(format!("{}: {}", chain.en, what.en), format!("{}：{}", chain.zh, what.zh));
                session.say_sentence(&sentence);
                let mut fields = record::fields(json!(connection));
                fields.insert(String::from("chain"), chain_id(shown).into());
                session.record(&Record::Other("connection", fields));
            }
        }
    }
    Ok(Exit::Good)
}

/// Elsewhere a request to end does so at once.
fn asked_to_end() -> bool {
    #[cfg(target_os = "linux")]
    return crate::sys::signals::asked_to_end();
    #[cfg(not(target_os = "linux"))]
    false
}

fn chain_id(shown: Shown) -> &'static str {
    match shown {
        Shown::Old => "old",
        Shown::New => "new",
        Shown::Rogue => "rogue",
    }
}

fn chain_name(shown: Shown) -> Sentence {
    match shown {
        Shown::Old => say::old_chain(),
        Shown::New => say::new_chain(),
        Shown::Rogue => say::rogue_chain(),
    }
}

/// One connection for people. The stand-in's word alone: a program that falls back on something else is not seen.
fn what_came(connection: &Connection) -> Sentence {
    let version = connection.version.as_deref().unwrap_or("TLS");
    match (&connection.request, &connection.end) {
        (Some(request), _) => say::came_through(text::printable(request), version),
        (None, End::Alert(alert)) => say::was_refused(alert),
        (None, _) if connection.handshake => say::sent_nothing(version),
        (None, _) => say::no_handshake(),
    }
}
