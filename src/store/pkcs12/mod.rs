//! PKCS#12 (RFC 7292), as key stores of Java, OpenSSL, NSS, Windows and Bouncy Castle use it.
//!
//! The promise is that nothing that was there is lost: not a key, a name, an attribute that nobody knows, a length in
//! an odd form. Libraries that turn a file into values and write it anew cannot keep it. So this reader finds *where*
//! things are ([`ber`]), opens what is encrypted ([`pfx`], [`scheme`], [`mac`]), says what Java makes of the bags
//! ([`java`]), and adds by splicing ([`append`]).
//!
//! Whether a certificate is trusted follows Java, the one program that takes PKCS#12 files for trust stores: to
//! OpenSSL, Python or NSS they are the identity of a program, and every certificate in them is an extra.

mod append;
mod bags;
mod ber;
mod chain;
mod create;
mod identity;
mod java;
mod kdf;
mod mac;
mod pfx;
mod problem;
mod scheme;

pub use create::create;
pub(crate) use identity::{Keys, keys};

use super::{AppendOptions, Appended, Entry, Format, Nature, Store, StoreFormat, Trust, mistaken};
use crate::certificate::Fingerprint;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::pkcs12 as say;
use crate::password::{Password, Passwords};
use crate::readers::{Reader, View};
use crate::rollover::Root;
use chain::Chains;
use java::Sorted;
use pfx::Pfx;

#[derive(Debug)]
pub struct Pkcs12;

impl StoreFormat for Pkcs12 {
    /// Takes Bouncy Castle's BCFKS too, which is refused with a sentence of its own.
    fn sniff(&self, bytes: &[u8]) -> bool {
        is_pfx(bytes) || is_bcfks(bytes)
    }

    /// Each password is tried on the integrity value, or where there is none on the first encrypted content. Files of
    /// OpenSSL and keytool take some 1 to 20 ms, those of NSS and GnuTLS, with 600,000 iterations, 0.2 s (optimised,
    /// two cores); work is bounded over all passwords and contents, at some ten seconds.
    fn decode(&self, bytes: &[u8], passwords: &Passwords) -> Result<Store, Trouble> {
        if is_bcfks(bytes) {
            return Err(Trouble::new(Code::KeyStoreNotSupported, say::bcfks(), say::convert_with_bouncy_castle()));
        }
        let passwords: Vec<Password> = passwords.iter().cloned().collect();
        let pfx = Pfx::open(bytes, &passwords)?;
        let sorted = java::sort(&pfx);
        let chains = Chains::of(&sorted);
        let entries = sorted.certificates.iter().map(|found| Entry {
            certificate: found.certificate.clone(),
            alias: found.bag.friendly_name.clone(),
            line: None,
            file: None,
            trust: if found.trusted { Trust::Trusted } else { Trust::NotTrusted },
        });
        Ok(Store {
            format: Format::Pkcs12,
            nature: nature(&sorted, &chains),
            entries: entries.collect(),
            others: sorted.others,
            findings: findings(&pfx, &sorted, &chains),
            views: vec![view(&pfx, &sorted)],
            broken: sorted.unreadable > 0,
            password: pfx.password().cloned(),
        })
    }

    /// Every prior bag stays as it was, byte for byte, under the encryption that it had. A root whose certificate is
    /// there without the mark that Java wants gets an entry of its own beside it.
    fn append(
        &self,
        bytes: &[u8],
        store: &Store,
        roots: &[&Root],
        options: &AppendOptions,
    ) -> Result<Appended, Trouble> {
        super::java::refuse_broken(store)?;
        append::append(bytes, store.password.as_ref(), roots, options)
    }
}

