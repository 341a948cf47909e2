//! Every kind of bundle, through the built program: what it says, what it writes, and what real programs then read.

#[path = "../common/mod.rs"]
mod common;
mod refused;
mod rows;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::cli::{run, run_with_input};
use rows::{Outcome, Row};
use serde_json::Value;

/// Tries a promise on everything before the test fails.
fn each_of<T>(things: Vec<T>, name: impl Fn(&T) -> String, promise: impl Fn(&T)) {
    let mut failed = String::new();
    for thing in &things {
        if let Err(why) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| promise(thing))) {
            let why = why.downcast_ref::<String>().map(String::as_str).or_else(|| why.downcast_ref::<&str>().copied());
            failed.push_str(&format!("\n* {}: {}\n", name(thing), why.unwrap_or_default()));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

fn each(rows: Vec<Row>, promise: impl Fn(&Row)) {
    each_of(rows, |row| row.name.clone(), promise);
}

/// Every thing, and under wine, which takes a quarter of a second to start a program, every `n`th.
fn thinned<T>(things: Vec<T>, n: usize) -> Vec<T> {
    things.into_iter().step_by(if cfg!(windows) { n } else { 1 }).collect()
}

fn all() -> Vec<Row> {
    let kinds = [rows::styles(), rows::roots(), rows::texts(), rows::stumbling(), rows::broken()];
    kinds.into_iter().flat_map(|rows| thinned(rows, 12)).collect()
}

/// A file in a directory of its own.
struct Scene {
    dir: tempfile::TempDir,
}

const FILE: &str = "rootca.pem";

impl Scene {
    fn of(bytes: &[u8]) -> Scene {
        let scene = Scene { dir: common::cli::directory() };
        std::fs::write(scene.file(), bytes).expect("a file is written");
        scene
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join(FILE)
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.file()).expect("a file is read")
    }

    /// Every file with its bytes and the time of its last change.
    fn state(&self) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
        let mut state: Vec<_> = std::fs::read_dir(self.path())
            .expect("a directory is read")
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let modified = path.metadata().and_then(|about| about.modified()).expect("a file has a time");
                (path.clone(), std::fs::read(&path).expect("a file is read"), modified)
            })
            .collect();
        state.sort();
        state
    }
}

fn codes(findings: &Value) -> Vec<&str> {
    let codes: BTreeSet<&str> = findings
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["code"].as_str().expect("a code"))
        .collect();
    codes.into_iter().collect()
}

#[test]
fn check_says_what_is_wrong_and_for_whom() {
    each(all(), |row| {
        let scene = Scene::of(&row.bytes);
        let before = scene.state();
        let ran = run(scene.path(), &["check", "--json", FILE]);
        let bundle = ran.record("bundle");
        assert_eq!(bundle["status"], row.status, "{}: {bundle:#}", row.name);
        assert_eq!(codes(&bundle["findings"]), row.findings, "{}: {bundle:#}", row.name);
        assert_eq!(bundle["format"], "pem");
        assert_eq!(bundle["certificates"], row.certificates, "{}", row.name);
        assert_eq!(
            (&bundle["old_root"], &bundle["new_root"]),
            (&row.old_root.into(), &row.new_root.into()),
            "{bundle:#}"
        );
        let distinct =
            if row.findings.contains(&"duplicate-certificate") { row.certificates - 1 } else { row.certificates };
        let readers = bundle["readers"].as_object().expect("readers");
        assert_eq!(readers.len(), 9);
        let short = readers.iter().filter(|(_, answer)| answer["loads"] != distinct).map(|(name, _)| name.as_str());
        assert_eq!(short.collect::<BTreeSet<_>>(), row.stumble.iter().copied().collect::<BTreeSet<_>>());
        let ready = row.status == "ready";
        assert_eq!(ran.code, if ready { 0 } else { 1 }, "{}", row.name);
        for lang in ["en", "zh"] {
            let said = run(scene.path(), &["check", "--lang", lang, FILE]);
            assert_eq!(said.code, ran.code);
            assert_eq!(said.stderr, "");
            let (first, last) = (said.text().lines().next().unwrap(), said.text().lines().last().unwrap());
            let answer = match (row.status, lang) {
                ("ready", "en") => "Payments will keep working",
                ("ready", _) => "支付将继续正常",
                ("broken", "en") => "Payments may already fail",
                ("broken", _) => "支付可能已经失败",
                (_, "en") => "Payments will stop once the server uses DigiCert Global Root G2",
                _ => "服务器改用 DigiCert Global Root G2 后支付将中断",
            };
            assert!(first.starts_with(answer), "{}: {first}", row.name);
            let next = match row.status {
                "ready" => "rootfix verify rootca.pem",
                "broken" => "rootfix append --repair -n rootca.pem",
                _ => "rootfix append rootca.pem",
            };
            assert!(last.ends_with(next), "{}: {last}", row.name);
        }
        assert_eq!(scene.state(), before, "looking changes nothing");
    });
}

