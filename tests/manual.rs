//! Manual pages and completions: made for every command, in both languages, and taken by the programs that read them.

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Every command; `rootfix help` names no other.
const COMMANDS: [&str; 15] = [
    "",
    "locate",
    "check",
    "append",
    "restore",
    "verify",
    "probe",
    "rehearse",
    "inspect",
    "roots",
    "roots export",
    "explain",
    "report",
    "wizard",
    "completions",
];

#[test]
fn these_are_all_commands() {
    let help = String::from_utf8(rootfix(&["--lang", "en", "help"])).unwrap();
    let (overview, _) = help.split_once("General options:").unwrap();
    let named = overview.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let named: Vec<&str> = named.filter(|name| name.chars().all(char::is_alphabetic)).collect();
    assert!(named.len() > 10, "control: commands are found: {named:?}");
    for name in named {
        assert!(COMMANDS.contains(&name) || ["help", "man"].contains(&name), "{name}");
    }
}

fn rootfix(arguments: &[&str]) -> Vec<u8> {
    let done = common::cli::rootfix(Path::new(".")).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    done.stdout
}

/// What a program says on both streams when it is given this, and whether it took it.
fn fed(mut command: Command, input: &[u8]) -> (bool, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[test]
fn every_command_has_a_manual_page_that_groff_takes_without_a_warning() {
    let Some(groff) = common::program("groff") else { return };
    let reader = || {
        let mut reader = Command::new(&groff);
        // The pages are UTF-8, whatever the locale of whoever runs this.
        reader.args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]);
        reader
    };
    assert_ne!(fed(reader(), b".TH a 1\n.nosuch\n").1, "", "control: a wrong line is noticed");
    for lang in ["en", "zh"] {
        for command in COMMANDS {
            let mut arguments = vec!["--lang", lang, "man"];
            arguments.extend(command.split_whitespace());
            let page = rootfix(&arguments);
            assert_eq!(fed(reader(), &page), (true, String::new()), "{command} {lang}");
            let page = String::from_utf8(page).unwrap();
            for section in if lang == "zh" {
                ["名称", "用法", "示例", "退出码"]
            } else {
                ["NAME", "SYNOPSIS", "EXAMPLES", "EXIT STATUS"]
            } {
                assert!(
                    page.contains(&format!(".SH {section}")) || page.contains(&format!(".SH \"{section}\"")),
                    "{command} {lang}: {section} is missing"
                );
            }
        }
    }
}

#[test]
fn completions_know_every_command_and_bash_takes_them() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        for lang in ["en", "zh"] {
            let script = rootfix(&["--lang", lang, "completions", shell]);
            let text = String::from_utf8(script.clone()).unwrap();
            for command in COMMANDS.iter().filter(|command| !command.contains(' ')) {
                assert!(text.contains(command), "{shell} does not know {command}");
            }
            if shell == "bash" {
                let Some(bash) = common::program("bash") else { continue };
                let mut reader = Command::new(bash);
                reader.arg("-n");
                assert_eq!(fed(reader, &script), (true, String::new()));
            }
        }
    }
}
