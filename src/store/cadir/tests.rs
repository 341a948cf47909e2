use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};

use super::*;
use crate::finding::Trouble;
use crate::prefix::Prefix;

fn openssl(arguments: &[&str]) -> Option<Output> {
    match Command::new("openssl").args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if std::env::var_os("CI").is_some() => panic!("openssl: {error}"),
        Err(error) => {
            eprintln!("SKIPPED: openssl: {error}");
            None
        }
    }
}

fn root_with(subject: DistinguishedName, id: &str) -> Root {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.use_authority_key_identifier_extension = true;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    stand_in(id, Certificate::from_der(&der).unwrap())
}

fn stand_in(id: &str, certificate: Certificate) -> Root {
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

fn root(name: &str) -> Root {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "Stand-in");
    subject.push(DnType::CommonName, name);
    root_with(subject, name)
}

fn read(directory: &Path) -> Result<Vec<Named>, Trouble> {
    crate::locate::cadir::read(directory, &Prefix::default())
}

/// What the plan says, done.
fn make(directory: &Path, additions: &[Addition]) {
    for addition in additions {
        match addition {
            Addition::File { name, bytes } => fs::write(directory.join(name), bytes).unwrap(),
            Addition::Link { name, target } => std::os::unix::fs::symlink(target, directory.join(name)).unwrap(),
        }
    }
}

fn add(directory: &Path, roots: &[&Root]) -> Vec<Addition> {
    let additions = append(&read(directory).unwrap(), roots).unwrap();
    make(directory, &additions);
    additions
}

/// `openssl verify` with this directory alone.
fn openssl_trusts(directory: &Path, root: &Root) -> Option<bool> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), pem_file(root)).unwrap();
    let [directory, file] = [directory, file.path()].map(|path| path.to_str().unwrap());
    openssl(&["verify", "-no-CAfile", "-no-CAstore", "-CApath", directory, file]).map(|out| out.status.success())
}

fn links(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = read(directory).unwrap().into_iter().filter(|named| HashName::parse(&named.name).is_some());
    names.map(|named| (named.name, named.bytes.unwrap_or_default())).collect()
}

#[test]
fn the_hash_is_that_of_openssl_for_every_certificate_of_debian() {
    let Ok(packaged) = fs::read_dir("/usr/share/ca-certificates/mozilla") else {
        assert!(std::env::var_os("CI").is_none(), "no Debian ca-certificates");
        return eprintln!("SKIPPED: no Debian ca-certificates");
    };
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut roots = Vec::new();
    for (number, file) in packaged.enumerate() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        fs::write(theirs.path().join(format!("{number}.pem")), &bytes).unwrap();
        let certificate = certificates_in(&Named { name: String::new(), bytes: Some(bytes) }).remove(0);
        roots.push(stand_in(&number.to_string(), certificate));
    }
    assert!(roots.len() > 100);
    let Some(rehash) = openssl(&["rehash", theirs.path().to_str().unwrap()]) else { return };
    assert!(rehash.status.success());
    add(ours.path(), &roots.iter().collect::<Vec<_>>());
    assert_eq!(
        links(ours.path()).keys().collect::<Vec<_>>(),
        links(theirs.path()).keys().collect::<Vec<_>>(),
        "the same links, collisions included"
    );
    let store = decode(&read(theirs.path()).unwrap());
    assert_eq!(store.views[0].trusted.len(), roots.len());
    assert!(store.findings.is_empty());
}

