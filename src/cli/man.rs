//! `rootfix man`: manual pages, in roff, on standard output.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::args::{Cli, Man as Args};
use super::exit::Exit;
use super::language;
use super::session::Session;
use crate::finding::{Code, Trouble};
use crate::lang::{Lang, cli as say, help, usage};

pub fn run(session: &Session, args: &Args) -> Exit {
    if let Err(exit) = session.without_records() {
        return exit;
    }
    let mut command = language::localised(Cli::command(), session.lang);
    command.build();
    for name in &args.command {
        let Some(sub) = command.find_subcommand(name) else {
            let message = say::no_manual(args.command.join(" "));
            session.trouble(&Trouble::new(Code::Usage, message, say::commands_are_listed()));
            return Exit::Trouble;
        };
        command = sub.clone();
    }
    session.bytes(&page(command, &args.command.join(" "), session.lang).expect("memory can be written to"));
    Exit::Good
}

/// One page. clap_mangen runs the examples together and names its sections in English, so those parts are ours.
fn page(command: clap::Command, path: &str, lang: Lang) -> io::Result<Vec<u8>> {
    let examples = help::examples(path);
    let version = command.get_version().is_some();
    let commands = command.has_subcommands();
    let man = Man::new(command).source(concat!("rootfix ", env!("CARGO_PKG_VERSION"))).manual("rootfix");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if commands {
        man.render_subcommands_section(&mut page)?;
    }
    let mut own = Roff::new();
    if let Some(examples) = examples {
        own.control("SH", [usage::EXAMPLES.to(lang)]);
        own.control("nf", []);
        // The first line is the heading of the same text on the screen.
        let lines = examples.to(lang).lines().skip(usize::from(!path.is_empty()));
        lines.for_each(|line| {
            own.text([roman(line)]);
        });
        own.control("fi", []);
    }
    own.control("SH", [usage::EXIT_STATUS.to(lang)]);
    for (code, meaning) in usage::EXIT_CODES {
        own.control("TP", []);
        own.text([bold(*code)]);
        own.text([roman(meaning.to(lang))]);
    }
    own.to_writer(&mut page)?;
    if version {
        man.render_version_section(&mut page)?;
    }
    Ok(renamed(&String::from_utf8_lossy(&page), lang).into_bytes())
}

fn text_begins(line: &str) -> bool {
    !line.starts_with(".ie ") && !line.starts_with(".el ")
}

/// The sections' names in the user's language.
fn renamed(page: &str, lang: Lang) -> String {
    let mut text = String::new();
    // Each part begins with the same definition of the apostrophe.
    let own = |line: &&str| text_begins(line);
    for line in page.lines().take(2).chain(page.lines().filter(own)) {
        let known = usage::SECTIONS.iter().find(|(name, _)| line.strip_prefix(".SH ") == Some(name));
        match known {
            Some((_, heading)) => text.push_str(&format!(".SH {}", heading.to(lang))),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}
