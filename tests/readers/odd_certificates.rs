//! Certificates that are odd within, where the text around them is not: old and rare keys and signatures, fields that
//! no authority would write. OpenSSL makes them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::roots::Roots;
use crate::variants::{Parts, Variant, block, tlv};

/// `openssl req -x509` with these arguments, and what is then done to the result.
type Made = (&'static str, &'static [&'static str]);

const NAME: [&str; 2] = ["-subj", "/CN=Odd Root"];

const KEYS: &[Made] = &[
    ("rsa_512", &["-newkey", "rsa:512", "-sha256"]),
    ("rsa_1024_sha1", &["-newkey", "rsa:1024", "-sha1"]),
    ("rsa_1024_md5", &["-newkey", "rsa:1024", "-md5"]),
    ("rsa_2048_md4", &["-newkey", "rsa:2048", "-md4", "-provider", "legacy", "-provider", "default"]),
    ("rsa_2048_ripemd", &["-newkey", "rsa:2048", "-ripemd160", "-provider", "legacy", "-provider", "default"]),
    ("rsa_1000_bits", &["-newkey", "rsa:1000", "-sha256"]),
    ("rsa_exponent_3", &["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"]),
    ("rsa_large_exponent", &["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:1208925819614629174706189"]),
    ("rsa_pss_signature", &["-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss", "-sha256"]),
    ("rsa_pss_key", &["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("sha3", &["-newkey", "rsa:2048", "-sha3-256"]),
    ("ed25519", &["-newkey", "ed25519"]),
    ("ed448", &["-newkey", "ed448"]),
    ("p224", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224"]),
    ("p384", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("p521", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ("p192", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-192"]),
    ("secp256k1", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"]),
    ("brainpool", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"]),
    ("binary_curve", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:sect233r1"]),
    ("explicit_curve", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"]),
    (
        "compressed_point",
        &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "point-format:compressed"],
    ),
];

/// With an elliptic key, which is made at once.
const FIELDS: &[Made] = &[
    ("serial_negative", &["-set_serial", "-5"]),
    ("serial_zero", &["-set_serial", "0"]),
    ("serial_long", &["-set_serial", "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"]),
    ("valid_until_9000", &["-days", "2500000"]),
    ("unknown_extension", &["-addext", "1.2.3.4=ASN1:UTF8String:something"]),
    ("unknown_critical_extension", &["-addext", "1.2.3.4=critical,ASN1:UTF8String:something"]),
    ("no_authority", &["-addext", "basicConstraints=critical,CA:FALSE"]),
    ("path_length_0", &["-addext", "basicConstraints=critical,CA:TRUE,pathlen:0"]),
    ("names_constrained", &["-addext", "nameConstraints=critical,permitted;DNS:example.com"]),
    ("addresses_constrained", &["-addext", "nameConstraints=permitted;IP:10.0.0.0/255.0.255.0"]),
    ("clients_only", &["-addext", "extendedKeyUsage=clientAuth"]),
    ("key_usage_without_signing", &["-addext", "keyUsage=critical,digitalSignature"]),
    ("extension_not_der", &["-addext", "basicConstraints=critical,DER:00"]),
    ("key_identifier_not_der", &["-addext", "subjectKeyIdentifier=DER:0401"]),
    ("policies", &["-addext", "certificatePolicies=1.2.3.4.5"]),
    ("policies_critical", &["-addext", "policyConstraints=critical,requireExplicitPolicy:0"]),
    ("alternative_name_bad_address", &["-addext", "subjectAltName=DER:30058703010203"]),
    ("alternative_name_bad_host", &["-addext", "subjectAltName=DER:3003820180"]),
    ("alternative_name_mail", &["-addext", "subjectAltName=email:someone@example.com"]),
    ("alternative_name_bad_uri", &["-addext", "subjectAltName=DER:3008860668747425253a"]),
    ("alternative_name_surplus", &["-addext", "subjectAltName=DER:3007860568747474703a"]),
    ("information_access_not_der", &["-addext", "authorityInfoAccess=DER:3003300102"]),
    ("issuer_name_not_der", &["-addext", "issuerAltName=DER:300186"]),
    ("point_relative", &["-addext", "crlDistributionPoints=DER:30133011a00fa10d300b06035504030c0461626364"]),
    ("name_of_64", &["-subj", "/CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]),
    ("name_in_chinese", &["-utf8", "-subj", "/C=CN/O=财付通/CN=根证书"]),
    ("name_empty", &["-subj", "/"]),
    ("name_of_several", &["-subj", "/O=one+CN=two/OU=three/OU=four/serialNumber=5"]),
    ("name_latin1", &["-subj", "/CN=Autorit\\E9 racine"]),
];

/// Keys that cannot sign, in a certificate that another key has signed.
const OTHER_KEYS: &[Made] = &[
    ("sm2", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"]),
    ("x25519", &["-algorithm", "X25519"]),
    ("x448", &["-algorithm", "X448"]),
    ("dh", &["-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"]),
];

const KEY_FILE: &str = "odd.key";

/// One file each: A, the odd one, and C. None where there is no OpenSSL.
pub fn all(roots: &Roots) -> Vec<Variant> {
    let parts = Parts::new(roots);
    let variant = |(name, der): (String, Vec<u8>)| Variant {
        name: format!("odd_{name}"),
        bytes: format!("{}{}{}", parts.a, block("CERTIFICATE", &der, 64, "\n"), parts.c).into_bytes(),
    };
    ders().into_iter().map(variant).collect()
}

/// The odd ones themselves, by name.
pub fn ders() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let named = |name: &str, der: Vec<u8>| (name.to_owned(), der);
    let elliptic = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", KEY_FILE];
    if openssl(folder.path(), &elliptic).is_none() {
        assert!(std::env::var_os("CI").is_none(), "openssl is missing");
        eprintln!("SKIPPED: openssl is not installed, so certificates that are odd within were not tried");
        return Vec::new();
    }
    let made = |(name, arguments): &Made, key: &[&str]| {
        let subject = if arguments.contains(&"-subj") { &[][..] } else { &NAME[..] };
        let fixed = ["req", "-x509", "-nodes", "-keyout", "made.key", "-outform", "DER", "-out", "made.der"];
        let der = openssl(folder.path(), &[&fixed, key, subject, arguments].concat());
        der.unwrap_or_else(|| panic!("openssl makes {name}"));
        std::fs::read(folder.path().join("made.der")).expect("openssl writes the file")
    };
    let mut ders: Vec<_> = KEYS.iter().map(|one| named(one.0, made(one, &[]))).collect();
    for one in FIELDS {
        ders.push(named(one.0, made(one, &["-key", KEY_FILE])));
    }
    let signed = |name: &str, key: &str| {
        let fixed = ["x509", "-new", "-key", KEY_FILE, "-subj", "/CN=Odd Root", "-outform", "DER", "-out", "made.der"];
        openssl(folder.path(), &[&fixed[..], &["-force_pubkey", key]].concat())
            .unwrap_or_else(|| panic!("openssl makes {name}"));
        named(name, std::fs::read(folder.path().join("made.der")).expect("openssl writes the file"))
    };
    for (name, arguments) in OTHER_KEYS {
        openssl(folder.path(), &[&["genpkey", "-out", "other.key"], *arguments].concat())
            .and_then(|()| openssl(folder.path(), &["pkey", "-in", "other.key", "-pubout", "-out", "other.pub"]))
            .unwrap_or_else(|| panic!("openssl makes a key of {name}"));
        ders.push(signed(name, "other.pub"));
    }
    // Nobody has to find the primes for a key that signs nothing.
    for (name, bits, last) in
        [("rsa_4096", 4096, 1), ("rsa_16384", 16384, 1), ("rsa_32768", 32768, 1), ("rsa_even", 2048, 0)]
    {
        let mut modulus = vec![0x55_u8; bits / 8 + 1];
        (modulus[0], modulus[1], modulus[bits / 8]) = (0, 0x80, last);
        let numbers = [tlv(0x02, &modulus), tlv(0x02, &[1, 0, 1])].concat();
        let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        let key = [&algorithm[..], &tlv(0x03, &[vec![0], tlv(0x30, &numbers)].concat())].concat();
        let pem = block("PUBLIC KEY", &tlv(0x30, &key), 64, "\n");
        std::fs::write(folder.path().join("other.pub"), pem).expect("a file is written");
        ders.push(signed(name, "other.pub"));
    }
    // Without extensions OpenSSL writes version 1.
    let request = ["req", "-new", "-key", KEY_FILE, "-subj", "/CN=Odd Root", "-out", "made.csr"];
    let first = ["x509", "-req", "-in", "made.csr", "-signkey", KEY_FILE, "-outform", "DER", "-out", "made.der"];
    openssl(folder.path(), &request).and_then(|()| openssl(folder.path(), &first)).expect("openssl signs a request");
    let version_1 = std::fs::read(folder.path().join("made.der")).expect("openssl writes the file");
    ders.push(named("version_1", version_1));
    ders
}

fn openssl(folder: &Path, arguments: &[&str]) -> Option<()> {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).env("OPENSSL_CONF", "/dev/null").stdin(Stdio::null());
    command.output().ok()?.status.success().then_some(())
}