#[test]
fn the_hash_is_that_of_openssl_for_every_kind_of_text() {
    let values = [
        DnValue::Utf8String("  Wide   SPACES\tund  ÄÖÜ  证书 ".to_owned()),
        DnValue::PrintableString("PRINTABLE  Name".try_into().unwrap()),
        DnValue::Ia5String("Mail@EXAMPLE.org".try_into().unwrap()),
        DnValue::TeletexString("Teletex  NAME".try_into().unwrap()),
        DnValue::BmpString("Bmp  ÄÖ 证".try_into().unwrap()),
        DnValue::UniversalString("Universal  ÄÖ 证".try_into().unwrap()),
        DnValue::Utf8String(String::new()),
        DnValue::Utf8String("long ".repeat(60)),
    ];
    for value in values {
        let mut subject = DistinguishedName::new();
        subject.push(DnType::CountryName, "CN");
        subject.push(DnType::OrganizationName, value.clone());
        let root = root_with(subject, "kinds");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), pem_file(&root)).unwrap();
        let Some(out) = openssl(&["x509", "-noout", "-subject_hash", "-in", file.path().to_str().unwrap()]) else {
            return;
        };
        let hash = subject_hash_of(&root.certificate).unwrap();
        assert_eq!(format!("{hash:08x}"), String::from_utf8(out.stdout).unwrap().trim(), "{value:?}");
    }
}

#[test]
fn a_name_of_several_parts_in_one_set_hashes_like_openssl() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("multi.pem");
    let subject = "/O=Zeta+CN=Alpha Root+OU=Mitte/emailAddress=A@B.example";
    let key = directory.path().join("key");
    let Some(made) = openssl(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-multivalue-rdn",
        "-subj",
        subject,
        "-keyout",
        key.to_str().unwrap(),
        "-out",
        file.to_str().unwrap(),
    ]) else {
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    openssl(&["rehash", directory.path().to_str().unwrap()]);
    let store = decode(&read(directory.path()).unwrap());
    assert_eq!((store.entries.len(), store.views[0].trusted.len()), (1, 1), "{:?}", store.findings);
}

#[test]
fn openssl_finds_an_added_root_and_did_not_before() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = ["old", "new"].map(root);
    add(directory.path(), &[&old]);
    let Some(before) = openssl_trusts(directory.path(), &new) else { return };
    assert!(!before, "the control: an unlinked root is not trusted");
    let additions = add(directory.path(), &[&new]);
    assert_eq!(additions.len(), 2);
    assert_eq!(openssl_trusts(directory.path(), &old), Some(true));
    assert_eq!(openssl_trusts(directory.path(), &new), Some(true));
    assert!(add(directory.path(), &[&new, &old]).is_empty(), "twice is once");
}

#[test]
fn openssl_rehash_keeps_what_was_added() {
    let directory = tempfile::tempdir().unwrap();
    let [one, twin] = ["same", "same"].map(root);
    assert_ne!(one.certificate, twin.certificate);
    add(directory.path(), &[&one]);
    let additions = add(directory.path(), &[&twin]);
    assert!(additions.iter().any(|a| matches!(a, Addition::Link { name, .. } if name.ends_with(".1"))), "a collision");
    let before = decode(&read(directory.path()).unwrap()).views.remove(0).trusted;
    let Some(out) = openssl(&["rehash", directory.path().to_str().unwrap()]) else { return };
    assert!(out.status.success());
    let after = decode(&read(directory.path()).unwrap()).views.remove(0).trusted;
    assert_eq!(before.iter().collect::<HashSet<_>>(), after.iter().collect());
    assert_eq!(after.len(), 2);
    assert_eq!(openssl_trusts(directory.path(), &twin), Some(true));
}

#[test]
fn a_certificate_that_was_only_copied_is_linked_and_not_written_again() {
    let directory = tempfile::tempdir().unwrap();
    let copied = root("copied");
    fs::write(directory.path().join("Copied Root.crt"), pem_file(&copied)).unwrap();
    let store = decode(&read(directory.path()).unwrap());
    assert_eq!(store.entries.len(), 1);
    assert_eq!(store.entries[0].trust, Trust::NotTrusted);
    assert_eq!(store.findings[0].code, Code::HashLinkMissing);
    let Some(trusted) = openssl_trusts(directory.path(), &copied) else { return };
    assert!(!trusted);
    let additions = add(directory.path(), &[&copied]);
    assert!(matches!(&additions[..], [Addition::Link { target, .. }] if target == Path::new("Copied Root.crt")));
    assert_eq!(openssl_trusts(directory.path(), &copied), Some(true));
}

