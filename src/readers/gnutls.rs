//! GnuTLS: wget, aria2, libcurl-gnutls, gnutls-cli and the many libraries that Debian builds with it.
//!
//! `gnutls_x509_crt_list_import` and `gnutls_x509_crt_import` in `lib/x509/x509.c`, `lib/x509_b64.c` of GnuTLS 3.7.9,
//! and `base64-decode.c` of Nettle 3.8.1. It knows no lines: "-----BEGIN CERTIFICATE" counts wherever it stands, within
//! a comment too, and so does a CERTIFICATE REQUEST. The body goes from the next five dashes to the next dash. X509
//! CERTIFICATE is tried only where no CERTIFICATE follows. One block that does not decode, and nothing is loaded.

use super::Outcome;
use super::base64;
use super::certificates::{Decoder, Judge};
use super::search::Ahead;

const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE";
const X509_CERTIFICATE: &[u8] = b"-----BEGIN X509 CERTIFICATE";
const DASHES: &[u8] = b"-----";
const END: &[u8] = b"-----END ";

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let mut file = File {
        bytes,
        certificate: Ahead::new(bytes, CERTIFICATE),
        x509_certificate: Ahead::new(bytes, X509_CERTIFICATE),
        dashes: Ahead::new(bytes, DASHES),
        end: Ahead::new(bytes, END),
    };
    let mut trusted = Vec::new();
    let mut next = file.begin(0);
    while let Some(at) = next {
        // The block that is decoded is not always the one that was found.
        let certificate = file.certificate.at_or_after(at).and_then(|begin| file.body(begin));
        let der = certificate.or_else(|| {
            let begin = file.x509_certificate.at_or_after(at)?;
            file.body(begin)
        });
        match der.and_then(|der| judge.whole(Decoder::Gnutls, &der)) {
            Some(fingerprint) => trusted.push(fingerprint),
            None => return Outcome::FAILURE,
        }
        next = file.begin(at + 1);
    }
    Outcome { fails: trusted.is_empty(), trusted }
}

struct File<'a> {
    bytes: &'a [u8],
    certificate: Ahead<'a>,
    x509_certificate: Ahead<'a>,
    dashes: Ahead<'a>,
    end: Ahead<'a>,
}

impl File<'_> {
    fn begin(&mut self, from: usize) -> Option<usize> {
        self.certificate.at_or_after(from).or_else(|| self.x509_certificate.at_or_after(from))
    }

    /// `_gnutls_fbase64_decode` for the BEGIN at this place.
    fn body(&mut self, begin: usize) -> Option<Vec<u8>> {
        if self.bytes.len() - begin < 4 + END.len() {
            return None;
        }
        let start = self.dashes.at_or_after(begin + 1)? + DASHES.len();
        let end = self.end.at_or_after(start)?;
        if end - start < 4 {
            return None;
        }
        decode(&self.bytes[start..end])
    }
}

/// Up to the first dash, white space aside, padded to the full with unused bits zero.
fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let body = body.iter().copied().take_while(|byte| *byte != b'-');
    let characters: Vec<u8> = body.filter(|byte| !matches!(byte, b'\t'..=b'\r' | b' ')).collect();
    let padding = characters.iter().rev().take_while(|character| **character == b'=').count();
    let (bytes, left_over) = base64::decode(&characters[..characters.len() - padding])?;
    let padded = characters.len().is_multiple_of(4) && padding < 3;
    (padded && left_over == 0 && !bytes.is_empty()).then_some(bytes)
}
