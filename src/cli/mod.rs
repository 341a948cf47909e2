//! The command line: arguments in, records and sentences out. The only part that knows clap and dialoguer.

mod append;
mod args;
mod check;
mod completions;
mod convert;
mod exit;
mod explain;
mod given;
mod html;
mod inspect;
mod language;
mod locate;
mod man;
mod probe;
mod progress;
mod rehearse;
mod report;
mod restore;
mod roots;
mod serve;
mod session;
mod source;
mod system;
mod targets;
mod unlock;
mod verify;
mod wizard;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
pub use exit::Exit;
use session::Session;

use crate::finding::{Code, Trouble};
use crate::lang::{Lang, pkcs12 as say};

/// Runs the program with these arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let lang = language::choose(&arguments, |name| std::env::var(name).ok(), language::of_windows);
    let command = language::on_screen(language::localised(Cli::command().bin_name("rootfix"), lang));
    let cli = match command.try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let exit = language::report(&error, lang);
            let options = arguments.iter().take_while(|argument| *argument != "--");
            if exit == Exit::Trouble && options.into_iter().any(|argument| argument == "--json") {
                put_records(&language::trouble(&error), asked_for(&arguments));
            }
            return exit;
        }
    };
    let command = cli.command.unwrap_or(Command::Wizard);
    let name = name_of(&command);
    // Hash tables take random numbers, and end the program where there are none.
    if getrandom::fill(&mut [0]).is_err() {
        let trouble = Trouble::new(Code::NoRandomNumbers, say::no_randomness(), say::check_dev_urandom());
        return refuse(&trouble, &cli.common, name, lang);
    }
    let mut session = match Session::new(name, &cli.common, lang) {
        Ok(session) => session,
        Err(trouble) => return refuse(&trouble, &cli.common, name, lang),
    };
    let exit = match &command {
        Command::Locate(args) => locate::run(&mut session, args),
        Command::Check(args) => check::run(&mut session, args),
        Command::Append(args) => append::run(&mut session, args),
        Command::Restore(args) => restore::run(&mut session, args),
        Command::Verify(args) => verify::run(&mut session, args),
        Command::Probe(args) => probe::run(&mut session, args),
        Command::Rehearse(args) => rehearse::run(&mut session, args),
        Command::Inspect(args) => inspect::run(&mut session, args),
        Command::Roots(args) => roots::run(&mut session, args),
        Command::Explain(args) => explain::run(&mut session, args),
        Command::Report(args) => report::run(&mut session, args),
        Command::Wizard => wizard::run(&mut session),
        Command::Completions(args) => completions::run(&session, args),
        Command::Man(args) => man::run(&session, args),
    };
    session.finish(exit)
}

/// As they are typed; a record keeps one for as long as the program runs.
const NAMES: &[&str] = &[
    "locate",
    "check",
    "append",
    "restore",
    "verify",
    "probe",
    "rehearse",
    "inspect",
    "roots",
    "explain",
    "report",
    "wizard",
    "completions",
    "man",
];

/// The command that arguments were for which make none.
fn asked_for(arguments: &[OsString]) -> &'static str {
    let mut names = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    names.find_map(|name| NAMES.iter().find(|known| **known == name)).unwrap_or(&"rootfix")
}

fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Locate(_) => "locate",
        Command::Check(_) => "check",
        Command::Append(_) => "append",
        Command::Restore(_) => "restore",
        Command::Verify(_) => "verify",
        Command::Probe(_) => "probe",
        Command::Rehearse(_) => "rehearse",
        Command::Inspect(_) => "inspect",
        Command::Roots(_) => "roots",
        Command::Explain(_) => "explain",
        Command::Report(_) => "report",
        Command::Wizard => "wizard",
        Command::Completions(_) => "completions",
        Command::Man(_) => "man",
    }
}

/// The session could not begin: a damaged catalogue, an unreadable password, a root without its fingerprint.
fn refuse(trouble: &Trouble, common: &args::Common, command: &'static str, lang: Lang) -> Exit {
    if common.json {
        put_records(trouble, command);
    }
    let _ = writeln!(std::io::stderr(), "{}", session::complaint(&trouble.message, trouble, lang));
    Exit::Trouble
}

/// What can be said in records where no session is.
fn put_records(trouble: &Trouble, command: &'static str) {
    use crate::report::{Record, Summary, record};
    let summary = Summary { command, counts: Default::default(), exit_code: Exit::Trouble as u8, rollover: None };
    let _ = writeln!(std::io::stdout(), "{}\n{}", record::trouble(trouble).json(), Record::Summary(summary).json());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_named_in_the_summary_of_its_usage_errors() {
        let command = Cli::command();
        assert_eq!(command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>(), NAMES);
        let asked = |words: &[&str]| asked_for(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked(&["rootfix", "--json", "check", "--nosuch"]), "check");
        assert_eq!(asked(&["check", "nosuch"]), "rootfix");
    }
}
