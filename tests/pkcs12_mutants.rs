//! Damaged and hostile PKCS#12 files: a sentence or a store, never a panic, a hang or unbounded memory; and what is
//! still read can still be added to without losing an entry.

#[path = "common/mod.rs"]
mod common;
#[path = "pkcs12/der.rs"]
mod der;
#[path = "pkcs12/pki.rs"]
mod pki;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::Duration;

use der::*;
use rootfix::password::Passwords;
use rootfix::rollover::Root;
use rootfix::store::pkcs12::Pkcs12;
use rootfix::store::{AppendOptions, StoreFormat, Trust};

/// For Windows it is built without optimisation.
const MUTANTS: usize = if cfg!(windows) { 5_000 } else { 100_000 };

/// Xorshift (Marsaglia 2003), so that a failure can be had again from its number.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }
}

/// One to three changes of the kinds that transfers, editors and attackers make.
fn mutate(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.next(seeds.len())].clone();
    for _ in 0..=random.next(3) {
        let at = random.next(bytes.len());
        // Headers come first and say most.
        let at = if random.next(2) == 0 { at % 300.min(bytes.len()) } else { at };
        let len = random.next(16).min(bytes.len() - at);
        match random.next(8) {
            0 => bytes[at] ^= 1 << random.next(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x24, 0xa0, 0x1f][random.next(12)],
            2 => drop(bytes.drain(at..at + len)),
            3 => drop(bytes.splice(at..at, vec![random.next(256) as u8; len + 1])),
            4 => bytes.truncate(at + 1),
            5 => {
                let piece = bytes[at..at + len].to_vec();
                let to = random.next(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            6 => {
                let other = &seeds[random.next(seeds.len())];
                let from = random.next(other.len());
                let piece = &other[from..(from + 64).min(other.len())];
                drop(bytes.splice(at..at + len, piece.iter().copied()));
            }
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// Files whose every layer is reached without a key, and encrypted ones with a single iteration.
fn seeds() -> Vec<Vec<u8>> {
    let (root, other) = (pki::authority("Root"), pki::authority("Other"));
    let (leaf, key) = pki::leaf(&root, &[]);
    let mut seeds = Vec::new();
    for form in Form::ALL {
        let certificates = [
            certificate_bag(&root.der, &[&name("root"), &mark()]),
            certificate_bag(&leaf, &[&name("own"), &key_id(b"1"), &foreign()]),
            nested_bag(&[certificate_bag(&other.der, &[]), nested_bag(&[crl_bag()])]),
        ];
        let keys = [key_bag(&key, &[&key_id(b"1"), &csp()]), shrouded_key_bag(&[&name("own")]), secret_bag()];
        seeds.push(form.pfx(&[form.safe(&certificates), form.safe(&keys)], &[]));
        seeds.push(form.pfx(&[form.safe(&certificates[..1])], &[]));
        seeds.push(form.pfx(&[form.safe(&keys)], &[]));
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("both.pem"), pki::pem("CERTIFICATE", &leaf) + &pki::pem("PRIVATE KEY", &key))
        .unwrap();
    let Some(openssl) = common::program("openssl") else { return seeds };
    for more in [
        &[][..],
        &["-legacy"],
        &["-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
        &["-nomac", "-certpbe", "AES-128-CBC"],
        &["-certpbe", "NONE", "-keypbe", "NONE", "-macalg", "sha512"],
    ] {
        let export =
            ["pkcs12", "-export", "-in", "both.pem", "-out", "out.p12", "-passout", "pass:changeit", "-noiter"];
        let done = Command::new(&openssl).args(export).args(["-nomaciter"]).args(more).current_dir(&directory).output();
        assert!(done.unwrap().status.success());
        seeds.push(std::fs::read(directory.path().join("out.p12")).unwrap());
    }
    seeds
}

#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    read: usize,
    added_to: usize,
}

fn put_through(bytes: &[u8], root: &Root, tally: &mut Tally) {
    let passwords = Passwords::default();
    let _ = Pkcs12.sniff(bytes);
    let Ok(store) = Pkcs12.decode(bytes, &passwords) else {
        tally.refused += 1;
        return;
    };
    tally.read += 1;
    let Ok(appended) = Pkcs12.append(bytes, &store, &[root], &AppendOptions::default()) else { return };
    let after = Pkcs12.decode(&appended.bytes, &passwords).expect("what was written is read");
    let trusted = |entry: &&rootfix::store::Entry| entry.trust == Trust::Trusted;
    let added =
        after.entries.iter().filter(trusted).any(|e| e.certificate.fingerprint() == root.certificate.fingerprint());
    assert!(added, "the root is trusted");
    assert_eq!(after.others, store.others);
    let mut left: Vec<_> = after.entries.iter().map(|entry| (&entry.certificate, &entry.alias, entry.trust)).collect();
    for entry in &store.entries {
        let same = (&entry.certificate, &entry.alias, entry.trust);
        left.remove(left.iter().position(|other| *other == same).expect("every old entry is there as it was"));
    }
    assert_eq!(left.len(), 1);
    tally.added_to += 1;
}

/// For how long this thread has worked: what else the machine does is no mutant's fault.
#[cfg(target_os = "linux")]
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Elsewhere it is only seen that the tests come to an end.
#[cfg(not(target_os = "linux"))]
fn worked() -> Duration {
    Duration::ZERO
}

/// From here on the process may take 64 MB more, and no more.
#[cfg(target_os = "linux")]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let kilobytes: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = Rlimit { current: Some((kilobytes << 10) + (64 << 20)), ..getrlimit(Resource::As) };
    setrlimit(Resource::As, limit).unwrap();
    assert!(Vec::<u8>::new().try_reserve_exact(64 << 20).is_err(), "the limit is one");
}

#[test]
fn a_hundred_thousand_damaged_files_do_no_harm() {
    let seeds = seeds();
    let root = pki::root(&pki::authority("New Root"), "newroot");
    let mut tally = Tally::default();
    for seed in &seeds {
        put_through(seed, &root, &mut tally);
    }
    assert_eq!(tally.added_to, seeds.len(), "undamaged, all are read and added to");
    #[cfg(target_os = "linux")]
    limit_memory();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut slowest = Duration::ZERO;
    for number in 0..MUTANTS {
        let mutant = mutate(&mut random, &seeds);
        let start = worked();
        let outcome = catch_unwind(AssertUnwindSafe(|| put_through(&mutant, &root, &mut tally)));
        assert!(outcome.is_ok(), "mutant {number}");
        slowest = slowest.max(worked() - start);
        assert!(slowest < Duration::from_secs(1), "mutant {number} took {slowest:?}");
    }
    println!("{MUTANTS} damaged files: {tally:?}, the slowest took {slowest:?}");
    // So that it is not all refused at the door.
    assert!(tally.read > MUTANTS / 20 && tally.refused > MUTANTS / 20, "{tally:?}");
}
