//! What each fuzz target begins with, made by code.

use std::path::Path;

use rootfix::apply::{Added, Receipt};
use rootfix::certificate::{Certificate, Fingerprint};
use rootfix::password::Password;
use rootfix::rollover::Catalogue;
use rootfix::store::{Format, create, jks};

type Seeds = fn() -> Vec<Vec<u8>>;

pub const ALL: [(&str, Seeds); 7] = [
    ("pem", pem),
    ("java", java),
    ("pkcs12", pkcs12),
    ("rules", rules),
    ("saved_chain", pem),
    ("receipt", receipt),
    ("openssl", pem),
];

fn certificate(id: &str) -> Certificate {
    Catalogue::load().expect("the catalogue is whole").root(id).expect("an embedded root").certificate.clone()
}

fn old() -> Certificate {
    certificate("digicert-global-root-ca")
}

/// The smallest of the embedded roots: a fuzzer gets further with short texts.
fn small() -> Certificate {
    certificate("digicert-global-root-g3")
}

fn block(certificate: &Certificate) -> String {
    let made = create::create(Format::Pem, &[(String::new(), certificate.clone())], &Password::None, 0);
    let text = String::from_utf8(made.expect("PEM can be made")).expect("PEM is ASCII");
    text[text.find("-----BEGIN").expect("a block begins")..].to_owned()
}

/// A file in each of the ways in which people write, wrap and spoil it.
fn pem() -> Vec<Vec<u8>> {
    let (one, two) = (block(&small()), block(&old()));
    let relabelled = |label: &str| one.replace("CERTIFICATE", label);
    let cut = &one[..one.len() / 2];
    let headers = one.replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\n", 1);
    let mut seeds: Vec<Vec<u8>> = vec![
        one.clone().into(),
        format!("{one}{two}").into(),
        one.trim_end().into(),
        format!("{}{two}", one.trim_end()).into(),
        one.replace('\n', "\r\n").into(),
        one.replace('\n', "\r").into(),
        format!("\u{feff}{one}").into(),
        format!("    {one}").into(),
        one.replace('\n', " \n").into(),
        format!("# title\n{one}# another\n{one}").into(),
        format!("#{one}").into(),
        format!("{one}\0{one}").into(),
        format!("{one}\u{1a}").into(),
        format!("{cut}\n{one}").into(),
        cut.into(),
        relabelled("TRUSTED CERTIFICATE").into(),
        relabelled("X509 CERTIFICATE").into(),
        relabelled("X509 CRL").into(),
        relabelled("PRIVATE KEY").into(),
        headers.into(),
        one.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        format!("Certificate:\n    Data:\n{one}").into(),
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_vec(),
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".to_vec(),
        b"<html><body>404</body></html>\n".to_vec(),
    ];
    seeds.push(Vec::new());
    seeds
}

fn java() -> Vec<Vec<u8>> {
    let (old, small) = (old(), small());
    let make = |certificates: &[(&str, &Certificate)]| {
        jks::create(certificates.iter().copied(), "changeit", 0).expect("a JKS can be made")
    };
    let stores = [make(&[]), make(&[("small", &small)]), make(&[("small", &small), ("old [jdk]", &old)])];
    let mut seeds = Vec::new();
    for store in &stores {
        let mut jceks = store.clone();
        jceks[..4].copy_from_slice(&[0xce; 4]);
        seeds.extend([store.clone(), jceks]);
    }
    // A private key with its chain, and a secret key as JCEKS seals it.
    let der = small.der();
    let block = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let text = |text: &str| [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat();
    let of_type = [text("X.509"), block(der)].concat();
    let key = [text("key"), vec![0; 8], block(&[0x30, 2, 5, 0]), vec![0, 0, 0, 1], of_type.clone()].concat();
    let sealed =
        [&[0xac, 0xed, 0, 5, b's', b'r'][..], &text("javax.crypto.SealedObject"), &[0; 8], &[2, 0, 0, b'x', b'p']];
    let secret = [text("secret"), vec![0; 8], sealed.concat()].concat();
    let entry = |tag: u32, body: &[u8]| [&tag.to_be_bytes()[..], body].concat();
    for (magic, entries) in [
        (0xfeed_feed_u32, vec![entry(1, &key)]),
        (0xcece_cece, vec![entry(1, &key), entry(3, &secret)]),
        (0xcece_cece, vec![entry(3, &secret)]),
    ] {
        let head = [magic, 2, entries.len() as u32].map(u32::to_be_bytes).concat();
        seeds.push([head, entries.concat(), vec![0; 20]].concat());
    }
    // BKS: version, salt, iterations, entries each led by its kind, an end mark, and an integrity value.
    let chainless = [0; 4];
    let trusted = [&[1][..], &text("small"), &[0; 8], &chainless, &of_type].concat();
    let own =
        [&[2][..], &text("key"), &[0; 8], &[0, 0, 0, 1], &of_type, &[0], &text("PKCS#8"), &text("RSA"), &block(&[1])]
            .concat();
    let sealed = [&[4][..], &text("sealed"), &[0; 8], &chainless, &block(&[7; 40])].concat();
    for version in [1_u32, 2] {
        for entries in [&trusted[..], &[&trusted[..], &own, &sealed].concat()] {
            seeds.push(
                [&version.to_be_bytes()[..], &block(&[9; 20]), &1024_u32.to_be_bytes(), entries, &[0], &[0; 20]]
                    .concat(),
            );
        }
    }
    seeds
}

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("small contents").to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

/// A PFX without encryption and without a MAC (RFC 7292): every layer lies open to the fuzzer.
fn open_pfx(bags: &[u8], indefinite: bool) -> Vec<u8> {
    let data = tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]);
    let info = |octets: &[u8]| tlv(0x30, &[&data[..], &tlv(0xa0, &tlv(4, octets))].concat());
    let safe = tlv(0x30, &info(&tlv(0x30, bags)));
    let body = [&[2, 1, 3][..], &info(&safe)].concat();
    if indefinite { [&[0x30, 0x80][..], &body, &[0, 0]].concat() } else { tlv(0x30, &body) }
}

