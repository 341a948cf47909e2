//! JKS, JCEKS and PKCS#12: thirty files by the Java of three releases.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rootfix::certificate::{Certificate, Fingerprint};
use rootfix::password::{Password, Passwords};
use rootfix::prove::clients::{Client, find, handshakes};
use rootfix::store::{Format, StoreFormat, jks, pkcs12};
use sha1::{Digest as _, Sha1};

use crate::common::java::{Java, NOW_MS, format_of};
use crate::roots::Roots;
use crate::variants::block;
use crate::{Matrix, accepts, common, for_each, roots};

struct KeyStore {
    name: &'static str,
    bytes: Vec<u8>,
    /// What a program gives to open it.
    password: Password,
}

/// Makes them in a directory that holds the roots' certificates and keys as DER and PEM.
struct Maker<'r> {
    roots: &'r Roots,
    directory: tempfile::TempDir,
    made: Vec<KeyStore>,
}

impl Maker<'_> {
    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().expect("an ASCII path").to_owned()
    }

    fn der(&self, place: usize) -> &[u8] {
        &self.roots.roots[place].der
    }

    fn certificates(&self) -> [Certificate; 3] {
        [0, 1, 2].map(|place| Certificate::from_der(self.der(place)).expect("a certificate"))
    }

    fn add(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.made.push(KeyStore { name, bytes, password: Password::text("changeit") });
    }

    fn by_java(&mut self, name: &'static str, java: &Java, store_type: &str, items: &[&str]) {
        let file = self.path("made");
        let items: Vec<String> = items
            .iter()
            .map(
                |item| {
                    if item.ends_with(".der") || item.ends_with(".key") { self.path(item) } else { item.to_string() }
                },
            )
            .collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        java.run(&[&["make", store_type, &file], &items[..]].concat(), Some("changeit"));
        self.add(name, fs::read(file).expect("Java writes the file"));
    }

    fn by_openssl(&mut self, name: &'static str, password: &str, arguments: &[&str]) {
        let Some(openssl) = common::program("openssl") else { return };
        let mut command = Command::new(openssl);
        command.args(["pkcs12", "-export", "-out", "made.p12", "-passout", &format!("pass:{password}")]);
        command.args(arguments).current_dir(&self.directory).stderr(Stdio::null());
        assert!(command.status().expect("openssl runs").success(), "openssl makes {name}");
        let bytes = fs::read(self.path("made.p12")).expect("openssl writes the file");
        self.made.push(KeyStore { name, bytes, password: Password::text(password) });
    }
}

/// A JKS, entry by entry: alias and certificate.
fn a_jks(version: u32, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = [0xfeed_feed, version, entries.len() as u32].map(u32::to_be_bytes).concat();
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u16).to_be_bytes());
        bytes.extend(text.as_bytes());
    };
    for (alias, der) in entries {
        bytes.extend(2_u32.to_be_bytes());
        text(&mut bytes, alias);
        bytes.extend(NOW_MS.to_be_bytes());
        if version == 2 {
            text(&mut bytes, "X.509");
        }
        bytes.extend((der.len() as u32).to_be_bytes());
        bytes.extend(*der);
    }
    let password: Vec<u8> = "changeit".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let digest = Sha1::new().chain_update(password).chain_update("Mighty Aphrodite").chain_update(&bytes).finalize();
    [bytes, digest.to_vec()].concat()
}

fn changed(bytes: &[u8], from_end: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    bytes
}

