//! What lies in `embedded-roots/`, and the check of it while the program is compiled.
//!
//! The PEM is decoded and hashed by constant evaluation, so that a wrong byte is a compile error and no binary with it
//! can exist. The form is strict (64 columns, LF, nothing around the block): there is one way to write a certificate,
//! and every other byte at any place is wrong, also where it would not change the DER.

use sha2_const_stable::Sha256;

/// A root as it is embedded.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddedRoot {
    pub id: &'static str,
    pub pem: &'static [u8],
    pub toml: &'static str,
    pub pinned: [u8; 32],
}

/// A rollover as it is embedded.
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddedRollover {
    pub id: &'static str,
    pub toml: &'static str,
}

macro_rules! root {
    ($id:literal) => {{
        const PEM: &[u8] = include_bytes!(concat!("../../embedded-roots/", $id, ".pem"));
        const TOML: &str = include_str!(concat!("../../embedded-roots/", $id, ".toml"));
        const PINNED: [u8; 32] = match checked(PEM, TOML.as_bytes()) {
            Ok(pinned) => pinned,
            Err(Damage::Pem) => panic!("embedded-roots: the PEM is not one block of 64 columns"),
            Err(Damage::Pin) => panic!("embedded-roots: the TOML does not have one line sha256 = \"...\""),
            Err(Damage::Fingerprint) => panic!("embedded-roots: the SHA-256 of the PEM is not the one in the TOML"),
        };
        EmbeddedRoot { id: $id, pem: PEM, toml: TOML, pinned: PINNED }
    }};
}

macro_rules! rollover {
    ($id:literal) => {
        EmbeddedRollover { id: $id, toml: include_str!(concat!("../../embedded-roots/rollovers/", $id, ".toml")) }
    };
}

/// Every root, in the order in which people read them.
pub(super) const ROOTS: &[EmbeddedRoot] = &[
    root!("digicert-global-root-ca"),
    root!("digicert-global-root-g2"),
    root!("digicert-global-root-g3"),
    root!("digicert-tls-rsa4096-root-g5"),
    root!("digicert-tls-ecc-p384-root-g5"),
    root!("baltimore-cybertrust-root"),
];

/// Every rollover; the first is the default.
pub(super) const ROLLOVERS: &[EmbeddedRollover] =
    &[rollover!("digicert-g2"), rollover!("digicert-g5"), rollover!("baltimore-g2")];

/// The day of the catalogue.
pub(super) const CATALOGUE: &str = include_str!("../../embedded-roots/catalogue.toml");

/// What is wrong with an embedded root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    Pem,
    Pin,
    Fingerprint,
}

/// The pinned SHA-256, if the PEM has it.
pub(super) const fn checked(pem: &[u8], toml: &[u8]) -> Result<[u8; 32], Damage> {
    let Some(pinned) = pinned_in(toml) else { return Err(Damage::Pin) };
    let Some(digest) = digest_of(pem) else { return Err(Damage::Pem) };
    let mut at = 0;
    while at < 32 {
        if digest[at] != pinned[at] {
            return Err(Damage::Fingerprint);
        }
        at += 1;
    }
    Ok(pinned)
}

/// The SHA-256 of what is in the one block of a PEM file.
const fn digest_of(pem: &[u8]) -> Option<[u8; 32]> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----\n";
    const END: &[u8] = b"-----END CERTIFICATE-----\n";
    const COLUMNS: usize = 64;
    if pem.len() < BEGIN.len() + END.len() || !has_at(pem, 0, BEGIN) || !has_at(pem, pem.len() - END.len(), END) {
        return None;
    }
    let end = pem.len() - END.len();
    let mut at = BEGIN.len();
    let mut hash = Sha256::new();
    while at < end {
        let line = if end - at > COLUMNS { COLUMNS } else { end - at - 1 };
        if line == 0 || line % 4 != 0 || pem[at + line] != b'\n' {
            return None;
        }
        let last_line = at + line + 1 == end;
        let mut bytes = [0; COLUMNS / 4 * 3];
        let mut count = 0;
        let mut group = 0;
        while group < line {
            let last = last_line && group + 4 == line;
            let Some((three, decoded)) = decode(pem, at + group, last) else { return None };
            bytes[count] = three[0];
            bytes[count + 1] = three[1];
            bytes[count + 2] = three[2];
            count += decoded;
            group += 4;
        }
        hash = hash.update(bytes.split_at(count).0);
        at += line + 1;
    }
    Some(hash.finalize())
}

/// Four digits of base64 (RFC 4648 section 4): three bytes and how many of them count. Padding stands only in the
/// last group, and the bits that it leaves over are zero.
const fn decode(text: &[u8], at: usize, last: bool) -> Option<([u8; 3], usize)> {
    let padding = match (text[at + 2], text[at + 3]) {
        (b'=', b'=') => 2,
        (_, b'=') => 1,
        _ => 0,
    };
    if padding > 0 && !last {
        return None;
    }
    let mut bits = 0;
    let mut digit = 0;
    while digit < 4 {
        let value = if digit >= 4 - padding {
            0
        } else {
            match text[at + digit] {
                upper @ b'A'..=b'Z' => upper - b'A',
                lower @ b'a'..=b'z' => lower - b'a' + 26,
                number @ b'0'..=b'9' => number - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            }
        };
        bits = bits << 6 | value as u32;
        digit += 1;
    }
    let [_, first, second, third] = bits.to_be_bytes();
    if (padding >= 1 && third != 0) || (padding == 2 && second != 0) {
        return None;
    }
    Some(([first, second, third], 3 - padding))
}

/// The value of the one line `sha256 = "64 digits"`.
const fn pinned_in(toml: &[u8]) -> Option<[u8; 32]> {
    const KEY: &[u8] = b"\nsha256 = \"";
    let mut found = None;
    let mut at = 0;
    while at < toml.len() {
        if has_at(toml, at, KEY) {
            let digits = at + KEY.len();
            if found.is_some() || !has_at(toml, digits + 64, b"\"\n") {
                return None;
            }
            let mut pinned = [0; 32];
            let mut byte = 0;
            while byte < 32 {
                match (digit(toml[digits + 2 * byte]), digit(toml[digits + 2 * byte + 1])) {
                    (Some(high), Some(low)) => pinned[byte] = high << 4 | low,
                    _ => return None,
                }
                byte += 1;
            }
            found = Some(pinned);
        }
        at += 1;
    }
    found
}

const fn digit(text: u8) -> Option<u8> {
    match text {
        b'0'..=b'9' => Some(text - b'0'),
        b'a'..=b'f' => Some(text - b'a' + 10),
        _ => None,
    }
}

/// Whether `part` stands in `text` at that place.
const fn has_at(text: &[u8], at: usize, part: &[u8]) -> bool {
    if text.len() < at + part.len() {
        return false;
    }
    let mut i = 0;
    while i < part.len() {
        if text[at + i] != part[i] {
            return false;
        }
        i += 1;
    }
    true
}
