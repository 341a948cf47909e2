//! What the native engine wrote, keytool must take for trusted: the rung `client` of a key store.

use std::path::Path;
use std::time::Duration;

use super::{KeytoolFailed, copies, lists_as_trusted, password_of, type_of};
use crate::lang::java as say;
use crate::proof::{Proof, Rung, Verdict};
use crate::rollover::Root;
use crate::store::{Format, Store, Trust};

/// Whether keytool reads stores of this format at all.
pub fn reads(format: Format) -> bool {
    type_of(format).is_some()
}

/// One proof for this root: `after` with its bytes is what is to be written, `before` what was there.
///
/// It fails only where keytool takes an entry of `before` for trusted, and does not take the root for it: an old
/// keytool that could never read this store says nothing about it. Without a keytool nothing is proven.
pub fn prove(
    path: &Path,
    before: (&[u8], &Store),
    after: (&[u8], &Store),
    root: &Root,
    keytool: Option<&Path>,
    timeout: Duration,
) -> Proof {
    let (verdict, detail) = match keytool {
        None => (Verdict::NotProven, say::no_keytool_to_ask()),
        Some(keytool) => match lists_as_trusted(after.0, after.1, root.certificate.fingerprint(), keytool, timeout) {
            Verdict::Pass => (Verdict::Pass, say::keytool_lists_it(&root.name)),
            Verdict::Fail if read(before, keytool, timeout) => {
                (Verdict::Fail, say::keytool_does_not_list_it(&root.name))
            }
            Verdict::Fail | Verdict::NotProven => (Verdict::NotProven, say::keytool_does_not_tell()),
        },
    };
    let subject = keytool.map_or_else(|| String::from("keytool"), |keytool| keytool.display().to_string());
    Proof { path: path.to_owned(), rung: Rung::Client, subject, verdict, detail }
}

/// The control: keytool copies an entry that was there before.
fn read((bytes, store): (&[u8], &Store), keytool: &Path, timeout: Duration) -> bool {
    let entry = store.entries.iter().find(|entry| entry.trust == Trust::Trusted && entry.alias.is_some());
    let (Some(entry), Some(store_type), Some(password)) = (entry, type_of(store.format), password_of(store)) else {
        return false;
    };
    let alias = entry.alias.as_deref().unwrap_or_default();
    let copied: Result<bool, KeytoolFailed> =
        copies(keytool, bytes, store_type, password, alias, entry.certificate.fingerprint(), timeout);
    copied == Ok(true)
}
