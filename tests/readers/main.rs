//! What is predicted of each reader is what the real program does.
#![cfg(unix)]

mod chance;
#[path = "../common/mod.rs"]
mod common;
mod key_stores;
mod odd_certificates;
mod programs;
mod roots;
mod servers;
mod variants;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use programs::{How, PROGRAMS, Program, Seen, World};
use rootfix::certificate::Fingerprint;
use rootfix::readers::canonical::{Block, blocks};
use rootfix::readers::{Reader, View, views, views_of_canonical, views_of_odd};
use roots::Roots;
use variants::Variant;

/// The roots that a view trusts, by their letters.
fn letters(view: &View, roots: &Roots) -> String {
    let trusts = |root: &&roots::Root| view.trusted.contains(&Fingerprint::of(&root.der));
    roots.roots.iter().filter(trusts).map(|root| root.letter).collect()
}

fn view(views: &[View], reader: Reader) -> &View {
    views.iter().find(|view| view.reader == reader).expect("a view for each reader")
}

/// A folder with the variants and what the programs need beside them.
fn write(roots: &Roots, variants: &[Variant]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for root in &roots.roots {
        for (name, der) in [("root", &root.der), ("leaf", &root.leaf)] {
            std::fs::write(folder.path().join(format!("{name}{}.der", root.letter)), der).expect("a file is written");
        }
    }
    for Variant { name, bytes } in variants {
        std::fs::write(folder.path().join(format!("{name}.pem")), bytes).expect("a file is written");
    }
    folder
}

/// Those of the programs that are installed; CI must have them all.
fn installed() -> Vec<&'static Program> {
    let (there, missing): (Vec<_>, Vec<_>) = PROGRAMS.iter().partition(|program| program.is_there());
    for program in missing {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", program.command());
        eprintln!("SKIPPED: {} is not installed, so {} was not tried", program.command(), program.name);
    }
    there
}

/// Where prediction and program differ, as a table; the number of comparisons.
fn compare(roots: &Roots, variants: &[Variant], programs: &[&Program], each: bool) -> (String, usize) {
    let folder = write(roots, variants);
    let world = World { folder: folder.path(), ports: servers::start(roots) };
    let predicted: HashMap<&str, Vec<View>> =
        variants.iter().map(|variant| (&*variant.name, views(&variant.bytes))).collect();
    let bytes: HashMap<&str, &[u8]> = variants.iter().map(|variant| (&*variant.name, &*variant.bytes)).collect();
    let all: Vec<&str> = variants.iter().map(|variant| &*variant.name).collect();
    let names = |program: &Program| match program.how {
        How::Each(_) if !each => distinct(program.reader, &all, &predicted),
        _ => all.clone(),
    };
    let results: Vec<(&Program, BTreeMap<String, Seen>)> = std::thread::scope(|scope| {
        let (world, names) = (&world, &names);
        let running: Vec<_> = programs
            .iter()
            .map(|program| (*program, scope.spawn(move || program.read(world, &names(program)))))
            .collect();
        running.into_iter().map(|(program, seen)| (program, seen.join().expect("the program was read"))).collect()
    });
    let mut table = String::new();
    let mut compared = 0;
    for (program, seen) in &results {
        assert_eq!(seen.len(), names(program).len(), "{} answers for every file", program.name);
        for name in names(program) {
            let view = program.view(bytes[name], &predicted[name]);
            let seen = &seen[name];
            let mut expected = Seen {
                trusted: letters(&view, roots),
                error: seen.error.map(|_| view.fails),
                count: seen.count.map(|_| view.trusted.len()),
            };
            // What is loaded but not trusted for servers is counted by some; the view leaves it out.
            if name.starts_with("trusted_settings") {
                expected.count = seen.count;
            }
            // A root that chance has changed may still verify what it has signed.
            if view.trusted.len() > expected.trusted.len()
                && expected.trusted.chars().all(|letter| seen.trusted.contains(letter))
            {
                expected.trusted.clone_from(&seen.trusted);
            }
            compared += 1;
            if expected != *seen {
                writeln!(table, "{name:34} {:14} predicted {expected:?}\n{:50}really    {seen:?}", program.name, "")
                    .expect("a string takes text");
            }
        }
    }
    (table, compared)
}

/// A file for each combination of what is predicted of this reader and of two that read with the same library: what
/// those programs are tried with that need a process for each file.
fn distinct<'a>(reader: Reader, names: &[&'a str], predicted: &HashMap<&str, Vec<View>>) -> Vec<&'a str> {
    let mut combinations = std::collections::HashSet::new();
    let combination = |name: &str| {
        [reader, Reader::Openssl, Reader::Node].map(|reader| format!("{:?}", view(&predicted[name], reader)))
    };
    names.iter().copied().filter(|name| combinations.insert(combination(name))).collect()
}

#[test]
fn every_reader_is_predicted_as_it_is() {
    let roots = roots::make();
    let mut variants = variants::all(&variants::Parts::new(&roots));
    variants.extend(odd_certificates::all(&roots));
    let programs = installed();
    let (table, compared) = compare(&roots, &variants, &programs, false);
    println!("{} files, {} programs, {compared} comparisons", variants.len(), programs.len());
    assert!(table.is_empty(), "wrong predictions:\n{table}");
    assert!(programs.is_empty() || compared >= 80);
}

#[test]
#[ignore = "a process for each of hundreds of files: a minute or more"]
fn every_reader_is_predicted_as_it_is_with_a_process_for_each_file() {
    let roots = roots::make();
    let variants = variants::all(&variants::Parts::new(&roots));
    let (table, _) = compare(&roots, &variants, &installed(), true);
    assert!(table.is_empty(), "wrong predictions:\n{table}");
}

