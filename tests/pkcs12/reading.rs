//! What is found in a file, and what it is for.

use super::der::*;
use super::*;
use rcgen::DnType;
use rootfix::finding::Code;
use rootfix::readers::Reader;
use rootfix::store::{FORMATS, Format, Nature};

const FORM: Form = Form::Definite;

fn file(bags: &[Vec<u8>]) -> Vec<u8> {
    FORM.pfx(&[FORM.safe(bags)], &[])
}

#[test]
fn a_file_is_known_by_its_content() {
    let authority = pki::authority("Old Root");
    let (leaf, key) = pki::leaf(&authority, &[]);
    for form in Form::ALL {
        let bytes = form.pfx(&[form.safe(&[certificate_bag(&authority.der, &[&mark()])])], &[]);
        let first = FORMATS.iter().find(|format| format.sniff(&bytes)).unwrap();
        assert_eq!(first.decode(&bytes, &Passwords::default()).unwrap().format, Format::Pkcs12);
        assert!(Pkcs12.sniff(&bytes) && Pkcs12.sniff(&bytes[..40]), "{form:?}");
    }
    let others = [
        &authority.der[..],
        &leaf,
        &key,
        b"",
        b"\x30",
        b"\x30\x80",
        b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\0",
        b"-----BEGIN CERTIFICATE-----",
        // PKCS#7 and an encrypted PKCS#8 key: the same beginnings of OIDs.
        &seq(&[&oid(SIGNED_DATA), &tlv(0xa0, &[&seq(&[&int(1)])])]),
        &seq(&[&seq(&[&oid("1.2.840.113549.1.5.13"), &seq(&[])]), &octets(&[7; 32])]),
    ];
    for other in others {
        assert!(!Pkcs12.sniff(other), "{other:x?}");
    }
}

#[test]
fn java_trusts_what_is_marked_and_the_last_of_equal_aliases() {
    let [one, two, three] = ["One", "Two", "Three"].map(pki::authority);
    let bytes = file(&[
        certificate_bag(&one.der, &[&name("ROOT"), &mark()]),
        certificate_bag(&two.der, &[&mark()]),
        certificate_bag(&three.der, &[&name("three")]),
        certificate_bag(&two.der, &[&mark(), &foreign()]),
        certificate_bag(&three.der, &[&mark(), &name("root")]),
        nested_bag(&[certificate_bag(&one.der, &[&mark(), &name("deep")])]),
        crl_bag(),
    ]);
    let store = decode(&bytes);
    assert_eq!(store.entries.len(), 6);
    assert_eq!(trusted(&store), ["-", "-", "root"]);
    assert_eq!(store.others, 1);
    assert_eq!(codes(&store), ["passed-over-by-java", "alias-unreachable"]);
    let fingerprints = [&two, &three].map(|root| rootfix::certificate::Fingerprint::of(&root.der));
    let [view] = &store.views[..] else { panic!("one reader") };
    assert_eq!((view.reader, &view.trusted[..], view.fails), (Reader::Java, &fingerprints[..], false));
    assert_eq!(store.nature, Nature::TrustStore);
    assert!(!store.broken);
}

#[test]
fn a_certificate_that_does_not_read_is_kept_and_said_to_stop_java() {
    let root = pki::authority("Root");
    let sdsi = bag(3, &seq(&[&oid("1.2.840.113549.1.9.22.2"), &tlv(0xa0, &[&octets(b"sdsi")])]), &[]);
    for odd in [certificate_bag(b"rubbish", &[&mark()]), sdsi] {
        let store = decode(&file(&[certificate_bag(&root.der, &[&mark()]), odd]));
        assert_eq!((store.entries.len(), store.others), (1, 1));
        assert_eq!(codes(&store), ["certificate-unreadable"]);
        assert!(store.views[0].fails && store.views[0].trusted.is_empty());
    }
}

