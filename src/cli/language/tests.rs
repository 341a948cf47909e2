//! What people are told about the commands is whole, in both languages, and true of the commands.

use super::super::args::Cli;
use super::*;
use clap::CommandFactory;

#[test]
fn the_language_comes_from_the_option_then_from_the_locale() {
    let choose = |arguments: &[&str], env: &[(&str, &str)], windows: Option<&str>| {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let env = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        super::choose(&arguments, env, || windows.map(str::to_owned))
    };
    assert_eq!(choose(&["rootfix"], &[], Some("zh-CN")), Lang::Zh);
    assert_eq!(choose(&["rootfix"], &[("LANG", "C")], Some("zh-CN")), Lang::En);
    assert_eq!(choose(&["rootfix"], &[], Some("de-DE")), Lang::En);
    let choose = |arguments: &[&str], env: &[(&str, &str)]| choose(arguments, env, None);
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
        if help::command(path).is_none() || (help::examples(path).is_none() && command.get_subcommands().count() == 0) {
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

/// Every command, by its path.
fn each(command: &clap::Command, path: &str, act: &mut dyn FnMut(&clap::Command, &str)) {
    act(command, path);
    for sub in command.get_subcommands() {
        each(sub, &below(path, sub.get_name()), act);
    }
}

#[test]
fn every_command_answers_one_of_the_questions() {
    let mut listed: Vec<&str> = usage::QUESTIONS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    listed.sort_unstable();
    let mut once = listed.clone();
    once.dedup();
    assert_eq!(listed, once, "a command is listed twice");
    for sub in Cli::command().get_subcommands() {
        assert!(listed.contains(&sub.get_name()), "`rootfix {}` is not in the overview", sub.get_name());
    }
}

#[test]
fn what_an_argument_takes_is_named_in_its_text_in_both_languages() {
    each(&Cli::command(), "", &mut |command, path| {
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            for name in arg.get_value_names().unwrap_or_default() {
                assert!(
                    usage::value(name).is_some() || !arg.get_action().takes_values(),
                    "`rootfix {path}` {id}: {name} has no Chinese name"
                );
            }
            let Some(help) = help::argument(path, id) else { continue };
            let values = arg.get_possible_values().into_iter().map(|value| value.get_name().to_owned());
            let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
            for value in values.chain(defaults).filter(|_| arg.get_action().takes_values()) {
                for text in [&help.en, &help.zh] {
                    assert!(text.contains(&value), "`rootfix {path}` {id}: {value} is not in {text:?}");
                }
            }
        }
    });
}

#[test]
fn chinese_help_has_no_english_of_claps_own() {
    let mut command = localised(Cli::command(), Lang::Zh);
    command.build();
    let mut pages = vec![(String::new(), command.render_help().to_string())];
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        pages.push((sub.get_name().to_owned(), sub.clone().render_help().to_string()));
    }
    for (path, page) in pages {
        for english in [
            "Usage",
            "OPTIONS",
            "COMMAND",
            "Options:",
            "Arguments:",
            "Commands:",
            "possible values",
            "default:",
            "Print ",
            "<FILE>",
        ] {
            assert!(!page.contains(english), "`rootfix {path}` says {english:?}:\n{page}");
        }
    }
}

