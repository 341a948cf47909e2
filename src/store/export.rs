//! The certificates of any store as files of their own; keys never.

use std::collections::HashSet;

use super::{Entry, Store};

/// How an exported certificate is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Pem,
    Der,
}

/// A file name and what goes into it, for each certificate of the store, in its order; one that is there twice comes
/// once. Links of a key's chain come too: they are certificates.
///
/// The names come from the aliases, else from the subjects. They are plain names (no path), which Windows, macOS and
/// Linux all take, and which stay apart where case is not regarded.
pub fn export(store: &Store, encoding: Encoding) -> Vec<(String, Vec<u8>)> {
    let mut seen = HashSet::new();
    let mut taken = HashSet::new();
    let once = store.entries.iter().filter(|entry| seen.insert(entry.certificate.fingerprint()));
    once.map(|entry| (unique(&stem(entry), encoding, &mut taken), content(entry, encoding))).collect()
}

fn content(entry: &Entry, encoding: Encoding) -> Vec<u8> {
    let der = entry.certificate.der();
    match encoding {
        Encoding::Der => der.to_vec(),
        Encoding::Pem => {
            let line_ending = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
            pem::encode_config(&pem::Pem::new("CERTIFICATE", der), line_ending).into_bytes()
        }
    }
}

fn unique(stem: &str, encoding: Encoding, taken: &mut HashSet<String>) -> String {
    let extension = match encoding {
        Encoding::Pem => "pem",
        Encoding::Der => "der",
    };
    let numbered = (2..).map(|n: usize| format!("{stem}-{n}"));
    let free = std::iter::once(stem.to_owned()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
    format!("{}.{extension}", free.expect("there are more numbers than certificates"))
}

fn stem(entry: &Entry) -> String {
    let from_alias = entry.alias.as_deref().map(plain_name).filter(|name| !name.is_empty());
    let from_subject = || Some(plain_name(&entry.certificate.facts().name)).filter(|name| !name.is_empty());
    // A name of punctuation alone: the fingerprint is always one.
    from_alias.or_else(from_subject).unwrap_or_else(|| entry.certificate.fingerprint().to_string())
}

/// So many characters: with four bytes each, a number and an extension, under the 255 bytes of Linux.
const MAX_CHARACTERS: usize = 55;

/// Names that Windows takes for devices, whatever the extension ("Naming Files, Paths, and Namespaces", Microsoft).
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin_", "conout_"];

/// Letters and digits of any language and `-_.`; every run of other characters becomes one `_`. No dot or hyphen at
/// the beginning, where it hides the file or looks like an option, and no dot at the end, which Windows drops.
fn plain_name(text: &str) -> String {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let extension = [".pem", ".crt", ".cer", ".der"].into_iter().find(|extension| lower.ends_with(extension));
    let text = &text[..text.len() - extension.map_or(0, str::len)];

    let mut name = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, '-' | '.') {
            name.push(character);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    let name: String = name.trim_start_matches(['-', '.', '_']).chars().take(MAX_CHARACTERS).collect();
    let name = name.trim_end_matches(['-', '.', '_']).to_owned();

    let device = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = ["com", "lpt"].into_iter().filter_map(|port| device.strip_prefix(port));
    if DEVICES.contains(&device.as_str()) || numbered.into_iter().any(|rest| rest.chars().count() == 1) {
        return format!("_{name}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Certificate;
    use crate::store::{Format, Nature, Trust};

    fn certificate(name: &str) -> Certificate {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = rcgen::KeyPair::generate().unwrap();
        Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap()
    }

    fn store(entries: &[(Option<&str>, &Certificate)]) -> Store {
        let entry = |(alias, certificate): &(Option<&str>, &Certificate)| Entry {
            certificate: (*certificate).clone(),
            alias: alias.map(str::to_owned),
            line: None,
            file: None,
            trust: Trust::Trusted,
        };
        Store {
            format: Format::Jks,
            nature: Nature::TrustStore,
            entries: entries.iter().map(entry).collect(),
            others: 0,
            findings: Vec::new(),
            views: Vec::new(),
            broken: false,
            password: None,
        }
    }

    #[test]
    fn every_certificate_is_written_once_and_reads_back() {
        let (a, b) = (certificate("Root A"), certificate("Root B"));
        let store = store(&[(Some("a"), &a), (None, &b), (Some("again"), &a)]);
        let der = export(&store, Encoding::Der);
        assert_eq!(der, [("a.der".to_owned(), a.der().to_vec()), ("Root_B.der".to_owned(), b.der().to_vec())]);
        let pem = export(&store, Encoding::Pem);
        assert_eq!(pem[1].0, "Root_B.pem");
        for ((_, text), (_, der)) in pem.iter().zip(&der) {
            assert_eq!(pem::parse(text).unwrap().contents(), der);
            assert!(!text.contains(&b'\r'));
        }
    }

    #[test]
    fn names_are_safe_on_windows_and_unlike_whatever_the_case() {
        for (alias, name) in [
            ("debian:digicert_global_root_g2.pem", "debian_digicert_global_root_g2"),
            ("../../etc/passwd", "etc_passwd"),
            ("-rf *", "rf"),
            (".hidden", "hidden"),
            ("c:\\windows\\CON", "c_windows_CON"),
            ("CON", "_CON"),
            ("nul.pem", "_nul"),
            ("com1.x", "_com1.x"),
            ("LPT¹", "_LPT¹"),
            ("com10", "com10"),
            ("根证书 甲", "根证书_甲"),
            ("ends. . .", "ends"),
            ("a\0b\nc", "a_b_c"),
            ("???", ""),
        ] {
            assert_eq!(plain_name(alias), name, "{alias}");
        }
        assert_eq!(plain_name(&"长".repeat(500)).chars().count(), MAX_CHARACTERS);

        let roots = [certificate("1"), certificate("2"), certificate("3"), certificate("???")];
        let store = store(&[
            (Some("Root"), &roots[0]),
            (Some("root"), &roots[1]),
            (Some("root-2"), &roots[2]),
            (Some("/"), &roots[3]),
        ]);
        let names: Vec<_> = export(&store, Encoding::Pem).into_iter().map(|(name, _)| name).collect();
        let last = format!("{}.pem", roots[3].fingerprint());
        assert_eq!(names, ["Root.pem", "root-2.pem", "root-2-2.pem", &last]);
    }
}
