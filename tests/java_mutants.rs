//! A hundred thousand damaged key stores: each gets an answer, soon, in little memory; and what can still be added to
//! keeps what it holds.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use common::java::{Java, Makings, append, format_of, signed};
use rootfix::finding::Code;
use rootfix::password::Passwords;
use rootfix::store::{AppendOptions, Format, jks};

/// For Windows it is built without optimisation.
const MUTANTS: usize = if cfg!(windows) { 5_000 } else { 100_000 };

/// All that the process may take on top of what it has when it begins.
#[cfg(unix)]
const MEMORY: u64 = 64 << 20;

/// Xorshift64 (Marsaglia 2003): the same mutants in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// Mostly near the beginning, where lengths and counts of the whole stand.
    fn place(&mut self, length: usize) -> usize {
        let bound = if self.below(3) == 0 { length.min(120) } else { length };
        self.below(bound)
    }
}

fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    const NUMBERS: [u32; 9] = [0, 1, 2, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    let at = dice.place(bytes.len());
    let length = dice.below(64).min(bytes.len() - at);
    match dice.below(8) {
        0 | 1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][dice.below(5)],
        3 | 4 if bytes.len() - at >= 4 => {
            bytes[at..at + 4].copy_from_slice(&NUMBERS[dice.below(NUMBERS.len())].to_be_bytes());
        }
        5 => drop(bytes.drain(at..at + length)),
        6 => {
            let again = bytes[at..at + length].to_vec();
            let times = if dice.below(50) == 0 { 2_000 } else { 1 };
            bytes.splice(at..at, again.repeat(times));
        }
        7 => {
            let from = dice.below(other.len());
            bytes.splice(at..at + length, other[from..].iter().take(64).copied());
        }
        _ => bytes.truncate(at + 1),
    }
}

#[test]
fn no_mutant_panics_hangs_or_takes_much_memory_and_what_is_added_to_keeps_what_it_holds() {
    let makings = Makings::new();
    let old = makings.old.iter().map(|made| (made.root.alias.as_str(), &made.root.certificate));
    let mut seeds = vec![jks::create(old, "changeit", 0).unwrap()];
    if let Some(java) = Java::here().and_then(Java::with_bouncy_castle) {
        seeds.extend(["JKS", "JCEKS", "JCEKS", "BKS", "BKS-V1"].map(|name| makings.mixed(&java, name, "changeit")));
    }

    let giants = giants(makings.old[0].root.certificate.der());
    static DONE: AtomicUsize = AtomicUsize::new(0);
    std::thread::spawn(|| {
        let mut last = usize::MAX;
        loop {
            let now = DONE.load(Relaxed);
            if now == last {
                eprintln!("mutant {now} hangs");
                std::process::abort();
            }
            last = now;
            std::thread::sleep(Duration::from_secs(600));
        }
    });
    #[cfg(unix)]
    limit_memory();

    for (what, bytes) in &giants {
        let read = format_of(bytes).decode(bytes, &Passwords::default());
        println!("{what}: {:?}", read.map(|store| store.entries.len()).map_err(|trouble| trouble.code));
    }

    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut read, mut added_to, mut refused) = (0, 0, 0);
    for done in 0..MUTANTS {
        DONE.store(done, Relaxed);
        let mut bytes = seeds[dice.below(seeds.len())].clone();
        let other = &seeds[dice.below(seeds.len())];
        for _ in 0..=dice.below(3) {
            if !bytes.is_empty() {
                mutate(&mut dice, &mut bytes, other);
            }
        }
        let sun = bytes.starts_with(b"\xfe\xed\xfe\xed") || bytes.starts_with(b"\xce\xce\xce\xce");
        if sun && dice.below(2) == 0 {
            // So that it is not refused for its digest alone.
            bytes.truncate(bytes.len().saturating_sub(20));
            bytes = signed(bytes, "changeit");
        }
        if !rootfix::store::FORMATS.iter().any(|format| format.sniff(&bytes)) {
            continue;
        }
        let format = format_of(&bytes);
        let Ok(before) = format.decode(&bytes, &Passwords::default()) else { continue };
        if !matches!(before.format, Format::Jks | Format::Jceks | Format::Bks) {
            continue;
        }
        read += 1;
        if before.broken {
            refused += 1;
            let appended = format.append(&bytes, &before, &[&makings.new.root], &AppendOptions::default());
            assert_eq!(appended.unwrap_err().code, Code::Broken, "mutant {done}");
        } else if before.password.is_some() {
            added_to += 1;
            let after = append(&bytes, &Passwords::default(), &makings.new.root);
            let after = format.decode(&after, &Passwords::default()).unwrap();
            assert_eq!(after.entries.len(), before.entries.len() + 1, "mutant {done}");
            assert_eq!(after.others, before.others, "mutant {done}");
            for (old, new) in before.entries.iter().zip(&after.entries) {
                assert_eq!((&old.certificate, &old.alias, old.trust), (&new.certificate, &new.alias, new.trust));
            }
            let new = makings.new.root.certificate.fingerprint();
            assert!(!after.views[0].fails && after.views[0].trusted.contains(&new), "mutant {done}");
        }
    }
    println!("{MUTANTS} mutants: {read} were read, {added_to} of them added to, {refused} refused as broken");
    assert!(read > MUTANTS / 20 && added_to > MUTANTS / 100, "too few came past the first check: {read}, {added_to}");
    assert!(refused > 0);
}

/// Stores of the largest size that is read, which would take many times that in memory.
fn giants(certificate: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    const SIZE: usize = rootfix::store::MAX_BYTES - 20;
    // So many entries are read of a store.
    const MOST: usize = 20_000;
    let store = |version: u32, entry: &[u8], most: usize| {
        let count = most.min((SIZE - 12) / entry.len());
        let mut bytes = [0xfeed_feed_u32, version, count as u32].map(u32::to_be_bytes).concat();
        bytes.extend(entry.repeat(count));
        bytes.extend([0; 20]);
        bytes
    };
    let block = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let key = |alias: usize, chain: &[u8], length: u32| {
        let alias = [&(alias as u16).to_be_bytes()[..], &vec![b'a'; alias]].concat();
        [&1u32.to_be_bytes()[..], &alias, &[0; 8], &block(b""), &length.to_be_bytes(), chain].concat()
    };
    let trusted = |der: &[u8]| [&2u32.to_be_bytes()[..], b"\0\x01a", &[0; 8], &block(der)].concat();
    [
        ("too many entries", store(1, &trusted(b""), MOST + 1)),
        ("entries of nothing", store(1, &trusted(b""), MOST)),
        ("small certificates", store(1, &trusted(certificate), MOST)),
        ("chains of nothing", store(1, &key(1, &block(b"").repeat(100), 100), MOST)),
        ("long aliases over long chains", store(1, &key(65_535, &block(certificate).repeat(100), 100), MOST)),
    ]
}

/// An allocation beyond this ends the process, and with it the test.
#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let now =
        status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let Some(now) = now else { return common::missing("/proc/self/status") };
    let maximum = getrlimit(Resource::Data).maximum;
    setrlimit(Resource::Data, Rlimit { current: Some(now * 1024 + MEMORY), maximum }).unwrap();
    // The control: the limit holds.
    assert!(Vec::<u8>::new().try_reserve_exact(2 * MEMORY as usize).is_err());
}
