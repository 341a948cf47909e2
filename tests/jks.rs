//! JKS, JCEKS and BKS: an addition loses nothing, Java agrees with what is said of a store, and what cannot be
//! changed safely is refused.
mod common;

use std::sync::OnceLock;

use common::cli;
use common::java::{Java, Makings, NOW_MS, append, decode, format_of, made, signed, spoilt};
use rootfix::certificate::{Certificate, Fingerprint};
use rootfix::finding::Code;
use rootfix::password::{Password, Passwords};
use rootfix::store::{AppendOptions, Format, Nature, Store, Trust, jks};

const TYPES: [(&str, Format); 4] =
    [("JKS", Format::Jks), ("JCEKS", Format::Jceks), ("BKS", Format::Bks), ("BKS-V1", Format::Bks)];

/// One for all tests here; it ends with them, since nobody asks it any more. Each test says that it is missing.
fn java() -> Option<&'static Java> {
    static JAVA: OnceLock<Option<Java>> = OnceLock::new();
    let java = JAVA.get_or_init(|| Java::here()?.with_bouncy_castle()).as_ref();
    if java.is_none() {
        common::missing("Java with Bouncy Castle");
    }
    java
}

fn codes(store: &Store) -> Vec<Code> {
    store.findings.iter().map(|finding| finding.code).collect()
}

/// Where the integrity value of a store without anything behind it begins; in a BKS a byte stands before it that
/// ends the entries.
fn end_of_entries(bytes: &[u8], format: Format) -> usize {
    bytes.len() - 20 - usize::from(format == Format::Bks)
}

#[test]
fn an_addition_keeps_every_byte_of_every_entry_and_java_sees_the_new_one() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for (name, format) in TYPES {
        let before = makings.mixed(java, name, "changeit");
        let after = append(&before, &Passwords::default(), &makings.new.root);

        // The bytes: the old entries stand where they stood; only the count before them, in the JDK's own formats,
        // and the integrity value behind them differ.
        let (old_end, new_end) = (end_of_entries(&before, format), end_of_entries(&after, format));
        let count = if format == Format::Bks { 0..0 } else { 8..12 };
        assert_eq!(before[..count.start], after[..count.start], "{name}");
        assert_eq!(before[count.end..old_end], after[count.end..old_end], "{name}");
        assert!(after[old_end..new_end].ends_with(makings.new.root.certificate.der()), "{name}");

        // Java: every old line is there, with the same key, chain and time, and one more.
        let lines = java.list(name, &before, Some("changeit"));
        let mut expected = lines.clone();
        expected.push(format!("newrootg2 trusted {NOW_MS} {}", makings.new.root.certificate.fingerprint()));
        expected.sort();
        assert_eq!(java.list(name, &after, Some("changeit")), expected, "{name}");
        assert!(lines.iter().any(|line| line.starts_with("debian:old_root_a.pem trusted")), "{lines:?}");

        // Ourselves.
        let store = decode(&after, &Passwords::default());
        assert_eq!(store.format, format);
        assert_eq!(store.password, Some(Password::text("changeit")));
        let keys = if name == "JKS" { 1 } else { 2 };
        assert_eq!((store.entries.len(), store.others), (4, keys), "{name}");
        assert_eq!(store.nature, Nature::TrustStore);
        assert_eq!(store.findings, [], "{name}");
    }
}

/// A JKS of entries by hand: alias, and a certificate to trust (or, with `true`, a key with it as its chain).
fn by_hand(version: u32, entries: &[(&str, &Certificate, bool)]) -> Vec<u8> {
    let mut bytes =
        [0xfeed_feed_u32.to_be_bytes(), version.to_be_bytes(), (entries.len() as u32).to_be_bytes()].concat();
    for (alias, certificate, key) in entries {
        bytes.extend(if *key { 1u32 } else { 2 }.to_be_bytes());
        bytes.extend((alias.len() as u16).to_be_bytes());
        bytes.extend(alias.as_bytes());
        bytes.extend(NOW_MS.to_be_bytes());
        if *key {
            bytes.extend(4u32.to_be_bytes());
            bytes.extend(b"\x30\x02\x05\0");
            bytes.extend(1u32.to_be_bytes());
        }
        if version == 2 {
            bytes.extend(b"\0\x05X.509");
        }
        bytes.extend((certificate.der().len() as u32).to_be_bytes());
        bytes.extend(certificate.der());
    }
    signed(bytes, "changeit")
}

