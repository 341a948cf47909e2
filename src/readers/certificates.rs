//! Which bytes each library's decoder takes for a certificate.

use std::collections::HashMap;

use super::trust_settings;
use crate::certificate::{Certificate, Fingerprint};

/// The decoders, by the library that has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoder {
    Openssl,
    Gnutls,
    Java,
    Go,
    Webpki,
    Dotnet,
}

/// Judges byte strings, each once: the readers meet the same certificates.
#[derive(Debug, Default)]
pub(super) struct Judge {
    known: HashMap<Box<[u8]>, Option<Judged>>,
}

#[derive(Debug, Clone, Copy)]
struct Judged {
    fingerprint: Fingerprint,
    length: usize,
}

impl Judge {
    /// The certificate at the front of these bytes, if this decoder takes it, and what follows it.
    pub fn prefix<'d>(&mut self, _decoder: Decoder, der: &'d [u8]) -> Option<(Fingerprint, &'d [u8])> {
        let judged = match self.known.get(der) {
            Some(judged) => *judged,
            None => {
                let judged = judge(der);
                self.known.insert(der.into(), judged);
                judged
            }
        }?;
        Some((judged.fingerprint, &der[judged.length..]))
    }

    /// The certificate that these bytes are, if this decoder takes it; nothing may follow.
    pub fn whole(&mut self, decoder: Decoder, der: &[u8]) -> Option<Fingerprint> {
        match self.prefix(decoder, der)? {
            (fingerprint, []) => Some(fingerprint),
            _ => None,
        }
    }
}

impl Judge {
    /// `d2i_X509_AUX`: a certificate with its trust settings, or with nothing behind it. `Some(None)` where the settings
    /// keep it from issuing for servers.
    pub fn trusted_certificate(&mut self, der: &[u8]) -> Option<Option<Fingerprint>> {
        let (fingerprint, settings) = self.prefix(Decoder::Openssl, der)?;
        let trusted = settings.is_empty() || trust_settings::trusts_servers(settings)?;
        Some(trusted.then_some(fingerprint))
    }
}

fn judge(der: &[u8]) -> Option<Judged> {
    let (certificate, rest) = Certificate::from_der_prefix(der).ok()?;
    Some(Judged { fingerprint: certificate.fingerprint(), length: der.len() - rest.len() })
}
