//! What every command needs: the language, the rollover, the passwords, the time, and where output goes.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use time::OffsetDateTime;

use super::args::{Color, Common};
use super::exit::Exit;
use super::given;
use crate::certificate::Fingerprint;
use crate::finding::{Code, Trouble};
use crate::lang::wrap;
use crate::lang::{Lang, Sentence, cli as say};
use crate::password::{Password, Passwords};
use crate::prefix;
use crate::report::{Record, Summary, record, text};
use crate::rollover::{Catalogue, Rollover};

/// Sentences are not pressed into less.
const NARROWEST: usize = 20;

#[derive(Debug)]
pub struct Session {
    pub lang: Lang,
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
    color: bool,
    /// The columns that sentences are wrapped to; they are not where nobody looks.
    columns: Option<usize>,
    /// Options that the next command needs too, as they have to be typed.
    repeated: String,
    /// Standard output did not take what was said.
    lost: AtomicBool,
    pub catalogue: Catalogue,
    pub rollover: Rollover,
    pub passwords: Passwords,
    /// The one that the user gave, for stores that are made anew.
    pub given_password: Option<Password>,
    pub now: OffsetDateTime,
    /// The root of the system that is looked at.
    pub prefix: PathBuf,
    command: &'static str,
    counts: BTreeMap<&'static str, usize>,
    /// The files that are no longer as they were.
    changed: Vec<String>,
}

