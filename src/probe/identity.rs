//! What the probe shows of itself where a server asks for it: a client certificate with its key.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::probe as say;
use crate::password::Passwords;
use crate::store::pkcs12::Keys;
use crate::store::{self, StoreFormat};

/// A certificate with the ones above it, and its private key, which no text ever shows.
#[derive(Clone)]
pub struct Identity(pub(super) Arc<CertifiedKey>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl Identity {
    /// From PKCS#12, as WeChat Pay issues `apiclient_cert.p12`, or from PEM with certificate and key in one file.
    ///
    /// # Errors
    /// There is no key in it that can be used and fits a certificate in it; or the password does not fit.
    pub fn read(bytes: &[u8], passwords: &Passwords) -> Result<Identity, Trouble> {
        let (keys, chain) = if store::pkcs12::Pkcs12.sniff(bytes) {
            from_pkcs12(&store::pkcs12::keys(bytes, passwords)?)
        } else {
            let chain = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok);
            (PrivateKeyDer::from_pem_slice(bytes).into_iter().collect(), chain.collect())
        };
        let provider = ring::default_provider();
        for key in keys {
            let Ok(key) = provider.key_provider.load_private_key(key) else { continue };
            let Some(public) = key.public_key() else { continue };
            if let Some(own) = chain.iter().position(|certificate| is_for(certificate, &public)) {
                let mut chain = chain.clone();
                chain[..=own].rotate_right(1);
                return Ok(Identity(Arc::new(CertifiedKey::new(chain, key))));
            }
        }
        Err(Trouble::new(Code::Unreadable, say::no_identity(), say::give_an_identity()))
    }
}

fn from_pkcs12(inside: &Keys) -> (Vec<PrivateKeyDer<'static>>, Vec<CertificateDer<'static>>) {
    let key = |key: &Zeroizing<Vec<u8>>| PrivatePkcs8KeyDer::from(key.to_vec()).into();
    let certificate = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
    (inside.keys.iter().map(key).collect(), inside.certificates.iter().map(certificate).collect())
}

/// Old merchant certificates are of versions that rustls does not read; their keys fit all the same.
fn is_for(certificate: &CertificateDer<'_>, public: &SubjectPublicKeyInfoDer<'_>) -> bool {
    x509_parser::parse_x509_certificate(certificate)
        .is_ok_and(|(_, certificate)| certificate.public_key().raw == public.as_ref())
}
