//! What holds of an addition to any PEM text, also to those that nobody thought of.

use proptest::prelude::*;
use rootfix::password::Passwords;
use rootfix::rollover::Catalogue;
use rootfix::store::pem::Pem;
use rootfix::store::{AppendOptions, StoreFormat, Trust};

/// Pieces of which texts are put together: whole blocks, broken ones, titles, line ends, odd bytes.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let catalogue = Catalogue::load().unwrap();
    let block = |id: &str| catalogue.root(id).unwrap().pem().into_bytes();
    let g1 = block("digicert-global-root-ca");
    let g3 = block("digicert-global-root-g3");
    let cut = g1[..g1.len() / 2].to_vec();
    let glued = g1.trim_ascii_end().to_vec();
    let crlf = String::from_utf8(g3.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    prop_oneof![
        4 => Just(g1), 3 => Just(g3), 2 => Just(crlf), 1 => Just(cut), 2 => Just(glued),
        3 => Just(b"# a title\n".to_vec()), 1 => Just(b"\n".to_vec()), 1 => Just(b"\r".to_vec()), 1 => Just(b" ".to_vec()),
        1 => Just(b"\x1a".to_vec()), 1 => Just(vec![0]), 1 => Just(b"\xef\xbb\xbf".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

fn is_subsequence(old: &[u8], new: &[u8]) -> bool {
    let mut new = new.iter();
    old.iter().all(|byte| new.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_addition_keeps_every_byte_adds_one_root_and_never_panics(pieces in proptest::collection::vec(piece(), 0..7)) {
        let text = pieces.concat();
        let catalogue = Catalogue::load().unwrap();
        let root = catalogue.root("digicert-global-root-g2").unwrap();
        let passwords = Passwords::default();
        let Ok(store) = Pem.decode(&text, &passwords) else { return Ok(()) };
        for repair in [false, true] {
            let options = AppendOptions { repair, ..AppendOptions::default() };
            let Ok(appended) = Pem.append(&text, &store, &[root], &options) else { continue };
            prop_assert!(repair || is_subsequence(&text, &appended.bytes));
            let after = Pem.decode(&appended.bytes, &passwords).unwrap();
            prop_assert!(!after.broken);
            let trusted = |entry: &&rootfix::store::Entry| entry.trust == Trust::Trusted;
            prop_assert!(after.entries.iter().filter(trusted).any(|e| e.certificate == root.certificate));
            for entry in store.entries.iter().filter(trusted) {
                prop_assert!(after.entries.iter().filter(trusted).any(|e| e.certificate == entry.certificate));
            }
        }
    }
}