impl Session {
    pub fn new(command: &'static str, common: &Common, lang: Lang) -> Result<Self, Trouble> {
        let catalogue = Catalogue::load()?;
        let rollover = match (&common.root, &common.sha256) {
            (Some(file), Some(sha256)) => private(file, sha256)?,
            _ => match &common.rollover {
                Some(id) => catalogue.rollover(id)?.clone(),
                None => catalogue.default_rollover().clone(),
            },
        };
        let given = given::password(common)?;
        let color = match common.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => wants_color(),
        };
        Ok(Session {
            lang,
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose,
            color,
            columns: columns(),
            repeated: repeated(common),
            lost: AtomicBool::new(false),
            catalogue,
            rollover,
            passwords: given.as_ref().and_then(Password::as_str).map_or_else(Passwords::default, Passwords::with),
            given_password: given,
            now: OffsetDateTime::now_utc(),
            prefix: common.prefix.as_deref().map_or_else(|| Ok(PathBuf::from("/")), other_root)?,
            command,
            counts: BTreeMap::new(),
            changed: Vec::new(),
        })
    }

    /// The names of the roots that the rollover adds.
    pub fn new_roots(&self) -> Vec<String> {
        self.rollover.add.iter().map(|root| root.name.clone()).collect()
    }

    /// The names of all roots that the rollover names: those to keep, then those to add.
    pub fn all_roots(&self) -> Vec<String> {
        self.rollover.roots().map(|root| root.name.clone()).collect()
    }

    /// The columns that people look at; `None` where nobody looks.
    pub fn columns(&self) -> Option<usize> {
        self.columns
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// This file is no longer as it was.
    pub fn changed(&mut self, path: String) {
        self.changed.push(path);
    }

    /// One record, where records are wanted.
    pub fn record(&self, record: &Record) {
        if self.json {
            self.put_out(&record.json());
        }
    }

    /// Lines for people on standard output: an answer.
    pub fn say(&self, text: &str) {
        if !self.json {
            self.put_out(&self.flow(text));
        }
    }

    /// The line that answers the user's question; in bold where the terminal shows colours.
    pub fn answer(&self, sentence: &Sentence) {
        let text = self.flow(sentence.to(self.lang));
        match (self.json, self.color) {
            (true, _) => {}
            (false, true) => self.put_out(&format!("\x1b[1m{text}\x1b[0m")),
            (false, false) => self.put_out(&text),
        }
    }

    /// A sentence that ends in a command: never wrapped, so that it can be copied as it stands.
    pub fn command(&self, sentence: &Sentence) {
        if !self.json {
            self.put_out(sentence.to(self.lang));
        }
    }

    /// What follows the name of a command that goes on where this one ends.
    pub fn arguments(&self, rest: &str) -> String {
        format!("{}{rest}", self.repeated)
    }

    pub fn say_sentence(&self, sentence: &Sentence) {
        self.say(sentence.to(self.lang));
    }

    /// A line for people on standard error: what is not an answer, and is left out on `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            put_aside(&self.flow(text));
        }
    }

    /// Refuses `--json` where standard output is for something else, which records would spoil.
    pub fn without_records(&self) -> Result<(), Exit> {
        if !self.json {
            return Ok(());
        }
        Err(self.refuse(&Trouble::new(Code::Usage, say::output_is_no_record(), say::leave_json_out())))
    }

    /// A sign of what is being done, for whoever looks on.
    pub fn progress(&self, sentence: &Sentence) {
        if !self.json && io::stderr().is_terminal() {
            self.note(sentence.to(self.lang));
        }
    }

    /// Bytes on standard output, as they are.
    pub fn bytes(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        self.watch(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// What could not be done, to which file, that it is unchanged, and what to do next.
    pub fn trouble_with(&self, path: &str, trouble: &Trouble) {
        let message = record::about(path, &trouble.message);
        // What is not there cannot have been changed.
        let message = if trouble.code == Code::FileNotFound { message } else { message.then(&say::unchanged()) };
        self.complain(&message, &with_path(trouble, path));
    }

    /// The same of a file whose name need not be a text.
    pub fn trouble_of(&self, file: &Path, trouble: &Trouble) {
        let message = record::about(&text::printable(&file.display().to_string()), &trouble.message);
        let message = if trouble.code == Code::FileNotFound { message } else { message.then(&say::unchanged()) };
        self.complain(&message, &with_typed(trouble, &text::typed_path(file)));
    }

    /// The same where no other record tells of it.
    pub fn trouble_about(&self, what: &str, trouble: &Trouble) {
        self.record(&record::trouble(&record::with_file(what, trouble.clone())));
        self.complain_about(what, trouble);
    }

    /// What could not be found out about something, where nobody would have changed it.
    pub fn complain_about(&self, what: &str, trouble: &Trouble) {
        self.complain(&record::about(what, &trouble.message), &with_path(trouble, what));
    }

    /// What could not be done, where no file is meant.
    pub fn trouble(&self, trouble: &Trouble) {
        self.record(&record::trouble(trouble));
        self.complain(&trouble.message, trouble);
    }

    fn complain(&self, message: &Sentence, trouble: &Trouble) {
        put_aside(&self.flow(&complaint(message, trouble, self.lang)));
    }

    /// The trouble is told of, and ends the command.
    pub fn refuse(&self, trouble: &Trouble) -> Exit {
        self.trouble(trouble);
        Exit::Trouble
    }

    /// Lines that are too long for the terminal go on below, set in.
    fn flow(&self, text: &str) -> String {
        let Some(columns) = self.columns else { return text.to_owned() };
        let flowed = text.lines().map(|line| {
            if crate::lang::width(line) <= columns {
                return line.to_owned();
            }
            let blanks = line.len() - line.trim_start_matches(' ').len();
            let wrapped = wrap(&line[blanks..], columns, blanks + 2);
            wrapped[2..].to_owned()
        });
        let mut flowed = flowed.collect::<Vec<_>>().join("\n");
        if text.ends_with('\n') {
            flowed.push('\n');
        }
        flowed
    }

    fn put_out(&self, text: &str) {
        self.watch(put(io::stdout().lock(), text));
    }

    /// A closed pipe (`rootfix check | head -1`) ends the talking, not the work; a full disk is told of at the end.
    fn watch(&self, done: io::Result<()>) {
        if done.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// The last record, and the exit code.
    pub fn finish(&self, exit: Exit) -> Exit {
        if self.lost.load(Ordering::Relaxed) {
            let lost = match &*self.changed {
                [] => say::output_lost(),
                changed => say::output_lost().then(&say::changed_all_the_same(changed.join(", "))),
            };
            let trouble = Trouble::new(Code::OutputLost, lost, say::free_the_output());
            put_aside(&self.flow(&complaint(&trouble.message, &trouble, self.lang)));
            return Exit::Trouble;
        }
        let summary = Summary {
            command: self.command,
            counts: self.counts.clone(),
            exit_code: exit as u8,
            rollover: Some(self.rollover.id.clone()),
        };
        self.record(&Record::Summary(summary));
        exit
    }
}

/// Standard output is a terminal that can show colours, and nobody has said that he does not want them.
pub fn wants_color() -> bool {
    io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Two lines: what happened, what to do next.
pub fn complaint(message: &Sentence, trouble: &Trouble, lang: Lang) -> String {
    let message = text::printable(message.to(lang));
    format!("rootfix: {message} [{}]\n  {}", trouble.code, say::next(trouble.next.to(lang)).to(lang))
}

/// The commands that the next step names, with the very path instead of `FILE`.
fn with_path(trouble: &Trouble, path: &str) -> Trouble {
    with_typed(trouble, &text::typed(path))
}

fn with_typed(trouble: &Trouble, typed: &str) -> Trouble {
    let next = &trouble.next;
    let next = Sentence {
        en: next.en.replace(" FILE`", &format!(" {typed}`")),
        zh: next.zh.replace(" 文件`", &format!(" {typed}`")),
    };
    Trouble { next, ..trouble.clone() }
}

fn put(mut out: impl Write, text: &str) -> io::Result<()> {
    let newline: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
    out.write_all(text.as_bytes())?;
    out.write_all(newline)?;
    out.flush()
}

/// On standard error, behind which there is no other place to complain.
fn put_aside(text: &str) {
    let _ = put(io::stderr().lock(), text);
}

/// `COLUMNS`, else the width of the terminal.
pub fn columns() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || dialoguer::console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    set.or_else(terminal).filter(|columns| *columns >= NARROWEST)
}

fn repeated(common: &Common) -> String {
    let options = [
        ("--rollover", common.rollover.as_deref().map(text::typed)),
        ("--root", common.root.as_deref().map(text::typed_path)),
        ("--sha256", common.sha256.as_deref().map(text::typed)),
        ("--password-file", common.password_file.as_deref().map(text::typed_path)),
        ("--password-env", common.password_env.as_deref().map(text::typed)),
        ("--prefix", common.prefix.as_deref().map(text::typed_path)),
    ];
    options.into_iter().filter_map(|(name, value)| Some(format!("{name} {} ", value?))).collect()
}

fn other_root(directory: &Path) -> Result<PathBuf, Trouble> {
    prefix::directory(directory).map_err(|error| {
        Trouble::new(Code::Usage, say::no_other_root(directory.display(), error), say::name_another_root())
    })
}

fn private(file: &Path, sha256: &str) -> Result<Rollover, Trouble> {
    let fingerprint: Fingerprint = (sha256.parse())
        .map_err(|_| Trouble::new(Code::RootFingerprintMismatch, say::bad_sha256(sha256), say::get_the_sha256()))?;
    let named = |trouble| record::with_file(&file.display().to_string(), trouble);
    let snapshot = crate::apply::read(file).map_err(named)?;
    Rollover::private(&snapshot.bytes, fingerprint)
}