#[test]
fn what_is_said_to_be_trusted_is_what_java_trusts() {
    let Some(java) = java() else { return };
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| made(name).root.certificate);
    let cases = [
        ("plain", vec![("a", &a, false), ("b", &b, false)], 2),
        ("the same certificate twice", vec![("a", &a, false), ("a2", &a, false)], 1),
        ("a capital letter", vec![("a", &a, false), ("B", &b, false), ("根", &c, false)], 2),
        ("one alias twice", vec![("x", &a, false), ("b", &b, false), ("x", &c, false)], 2),
        ("aliases that differ in case alone", vec![("x", &a, false), ("X", &b, false)], 1),
        ("an alias taken by a key", vec![("x", &a, false), ("b", &b, false), ("x", &d, true)], 1),
        ("none", vec![], 0),
    ];
    for (what, entries, trusted) in cases {
        for version in [1, 2] {
            let bytes = by_hand(version, &entries);
            let store = decode(&bytes, &Passwords::default());
            let mut ours: Vec<_> = store.views[0].trusted.iter().map(Fingerprint::to_string).collect();
            ours.sort();
            let mut javas = java.trusted("JKS", &bytes, Some("changeit"));
            // JSSE also takes the certificate of a key for trusted, as itself.
            javas.retain(|fingerprint| *fingerprint != d.fingerprint().to_string());
            assert_eq!(ours, javas, "{what}");
            assert_eq!(ours.len(), trusted, "{what}");
            assert_eq!(store.entries.len(), entries.len(), "{what}: everything is shown");
            let odd = store.entries.iter().any(|entry| entry.trust == Trust::NotTrusted && entry.certificate != d);
            assert_eq!(codes(&store).contains(&Code::AliasUnreachable), odd, "{what}");

            // What was trusted stays so, and the new root joins it, whatever the aliases.
            let after = append(&bytes, &Passwords::default(), &Makings::new().new.root);
            let store = decode(&after, &Passwords::default());
            assert_eq!(store.views[0].trusted.len(), trusted + 1, "{what}");
            assert_eq!(
                java.trusted("JKS", &after, Some("changeit")).len(),
                javas.len() + 1 + usize::from(entries.iter().any(|e| e.2)),
                "{what}"
            );
        }
    }
}

#[test]
fn a_new_alias_is_lower_case_and_like_no_other_whatever_the_case() {
    let certificate = made("A").root.certificate;
    let bytes = by_hand(2, &[("NewRootG2", &certificate, false), ("newrootg2-2", &certificate, true)]);
    let root = made("New Root G2").root;
    let store = decode(&bytes, &Passwords::default());
    let alias = |alias: Option<&str>| {
        let options = AppendOptions { alias: alias.map(str::to_owned), ..AppendOptions::default() };
        let appended = jks::Jks.append(&bytes, &store, &[&root], &options)?;
        let after = decode(&appended.bytes, &Passwords::default());
        Ok::<_, rootfix::finding::Trouble>(after.entries.last().unwrap().alias.clone().unwrap())
    };
    use rootfix::store::StoreFormat;
    assert_eq!(alias(None).unwrap(), "newrootg2-3");
    assert_eq!(alias(Some("My Root")).unwrap(), "my root");
    assert_eq!(alias(Some("根证书甲")).unwrap(), "根证书甲");
    for unusable in ["", "  ", &"a".repeat(1025)] {
        assert_eq!(alias(Some(unusable)).unwrap_err().code, Code::AliasNotUsable);
    }
}

