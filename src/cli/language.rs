//! Choosing the language, and clap in that language.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Exit;
use crate::lang::{Lang, Sentence, help};

/// `--lang`, else the first of LC_ALL, LC_MESSAGES and LANG that is set; English for whatever is not Chinese.
pub fn choose(arguments: &[OsString], env: impl Fn(&str) -> Option<String>) -> Lang {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.next().map(|value| value.into_owned()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None if argument == "--" => break,
            None => None,
        };
        match value.as_deref() {
            Some("zh") => return Lang::Zh,
            Some("en") => return Lang::En,
            _ => {}
        }
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(env).find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// Every help text of a command, its arguments and its subcommands, in one language.
pub fn localised(command: clap::Command, lang: Lang) -> clap::Command {
    let path = String::new();
    worded(command, &path, lang)
}

fn worded(mut command: clap::Command, path: &str, lang: Lang) -> clap::Command {
    let text = |sentence: &Sentence| StyledStr::from(sentence.to(lang).to_owned());
    if let Some(about) = help::command(path) {
        command = command.about(text(&about));
    }
    if let Some(examples) = help::examples(path) {
        command = command.after_help(text(&examples));
    }
    command = command
        .help_template(help::template().to(lang).to_owned())
        .subcommand_help_heading(help::COMMANDS.to(lang))
        .disable_help_subcommand(!path.is_empty())
        .disable_help_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .global(false)
                .action(clap::ArgAction::Help)
                .help(text(&help::help_flag()))
                .help_heading(help::GENERAL.to(lang)),
        );
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(text(&help::version_flag()))
                .help_heading(help::GENERAL.to(lang)),
        );
    }
    command = command.mut_args(|arg| {
        let id = arg.get_id().to_string();
        let global = arg.is_global_set();
        let positional = arg.is_positional();
        let worded = match help::argument(path, &id) {
            Some(sentence) => arg.help(text(&sentence)),
            None => arg,
        };
        if global {
            worded.help_heading(help::GENERAL.to(lang))
        } else if positional {
            worded.help_heading(help::ARGUMENTS.to(lang))
        } else if id == "help" || id == "version" {
            worded
        } else {
            worded.help_heading(help::OPTIONS.to(lang))
        }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let sub_path = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |sub| worded(sub, &sub_path, lang));
    }
    command
}

/// What clap has to say: help and version on standard output, errors on standard error in the user's language.
pub fn report(error: &clap::Error, lang: Lang) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            Exit::Good
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Exit::Trouble
        }
        _ if lang == Lang::En => {
            let _ = error.print();
            Exit::Trouble
        }
        kind => {
            let context = |wanted| match error.get(wanted) {
                Some(ContextValue::String(text)) => text.clone(),
                Some(ContextValue::Strings(texts)) => texts.join("、"),
                _ => String::new(),
            };
            let sentence = help::usage_error(
                kind,
                &context(ContextKind::InvalidArg),
                &context(ContextKind::InvalidValue),
                &context(ContextKind::InvalidSubcommand),
                &context(ContextKind::PriorArg),
            );
            let _ = writeln!(std::io::stderr(), "rootfix: {}\n  {}", sentence.to(lang), help::see_help().to(lang));
            Exit::Trouble
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Cli;
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_language_comes_from_the_option_then_from_the_locale() {
        let choose = |arguments: &[&str], env: &[(&str, &str)]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            super::choose(&arguments, |name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(choose(&["rootfix", "check"], &[]), Lang::En);
        assert_eq!(choose(&["rootfix", "check"], &[("LANG", "zh_CN.GB18030")]), Lang::Zh);
        assert_eq!(choose(&["rootfix", "check"], &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(choose(&["rootfix", "check"], &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]), Lang::Zh);
        assert_eq!(choose(&["rootfix", "--lang", "en", "check"], &[("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(choose(&["rootfix", "check", "--lang=zh"], &[]), Lang::Zh);
        assert_eq!(choose(&["rootfix", "rehearse", "--", "x", "--lang=zh"], &[]), Lang::En);
    }

    #[test]
    fn every_command_and_argument_has_a_help_text() {
        fn walk(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
            if help::command(path).is_none()
                || (help::examples(path).is_none() && command.get_subcommands().count() == 0)
            {
                missing.push(format!("`rootfix {path}`"));
            }
            for arg in command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version")) {
                if help::argument(path, arg.get_id().as_str()).is_none() {
                    missing.push(format!("`rootfix {path}` {}", arg.get_id()));
                }
            }
            for sub in command.get_subcommands() {
                let name = sub.get_name();
                walk(sub, &if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }, missing);
            }
        }
        let mut missing = Vec::new();
        walk(&Cli::command(), "", &mut missing);
        assert!(missing.is_empty(), "no help, or no example: {missing:#?}");
    }
}
