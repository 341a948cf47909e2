//! The trust settings behind the certificate in a TRUSTED CERTIFICATE block, and what they mean for servers.
//!
//! `X509_CERT_AUX` in `crypto/x509/x_x509a.c` and `obj_trust` in `crypto/x509/x509_trust.c` of OpenSSL 3.0.22.

use super::der::{OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, element, expect};

const UTF8_STRING: u8 = 0x0c;
const REJECT: u8 = 0xa0;
const OTHER: u8 = 0xa1;

/// serverAuth, 1.3.6.1.5.5.7.3.1 (RFC 5280, section 4.2.1.12).
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
/// anyExtendedKeyUsage, 2.5.29.37.0.
const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0];

/// Whether a certificate with these settings is trusted to issue for servers; `None` if they cannot be decoded.
///
/// What is rejected is not trusted. Where something is expressly trusted, only that is.
pub(super) fn trusts_servers(settings: &[u8]) -> Option<bool> {
    let mut fields = expect(settings, SEQUENCE)?.contents;
    let mut optional = |tag: u8| -> Option<&[u8]> {
        let field = expect(fields, tag)?;
        fields = field.rest;
        Some(field.contents)
    };
    let trust = optional(SEQUENCE).map(purposes);
    let reject = optional(REJECT).map(purposes);
    for tag in [UTF8_STRING, OCTET_STRING, OTHER] {
        optional(tag);
    }
    if !fields.is_empty() {
        return None;
    }
    let names_servers = |purposes: Vec<&[u8]>| purposes.iter().any(|oid| matches!(*oid, SERVER_AUTH | ANY));
    let rejected = match reject {
        Some(purposes) => names_servers(purposes?),
        None => false,
    };
    let trusted = match trust {
        Some(purposes) => names_servers(purposes?),
        None => true,
    };
    Some(trusted && !rejected)
}

fn purposes(mut list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut purposes = Vec::new();
    while !list.is_empty() {
        let oid = element(list).filter(|oid| oid.tag == OBJECT_IDENTIFIER)?;
        purposes.push(oid.contents);
        list = oid.rest;
    }
    Some(purposes)
}
