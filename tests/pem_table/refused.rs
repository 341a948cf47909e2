//! Files that are no bundle: what they are is said, and nothing is done to them.

#[cfg(unix)]
use std::fs::File;
use std::process::Command;

use serde_json::Value;

use crate::common::bundles::{self, block, block_of, g1, g2, private_key};
use crate::common::cli::{directory, finish, rootfix, run, run_with_input};
use crate::{FILE, Scene, codes, each_of, thinned};

/// A file that is read, and is not what a program trusts servers by.
fn no_stores() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let (api, platform) = (bundles::api_certificate(), bundles::platform_certificate());
    let key = private_key();
    vec![
        ("a merchant's API certificate", block(&api).into_bytes(), "pem", "api-certificate"),
        (
            "an API certificate of before 2018",
            block(&bundles::old_api_certificate()).into_bytes(),
            "pem",
            "api-certificate",
        ),
        (
            "an API certificate with its key",
            (block(&api) + &block_of("PRIVATE KEY", &key, 64, "\n")).into(),
            "pem",
            "api-certificate",
        ),
        ("an API certificate in DER", api, "der", "api-certificate"),
        ("a platform certificate", block(&platform).into_bytes(), "pem", "platform-certificate"),
        ("a platform certificate in DER", platform, "der", "platform-certificate"),
        ("PKCS#7 as PEM", block_of("PKCS7", &bundles::pkcs7(&[&g1(), &g2()]), 64, "\n").into_bytes(), "pem", "pkcs7"),
        ("PKCS#7 as DER", bundles::pkcs7(&[&g1(), &g2()]), "der", "pkcs7"),
        ("a private key alone", block_of("PRIVATE KEY", &key, 64, "\n").into_bytes(), "pem", "only-a-key"),
    ]
}

#[test]
fn what_is_no_trust_store_is_named_and_left_alone() {
    each_of(
        thinned(no_stores(), 3),
        |(name, ..)| (*name).to_owned(),
        |(_, bytes, format, code)| {
            let scene = Scene::of(bytes);
            let before = scene.state();
            let check = run(scene.path(), &["check", "--json", FILE]);
            let bundle = check.record("bundle");
            assert_eq!(
                (bundle["status"].as_str(), bundle["format"].as_str()),
                (Some("not-a-trust-store"), Some(*format))
            );
            assert!(codes(&bundle["findings"]).contains(code), "{bundle:#}");
            assert_eq!(check.code, 1);
            for lang in ["en", "zh"] {
                let said = run(scene.path(), &["check", "--lang", lang, FILE]);
                let first = said.text().lines().next().unwrap();
                let answer = if lang == "en" {
                    "Cannot tell whether payments will keep working"
                } else {
                    "无法判断支付是否会继续正常"
                };
                assert!(first.starts_with(answer), "{first}");
                assert!(said.text().contains(&format!("[{code}]")), "the reason is on the screen: {}", said.text());
                assert!(said.text().trim_end().ends_with("rootfix locate"), "{}", said.text());
            }
            for more in [&[][..], &["-n"], &["--repair"], &["--with-old"]] {
                let refused = run(scene.path(), &[&["append", "--json"], more, &[FILE]].concat());
                let change = refused.record("change");
                assert_eq!((change["action"].as_str(), refused.code), (Some("refused"), 2), "{more:?}: {change:#}");
                assert_eq!(change["error"]["code"], *code);
            }
            let filtered = run_with_input(scene.path(), &["append", "-"], bytes);
            assert_eq!((filtered.code, filtered.stdout.len()), (2, 0));
            assert_eq!(run(scene.path(), &["verify", FILE]).code, 2);
            assert_eq!(scene.state(), before, "not a byte, not a timestamp");
        },
    );
}

