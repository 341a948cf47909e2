//! The file as a whole (PFX): its outer wrapping, its contents, decrypted, and its integrity value.
//!
//! Nothing is derived from a password before every algorithm in the file is known to be one of ours and within its
//! limits, and all derivations together, over all passwords, are bounded: a file may ask for 5,000,000 iterations
//! where Java allows it, but not for that in a thousand places.

use std::borrow::Cow;

use x509_parser::asn1_rs::oid;
use zeroize::Zeroizing;

use super::bags::{self, Bag};
use super::ber::{CONSTRUCTED, CONTEXT_0, Element, OCTET_STRING, OID, SEQUENCE};
use super::mac::MacData;
use super::problem::{damaged, dotted, malformed, not_supported, too_many};
use super::scheme::Scheme;
use crate::finding::{Code, Trouble};
use crate::lang::pkcs12::{self as say, Tried};
use crate::password::Password;

pub const DATA: &[u8] = &oid!(raw 1.2.840.113549.1.7.1);
const SIGNED_DATA: &[u8] = &oid!(raw 1.2.840.113549.1.7.2);
const ENVELOPED_DATA: &[u8] = &oid!(raw 1.2.840.113549.1.7.3);
const ENCRYPTED_DATA: &[u8] = &oid!(raw 1.2.840.113549.1.7.6);

/// Calls of a hash over a whole file. The slowest file that Java opens and that is not hostile has 5,000,000
/// iterations of PBKDF2 (two calls each, four for a key longer than the hash) for its integrity value, for each
/// password that is tried, and once for its certificates: less than this, which is some 10 s of one processor.
const MAX_WORK: u64 = 60_000_000;

/// Contents of a file: programs write two or three.
const MAX_CONTENTS: usize = 1000;
/// Bags of a file, nested ones included. The largest trust store that was seen has 214.
const MAX_BAGS: usize = 100_000;

/// What a file may still ask for.
struct Limits {
    work: u64,
    bags: usize,
}

impl Limits {
    fn spend(&mut self, cost: u64) -> Result<(), Trouble> {
        self.work = self
            .work
            .checked_sub(cost)
            .ok_or_else(|| Trouble::new(Code::TooManyIterations, say::too_much_work(), say::make_it_anew()))?;
        Ok(())
    }
}

/// One ContentInfo of the AuthenticatedSafe, open.
#[derive(Debug)]
pub struct Content {
    /// From the ContentInfo down to the OCTET STRING (or what stands for it) that holds the SafeContents.
    pub path: Vec<Element>,
    /// Its encryption, and the password that opened it.
    pub encryption: Option<(Scheme, Password)>,
    /// The SafeContents, decrypted.
    pub plain: Zeroizing<Vec<u8>>,
    /// The SEQUENCE in `plain`.
    pub list: Element,
    pub bags: Vec<Bag>,
}

/// A PKCS#12 file, open.
#[derive(Debug)]
pub struct Pfx<'a> {
    pub bytes: &'a [u8],
    /// From the PFX down to the OCTET STRING that holds the AuthenticatedSafe.
    pub path: Vec<Element>,
    /// The AuthenticatedSafe.
    pub safe: Cow<'a, [u8]>,
    /// The SEQUENCE in `safe`.
    pub list: Element,
    pub contents: Vec<Content>,
    /// The integrity value, and the password that it was checked with.
    pub mac: Option<(MacData, Password)>,
}

impl<'a> Pfx<'a> {
    /// Opens a file with the first of these passwords that fits.
    ///
    /// # Errors
    /// It is damaged, of a kind that is not known, asks for too much, or no password fits.
    pub fn open(bytes: &'a [u8], passwords: &[Password]) -> Result<Self, Trouble> {
        Self::open_within(bytes, passwords, Limits { work: MAX_WORK, bags: MAX_BAGS })
    }

