//! Every Java against every Java key store: who could read a store before an addition reads the same after it, and
//! the new root besides; and a real handshake says so too. Slow: some hundred Javas are started.
#![cfg(unix)]
mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::java::{Java, Made, Makings, NOW_MS, append, decode, made};
use rootfix::keytool::{self, KeytoolFailed};
use rootfix::password::{Password, Passwords};
use rootfix::proof::Verdict;
use rootfix::store::{AppendOptions, jks, pkcs12};

/// Longer than the program itself waits: the tests of other files run at the same time.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The four JDKs, with Bouncy Castle.
fn javas() -> Vec<(u32, Java)> {
    let java = |(release, _)| Some((release, Java::of_release(release)?.with_bouncy_castle()?));
    common::JDKS.into_iter().filter_map(java).collect()
}

#[test]
fn every_java_sees_every_old_entry_unchanged_and_the_new_one() {
    let javas = javas();
    let makings = Makings::new();
    let fingerprint = makings.new.root.certificate.fingerprint();
    let mut fixtures = Vec::new();
    for (release, java) in &javas {
        for store_type in ["JKS", "JCEKS", "BKS", "BKS-V1"] {
            let name = format!("{store_type} by JDK {release}");
            fixtures.push((name, store_type, makings.mixed(java, store_type, "changeit")));
        }
        let cacerts = fs::read(common::jdk(*release).unwrap().join("lib/security/cacerts")).unwrap();
        if cacerts.starts_with(b"\xfe\xed\xfe\xed") {
            fixtures.push((format!("cacerts of JDK {release}"), "JKS", cacerts));
        }
    }

    println!("{:24} {:>7} | read by JDK (keytool)", "store", "entries");
    for (name, store_type, before) in &fixtures {
        let after = append(before, &Passwords::default(), &makings.new.root);
        let store = decode(&after, &Passwords::default());
        let mut row = String::new();
        let mut entries = 0;
        for (release, java) in &javas {
            let mut expected = java.list(store_type, before, Some("changeit"));
            expected.push(format!("newrootg2 trusted {NOW_MS} {fingerprint}"));
            expected.sort();
            entries = expected.len();
            assert_eq!(java.list(store_type, &after, Some("changeit")), expected, "{name}, read by JDK {release}");
            row += &format!(" {release} ok");
            if *store_type == "JKS" || *store_type == "JCEKS" {
                let keytool = common::jdk(*release).unwrap().join("bin/keytool");
                let verdict = keytool::lists_as_trusted(&after, &store, fingerprint, &keytool, TIMEOUT);
                assert_eq!(verdict, Verdict::Pass, "{name}, keytool of JDK {release}");
                row += " (ok)";
            }
        }
        println!("{name:24} {entries:>7} |{row}");
    }
}

#[test]
fn the_keytool_of_every_java_adds_and_the_native_reader_finds_nothing_missing() {
    let javas = javas();
    let makings = Makings::new();
    for (release, java) in &javas {
        let keytool = common::jdk(*release).unwrap().join("bin/keytool");
        for store_type in ["JKS", "JCEKS"] {
            let before = makings.mixed(java, store_type, "changeit");
            let store = decode(&before, &Passwords::default());
            let options = AppendOptions::default();
            let after = keytool::append(&before, &store, &[&makings.new.root], &options, &keytool, TIMEOUT);
            let after = after.unwrap_or_else(|failed| panic!("{store_type}, keytool of JDK {release}: {failed:?}"));
            for (reader, java) in &javas {
                let (old, new) =
                    (java.list(store_type, &before, Some("changeit")), java.list(store_type, &after, Some("changeit")));
                assert!(
                    old.iter().all(|line| new.contains(line)) && new.len() == old.len() + 1,
                    "JDK {release}, {reader}"
                );
            }
        }
    }
}

