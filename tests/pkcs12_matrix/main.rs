//! A root is added to files that ten programs made, and every program that could read a file before must find in it
//! every entry, key and chain that it found before, and the new root; Java must trust it.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../pkcs12/der.rs"]
mod der;
mod makers;
mod readers;
mod tools;

use std::process::Command;

use makers::{Made, Makers};
use readers::{File, Found, Reader, after_path};
use rootfix::password::Passwords;
use rootfix::rollover::{Catalogue, Root};
use rootfix::store::pkcs12::Pkcs12;
use rootfix::store::{AppendOptions, StoreFormat, Trust};

fn append(made: &Made, root: &Root) {
    let before = std::fs::read(&made.path).unwrap();
    let passwords = Passwords::with(made.password);
    let decode = |bytes: &[u8]| {
        let store = Pkcs12.decode(bytes, &passwords);
        store.unwrap_or_else(|trouble| panic!("{}: {}", made.name, trouble.message.en))
    };
    let store = decode(&before);
    let is_in = |store: &rootfix::store::Store| {
        let wanted = root.certificate.fingerprint();
        let trusted = store.entries.iter().filter(|entry| entry.trust == Trust::Trusted);
        trusted.map(|entry| entry.certificate.fingerprint()).filter(|fingerprint| *fingerprint == wanted).count()
    };
    let after = Pkcs12.append(&before, &store, &[root], &AppendOptions::default());
    let after = after.unwrap_or_else(|trouble| panic!("{}: {}", made.name, trouble.message.en)).bytes;
    let read_back = decode(&after);
    assert_eq!((is_in(&store), is_in(&read_back)), (0, 1), "{}", made.name);
    assert_eq!(read_back.entries.len(), store.entries.len() + 1, "{}", made.name);
    assert_eq!(read_back.others, store.others, "{}", made.name);
    std::fs::write(after_path(&made.path), after).unwrap();
}

/// Every prior bag is found unchanged by an implementation that shares nothing with ours.
fn prove_bytes(made: &[Made]) {
    let pair =
        |made: &Made| format!("{}\t{}\t{}\n", made.path.display(), after_path(&made.path).display(), made.password);
    let script = tools::source("byteproof.py");
    let prove = |pairs: &str| {
        let said = tools::output(Command::new("python3").arg(&script), pairs).expect("python3 runs");
        said.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let proofs = prove(&made.iter().map(pair).collect::<String>());
    assert_eq!(proofs.len(), made.len());
    for (made, proof) in made.iter().zip(&proofs) {
        assert!(proof.starts_with("kept ") && proof.ends_with(", added 1"), "{}: {proof}", made.name);
    }

    // The proof is one that can fail: a bit of any kind of place is turned.
    let control = made.iter().find(|made| made.name == "odd-definite").unwrap();
    let after = std::fs::read(after_path(&control.path)).unwrap();
    let spoilt = control.path.with_extension("spoilt.p12");
    for at in [10, 60, 400, after.len() / 4, after.len() / 2] {
        let mut bytes = after.clone();
        bytes[at] ^= 1;
        std::fs::write(&spoilt, bytes).unwrap();
        let pair = format!("{}\t{}\t{}\n", control.path.display(), spoilt.display(), control.password);
        assert!(prove(&pair)[0].starts_with("WRONG"), "a bit at {at} was turned and not seen");
    }
}

/// What a reader makes of a file by guessing, and guesses anew when anything is added, whoever adds it.
///
/// Bouncy Castle names a private key that has no ID by the first certificate that it meets, which it takes for the
/// key's own; in a file with a key alone that is the root. Nothing is lost but the name that it made up.
const GUESSES: [(&str, &str); 1] = [("bc", "openssl-keyonly")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// Did not read the file before.
    Unread,
    /// Finds all that it found, and the new root.
    Kept,
    /// See [`GUESSES`].
    Guess,
    Lost,
}

fn judge(reader: &Reader, name: &str, root: &Root, before: &Found, after: &Found) -> Cell {
    let Some(before) = before else { return Cell::Unread };
    let Some(after) = after else {
        eprintln!("{}: {name} is not read any more", reader.name);
        return Cell::Lost;
    };
    let lost = readers::lost(before, after);
    let finds_root = readers::names(after, root.certificate.fingerprint(), reader.trusted);
    if lost.is_empty() && finds_root && after.len() == before.len() + 1 {
        return Cell::Kept;
    }
    if GUESSES.contains(&(&*reader.name, name)) {
        return Cell::Guess;
    }
    eprintln!("{}: {name}: lost {lost:?}, new root {finds_root}, {} to {}", reader.name, before.len(), after.len());
    Cell::Lost
}

#[test]
fn no_program_loses_anything_of_what_any_program_made() {
    let directory = tempfile::tempdir().unwrap();
    let classes = directory.path().join("classes");
    let classes = tools::java_classes(&classes);
    let made = Makers::all(directory.path(), classes.clone());
    let catalogue = Catalogue::load().unwrap();
    let root = catalogue.root("digicert-global-root-g2").unwrap();
    made.iter().for_each(|made| append(made, root));
    prove_bytes(&made);

    let readers = readers::all(directory.path(), classes.as_deref());
    let after: Vec<_> = made.iter().map(|made| after_path(&made.path)).collect();
    let paths = made.iter().map(|made| &made.path).chain(&after);
    let files: Vec<File<'_>> = paths.zip(made.iter().cycle()).map(|(path, made)| (&**path, made.password)).collect();
    let column = |reader: &Reader| -> Vec<Cell> {
        let found = reader.read(&files);
        let (before, after) = found.split_at(made.len());
        let files = made.iter().zip(before).zip(after);
        files.map(|((made, before), after)| judge(reader, &made.name, root, before, after)).collect()
    };
    let columns: Vec<Vec<Cell>> = std::thread::scope(|scope| {
        let running: Vec<_> = readers.iter().map(|reader| scope.spawn(|| column(reader))).collect();
        running.into_iter().map(|column| column.join().unwrap()).collect()
    });
    print(&made, &readers, &columns);

    let count = |wanted: Cell| columns.iter().flatten().filter(|cell| **cell == wanted).count();
    assert_eq!(count(Cell::Lost), 0, "the table above shows what was lost");
    // So that a table of nothing does not pass.
    assert!(made.len() >= 24, "only {} files could be made", made.len());
    for (reader, column) in readers.iter().zip(&columns) {
        let read = column.iter().filter(|cell| **cell == Cell::Kept).count();
        assert!(read >= 6, "{} reads only {read} files", reader.name);
    }
}

fn print(made: &[Made], readers: &[Reader], columns: &[Vec<Cell>]) {
    println!("{:22}{}", "", readers.iter().map(|reader| format!("{:>11}", reader.name)).collect::<String>());
    for (row, made) in made.iter().enumerate() {
        let cells = columns.iter().map(|column| match column[row] {
            Cell::Unread => "          -",
            Cell::Kept => "       kept",
            Cell::Guess => "      guess",
            Cell::Lost => "       LOST",
        });
        println!("{:22}{}", made.name, cells.collect::<String>());
    }
    let count = |wanted: Cell| columns.iter().flatten().filter(|cell| **cell == wanted).count();
    println!(
        "{} files, {} readers: {} kept with the new root, {} not read before, {} guessed anew, {} lost",
        made.len(),
        readers.len(),
        count(Cell::Kept),
        count(Cell::Unread),
        count(Cell::Guess),
        count(Cell::Lost)
    );
}
