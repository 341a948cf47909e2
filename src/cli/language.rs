//! Choosing the language, and clap in that language.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Exit;
use super::session;
use crate::finding::{Code, Trouble};
use crate::lang::{Lang, Sentence, cli as say, help, pad, usage, wrap};
use crate::report::text::{names, printable};
use crate::rollover::Catalogue;

/// Where `--help` and `--version` stand among the options.
const LAST: usize = 900;

/// The columns that the names of the commands take.
const NAMES: usize = 15;

/// A blank at which clap does not break a line: commands are copied as they stand. It is a blank again on the screen.
const UNBROKEN: char = '\u{a0}';

/// A blank at which clap may break a line of Chinese, where it sees no blanks; on the screen it is gone.
const BREAKABLE: &str = "\u{200b} ";

/// `--lang`, else the first of LC_ALL, LC_MESSAGES and LANG that is set, else the language in which Windows speaks to
/// the user; English for whatever is not Chinese.
pub fn choose(
    arguments: &[OsString],
    env: impl Fn(&str) -> Option<String>,
    windows: impl FnOnce() -> Option<String>,
) -> Lang {
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
    match locale.or_else(windows) {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// The language of Windows' own windows, as `zh-CN`.
#[cfg(windows)]
pub fn of_windows() -> Option<String> {
    sys_locale::get_locale()
}

/// Elsewhere the variables say all.
#[cfg(not(windows))]
pub fn of_windows() -> Option<String> {
    None
}

/// Every help text of a command, its arguments and its subcommands, in one language.
pub fn localised(command: clap::Command, lang: Lang) -> clap::Command {
    let command = worded(command, "", lang);
    match lang {
        Lang::En => command,
        Lang::Zh => {
            // Options that mean the same everywhere reach the subcommands' usage lines only when clap has built them.
            let mut built = command.clone();
            built.build();
            with_usage(command, &mut built, lang)
        }
    }
}

fn text(sentence: &Sentence, lang: Lang) -> StyledStr {
    StyledStr::from(sentence.to(lang).to_owned())
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

fn worded(mut command: clap::Command, path: &str, lang: Lang) -> clap::Command {
    if let Some(about) = help::command(path) {
        command = command.about(text(&about, lang));
    }
    if let Some(examples) = help::examples(path) {
        command = command.after_help(text(&examples, lang));
    }
    let template = if path.is_empty() { usage::root_template(&commands(&command)) } else { usage::template() };
    command = command
        .help_template(text(&template, lang))
        .subcommand_help_heading(usage::COMMANDS.to(lang))
        .disable_help_subcommand(!path.is_empty())
        .disable_help_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .global(false)
                .action(clap::ArgAction::Help)
                .display_order(LAST)
                .help(text(&usage::help_flag(), lang))
                .help_heading(usage::GENERAL.to(lang)),
        );
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .display_order(LAST + 1)
                .help(text(&usage::version_flag(), lang))
                .help_heading(usage::GENERAL.to(lang)),
        );
    }
    // As they are declared; clap would sort those without an order by their names.
    let mut order = 0;
    command = command.mut_args(|arg| {
        order += 1;
        let arg = worded_argument(arg, path, lang);
        if matches!(arg.get_id().as_str(), "help" | "version") { arg } else { arg.display_order(order) }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let path = below(path, &name);
        command = command.mut_subcommand(name, |sub| worded(sub, &path, lang));
    }
    command
}

/// The possible and default values are named in the texts, which clap's own English brackets cannot be in Chinese.
fn worded_argument(arg: clap::Arg, path: &str, lang: Lang) -> clap::Arg {
    let id = arg.get_id().to_string();
    if id == "help" || id == "version" {
        return arg;
    }
    let heading = if arg.is_global_set() {
        usage::GENERAL
    } else if arg.is_positional() {
        usage::ARGUMENTS
    } else {
        usage::OPTIONS
    };
    let named: Option<Vec<&'static str>> = (arg.get_value_names().unwrap_or_default().iter())
        .map(|name| usage::value(name).map(|value| value.to(lang)))
        .collect();
    let mut arg = arg.help_heading(heading.to(lang));
    if arg.get_action().takes_values() {
        arg = arg.hide_possible_values(true).hide_default_value(true);
    }
    if let Some(names) = named.filter(|names| !names.is_empty()) {
        arg = arg.value_names(names);
    }
    match help::argument(path, &id) {
        Some(sentence) => arg.help(text(&sentence, lang)),
        None => arg,
    }
}

/// The commands, grouped by the questions that they answer.
fn commands(command: &clap::Command) -> Sentence {
    let columns = session::columns().unwrap_or(80);
    let in_lang = |lang| {
        let mut text = String::new();
        for (question, names) in usage::QUESTIONS {
            let there = |name: &&&str| **name == "help" || command.find_subcommand(name).is_some();
            let about = |name: &&str| Some((pad(name, NAMES - 2), help::command(name)?));
            let rows: Vec<_> = names.iter().filter(there).filter_map(about).collect();
            if rows.is_empty() {
                continue;
            }
            text.push_str(&format!("{}\n", question.to(lang)));
            for (name, about) in rows {
                let about = wrap(about.to(lang), columns, NAMES);
                text.push_str(&format!("  {name}{}\n", about.trim_start()));
            }
            text.push('\n');
        }
        text
    };
    Sentence { en: in_lang(Lang::En), zh: in_lang(Lang::Zh) }
}

/// Usage lines in the user's language, from those that clap makes.
fn with_usage(mut command: clap::Command, built: &mut clap::Command, lang: Lang) -> clap::Command {
    let line = built.render_usage().to_string();
    let line = line.trim_start_matches("Usage:").trim();
    let line = line.replace(usage::OPTIONS_TAG.to(Lang::En), usage::OPTIONS_TAG.to(lang));
    let line = line.replace(usage::COMMAND_TAG.to(Lang::En), usage::COMMAND_TAG.to(lang));
    command = command.override_usage(StyledStr::from(line));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        if let Some(built) = built.find_subcommand_mut(&name) {
            command = command.mut_subcommand(name, |sub| with_usage(sub, built, lang));
        }
    }
    command
}

