//! tmp
#![allow(missing_debug_implementations)]
use crate::certificate::Fingerprint;
use crate::finding::Trouble;
use std::path::{Path, PathBuf};
pub struct Snapshot {
    pub bytes: Vec<u8>,
    pub sha256: Fingerprint,
}
pub struct Edit {
    pub path: PathBuf,
    pub before: Option<Fingerprint>,
    pub bytes: Vec<u8>,
    pub added: Vec<(String, Fingerprint)>,
}
pub struct Options {
    pub backup_dir: Option<PathBuf>,
    pub force: bool,
    pub now: time::OffsetDateTime,
}
pub struct RestoreOptions {
    pub backup_dir: Option<PathBuf>,
    pub force: bool,
    pub now: time::OffsetDateTime,
}
pub struct Receipt {
    pub backup: Option<PathBuf>,
}
pub enum ApplyError {
    Changed,
    Trouble(Trouble),
}
pub fn read(p: &Path) -> Result<Snapshot, Trouble> {
    let bytes = std::fs::read(p).unwrap();
    Ok(Snapshot { sha256: Fingerprint::of(&bytes), bytes })
}
pub fn apply(e: &Edit, _: &Options) -> Result<Receipt, ApplyError> {
    std::fs::write(&e.path, &e.bytes).unwrap();
    Ok(Receipt { backup: None })
}
pub fn restore(_: &Path, _: &RestoreOptions) -> Result<(), Trouble> {
    Ok(())
}
