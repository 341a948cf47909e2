//! Certificates made for the tests of this folder.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SigningKey,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::certificate::Certificate;
use crate::rollover::{Rollover, Root};

pub const NOW: OffsetDateTime = datetime!(2025-06-01 00:00 UTC);
pub const HOST: &str = "pay.example.test";

/// A certificate with its key.
pub struct Made {
    params: CertificateParams,
    key: KeyPair,
    pub certificate: Certificate,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = datetime!(2020-01-01 00:00 UTC);
    params.not_after = datetime!(2030-01-01 00:00 UTC);
    params
}

fn signed(params: &CertificateParams, key: &KeyPair, issuer: Option<&Made>) -> Certificate {
    let certificate = match issuer {
        Some(made) => params.signed_by(key, &Issuer::from_params(&made.params, &made.key)),
        None => params.self_signed(key),
    };
    Certificate::from_der(certificate.unwrap().der()).unwrap()
}

/// A CA, whose certificate is changed before it is signed.
pub fn ca_with(name: &str, issuer: Option<&Made>, change: impl FnOnce(&mut CertificateParams)) -> Made {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = signed(&params, &key, issuer);
    Made { params, key, certificate }
}

pub fn root(name: &str) -> Made {
    ca_with(name, None, |_| ())
}

pub fn intermediate(name: &str, issuer: &Made) -> Made {
    ca_with(name, Some(issuer), |_| ())
}

/// A server's certificate, changed before it is signed.
pub fn leaf_with(issuer: &Made, change: impl FnOnce(&mut CertificateParams)) -> Certificate {
    let mut params = params(HOST);
    params.subject_alt_names = vec![rcgen::SanType::DnsName(HOST.try_into().unwrap())];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    change(&mut params);
    signed(&params, &KeyPair::generate().unwrap(), Some(issuer))
}

pub fn leaf(issuer: &Made) -> Certificate {
    leaf_with(issuer, |_| ())
}

impl Made {
    /// The same name and key, issued by another: a cross-certificate.
    pub fn crossed_by(&self, issuer: &Made) -> Certificate {
        signed(&self.params, &self.key, Some(issuer))
    }

    /// The same name and key as an X.509 version 1 certificate, signed by itself: no version, no extensions.
    pub fn as_version_1(&self) -> Certificate {
        // ecdsa-with-SHA256, 1.2.840.10045.4.3.2
        let algorithm = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let name = self.certificate.facts().subject_der;
        let validity = der(0x30, &[b"\x17\x0d200101000000Z\x17\x0d300101000000Z"]);
        let key = self.key.subject_public_key_info();
        let tbs = der(0x30, &[&[0x02, 0x01, 0x01], &algorithm, &name, &validity, &name, &key]);
        let signature = der(0x03, &[&[0], &self.key.sign(&tbs).unwrap()]);
        Certificate::from_der(&der(0x30, &[&tbs, &algorithm, &signature])).unwrap()
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match content.len() {
        short @ 0..128 => vec![short as u8],
        middle @ 128..256 => vec![0x81, middle as u8],
        long => [&[0x82], &u16::try_from(long).unwrap().to_be_bytes()[..]].concat(),
    };
    [&[tag], &length[..], &content].concat()
}

/// A root as a catalogue would hold it.
pub fn as_root(made: &Made) -> Root {
    let name = made.certificate.facts().name;
    Root {
        id: name.to_lowercase(),
        alias: name.to_lowercase(),
        name,
        pinned: made.certificate.fingerprint(),
        certificate: made.certificate.clone(),
        distrusted_for_tls: None,
        successors: Vec::new(),
    }
}

/// A rollover from one root to another.
pub fn rollover(keep: &Made, add: &Made) -> Rollover {
    Rollover {
        id: "made".to_owned(),
        keep: vec![as_root(keep)],
        add: vec![as_root(add)],
        hosts: vec![HOST.to_owned()],
        steps: Vec::new(),
    }
}
