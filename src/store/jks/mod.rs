//! JKS and JCEKS, the JDK's own formats: `FEEDFEED` or `CECECECE`, a version, a count, the entries, and a SHA-1 over
//! the password, "Mighty Aphrodite" and everything before it.
//!
//! Sources: the comments on the format in OpenJDK's `sun.security.provider.JavaKeyStore` and
//! `com.sun.crypto.provider.JceKeyStore`. What stands behind the digest is read by no JDK; it stays.

use std::collections::HashMap;

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::java::data_input::{DataInput, Stop};
use super::java::{self, Damage, Kind, Layout, NewEntry};
use super::{AppendOptions, Appended, Format, Store, StoreFormat};
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::password::Passwords;
use crate::rollover::Root;

mod serial;

/// JKS and JCEKS.
#[derive(Debug)]
pub struct Jks;

const JKS_MAGIC: u32 = 0xfeed_feed;
const JCEKS_MAGIC: u32 = 0xcece_cece;

/// The count stands behind the magic number and the version.
const COUNT_AT: std::ops::Range<usize> = 8..12;

const KEY: u32 = 1;
const TRUSTED: u32 = 2;
const SECRET: u32 = 3;

/// What a certificate calls its type, from version 2 on.
pub(super) const X509: &[u8] = b"\x00\x05X.509";

impl StoreFormat for Jks {
    fn sniff(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&JKS_MAGIC.to_be_bytes()) || bytes.starts_with(&JCEKS_MAGIC.to_be_bytes())
    }

    fn decode(&self, bytes: &[u8], passwords: &Passwords) -> Result<Store, Trouble> {
        let layout = layout(bytes).map_err(|damage| damage.trouble(format_of(bytes)))?;
        let stored = &bytes[layout.end..layout.end + java::DIGEST_LENGTH];
        let password = java::find_password(passwords, |password| {
            // Without a password the JDK checks nothing and writes nothing; no digest is made of that.
            password.as_str().is_some_and(|text| digest(text, &[&bytes[..layout.end]]) == stored)
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
        let layout = layout(bytes).map_err(|damage| damage.trouble(format_of(bytes)))?;
        let password = java::password_of(store)?.as_str().unwrap_or_default();
        let new = java::new_entries(&layout.entries, java::wanted(roots, options))?;
        let (before, behind) = (&bytes[..layout.end], &bytes[layout.end + java::DIGEST_LENGTH..]);
        let mut patched = before.to_vec();
        let count = layout.entries.len() + new.len();
        patched[COUNT_AT].copy_from_slice(&be32(count));
        write_entries(&mut patched, &new, layout.version, options.now_ms);
        let digest = digest(password, &[&patched]);
        patched.extend_from_slice(&digest);
        patched.extend_from_slice(behind);
        Ok(Appended { bytes: patched, findings: Vec::new() })
    }
}

/// A new JKS trust store of these certificates, as JDK 1.2 and everything after it reads it. Aliases become lower
/// case and unique; the JDK's own tools ask for a password of six characters at least, this function does not.
///
/// # Errors
/// An alias is empty or longer than 1024 bytes.
pub fn create<'a>(
    certificates: impl IntoIterator<Item = (&'a str, &'a Certificate)>,
    password: &str,
    now_ms: u64,
) -> Result<Vec<u8>, Trouble> {
    let new = java::new_entries(&[], certificates)?;
    let mut bytes = [JKS_MAGIC.to_be_bytes(), 2u32.to_be_bytes(), be32(new.len())].concat();
    write_entries(&mut bytes, &new, 2, now_ms);
    let digest = digest(password, &[&bytes]);
    bytes.extend_from_slice(&digest);
    Ok(bytes)
}

