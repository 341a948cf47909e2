//! Certificates for PKCS#12 files, made for one test run.
#![allow(dead_code, reason = "each test file uses its own part")]

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rootfix::certificate::Certificate;
use rootfix::rollover::Root;

pub struct Authority {
    pub der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Authority { der, issuer: Issuer::new(params, key) }
}

/// An end entity's certificate with its private key (PKCS#8).
pub fn leaf(authority: &Authority, names: &[(DnType, &str)]) -> (Vec<u8>, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.use_authority_key_identifier_extension = true;
    names.iter().for_each(|(kind, name)| params.distinguished_name.push(kind.clone(), *name));
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, &authority.issuer).unwrap().der().to_vec(), key.serialize_der())
}

/// An authority below another.
pub fn intermediate(above: &Authority, name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.use_authority_key_identifier_extension = true;
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let der = params.signed_by(&key, &above.issuer).unwrap().der().to_vec();
    Authority { der, issuer: Issuer::new(params, key) }
}

/// The root that a test adds.
pub fn root(authority: &Authority, alias: &str) -> Root {
    let certificate = Certificate::from_der(&authority.der).unwrap();
    Root {
        id: alias.to_owned(),
        name: alias.to_owned(),
        alias: alias.to_owned(),
        pinned: certificate.fingerprint(),
        certificate,
        distrusted_for_tls: None,
        successors: Vec::new(),
    }
}

pub fn pem(label: &str, der: &[u8]) -> String {
    pem::encode(&pem::Pem::new(label, der))
}
