//! The proofs of a hashed certificate directory, by what OpenSSL would open in it.
//!
//! That a root can be looked up is shown without the code that judges such a directory: one name after another is
//! opened, and whatever stands between BEGIN and END in it is compared. The stand-ins are added to the names and bytes in
//! memory, by the code that would add to the directory.

use std::path::Path;

use time::OffsetDateTime;

use super::reread::in_text;
use super::stand_in::{self, Hands};
use crate::certificate::{Certificate, Fingerprint};
use crate::lang::{Sentence, prove as say};
use crate::proof::{Proof, Rung, Verdict};
use crate::rollover::{Rollover, Root};
use crate::store::cadir::{self, Named};
use crate::store::{Store, Trust};

/// The rungs `reread` and `stand-in`. Nothing is written.
pub fn prove(path: &Path, files: &[Named], rollover: &Rollover, now: OffsetDateTime) -> Vec<Proof> {
    let append = |files: &[Named], roots: &[&Root]| cadir::appended(files, roots);
    let found = |files: &[Named]| Ok(trusted(&cadir::decode(files)));
    let hands = Hands { append: &append, trusted: &found };
    let mut proofs = vec![looked_up(path, files, &rollover.add)];
    proofs.extend(stand_in::prove_by(path, files, &hands, rollover, now));
    proofs
}

/// The certificates of a directory that OpenSSL finds.
pub fn trusted(store: &Store) -> Vec<Certificate> {
    let found = store.entries.iter().filter(|entry| entry.trust == Trust::Trusted);
    found.map(|entry| entry.certificate.clone()).collect()
}

fn looked_up(path: &Path, files: &[Named], wanted: &[Root]) -> Proof {
    let names: Vec<String> = wanted.iter().map(|root| root.name.clone()).collect();
    let (verdict, detail) = match all_found(files, wanted) {
        Err(why) => (Verdict::Fail, why),
        // The control: under names that are no hashes the same files are not found.
        Ok(()) if all_found(&unnamed(files), wanted).is_ok() => (Verdict::Fail, say::reread_control_passed()),
        Ok(()) => (Verdict::Pass, say::directory_holds(&names)),
    };
    Proof { path: path.to_owned(), rung: Rung::Reread, subject: names.join(", "), verdict, detail }
}

fn all_found(files: &[Named], wanted: &[Root]) -> Result<(), Sentence> {
    for root in wanted {
        if !finds(files, root) {
            return Err(say::not_added(&root.name));
        }
        if Fingerprint::of(root.der()) != root.pinned || root.check().is_err() {
            return Err(say::not_pinned(&root.name));
        }
    }
    Ok(())
}

/// `HASH.0`, `HASH.1`, ... until a name is missing or holds nothing.
fn finds(files: &[Named], root: &Root) -> bool {
    let Some(hash) = cadir::subject_hash(&root.certificate.facts().subject_der) else { return false };
    let read = |number: usize| {
        let name = format!("{hash:08x}.{number}");
        let file = files.iter().find(|named| named.name == name)?;
        Some(in_text(file.bytes.as_deref()?)).filter(|found| !found.is_empty())
    };
    (0..files.len()).map_while(read).flatten().any(|der| der == root.der())
}

fn unnamed(files: &[Named]) -> Vec<Named> {
    let unnamed = |named: &Named| Named { name: format!("{}.pem", named.name), bytes: named.bytes.clone() };
    files.iter().map(unnamed).collect()
}
