//! What the fuzz targets hold, on what they begin with and on what they found: without libFuzzer, in every test run.

#[path = "fuzz/promises.rs"]
mod promises;
#[path = "fuzz/seeds.rs"]
mod seeds;

use std::fs;
use std::path::Path;

type Promise = fn(&[u8]);

const PROMISES: [(&str, Promise); 7] = [
    ("pem", promises::pem),
    ("java", promises::java),
    ("pkcs12", promises::pkcs12),
    ("rules", promises::rules),
    ("saved_chain", promises::saved_chain),
    ("receipt", promises::receipt),
    ("openssl", promises::openssl),
];

/// The inputs that are kept for a target: those on which it once failed, and a few that lead it deep.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let files = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
    files.map(|file| (file.display().to_string(), fs::read(&file).unwrap())).collect()
}

#[test]
fn what_is_promised_of_any_bytes_holds_of_every_seed_and_of_all_that_was_found() {
    for ((target, promise), (of, seeds)) in PROMISES.into_iter().zip(seeds::ALL) {
        assert_eq!(target, of, "a promise has its seeds");
        let python = cfg!(unix) && std::process::Command::new("python3").arg("-V").output().is_ok();
        if target == "openssl" && !python {
            assert!(std::env::var_os("CI").is_none(), "python3 is missing, and this is CI: install it");
            println!("*** SKIPPED: python3 is missing, so OpenSSL was NOT asked ***");
            continue;
        }
        let seeds = seeds().into_iter().enumerate().map(|(number, seed)| (format!("{target} seed {number}"), seed));
        let inputs: Vec<_> = seeds.chain(kept(target)).collect();
        for (name, bytes) in &inputs {
            let held = std::panic::catch_unwind(|| promise(bytes));
            assert!(held.is_ok(), "{name} breaks a promise of {target}");
        }
        println!("{target}: {} inputs", inputs.len());
    }
}
