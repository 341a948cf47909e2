//! BKS, Bouncy Castle's format, versions 1 and 2 (Android's before it took to others): a version, a salt, an iteration
//! count, the entries, and an HMAC-SHA1 over the entries under a key that PKCS#12 derives from the password.
//!
//! Source: Bouncy Castle's `BcKeyStoreSpi`. Its UBER begins with the same fields but is encrypted as a whole; it is
//! recognised here so that it can be refused with a sentence.

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::java::data_input::{DataInput, Stop};
use super::java::{self, Damage, Kind, Layout};
use super::jks::{MAX_CHAIN, X509, be32};
use super::{AppendOptions, Appended, Format, Store, StoreFormat};
use crate::finding::{Code, Trouble};
use crate::lang::java as say;
use crate::password::{Password, Passwords};
use crate::rollover::Root;

/// BKS; and UBER, which it refuses.
#[derive(Debug)]
pub struct Bks;

/// What `BcKeyStoreSpi` calls its types of entries; `END` stands behind the last one.
const END: u8 = 0;
const CERTIFICATE: u8 = 1;
const KEY: u8 = 2;
const SECRET: u8 = 3;
const SEALED: u8 = 4;

/// Bouncy Castle writes 20 bytes, and BKS files of other lengths are not known.
const MAX_SALT: u32 = 1024;

/// Bouncy Castle writes 1024 to 2047 and caps UBER at 65,536. A million SHA-1s take a tenth of a second.
const MAX_ITERATIONS: u32 = 1_000_000;

impl StoreFormat for Bks {
    fn sniff(&self, bytes: &[u8]) -> bool {
        head(&mut DataInput::new(bytes)).is_ok()
    }

    fn decode(&self, bytes: &[u8], passwords: &Passwords) -> Result<Store, Trouble> {
        let (head, layout) = read(bytes)?;
        if head.iterations > MAX_ITERATIONS {
            let message = say::too_many_iterations(head.iterations, MAX_ITERATIONS);
            return Err(Trouble::new(Code::KeyStoreDamaged, message, say::get_an_intact_copy()));
        }
        let stored = &bytes[layout.end + 1..][..java::DIGEST_LENGTH];
        let password = java::find_password(passwords, |password| {
            mac(password, &head, &[&bytes[head.length..=layout.end]]) == stored
        })?;
        Ok(java::store_of(&layout, password))
    }

    fn append(
        &self,
        bytes: &[u8],
        store: &Store,
        roots: &[&Root],
        options: &AppendOptions,
    ) -> Result<Appended, Trouble> {
        java::refuse_broken(store)?;
        let (head, layout) = read(bytes)?;
        let password = java::password_of(store)?;
        let new = java::new_entries(&layout.entries, java::wanted(roots, options))?;
        let mut patched = bytes[..layout.end].to_vec();
        for entry in new {
            patched.push(CERTIFICATE);
            patched.extend_from_slice(&entry.alias);
            patched.extend_from_slice(&options.now_ms.to_be_bytes());
            // No chain.
            patched.extend_from_slice(&be32(0));
            patched.extend_from_slice(X509);
            patched.extend_from_slice(&be32(entry.der.len()));
            patched.extend_from_slice(entry.der);
        }
        patched.push(END);
        let mac = mac(password, &head, &[&patched[head.length..]]);
        patched.extend_from_slice(&mac);
        patched.extend_from_slice(&bytes[layout.end + 1 + java::DIGEST_LENGTH..]);
        Ok(Appended { bytes: patched, findings: Vec::new() })
    }
}

/// What stands before the entries.
struct Head<'a> {
    version: u32,
    salt: &'a [u8],
    iterations: u32,
    length: usize,
}

fn head<'a>(input: &mut DataInput<'a>) -> Result<Head<'a>, Stop> {
    let version = input.u32()?;
    let salt_length = input.u32()?;
    // Version 0 has the layout of version 1; Bouncy Castle still reads it.
    if version > 2 || !(1..=MAX_SALT).contains(&salt_length) {
        return Err(Stop::NotUnderstood);
    }
    let salt = input.take(salt_length as usize)?;
    let iterations = input.u32()?;
    Ok(Head { version, salt, iterations, length: input.at() })
}

