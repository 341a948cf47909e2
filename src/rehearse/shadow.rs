//! Shadow copies of bundles: what a program sees in place of its own.
//!
//! A stand-in root takes its place in a shadow wherever the real root is in the bundle, so that today's shadow vouches
//! for the stand-in chains as today's bundle vouches for the real ones. The repaired shadow has the new stand-in
//! besides, brought in by the same code that repairs the real file.

use std::fs;
use std::path::{Path, PathBuf};

use super::chain::StandIns;
use super::verdict::{Holds, Vouched};
use crate::apply;
use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;
use crate::rollover::Root;
use crate::store::{MAX_BYTES, cadir};

/// Adds roots to the bytes of the bundle at this path, as the repair of the real file would.
pub type Append<'a> = &'a dyn Fn(&Path, &[u8], &[&Root]) -> Result<Vec<u8>, Trouble>;

/// A bundle that the program reads.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Symbolic links are followed.
    pub path: PathBuf,
    pub kind: BundleKind,
    /// Which roots of the rollover its readers trust today.
    pub holds: Holds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleKind {
    /// PEM, key store: whatever the repair can add to.
    File,
    /// Hashed certificates, as OpenSSL looks them up. Files in it that are bundles themselves, such as
    /// `/etc/ssl/certs/ca-certificates.crt`, are given beside it.
    Directory,
}

/// A file or directory as the program sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shadow {
    File {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    /// The directory as it is, with these files more.
    Directory {
        path: PathBuf,
        more: Vec<(String, Vec<u8>)>,
    },
}

impl Shadow {
    pub fn path(&self) -> &PathBuf {
        let (Shadow::File { path, .. } | Shadow::Directory { path, .. }) = self;
        path
    }
}

/// The shadows of all bundles, before and after the repair.
#[derive(Debug, Clone)]
pub struct Shadows {
    pub today: Vec<Shadow>,
    pub repaired: Vec<Shadow>,
    pub vouched: Vouched,
}

impl Shadows {
    /// # Errors
    /// A bundle cannot be read, or nothing can be added to it.
    pub fn make(bundles: &[Bundle], stand_ins: &StandIns, append: Append<'_>) -> Result<Shadows, Trouble> {
        let (mut all_today, mut all_repaired, mut all_hold) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = Vec::new();
        for bundle in bundles {
            let unreadable = |error: std::io::Error| {
                Trouble::new(
                    Code::RehearsalBundle,
                    say::bundle_unreadable(bundle.path.display(), error),
                    say::name_a_bundle(),
                )
            };
            let path = apply::full_path(&bundle.path).map_err(unreadable)?;
            if seen.contains(&path) {
                continue;
            }
            seen.push(path.clone());
            let holds = bundle.holds;
            all_hold.push(holds);
            let mut held = Vec::new();
            held.extend(holds.old_root.then_some(&stand_ins.old.root));
            held.extend(holds.new_root.then_some(&stand_ins.new.root));
            let missing = (!holds.new_root).then_some(&stand_ins.new.root);
            let (today, repaired) = match bundle.kind {
                BundleKind::File => {
                    let size = fs::metadata(&path).map_err(unreadable)?.len();
                    if size > MAX_BYTES as u64 {
                        return Err(unreadable(std::io::ErrorKind::FileTooLarge.into()));
                    }
                    let mut bytes = fs::read(&path).map_err(unreadable)?;
                    if !held.is_empty() {
                        bytes = append(&path, &bytes, &held)?;
                    }
                    let repaired = match missing {
                        Some(root) => append(&path, &bytes, &[root])?,
                        None => bytes.clone(),
                    };
                    (Shadow::File { path: path.clone(), bytes }, Shadow::File { path, bytes: repaired })
                }
                BundleKind::Directory => {
                    let files = |roots: &[&Root]| roots.iter().flat_map(|root| hashed(root)).collect();
                    let mut all = held.clone();
                    all.extend(missing);
                    (
                        Shadow::Directory { path: path.clone(), more: files(&held) },
                        Shadow::Directory { path, more: files(&all) },
                    )
                }
            };
            all_today.push(today);
            all_repaired.push(repaired);
        }
        Ok(Shadows { today: all_today, repaired: all_repaired, vouched: Vouched::by(&all_hold) })
    }

    /// These bundles repaired, and the others as they are today.
    pub fn repaired_at(&self, bundles: &[&Bundle]) -> Vec<Shadow> {
        let real: Vec<PathBuf> = bundles.iter().filter_map(|bundle| apply::full_path(&bundle.path).ok()).collect();
        let each = self.today.iter().zip(&self.repaired);
        each.map(|(today, repaired)| if real.contains(today.path()) { repaired } else { today }.clone()).collect()
    }
}

/// The file of a certificate in a hashed directory. The first of its hash: nobody else bears a stand-in's name.
fn hashed(root: &Root) -> Option<(String, Vec<u8>)> {
    let hash = cadir::subject_hash(&root.certificate.facts().subject_der)?;
    Some((format!("{hash:08x}.0"), root.pem().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearse::chain::KeyKind;
    use crate::rehearse::tests::{installed, rollover};
    use std::process::Command;

    #[test]
    fn openssl_names_a_stand_in_by_the_same_hash() {
        if !installed("openssl") {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let stand_ins = StandIns::make(&rollover(), &[], KeyKind::Ec, time::OffsetDateTime::now_utc()).unwrap();
        let (name, pem) = hashed(&stand_ins.new.root).unwrap();
        let path = directory.path().join(&name);
        fs::write(&path, pem).unwrap();
        let output =
            Command::new("openssl").args(["x509", "-noout", "-subject_hash", "-in"]).arg(path).output().unwrap();
        assert_eq!(format!("{}.0", String::from_utf8_lossy(&output.stdout).trim()), name);
    }

    #[test]
    fn a_shadow_vouches_for_what_its_bundle_vouches_for_and_the_repaired_one_for_the_new_root_besides() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rootca.pem");
        fs::write(&path, "today").unwrap();
        let stand_ins = StandIns::make(&rollover(), &[], KeyKind::Ec, time::OffsetDateTime::now_utc()).unwrap();
        let append: Append<'_> = &|_, bytes, roots| {
            let roots: String = roots.iter().map(|root| format!("+{}", root.id)).collect();
            Ok([bytes, roots.as_bytes()].concat())
        };
        for (holds, today, repaired) in [
            ((true, false), "today+stand-in-old", "today+stand-in-old+stand-in-new"),
            ((false, true), "today+stand-in-new", "today+stand-in-new"),
            ((false, false), "today", "today+stand-in-new"),
        ] {
            let holds = Holds { old_root: holds.0, new_root: holds.1 };
            let bundle = Bundle { path: path.clone(), kind: BundleKind::File, holds };
            // Given twice, it is one.
            let shadows = Shadows::make(&[bundle.clone(), bundle], &stand_ins, append).unwrap();
            let path = apply::full_path(&path).unwrap();
            assert_eq!(shadows.today, [Shadow::File { path: path.clone(), bytes: today.into() }]);
            assert_eq!(shadows.repaired, [Shadow::File { path, bytes: repaired.into() }]);
            assert_eq!(shadows.vouched, Vouched::by(&[holds]));
        }
        assert_eq!(fs::read(&path).unwrap(), b"today");
    }
}