#[test]
fn whatever_is_wrong_with_the_arguments_is_said_in_chinese() {
    let wrong: &[(&[&str], &[&str])] = &[
        (&["chek"], &["没有 chek 这个命令", "check"]),
        (&["check", "--jsn"], &["没有 --jsn 这个选项", "--json"]),
        (&["check", "--color", "red"], &["--color <何时> 不接受值 red", "auto、always、never"]),
        (&["check", "--pid", "x"], &["--pid <进程号> 不接受值 x"]),
        (&["check", "--lang"], &["--lang <语言> 需要一个值"]),
        (&["check", "-q", "-v"], &["--quiet 与 --verbose 不能同时使用"]),
        (&["check", "--json", "--json"], &["--json 只能给出一次"]),
        (&["inspect"], &["缺少 <文件>...", "用法："]),
        (&["explain", "a", "b"], &["多余的参数：b"]),
        (&["inspect", "--export", "pem"], &["值个数不对"]),
        (&["check", "--root", "x"], &["缺少 --sha256 <十六进制>"]),
    ];
    for (arguments, said) in wrong {
        let arguments = ["rootfix"].iter().chain(arguments.iter());
        let error = localised(Cli::command(), Lang::Zh).try_get_matches_from(arguments).unwrap_err();
        let text = complaint(&error, Lang::Zh);
        for part in *said {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
    }
}

/// The commands in a text: what stands in backquotes, or on lines that are set in.
fn commands_in(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let lines = text.lines().filter(|line| line.starts_with("  ")).map(str::to_owned);
    quoted
        .chain(lines)
        .map(|command| command.trim().to_owned())
        .filter(|c| c.split(' ').next() == Some("rootfix"))
        .collect()
}

/// Whether the program takes it, up to where a shell takes over.
fn is_taken(command: &str) -> bool {
    let own = command.split(['|', '>', '&']).next().unwrap_or_default();
    // Placeholders stand for what is put there.
    let words = own.split_whitespace().map(|word| match word.trim_matches(['[', ']']) {
        "N" | "进程号" => "1",
        "COMMAND" | "命令" => "check",
        word => word,
    });
    match Cli::command().try_get_matches_from(words) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::DisplayHelp,
    }
}

#[test]
fn every_command_has_two_examples_which_the_program_takes() {
    assert!(!is_taken("rootfix append --nosuch x"), "control: a wrong example is noticed");
    each(&Cli::command(), "", &mut |_, path| {
        let examples = help::examples(path).expect("every command has examples");
        for text in [&examples.en, &examples.zh] {
            let commands = commands_in(text);
            assert!(commands.len() >= 2, "`rootfix {path}`: {text}");
            for command in commands {
                assert!(is_taken(&command), "{command}");
            }
        }
    });
}

#[test]
fn whatever_command_is_recommended_exists() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang");
    let placeholder = regex::Regex::new(r"\{\w*\}").expect("a pattern");
    let (mut tried, mut wrong) = (0, Vec::new());
    for file in std::fs::read_dir(folder).expect("sentences") {
        let source = std::fs::read_to_string(file.expect("an entry").path()).expect("a source is read");
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for command in commands_in(line) {
                let command = placeholder.replace_all(&command, "x").into_owned();
                tried += 1;
                if !is_taken(&command) && !needs_more(&command) {
                    wrong.push(command);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 50, "control: commands were found: {tried}");
}

/// A command that is named without its arguments, as `rootfix restore`.
fn needs_more(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    matches!(words[..], [_, name] if Cli::command().find_subcommand(name).is_some())
}

#[test]
fn help_texts_are_english_in_english_and_chinese_in_chinese() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
    let mut compared = 0;
    each(&Cli::command(), "", &mut |command, path| {
        let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
        let texts = ids.iter().filter_map(|id| help::argument(path, id));
        for text in texts.chain(help::command(path)).chain(help::examples(path)) {
            assert!(!is_chinese(&text.en), "{}", text.en);
            assert!(is_chinese(&text.zh) || text.en.split_whitespace().count() < 6, "{}", text.zh);
            compared += 1;
        }
    });
    assert!(compared > 100, "control: texts were compared: {compared}");
}

#[test]
fn whatever_is_wrong_with_the_arguments_is_said_in_english_too() {
    let wrong: &[(&[&str], &[&str])] = &[
        (&["chek"], &["There is no command chek", "Did you mean check?"]),
        (&["check", "--color", "red"], &["red is no value for --color <WHEN>", "auto, always, never"]),
        (&["inspect"], &["<FILE>... is missing", "Usage: rootfix inspect", "See: rootfix inspect --help"]),
    ];
    for (arguments, said) in wrong {
        let arguments = ["rootfix"].iter().chain(arguments.iter());
        let error = localised(Cli::command(), Lang::En).try_get_matches_from(arguments).unwrap_err();
        let text = complaint(&error, Lang::En);
        for part in *said {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
    }
}
