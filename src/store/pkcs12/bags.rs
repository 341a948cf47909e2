//! SafeContents and the bags in them (RFC 7292, section 4.2).
//!
//! A bag is read as far as it is needed to say what it is; its bytes stay where they are.

use x509_parser::asn1_rs::oid;

use super::ber::{BMP_STRING, CONTEXT_0, Element, Malformed, OCTET_STRING, OID, SEQUENCE, SET, UTF8_STRING, tlv};
use super::problem::{damaged, malformed, too_many};
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::readers;

/// SafeContents inside SafeContents; no program writes more than one.
const MAX_NESTING: usize = 8;

const KEY_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.1);
const SHROUDED_KEY_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.2);
const CERT_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.3);
const SECRET_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.5);
const SAFE_CONTENTS_BAG: &[u8] = &oid!(raw 1.2.840.113549.1.12.10.1.6);
const X509_CERTIFICATE: &[u8] = &oid!(raw 1.2.840.113549.1.9.22.1);
const FRIENDLY_NAME: &[u8] = &oid!(raw 1.2.840.113549.1.9.20);
const LOCAL_KEY_ID: &[u8] = &oid!(raw 1.2.840.113549.1.9.21);
/// Oracle's; `TrustedKeyUsage_OID` of the JDK's `PKCS12KeyStore`.
const TRUSTED_KEY_USAGE: &[u8] = &oid!(raw 2.16.840.1.113894.746875.1.1);
/// `anyExtendedKeyUsage` (RFC 5280, section 4.2.1.12), the only usage that keytool writes.
const ANY_EXTENDED_KEY_USAGE: &[u8] = &oid!(raw 2.5.29.37.0);

/// What a bag holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A private key in clear. Java does not read it.
    Key,
    ShroudedKey,
    Certificate(Certificate),
    /// A certificate bag whose certificate does not parse, or is not X.509.
    UnreadableCertificate,
    /// One in a form that Java reads all the same.
    UncountedCertificate,
    Secret,
    /// SafeContents of its own. Java does not look inside.
    Nested(Vec<Bag>),
    /// A list of revoked certificates, or a kind that RFC 7292 does not know.
    Other,
}

/// One SafeBag.
#[derive(Debug, Clone)]
pub struct Bag {
    pub kind: Kind,
    pub friendly_name: Option<String>,
    pub local_key_id: Option<Vec<u8>>,
    /// Oracle's trustedKeyUsage is there, with whatever value: Java asks no more.
    pub trusted_key_usage: bool,
}

/// The bags of SafeContents; `list` is its SEQUENCE. Takes them from `room`.
pub fn read(bytes: &[u8], list: &Element, room: &mut usize) -> Result<Vec<Bag>, Trouble> {
    nested(bytes, list, 0, room)
}

fn nested(bytes: &[u8], list: &Element, depth: usize, room: &mut usize) -> Result<Vec<Bag>, Trouble> {
    if depth > MAX_NESTING {
        return Err(malformed("SafeContents")(Malformed::TooDeep));
    }
    let bags = list.children(bytes).map(|bag| {
        *room = room.checked_sub(1).ok_or_else(too_many)?;
        read_bag(bytes, &bag.map_err(malformed("SafeContents"))?, depth, room)
    });
    bags.collect()
}

fn read_bag(bytes: &[u8], bag: &Element, depth: usize, room: &mut usize) -> Result<Bag, Trouble> {
    let bad = malformed("SafeBag");
    let mut parts = bag.clone().expect(SEQUENCE).map_err(&bad)?.children(bytes);
    let mut next =
        |tag: u8| parts.next().ok_or_else(|| damaged("SafeBag"))?.and_then(|element| element.expect(tag)).map_err(&bad);
    let id = next(OID)?;
    let value = next(CONTEXT_0)?;
    let kind = match id.content(bytes) {
        KEY_BAG => Kind::Key,
        SHROUDED_KEY_BAG => Kind::ShroudedKey,
        SECRET_BAG => Kind::Secret,
        CERT_BAG => certificate(bytes, &value).map_err(malformed("CertBag"))?,
        SAFE_CONTENTS_BAG => {
            let list = value.only_child(bytes).and_then(|list| list.expect(SEQUENCE)).map_err(&bad)?;
            Kind::Nested(nested(bytes, &list, depth + 1, room)?)
        }
        _ => Kind::Other,
    };
    let mut bag = Bag { kind, friendly_name: None, local_key_id: None, trusted_key_usage: false };
    // What follows and is not a SET the JDK takes for no attributes, and so does this.
    if let Some(attributes) = parts.next().transpose().map_err(&bad)?.filter(|attributes| attributes.tag == SET) {
        for attribute in attributes.children(bytes) {
            let bad = malformed("PKCS12Attribute");
            attribute.and_then(|attribute| bag.take(bytes, &attribute)).map_err(&bad)?;
        }
    }
    Ok(bag)
}