/// What clap has to say: help and version on standard output, errors on standard error in the user's language.
pub fn report(error: &clap::Error, lang: Lang) -> Exit {
    match error.kind() {
        ErrorKind::DisplayVersion => {
            let date = Catalogue::date().map_or_else(String::new, |date| date.to_string());
            put(&format!("{}\n", usage::version(env!("CARGO_PKG_VERSION"), &date).to(lang)), lang)
        }
        ErrorKind::DisplayHelp => {
            let page = error.render();
            let color = session::wants_color() && cfg!(unix);
            let page = if color { page.ansi().to_string() } else { page.to_string() };
            put(&set(&page, lang), lang)
        }
        _ => {
            let _ = write!(std::io::stderr(), "{}", complaint(error, lang));
            Exit::Trouble
        }
    }
}

/// Whoever reads no further has read enough; where a disk is full, the page is not whole.
fn put(page: &str, lang: Lang) -> Exit {
    let mut out = std::io::stdout().lock();
    match out.write_all(page.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let lost = Trouble::new(Code::OutputLost, say::output_lost(), say::free_the_output());
            let _ = writeln!(std::io::stderr(), "{}", session::complaint(&lost.message, &lost, lang));
            Exit::Trouble
        }
        _ => Exit::Good,
    }
}

/// The same as a trouble, for records.
pub fn trouble(error: &clap::Error) -> Trouble {
    Trouble::new(Code::Usage, what(error), Code::Usage.explain().remedy)
}

fn context(error: &clap::Error, wanted: ContextKind, lang: Lang) -> String {
    let text = match error.get(wanted) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => names(texts).to(lang).to_owned(),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    };
    printable(&text)
}

fn what(error: &clap::Error) -> Sentence {
    let said = |lang| {
        let context = |wanted| context(error, wanted, lang);
        usage::error(
            error.kind(),
            &context(ContextKind::InvalidArg),
            &context(ContextKind::InvalidValue),
            &context(ContextKind::InvalidSubcommand),
            &context(ContextKind::PriorArg),
        )
    };
    Sentence { en: said(Lang::En).en, zh: said(Lang::Zh).zh }
}

/// A help page as it is shown: clap ends every heading with a colon of its own.
fn set(page: &str, lang: Lang) -> String {
    let page = page.replace(UNBROKEN, " ").replace(BREAKABLE, "").replace(BREAKABLE.trim_end(), "");
    let headings = [usage::ARGUMENTS, usage::OPTIONS, usage::GENERAL, usage::COMMANDS];
    match lang {
        Lang::En => page,
        Lang::Zh => (headings.iter().map(|heading| heading.to(lang)))
            .fold(page, |page, heading| page.replace(&format!("{heading}:"), &format!("{heading}："))),
    }
}

/// The command with marks where the lines of its help may break, and where not: [`set`] takes them away.
pub fn on_screen(mut command: clap::Command) -> clap::Command {
    // Lines that are set in are commands.
    let line =
        |line: &str| if line.starts_with(' ') { line.replace(' ', &UNBROKEN.to_string()) } else { line.to_owned() };
    if let Some(examples) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(examples.lines().map(line).collect::<Vec<_>>().join("\n"));
    }
    let breakable = |text: String| {
        let text = text.replace('（', &format!("{BREAKABLE}（"));
        "，。：；、）".chars().fold(text, |text, c| text.replace(c, &format!("{c}{BREAKABLE}")))
    };
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(breakable(about));
    }
    command = command.mut_args(|arg| match arg.get_help().map(ToString::to_string) {
        Some(help) => arg.help(breakable(help)),
        None => arg,
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, on_screen))
}

/// What clap says, in the words of the other complaints and with the same help: the names that were perhaps meant, the
/// possible values, the usage.
fn complaint(error: &clap::Error, lang: Lang) -> String {
    let context = |wanted| context(error, wanted, lang);
    let mut text = format!("rootfix: {}\n", what(error).to(lang));
    let mut line = |sentence: Sentence| text.push_str(&format!("  {}\n", sentence.to(lang)));
    let meant = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .map(context)
        .into_iter()
        .find(|names| !names.is_empty());
    if let Some(names) = meant {
        line(usage::did_you_mean(&names));
    }
    let values = context(ContextKind::ValidValue);
    if !values.is_empty() {
        line(usage::values_are(&values));
    }
    let form = context(ContextKind::Usage);
    if !form.is_empty() {
        line(usage::usage(form.trim_start_matches("Usage:").trim()));
    }
    let command = form.trim_start_matches("Usage:").split_whitespace();
    let command: Vec<&str> = command.take_while(|word| word.chars().all(|c| c.is_ascii_alphanumeric())).collect();
    line(usage::see_help(&if command.is_empty() { "rootfix".to_owned() } else { command.join(" ") }));
    text
}

#[cfg(test)]
mod tests;