fn certificate_bag(certificate: &Certificate, attributes: &[u8]) -> Vec<u8> {
    let x509 = tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1]);
    let value = tlv(0x30, &[&x509[..], &tlv(0xa0, &tlv(4, certificate.der()))].concat());
    let kind = tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3]);
    tlv(0x30, &[&kind[..], &tlv(0xa0, &value), attributes].concat())
}

fn pkcs12() -> Vec<Vec<u8>> {
    let (small, old) = (small(), old());
    let text = [0x30, 0x11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 20, 0x31, 4, 0x1e, 2, 0, b'a'];
    let usage = [0x60, 0x86, 0x48, 1, 0x86, 0xf9, 0x66, 0xad, 0xca, 0x7b, 1, 1];
    let marked = tlv(0x30, &[&tlv(6, &usage)[..], &tlv(0x31, &[6, 4, 0x55, 0x1d, 0x25, 0])].concat());
    let attributes = tlv(0x31, &[&text[..], &marked].concat());
    let bags = [certificate_bag(&small, &attributes), certificate_bag(&old, &[])];
    let made = |password| {
        create::create(Format::Pkcs12, &[("small".to_owned(), small.clone())], &password, 0).expect("one can be made")
    };
    vec![
        open_pfx(&bags[0], false),
        open_pfx(&bags[1], false),
        open_pfx(&bags.concat(), false),
        open_pfx(&bags.concat(), true),
        open_pfx(&[], false),
        made(Password::text("changeit")),
        made(Password::None),
    ]
}

/// Every example of every rule file, behind its name.
fn rules() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if folder.ends_with("tests/fuzz") { folder.join("../..") } else { folder.to_owned() };
    let mut files: Vec<_> = (std::fs::read_dir(folder.join("src/locate/rules")).expect("the rules are here"))
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let rules: toml::Table = std::fs::read_to_string(file).expect("a rule file").parse().expect("it is TOML");
        let examples = rules.get("example").and_then(toml::Value::as_array).expect("every rule has examples");
        for example in examples {
            let field = |name: &str| example[name].as_str().expect("a text");
            let text: Vec<&str> = field("text").lines().map(|line| line.get(2..).unwrap_or("")).collect();
            seeds.push(format!("{}\n{}\n", field("path"), text.join("\n")).into_bytes());
        }
    }
    seeds
}

fn receipt() -> Vec<Vec<u8>> {
    let (before, after) = (Fingerprint::of(b"before"), Fingerprint::of(b"after"));
    let added = Added { name: "A Root".to_owned(), sha256: after };
    let whole = Receipt {
        path: "/etc/pay/rootca.pem".into(),
        sha256_before: Some(before),
        sha256_after: after,
        backup: Some("/etc/pay/rootca.pem.rootfix-20241101T083000Z.bak".into()),
        receipt: None,
        added: vec![added],
        time: time::OffsetDateTime::UNIX_EPOCH,
        version: "0.1.0".to_owned(),
        in_place: false,
    };
    let bare = Receipt {
        sha256_before: None,
        backup: None,
        added: Vec::new(),
        in_place: true,
        path: "证书".into(),
        ..whole.clone()
    };
    let deep = [&b"[".repeat(500)[..], &b"]".repeat(500)].concat();
    vec![whole.to_json().into_bytes(), bare.to_json().into_bytes(), b"{}".to_vec(), deep]
}
