//! The private keys of a file, for a program that proves who it is with one: `probe --identity`.

use x509_parser::asn1_rs::oid;
use zeroize::Zeroizing;

use super::ber::{CONTEXT_0, Element, Malformed, OCTET_STRING, OID, SEQUENCE};
use super::pfx::{Content, Pfx};
use super::problem::malformed;
use super::scheme::Scheme;
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::password::{Password, Passwords};

const KEY_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.1);
const SHROUDED_KEY_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.2);

/// Keys that are tried; a program's identity has one.
const MAX_KEYS: usize = 8;

/// What a file holds of somebody's identity, in its own order.
pub(crate) struct Keys {
    /// PKCS#8; those that the file's own password opens.
    pub keys: Vec<Zeroizing<Vec<u8>>>,
    pub certificates: Vec<Certificate>,
}

/// The keys and the certificates.
///
/// # Errors
/// As `decode`.
pub(crate) fn keys(bytes: &[u8], passwords: &Passwords) -> Result<Keys, Trouble> {
    let passwords: Vec<Password> = passwords.iter().cloned().collect();
    let pfx = Pfx::open(bytes, &passwords)?;
    let mut keys = Vec::new();
    for content in &pfx.contents {
        for bag in content.list.children(&content.plain).take(MAX_KEYS) {
            let bag = bag.map_err(malformed("SafeBag"))?;
            keys.extend(key(content, &bag, pfx.password())?);
        }
    }
    let sorted = super::java::sort(&pfx);
    Ok(Keys { keys, certificates: sorted.certificates.iter().map(|found| found.certificate.clone()).collect() })
}

fn key(content: &Content, bag: &Element, password: Option<&Password>) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
    let bad = malformed("SafeBag");
    let plain = &content.plain;
    let mut parts = bag.children(plain);
    let mut next = |tag: u8| parts.next().ok_or(Malformed::Damaged)?.and_then(|element| element.expect(tag));
    let id = next(OID).map_err(&bad)?;
    let kind = id.content(plain);
    if kind != KEY_BAG && kind != SHROUDED_KEY_BAG {
        return Ok(None);
    }
    let value = next(CONTEXT_0).and_then(|value| value.only_child(plain)?.expect(SEQUENCE)).map_err(&bad)?;
    if kind == KEY_BAG {
        return Ok(Some(Zeroizing::new(plain[value.span].to_vec())));
    }
    let mut parts = value.children(plain);
    let mut next = || parts.next().ok_or(Malformed::Damaged)?;
    let scheme = Scheme::read(plain, next().map_err(&bad)?)?;
    let sealed = next().and_then(|octets| octets.expect(OCTET_STRING)).map_err(&bad)?;
    let password = password.unwrap_or(&Password::None);
    let opened = scheme.decrypt(&scheme.keys(plain, password), sealed.content(plain));
    Ok(opened.map(|key| Zeroizing::new(key.to_vec())))
}