#[test]
fn passwords_of_every_kind_open_and_a_wrong_one_changes_nothing() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for (name, _) in TYPES {
        for password in ["changeit", "", "密码一二三四", "pässwörd", "😀😀😀"] {
            // Bouncy Castle makes no store without a password.
            if password.is_empty() && name.starts_with("BKS") {
                continue;
            }
            let bytes = makings.trust_store(java, name, password);
            let passwords = Passwords::with(password);
            assert_eq!(decode(&bytes, &passwords).password, Some(Password::text(password)), "{name} {password}");
            let after = append(&bytes, &passwords, &makings.new.root);
            assert_eq!(java.list(name, &after, Some(password)).len(), 3, "{name} {password}");
        }

        let bytes = makings.trust_store(java, name, "a-secret-of-its-own");
        let trouble = format_of(&bytes).decode(&bytes, &Passwords::with("wrong-guess")).unwrap_err();
        assert_eq!(trouble.code, Code::WrongPassword);
        for text in [&trouble.message.en, &trouble.message.zh, &trouble.next.en, &trouble.next.zh] {
            assert!(!text.contains("wrong-guess") && !text.contains("changeit"), "{text}");
        }

        // With the usual passwords alone, a store can be looked at, as Java itself does without one.
        let store = decode(&bytes, &Passwords::default());
        assert_eq!((store.entries.len(), store.password.is_none()), (2, true));
        assert_eq!(codes(&store), [Code::IntegrityNotChecked]);
        assert_eq!(java.trusted(name, &bytes, None).len(), store.views[0].trusted.len());
        let refused = format_of(&bytes).append(&bytes, &store, &[&makings.new.root], &AppendOptions::default());
        assert_eq!(refused.unwrap_err().code, Code::WrongPassword);
    }
}

#[test]
fn a_store_of_keys_alone_is_no_trust_store() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for (name, _) in TYPES {
        let (key, chain) = (makings.path("0.key"), makings.path("0.der"));
        let bytes = makings.make(java, name, "changeit", &["key", "mine", &key, &chain, "end"]);
        let store = decode(&bytes, &Passwords::default());
        let Nature::NotATrustStore(finding) = &store.nature else { panic!("{name}: {:?}", store.nature) };
        assert_eq!(finding.code, Code::OnlyKeysInside);
        assert_eq!((store.entries.len(), store.others), (1, 1));
        assert_eq!(store.entries[0].trust, Trust::NotTrusted);
        assert_eq!(store.views[0].trusted, []);
    }
}

#[test]
fn a_merchants_api_certificate_in_a_key_store_is_called_what_it_is() {
    use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair};
    let named = |name: &str, organisation: &str| {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name = DistinguishedName::new();
        parameters.distinguished_name.push(DnType::OrganizationName, organisation);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters
    };
    let issuer = Issuer::new(named("Tenpay.com Root CA", "Tenpay.com"), KeyPair::generate().unwrap());
    let merchant = named("1900000109", "微信商户系统").signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
    let certificate = Certificate::from_der(merchant.der()).unwrap();
    let store = decode(&by_hand(2, &[("tenpay certificate", &certificate, true)]), &Passwords::default());
    let Nature::NotATrustStore(finding) = store.nature else { panic!("{:?}", store.nature) };
    assert_eq!(finding.code, Code::ApiCertificate);
}

#[test]
fn bouncy_castles_encrypted_stores_are_recognised_and_refused() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for name in ["UBER", "BCFKS"] {
        // The first byte of what UBER encrypts is anything: often enough it looks like an entry, or the end of them.
        for _ in 0..if name == "UBER" { 3 } else { 1 } {
            let bytes = makings.trust_store(java, name, "changeit");
            let trouble = format_of(&bytes).decode(&bytes, &Passwords::default()).unwrap_err();
            assert_eq!(trouble.code, Code::KeyStoreNotSupported);
            assert!(trouble.message.en.contains(name), "{}", trouble.message.en);
        }
    }
    let mut looks_empty = makings.trust_store(java, "UBER", "changeit");
    looks_empty[4 + 4 + 20 + 4] = 0;
    let trouble = format_of(&looks_empty).decode(&looks_empty, &Passwords::default()).unwrap_err();
    assert_eq!(trouble.code, Code::KeyStoreNotSupported);
}