#[test]
fn the_search_ends_at_the_first_missing_number() {
    let one = root("gap");
    let hash = subject_hash_of(&one.certificate).unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(format!("{hash:08x}.1")), pem_file(&one)).unwrap();
    let store = decode(&read(directory.path()).unwrap());
    assert_eq!(store.entries[0].trust, Trust::NotTrusted);
    let Some(trusted) = openssl_trusts(directory.path(), &one) else { return };
    assert!(!trusted);
    add(directory.path(), &[&one]);
    assert_eq!(openssl_trusts(directory.path(), &one), Some(true));
}

#[test]
fn a_link_with_the_hash_of_openssl_0_9_8_counts_for_nothing() {
    let one = root("md5");
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("0123abcd.0"), pem_file(&one)).unwrap();
    assert_eq!(decode(&read(directory.path()).unwrap()).entries[0].trust, Trust::NotTrusted);
    let Some(trusted) = openssl_trusts(directory.path(), &one) else { return };
    assert!(!trusted);
    add(directory.path(), &[&one]);
    let store = decode(&read(directory.path()).unwrap());
    assert_eq!(store.views[0].trusted.len(), 1);
    assert!(store.findings.is_empty(), "the old link hurts nobody");
}

#[test]
fn a_dangling_link_in_the_way_is_said_and_not_overwritten() {
    let one = root("dangling");
    let hash = subject_hash_of(&one.certificate).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join(format!("{hash:08x}.0"));
    std::os::unix::fs::symlink("gone.pem", &link).unwrap();
    let trouble = append(&read(directory.path()).unwrap(), &[&one]).unwrap_err();
    assert_eq!(trouble.code, Code::HashLinkBlocked);
    assert!(trouble.message.en.contains(&format!("{hash:08x}.0")));
}

#[test]
fn nothing_in_a_directory_makes_it_panic_or_wait() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in [("ffffffff.0", &b"\xff\x00"[..]), ("00000000.99999999999", b""), ("a.pem", b"-----BEGIN")] {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    fs::create_dir(directory.path().join("11111111.0")).unwrap();
    let pipe = directory.path().join("pipe.pem");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let files = read(directory.path()).unwrap();
    assert!(decode(&files).entries.is_empty());
    assert_eq!(append(&files, &[&root("any")]).unwrap().len(), 2);
    assert_eq!(read(&directory.path().join("missing")).unwrap_err().code, Code::DirectoryUnreadable);
    assert_eq!(subject_hash(b""), None);
    assert_eq!(subject_hash(b"\x30\x03\x31\x01\x00"), None);
}

#[test]
fn only_names_that_openssl_would_open_are_hash_names() {
    for name in ["607986c7.0", "00000000.12"] {
        assert!(HashName::parse(name).is_some(), "{name}");
    }
    for name in
        ["607986C7.0", "607986c7", "607986c7.", "607986c7.01", "607986c7.r0", "0607986c7.0", "607986c.0", "x.+1"]
    {
        assert!(HashName::parse(name).is_none(), "{name}");
    }
    assert!(is_revocation_list("607986c7.r0"));
    assert!(sniff(["readme", "607986c7.0"]) && !sniff(["readme", "a.pem"]));
}

proptest::proptest! {
    #[test]
    fn no_subject_makes_the_hashing_panic(bytes in proptest::collection::vec(0_u8.., 0..80), cut in 0_usize..90) {
        let _ = subject_hash(&bytes);
        let subject = root("proptest").certificate.facts().subject_der;
        let _ = subject_hash(&subject[..cut.min(subject.len())]);
        let mut changed = subject.clone();
        for (at, byte) in bytes.iter().enumerate() {
            let at = at * 7 % changed.len();
            changed[at] ^= byte;
        }
        let _ = subject_hash(&changed);
    }
}
