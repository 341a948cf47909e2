//! Keys of stand-ins: made anew for each use, and never kept.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::rsa;

/// What the keys of a chain are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyKind {
    /// RSA-2048 and SHA-256: all that old clients know, and what the real chains have. Some 60 ms a key.
    #[default]
    Rsa,
    /// EC P-256 and SHA-256: made at once, for judges that know it.
    Ec,
}

impl KeyKind {
    pub(super) fn generate(self) -> Result<KeyPair, rcgen::Error> {
        match self {
            KeyKind::Ec => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            KeyKind::Rsa => {
                let der = rsa::generate().map_err(|_| rcgen::Error::RingUnspecified)?;
                KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der.as_slice()), &PKCS_RSA_SHA256)
            }
        }
    }
}
