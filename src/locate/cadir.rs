//! Reads a hashed certificate directory from disk, for [`crate::store::cadir`].

use std::fs;
use std::io;
use std::path::Path;

use crate::finding::{Code, Trouble};
use crate::lang::cadir as say;
use crate::prefix::{self, Prefix};
use crate::store::MAX_BYTES;
use crate::store::cadir::{Named, concerns};

/// A directory with more names that concern it is none that OpenSSL was given; the largest seen has some 450.
const MAX_FILES: usize = 10_000;

/// All files of a certificate directory together: 10,000 certificates take some 20 MB.
const MAX_TOTAL: usize = 64 << 20;

/// The hash names and the certificate files of this directory, in no order. Sub-directories and other files are
/// passed over; a file that cannot be read, is too large, or is no file at all has no bytes. Links lead to the files of
/// the root that the directory belongs to.
///
/// # Errors
/// The directory cannot be listed, or holds more than a certificate directory does.
pub fn read(directory: &Path, root: &Prefix) -> Result<Vec<Named>, Trouble> {
    let trouble = |sentence| Trouble::new(Code::DirectoryUnreadable, sentence, say::look_at_path());
    let unreadable = |error: io::Error| trouble(say::unreadable(directory.display(), error));
    let mut files = Vec::new();
    let mut total = 0;
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // OpenSSL makes the names that it opens from ASCII.
        let Some(name) = entry.file_name().to_str().filter(|name| concerns(name)).map(str::to_owned) else { continue };
        let path = std::path::absolute(entry.path()).map_err(unreadable)?;
        let inside = root.inside(&path).filter(|_| !root.is_root());
        let bytes = inside.map_or_else(|| prefix::read(&path, MAX_BYTES), |inside| root.read(&inside, MAX_BYTES));
        total += bytes.as_ref().map_or(0, Vec::len);
        files.push(Named { name, bytes });
        if files.len() > MAX_FILES || total > MAX_TOTAL {
            return Err(trouble(say::too_many(directory.display(), MAX_FILES)));
        }
    }
    Ok(files)
}
