//! The contract of the command line, which other programs rely on: records of `--json`, exit codes, and what stands
//! for standard input and the current directory. What is held here is permanent.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::bundles::{block, g1};
use common::cli::{Ran, directory, run, run_with_input};
use common::shop;
use serde_json::{Map, Value};

const FORMATS: &[&str] = &["pem", "der", "jks", "jceks", "bks", "pkcs12", "cadir", "system"];
const STATUSES: &[&str] = &["ready", "new-root-missing", "broken", "not-a-trust-store", "unreadable"];
const READERS: &[&str] = &["openssl", "php-stream", "node", "node-extra", "gnutls", "java", "go", "rustls", "dotnet"];
const SEVERITIES: &[&str] = &["note", "warning", "error"];
const KINDS: &[&str] = &["file", "dir", "pem", "keystore", "env", "callback", "disabled", "default"];
const CLASSES: &[&str] = &["server-trust", "client-auth", "database", "docs"];
const ADVICE: &[&str] = &["delete", "append", "replace", "none"];
const ACTIONS: &[&str] = &["appended", "already-present", "would-append", "refused", "failed", "restored"];
const RUNGS: &[&str] = &["reread", "stand-in", "saved-chain", "client", "live", "rehearsal"];
const VERDICTS: &[&str] = &["pass", "fail", "not-proven"];

/// What is permitted in a field.
enum Is {
    Text,
    Count,
    Yes,
    Sha256,
    Word(&'static [&'static str]),
    Or(&'static str, Box<Is>),
    /// Nothing, as JSON's `null`.
    Maybe(Box<Is>),
    List(Box<Is>),
    Object(Vec<(&'static str, Is)>),
    /// Any of these keys, each with this value.
    Keyed(&'static [&'static str], Box<Is>),
    Counts,
}

fn maybe(is: Is) -> Is {
    Is::Maybe(Box::new(is))
}

fn list(is: Is) -> Is {
    Is::List(Box::new(is))
}

fn findings() -> Is {
    list(Is::Object(vec![
        ("code", Is::Text),
        ("severity", Is::Word(SEVERITIES)),
        ("message", Is::Text),
        ("line", Is::Or("absent", Box::new(Is::Count))),
    ]))
}

fn proof() -> Vec<(&'static str, Is)> {
    vec![
        ("path", Is::Text),
        ("rung", Is::Word(RUNGS)),
        ("subject", Is::Text),
        ("verdict", Is::Word(VERDICTS)),
        ("detail", Is::Text),
    ]
}

/// The fields that a record of this type has at least; `None` where the contract names none.
fn fields(kind: &str) -> Option<Is> {
    let reader = Is::Object(vec![("loads", Is::Count), ("new_root", Is::Yes)]);
    let added = Is::Object(vec![("name", Is::Text), ("sha256", Is::Sha256)]);
    Some(Is::Object(match kind {
        "bundle" => vec![
            ("path", Is::Text),
            ("format", maybe(Is::Word(FORMATS))),
            ("certificates", Is::Count),
            ("old_root", Is::Yes),
            ("new_root", Is::Yes),
            ("status", Is::Word(STATUSES)),
            ("readers", Is::Keyed(READERS, Box::new(reader))),
            ("custody", Is::Text),
            ("findings", findings()),
        ],
        "pin" => vec![
            ("path", Is::Text),
            ("line", Is::Count),
            ("column", Is::Count),
            ("language", Is::Text),
            ("kind", Is::Word(KINDS)),
            ("class", Is::Word(CLASSES)),
            ("target", Is::Text),
            ("resolved", list(Is::Text)),
            ("advice", Is::Word(ADVICE)),
            ("reason", Is::Text),
        ],
        "change" => vec![
            ("path", Is::Text),
            ("action", Is::Word(ACTIONS)),
            ("backup", maybe(Is::Text)),
            ("added", list(added)),
            ("kept", Is::Count),
            ("sha256_before", maybe(Is::Sha256)),
            ("sha256_after", maybe(Is::Sha256)),
            ("proofs", list(Is::Object(proof()))),
        ],
        "proof" => proof(),
        "summary" => {
            vec![("command", Is::Text), ("counts", Is::Counts), ("exit_code", Is::Count), ("rollover", maybe(Is::Text))]
        }
        _ => return None,
    }))
}

/// What of a value is not as it is promised.
fn wrong(value: Option<&Value>, is: &Is, place: &str, wrongs: &mut Vec<String>) {
    let permitted = match (value, is) {
        (None, Is::Or("absent", _)) => true,
        (None, _) => false,
        (Some(Value::Null), Is::Maybe(_)) => true,
        (Some(value), Is::Maybe(is) | Is::Or(_, is)) => return wrong(Some(value), is, place, wrongs),
        (Some(value), Is::Text) => value.is_string(),
        (Some(value), Is::Count) => value.is_u64(),
        (Some(value), Is::Yes) => value.is_boolean(),
        (Some(value), Is::Sha256) => value.as_str().is_some_and(|text| {
            text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        }),
        (Some(value), Is::Word(words)) => value.as_str().is_some_and(|text| words.contains(&text)),
        (Some(value), Is::List(is)) => match value.as_array() {
            Some(items) => return items.iter().for_each(|item| wrong(Some(item), is, place, wrongs)),
            None => false,
        },
        (Some(value), Is::Object(fields)) => {
            for (name, is) in fields {
                wrong(value.get(name), is, &format!("{place}.{name}"), wrongs);
            }
            value.is_object()
        }
        (Some(value), Is::Keyed(keys, is)) => match value.as_object() {
            Some(object) => {
                object.iter().for_each(|(key, value)| wrong(Some(value), is, &format!("{place}.{key}"), wrongs));
                object.keys().all(|key| keys.contains(&key.as_str()))
            }
            None => false,
        },
        (Some(value), Is::Counts) => {
            value.as_object().is_some_and(|counts: &Map<String, Value>| counts.values().all(Value::is_u64))
        }
    };
    if !permitted {
        wrongs.push(format!("{place}: {value:?}"));
    }
}

fn wrongs_of(record: &Value) -> Vec<String> {
    let mut wrongs = Vec::new();
    let kind = record["type"].as_str().unwrap_or_default();
    if record["schema"] != 1 || kind.is_empty() {
        wrongs.push("schema or type".to_owned());
    }
    if let Some(is) = fields(kind) {
        wrong(Some(record), &is, kind, &mut wrongs);
    }
    wrongs
}

const NGINX: &str = "server {
  ssl_client_certificate rootca.pem;
  proxy_ssl_trusted_certificate rootca.pem;
  proxy_ssl_verify on;
}
";

