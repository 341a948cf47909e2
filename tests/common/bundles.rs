//! Bundles as merchants have them, made in the test: genuine roots, look-alikes, and the ways of writing them down.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, DnValue, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
    date_time_ymd,
};
use rootfix::rollover::Catalogue;

pub const G2_NAME: &str = "DigiCert Global Root G2";

/// The DER of an embedded root.
pub fn root(id: &str) -> Vec<u8> {
    Catalogue::load().expect("the catalogue is whole").root(id).expect("an embedded root").der().to_vec()
}

pub fn g1() -> Vec<u8> {
    root("digicert-global-root-ca")
}

pub fn g2() -> Vec<u8> {
    root("digicert-global-root-g2")
}

/// Another genuine root, for bundles with more than one.
pub fn g3() -> Vec<u8> {
    root("digicert-global-root-g3")
}

/// One block: `label`, base64 in lines of `columns`, each line ending in `eol`.
pub fn block_of(label: &str, der: &[u8], columns: usize, eol: &str) -> String {
    let base64 = base64_simd::STANDARD.encode_to_string(der);
    let mut text = format!("-----BEGIN {label}-----{eol}");
    for line in base64.as_bytes().chunks(columns) {
        text.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        text.push_str(eol);
    }
    text.push_str(&format!("-----END {label}-----{eol}"));
    text
}

/// RFC 7468's strict form.
pub fn block(der: &[u8]) -> String {
    block_of("CERTIFICATE", der, 64, "\n")
}

/// What `append` adds to a file without a style of its own.
pub fn plain_addition() -> String {
    format!("# {G2_NAME}\n{}", block(&g2()))
}

