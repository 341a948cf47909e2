//! A file that is one DER certificate, or a DER container of certificates that is no trust store.

use super::{AppendOptions, Appended, Entry, Format, Nature, Store, StoreFormat, Trust, mistaken};
use crate::certificate::Certificate;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::{der as say, pem};
use crate::password::Passwords;
use crate::readers::{Reader, View};
use crate::rollover::Root;

/// 1.2.840.113549.1.7.2, signedData of PKCS#7 (RFC 2315), as the first element of a ContentInfo.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

#[derive(Debug)]
pub struct Der;

impl StoreFormat for Der {
    fn sniff(&self, bytes: &[u8]) -> bool {
        bytes.first() == Some(&0x30) && (is_pkcs7(bytes) || Certificate::from_der_prefix(bytes).is_ok())
    }

    fn decode(&self, bytes: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        let mut store = Store {
            format: Format::Der,
            nature: Nature::TrustStore,
            entries: Vec::new(),
            others: 0,
            findings: Vec::new(),
            views: Vec::new(),
            broken: false,
            password: None,
        };
        if is_pkcs7(bytes) {
            store.nature = Nature::NotATrustStore(Finding::new(Code::Pkcs7, pem::is_pkcs7()));
            return Ok(store);
        }
        let Ok(certificate) = Certificate::from_der(bytes) else {
            return Err(Trouble::new(Code::Unreadable, say::something_follows(), pem::fetch_again()));
        };
        if let Some(code) = mistaken::wechat_pay(&certificate) {
            store.nature = Nature::NotATrustStore(Finding::new(code, code.explain().meaning));
        }
        // Of the modelled readers only Java's CertificateFactory takes DER where others want PEM.
        store.views.push(View { reader: Reader::Java, trusted: vec![certificate.fingerprint()], fails: false });
        store.entries.push(Entry { certificate, alias: None, line: None, file: None, trust: Trust::Trusted });
        Ok(store)
    }

    /// # Errors
    /// Always: the format has no place for a second certificate.
    fn append(&self, _: &[u8], _: &Store, _: &[&Root], _: &AppendOptions) -> Result<Appended, Trouble> {
        Err(Trouble::new(Code::DerHoldsOne, say::holds_one(), say::write_a_bundle()))
    }
}

fn is_pkcs7(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && memchr::memmem::find(&bytes[..bytes.len().min(20)], SIGNED_DATA).is_some()
}
