//! rustls: reqwest, hyper, and what else reads with rustls-pki-types (earlier: rustls-pemfile).
//!
//! No model: the crate that reads for all of them is part of this program anyway. What programs do with it is, though:
//! most collect the certificates and give up at the first error, then add what webpki can take as a trust anchor and
//! leave out the rest. (rustls-native-certs, for SSL_CERT_FILE, goes on after an error instead.)

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::Outcome;
use super::certificates::{Decoder, Judge};

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let Ok(certificates) = CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>() else {
        return Outcome::FAILURE;
    };
    let trusted = certificates.iter().filter_map(|der| judge.whole(Decoder::Webpki, der)).collect();
    Outcome { trusted, fails: false }
}