/// A SEQUENCE that begins with version 3 and a ContentInfo of a PKCS#7 type. Looks at the headers alone, so that a
/// file that was cut off is still recognised.
fn is_pfx(bytes: &[u8]) -> bool {
    const PKCS7_TYPE: &[u8] = &[ber::OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
    let inside = || inside_sequence(inside_sequence(bytes)?.strip_prefix(&[ber::INTEGER, 1, 3])?);
    inside().is_some_and(|info| info.starts_with(PKCS7_TYPE))
}

/// Three SEQUENCEs, and PBES2 as the algorithm that encrypts all that follows.
fn is_bcfks(bytes: &[u8]) -> bool {
    const PBES2: &[u8] = &[ber::OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
    let inside = || inside_sequence(inside_sequence(inside_sequence(bytes)?)?);
    inside().is_some_and(|algorithm| algorithm.starts_with(PBES2))
}

/// What follows the header of a SEQUENCE, whatever its length says.
fn inside_sequence(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [ber::SEQUENCE, length, rest @ ..] if *length <= 0x80 => Some(rest),
        [ber::SEQUENCE, length, rest @ ..] => rest.get(usize::from(length & 0x7f)..),
        _ => None,
    }
}

/// Keys with nothing but their own chains prove who somebody is. Everything else may be meant as a trust store, an
/// empty file included: that is what keytool leaves when the last entry goes.
fn nature(sorted: &Sorted<'_>, chains: &Chains) -> Nature {
    let Sorted { certificates, keys, others, .. } = sorted;
    let not = |code: Code, message| Nature::NotATrustStore(Finding::new(code, message));
    if certificates.is_empty() {
        return if *others == 0 { Nature::TrustStore } else { not(Code::OnlyKeysInside, say::only_other_things()) };
    }
    let wechat_pay = certificates.iter().find_map(|found| mistaken::wechat_pay(found.certificate));
    let own = |found: &java::Found<'_>| {
        !found.bag.trusted_key_usage
            && (chains.hold(found.certificate) || mistaken::wechat_pay(found.certificate).is_some())
    };
    match wechat_pay {
        _ if !certificates.iter().all(own) => Nature::TrustStore,
        Some(Code::PlatformCertificate) => not(Code::PlatformCertificate, say::platform_certificate()),
        Some(code) => not(code, say::api_certificate()),
        None if keys.is_empty() => Nature::TrustStore,
        None => not(Code::OnlyKeysInside, say::only_a_key_and_its_chain()),
    }
}

fn findings(pfx: &Pfx<'_>, sorted: &Sorted<'_>, chains: &Chains) -> Vec<Finding> {
    let mut findings = Vec::new();
    if pfx.mac.as_ref().is_some_and(|(mac, _)| mac.is_pbmac1()) {
        findings.push(Finding::new(Code::NeedsNewerJava, say::needs_newer_java()));
    }
    if pfx.password().and_then(Password::as_str).is_some_and(|password| !password.is_ascii()) {
        findings.push(Finding::new(Code::PasswordNotAscii, say::password_not_ascii()));
    }
    if sorted.unreadable > 0 {
        findings.push(Finding::new(Code::CertificateUnreadable, say::certificate_unreadable(sorted.unreadable)));
    }
    if sorted.uncounted > 0 {
        findings.push(Finding::new(Code::CertificateNotCounted, say::certificate_not_counted(sorted.uncounted)));
    }
    let all = sorted.certificates.len();
    let passed_over = |found: &&java::Found<'_>| !found.trusted && !found.hidden && !chains.hold(found.certificate);
    match sorted.certificates.iter().filter(passed_over).count() {
        0 => {}
        count => findings.push(Finding::new(Code::PassedOverByJava, say::passed_over_by_java(count, all))),
    }
    let mut hidden = sorted.certificates.iter().filter(|found| found.hidden);
    if let Some(first) = hidden.next() {
        let alias = first.bag.friendly_name.as_deref().unwrap_or_default();
        let message = say::alias_unreachable(hidden.count() + 1, alias);
        findings.push(Finding::new(Code::AliasUnreachable, message));
    }
    findings
}

/// The trusted entries that a JDK ends up with. A JDK that is too old for the file's algorithms gets none; that is
/// said by a finding where it is about JDKs in use.
fn view(pfx: &Pfx<'_>, sorted: &Sorted<'_>) -> View {
    let mut trusted: Vec<Fingerprint> = Vec::new();
    for found in sorted.certificates.iter().filter(|found| found.trusted) {
        trusted.push(found.certificate.fingerprint());
    }
    let mut seen = std::collections::HashSet::new();
    trusted.retain(|fingerprint| seen.insert(*fingerprint));
    let not_ascii = pfx.password().and_then(Password::as_str).is_some_and(|password| !password.is_ascii());
    let fails = not_ascii || sorted.unreadable > 0;
    View { reader: Reader::Java, trusted: if fails { Vec::new() } else { trusted }, fails }
}
