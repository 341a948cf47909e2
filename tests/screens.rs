//! What every command shows people, in both languages, at 80 columns, as it was looked at and accepted: the files in
//! `tests/screens`. What has changed for the better is accepted with `SCREENS=accept cargo test --test screens`.
//!
//! Nothing of this machine shows: the environment is empty, and times, ports, paths and random names are made alike.
//! On Windows the same screens are shown, but for what is the system's own.

mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::bundles::{block, g1, g3, root};
use common::cli::{finish, rootfix};
use common::java::spoilt;
use common::shop;
use regex::Regex;
use rootfix::rehearse::chain::{KeyKind, Shown, StandIns};
use rootfix::rehearse::server::{Reply, Server};
use rootfix::rollover::Catalogue;

const COLUMNS: usize = 80;

/// The commands of one file, in their order: the later ones see what the earlier ones did.
const SCREENS: &[(&str, &[&[&str]])] = &[
    (
        "help",
        &[
            &["help"],
            &["locate", "-h"],
            &["check", "-h"],
            &["append", "-h"],
            &["restore", "-h"],
            &["verify", "-h"],
            &["probe", "-h"],
            &["rehearse", "-h"],
            &["inspect", "-h"],
            &["roots", "-h"],
            &["roots", "export", "-h"],
            &["explain", "-h"],
            &["report", "-h"],
            &["wizard", "-h"],
            &["completions", "-h"],
            &["man", "-h"],
        ],
    ),
    (
        "usage",
        &[
            &["nosuch"],
            &["chek"],
            &["check", "--jsn"],
            &["check", "--color", "red"],
            &["check", "-q", "-v"],
            &["inspect"],
            &["append"],
            &["append", "--engine", "java", "rootca.pem"],
            &["check", "--root", "rootca.pem"],
            &["--rollover", "nosuch", "check"],
            &["man", "nosuch"],
            &["wizard"],
        ],
    ),
    (
        "check",
        &[
            &["check", "rootca.pem"],
            &["check", "-v", "rootca.pem"],
            &["check", "-q", "rootca.pem"],
            &["check", "ready.pem"],
            &["check", "new-alone.pem"],
            &["check", "neither.pem"],
            &["check", "glued.pem"],
            &["check", "bom.pem"],
            &["check", "-v", "bom.pem"],
            &["check", "g2.cer"],
            &["check", "api.pem"],
            &["check", "page.html"],
            &["check", "empty.pem"],
            &["check", "nowhere.pem"],
            &["check", "certs"],
            &["check", "trust.jks"],
            &["check", "spoilt.jks"],
            &["check", "merchant's file.pem"],
            &["check", "ready.pem", "rootca.pem", "deep/below/in/a/project/with/a/long/path/rootca.pem", "nowhere.pem"],
            &["check", "pay.php"],
            &["check", "."],
            &["--prefix", "machine", "check", "--machine"],
            &["check", "docs"],
        ],
    ),
    ("locate", &[&["locate", "."], &["locate", "-v", "."], &["locate", "docs"], &["locate", "nowhere"]]),
    (
        "inspect",
        &[
            &["inspect", "ready.pem"],
            &["inspect", "-v", "rootca.pem"],
            &["inspect", "trust.jks"],
            &["inspect", "certs"],
            &["inspect", "page.html"],
            &["inspect", "--export", "txt", "out", "ready.pem"],
            &["inspect", "--export", "pem", "out", "ready.pem"],
        ],
    ),
    ("roots", &[&["roots"], &["roots", "export", "nosuch"]]),
    ("explain", &[&["explain", "old-root-missing"], &["explain", "readers-stumble"], &["explain", "nosuch"]]),
    (
        "append",
        &[
            &["append", "-n", "rootca.pem"],
            &["append", "-n", "trust.jks"],
            &["append", "rootca.pem"],
            &["append", "rootca.pem"],
            &["append", "-v", "neither.pem"],
            &["append", "--with-old", "neither.pem"],
            &["append", "-q", "trust.p12"],
            &["append", "--output", "mine.pem", "g2.cer"],
            &["append", "--output", "mine.pem", "bom.pem"],
            &["append", "glued.pem"],
            &["append", "-n", "--repair", "glued.pem"],
            &["append", "--repair", "glued.pem"],
            &["append", "api.pem"],
            &["append", "page.html"],
            &["append", "nowhere.pem"],
            &["append", "certs"],
            &["append", "pay.php"],
            &["append", "docs"],
            &["append", "spoilt.jks"],
            &["append", "--repair", "spoilt.jks"],
            &["append", "--output", "new.p12", "spoilt.jks"],
        ],
    ),
    (
        "restore",
        &[
            &["restore", "rootca.pem"],
            &["append", "rootca.pem"],
            &["restore", "--list", "rootca.pem"],
            &["restore", "rootca.pem"],
            &["restore", "rootca.pem"],
            &["restore", "--list", "ready.pem"],
            &["append", "-q", "certs"],
            &["restore", "--list", "certs"],
            &["restore", "certs"],
        ],
    ),
    (
        "verify",
        &[
            &["verify", "ready.pem"],
            &["verify", "rootca.pem"],
            &["verify", "-q", "rootca.pem"],
            &["verify", "glued.pem"],
            &["verify", "spoilt.jks"],
            &["verify", "api.pem"],
            &["verify", "nowhere.pem"],
            &["verify", "--chain", "new-alone.pem", "ready.pem"],
        ],
    ),
    ("report", &[&["report", "web1.jsonl", "web2.jsonl"], &["report", "ready.pem"], &["report", "nowhere.jsonl"]]),
    ("rehearse", &[&["rehearse", "--bundle", "nowhere.pem", "--", "true"], &["rehearse"]]),
];