fn key_stores(roots: &Roots) -> Vec<KeyStore> {
    let mut maker = Maker { roots, directory: tempfile::tempdir().expect("a directory"), made: Vec::new() };
    for root in &roots.roots {
        let name = root.letter.to_ascii_lowercase();
        fs::write(maker.path(&format!("{name}.der")), &root.der).expect("a file is written");
        fs::write(maker.path(&format!("{name}.key")), &root.key).expect("a file is written");
        fs::write(maker.path(&format!("{name}.pem")), block("CERTIFICATE", &root.der, 64, "\n")).expect("written");
        fs::write(maker.path(&format!("{name}.key.pem")), block("PRIVATE KEY", &root.key, 64, "\n")).expect("written");
    }
    let all = ["cert", "a", "a.der", "cert", "b", "b.der", "cert", "c", "c.der"];
    let key_of_b = ["cert", "a", "a.der", "key", "b", "b.key", "b.der", "end", "cert", "c", "c.der"];
    let chain = ["key", "a", "a.key", "a.der", "b.der", "end", "cert", "c", "c.der"];
    let secret = [&all[..], &["secret", "s", "0123456789abcdef"]].concat();
    if let Some(java) = Java::of_release(17) {
        maker.by_java("jks", &java, "JKS", &all);
        maker.by_java("jks, B as a key", &java, "JKS", &key_of_b);
        maker.by_java("jks, B behind a key", &java, "JKS", &chain);
        maker.by_java("jceks", &java, "JCEKS", &all);
        maker.by_java("jceks with a secret key", &java, "JCEKS", &secret);
        maker.by_java("p12 of Java 17", &java, "PKCS12", &all);
        maker.by_java("p12, B as a key", &java, "PKCS12", &key_of_b);
        maker.by_java("p12 with a secret key", &java, "PKCS12", &secret);
    }
    if let Some(java) = Java::of_release(11) {
        maker.by_java("p12 of Java 11", &java, "PKCS12", &all);
    }
    let [a, b, c] = [0, 1, 2].map(|place| roots.roots[place].der.as_slice());
    let jks = a_jks(2, &[("a", a), ("b", b), ("c", c)]);
    maker.add("jks by hand", jks.clone());
    maker.add("jks of version 1", a_jks(1, &[("a", a), ("b", b), ("c", c)]));
    maker.add("jks without entries", a_jks(2, &[]));
    maker.add("jks, two under one alias", a_jks(2, &[("a", a), ("same", b), ("same", c)]));
    maker.add("jks, an alias in capitals", a_jks(2, &[("a", a), ("B", b), ("c", c)]));
    maker.add("jks, aliases that differ in case", a_jks(2, &[("a", a), ("B", b), ("b", c)]));
    maker.add("jks, B is no certificate", a_jks(2, &[("a", a), ("b", b"nothing"), ("c", c)]));
    maker.add("jks, wrong digest", changed(&jks, 1));
    maker.add("jks, B's alias changed", changed(&jks, 20 + c.len() + 4 + 7 + 8 + 1));
    maker.add("jks, cut", jks[..jks.len() - 100].to_vec());
    maker.add("jks, more behind it", [&jks[..], b"more"].concat());
    let [one, two, three] = maker.certificates();
    let entries = [("a", &one), ("b", &two), ("c", &three)];
    maker.add("jks by rootfix", jks::create(entries, "changeit", NOW_MS).expect("a JKS"));
    let named = entries.map(|(name, certificate)| (certificate.clone(), name.to_owned()));
    let p12 = pkcs12::create(&named, &Password::text("changeit")).expect("a PKCS#12");
    maker.add("p12 by rootfix", p12.clone());
    maker.add("p12, wrong MAC", changed(&p12, 60));
    maker.add("p12, cut", p12[..p12.len() - 100].to_vec());
    maker.add("p12, more behind it", [&p12[..], b"more"].concat());
    let without = pkcs12::create(&named, &Password::None).expect("a PKCS#12");
    maker.made.push(KeyStore { name: "p12 without MAC", bytes: without.clone(), password: Password::None });
    maker.add("p12 without MAC, a password given", without);
    maker.by_openssl("p12 of openssl, not trusted", "changeit", &["-nokeys", "-in", "b.pem", "-certfile", "c.pem"]);
    maker.by_openssl("p12 of openssl, B as a key", "changeit", &["-in", "b.pem", "-inkey", "b.key.pem"]);
    maker.by_openssl("p12 of openssl, empty password", "", &["-in", "b.pem", "-inkey", "b.key.pem"]);
    let legacy = ["-legacy", "-in", "b.pem", "-inkey", "b.key.pem", "-certfile", "c.pem"];
    maker.by_openssl("p12 of openssl, legacy", "changeit", &legacy);
    maker.by_openssl("p12 of openssl, no MAC", "changeit", &["-nomac", "-in", "b.pem", "-inkey", "b.key.pem"]);
    maker.made
}

/// What is predicted.
struct Predicted {
    format: Format,
    /// Whom Java trusts by this store: nobody by one that rootfix cannot read.
    trusted: Vec<Fingerprint>,
    /// What opens it: none where no known password fits its integrity value, which Java then does not look at either.
    password: Password,
}

fn predicted(store: &KeyStore) -> Predicted {
    let format: &dyn StoreFormat = format_of(&store.bytes);
    match format.decode(&store.bytes, &Passwords::default()) {
        Ok(decoded) => Predicted {
            format: decoded.format,
            trusted: decoded.views[0].trusted.clone(),
            password: decoded.password.unwrap_or(Password::None),
        },
        Err(_) => Predicted {
            format: if store.bytes.starts_with(b"\xfe\xed") { Format::Jks } else { Format::Pkcs12 },
            trusted: Vec::new(),
            password: store.password.clone(),
        },
    }
}

/// The oldest, the usual and the newest.
const JAVAS: [u32; 3] = [11, 17, 25];

#[test]
fn every_java_does_with_key_stores_what_is_predicted() {
    let javas: Vec<(String, Client)> = JAVAS
        .into_iter()
        .filter_map(|release| {
            let home = common::jdk(release)?;
            let client = find(Format::Jks, &[home]).pop().expect("a Java that runs");
            Some((format!("java {release}"), client))
        })
        .collect();
    let roots = roots::make();
    let stores = key_stores(&roots);
    assert!(stores.len() >= 30 || javas.len() < JAVAS.len(), "only {} key stores", stores.len());
    let matrix = Matrix::default();
    for_each(&roots, &stores, |store, servers| {
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("store");
        fs::write(&bundle, &store.bytes).unwrap();
        let Predicted { format, trusted, password } = predicted(store);
        for (name, client) in &javas {
            let questions: Vec<(&Path, _)> = servers.iter().map(|server| (&*bundle, server)).collect();
            let own = directory.path().join(name);
            fs::create_dir(&own).unwrap();
            let answers = handshakes(client, format, Some(&password), &questions, &own).unwrap();
            for (place, answer) in answers.iter().enumerate() {
                let root = &roots.roots[place + 1];
                let expected = trusted.contains(&Fingerprint::of(&root.der));
                matrix.compare(store.name, name, root, expected, accepts(answer));
            }
        }
    });
    matrix.hold("key stores");
}