#[test]
fn a_store_cut_off_anywhere_gets_a_sentence() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for (name, _) in TYPES {
        let bytes = makings.mixed(java, name, "changeit");
        // Shorter than its salt, a BKS is not told from anything else.
        let enough = if name.starts_with("BKS") { 32 } else { 4 };
        for length in enough..bytes.len() {
            let trouble = format_of(&bytes[..length]).decode(&bytes[..length], &Passwords::default()).unwrap_err();
            // Where UBER's length fits, a BKS without one whole entry is taken for that.
            assert!(matches!(trouble.code, Code::KeyStoreDamaged | Code::KeyStoreNotSupported), "{name} {length}");
            assert!(trouble.code == Code::KeyStoreDamaged || length < 500, "{name} {length}");
        }
    }
}

#[test]
fn what_stands_behind_the_digest_stays_there_since_java_does_not_mind() {
    let Some(java) = java() else { return };
    let makings = Makings::new();
    for (name, _) in TYPES {
        let bytes = [&makings.trust_store(java, name, "changeit")[..], b"\r\nfrom a careless upload\n"].concat();
        let after = append(&bytes, &Passwords::default(), &makings.new.root);
        assert!(after.ends_with(b"\r\nfrom a careless upload\n"), "{name}");
        assert_eq!(java.list(name, &after, Some("changeit")).len(), 3, "{name}");
    }
}

#[test]
fn one_unreadable_certificate_does_not_hide_the_others_but_is_said() {
    let Some(java) = java() else { return };
    let (a, b) = (made("A").root.certificate, made("B").root.certificate);
    let bytes = spoilt(by_hand(2, &[("a", &a, false), ("b", &b, false)]));
    let store = decode(&bytes, &Passwords::default());
    assert_eq!(store.entries.len(), 1);
    assert_eq!(codes(&store), [Code::CertificateUnreadable]);
    assert!(store.views[0].fails, "Java refuses the whole store");
    assert!(java.try_list("JKS", &bytes, Some("changeit")).is_err());
}

/// That nothing in it can be read is no reason to keep quiet about it, whether code pins it or it lies about.
#[test]
fn a_store_that_java_refuses_is_found() {
    let directory = cli::directory();
    let store = spoilt(by_hand(2, &[("a", &made("A").root.certificate, false)]));
    std::fs::write(directory.path().join("trust.jks"), &store).unwrap();
    let lying_about = cli::run(directory.path(), &["--json", "check", "."]);
    assert_eq!((lying_about.code, &lying_about.record("bundle")["status"]), (1, &"broken".into()));
    // The control: a store without its certificate is none that a search turns up.
    std::fs::write(directory.path().join("trust.jks"), by_hand(2, &[])).unwrap();
    let empty = cli::run(directory.path(), &["--json", "check", "."]);
    assert!(empty.records().iter().all(|record| record["type"] != "bundle"), "{empty:?}");

    std::fs::write(directory.path().join("trust.jks"), &store).unwrap();
    let code = "class Pay { static { System.setProperty(\"javax.net.ssl.trustStore\", \"trust.jks\"); } }\n";
    std::fs::write(directory.path().join("Pay.java"), code).unwrap();
    for (language, sentence) in [("en", "Java cannot load trust.jks."), ("zh", "Java 无法加载 trust.jks。")] {
        let located = cli::run(directory.path(), &["--lang", language, "locate", "."]);
        assert_eq!(located.code, 1);
        assert!(located.text().contains(sentence), "{}", located.text());
    }
}

#[test]
fn a_store_of_our_own_making_is_read_by_java() {
    let Some(java) = java() else { return };
    let (a, b) = (made("A").root.certificate, made("B").root.certificate);
    let bytes = jks::create([("Root", &a), ("root", &b)], "密码一二三四", NOW_MS).unwrap();
    let expected = [("root", &a), ("root-2", &b)]
        .map(|(alias, certificate)| format!("{alias} trusted {NOW_MS} {}", certificate.fingerprint()));
    assert_eq!(java.list("JKS", &bytes, Some("密码一二三四")), expected);
    assert_eq!(decode(&bytes, &Passwords::with("密码一二三四")).findings, []);
    let empty = jks::create([], "changeit", NOW_MS).unwrap();
    assert_eq!(java.list("JKS", &empty, Some("changeit")), [] as [String; 0]);
}