fn named(parts: &[(DnType, DnValue)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in parts {
        params.distinguished_name.push(kind.clone(), value.clone());
    }
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params
}

fn text(value: &str) -> DnValue {
    DnValue::Utf8String(value.to_owned())
}

/// A string of the type in which old authorities write their names.
fn printable(value: &str) -> DnValue {
    DnValue::PrintableString(value.try_into().expect("printable characters"))
}

/// An authority that signs itself, made now.
pub struct Authority {
    pub der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn authority_of(mut params: CertificateParams) -> Authority {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("ring makes keys");
    let der = params.self_signed(&key).expect("a root signs itself").der().to_vec();
    Authority { der, issuer: Issuer::new(params, key) }
}

/// A root of this common name.
pub fn authority(name: &str) -> Authority {
    authority_of(named(&[(DnType::CommonName, text(name))]))
}

/// In the place of the root that the official bundle held until 2018: the same name, long expired.
pub fn equifax() -> Vec<u8> {
    let mut params = named(&[
        (DnType::CountryName, printable("US")),
        (DnType::OrganizationName, printable("Equifax")),
        (DnType::OrganizationalUnitName, printable("Equifax Secure Certificate Authority")),
    ]);
    params.not_before = date_time_ymd(1998, 8, 22);
    params.not_after = date_time_ymd(2018, 8, 22);
    authority_of(params).der
}

/// The subject of G1 or G2, byte for byte.
fn digicert(common_name: &str) -> CertificateParams {
    named(&[
        (DnType::CountryName, printable("US")),
        (DnType::OrganizationName, printable("DigiCert Inc")),
        (DnType::OrganizationalUnitName, printable("www.digicert.com")),
        (DnType::CommonName, printable(common_name)),
    ])
}

/// G2's subject over another key.
pub fn look_alike_g2() -> Vec<u8> {
    authority_of(digicert(G2_NAME)).der
}

/// The public key of a certificate whose private key nobody here has.
struct PublicKey(Vec<u8>);

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

/// G1's subject and G1's key, signed by an authority that bears Baltimore's name: what servers once sent as a bridge.
pub fn cross_g1() -> Vec<u8> {
    let baltimore = authority_of(named(&[
        (DnType::CountryName, printable("IE")),
        (DnType::OrganizationName, printable("Baltimore")),
        (DnType::OrganizationalUnitName, printable("CyberTrust")),
        (DnType::CommonName, printable("Baltimore CyberTrust Root")),
    ]));
    let g1 = rootfix::certificate::Certificate::from_der(&g1()).expect("a certificate");
    // SubjectPublicKeyInfo: a SEQUENCE of 4 + 15 bytes of head and algorithm, then the BIT STRING's 5 bytes of head.
    let key = PublicKey(g1.facts().spki_der[24..].to_vec());
    let mut params = digicert("DigiCert Global Root CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let cross = params.signed_by(&key, &baltimore.issuer).expect("an authority signs").der().to_vec();
    let facts = rootfix::certificate::Certificate::from_der(&cross).expect("a certificate").facts();
    assert_eq!(facts.spki_der, g1.facts().spki_der, "the very key of G1");
    assert_eq!(facts.subject_der, g1.facts().subject_der, "the very name of G1");
    cross
}

fn tenpay(common_name: &str) -> Authority {
    authority_of(named(&[
        (DnType::CountryName, printable("CN")),
        (DnType::OrganizationName, text("Tenpay.com")),
        (DnType::OrganizationalUnitName, text("Tenpay.com CA Center")),
        (DnType::CommonName, text(common_name)),
    ]))
}

fn issued_by(issuer: &Authority, subject: &[(DnType, DnValue)]) -> Vec<u8> {
    let mut params = named(subject);
    params.is_ca = IsCa::ExplicitNoCa;
    let key = KeyPair::generate().expect("ring makes keys");
    params.signed_by(&key, &issuer.issuer).expect("an authority signs").der().to_vec()
}

/// A merchant's API certificate as it is issued now.
pub fn api_certificate() -> Vec<u8> {
    issued_by(
        &tenpay("Tenpay.com Root CA"),
        &[
            (DnType::CommonName, text("1900000109")),
            (DnType::OrganizationName, text("微信商户系统")),
            (DnType::OrganizationalUnitName, text("某某网络科技有限公司")),
        ],
    )
}

/// A merchant's API certificate from before mid-2018: the company's name is a T61String that holds UTF-8.
pub fn old_api_certificate() -> Vec<u8> {
    let issuer = authority_of(named(&[
        (DnType::CountryName, printable("CN")),
        (DnType::StateOrProvinceName, text("Guangdong")),
        (DnType::LocalityName, text("Shenzhen")),
        (DnType::OrganizationName, text("Tencent")),
        (DnType::OrganizationalUnitName, text("WXG")),
        (DnType::CommonName, text("MmpaymchCA")),
    ]));
    let company = "某某网络科技有限公司";
    let subject = [
        (DnType::OrganizationName, text("Tencent")),
        (DnType::OrganizationalUnitName, text("MMPay")),
        (DnType::CommonName, text(company)),
    ];
    let mut der = issued_by(&issuer, &subject);
    // Nobody checks the signature here, so the type of the string can be changed behind the issuer's back.
    let as_utf8 = [&[0x0c, company.len() as u8], company.as_bytes()].concat();
    let at = der.windows(as_utf8.len()).position(|bytes| bytes == as_utf8).expect("the name is in the certificate");
    der[at] = 0x14;
    der
}

/// The certificate that API v3 answers are checked with.
pub fn platform_certificate() -> Vec<u8> {
    issued_by(
        &tenpay("Tenpay.com Root CA"),
        &[
            (DnType::CommonName, text("Tenpay.com sign")),
            (DnType::OrganizationName, text("Tenpay.com")),
            (DnType::OrganizationalUnitName, text("Tenpay.com CA Center")),
        ],
    )
}

/// A list without an entry.
pub fn revocation_list() -> Vec<u8> {
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2049, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(&authority("A root that revokes").issuer).expect("a root signs a list").der().to_vec()
}

/// A private key in PKCS#8.
pub fn private_key() -> Vec<u8> {
    KeyPair::generate().expect("ring makes keys").serialize_der()
}

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("small contents").to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

/// A degenerate SignedData (RFC 2315, 9.1) with nothing but these certificates, as a .p7b file is.
pub fn pkcs7(certificates: &[&[u8]]) -> Vec<u8> {
    let data = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    let signed_data = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    let body = [&[2, 1, 1, 0x31, 0][..], &tlv(0x30, &data), &tlv(0xa0, &certificates.concat()), &[0x31, 0]].concat();
    tlv(0x30, &[&signed_data[..], &tlv(0xa0, &tlv(0x30, &body))].concat())
}

/// UTF-16 with a byte order mark, as Notepad and PowerShell write it.
pub fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}