/// A file of which nothing can be read, and a word of what it seems to be.
fn unreadable() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let one = block(&g1());
    let noise: Vec<u8> = (0..200_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let text = "4f9c0d5f84e1b3a2c7d6e5f4a3b2c1d0\n".repeat(12);
    vec![
        ("HTML", b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>\n".to_vec(), "web page"),
        (
            "HTML in Chinese with a mark",
            "\u{feff}\r\n<HTML><body>页面不存在</body></HTML>".as_bytes().to_vec(),
            "web page",
        ),
        ("JSON", b"{\"code\":\"PARAM_ERROR\"}".to_vec(), "JSON"),
        (
            "ciphertext between BEGIN and END",
            block_of("CERTIFICATE", &noise[..900], 64, "\n").into_bytes(),
            "encrypted or damaged",
        ),
        ("ciphertext", noise.clone(), "binary"),
        ("ciphertext as hexadecimal text", text.into_bytes(), "text without any certificate"),
        ("nothing", Vec::new(), "empty"),
        ("blanks", b" \r\n\t\n".to_vec(), "empty"),
        ("NULs", vec![0; 5000], "zero bytes"),
        ("a truncated PEM", one.as_bytes()[..one.len() / 2].to_vec(), "breaks off"),
        ("a BEGIN alone", b"-----BEGIN CERTIFICATE-----\n".to_vec(), "breaks off"),
        ("a truncated DER", g1()[..400].to_vec(), "binary"),
        ("a compressed file", [&[0x1f, 0x8b, 8, 0][..], &noise[..400]].concat(), "compressed"),
        (
            "a placeholder",
            b"-----BEGIN CERTIFICATE-----\nyour certificate here\n-----END CERTIFICATE-----\n".to_vec(),
            "encrypted or damaged",
        ),
        ("a list of names", "微信支付\n根证书\n".as_bytes().to_vec(), "text without any certificate"),
    ]
}

#[test]
fn what_cannot_be_read_gets_a_sentence_that_says_what_it_seems_to_be() {
    each_of(
        thinned(unreadable(), 4),
        |(name, ..)| (*name).to_owned(),
        |(_, bytes, seems)| {
            let scene = Scene::of(bytes);
            let before = scene.state();
            let check = run(scene.path(), &["check", "--json", FILE]);
            let bundle = check.record("bundle");
            assert_eq!((bundle["status"].as_str(), check.code), (Some("unreadable"), 2));
            let message = bundle["findings"][0]["message"].as_str().unwrap();
            assert!(message.contains(seems), "{message}");
            for lang in ["en", "zh"] {
                let said = run(scene.path(), &["check", "--lang", lang, FILE]);
                assert!(said.stderr.contains("[unreadable]"), "{}", said.stderr);
                assert!(!said.text().is_empty());
            }
            for more in [&[][..], &["-n"], &["--repair"], &["--force"]] {
                let refused = run(scene.path(), &[&["append", "--json"], more, &[FILE]].concat());
                let change = refused.record("change");
                assert_eq!((change["action"].as_str(), refused.code), (Some("refused"), 2), "{more:?}: {change:#}");
            }
            for command in ["inspect", "verify"] {
                assert_eq!(run(scene.path(), &[command, FILE]).code, 2, "{command}");
            }
            let filtered = run_with_input(scene.path(), &["append", "-"], bytes);
            assert_eq!((filtered.code, filtered.stdout.len()), (2, 0));
            assert_eq!(scene.state(), before, "not a byte, not a timestamp");
        },
    );
}

#[test]
fn one_der_certificate_is_not_added_to_but_can_become_a_bundle() {
    let scene = Scene::of(&g1());
    let before = scene.state();
    let check = run(scene.path(), &["check", "--json", FILE]);
    let bundle = check.record("bundle");
    assert_eq!(bundle["format"], "der");
    assert_eq!((bundle["status"].as_str(), check.code), (Some("new-root-missing"), 1));
    let refused = run(scene.path(), &["append", "--json", FILE]);
    assert_eq!(refused.record("change")["error"]["code"], "der-holds-one");
    assert_eq!(refused.code, 2);
    assert_eq!(scene.state(), before);

    let done = run(scene.path(), &["append", "--json", "--output", "bundle.pem", FILE]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.record("change")["action"], "appended");
    let written = std::fs::read_to_string(scene.path().join("bundle.pem")).unwrap();
    assert_eq!(written, format!("# DigiCert Global Root CA\n{}{}", block(&g1()), bundles::plain_addition()));
    assert_eq!(scene.bytes(), g1(), "the source is as it was");
    assert_eq!(run(scene.path(), &["check", "bundle.pem"]).code, 0);
    // A DER file that is the new root already needs no bundle.
    let ready = Scene::of(&g2());
    assert_eq!(run(ready.path(), &["check", FILE]).code, 0);
    assert_eq!(run(ready.path(), &["append", "--json", FILE]).record("change")["action"], "already-present");
}

fn refuses(dir: &std::path::Path, path: &str, code: &str) {
    for command in [
        &["check", "--json"][..],
        &["append", "--json"],
        &["append", "-n", "--json"],
        &["verify", "--json"],
        &["inspect", "--json"],
    ] {
        let ran = run(dir, &[command, &[path]].concat());
        assert_eq!(ran.code, 2, "{command:?} {path}: {ran:?}");
        let told = ran.records().iter().any(|record| {
            let findings = record["findings"].as_array().into_iter().flatten();
            findings.chain([&record["error"], record]).any(|place: &Value| place["code"] == code)
        });
        assert!(told, "{command:?} {path}: no {code} in {}", ran.text());
    }
    let restore = run(dir, &["restore", path]);
    assert_eq!(restore.code, 2, "{restore:?}");
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let dir = directory();
    refuses(dir.path(), "nowhere.pem", "file-not-found");
    #[cfg(windows)]
    refuses(dir.path(), "NUL", "not-a-regular-file");
    #[cfg(unix)]
    {
        refuses(dir.path(), "/dev/zero", "not-a-regular-file");
        refuses(dir.path(), "/dev/null", "not-a-regular-file");
        let made = Command::new("mkfifo").arg(dir.path().join("pipe")).status().expect("mkfifo runs");
        assert!(made.success());
        refuses(dir.path(), "pipe", "not-a-regular-file");
        std::os::unix::fs::symlink("loop.pem", dir.path().join("loop.pem")).unwrap();
        refuses(dir.path(), "loop.pem", "file-not-found");
        assert!(run(dir.path(), &["check", "loop.pem"]).stderr.contains("lead in a circle"));
        std::fs::write(dir.path().join("zeros.pem"), [0; 4096]).unwrap();
        assert!(run(dir.path(), &["check", "zeros.pem"]).stderr.contains("zero bytes alone"));
        let socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        refuses(dir.path(), "socket", "not-a-regular-file");
        drop(socket);
    }
}

#[test]
fn an_empty_directory_is_no_bundle() {
    let dir = directory();
    std::fs::create_dir(dir.path().join("certs")).unwrap();
    for command in ["check", "append", "verify", "inspect", "restore"] {
        let ran = run(dir.path(), &[command, "certs"]);
        assert_eq!(ran.code, 2, "{command}: {ran:?}");
        assert!(!(ran.text().to_owned() + &ran.stderr).is_empty(), "{command} says something");
        let json = run(dir.path(), &[command, "--json", "certs"]);
        assert_eq!(json.code, 2, "{command}: {json:?}");
        assert_eq!(json.records().last().unwrap()["exit_code"], 2);
    }
}

/// Runs within half a gigabyte of address space; Windows has no such limit for a program that is just started.
fn bounded(dir: &std::path::Path, arguments: &[&str]) -> crate::common::cli::Ran {
    let mut command = rootfix(dir);
    if cfg!(unix) {
        let program = std::mem::replace(&mut command, Command::new("sh")).get_program().to_owned();
        command.args(["-c", "ulimit -v 524288; exec \"$@\"", "sh"]).arg(program).current_dir(dir);
    }
    command.args(arguments);
    finish(command, b"")
}

#[cfg(unix)]
#[test]
fn gigabytes_are_refused_without_being_read_into_memory() {
    let dir = directory();
    let sparse = File::create(dir.path().join("sparse.pem")).unwrap();
    sparse.set_len(4 << 30).unwrap();
    for command in [&["check", "--json"][..], &["append", "--json"], &["append", "-n", "--json"]] {
        let ran = bounded(dir.path(), &[command, &["sparse.pem"]].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.text().contains("file-too-large"), "{}", ran.text());
    }
    // From a pipe nobody says how much will come.
    let mut command = Command::new("sh");
    let program = rootfix(dir.path()).get_program().to_owned();
    command.args(["-c", "ulimit -v 524288; exec \"$0\" append - </dev/zero"]).arg(program).current_dir(dir.path());
    let ran = finish(command, b"");
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert!(ran.stderr.contains("[file-too-large]"), "{}", ran.stderr);
}

/// Megabytes of what costs a careless program the most: time that grows with the square would take minutes.
#[test]
fn hostile_megabytes_are_judged_in_bounded_memory_and_do_not_hang() {
    let size = 3 << 20;
    let of = |what: &[u8]| what.repeat(size / what.len());
    let blocks = block_of("CERTIFICATE", &g1()[..300], 64, "\n");
    let files = [
        ("hyphens", of(b"-")),
        ("ENDs on one line", of(b"--END x--")),
        ("BEGINs on one line", of(b"-----BEGIN CERTIFICATE-----")),
        ("BEGIN lines", of(b"-----BEGIN CERTIFICATE-----\n")),
        ("headless ENDs", of(b"MIIA\n-----END CERTIFICATE-----\n")),
        ("lines of base64 before one END", [of(b"MIIAAAAA\n"), b"-----END CERTIFICATE-----\n".to_vec()].concat()),
        ("comments", of(b"#\n")),
        ("carriage returns", of(b"\r")),
        ("empty blocks", of(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")),
        ("damaged blocks", of(blocks.as_bytes())),
        ("heads of DER", of(&[0x30, 0x82, 0xff, 0xff])),
        ("noise", (0..size as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect()),
        ("one certificate many times", of(block(&g1()).as_bytes())),
    ];
    for (name, bytes) in files {
        let scene = Scene::of(&bytes);
        let ran = bounded(scene.path(), &["check", "--json", FILE]);
        assert!((1..=2).contains(&ran.code), "{name}: {ran:?}");
        let bundle = ran.record("bundle");
        assert_ne!(bundle["status"], "ready", "{name}");
    }
}
