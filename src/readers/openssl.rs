//! `X509_STORE_load_file`: openssl, Python, curl, PHP's curl, Ruby's `Store#add_file`, nginx, HAProxy and most others.
//!
//! From `X509_load_cert_crl_file_ex` in `crypto/x509/by_file.c` and `PEM_X509_INFO_read_bio_ex` in
//! `crypto/pem/pem_info.c` of OpenSSL 3.0.22. Everything is read before anything is trusted, so one bad block, of
//! whatever kind, keeps the whole file out. Revoked lists and private keys are decoded too, and must be sound; other
//! blocks are passed over. A file with nothing but a revocation list loads well and trusts nobody.
//!
//! What such a program then does differs: Python and Ruby raise an error, curl fails, `openssl s_client` and many
//! servers go on without a single root.

use super::certificates::{Decoder, Judge, is_revocation_list};
use super::pem_read_bio::{Block, Blocks, Source, Stop, encryption};
use super::{Outcome, private_key};

/// The label that OpenSSL's own "trusted certificates" have; their trust settings follow the certificate.
pub(super) const TRUSTED: &[u8] = b"TRUSTED CERTIFICATE";

/// Whether `PEM_read_bio_X509` and this reader take a block of this name for a certificate.
pub(super) fn is_certificate(name: &[u8]) -> bool {
    matches!(name, b"CERTIFICATE" | b"X509 CERTIFICATE")
}

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let mut blocks = Blocks::new(bytes, Source::File);
    let mut trusted = Vec::new();
    let mut found = false;
    loop {
        let block = match blocks.read() {
            Ok(block) => block,
            Err(Stop::NoStartLine) => return Outcome { trusted, fails: !found },
            Err(_) => return Outcome::FAILURE,
        };
        match take(&block, judge) {
            Ok(Item::Certificate(fingerprint)) => {
                found = true;
                trusted.extend(fingerprint);
            }
            Ok(Item::RevocationList) => found = true,
            Ok(Item::Other) => {}
            Err(Stop::NoStartLine | Stop::Malformed | Stop::Silent) => return Outcome::FAILURE,
        }
    }
}

enum Item {
    /// `None`: it is in the store, but not trusted to issue for servers.
    Certificate(Option<crate::certificate::Fingerprint>),
    RevocationList,
    Other,
}

fn take(block: &Block<'_>, judge: &mut Judge) -> Result<Item, Stop> {
    let item = match block.name {
        name if is_certificate(name) => {
            judge.prefix(Decoder::Openssl, &block.data).map(|(fingerprint, _)| Item::Certificate(Some(fingerprint)))
        }
        TRUSTED => judge.trusted_certificate(&block.data).map(Item::Certificate),
        b"X509 CRL" => is_revocation_list(&block.data).then_some(Item::RevocationList),
        name if is_private_key(name) => {
            // Data that is encrypted stays so: only its header is looked at.
            let sealed = block.header.len() > 10 || name == b"ENCRYPTED PRIVATE KEY";
            if sealed {
                return encryption(&block.header).map(|_| Item::Other);
            }
            private_key::decodes(name, &block.data).then_some(Item::Other)
        }
        _ => return Ok(Item::Other),
    };
    match encryption(&block.header)? {
        false => item.ok_or(Stop::Malformed),
        // Decrypted with the empty password, which makes nothing sensible of it.
        true => Err(Stop::Malformed),
    }
}

/// `strstr(name, "PRIVATE KEY")`.
fn is_private_key(name: &[u8]) -> bool {
    name.windows(b"PRIVATE KEY".len()).any(|part| part == b"PRIVATE KEY")
}