/// Every kind of bundle, good and bad, and code that pins one.
fn scene() -> tempfile::TempDir {
    let dir = directory();
    shop::fill(dir.path());
    shop::put(dir.path(), "\u{8bc1}\u{4e66}.pem", block(&g1()));
    shop::put(dir.path(), "open.php", "<?php\n$c = curl_init();\ncurl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);\n");
    shop::put(dir.path(), "nginx.conf", NGINX);
    dir
}

/// Runs a command with `--json` in a language, and holds what is true of every run.
#[track_caller]
fn records(dir: &Path, lang: &str, arguments: &[&str]) -> (Ran, Vec<Value>) {
    let ran = run(dir, &[&["--json", "--lang", lang], arguments].concat());
    let records = ran.records();
    let summaries: Vec<usize> = (0..records.len()).filter(|at| records[*at]["type"] == "summary").collect();
    assert_eq!(summaries, [records.len() - 1], "one summary, at the end: {ran:?}");
    let summary = &records[records.len() - 1];
    assert_eq!(summary["exit_code"], ran.code, "{ran:?}");
    assert!((0..=2).contains(&ran.code), "{ran:?}");
    for record in &records {
        assert_eq!(wrongs_of(record), Vec::<String>::new(), "in {record}\nof {arguments:?}");
    }
    (ran, records)
}