/// The bytes that a run of `append` with these options leaves, and that everything around it is as promised.
fn append_leaves(row: &Row, options: &[&str], outcome: &Outcome) {
    let scene = Scene::of(&row.bytes);
    let before = scene.state();
    let arguments = |more: &[&'static str]| [&["append", "--json"], options, more, &[FILE]].concat();

    // A dry run says the same and touches nothing.
    let dry = run(scene.path(), &arguments(&["-n"]));
    let change = dry.record("change");
    assert_eq!(scene.state(), before, "{}: a dry run changes nothing", row.name);
    let (action, code) = match outcome {
        Outcome::Becomes(_) => ("would-append", 1),
        Outcome::Unchanged => ("already-present", 0),
        Outcome::Refused(_) => ("refused", 2),
    };
    assert_eq!((change["action"].as_str(), dry.code), (Some(action), code), "{}: {change:#}", row.name);
    // The filter gives what the file would become.
    let filtered = run_with_input(scene.path(), &[&["append"], options, &["-"]].concat(), &row.bytes);

    let ran = run(scene.path(), &arguments(&[]));
    let change = ran.record("change");
    match outcome {
        Outcome::Becomes(after) => {
            assert_eq!((change["action"].as_str(), ran.code), (Some("appended"), 0), "{}: {change:#}", row.name);
            if scene.bytes() != *after {
                panic!("{}: other bytes than expected:\n{}", row.name, difference(after, &scene.bytes()));
            }
            assert_eq!((filtered.code, &filtered.stdout), (0, after), "{}: {}", row.name, filtered.stderr);
            let sha256 = "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f";
            let g2 = serde_json::json!([{ "name": "DigiCert Global Root G2", "sha256": sha256 }]);
            let in_it_already = !row.findings.contains(&"new-root-missing");
            assert_eq!(change["added"], if in_it_already { serde_json::json!([]) } else { g2 }, "{}", row.name);
            let proofs = change["proofs"].as_array().expect("proofs");
            assert!(proofs.len() >= 4 && proofs.iter().all(|proof| proof["verdict"] == "pass"), "{proofs:#?}");
            let backup = change["backup"].as_str().expect("a backup");
            assert_eq!(std::fs::read(backup).expect("the backup is there"), row.bytes, "{}", row.name);
        }
        Outcome::Unchanged => {
            assert_eq!((change["action"].as_str(), ran.code), (Some("already-present"), 0), "{}", row.name);
            assert_eq!((filtered.code, &filtered.stdout), (0, &row.bytes), "{}", row.name);
            assert_eq!(scene.state(), before, "{}: not a byte, not a timestamp", row.name);
            return;
        }
        Outcome::Refused(trouble) => {
            assert_eq!((change["action"].as_str(), ran.code), (Some("refused"), 2), "{}", row.name);
            assert_eq!(change["error"]["code"], *trouble, "{}", row.name);
            assert_eq!((filtered.code, filtered.stdout.len()), (2, 0), "{}", row.name);
            assert_eq!(scene.state(), before, "{}: not a byte, not a timestamp", row.name);
            return;
        }
    }

    // Twice is once; what is mended needs no mending.
    let done = scene.state();
    for again in [&["append", FILE][..], &[&["append"], options, &[FILE]].concat()] {
        let again = run(scene.path(), again);
        assert_eq!(again.code, 0, "{}: {again:?}", row.name);
        assert!(again.text().starts_with("Nothing to do"), "{}: {}", row.name, again.text());
        assert_eq!(scene.state(), done, "{}: twice is once", row.name);
    }
    let check = run(scene.path(), &["check", "--json", FILE]).record("bundle");
    assert_eq!(check["status"], "ready", "{}", row.name);
    let verify = run(scene.path(), &["verify", "--json", FILE]);
    assert_eq!(verify.code, 0, "{}: {verify:?}", row.name);
    let restored = run(scene.path(), &["restore", "--json", FILE]);
    assert_eq!((restored.code, restored.record("change")["action"].as_str()), (0, Some("restored")), "{}", row.name);
    assert_eq!(scene.bytes(), row.bytes, "{}: undone", row.name);
}

fn difference(expected: &[u8], found: &[u8]) -> String {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).escape_debug().to_string().replace("\\n", "\n");
    diffy::create_patch(&shown(expected), &shown(found)).to_string()
}

#[test]
fn append_adds_the_new_root_and_changes_nothing_else() {
    each(all(), |row| append_leaves(row, &[], &row.append));
}

#[test]
fn repair_mends_what_can_be_mended() {
    each(all(), |row| append_leaves(row, &["--repair"], &row.repair));
}
