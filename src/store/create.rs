//! New stores of given certificates: moving a store from one format to another.

use super::{Format, jks, pkcs12};
use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, create as say};
use crate::password::Password;

/// The password of a new key store for which none was given: what Java's own stores have, and what protects nothing,
/// as a store of public certificates needs no protection.
pub const USUAL_PASSWORD: &str = "changeit";

/// The name of a new key store of another format than this one's, in commands that are proposed.
pub const fn name_for_new(format: Format) -> &'static str {
    if matches!(format, Format::Pkcs12) { "new.jks" } else { "new.p12" }
}

/// The format that a file's ending asks for; `None` where the ending says nothing.
pub fn format_of_name(name: &std::path::Path) -> Option<Format> {
    match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "pem" | "crt" | "ca-bundle" => Some(Format::Pem),
        "jks" => Some(Format::Jks),
        "p12" | "pfx" | "pkcs12" => Some(Format::Pkcs12),
        _ => None,
    }
}

/// A new store of these certificates, each trusted, under its name.
///
/// # Errors
/// New stores are PEM, JKS or PKCS#12; a name that the format cannot take; no random numbers for PKCS#12.
pub fn create(
    format: Format,
    certificates: &[(String, Certificate)],
    password: &Password,
    now_ms: u64,
) -> Result<Vec<u8>, Trouble> {
    match format {
        Format::Pem => Ok(certificates.iter().flat_map(|(name, certificate)| titled(name, certificate)).collect()),
        Format::Jks => {
            let entries = certificates.iter().map(|(name, certificate)| (name.as_str(), certificate));
            jks::create(entries, password.as_str().unwrap_or(USUAL_PASSWORD), now_ms)
        }
        Format::Pkcs12 => {
            let entries: Vec<_> =
                certificates.iter().map(|(name, certificate)| (certificate.clone(), name.clone())).collect();
            pkcs12::create(&entries, password)
        }
        Format::Der | Format::Jceks | Format::Bks | Format::CaDir | Format::System | Format::InSource => {
            let name = Sentence::same(format.as_str());
            Err(Trouble::new(Code::FormatNotMade, say::not_made(&name.en), say::formats_made()))
        }
    }
}

fn titled(name: &str, certificate: &Certificate) -> Vec<u8> {
    let title: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    format!("# {title}\n{}", pem::encode_config(&pem::Pem::new("CERTIFICATE", certificate.der()), config)).into_bytes()
}
