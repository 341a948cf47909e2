//! The change to a text as a unified diff that `patch -p0` and `git apply -p0` take, byte for byte.

/// The diff of a file's bytes, with its path in both headers.
///
/// Line endings and bytes that are no UTF-8 pass through. A path that has control characters or quotes in it is
/// quoted as `git` and GNU patch expect it.
pub fn unified(path: &str, before: &[u8], after: &[u8]) -> Vec<u8> {
    let name = quoted(path.strip_prefix("./").unwrap_or(path));
    with_names(&name, &name, before, after)
}

/// The diff that makes a new file.
pub fn of_new(path: &str, after: &[u8]) -> Vec<u8> {
    with_names("/dev/null", &quoted(path.strip_prefix("./").unwrap_or(path)), b"", after)
}

fn with_names(old: &str, new: &str, before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut diff = format!("--- {old}\n+++ {new}\n").into_bytes();
    let patch = diffy::create_patch_bytes(before, after).to_bytes();
    // diffy writes two header lines of its own, which would name the files `original` and `modified`.
    let hunks = patch.split_inclusive(|b| *b == b'\n').skip(2).flatten();
    diff.extend(hunks);
    diff
}

fn quoted(path: &str) -> String {
    if !path.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        // GNU patch ends a name at the first blank, unless a tab ends it.
        return if path.contains(' ') { format!("{path}\t") } else { path.to_owned() };
    }
    let mut quoted = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            0x20..0x7f => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}