/// A TLS server on loopback for `localhost`, with a chain to this root; it serves until the tests end.
fn serve(root: &Made) -> u16 {
    use rustls::pki_types::PrivateKeyDer;
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &root.issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key).unwrap());
    let listener = std::net::TcpListener::bind("localhost:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, config) = (stream.unwrap(), config.clone());
            std::thread::spawn(move || {
                let mut connection = rustls::ServerConnection::new(config).unwrap();
                while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
                // What is left, up to the client's farewell.
                let _ = connection.complete_io(&mut stream);
            });
        }
    });
    port
}

/// What a Java says that trusts by these bytes.
fn connect(java: &Java, port: u16, file: &Path, store_type: Option<&str>, bytes: &[u8]) -> String {
    fs::write(file, bytes).unwrap();
    let mut options = vec![format!("-Djavax.net.ssl.trustStore={}", file.display())];
    options.push("-Djavax.net.ssl.trustStorePassword=changeit".to_owned());
    options.extend(store_type.map(|store_type| format!("-Djavax.net.ssl.trustStoreType={store_type}")));
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let done = java.command(&options).args(["connect", &port.to_string()]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn java_connects_to_a_server_under_the_new_root_after_the_addition_and_not_before() {
    let makings = Makings::new();
    let port = serve(&makings.new);
    let javas = javas();
    for (release, java) in &javas {
        // A JKS is also found out where the type is not said, since Java 8 (`keystore.type.compat`).
        let mut types = vec![("JKS", None), ("PKCS12", None)];
        if *release == 17 {
            types.extend([("JKS", Some("JKS")), ("JCEKS", Some("JCEKS")), ("BKS", Some("BKS"))]);
        }
        for (made_as, told) in types {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("trust");
            let before = makings.trust_store(java, made_as, "changeit");
            let after = append(&before, &Passwords::default(), &makings.new.root);
            let asked = |bytes: &[u8]| connect(java, port, &file, told, bytes);
            assert!(asked(&before).starts_with("refused: "), "JDK {release} {made_as}");
            assert_eq!(asked(&after), "connected\n", "JDK {release} {made_as}");
            assert!(asked(&before).starts_with("refused: "), "JDK {release} {made_as}, put back");
        }
    }
    let Some((_, java)) = javas.first() else { return };
    let dir = tempfile::tempdir().unwrap();
    let new = jks::create([("new", &makings.new.root.certificate)], "changeit", NOW_MS).unwrap();
    assert_eq!(connect(java, port, &dir.path().join("new.jks"), None, &new), "connected\n");
    let new = (makings.new.root.certificate.clone(), "new".to_owned());
    let new = pkcs12::create(&[new], &Password::text("changeit")).unwrap();
    assert_eq!(connect(java, port, &dir.path().join("new.p12"), None, &new), "connected\n");
}

#[test]
fn a_real_keytool_killed_at_its_first_write_leaves_nothing_and_the_store_is_whole() {
    let (Some(strace), Some(home)) = (common::program("strace"), common::jdk(17)) else { return };
    let dir = tempfile::tempdir().unwrap();
    let (script, log) = (dir.path().join("keytool"), dir.path().join("log"));
    let text = format!(
        "#!/bin/sh\nfor word; do [ \"$previous\" = -keystore ] && STORE=$word; previous=$word; done\n\
         '{}' -f -o '{}' -P \"$STORE\" -e trace=write,pwrite64 -e inject=write,pwrite64:signal=KILL '{}/bin/keytool' \"$@\"\n\
         stat -c %s \"$STORE\" > '{}'\n",
        strace.display(),
        dir.path().join("strace").display(),
        home.display(),
        log.display(),
    );
    common::java::script(&script, &text);

    let old = made("Old Root").root;
    let bytes = jks::create([("old", &old.certificate)], "changeit", 0).unwrap();
    let store = decode(&bytes, &Passwords::default());
    let new = made("New Root").root;
    let failed = keytool::append(&bytes, &store, &[&new], &AppendOptions::default(), &script, TIMEOUT);
    let left = fs::read_to_string(log).unwrap();
    println!("keytool was killed at its first write and left {} bytes of {}", left.trim(), bytes.len());
    assert_eq!(failed, Err(KeytoolFailed::Unreadable));
    assert_ne!(left.trim(), bytes.len().to_string(), "it was not killed in time, so this shows nothing");
}