    fn open_within(bytes: &'a [u8], passwords: &[Password], mut limits: Limits) -> Result<Self, Trouble> {
        let bad = malformed("PFX");
        let outer = Element::read(bytes, 0..bytes.len()).and_then(|pfx| pfx.expect(SEQUENCE)).map_err(&bad)?;
        let mut parts = outer.children(bytes);
        let mut next = || parts.next().ok_or_else(|| damaged("PFX"))?.map_err(&bad);
        let version = next()?.number(bytes).map_err(&bad)?;
        if version != 3 {
            return Err(not_supported(say::unknown_version(version)));
        }
        let auth_safe = next()?;
        let mac = parts.next().transpose().map_err(&bad)?;
        let (id, mut path) = content_info(bytes, auth_safe)?;
        match id {
            DATA => {}
            SIGNED_DATA => return Err(not_supported(say::public_key_integrity())),
            other => return Err(not_supported(say::unknown_content(dotted(other)))),
        }
        path.insert(0, outer);
        let octets = octet_string(bytes, &path)?;
        let safe = octets.octets(bytes).map_err(&bad)?;
        path.push(octets);
        let mac = mac.map(|mac| MacData::read(bytes, mac)).transpose()?;

        let bad = malformed("AuthenticatedSafe");
        let list = Element::read(&safe, 0..safe.len()).and_then(|list| list.expect(SEQUENCE)).map_err(&bad)?;
        if list.children(&safe).nth(MAX_CONTENTS).is_some() {
            return Err(too_many());
        }
        let sealed: Vec<Sealed> =
            list.children(&safe).map(|info| Sealed::read(&safe, info.map_err(&bad)?)).collect::<Result<_, _>>()?;

        let mac = mac.map(|mac| checked(bytes, mac, &safe, passwords, &mut limits)).transpose()?;
        // What opened the integrity value, or else the first content, is tried on the others alone.
        let mut found = mac.as_ref().map(|(_, password)| password.clone());
        let mut contents = Vec::with_capacity(sealed.len());
        for sealed in sealed {
            let content = match &found {
                Some(password) => sealed
                    .open(&safe, &alike(password), &mut limits)?
                    .ok_or_else(|| Trouble::new(Code::KeyStoreNotSupported, say::two_passwords(), say::convert_it()))?,
                None => sealed.open(&safe, passwords, &mut limits)?.ok_or_else(|| wrong_password(passwords))?,
            };
            found = found.or_else(|| content.encryption.as_ref().map(|(_, password)| password.clone()));
            contents.push(content);
        }
        Ok(Pfx { bytes, path, safe, list, contents, mac })
    }

    /// The password that opened it; `None` where it needs none.
    pub fn password(&self) -> Option<&Password> {
        let of_content = || self.contents.iter().find_map(|content| content.encryption.as_ref());
        self.mac.as_ref().map(|(_, password)| password).or_else(|| of_content().map(|(_, password)| password))
    }
}

/// Programs differ over whether the empty password is one, and some over it within one file: JDKs, and OpenSSL, try
/// the other where the one fails.
fn alike(password: &Password) -> Vec<Password> {
    let other = match password.as_str() {
        None => Some(Password::text("")),
        Some("") => Some(Password::None),
        Some(_) => None,
    };
    std::iter::once(password.clone()).chain(other).collect()
}

/// Without those that yield the same key as one before.
fn distinct(passwords: &[Password], same: impl Fn(&Password, &Password) -> bool) -> impl Iterator<Item = &Password> {
    let seen = move |(at, password): &(usize, &Password)| !passwords[..*at].iter().any(|before| same(before, password));
    passwords.iter().enumerate().filter(seen).map(|(_, password)| password)
}

fn wrong_password(passwords: &[Password]) -> Trouble {
    let tried: Vec<Tried> = passwords
        .iter()
        .map(|password| match password.as_str() {
            None => Tried::NoPassword,
            Some("") => Tried::Empty,
            Some("changeit") => Tried::Changeit,
            Some(_) => Tried::Given,
        })
        .collect();
    Trouble::new(Code::WrongPassword, say::wrong_password(&tried), say::give_the_password())
}

/// Finds the password of the integrity value.
fn checked(
    bytes: &[u8],
    mac: MacData,
    content: &[u8],
    passwords: &[Password],
    limits: &mut Limits,
) -> Result<(MacData, Password), Trouble> {
    for password in distinct(passwords, |one, other| mac.same_key(one, other)) {
        limits.spend(mac.cost())?;
        if mac.compute(password, content) == bytes[mac.value.clone()] {
            return Ok((mac.clone(), password.clone()));
        }
    }
    Err(wrong_password(passwords))
}

/// The type of a ContentInfo, and the way down to its `[0]`.
fn content_info(bytes: &[u8], element: Element) -> Result<(&[u8], Vec<Element>), Trouble> {
    let bad = malformed("ContentInfo");
    let info = element.expect(SEQUENCE).map_err(&bad)?;
    let mut parts = info.children(bytes);
    let mut next = |tag: u8| {
        parts.next().ok_or_else(|| damaged("ContentInfo"))?.and_then(|element| element.expect(tag)).map_err(&bad)
    };
    let (id, explicit) = (next(OID)?, next(CONTEXT_0)?);
    Ok((id.content(bytes), vec![info, explicit]))
}

/// The OCTET STRING in the `[0]` at the end of the path.
fn octet_string(bytes: &[u8], path: &[Element]) -> Result<Element, Trouble> {
    let explicit = path.last().expect("a path to a [0]");
    match explicit.only_child(bytes) {
        Ok(octets) if octets.tag & !CONSTRUCTED == OCTET_STRING => Ok(octets),
        Ok(_) => Err(damaged("ContentInfo")),
        Err(why) => Err(malformed("ContentInfo")(why)),
    }
}