fn write_entries(out: &mut Vec<u8>, new: &[NewEntry<'_>], version: u32, now_ms: u64) {
    for entry in new {
        out.extend_from_slice(&TRUSTED.to_be_bytes());
        out.extend_from_slice(&entry.alias);
        out.extend_from_slice(&now_ms.to_be_bytes());
        if version >= 2 {
            out.extend_from_slice(X509);
        }
        out.extend_from_slice(&be32(entry.der.len()));
        out.extend_from_slice(entry.der);
    }
}

/// A length or a count as Java writes it.
pub(super) fn be32(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("a store has at most 16 MiB").to_be_bytes()
}

fn format_of(bytes: &[u8]) -> Format {
    if bytes.starts_with(&JCEKS_MAGIC.to_be_bytes()) { Format::Jceks } else { Format::Jks }
}

/// What every entry is called, of JKS and JCEKS; nothing of what does not read.
pub(crate) fn every_alias(bytes: &[u8]) -> Vec<String> {
    layout(bytes).map(|layout| layout.entries.into_iter().map(|raw| raw.alias).collect()).unwrap_or_default()
}

/// Whether every entry of one store is in another, byte for byte, and as often; the order may differ, since a JDK
/// writes them in the order of its hash table. Stores that do not read, or differ in version, keep nothing.
pub(crate) fn keeps_every_entry(before: &[u8], after: &[u8]) -> bool {
    let (Ok(before), Ok(after)) = (layout(before), layout(after)) else { return false };
    if (before.format, before.version) != (after.format, after.version) {
        return false;
    }
    let mut there: HashMap<&[u8], usize> = HashMap::new();
    after.entries.iter().for_each(|raw| *there.entry(&after.bytes[raw.span.clone()]).or_default() += 1);
    before.entries.iter().all(|raw| match there.get_mut(&before.bytes[raw.span.clone()]) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    })
}

/// Tells the entries apart.
fn layout(bytes: &[u8]) -> Result<Layout<'_>, Damage> {
    let mut input = DataInput::new(bytes);
    let head = |input: &mut DataInput<'_>| {
        input.u32()?;
        let version = input.u32()?;
        if !matches!(version, 1 | 2) {
            return Err(Stop::NotUnderstood);
        }
        Ok((version, input.u32()?))
    };
    let (version, count) = head(&mut input).map_err(|stop| Damage { stop, at: input.at() })?;
    let format = format_of(bytes);
    let mut left = count;
    let entries = java::read_entries(&mut input, |input| {
        if left == 0 {
            return Ok(None);
        }
        left -= 1;
        entry(input, format, version).map(Some)
    })?;
    let end = input.at();
    input.take(java::DIGEST_LENGTH).map_err(|stop| Damage { stop, at: end })?;
    Ok(Layout { bytes, format, version, entries, end, lower_case: true })
}

fn entry<'a>(input: &mut DataInput<'a>, format: Format, version: u32) -> Result<(Kind, String, Vec<&'a [u8]>), Stop> {
    let tag = input.u32()?;
    let alias = input.utf()?;
    let _created = input.u64()?;
    let certificate = |input: &mut DataInput<'a>| if version >= 2 { java::typed(input) } else { input.block() };
    match tag {
        KEY => {
            let _key = input.block()?;
            let length = input.u32()?;
            let mut chain = Vec::new();
            for _ in 0..length {
                if chain.len() == MAX_CHAIN {
                    return Err(Stop::NotUnderstood);
                }
                chain.push(certificate(input)?);
            }
            Ok((Kind::Key, alias, chain))
        }
        TRUSTED => Ok((Kind::Trusted, alias, vec![certificate(input)?])),
        SECRET if format == Format::Jceks => {
            serial::skip(input)?;
            Ok((Kind::Key, alias, Vec::new()))
        }
        _ => Err(Stop::NotUnderstood),
    }
}

/// A chain has two to four certificates; people have pasted a dozen. Empty "certificates" in a chain would otherwise
/// take more memory than file.
pub(super) const MAX_CHAIN: usize = 100;

/// SHA-1 over the password in UTF-16, the phrase, and the parts.
fn digest(password: &str, parts: &[&[u8]]) -> [u8; java::DIGEST_LENGTH] {
    let mut units = Zeroizing::new(Vec::with_capacity(password.len() * 2));
    password.encode_utf16().for_each(|unit| units.extend(unit.to_be_bytes()));
    let mut sha1 = Sha1::new().chain_update(&*units).chain_update(b"Mighty Aphrodite");
    parts.iter().for_each(|part| sha1.update(part));
    sha1.finalize().into()
}
