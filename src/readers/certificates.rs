//! Which bytes each library's decoder takes for a certificate.

use std::collections::HashMap;

use rustls::pki_types::CertificateDer;

use super::outline::{Flaw, Outline, outline, outline_of_list};
use super::trust_settings;
use crate::certificate::{Certificate, Fingerprint};
use crate::known::Known;

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
    known: HashMap<Box<[u8]>, Option<Outline>>,
}

impl Judge {
    fn outline(&mut self, der: &[u8]) -> Option<Outline> {
        if let Some(known) = self.known.get(der) {
            return *known;
        }
        let outline = outline(der);
        self.known.insert(der.into(), outline);
        outline
    }

    /// The certificate at the front of these bytes, if this decoder takes it, and what follows it.
    pub fn prefix<'d>(&mut self, decoder: Decoder, der: &'d [u8]) -> Option<(Fingerprint, &'d [u8])> {
        let outline = self.outline(der)?;
        let (own, rest) = der.split_at(outline.length);
        let takes = match decoder {
            // The very code that programs use.
            Decoder::Webpki => webpki::anchor_from_trusted_cert(&CertificateDer::from(own)).is_ok(),
            _ => !outline.has_any(decoder.refuses()),
        };
        takes.then_some((outline.fingerprint, rest))
    }

    /// The certificate that these bytes are, if this decoder takes it; nothing may follow.
    pub fn whole(&mut self, decoder: Decoder, der: &[u8]) -> Option<Fingerprint> {
        match self.prefix(decoder, der)? {
            (fingerprint, []) => Some(fingerprint),
            _ => None,
        }
    }

    /// `d2i_X509_AUX`: a certificate with its trust settings, or with nothing behind it. `Some(None)` where the settings
    /// keep it from issuing for servers.
    pub fn trusted_certificate(&mut self, der: &[u8]) -> Option<Option<Fingerprint>> {
        let (fingerprint, settings) = self.prefix(Decoder::Openssl, der)?;
        let trusted = settings.is_empty() || trust_settings::trusts_servers(settings)?;
        Some(trusted.then_some(fingerprint))
    }
}

/// `d2i_X509_CRL`: whether OpenSSL takes these bytes for a certificate revocation list.
pub(super) fn is_revocation_list(der: &[u8]) -> bool {
    outline_of_list(der).is_some_and(|outline| !outline.has_any(Decoder::Openssl.refuses()))
}

impl Decoder {
    /// What this decoder takes offence at.
    fn refuses(self) -> &'static [Flaw] {
        use Flaw::*;
        match self {
            // `d2i_X509` looks at the outline and little else: times and keys are looked at when they are used.
            Decoder::Openssl => &[
                EmptyInteger,
                PaddedInteger,
                Oid,
                OidEnd,
                NameEncoding,
                NameForbidden,
                BitString,
                Surplus,
                SignedSurplus,
                Parameter,
                ParameterValue,
            ],
            // libtasn1 in its strict mode, and `_gnutls_check_cert_sanity`.
            Decoder::Gnutls => &[
                IndefiniteLength,
                Oid,
                VersionTooLow,
                VersionNegative,
                AlgorithmMismatch,
                TimeOffset,
                Time,
                DuplicateExtension,
                AlternativeNames,
                Surplus,
                SignedSurplus,
                PrimitiveName,
                PrimitiveList,
            ],
            // `X509CertImpl`, which does not mind BER outside.
            Decoder::Java => &[
                EmptyInteger,
                PaddedInteger,
                Oid,
                OidEnd,
                Version,
                VersionTooLow,
                AlgorithmMismatch,
                AlgorithmNull,
                Time,
                BitString,
                Key,
                RsaSize,
                CurveUnknownToJava,
                DuplicateExtension,
                CriticalExtension,
                NoIssuer,
                Surplus,
                Parameter,
                PrimitiveName,
                PrimitiveList,
            ],
            // `x509.ParseCertificate`, on top of cryptobyte, which knows DER only.
            Decoder::Go => &[
                IndefiniteLength,
                LongLength,
                EmptyInteger,
                PaddedInteger,
                OidEnd,
                Version,
                AlgorithmMismatch,
                AlgorithmNull,
                NameEncoding,
                NameCharacter,
                NameRareType,
                NameNotText,
                NameForbidden,
                NameInPieces,
                Time,
                BitString,
                BitStringUnused,
                BitStringUnusedWithin,
                Key,
                RsaKey,
                CurveUnknownToGo,
                PointOffCurve,
                DuplicateExtension,
                Boolean,
                BooleanWithin,
                Extension,
                CriticalExtension,
                NoHost,
                PrimitiveName,
                PrimitiveList,
            ],
            // .NET decodes as strict DER first, but for names and the values of extensions, then with the platform's
            // library.
            Decoder::Dotnet => &[
                IndefiniteLength,
                LongLength,
                EmptyInteger,
                PaddedInteger,
                Oid,
                OidEnd,
                NameEncoding,
                NameForbidden,
                Time,
                BitString,
                BitStringUnused,
                Boolean,
                Surplus,
                SignedSurplus,
                Parameter,
                ParameterValue,
                PrimitiveList,
            ],
            Decoder::Webpki => &[],
        }
    }
}

/// Whether every decoder takes this certificate.
pub(super) fn is_taken_by_all(certificate: &Certificate) -> bool {
    static TAKEN: Known<()> = Known::new();
    let find = || {
        let flawless = outline(certificate.der()).is_some_and(|outline| outline.is_flawless());
        let anchor = || webpki::anchor_from_trusted_cert(&CertificateDer::from(certificate.der())).is_ok();
        if flawless && anchor() { Ok(()) } else { Err(()) }
    };
    TAKEN.or_find(certificate.fingerprint(), find).is_ok()
}
