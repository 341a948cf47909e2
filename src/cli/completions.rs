//! `rootfix completions`: what a shell needs to complete rootfix's commands.

use clap::CommandFactory;
use clap_complete::aot::{Bash, Fish, PowerShell, Zsh, generate};

use super::args::{Cli, Completions, Shell};
use super::exit::Exit;
use super::language;
use super::session::Session;
use crate::lang::help;

pub fn run(session: &Session, args: &Completions) -> Exit {
    if let Err(exit) = session.without_records() {
        return exit;
    }
    let mut command = language::localised(Cli::command(), session.lang);
    // The command that clap adds by itself speaks English, and so does its own entry below it.
    command.build();
    if let Some(about) = help::command("help") {
        let about = about.to(session.lang);
        let worded = |sub: clap::Command| sub.about(about.to_owned());
        command = command.mut_subcommand("help", |sub| worded(sub).mut_subcommand("help", worded));
    }
    let mut script = Vec::new();
    match args.shell {
        Shell::Bash => generate(Bash, &mut command, "rootfix", &mut script),
        Shell::Zsh => generate(Zsh, &mut command, "rootfix", &mut script),
        Shell::Fish => generate(Fish, &mut command, "rootfix", &mut script),
        Shell::Powershell => generate(PowerShell, &mut command, "rootfix", &mut script),
    }
    session.bytes(&script);
    Exit::Good
}
