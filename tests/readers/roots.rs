//! Three throw-away roots, a server certificate under each, and other things that lie about in bundles.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData,
    SerialNumber, date_time_ymd,
};

use crate::variants::base64;

#[derive(Debug)]
pub struct Root {
    pub letter: char,
    pub der: Vec<u8>,
    /// PKCS#8.
    pub key: Vec<u8>,
    /// A certificate for localhost that this root has signed, and its key.
    pub leaf: Vec<u8>,
    pub leaf_key: Vec<u8>,
}

#[derive(Debug)]
pub struct Roots {
    pub roots: [Root; 3],
    pub crl: Vec<u8>,
    pub csr: Vec<u8>,
    pub public_key: Vec<u8>,
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("ring makes P-256 keys")
}

fn authority(letter: char) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, format!("Root {letter}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    CertifiedIssuer::self_signed(params, key()).expect("a root can sign itself")
}

pub fn make() -> Roots {
    // With every character that a variant changes; chance makes some without padding.
    let complete = |text: &str| ['+', '/', '='].iter().all(|letter| text.contains(*letter));
    let authorities = ['A', 'B', 'C'].map(|letter| {
        let mut made = std::iter::repeat_with(|| authority(letter));
        (letter, made.find(|made| complete(&base64(made.der()))).expect("there is no end of them"))
    });
    let crl = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2049, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let crl = crl.signed_by(&authorities[0].1).expect("a root can sign a list").der().to_vec();
    let requester = key();
    let csr = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.serialize_request(&requester))
        .expect("a request can be made")
        .der()
        .to_vec();
    let roots = authorities.map(|(letter, authority)| {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("localhost is a name");
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2048, 1, 1);
        let leaf_key = key();
        let leaf = params.signed_by(&leaf_key, &authority).expect("a root can sign a leaf");
        Root {
            letter,
            der: authority.der().to_vec(),
            key: authority.key().serialize_der(),
            leaf: leaf.der().to_vec(),
            leaf_key: leaf_key.serialize_der(),
        }
    });
    Roots { roots, crl, csr, public_key: requester.subject_public_key_info() }
}