fn certificate(bytes: &[u8], value: &Element) -> Result<Kind, Malformed> {
    let cert_bag = value.only_child(bytes)?.expect(SEQUENCE)?;
    let mut parts = cert_bag.children(bytes);
    let mut next = |tag: u8| parts.next().ok_or(Malformed::Damaged)?.and_then(|element| element.expect(tag));
    let id = next(OID)?;
    let octets = next(CONTEXT_0)?.only_child(bytes)?;
    if id.content(bytes) != X509_CERTIFICATE || octets.tag & !super::ber::CONSTRUCTED != OCTET_STRING {
        return Ok(Kind::UnreadableCertificate);
    }
    // Java reads one certificate from the front and does not ask what follows.
    let held = octets.octets(bytes)?;
    Ok(match Certificate::from_der_prefix(&held) {
        Ok((certificate, _)) => Kind::Certificate(certificate),
        Err(_) if readers::java_decodes(&held, None) => Kind::UncountedCertificate,
        Err(_) => Kind::UnreadableCertificate,
    })
}

impl Bag {
    /// Notes an attribute, if it is one of those that matter here.
    fn take(&mut self, bytes: &[u8], attribute: &Element) -> Result<(), Malformed> {
        let mut parts = attribute.clone().expect(SEQUENCE)?.children(bytes);
        let mut next = |tag: u8| parts.next().ok_or(Malformed::Damaged)?.and_then(|element| element.expect(tag));
        let id = next(OID)?;
        let mut values = next(SET)?.children(bytes);
        match id.content(bytes) {
            FRIENDLY_NAME => self.friendly_name = values.next().transpose()?.map(|value| text(bytes, &value)),
            LOCAL_KEY_ID => {
                let id = values.next().transpose()?.map(|value| value.octets(bytes).map(Vec::from));
                self.local_key_id = id.transpose()?;
            }
            TRUSTED_KEY_USAGE => self.trusted_key_usage = true,
            _ => {}
        }
        Ok(())
    }
}

/// For people, and for the comparison of aliases; what does not read is shown as it can be.
fn text(bytes: &[u8], value: &Element) -> String {
    let content = value.content(bytes);
    match value.tag {
        BMP_STRING => {
            let units: Vec<u16> = content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        UTF8_STRING => String::from_utf8_lossy(content).into_owned(),
        _ => content.iter().copied().map(char::from).collect(),
    }
}

/// A certificate bag as keytool writes it for `-importcert`, so that Java takes it for trusted; but with the
/// attributes in the order that DER asks of a SET, which keytool does not keep and strict readers want.
pub fn trusted(certificate: &Certificate, alias: &str) -> Vec<u8> {
    let name: Vec<u8> = alias.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let attribute = |id: &[u8], value: Vec<u8>| tlv(SEQUENCE, &[&tlv(OID, &[id]), &tlv(SET, &[&value])]);
    let mut attributes = [
        attribute(FRIENDLY_NAME, tlv(BMP_STRING, &[&name])),
        attribute(TRUSTED_KEY_USAGE, tlv(OID, &[ANY_EXTENDED_KEY_USAGE])),
    ];
    attributes.sort();
    let octets = tlv(OCTET_STRING, &[certificate.der()]);
    let cert_bag = tlv(SEQUENCE, &[&tlv(OID, &[X509_CERTIFICATE]), &tlv(CONTEXT_0, &[&octets])]);
    let [first, second] = &attributes;
    tlv(SEQUENCE, &[&tlv(OID, &[CERT_BAG]), &tlv(CONTEXT_0, &[&cert_bag]), &tlv(SET, &[first, second])])
}