/// A directory of its own with the files that the commands are shown.
fn shop() -> tempfile::TempDir {
    static FIRST: LazyLock<tempfile::TempDir> = LazyLock::new(stocked);
    let shop = empty();
    copy(FIRST.path(), shop.path());
    shop
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a directory is read") {
        let (entry, to) = (entry.expect("an entry"), to.to_owned());
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&to).expect("a directory is made");
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), &to).expect("a file is copied");
        }
    }
}

/// Its path has the same length each time and on every system, since lines break where it ends.
fn empty() -> tempfile::TempDir {
    let (place, prefix) = if cfg!(windows) { (r"C:\tmp", "sh") } else { ("/tmp", "shop") };
    std::fs::create_dir_all(place).expect("a directory for directories");
    let dir = tempfile::Builder::new().prefix(prefix).rand_bytes(6).tempdir_in(place).expect("a directory");
    assert_eq!(dir.path().as_os_str().len(), SHOP.len());
    dir
}

/// What every such directory is called on a screen.
const SHOP: &str = "/tmp/shop000000";

/// The program without an environment; Windows' own parts are not found without theirs.
fn bare(dir: &Path) -> std::process::Command {
    let mut command = rootfix(dir);
    command.env_clear();
    for name in ["SystemRoot", "TEMP", "TMP"] {
        if let Some(value) = std::env::var_os(name).filter(|_| cfg!(windows)) {
            command.env(name, value);
        }
    }
    command
}

fn stocked() -> tempfile::TempDir {
    let shop = empty();
    shop::fill(shop.path());
    let old = block(&g1());
    shop::put(shop.path(), "merchant's file.pem", &old);
    shop::put(shop.path(), "deep/below/in/a/project/with/a/long/path/rootca.pem", &old);
    shop::put(shop.path(), "machine/etc/ssl/certs/ca-certificates.crt", format!("{old}{}", block(&g3())));
    shop::put(shop.path(), "docs/notes.txt", "nothing here\n");
    let store = std::fs::read(shop.path().join("trust.jks")).expect("the key store is read");
    shop::put(shop.path(), "spoilt.jks", spoilt(store));
    for (host, bundle) in [("web1", "rootca.pem"), ("web2", "ready.pem")] {
        let mut command = bare(shop.path());
        command.args(["check", "--json", bundle]);
        let records = finish(command, b"").stdout;
        shop::put(shop.path(), &format!("{host}.jsonl"), records);
    }
    shop
}

