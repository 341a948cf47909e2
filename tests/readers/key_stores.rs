//! A key store is called broken exactly where Java refuses it: each odd certificate beside a good one, in every format.

use rootfix::finding::Code;
use rootfix::password::Passwords;
use rootfix::readers::Reader;
use rootfix::store::{AppendOptions, FORMATS, StoreFormat};

use crate::common::java::{Java, made};
use crate::roots::{self, Roots};
use crate::variants::{block, tlv};
use crate::{odd_certificates, view};

/// What an entry calls the type of its certificate, and the bytes of that.
struct Odd {
    name: String,
    kind: &'static str,
    der: Vec<u8>,
}

const USUAL: &str = "X.509";

fn all(roots: &Roots) -> Vec<Odd> {
    let b = &roots.roots[1].der;
    let odd = |name: &str, kind, der: &[u8]| Odd { name: name.to_owned(), kind, der: der.to_vec() };
    let mut all = vec![
        odd("as it should be", USUAL, b),
        odd("small letters", "x.509", b),
        odd("without the dot", "X509", b),
        odd("another type", "X.500", b),
        odd("no type", "", b),
        odd("nothing", USUAL, b""),
        odd("no certificate", USUAL, b"\xff\x00\x01"),
        odd("a list", USUAL, &roots.crl),
        odd("cut off", USUAL, &b[..b.len() - 1]),
        odd("something behind", USUAL, &[b, &b"behind"[..]].concat()),
        odd("a text", USUAL, block("CERTIFICATE", b, 64, "\n").as_bytes()),
        odd("a text that is none", USUAL, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        odd("indefinite length", USUAL, &[&b"\x30\x80"[..], &b[4..], b"\0\0"].concat()),
    ];
    for (name, der) in odd_certificates::ders() {
        all.push(Odd { name, kind: USUAL, der });
    }
    all
}

fn be16(length: usize) -> [u8; 2] {
    (length as u16).to_be_bytes()
}

fn be32(length: usize) -> [u8; 4] {
    (length as u32).to_be_bytes()
}

fn text(text: &str) -> Vec<u8> {
    [&be16(text.len())[..], text.as_bytes()].concat()
}

/// Without a password Java checks no digest.
const DIGEST: [u8; 20] = [0; 20];

fn jks(magic: u32, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = [magic.to_be_bytes(), 2u32.to_be_bytes(), be32(entries.len())].concat();
    for (number, (kind, der)) in entries.iter().enumerate() {
        let alias = text(&format!("entry{number}"));
        bytes.extend([&2u32.to_be_bytes()[..], &alias, &[0; 8], &text(kind), &be32(der.len()), der].concat());
    }
    bytes.extend(DIGEST);
    bytes
}

fn bks(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = [&2u32.to_be_bytes()[..], &be32(20), &[0; 20], &1024u32.to_be_bytes()].concat();
    for (number, (kind, der)) in entries.iter().enumerate() {
        let alias = text(&format!("entry{number}"));
        bytes.extend([&[1][..], &alias, &[0; 8], &be32(0), &text(kind), &be32(der.len()), der].concat());
    }
    bytes.push(0);
    bytes.extend(DIGEST);
    bytes
}

/// Without a MAC and without encryption, each certificate with Oracle's mark.
fn pkcs12(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| tlv(0x30, &parts.concat());
    let oid = |content: &[u8]| tlv(6, content);
    const PKCS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01";
    let data = |content: &[u8]| sequence(&[&oid(&[PKCS, &b"\x07\x01"[..]].concat()), &tlv(0xa0, &tlv(4, content))]);
    let bags: Vec<Vec<u8>> = (entries.iter().enumerate())
        .map(|(number, (_, der))| {
            let name: Vec<u8> = format!("entry{number}").bytes().flat_map(|byte| [0, byte]).collect();
            let name = sequence(&[&oid(&[PKCS, &b"\x09\x14"[..]].concat()), &tlv(0x31, &tlv(0x1e, &name))]);
            let any_usage = oid(b"\x55\x1d\x25\x00");
            let mark = sequence(&[&oid(b"\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01"), &tlv(0x31, &any_usage)]);
            let kind = oid(&[PKCS, &b"\x09\x16\x01"[..]].concat());
            let certificate = tlv(0xa0, &sequence(&[&kind, &tlv(0xa0, &tlv(4, der))]));
            let bag = oid(&[PKCS, &b"\x0c\x0a\x01\x03"[..]].concat());
            sequence(&[&bag, &certificate, &tlv(0x31, &[name, mark].concat())])
        })
        .collect();
    let bags = sequence(&bags.iter().map(Vec::as_slice).collect::<Vec<_>>());
    sequence(&[b"\x02\x01\x03", &data(&sequence(&[&data(&bags)]))])
}

type Make = fn(&[(&str, &[u8])]) -> Vec<u8>;

const MADE: [(&str, Make); 4] = [
    ("JKS", |entries| jks(0xfeed_feed, entries)),
    ("JCEKS", |entries| jks(0xcece_cece, entries)),
    ("PKCS12", pkcs12),
    ("BKS", bks),
];

/// Bouncy Castle decodes some extensions at once, which is not modelled.
const UNFORESEEN: [(&str, &str); 1] = [("BKS", "extension_not_der")];

fn format_of(bytes: &[u8]) -> &'static dyn StoreFormat {
    *FORMATS.iter().find(|format| format.sniff(bytes)).expect("one of our formats")
}

#[test]
fn a_key_store_is_broken_exactly_where_java_refuses_it_and_is_not_added_to() {
    let Some(java) = Java::here().and_then(Java::with_bouncy_castle) else { return };
    let roots = roots::make();
    let good = &roots.roots[0].der[..];
    let new = made("New Root").root;
    let (mut wrong, mut failed, mut compared) = (Vec::new(), 0, 0);
    for Odd { name, kind, der } in all(&roots) {
        for (format, make) in MADE {
            if format == "PKCS12" && kind != USUAL {
                continue;
            }
            let bytes = make(&[(USUAL, good), (kind, &der)]);
            let seen = java.try_list(format, &bytes, None);
            let store = format_of(&bytes).decode(&bytes, &Passwords::default()).expect("the entries are told apart");
            compared += 1;
            failed += usize::from(seen.is_err());
            // What Java reads and we do not is said, and not passed over in silence.
            let uncounted = store.findings.iter().any(|finding| finding.code == Code::CertificateNotCounted);
            assert_eq!(uncounted, !store.broken && store.entries.len() == 1, "{format}, {name}");
            assert_eq!(store.broken, view(&store.views, Reader::Java).fails, "{format}, {name}");
            let appended = format_of(&bytes).append(&bytes, &store, &[&new], &AppendOptions::default());
            let code = appended.as_ref().err().map(|trouble| trouble.code);
            match appended {
                _ if store.broken => assert_eq!(code, Some(Code::Broken), "{format}, {name}"),
                Ok(after) => assert_eq!(java.list(format, &after.bytes, None).len(), 3, "{format}, {name}"),
                // A new digest takes a password.
                Err(_) => assert_eq!(code, Some(Code::WrongPassword), "{format}, {name}"),
            }
            if store.broken != seen.is_err() && !UNFORESEEN.contains(&(format, &*name)) {
                wrong.push(format!("{format}, {name}: broken {}, Java: {seen:?}", store.broken));
            }
        }
    }
    println!("{compared} key stores, of which Java refuses {failed}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(failed > 0 && failed < compared);
}