/// One ContentInfo whose algorithms are known to be ours.
struct Sealed {
    path: Vec<Element>,
    scheme: Option<Scheme>,
}

impl Sealed {
    fn read(safe: &[u8], info: Element) -> Result<Self, Trouble> {
        let (id, mut path) = content_info(safe, info)?;
        match id {
            DATA => {
                path.push(octet_string(safe, &path)?);
                Ok(Sealed { path, scheme: None })
            }
            ENCRYPTED_DATA => {
                let bad = malformed("EncryptedData");
                let explicit = path.last().expect("a path to a [0]");
                let data = explicit.only_child(safe).and_then(|data| data.expect(SEQUENCE)).map_err(&bad)?;
                let info = data.children(safe).nth(1).ok_or_else(|| damaged("EncryptedData"))?;
                let info = info.and_then(|info| info.expect(SEQUENCE)).map_err(&bad)?;
                let mut parts = info.children(safe).skip(1);
                let mut next = || parts.next().ok_or_else(|| damaged("EncryptedData"))?.map_err(&bad);
                let (algorithm, content) = (next()?, next()?);
                // [0] IMPLICIT OCTET STRING, in one piece or in several.
                if content.tag & !CONSTRUCTED != CONTEXT_0 & !CONSTRUCTED {
                    return Err(damaged("EncryptedData"));
                }
                let scheme = Scheme::read(safe, algorithm)?;
                path.extend([data, info, content]);
                Ok(Sealed { path, scheme: Some(scheme) })
            }
            ENVELOPED_DATA => Err(not_supported(say::public_key_privacy())),
            other => Err(not_supported(say::unknown_content(dotted(other)))),
        }
    }

    /// `None` where no password fits.
    fn open(self, safe: &[u8], passwords: &[Password], limits: &mut Limits) -> Result<Option<Content>, Trouble> {
        let Sealed { path, scheme } = self;
        let octets = path.last().expect("a path to the octets").octets(safe).map_err(malformed("ContentInfo"))?;
        let Some(scheme) = scheme else {
            let plain = Zeroizing::new(octets.into_owned());
            let (list, bags) = safe_contents(&plain, limits)?;
            return Ok(Some(Content { path, encryption: None, plain, list, bags }));
        };
        for password in distinct(passwords, |one, other| scheme.same_key(one, other)) {
            limits.spend(scheme.cost())?;
            let Some(plain) = scheme.decrypt(&scheme.keys(safe, password), &octets) else { continue };
            // One wrong key in 256 yields a padding that is right; hardly any of those yields this.
            let Ok((list, bags)) = safe_contents(&plain, limits) else { continue };
            return Ok(Some(Content { path, encryption: Some((scheme.clone(), password.clone())), plain, list, bags }));
        }
        Ok(None)
    }
}

fn safe_contents(plain: &[u8], limits: &mut Limits) -> Result<(Element, Vec<Bag>), Trouble> {
    let bad = malformed("SafeContents");
    let list = Element::read(plain, 0..plain.len()).and_then(|list| list.expect(SEQUENCE)).map_err(bad)?;
    let bags = bags::read(plain, &list, &mut limits.bags)?;
    Ok((list, bags))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pkcs12::ber::{INTEGER, NULL, tlv};

    #[test]
    fn the_work_for_all_passwords_together_is_bounded() {
        let sha1 = tlv(SEQUENCE, &[&tlv(OID, &[&oid!(raw 1.3.14.3.2.26)]), &tlv(NULL, &[])]);
        let digest = tlv(SEQUENCE, &[&sha1, &tlv(OCTET_STRING, &[&[7; 20]])]);
        let mac = tlv(SEQUENCE, &[&digest, &tlv(OCTET_STRING, &[b"saltsalt"]), &tlv(INTEGER, &[&[3, 0xe8]])]);
        let safe = tlv(CONTEXT_0, &[&tlv(OCTET_STRING, &[&tlv(SEQUENCE, &[])])]);
        let safe = tlv(SEQUENCE, &[&tlv(OID, &[DATA]), &safe]);
        let bytes = tlv(SEQUENCE, &[&tlv(INTEGER, &[&[3]]), &safe, &mac]);
        let passwords = ["a", "b", "c"].map(Password::text);
        let code = |work| Pfx::open_within(&bytes, &passwords, Limits { work, bags: 10 }).unwrap_err().code;
        assert_eq!(code(3000), Code::WrongPassword);
        assert_eq!(code(2999), Code::TooManyIterations);
    }
}