#[test]
fn the_variants_are_odd_in_different_ways() {
    let roots = roots::make();
    let variants = variants::all(&variants::Parts::new(&roots));
    let names: std::collections::HashSet<_> = variants.iter().map(|variant| &variant.name).collect();
    assert_eq!(names.len(), variants.len(), "a name for each");
    let plain = &variants[0].bytes;
    for variant in &variants[1..] {
        assert_ne!(variant.bytes, *plain, "{} changes nothing", variant.name);
    }
    let outcomes: std::collections::HashSet<_> =
        variants.iter().map(|variant| format!("{:?}", views(&variant.bytes))).collect();
    assert!(outcomes.len() > 30, "only {} different outcomes", outcomes.len());
}

#[test]
fn a_canonical_bundle_is_what_the_models_read_alike() {
    let roots = roots::make();
    let mut variants = variants::all(&variants::Parts::new(&roots));
    variants.extend(chance::splices(&roots, 2000, 1));
    variants.extend(chance::damaged(&roots, "CERTIFICATE", &roots.roots[1].der, 1000, 1));
    let mut canonical = 0;
    for variant in &variants {
        if let Some(blocks) = blocks(&variant.bytes) {
            canonical += 1;
            assert_eq!(views_of_canonical(&blocks), views_of_odd(&variant.bytes), "{}", chance::shown(variant));
            let text = |block: &Block| &variant.bytes[block.begin..block.end];
            for block in &blocks {
                assert!(text(block).starts_with(b"-----BEGIN CERTIFICATE-----"));
                assert!(text(block).trim_ascii_end().ends_with(b"-----END CERTIFICATE-----"));
                let before = &variant.bytes[..block.begin];
                assert_eq!(block.line, before.iter().filter(|byte| **byte == b'\n').count() + 1);
            }
        }
    }
    assert!(canonical >= 30, "only {canonical}");
}

/// The programs that read hundreds of files in one process.
fn quick() -> Vec<&'static Program> {
    installed().into_iter().filter(|program| !matches!(program.how, How::Each(_))).collect()
}

/// How many files, and which: `READERS_FILES`, `READERS_SEED`.
fn chosen(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| number.parse().expect("a number"))
}

fn tell(table: &str, variants: &[Variant]) {
    let wrong = |variant: &&Variant| table.lines().any(|line| line.starts_with(&format!("{} ", variant.name)));
    for variant in variants.iter().filter(wrong).take(chosen("READERS_SHOWN", 12) as usize) {
        println!("{}: {}", variant.name, chance::shown(variant));
    }
}

#[test]
#[ignore = "hundreds of files by chance: for whoever changes a model"]
fn every_reader_is_predicted_as_it_is_on_oddities_by_chance() {
    let roots = roots::make();
    let variants = chance::splices(&roots, chosen("READERS_FILES", 500) as usize, chosen("READERS_SEED", 1));
    let (table, compared) = compare(&roots, &variants, &quick(), true);
    tell(&table, &variants);
    assert!(table.is_empty(), "wrong predictions, of {compared}:\n{table}");
}

#[test]
#[ignore = "hundreds of files by chance: for whoever changes a model"]
fn every_decoder_is_predicted_as_it_is_on_damage_by_chance() {
    let roots = roots::make();
    let seed = chosen("READERS_SEED", 1);
    let count = chosen("READERS_FILES", 500) as usize;
    // A root with an elliptic curve and few extensions, one with RSA and the usual ones, and a list of revoked ones.
    let catalogue = rootfix::rollover::Catalogue::load().expect("the embedded catalogue loads");
    let g2 = catalogue.roots.iter().find(|root| root.id == "digicert-global-root-g2").expect("an embedded root");
    let mut variants = Vec::new();
    for (what, label, der) in
        [("b", "CERTIFICATE", &*roots.roots[1].der), ("g2", "CERTIFICATE", g2.der()), ("list", "X509 CRL", &*roots.crl)]
    {
        for mut variant in chance::damaged(&roots, label, der, count / 3, seed) {
            variant.name.push_str(what);
            variants.push(variant);
        }
    }
    let (table, compared) = compare(&roots, &variants, &quick(), true);
    let wrong = table.lines().count() / 2;
    // A certificate can be damaged in more ways than an outline tells.
    println!("{wrong} wrong predictions, of {compared}:\n{table}");
    tell(&table, &variants);
    assert!(wrong * 50 <= compared, "{wrong} wrong predictions of {compared}");
}

#[test]
#[ignore = "reads the bundles in the folder that READERS_FOLDER names"]
fn every_reader_loads_as_many_as_predicted_of_files_at_hand() {
    let folder = std::env::var_os("READERS_FOLDER").expect("READERS_FOLDER names a folder");
    let files =
        std::fs::read_dir(folder).expect("a folder that can be read").map(|entry| entry.expect("an entry").path());
    let variants: Vec<Variant> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "pem" || extension == "crt"))
        .map(|path| Variant {
            name: path.file_stem().expect("a name").to_string_lossy().replace(char::is_whitespace, "_"),
            bytes: std::fs::read(&path).expect("a file that can be read"),
        })
        .collect();
    for Variant { name, bytes } in &variants {
        let views = views(bytes);
        let told = |view: &View| {
            format!("{} {}{}", view.reader.as_str(), view.trusted.len(), if view.fails { "!" } else { "" })
        };
        println!("{name}: {}", views.iter().map(told).collect::<Vec<_>>().join(", "));
    }
    let (table, _) = compare(&roots::make(), &variants, &quick(), true);
    assert!(table.is_empty(), "wrong predictions:\n{table}");
}
