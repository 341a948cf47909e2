//! Files that nobody thought of: oddities put together by chance, and certificates damaged by chance.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::roots::Roots;
use crate::variants::{Parts, Variant, base64, block};

fn runner(seed: u64) -> TestRunner {
    TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() })
}

fn sample<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("nothing is filtered").current()
}

/// Bits that turn up around and within blocks.
const ODDITIES: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n",
    b"\n\r",
    b" ",
    b"    ",
    b"\t",
    b"\x0b",
    b"\x0c",
    b"\0",
    b"\0\n",
    b"\x1a",
    b"\x7f",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xa0",
    b"\xe6\xa0\xb9",
    b"-",
    b"--",
    b"-----",
    b"----------",
    b"=",
    b"==",
    b"A",
    b"AAAA",
    b"!",
    b"#",
    b"# ",
    b"> ",
    b":",
    b"X: y\n",
    b"X: y\n\n",
    b"0",
    b"0\n",
    b"\\n",
    b"\"",
    b"x",
    b"<br>",
    b"-----BEGIN ",
    b"-----END ",
    b"-----BEGIN CERTIFICATE-----",
    b"-----END CERTIFICATE-----",
    b"-----BEGIN CERTIFICATE-----\n",
    b"-----END CERTIFICATE-----\n",
    b"-----BEGIN X509 CERTIFICATE-----\n",
    b"-----BEGIN FOO-----\n",
    b"-----END FOO-----\n",
    b"-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n",
    b"CERTIFICATE",
    b"TRUSTED ",
    b"X509 ",
];

/// Bundles into which some oddities were put, in places that matter: at line ends, line beginnings, and around dashes.
pub fn splices(roots: &Roots, count: usize, seed: u64) -> Vec<Variant> {
    let parts = Parts::new(roots);
    let mut runner = runner(seed);
    let widths = prop::sample::select(vec![64, 64, 64, 76, 253, 254, 255, 10000]);
    let labels = prop::sample::select(vec![
        "CERTIFICATE",
        "CERTIFICATE",
        "CERTIFICATE",
        "X509 CERTIFICATE",
        "TRUSTED CERTIFICATE",
    ]);
    let ends = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    let others = prop::sample::select(vec![
        String::new(),
        String::new(),
        String::new(),
        parts.key.clone(),
        parts.crl.clone(),
        parts.csr.clone(),
        parts.parameters.clone(),
        "# a title\n".to_owned(),
        "0 a title\n".to_owned(),
    ]);
    let oddity = prop::sample::select(ODDITIES);
    (0..count)
        .map(|number| {
            let mut bytes = Vec::new();
            for root in &roots.roots {
                bytes.extend(sample(&mut runner, &others).into_bytes());
                let (label, width, end) =
                    (sample(&mut runner, &labels), sample(&mut runner, &widths), sample(&mut runner, &ends));
                bytes.extend(block(label, &root.der, width, end).into_bytes());
            }
            for _ in 0..sample(&mut runner, &(0..4_usize)) {
                let places: Vec<usize> = (0..=bytes.len())
                    .filter(|at| {
                        let near = &bytes[at.saturating_sub(1)..(at + 1).min(bytes.len())];
                        near.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'-' | b' ')) || at % 97 == 0
                    })
                    .collect();
                let at = sample(&mut runner, &prop::sample::select(places));
                let cut = sample(&mut runner, &prop::sample::select(vec![0, 0, 0, 0, 1, 1, 2, 5, 64]));
                let until = (at + cut).min(bytes.len());
                bytes.splice(at..until, sample(&mut runner, &oddity).iter().copied());
            }
            Variant { name: format!("splice{number}"), bytes }
        })
        .collect()
}

/// Bundles of A, something with this label of which some octets were changed, put in or left out, and C.
pub fn damaged(roots: &Roots, label: &str, der: &[u8], count: usize, seed: u64) -> Vec<Variant> {
    let parts = Parts::new(roots);
    let mut runner = runner(seed);
    (0..count)
        .map(|number| {
            let mut der = der.to_vec();
            for _ in 0..sample(&mut runner, &(1..3_usize)) {
                let at = sample(&mut runner, &(0..der.len()));
                let octet =
                    sample(&mut runner, &prop_oneof![any::<u8>(), 0..=5_u8, Just(0x30), Just(0x80), Just(0xff)]);
                match sample(&mut runner, &(0..8_usize)) {
                    0 => der.insert(at, octet),
                    1 => drop(der.remove(at)),
                    2 => der[at] ^= 1 << (octet % 8),
                    _ => der[at] = octet,
                }
            }
            let bytes = format!("{}{}{}", parts.a, block(label, &der, 64, "\n"), parts.c).into_bytes();
            Variant { name: format!("damaged{number}"), bytes }
        })
        .collect()
}

/// What to look at a wrong prediction with.
pub fn shown(variant: &Variant) -> String {
    match std::str::from_utf8(&variant.bytes) {
        Ok(text) => format!("{text:?}"),
        Err(_) => format!("base64 of the file: {}", base64(&variant.bytes)),
    }
}