fn nature(bags: &[Vec<u8>]) -> Option<Code> {
    match decode(&file(bags)).nature {
        Nature::TrustStore => None,
        Nature::NotATrustStore(finding) => Some(finding.code),
    }
}

#[test]
fn a_key_with_its_chain_is_no_trust_store_and_anything_more_may_be_one() {
    let (root, stranger) = (pki::authority("Root"), pki::authority("Stranger"));
    let middle = pki::intermediate(&root, "Intermediate");
    let (leaf, key) = pki::leaf(&middle, &[(DnType::CommonName, "shop.example")]);
    let own = certificate_bag(&leaf, &[&key_id(b"1")]);
    let chain = [certificate_bag(&middle.der, &[]), certificate_bag(&root.der, &[])];
    for key in [key_bag(&key, &[&key_id(b"1")]), shrouded_key_bag(&[&key_id(b"1")])] {
        let with = |more: &[Vec<u8>]| nature(&[&[key.clone(), own.clone()], more].concat());
        assert_eq!(nature(std::slice::from_ref(&key)), Some(Code::OnlyKeysInside));
        assert_eq!(with(&[]), Some(Code::OnlyKeysInside));
        assert_eq!(with(&chain), Some(Code::OnlyKeysInside));
        assert_eq!(with(&[certificate_bag(&stranger.der, &[])]), None);
        assert_eq!(with(&[certificate_bag(&root.der, &[&mark()])]), None);
    }
    // Where nothing links the two.
    assert_eq!(nature(&[key_bag(&key, &[]), certificate_bag(&leaf, &[])]), Some(Code::OnlyKeysInside));
    assert_eq!(nature(&[key_bag(&key, &[]), certificate_bag(&leaf, &[&name("a")]), chain[1].clone()]), None);
    assert_eq!(nature(&[secret_bag()]), Some(Code::OnlyKeysInside));
    assert_eq!(nature(&[]), None, "an empty store is what keytool leaves");
    assert_eq!(nature(&chain), None, "roots that OpenSSL put together");
}

#[test]
fn a_merchants_api_certificate_is_recognised_and_explained() {
    for issuer in ["MmpaymchCA", "Tenpay.com Root CA"] {
        let issuer = pki::authority(issuer);
        let (leaf, key) =
            pki::leaf(&issuer, &[(DnType::CommonName, "1900000109"), (DnType::OrganizationName, "微信商户系统")]);
        let own = certificate_bag(&leaf, &[&name("Tenpay Certificate"), &key_id(b"1")]);
        let key = key_bag(&key, &[&name("Tenpay Certificate"), &key_id(b"1")]);
        assert_eq!(nature(&[own.clone(), key.clone()]), Some(Code::ApiCertificate));
        assert_eq!(nature(&[own.clone(), key.clone(), certificate_bag(&issuer.der, &[])]), Some(Code::ApiCertificate));
        assert_eq!(nature(std::slice::from_ref(&own)), Some(Code::ApiCertificate), "without its key too");
        let root = certificate_bag(&pki::authority("Root").der, &[&mark()]);
        assert_eq!(nature(&[own, key, root]), None, "a trust store that holds an API certificate");
    }
    let (platform, _) = pki::leaf(&pki::authority("Tenpay.com Root CA"), &[(DnType::CommonName, "Tenpay.com sign")]);
    assert_eq!(nature(&[certificate_bag(&platform, &[])]), Some(Code::PlatformCertificate));
}

#[test]
fn every_byte_of_a_file_may_be_its_last() {
    let root = pki::authority("Root");
    for form in Form::ALL {
        let bytes = form.pfx(&[form.safe(&[certificate_bag(&root.der, &[&name("root"), &mark()])])], &[]);
        for end in 0..bytes.len() {
            let trouble = trouble(&bytes[..end]);
            assert_eq!(trouble.code, Code::KeyStoreDamaged, "{form:?}, {end}");
        }
        assert!(trouble(&bytes[..bytes.len() - 1]).message.en.contains("cut off"), "{form:?}");
    }
}
