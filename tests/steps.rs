//! Changes of several steps on a real disk: a hashed certificate directory, judged by OpenSSL.
#![cfg(unix)]

#[path = "common/writer.rs"]
mod writer;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rootfix::apply::{self, ApplyError, Step, Steps, Undone};
use rootfix::certificate::Certificate;
use rootfix::locate;
use rootfix::rollover::Root;
use rootfix::store::cadir::{self, Addition};
use writer::{can, names, options, sh, undo};

/// A root, and how OpenSSL knows it.
fn stand_in(id: &str) -> Root {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, format!("Stand-in {id}"));
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let der = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec();
    let certificate = Certificate::from_der(&der).unwrap();
    Root {
        id: id.to_owned(),
        name: format!("Stand-in {id}"),
        alias: id.to_owned(),
        pinned: certificate.fingerprint(),
        certificate,
        distrusted_for_tls: None,
        successors: Vec::new(),
    }
}

/// A certificate directory as `openssl rehash` makes it, with one root.
fn scene() -> (tempfile::TempDir, PathBuf) {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("certs");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("old.pem"), cadir::pem_file(&stand_in("old"))).unwrap();
    sh("openssl rehash certs", outer.path());
    (outer, dir)
}

fn plan(dir: &Path, root: &Root) -> Steps {
    let additions = cadir::append(&locate::cadir::read(dir).unwrap(), &[root]).unwrap();
    let step = |addition| match addition {
        Addition::File { name, bytes } => Step::Write { path: dir.join(name), before: None, bytes },
        Addition::Link { name, target } => Step::Link { path: dir.join(name), target },
    };
    let steps = additions.into_iter().map(step).collect();
    Steps { subject: dir.to_owned(), steps, commands: Vec::new(), added: Vec::new() }
}

fn openssl_finds(dir: &Path, root: &Root) -> bool {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), cadir::pem_file(root)).unwrap();
    let verify = ["verify", "-no-CAfile", "-no-CAstore", "-CApath"];
    let mut command = Command::new("openssl");
    command.args(verify).arg(dir).arg(file.path()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap().success()
}

#[test]
fn openssl_finds_what_was_added_to_a_directory_until_it_is_taken_back() {
    if !can("openssl", &["openssl", "version"]) {
        return;
    }
    let (outer, dir) = scene();
    let root = stand_in("new");
    let before = names(&dir);
    assert!(!openssl_finds(&dir, &root), "control: it is not there yet");
    let receipt = apply::apply_steps(&plan(&dir, &root), &options(), None).unwrap();
    assert!(openssl_finds(&dir, &root));
    assert_eq!(names(&dir).len(), before.len() + 2);
    assert_eq!(names(outer.path()), ["certs", "certs.rootfix-20241101T083000Z.steps.json"]);
    assert_eq!(apply::steps_receipts(&dir, None).unwrap(), [receipt]);
    // A directory that is moved takes its receipt along.
    let moved = outer.path().join("moved");
    fs::create_dir(&moved).unwrap();
    sh("mv certs certs.* moved/", outer.path());
    let dir = moved.join("certs");
    assert!(matches!(apply::undo_steps(&dir, &undo(), None).unwrap(), Undone::Undone { .. }));
    assert_eq!(names(&dir), before);
    assert!(!openssl_finds(&dir, &root));
    assert!(matches!(apply::undo_steps(&dir, &undo(), None).unwrap(), Undone::AlreadyAsItWas(_)));
}

#[test]
fn twenty_at_once_add_one_root_to_a_directory() {
    if !can("openssl", &["openssl", "version"]) {
        return;
    }
    let (outer, dir) = scene();
    let root = stand_in("new");
    let (before, plan) = (names(&dir), plan(&dir, &root));
    let done = std::thread::scope(|scope| {
        let apply = || apply::apply_steps(&plan, &options(), None);
        let all: Vec<_> = (0..20).map(|_| scope.spawn(apply)).collect();
        all.into_iter()
            .map(|thread| match thread.join().unwrap() {
                Ok(_) => 1,
                Err(ApplyError::Changed) => 0,
                Err(other) => panic!("{other:?}"),
            })
            .sum::<i32>()
    });
    assert_eq!((done, names(&dir).len(), names(outer.path()).len()), (1, before.len() + 2, 2));
}

#[test]
fn a_receipt_that_others_could_have_written_takes_nothing_away_elsewhere() {
    let (outer, dir) = (tempfile::tempdir().unwrap(), "certs");
    let dir = outer.path().join(dir);
    fs::create_dir(&dir).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let precious = elsewhere.path().join("precious.pem");
    let steps = vec![Step::Write { path: precious.clone(), before: None, bytes: b"bytes".to_vec() }];
    let plan = Steps { subject: dir.clone(), steps, commands: Vec::new(), added: Vec::new() };
    let receipt = apply::apply_steps(&plan, &options(), None).unwrap().receipt;
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (path, wide, right) in [(receipt.as_path(), 0o666, 0o644), (outer.path(), 0o777, 0o755)] {
        mode(path, wide);
        assert!(apply::undo_steps(&dir, &undo(), None).is_err(), "{}", path.display());
        assert_eq!(fs::read(&precious).unwrap(), b"bytes");
        mode(path, right);
    }
    apply::undo_steps(&dir, &undo(), None).unwrap();
    assert!(!precious.exists());
}

#[test]
fn missing_directories_are_made_and_a_link_in_the_way_is_a_change() {
    let outer = tempfile::tempdir().unwrap();
    let subject = outer.path().join("bundle.crt");
    let anchor = outer.path().join("usr/local/share/anchors/root.crt");
    let link = outer.path().join("link");
    let steps = vec![
        Step::Write { path: anchor.clone(), before: None, bytes: b"root".to_vec() },
        Step::Link { path: link.clone(), target: "anywhere".into() },
    ];
    let plan = Steps { subject: subject.clone(), steps, commands: vec!["update".into()], added: Vec::new() };
    apply::apply_steps(&plan, &options(), None).unwrap();
    assert_eq!(fs::read(&anchor).unwrap(), b"root");
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("anywhere"));
    apply::undo_steps(&subject, &undo(), None).unwrap();
    assert!(!anchor.exists() && fs::symlink_metadata(&link).is_err());
    symlink("somewhere else", &link).unwrap();
    assert!(matches!(apply::apply_steps(&plan, &options(), None), Err(ApplyError::Changed)));
    assert!(!anchor.exists());
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("somewhere else"));
}
