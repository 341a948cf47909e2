//! What is not read gets a sentence that says why.

use super::der::*;
use super::*;
use rootfix::finding::Code;

const FORM: Form = Form::Definite;

fn pbkdf2(iterations: u64) -> Vec<u8> {
    let prf = seq(&[&oid("1.2.840.113549.2.9"), &tlv(5, &[])]);
    seq(&[&oid("1.2.840.113549.1.5.12"), &seq(&[&octets(b"saltsalt"), &int(iterations), &prf])])
}

fn pbes2(derivation: &[u8], cipher: &str) -> Vec<u8> {
    let cipher = seq(&[&oid(cipher), &octets(&[7; 16])]);
    seq(&[&oid("1.2.840.113549.1.5.13"), &seq(&[derivation, &cipher])])
}

fn pbe(last_arc: u8, iterations: u64) -> Vec<u8> {
    let parameters = seq(&[&octets(b"saltsalt"), &int(iterations)]);
    seq(&[&oid(&format!("1.2.840.113549.1.12.1.{last_arc}")), &parameters])
}

fn encrypted(algorithm: &[u8]) -> Vec<u8> {
    FORM.pfx(&[FORM.encrypted(algorithm, &[7; 32])], &[])
}

fn mac(hash: &str, iterations: u64) -> Vec<u8> {
    let digest = seq(&[&seq(&[&oid(hash), &tlv(5, &[])]), &octets(&[7; 20])]);
    seq(&[&digest, &octets(b"saltsalt"), &int(iterations)])
}

const SHA1: &str = "1.3.14.3.2.26";
const AES256: &str = "2.16.840.1.101.3.4.1.42";

#[test]
fn what_rootfix_does_not_know_is_named() {
    let scrypt = seq(&[&oid("1.3.6.1.4.1.11591.4.11"), &seq(&[&octets(b"salt"), &int(16384), &int(8), &int(1)])]);
    let signed = seq(&[&int(3), &seq(&[&oid(SIGNED_DATA), &tlv(0xa0, &[&seq(&[&int(1)])])])]);
    let enveloped = seq(&[&oid(ENVELOPED_DATA), &tlv(0xa0, &[&seq(&[&int(0)])])]);
    for (bytes, named) in [
        (signed, "public-key integrity"),
        (FORM.pfx(&[enveloped], &[]), "private key"),
        (encrypted(&pbe(1, 1)), "RC4"),
        (encrypted(&pbe(2, 1)), "RC4"),
        (
            encrypted(&seq(&[&oid("1.2.840.113549.1.5.3"), &seq(&[&octets(b"saltsalt"), &int(1)])])),
            "1.2.840.113549.1.5.3",
        ),
        (encrypted(&pbes2(&scrypt, AES256)), "scrypt"),
        (encrypted(&pbes2(&seq(&[&oid("1.2.3.4")]), AES256)), "1.2.3.4"),
        (encrypted(&pbes2(&pbkdf2(1), "1.2.392.200011.61.1.1.1.4")), "1.2.392.200011.61.1.1.1.4"),
        (FORM.pfx(&[], &mac("1.2.840.113549.2.5", 1)), "1.2.840.113549.2.5"),
        (
            seq(&[&int(3), &FORM.seq(&[&oid("1.2.840.113549.1.7.5"), &FORM.explicit(&octets(b""))])]),
            "1.2.840.113549.1.7.5",
        ),
        (seq(&[&int(4), &FORM.data(&seq(&[]))]), "version 4"),
        // Bouncy Castle's BCFKS, as far as it matters.
        (seq(&[&seq(&[&pbes2(&pbkdf2(1), AES256), &octets(b"")]), &seq(&[])]), "BCFKS"),
    ] {
        let trouble = trouble(&bytes);
        assert_eq!(trouble.code, Code::KeyStoreNotSupported, "{named}");
        assert!(trouble.message.en.contains(named), "{named}: {}", trouble.message.en);
        let dotted = named.starts_with(|first: char| first.is_ascii_digit());
        assert!(!dotted || trouble.message.zh.contains(named), "{named}: {}", trouble.message.zh);
    }
}

#[test]
fn iterations_beyond_javas_limit_are_refused_before_any_is_made() {
    for iterations in [5_000_001, 0x7fff_ffff, 0x8000_0000, u64::MAX] {
        for bytes in [
            encrypted(&pbe(3, iterations)),
            encrypted(&pbes2(&pbkdf2(iterations), AES256)),
            FORM.pfx(&[], &mac(SHA1, iterations)),
        ] {
            let trouble = trouble(&bytes);
            assert_eq!(trouble.code, Code::TooManyIterations);
            assert!(trouble.message.en.contains("5000000"), "{}", trouble.message.en);
        }
    }
    for bytes in [encrypted(&pbe(3, 0)), FORM.pfx(&[], &mac(SHA1, 0))] {
        assert_eq!(trouble(&bytes).code, Code::KeyStoreDamaged);
    }
}

#[test]
fn contents_nested_without_end_are_refused() {
    let root = pki::authority("Root");
    let nested = |depth: usize| {
        let bag = (0..depth).fold(certificate_bag(&root.der, &[]), |inner, _| nested_bag(&[inner]));
        FORM.pfx(&[FORM.safe(&[bag])], &[])
    };
    assert_eq!(decode(&nested(8)).entries.len(), 1);
    assert_eq!(trouble(&nested(9)).code, Code::KeyStoreDamaged);
    assert_eq!(trouble(&nested(2000)).code, Code::KeyStoreDamaged);
    let endless = [&[0x30, 0x80, 2, 1, 3][..], &[0x30, 0x80].repeat(1_000_000)].concat();
    assert_eq!(trouble(&endless).code, Code::KeyStoreDamaged);
}

#[test]
fn more_entries_than_any_program_writes_are_refused() {
    let bag = bag(9, &[], &[]);
    assert_eq!(decode(&FORM.pfx(&[FORM.safe(&vec![bag.clone(); 1000])], &[])).others, 1000);
    for contents in [
        vec![FORM.safe(&vec![bag.clone(); 100_001])],
        vec![FORM.safe(&vec![nested_bag(&vec![bag.clone(); 1001]); 100])],
        vec![FORM.safe(&[]); 1001],
    ] {
        let trouble = trouble(&FORM.pfx(&contents, &[]));
        assert!(trouble.message.en.contains("more entries"), "{}", trouble.message.en);
    }
}

#[test]
fn a_wrong_password_is_said_to_be_wrong_and_never_shown() {
    let wrong = |bytes: &[u8], passwords: &Passwords| {
        let trouble = Pkcs12.decode(bytes, passwords).unwrap_err();
        assert_eq!(trouble.code, Code::WrongPassword);
        trouble.message
    };
    for bytes in [FORM.pfx(&[], &mac(SHA1, 1)), encrypted(&pbe(6, 1)), encrypted(&pbes2(&pbkdf2(1), AES256))] {
        let message = wrong(&bytes, &Passwords::default());
        assert!(message.en.contains("(changeit, the empty password, no password)"), "{}", message.en);
        assert!(message.zh.contains("（changeit、空密码、无密码）"), "{}", message.zh);
        let message = wrong(&bytes, &Passwords::with("s3cr3t-of-mine"));
        assert!(message.en.contains("no password, the one that you gave)"), "{}", message.en);
        assert!(!format!("{message:?}").contains("s3cr3t"));
    }
}
