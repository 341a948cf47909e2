//! Everyone who reads PKCS#12 files, and what each finds in them: a line for every entry, key and chain.

use std::path::{Path, PathBuf};
use std::process::Command;

use rootfix::certificate::Fingerprint;

use crate::common;
use crate::tools::{self, output};

/// What one reader found in one file; `None` where it does not read it.
pub type Found = Option<Vec<String>>;

/// A file and its password.
pub type File<'a> = (&'a Path, &'a str);

type Read = dyn Fn(&[File<'_>]) -> Vec<Found> + Send + Sync;

pub struct Reader {
    pub name: String,
    read: Box<Read>,
    /// How the line of a certificate that this reader takes for trusted begins, if it makes a difference.
    pub trusted: &'static str,
}

impl Reader {
    pub fn read(&self, files: &[File<'_>]) -> Vec<Found> {
        let found = (self.read)(files);
        assert_eq!(found.len(), files.len(), "{}", self.name);
        found
    }
}

/// All that are here; those that are missing were said to be.
pub fn all(directory: &Path, classes: Option<&Path>) -> Vec<Reader> {
    let mut readers = Vec::new();
    if let Some(classes) = classes {
        readers.extend(common::JDKS.into_iter().flat_map(|(release, _)| java(release, classes)).flatten());
        readers.extend(bouncy_castle(classes));
    }
    if common::program("openssl").is_some() {
        readers.push(one_by_one("openssl", openssl));
    }
    if common::program("certtool").is_some() {
        readers.push(one_by_one("gnutls", gnutls));
    }
    if common::program("pk12util").is_some() {
        readers.push(one_by_one("nss", nss));
    }
    if let Some(packages) = tools::python() {
        readers.push(in_one_go("python", "", move || tools::python_command(&packages, "read.py")));
    }
    if let Some(binary) = tools::go_reader(directory) {
        readers.push(in_one_go("go", "", move || Command::new(&binary)));
    }
    if let Some(modules) = tools::forge() {
        readers.push(in_halves(in_one_go("forge", "", move || tools::forge_command(&modules, "read.js"))));
    }
    readers
}

/// Two of each JDK: its KeyStore, and its keytool.
fn java(release: u32, classes: &Path) -> Option<[Reader; 2]> {
    let java = common::jdk(release)?.join("bin/java");
    let command = |more: &'static [&'static str]| {
        let (java, classes) = (java.clone(), classes.to_owned());
        move || {
            let mut command = Command::new(&java);
            command.args(["-Duser.language=en", "-cp"]).arg(&classes).args(more);
            command
        }
    };
    let keytool = &["--add-exports", "java.base/sun.security.tools.keytool=ALL-UNNAMED", "KeytoolMany"];
    Some([
        in_one_go(&format!("java-{release}"), "trusted ", command(&["Dump"])),
        in_one_go(&format!("keytool-{release}"), "trustedCertEntry ", command(keytool)),
    ])
}

fn bouncy_castle(classes: &Path) -> Option<Reader> {
    let class_path = std::env::join_paths([classes.to_owned(), tools::bouncy_castle()?]).unwrap();
    let java = common::program("java")?;
    Some(in_one_go("bc", "trusted ", move || {
        let mut command = Command::new(&java);
        command.arg("-cp").arg(&class_path).args(["Dump", "BC"]);
        command
    }))
}

/// A reader that takes all files at once, and answers each with `FILE` and then a line for each thing found.
fn in_one_go(name: &str, trusted: &'static str, command: impl Fn() -> Command + Send + Sync + 'static) -> Reader {
    let read = move |files: &[File<'_>]| {
        let input: String = files.iter().map(|(path, password)| format!("{}\t{password}\n", path.display())).collect();
        let out = output(&mut command(), &input).expect("it reads some and says which it does not");
        let answers = out.split("FILE ").skip(1).map(|answer| {
            let lines: Vec<String> = answer.lines().skip(1).map(str::to_owned).collect();
            if std::env::var_os("VERBOSE").is_some() {
                lines.iter().filter(|line| line.starts_with("FAILS")).for_each(|line| eprintln!("{line} {answer}"));
            }
            (!lines.iter().any(|line| line.starts_with("FAILS"))).then_some(lines)
        });
        answers.collect()
    };
    Reader { name: name.to_owned(), read: Box::new(read), trusted }
}

/// The same with two processes, for one that takes longer than all others: it derives its keys in JavaScript.
fn in_halves(reader: Reader) -> Reader {
    let Reader { name, read, trusted } = reader;
    let read = move |files: &[File<'_>]| {
        let (first, second) = files.split_at(files.len() / 2);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| read(first));
            let second = read(second);
            [first.join().expect("it was read"), second].concat()
        })
    };
    Reader { name, read: Box::new(read), trusted }
}

