//! The change to a text as a unified diff that `patch -p0` and `git apply -p0` take, byte for byte.

use std::path::Path;

/// The diff of a file's bytes, with its path in both headers.
///
/// Line endings and bytes that are no UTF-8 pass through, in the path too. A path with control characters or quotes in
/// it, or a blank at an end, is quoted as `git` and GNU patch expect it.
pub fn unified(path: &Path, before: &[u8], after: &[u8]) -> Vec<u8> {
    let name = name(path);
    with_names(&name, &name, before, after)
}

/// The diff that makes a new file.
pub fn of_new(path: &Path, after: &[u8]) -> Vec<u8> {
    with_names(b"/dev/null", &name(path), b"", after)
}

fn name(path: &Path) -> Vec<u8> {
    let mut path = path.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        path.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    quoted(path.strip_prefix(b"./").unwrap_or(&path))
}

fn with_names(old: &[u8], new: &[u8], before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut diff = [b"--- ", old, b"\n+++ ", new, b"\n"].concat();
    let patch = diffy::create_patch_bytes(before, after).to_bytes();
    // diffy writes two header lines of its own, which would name the files `original` and `modified`.
    let hunks = patch.split_inclusive(|b| *b == b'\n').skip(2).flatten();
    diff.extend(hunks);
    diff
}

fn quoted(path: &[u8]) -> Vec<u8> {
    // Blanks at either end would be taken for none.
    let odd = |b: &u8| b.is_ascii_control() || matches!(b, b'"' | b'\\');
    if !path.iter().any(odd) && !path.starts_with(b" ") && !path.ends_with(b" ") {
        // GNU patch ends a name at the first blank, unless a tab ends it.
        let end: &[u8] = if path.contains(&b' ') { b"\t" } else { b"" };
        return [path, end].concat();
    }
    let mut quoted = vec![b'"'];
    for byte in path {
        match byte {
            b'"' | b'\\' => quoted.extend([b'\\', *byte]),
            0x20..0x7f => quoted.push(*byte),
            _ => quoted.extend(format!("\\{byte:03o}").into_bytes()),
        }
    }
    quoted.push(b'"');
    quoted
}