/// Every command that prints records, over good and bad input, with the exit code that it must have.
const RUNS: &[(&[&str], i32)] = &[
    (&["locate", "."], 1),
    (&["locate", "nowhere"], 2),
    (&["check", "rootca.pem"], 1),
    (&["check", "ready.pem"], 0),
    (&["check", "new-alone.pem"], 0),
    (&["check", "neither.pem"], 1),
    (&["check", "glued.pem"], 1),
    (&["check", "bom.pem"], 1),
    (&["check", "g2.cer"], 0),
    (&["check", "api.pem"], 1),
    (&["check", "page.html"], 2),
    (&["check", "empty.pem"], 2),
    (&["check", "nowhere.pem"], 2),
    (&["check", "certs"], 1),
    (&["check", "trust.jks"], 1),
    (&["check", "trust.p12"], 1),
    (&["check", "ready.pem", "rootca.pem", "nowhere.pem"], 2),
    (&["check"], 1),
    (&["append"], 2),
    (&["append", "-n", "rootca.pem"], 1),
    (&["append", "-n", "ready.pem"], 0),
    (&["append", "-n", "trust.jks"], 1),
    (&["append", "glued.pem"], 2),
    (&["append", "api.pem"], 2),
    (&["append", "nowhere.pem"], 2),
    (&["append", "--output", "ready.pem", "rootca.pem"], 2),
    (&["append", "-"], 2),
    (&["append", "-n", "-"], 2),
    (&["append", "rootca.pem", "trust.p12"], 0),
    (&["append", "rootca.pem"], 0),
    (&["restore", "--list", "rootca.pem"], 0),
    (&["restore", "rootca.pem", "trust.p12"], 0),
    (&["restore", "ready.pem"], 2),
    (&["restore", "--list", "ready.pem"], 0),
    (&["verify", "ready.pem"], 0),
    (&["verify", "rootca.pem"], 1),
    (&["verify", "api.pem"], 2),
    (&["verify", "page.html"], 2),
    (&["verify", "--chain", "g2.cer", "ready.pem"], 2),
    (&["verify", "--chain", "new-alone.pem", "ready.pem"], 2),
    (&["verify", "nowhere.pem"], 2),
    (&["probe", "localhost:1", "--connect", "127.0.0.1:1", "--bundle", "rootca.pem"], 2),
    (&["probe", "localhost", "--bundle", "nowhere.pem"], 2),
    (&["rehearse", "--bundle", "nowhere.pem", "--", "true"], 2),
    (&["inspect", "ready.pem"], 0),
    (&["inspect", "page.html"], 2),
    (&["roots"], 0),
    (&["roots", "export", "nosuch"], 2),
    (&["roots", "export", "digicert-global-root-g2"], 2),
    (&["explain"], 0),
    (&["explain", "old-root-missing"], 0),
    (&["explain", "nosuch"], 2),
    (&["report", "nowhere.jsonl"], 2),
    (&["completions", "bash"], 2),
    (&["man"], 2),
    (&["wizard"], 2),
    (&["nosuch"], 2),
    (&["check", "--nosuch"], 2),
    (&["--rollover", "nosuch", "check", "rootca.pem"], 2),
];