fn read(bytes: &[u8]) -> Result<(Head<'_>, Layout<'_>), Trouble> {
    let trouble = |damage: Damage| damage.trouble(Format::Bks);
    let mut input = DataInput::new(bytes);
    let head = head(&mut input).map_err(|stop| trouble(Damage { stop, at: 0 }))?;
    // UBER: the entries' place is whole blocks of Twofish and does not even begin with an entry; or it seems to be
    // empty, as one in 256 does, but goes on.
    let may_be_uber = head.version <= 1 && (bytes.len() - head.length).is_multiple_of(TWOFISH_BLOCK);
    match layout(bytes, &head, input) {
        Ok(layout) if may_be_uber && layout.entries.is_empty() => Err(uber()),
        Ok(layout) => Ok((head, layout)),
        Err((0, _)) if may_be_uber => Err(uber()),
        Err((_, damage)) => Err(trouble(damage)),
    }
}

const TWOFISH_BLOCK: usize = 16;

/// The entries; or how many were read before the damage.
fn layout<'a>(bytes: &'a [u8], head: &Head<'a>, mut input: DataInput<'a>) -> Result<Layout<'a>, (usize, Damage)> {
    let mut count = 0;
    let mut end = input.at();
    let entries = java::read_entries(&mut input, |input| {
        end = input.at();
        let entry = entry(input)?;
        count += usize::from(entry.is_some());
        Ok(entry)
    });
    let entries = entries.map_err(|damage| (count, damage))?;
    let mac_at = input.at();
    input.take(java::DIGEST_LENGTH).map_err(|stop| (count, Damage { stop, at: mac_at }))?;
    Ok(Layout { bytes, format: Format::Bks, version: head.version, entries, end, lower_case: false })
}

type Read<'a> = Option<(Kind, String, Vec<&'a [u8]>)>;

fn entry<'a>(input: &mut DataInput<'a>) -> Result<Read<'a>, Stop> {
    let kind = input.u8()?;
    if kind == END {
        return Ok(None);
    }
    let alias = input.utf()?;
    let _created = input.u64()?;
    let mut certificates = Vec::new();
    for _ in 0..input.u32()? {
        if certificates.len() == MAX_CHAIN {
            return Err(Stop::NotUnderstood);
        }
        certificates.push(java::typed(input)?);
    }
    match kind {
        CERTIFICATE => {
            // Bouncy Castle reads past a chain before a certificate of its own.
            certificates = vec![java::typed(input)?];
            Ok(Some((Kind::Trusted, alias, certificates)))
        }
        KEY => {
            let _private_public_or_secret = input.u8()?;
            let _format = input.utf()?;
            let _algorithm = input.utf()?;
            input.block()?;
            Ok(Some((Kind::Key, alias, certificates)))
        }
        SECRET | SEALED => {
            input.block()?;
            Ok(Some((Kind::Key, alias, certificates)))
        }
        _ => Err(Stop::NotUnderstood),
    }
}

fn uber() -> Trouble {
    Trouble::new(Code::KeyStoreNotSupported, say::uber(), say::convert_with_bouncy_castle())
}

/// HMAC-SHA1 under the key of RFC 7292, appendix B, purpose 3.
fn mac(password: &Password, head: &Head<'_>, parts: &[&[u8]]) -> [u8; java::DIGEST_LENGTH] {
    let key = mac_key(password.as_str().unwrap_or_default(), head.salt, head.iterations);
    // Before version 2 Bouncy Castle took the number of bytes for a number of bits.
    let key = if head.version < 2 { &key[..2] } else { &key[..] };
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of every length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// RFC 7292, appendix B.2, for as many bytes as one SHA-1 gives. No password is the empty one, without the two zero
/// bytes that end every other.
fn mac_key(password: &str, salt: &[u8], iterations: u32) -> Zeroizing<[u8; java::DIGEST_LENGTH]> {
    const BLOCK: usize = 64;
    const MAC: u8 = 3;
    let mut units = Zeroizing::new(Vec::with_capacity(password.len() * 2 + 2));
    password.encode_utf16().for_each(|unit| units.extend(unit.to_be_bytes()));
    if !password.is_empty() {
        units.extend([0, 0]);
    }
    let mut sha1 = Sha1::new().chain_update([MAC; BLOCK]);
    for text in [salt, &units] {
        let filled = text.len().div_ceil(BLOCK) * BLOCK;
        let mut left = filled;
        while left > 0 {
            let part = &text[..text.len().min(left)];
            sha1.update(part);
            left -= part.len();
        }
    }
    let mut key: Zeroizing<[u8; java::DIGEST_LENGTH]> = Zeroizing::new(sha1.finalize().into());
    for _ in 1..iterations {
        *key = Sha1::digest(*key).into();
    }
    key
}