/// One command and all that it says.
fn shown(dir: &Path, language: &str, arguments: &[&str]) -> String {
    let mut command = bare(dir);
    command.env("COLUMNS", COLUMNS.to_string()).args(["--lang", language]).args(arguments);
    if arguments.contains(&"curl") {
        command.env("PATH", "/usr/bin:/bin");
    }
    let ran = finish(command, b"");
    let mut screen = format!("$ rootfix {}\n{}", arguments.join(" "), ran.text());
    for line in ran.stderr.lines() {
        let _ = writeln!(screen, "! {line}");
    }
    let _ = writeln!(screen, "=> {}\n", ran.code);
    alike(&screen, dir)
}

/// Without what differs from run to run.
fn alike(screen: &str, dir: &Path) -> String {
    let known = ["digicert-global-root-ca", "digicert-global-root-g2", "digicert-global-root-g3"].map(root);
    let known = known.map(|der| rootfix::certificate::Fingerprint::of(&der).to_string());
    let mut screen = screen.replace(&dir.display().to_string(), SHOP);
    for (pattern, instead) in [
        // Two in one second are told apart by a number.
        (r"\d{8}T\d{6}Z(-\d+)?", "20260101T000000Z"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-01T00:00:00Z"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:443"),
        (r"localhost:\d+", "localhost:443"),
        (r"rootfix \d+\.\d+\.\d+", "rootfix 0.0.0"),
    ] {
        screen = Regex::new(pattern).expect("a pattern").replace_all(&screen, instead).into_owned();
    }
    let sha256 = Regex::new(r"\b[0-9a-f]{64}\b").expect("a pattern");
    let embedded = Catalogue::load().expect("the catalogue is whole");
    let is_known = |text: &str| {
        known.iter().any(|k| k == text)
            || embedded.roots.iter().any(|root| root.certificate.fingerprint().to_string() == text)
    };
    let zeros = "0".repeat(64);
    sha256
        .replace_all(
            &screen,
            |found: &regex::Captures<'_>| {
                if is_known(&found[0]) { found[0].to_owned() } else { zeros.clone() }
            },
        )
        .into_owned()
}

fn accepted(name: &str, language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(format!("{name}.{language}.txt"))
}