fn is_chinese(c: char) -> bool {
    ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// Times, and what is named after them.
fn without_times(text: &str) -> String {
    text.split_inclusive('"').map(|part| if part.contains("rootfix-2") { "…" } else { part }).collect()
}

#[test]
fn every_record_has_the_promised_fields_and_is_english_in_every_language() {
    let english = scene();
    let chinese = scene();
    let mut seen: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (arguments, code) in RUNS {
        let (ran, found) = records(english.path(), "en", arguments);
        assert_eq!(ran.code, *code, "{arguments:?}: {}{}", ran.text(), ran.stderr);
        let (other, _) = records(chinese.path(), "zh", arguments);
        // The name of one file is Chinese.
        let said = other.text().replace('\u{8bc1}', "").replace("\u{4e66}.pem", "");
        assert!(!said.contains(is_chinese), "{arguments:?}: {said}");
        assert_eq!(ran.text().lines().count(), other.text().lines().count(), "{arguments:?}");
        if !arguments.contains(&"verify") && !arguments.contains(&"restore") {
            let (ran, other) = (without_times(ran.text()), without_times(other.text()));
            // As they stand in JSON.
            let shown = |path: &Path| path.display().to_string().replace('\\', r"\\");
            let (here, there) = (shown(english.path()), shown(chinese.path()));
            // A key store made twice has another salt each time.
            if !ran.contains("trust.") {
                assert_eq!(ran.replace(&here, ""), other.replace(&there, ""), "{arguments:?}");
            }
        }
        for record in &found {
            for field in ["format", "status", "kind", "class", "advice", "action", "rung", "verdict", "type"] {
                if let Some(word) = record[field].as_str() {
                    *seen.entry((field, word.to_owned())).or_default() += 1;
                }
            }
        }
    }
    let words = |wanted: &str| -> BTreeSet<&str> {
        seen.keys().filter(|(field, _)| *field == wanted).map(|(_, word)| word.as_str()).collect()
    };
    // Control: what is permitted was also seen.
    assert_eq!(words("status"), STATUSES.iter().copied().collect());
    assert_eq!(words("action"), ACTIONS.iter().copied().collect());
    assert_eq!(words("verdict"), VERDICTS.iter().copied().collect());
    assert!(words("rung").is_superset(&BTreeSet::from(["reread", "stand-in", "saved-chain"])), "{:?}", words("rung"));
    for format in ["pem", "der", "jks", "pkcs12", "cadir"] {
        assert!(words("format").contains(format), "{format}: {:?}", words("format"));
    }
    for class in ["server-trust", "client-auth", "database"] {
        assert!(words("class").contains(class), "{class}: {:?}", words("class"));
    }
    for kind in ["file", "env", "disabled"] {
        assert!(words("kind").contains(kind), "{kind}: {:?}", words("kind"));
    }
    for kind in ["bundle", "pin", "change", "proof", "summary", "certificate", "root", "rollover", "code", "error"] {
        assert!(words("type").contains(kind), "{kind}: {:?}", words("type"));
    }
}

#[test]
fn a_record_that_breaks_the_contract_is_noticed() {
    let dir = scene();
    let whole = records(dir.path(), "en", &["check", "bom.pem"]).1.remove(0);
    assert_eq!(wrongs_of(&whole), Vec::<String>::new());
    let spoilt = |change: &dyn Fn(&mut Value)| {
        let mut record = whole.clone();
        change(&mut record);
        wrongs_of(&record)
    };
    assert_eq!(spoilt(&|record| record["schema"] = 2.into()).len(), 1);
    assert_eq!(spoilt(&|record| record["status"] = "fine".into()).len(), 1);
    assert_eq!(spoilt(&|record| record["new_root"] = "no".into()).len(), 1);
    assert_eq!(spoilt(&|record| record["readers"]["openssl"]["loads"] = Value::Null).len(), 1);
    assert_eq!(spoilt(&|record| record["findings"][0]["severity"] = "bad".into()).len(), 1);
    assert_eq!(spoilt(&|record| drop(record.as_object_mut().expect("an object").remove("custody"))).len(), 1);
}

#[test]
fn a_bundle_says_what_each_reader_loads_and_whether_it_has_the_new_root() {
    let dir = scene();
    let bundle = records(dir.path(), "en", &["check", "ready.pem"]).1.remove(0);
    let readers = bundle["readers"].as_object().expect("readers");
    assert_eq!(readers.keys().map(String::as_str).collect::<BTreeSet<_>>(), READERS.iter().copied().collect());
    for (name, answer) in readers {
        assert_eq!((&answer["loads"], &answer["new_root"]), (&2.into(), &true.into()), "{name}");
    }
    // A byte order mark: Java takes offence, OpenSSL does not.
    let bundle = records(dir.path(), "en", &["check", "bom.pem"]).1.remove(0);
    assert_eq!(bundle["readers"]["java"]["loads"], 0);
    assert_eq!(bundle["readers"]["openssl"]["loads"], 1);
}

#[test]
fn what_append_did_is_told_with_its_digests_backup_and_proofs() {
    let dir = scene();
    let before = std::fs::read(dir.path().join("rootca.pem")).expect("a file is read");
    let (_, found) = records(dir.path(), "zh", &["append", "rootca.pem"]);
    let change = &found[0];
    assert_eq!(change["action"], "appended");
    assert_eq!(change["kept"], 1);
    assert_eq!(change["added"][0]["name"], "DigiCert Global Root G2");
    let backup = change["backup"].as_str().expect("a backup");
    assert_eq!(std::fs::read(backup).expect("the backup is there"), before);
    let sha256 = |bytes: &[u8]| rootfix::certificate::Fingerprint::of(bytes).to_string();
    let after = std::fs::read(dir.path().join("rootca.pem")).expect("a file is read");
    assert_eq!(change["sha256_before"], sha256(&before));
    assert_eq!(change["sha256_after"], sha256(&after));
    let rungs: BTreeSet<&str> =
        change["proofs"].as_array().expect("proofs").iter().filter_map(|proof| proof["rung"].as_str()).collect();
    assert_eq!(rungs, BTreeSet::from(["reread", "stand-in"]));
}

#[test]
fn a_dash_filters_standard_input_to_standard_output() {
    let dir = directory();
    let old = block(&g1());
    let ran = run_with_input(dir.path(), &["append", "-"], old.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.text(), format!("{old}{}", common::bundles::plain_addition()));
    let again = run_with_input(dir.path(), &["append", "-"], ran.text().as_bytes());
    assert_eq!((again.code, again.text()), (0, ran.text()), "what is ready passes through");
    let bad = run_with_input(dir.path(), &["append", "-"], b"<html>");
    assert_eq!((bad.code, bad.text()), (2, ""), "what cannot be repaired does not come out as if it were");
    assert_eq!(std::fs::read_dir(dir.path()).expect("a directory").count(), 0, "a filter leaves no files");
    for command in ["check", "verify", "inspect"] {
        let ran = run_with_input(dir.path(), &[command, "-"], old.as_bytes());
        assert_eq!(ran.code, i32::from(command != "inspect"), "{command}: {ran:?}");
    }
}

#[test]
fn without_a_place_append_refuses_and_the_others_take_the_current_directory() {
    let dir = scene();
    let before = std::fs::read(dir.path().join("rootca.pem")).expect("a file is read");
    for arguments in [&["append"][..], &["append", "--yes"], &["append", "-n"]] {
        let ran = run(dir.path(), arguments);
        assert_eq!((ran.code, ran.text()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains("rootfix append ./rootca.pem"), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read(dir.path().join("rootca.pem")).expect("a file is read"), before);
    for command in ["check", "locate"] {
        let (_, here) = records(dir.path(), "en", &[command]);
        let (_, dot) = records(dir.path(), "en", &[command, "."]);
        assert!(here.len() > 2, "control: something is found");
        assert_eq!(here, dot, "{command}");
    }
}

#[test]
fn a_report_reads_back_what_check_wrote() {
    let dir = scene();
    let (ran, mut bundles) = records(dir.path(), "en", &["check", "ready.pem", "rootca.pem"]);
    std::fs::write(dir.path().join("web1.jsonl"), &ran.stdout).expect("a file is written");
    let (ran, mut reported) = records(dir.path(), "zh", &["report", "web1.jsonl"]);
    assert_eq!(ran.code, 1);
    assert_eq!(reported.len(), bundles.len());
    bundles.pop();
    reported.pop();
    for (bundle, reported) in bundles.iter().zip(&reported) {
        for field in ["status", "certificates", "old_root", "new_root", "format", "custody"] {
            assert_eq!(bundle[field], reported[field], "{field}");
        }
    }
}

#[test]
fn inspect_takes_many_files_and_exports_over_none_that_differs() {
    let dir = scene();
    let (ran, found) = records(dir.path(), "en", &["inspect", "rootca.pem", "nowhere.pem", "ready.pem"]);
    assert_eq!(ran.code, 2);
    let paths: Vec<&str> = found.iter().filter(|r| r["type"] == "bundle").filter_map(|r| r["path"].as_str()).collect();
    assert_eq!(paths, ["rootca.pem", "nowhere.pem", "ready.pem"]);
    let ran = run(dir.path(), &["inspect", "rootca.pem", "ready.pem"]);
    assert!(ran.text().contains("rootca.pem\n") && ran.text().contains("\n\nready.pem\n"), "{}", ran.text());
    // G1 is in both, and a file that is as it should be stays.
    let export = ["inspect", "--export", "der", "out/of/it", "rootca.pem", "ready.pem"];
    for _ in 0..2 {
        let (ran, found) = records(dir.path(), "en", &export);
        assert_eq!((ran.code, &found[found.len() - 1]["counts"]["exported"]), (0, &3.into()), "{ran:?}");
    }
    let out = dir.path().join("out/of/it");
    let mut files: Vec<_> =
        std::fs::read_dir(&out).expect("a directory").map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    std::fs::write(&files[0], "somebody's own").expect("a file is written");
    let ran = run(dir.path(), &export);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("[file-exists]"), "{}", ran.stderr);
    assert_eq!(std::fs::read(&files[0]).expect("a file is read"), b"somebody's own");
}

#[test]
fn a_command_to_watch_is_all_that_is_located() {
    let dir = directory();
    for beside in [&["--machine"][..], &["--pid", "1"], &["."]] {
        let ran = run(dir.path(), &[&["locate"], beside, &["--", "true"]].concat());
        assert_eq!((ran.code, ran.text()), (2, ""), "{beside:?}: {}", ran.stderr);
    }
}

#[test]
fn what_was_named_and_could_not_be_read_has_a_record_of_its_own() {
    let dir = directory();
    // In a report it has its place among the bundles besides.
    for (command, count) in [("report", 3), ("locate", 2)] {
        let (ran, found) = records(dir.path(), "zh", &[command, "nowhere"]);
        assert_eq!((ran.code, found.len()), (2, count), "{ran:?}");
        assert_eq!((&found[0]["type"], &found[0]["code"]), (&"error".into(), &"file-not-found".into()));
        assert!(found[0]["message"].as_str().is_some_and(|text| text.starts_with("nowhere: ")), "{found:?}");
    }
    let (_, found) = records(dir.path(), "en", &["check", "--nosuch"]);
    assert_eq!(found[found.len() - 1]["command"], "check");
}