fn one_by_one(name: &str, read: fn(File<'_>) -> Found) -> Reader {
    let read = move |files: &[File<'_>]| files.iter().map(|file| read(*file)).collect();
    Reader { name: name.to_owned(), read: Box::new(read), trusted: "" }
}

fn quiet(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output().ok()?;
    let out = [done.stdout, done.stderr].concat();
    done.status.success().then(|| String::from_utf8_lossy(&out).into_owned())
}

/// A line for every PEM block: its label, its fingerprint and what stood above it.
fn blocks(text: &str, is_said_of_it: fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut above = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        if line.starts_with("-----BEGIN") {
            block = Some(String::new());
        }
        match &mut block {
            Some(block) => *block += &format!("{line}\n"),
            None if is_said_of_it(line) => above.push(line.trim().to_owned()),
            None => {}
        }
        if line.starts_with("-----END") {
            let pem = pem::parse(block.take().unwrap_or_default()).unwrap();
            let above = std::mem::take(&mut above).join("; ");
            lines.push(format!("{} {} {above}", pem.tag(), Fingerprint::of(pem.contents())));
        }
    }
    lines
}

fn openssl((path, password): File<'_>) -> Found {
    let pass = format!("pass:{password}");
    let providers = ["-provider", "legacy", "-provider", "default"];
    let arguments = ["pkcs12", "-nodes", "-in", path.to_str()?, "-passin", &pass];
    let text = quiet("openssl", &[&arguments[..], &providers].concat())?;
    let about = |line: &str| line.starts_with(' ') || line.starts_with("Bag") || line.starts_with("Key");
    Some(blocks(&text, about))
}

fn gnutls((path, password): File<'_>) -> Found {
    let arguments = ["--p12-info", "--inder", "--infile", path.to_str()?, "--password", password];
    let text = quiet("certtool", &arguments)?;
    let about = |line: &str| ["Type", "Friendly", "Key ID"].iter().any(|word| line.trim().starts_with(word));
    Some(blocks(&text, about))
}

/// A line for every "Certificate" and "Key" that `pk12util -l` describes over many.
fn nss((path, password): File<'_>) -> Found {
    let text = quiet("pk12util", &["-l", path.to_str()?, "-W", password])?;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("Certificate") || line.starts_with("Key") {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(line.trim());
            last.push(' ');
        }
    }
    Some(lines)
}

/// Whether one of the lines is about the certificate, and as of one that is trusted.
pub fn names(lines: &[String], certificate: Fingerprint, trusted: &str) -> bool {
    let hex = certificate.to_string();
    let colons: Vec<String> =
        hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
    let colons = colons.join(":");
    let shows = |line: &String| line.contains(&hex) || line.contains(&colons);
    lines.iter().any(|line| line.starts_with(trusted) && shows(line))
}

/// The lines of `before` that `after` lacks.
pub fn lost<'a>(before: &'a [String], after: &[String]) -> Vec<&'a String> {
    let mut left: Vec<&String> = after.iter().collect();
    let taken = |line: &&String| match left.iter().position(|other| other == line) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    };
    before.iter().filter(taken).collect()
}

pub fn after_path(path: &Path) -> PathBuf {
    path.with_extension("after.p12")
}