/// What is the same on every system: on Windows paths have another separator, words are quoted in another way, and
/// what the system says of a connection that failed is its own.
fn common_to_all(screen: &str) -> String {
    if !cfg!(windows) {
        return screen.to_owned();
    }
    let failed = Regex::new(r"(?s)(could not be reached: |无法连接 127\.0\.0\.1:443：).*?( \[not-connected\])");
    let screen = screen.replace(r"'merchant'\''s file.pem'", r#""merchant's file.pem""#).replace('\\', "/");
    failed.expect("a pattern").replace_all(&screen, "$1$2").into_owned()
}

/// Holds a screen against the accepted one, or accepts it.
fn hold(name: &str, language: &str, screen: &str, differing: &mut String) {
    let file = accepted(name, language);
    if std::env::var_os("SCREENS").is_some_and(|value| value == "accept") {
        std::fs::create_dir_all(file.parent().expect("a directory")).expect("a directory is made");
        std::fs::write(&file, screen).expect("the screen is accepted");
        return;
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let (before, screen) = (common_to_all(&before), common_to_all(screen));
    if before != screen {
        let diff = diffy::create_patch(&before, &screen).to_string();
        let _ = writeln!(differing, "{}:\n{diff}", file.display());
    }
}

#[test]
fn screens_are_those_that_were_accepted() {
    let mut differing = String::new();
    // Both languages at once: most of the time goes to waiting for the disk.
    let screens = |language: &'static str| {
        let screen = |(name, commands): &(&'static str, &[&[&str]])| {
            let shop = shop();
            let screen: String = commands.iter().map(|arguments| shown(shop.path(), language, arguments)).collect();
            (*name, language, screen)
        };
        SCREENS.iter().map(screen).collect::<Vec<_>>()
    };
    let (english, chinese) = std::thread::scope(|scope| {
        let chinese = scope.spawn(|| screens("zh"));
        (screens("en"), chinese.join().expect("no thread panics"))
    });
    for (name, language, screen) in english.iter().chain(&chinese) {
        hold(name, language, screen, &mut differing);
    }
    assert!(differing.is_empty(), "look at it, then accept it with SCREENS=accept:\n{differing}");
}

#[test]
fn the_screen_of_a_probe_is_the_accepted_one() {
    let now = time::OffsetDateTime::now_utc();
    let catalogue = Catalogue::load().expect("the catalogue is whole");
    let stand_ins = StandIns::make(catalogue.default_rollover(), &[], KeyKind::Ec, now).expect("stand-ins can be made");
    let server = Server::on_loopback(&stand_ins.chain(Shown::New).into(), Reply::default(), false).expect("loopback");
    let server_name = format!("localhost:{}", server.port());
    let (closed, _held) = common::server::closed_port();
    let closed = format!("localhost:{closed}");
    let date = Regex::new(r"\b20\d\d-\d\d-\d\d\b").expect("a pattern");
    let mut differing = String::new();
    for language in ["en", "zh"] {
        let shop = shop();
        shop::put(shop.path(), "good.pem", stand_ins.new.root.pem());
        let mut screen = String::new();
        for arguments in [
            &["probe", &server_name, "--connect", "127.0.0.1", "--bundle", "good.pem"][..],
            &["probe", &server_name, "--connect", "127.0.0.1", "--bundle", "rootca.pem", "-v"],
            &["probe", &server_name, "--connect", "127.0.0.1", "--bundle", "rootca.pem", "-q"],
            &["probe", &closed, "--connect", "127.0.0.1", "--bundle", "rootca.pem"],
        ] {
            screen.push_str(&shown(shop.path(), language, arguments));
        }
        // Stand-ins live for a few days.
        let lasting = ["2029-04-15", "2031-11-10", "2038-01-15"];
        let screen = date.replace_all(&screen, |found: &regex::Captures<'_>| {
            if lasting.contains(&&found[0]) { found[0].to_owned() } else { "2026-01-01".to_owned() }
        });
        hold("probe", language, &screen, &mut differing);
    }
    assert!(differing.is_empty(), "look at it, then accept it with SCREENS=accept:\n{differing}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_screen_of_a_rehearsal_is_the_accepted_one() {
    if common::program("curl").is_none() {
        return;
    }
    let mut differing = String::new();
    for language in ["en", "zh"] {
        let shop = shop();
        let url = "https://api.mch.weixin.qq.com/";
        let arguments = ["rehearse", "--bundle", "rootca.pem", "--", "curl", "-s", "--cacert", "rootca.pem", url];
        hold("rehearsal", language, &shown(shop.path(), language, &arguments), &mut differing);
    }
    assert!(differing.is_empty(), "look at it, then accept it with SCREENS=accept:\n{differing}");
}

/// The columns that a line takes.
fn width(line: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(line)
}

#[test]
fn no_line_is_wider_than_the_terminal_but_commands_paths_and_diffs() {
    let mut wide = Vec::new();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens")).expect("screens") {
        let path = file.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a screen is read");
        let may_be = |line: &str| {
            let line = line.trim_start_matches("! ").trim();
            // What is copied stays whole: what was typed, a command behind its sentence, one word.
            line.starts_with(['$', '+', '-', '@', '`']) || line.contains("rootfix ") || !line.contains(' ')
        };
        let lines = text.lines().filter(|line| width(line.trim_start_matches("! ")) > COLUMNS && !may_be(line));
        wide.extend(lines.map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wide.is_empty(), "{wide:#?}");
}
