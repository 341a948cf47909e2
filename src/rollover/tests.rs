use std::collections::BTreeSet;
use std::path::PathBuf;

use super::embedded::{self, Damage, EmbeddedRollover, EmbeddedRoot, checked};
use super::*;
use crate::finding::Code;

/// The second list of fingerprints, typed from another compilation than the TOML files.
const SECOND_LIST: &[(&str, &str)] = &[
    ("DigiCert Global Root CA", "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161"),
    ("DigiCert Global Root G2", "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f"),
    ("DigiCert Global Root G3", "31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0"),
    ("DigiCert TLS RSA4096 Root G5", "371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75"),
    ("DigiCert TLS ECC P384 Root G5", "018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05"),
    ("Baltimore CyberTrust Root", "16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb"),
];

fn catalogue() -> Catalogue {
    Catalogue::load().expect("the embedded catalogue is whole")
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/embedded-roots"))
}

#[test]
fn every_root_has_the_fingerprint_of_the_second_list() {
    let ours: Vec<_> =
        catalogue().roots.iter().map(|root| (root.name.clone(), Fingerprint::of(root.der()).to_string())).collect();
    let theirs: Vec<_> = SECOND_LIST.iter().map(|(name, sha256)| (name.to_string(), sha256.to_string())).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn a_changed_byte_anywhere_in_an_embedded_root_fails_the_check_of_the_build() {
    for root in embedded::ROOTS {
        assert_eq!(checked(root.pem, root.toml.as_bytes()), Ok(root.pinned), "control: {} itself passes", root.id);
        let mut pem = root.pem.to_vec();
        for at in 0..pem.len() {
            let original = pem[at];
            // The neighbouring letter, the other case, a line end, a pad, a NUL.
            for changed in [original ^ 1, original ^ 0x20, b'\n', b'=', 0] {
                if changed != original {
                    pem[at] = changed;
                    assert!(checked(&pem, root.toml.as_bytes()).is_err(), "{} at {at}: {changed:#04x}", root.id);
                }
            }
            pem[at] = original;
        }
        for shorter in 0..pem.len() {
            assert!(checked(&pem[..shorter], root.toml.as_bytes()).is_err());
        }
    }
}

#[test]
fn a_certificate_in_another_form_than_the_strict_one_fails_the_check_of_the_build() {
    let root = &embedded::ROOTS[0];
    let pem = str::from_utf8(root.pem).unwrap();
    let body = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let forms = [
        pem.replace('\n', "\r\n"),
        format!("{pem}\n"),
        format!("\n{pem}"),
        format!("{pem}{pem}"),
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"),
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_owned(),
        "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n".to_owned(),
        "-----BEGIN CERTIFICATE-----\n".to_owned(),
    ];
    for form in forms {
        assert!(checked(form.as_bytes(), root.toml.as_bytes()).is_err(), "{form}");
    }
}

#[test]
fn a_changed_pin_fails_the_check_of_the_build() {
    let [root, other, ..] = embedded::ROOTS else { panic!() };
    assert_eq!(checked(root.pem, other.toml.as_bytes()), Err(Damage::Fingerprint));
    let pin = Fingerprint::from_bytes(root.pinned).to_string();
    for (pin_line, damage) in [
        (pin[1..].to_owned(), Damage::Pin),
        (format!("{pin}0"), Damage::Pin),
        (pin.to_uppercase(), Damage::Pin),
        (String::new(), Damage::Pin),
        (pin.replace('4', "5"), Damage::Fingerprint),
        (format!("{pin}\"\nsha256 = \"{pin}"), Damage::Pin),
    ] {
        assert_eq!(checked(root.pem, root.toml.replace(&pin, &pin_line).as_bytes()), Err(damage), "{pin_line}");
    }
    for cut in 0..root.toml.find("not_before").unwrap() - 1 {
        assert_eq!(checked(root.pem, &root.toml.as_bytes()[..cut]), Err(Damage::Pin));
    }
}

#[test]
fn a_corrupted_catalogue_fails_the_start() {
    let with_root = |root: EmbeddedRoot| {
        let mut roots = embedded::ROOTS.to_vec();
        roots[1] = root;
        Catalogue::from_parts(&roots, embedded::ROLLOVERS).map(|_| ()).map_err(|trouble| trouble.code)
    };
    let good = embedded::ROOTS[1];
    assert_eq!(with_root(good), Ok(()), "control: the catalogue itself starts");

    // One character of the body in another case, far from the ends, so that it decodes and even parses.
    let mut pem = good.pem.to_vec();
    let at = pem.len() - 100;
    pem[at] ^= if pem[at].is_ascii_alphabetic() { 0x20 } else { 1 };
    let leak = |bytes: Vec<u8>| -> &'static [u8] { Box::leak(bytes.into_boxed_slice()) };
    let text = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let mut pinned = good.pinned;
    pinned[31] ^= 1;
    let wrong = [
        EmbeddedRoot { pem: leak(pem), ..good },
        EmbeddedRoot { pem: embedded::ROOTS[0].pem, ..good },
        EmbeddedRoot { pem: b"", ..good },
        EmbeddedRoot { pinned, ..good },
        EmbeddedRoot { toml: embedded::ROOTS[0].toml, ..good },
        EmbeddedRoot { toml: "", ..good },
        EmbeddedRoot { toml: text(good.toml.replace("2029-04-15", "2029-02-31")), ..good },
        EmbeddedRoot { toml: text(good.toml.replace("tls-rsa4096-root-g5", "tls-root-g6")), ..good },
    ];
    for root in wrong {
        assert_eq!(with_root(root), Err(Code::CatalogueDamaged), "{root:?}");
    }
    for toml in ["", "keep = []", "keep = []\nadd = [\"digicert-global-root-g9\"]\nhosts = []"] {
        let rollovers = [EmbeddedRollover { id: "broken", toml }];
        let trouble = Catalogue::from_parts(embedded::ROOTS, &rollovers).unwrap_err();
        assert_eq!(trouble.code, Code::CatalogueDamaged);
    }
}

#[test]
fn a_root_that_was_changed_in_memory_fails_the_write() {
    let mut catalogue = catalogue();
    assert_eq!(catalogue.check(), Ok(()), "control");
    let other = catalogue.roots[0].certificate.clone();
    catalogue.rollovers[0].add[0].certificate = other;
    assert_eq!(catalogue.rollovers[0].check().unwrap_err().code, Code::CatalogueDamaged);
    assert_eq!(catalogue.check().unwrap_err().code, Code::CatalogueDamaged);
    assert_eq!(catalogue.rollovers[1].check(), Ok(()));
}

#[test]
fn every_file_in_the_folder_is_registered() {
    let list = |folder: PathBuf| -> BTreeSet<String> {
        let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    let mut expected: BTreeSet<String> =
        embedded::ROOTS.iter().flat_map(|root| [format!("{}.pem", root.id), format!("{}.toml", root.id)]).collect();
    expected.extend(["README.md", "catalogue.toml", "rollovers"].map(str::to_owned));
    assert_eq!(list(folder()), expected);
    let expected = embedded::ROLLOVERS.iter().map(|rollover| format!("{}.toml", rollover.id)).collect();
    assert_eq!(list(folder().join("rollovers")), expected);
}

#[test]
fn the_catalogue_is_not_older_than_what_it_tells_as_done() {
    let date = Catalogue::date().expect("the catalogue has a date").to_string();
    for step in catalogue().rollovers.iter().flat_map(|rollover| &rollover.steps) {
        assert!(step.when <= date, "{date} is before {}, which the catalogue tells", step.when);
    }
}

#[test]
fn what_the_toml_says_is_what_the_certificate_says() {
    let written = |value: &toml::Value| value.as_datetime().unwrap().to_string();
    for (root, embedded) in catalogue().roots.iter().zip(embedded::ROOTS) {
        let toml: toml::Table = embedded.toml.parse().unwrap();
        let facts = root.certificate.facts();
        let stamp = |time: time::OffsetDateTime| {
            time.format(&time::format_description::well_known::Rfc3339).expect("it is a plain date")
        };
        assert_eq!(written(&toml["not_before"]), stamp(facts.not_before), "{}", root.id);
        assert_eq!(written(&toml["not_after"]), stamp(facts.not_after), "{}", root.id);
        assert_eq!(toml["key"].as_str(), Some(facts.key.as_str()));
        assert_eq!(root.name, facts.name);
        assert!(facts.self_issued && facts.is_ca);
        assert_eq!(root.alias, root.alias.to_lowercase());
        let sources = toml["sources"].as_array().unwrap();
        assert!(sources.len() >= 2, "{} has two independent sources", root.id);
        assert!(sources.iter().all(|source| source["package"].is_str() && source["file"].is_str()));
        if let Some(distrust) = toml.get("distrusted_for_tls") {
            assert!(distrust["source"].is_str());
            assert_eq!(written(&distrust["date"]), root.distrusted_for_tls.unwrap().to_string());
        }
    }
}

#[test]
fn rollovers_keep_and_add_what_their_notices_say() {
    let catalogue = catalogue();
    let names = |roots: &[Root]| roots.iter().map(|root| root.alias.clone()).collect::<Vec<_>>();
    let plan = |id| catalogue.rollover(id).map(|rollover| (names(&rollover.keep), names(&rollover.add))).unwrap();
    let (g1, g2) = ("digicertglobalrootca".to_owned(), "digicertglobalrootg2".to_owned());
    assert_eq!(plan("digicert-g2"), (vec![g1.clone()], vec![g2.clone()]));
    let both_g5 = vec!["digicerttlsrsarootg5".to_owned(), "digicerttlseccrootg5".to_owned()];
    assert_eq!(plan("digicert-g5"), (vec![g2.clone()], both_g5));
    assert_eq!(plan("baltimore-g2"), (vec!["baltimorecybertrustca".to_owned(), g1], vec![g2]));
    assert_eq!(catalogue.default_rollover().id, "digicert-g2");
    assert_eq!(catalogue.default_rollover().stand_in_host(), "api.mch.weixin.qq.com");
    assert_eq!(catalogue.rollover("digicert-g5").unwrap().stand_in_host(), "stand-in.invalid");
    assert_eq!(catalogue.rollover("digicert-g9").unwrap_err().code, Code::UnknownRollover);
}

#[test]
fn steps_are_dated_sourced_and_in_the_order_of_time() {
    let shape = regex::Regex::new(r"^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$").unwrap();
    for (rollover, embedded) in catalogue().rollovers.iter().zip(embedded::ROLLOVERS) {
        let whens: Vec<_> = rollover.steps.iter().map(|step| step.when.as_str()).collect();
        assert!(whens.is_sorted(), "{whens:?}");
        assert!(whens.iter().all(|when| shape.is_match(when)), "{whens:?}");
        let toml: toml::Table = embedded.toml.parse().unwrap();
        let steps = toml.get("steps").map_or(&[][..], |steps| steps.as_array().unwrap());
        assert!(steps.iter().all(|step| step["source"].is_str()));
        assert!(rollover.sentences().iter().all(|said| said.en.ends_with('.') && said.zh.ends_with('。')));
    }
}

#[test]
fn a_root_is_found_by_id_name_alias_and_fingerprint() {
    let catalogue = catalogue();
    let g2 = SECOND_LIST[1].1;
    for name in ["digicert-global-root-g2", "DigiCert Global Root G2", "digicertglobalrootG2", g2] {
        assert_eq!(catalogue.root(name).unwrap().pinned.to_string(), g2);
    }
    let trouble = catalogue.root("G2").unwrap_err();
    assert_eq!(trouble.code, Code::UnknownRoot);
    assert!(trouble.next.en.contains("digicert-global-root-g2"));
}

#[test]
fn the_pem_of_a_root_is_its_file() {
    for (root, embedded) in catalogue().roots.iter().zip(embedded::ROOTS) {
        assert_eq!(root.pem().as_bytes(), embedded.pem);
    }
}

#[test]
fn the_outlook_says_what_has_happened_and_what_will() {
    let catalogue = catalogue();
    let today = time::macros::date!(2026 - 04 - 15);
    let said = |alias: &str| -> Vec<String> {
        let outlook = catalogue.outlook().into_iter().find(|outlook| outlook.root.alias == alias).unwrap();
        outlook.sentences(today).into_iter().map(|sentence| sentence.en).collect()
    };
    let g1 = said("digicertglobalrootca");
    assert!(g1[0].contains("has not trusted it for TLS since 2026-04-15"), "{g1:?}");
    assert_eq!(g1[1..], ["Expires on 2031-11-10.", "Next comes DigiCert Global Root G2."]);
    let g2 = said("digicertglobalrootg2");
    assert!(g2[0].contains("stops trusting it for TLS on 2029-04-15"), "{g2:?}");
    assert_eq!(g2[2], "Next comes DigiCert TLS RSA4096 Root G5 and DigiCert TLS ECC P384 Root G5.");
    assert_eq!(said("baltimorecybertrustca")[1], "Expired on 2025-05-12.");
    assert_eq!(said("digicerttlseccrootg5"), ["Expires on 2046-01-14."]);
}

mod private {
    use super::*;

    fn own_root(name: &str) -> (rcgen::Certificate, rcgen::Issuer<'static, rcgen::KeyPair>) {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (certificate, rcgen::Issuer::new(params, key))
    }

    fn code(result: Result<Rollover, Trouble>) -> Code {
        result.expect_err("it was refused").code
    }

    #[test]
    fn a_root_of_ones_own_is_taken_with_its_fingerprint_and_refused_with_another() {
        let (root, _) = own_root("Example Root 根 -----BEGIN X-----\u{1b}[2J");
        let fingerprint = Fingerprint::of(root.der());
        let titled = format!("\u{feff}# a title\r\n{}trailing", root.pem().replace('\n', "\r\n"));
        for file in [root.der().to_vec(), root.pem().into_bytes(), titled.into_bytes()] {
            let rollover = Rollover::private(&file, fingerprint).unwrap();
            assert_eq!(rollover.add.len(), 1);
            assert_eq!(rollover.add[0].der(), root.der().as_ref());
            assert_eq!(rollover.add[0].alias, "examplerootbeginx2j");
            assert_eq!(rollover.add[0].name, "Example Root 根 -BEGIN X-[2J");
            assert!(rollover.keep.is_empty());
            assert_eq!(rollover.check(), Ok(()));
            let wrong = Fingerprint::of(&file[1..]);
            assert_eq!(code(Rollover::private(&file, wrong)), Code::RootFingerprintMismatch);
        }
    }

    #[test]
    fn what_is_not_one_certificate_is_refused() {
        let (root, _) = own_root("Example Root");
        let fingerprint = Fingerprint::of(root.der());
        let pem = root.pem();
        let with_tail = [root.der().as_ref(), b"more"].concat();
        let files = [
            Vec::new(),
            b"<html>not found</html>".to_vec(),
            format!("{pem}{pem}").into_bytes(),
            pem.replace("CERTIFICATE", "PUBLIC KEY").into_bytes(),
            pem.replace("END CERTIFICATE", "END").into_bytes(),
            pem.as_bytes()[..pem.len() / 2].to_vec(),
            with_tail,
            vec![0x30; 1 << 20],
        ];
        for file in files {
            assert_eq!(code(Rollover::private(&file, fingerprint)), Code::NotOneRoot, "{:.60?}", &file);
        }
    }

    #[test]
    fn what_another_issued_is_no_root() {
        let (_, issuer) = own_root("Example Root");
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf =
            rcgen::CertificateParams::new(["example.test".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        assert_eq!(code(Rollover::private(leaf.der(), Fingerprint::of(leaf.der()))), Code::NotARoot);
    }
}
