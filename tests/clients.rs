//! Real clients judge a bundle before and after its repair.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rootfix::finding::Trouble;
use rootfix::locate::machine::java_homes;
use rootfix::password::Password;
use rootfix::proof::Verdict;
use rootfix::prove::clients::{Row, Subject, find, prove};
use rootfix::rehearse::chain::{KeyKind, StandIns};
use rootfix::rehearse::verdict::Holds;
use rootfix::rollover::{Rollover, Root};
use rootfix::store::Format;

const HOLDS_OLD: Holds = Holds { old_root: true, new_root: false };

fn stand_ins() -> &'static StandIns {
    static MADE: OnceLock<StandIns> = OnceLock::new();
    MADE.get_or_init(|| {
        let rollover = Rollover { id: "test".into(), keep: vec![], add: vec![], hosts: vec![], steps: vec![] };
        StandIns::make(&rollover, &[], KeyKind::Rsa, time::OffsetDateTime::now_utc()).unwrap()
    })
}

fn concatenate(_: &Path, bytes: &[u8], roots: &[&Root]) -> Result<Vec<u8>, Trouble> {
    Ok(roots.iter().fold(bytes.to_vec(), |bytes, root| [bytes, root.pem().into_bytes()].concat()))
}

fn another_root() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["another root".to_owned()]).unwrap()
}

fn homes() -> Vec<PathBuf> {
    java_homes(&|name| std::env::var_os(name))
}

fn pem(bytes: &[u8], holds: Holds) -> Subject<'_> {
    Subject { path: Path::new("rootca.pem"), bytes, format: Format::Pem, holds, password: None }
}

fn verdicts(rows: &[Row]) -> Vec<(&str, Verdict)> {
    rows.iter().map(|row| (row.client.name, row.proof.verdict)).collect()
}

/// The clients with these names, and no others, so that a test takes seconds.
fn some(names: &[&str]) -> Vec<rootfix::prove::clients::Client> {
    let mut clients = find(Format::Pem, &[]);
    clients.retain(|client| names.contains(&client.name));
    for name in names {
        if !clients.iter().any(|client| client.name == *name) {
            common::missing(name);
        }
    }
    clients
}

#[test]
fn every_client_passes_with_a_bundle_that_is_as_it_should_be() {
    let clients = find(Format::Pem, &homes());
    // What the machine that builds this has; elsewhere fewer will do.
    for name in common::READ_PEM.into_iter().chain(["go", "mono", "java"]) {
        if !clients.iter().any(|client| client.name == name) {
            common::missing(name);
        }
    }
    let bundle = another_root().cert.pem();
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &concatenate, &clients, &|_| {}).unwrap();
    assert_eq!(rows.len(), clients.len());
    for row in rows {
        assert_eq!(row.proof.verdict, Verdict::Pass, "{row:?}");
    }
}

#[test]
fn a_repair_that_repairs_nothing_fails_and_a_bundle_that_vouches_for_everything_is_not_proven() {
    let clients = some(&["curl", "openssl", "wget"]);
    let bundle = another_root().cert.pem();
    let forgets = |path: &Path, bytes: &[u8], roots: &[&Root]| match roots {
        [root] if root.id.ends_with("new") => Ok(bytes.to_vec()),
        roots => concatenate(path, bytes, roots),
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &forgets, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::Fail), "{rows:?}");
    // Whoever adds the new stand-in where the old one was asked for has no control that fails.
    let both = |path: &Path, bytes: &[u8], _: &[&Root]| {
        concatenate(path, bytes, &[&stand_ins().old.root, &stand_ins().new.root])
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &both, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::NotProven), "{rows:?}");
    let rogue = |path: &Path, bytes: &[u8], roots: &[&Root]| {
        concatenate(path, &concatenate(path, bytes, roots)?, &[&stand_ins().rogue.root])
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &rogue, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::NotProven), "{rows:?}");
}

#[test]
fn clients_that_read_a_broken_bundle_differently_are_told_apart() {
    // OpenSSL loads nothing of a file with one block that is damaged; PHP's streams and Go pass over it.
    let bundle = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let clients = some(&["curl", "openssl", "php stream"]);
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &concatenate, &clients, &|_| {}).unwrap();
    for (name, verdict) in verdicts(&rows) {
        assert_eq!(verdict, if name == "php stream" { Verdict::Pass } else { Verdict::Fail }, "{name}");
    }
}

#[test]
fn every_java_judges_key_stores_as_they_are() {
    let keytool = common::jdk(17).map(|home| home.join("bin/keytool"));
    let homes: Vec<PathBuf> = [11, 25].into_iter().filter_map(common::jdk).collect();
    let Some(keytool) = keytool else { return };
    for (format, name) in [(Format::Jks, "JKS"), (Format::Jceks, "JCEKS"), (Format::Pkcs12, "PKCS12")] {
        let directory = tempfile::tempdir().unwrap();
        let import = |store: &Path, alias: &str, der: &[u8]| {
            let file = directory.path().join("certificate");
            fs::write(&file, der).unwrap();
            let mut command = Command::new(&keytool);
            command.args(["-importcert", "-noprompt", "-storetype", name, "-storepass", "a secret", "-alias", alias]);
            command.arg("-keystore").arg(store).arg("-file").arg(file).stderr(Stdio::null());
            assert!(command.status().unwrap().success());
        };
        let store = directory.path().join("store");
        import(&store, "other", another_root().cert.der());
        let append = |_: &Path, bytes: &[u8], roots: &[&Root]| {
            let copy = directory.path().join("copy");
            fs::write(&copy, bytes).unwrap();
            roots.iter().for_each(|root| import(&copy, &root.alias, root.certificate.der()));
            Ok(fs::read(copy).unwrap())
        };
        let (bytes, password) = (fs::read(&store).unwrap(), Password::text("a secret"));
        let subject = Subject { path: &store, bytes: &bytes, format, holds: HOLDS_OLD, password: Some(&password) };
        let clients = find(format, &homes);
        assert!(clients.iter().all(|client| client.name == "java") && clients.len() == homes.len());
        for row in prove(&subject, stand_ins(), &append, &clients, &|_| {}).unwrap() {
            assert_eq!(row.proof.verdict, Verdict::Pass, "{name}: {row:?}");
        }
    }
}
