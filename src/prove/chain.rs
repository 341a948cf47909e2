//! Whether a set of trusted certificates accepts a chain as a server sent it. Pure: chain, anchors, host and time come
//! in.
//!
//! The path is built and its signatures, names, dates and constraints are checked by rustls-webpki. It takes trust
//! anchors as they are, so that an expired root, a root that is no CA, and a root whose `pathLenConstraint` is
//! exceeded would pass; those are checked here, path by path, so that another path is still found. What webpki cannot
//! judge (SHA-1 signatures, for one) is undecided, which is neither yes nor no.
//!
//! Not checked: revocation, Certificate Transparency.

use std::cell::RefCell;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use time::OffsetDateTime;
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::certificate::{Certificate, Facts, Fingerprint};
use crate::lang::{Sentence, prove as say};

/// No server sends more certificates; TLS libraries stop at ten (OpenSSL's default depth is 100).
pub const MAX_CERTIFICATES: usize = 100;

/// What a set of trusted certificates makes of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// A path from the server's certificate to a trusted root holds.
    Accepted(Accepted),
    /// No path holds, for this reason.
    Rejected(Refusal),
    /// It could not be judged; this is not a yes, and not a no.
    Undecided(Sentence),
}

/// How a chain was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The trusted certificate at which the path ends. Another one with the same name and key may do as well.
    pub root: Certificate,
    /// A trusted, but expired root at which old clients end instead, and fail: OpenSSL before 1.1.0, GnuTLS before
    /// 3.6.14 and old LibreSSL follow the chain as served to its end, even past a root that they trust.
    pub trap: Option<Certificate>,
}

/// Why a chain was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NoCertificate,
    /// A number of certificates that no server sends.
    TooMany,
    NotAHost(String),
    WrongHost {
        host: String,
        names: Vec<String>,
    },
    Expired {
        name: String,
        on: OffsetDateTime,
    },
    NotYetValid {
        name: String,
        from: OffsetDateTime,
    },
    /// The path ends at this trusted root, but it has expired.
    RootExpired(Box<Facts>),
    RootNotYetValid(Box<Facts>),
    /// The path ends at this trusted certificate, but it may not issue certificates.
    RootNotCa(Box<Facts>),
    /// The path ends at this trusted root, but is longer than the root allows.
    RootPathTooLong(Box<Facts>),
    /// The path stops: its last certificate's issuer neither came with the chain nor is trusted.
    NoIssuer {
        name: String,
        issuer: String,
        issuer_der: Vec<u8>,
    },
    /// A trusted certificate bears the wanted name, but its key did not sign the chain.
    AnotherKey {
        issuer: String,
        trusted: Fingerprint,
    },
    /// Anything else, in webpki's own word.
    Invalid(String),
}

impl Refusal {
    /// Whether the store is what lacks something; else no store would accept the chain.
    pub fn is_about_the_store(&self) -> bool {
        match self {
            Refusal::RootExpired(_)
            | Refusal::RootNotYetValid(_)
            | Refusal::RootNotCa(_)
            | Refusal::RootPathTooLong(_)
            | Refusal::NoIssuer { .. }
            | Refusal::AnotherKey { .. } => true,
            Refusal::NoCertificate
            | Refusal::TooMany
            | Refusal::NotAHost(_)
            | Refusal::WrongHost { .. }
            | Refusal::Expired { .. }
            | Refusal::NotYetValid { .. }
            | Refusal::Invalid(_) => false,
        }
    }
}

impl Judgement {
    /// The root at which the chain ends, if it was accepted.
    pub fn root(&self) -> Option<&Certificate> {
        match self {
            Judgement::Accepted(accepted) => Some(&accepted.root),
            Judgement::Rejected(_) | Judgement::Undecided(_) => None,
        }
    }

    pub fn is_rejected(&self) -> bool {
        matches!(self, Judgement::Rejected(_))
    }
}

/// Where the server's own certificate stands: the first that may not issue others, else the first.
///
/// TLS asks for it in the first place (RFC 8446 section 4.4.2); files put together by hand often have it elsewhere.
pub fn position_of_leaf(chain: &[Certificate]) -> usize {
    chain.iter().position(|certificate| !certificate.facts().is_ca).unwrap_or(0)
}

/// Judges a chain, whose certificates behind the server's own may come in any order, with others among them.
pub fn judge(chain: &[Certificate], anchors: &[Certificate], host: &str, at: OffsetDateTime) -> Judgement {
    if chain.is_empty() {
        return Judgement::Rejected(Refusal::NoCertificate);
    }
    if chain.len() > MAX_CERTIFICATES {
        return Judgement::Rejected(Refusal::TooMany);
    }
    let Ok(name) = ServerName::try_from(host) else {
        return Judgement::Rejected(Refusal::NotAHost(host.to_owned()));
    };
    let leaf = &chain[position_of_leaf(chain)];
    if anchors.contains(leaf) {
        // OpenSSL takes it by default only if it is self-signed, curl and Go always do, webpki never does.
        return Judgement::Undecided(say::leaf_is_trusted_itself());
    }
    let trusted: Vec<(CertificateDer<'_>, &Certificate)> =
        anchors.iter().map(|anchor| (CertificateDer::from(anchor.der()), anchor)).collect();
    let (trust_anchors, roots): (Vec<TrustAnchor<'_>>, Vec<&Certificate>) =
        (trusted.iter()).filter_map(|(der, root)| Some((webpki::anchor_from_trusted_cert(der).ok()?, *root))).unzip();
    let others: Vec<CertificateDer<'_>> =
        chain.iter().filter(|other| *other != leaf).map(|other| CertificateDer::from(other.der())).collect();
    let leaf_der = CertificateDer::from(leaf.der());
    let time = UnixTime::since_unix_epoch(Duration::from_secs(at.unix_timestamp().try_into().unwrap_or(0)));

    // webpki hands out the anchor itself, and two anchors may look alike: its place in the slice tells which it is.
    let root_of = |path: &VerifiedPath<'_>| {
        trust_anchors.iter().position(|anchor| std::ptr::eq(anchor, path.anchor())).map(|place| roots[place])
    };
    let refused_root = RefCell::new(None);
    let check_root = |path: &VerifiedPath<'_>| match root_of(path).map(|root| check_root(root, path, at)) {
        Some(Ok(())) => Ok(()),
        Some(Err(refusal)) => {
            *refused_root.borrow_mut() = Some(refusal);
            Err(webpki::Error::UnknownIssuer)
        }
        None => Err(webpki::Error::UnknownIssuer),
    };
    let end_entity = match EndEntityCert::try_from(&leaf_der) {
        Ok(end_entity) => end_entity,
        Err(error) => return Judgement::Rejected(Refusal::Invalid(error.to_string())),
    };
    let found = end_entity.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &trust_anchors,
        &others,
        time,
        KeyUsage::server_auth(),
        None,
        Some(&check_root),
    );
    let root = match found {
        Ok(path) => root_of(&path).expect("webpki takes anchors from the slice that it was given").clone(),
        Err(error) => {
            return refused_root.take().map_or_else(|| explain(error, chain, anchors, at), Judgement::Rejected);
        }
    };
    if end_entity.verify_is_valid_for_subject_name(&name).is_err() {
        let names = end_entity.valid_dns_names().map(str::to_owned).collect();
        return Judgement::Rejected(Refusal::WrongHost { host: host.to_owned(), names });
    }
    Judgement::Accepted(Accepted { root, trap: expired_end_as_served(chain, anchors, at) })
}

/// What webpki leaves to its caller: RFC 5280 section 6.2 lets a trust anchor be anything.
fn check_root(root: &Certificate, path: &VerifiedPath<'_>, at: OffsetDateTime) -> Result<(), Refusal> {
    let facts = || Box::new(root.facts());
    let Ok((_, x509)) = X509Certificate::from_der(root.der()) else {
        return Err(Refusal::RootNotCa(facts()));
    };
    if at < x509.validity().not_before.to_datetime() {
        return Err(Refusal::RootNotYetValid(facts()));
    }
    if at > x509.validity().not_after.to_datetime() {
        return Err(Refusal::RootExpired(facts()));
    }
    let Ok(constraints) = x509.basic_constraints() else {
        return Err(Refusal::RootNotCa(facts()));
    };
    let Some(constraints) = constraints else {
        // Version 1 has no extensions; OpenSSL and others take a self-signed one for a root, and a version 3 one
        // whose keyUsage says keyCertSign.
        let signs = x509.key_usage().ok().flatten().is_some_and(|usage| usage.value.key_cert_sign());
        let old = x509.version().0 == 0 && x509.subject().as_raw() == x509.issuer().as_raw();
        return if signs || old { Ok(()) } else { Err(Refusal::RootNotCa(facts())) };
    };
    if !constraints.value.ca {
        return Err(Refusal::RootNotCa(facts()));
    }
    // Self-issued intermediates do not count (RFC 5280 section 4.2.1.9).
    let below = path.intermediate_certificates().filter(|other| other.subject() != other.issuer()).count();
    match constraints.value.path_len_constraint {
        Some(most) if below > most as usize => Err(Refusal::RootPathTooLong(facts())),
        _ => Ok(()),
    }
}

/// Turns webpki's answer into one that names the certificate that it is about.
fn explain(error: webpki::Error, chain: &[Certificate], anchors: &[Certificate], at: OffsetDateTime) -> Judgement {
    use webpki::Error as E;
    match error {
        E::CertExpired { .. } | E::CertNotValidYet { .. } => {
            Judgement::Rejected(out_of_date(chain, at).unwrap_or_else(|| Refusal::Invalid(error.to_string())))
        }
        E::UnknownIssuer | E::InvalidSignatureForPublicKey => Judgement::Rejected(where_it_stops(chain, anchors)),
        E::UnsupportedSignatureAlgorithmContext(_) | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            Judgement::Undecided(say::unknown_signature_algorithm())
        }
        E::MaximumSignatureChecksExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumNameConstraintComparisonsExceeded => Judgement::Undecided(say::too_many_paths()),
        other => Judgement::Rejected(Refusal::Invalid(other.to_string())),
    }
}

/// The first certificate of the chain that is not valid at that time, the server's own before the others.
fn out_of_date(chain: &[Certificate], at: OffsetDateTime) -> Option<Refusal> {
    let leaf = &chain[position_of_leaf(chain)];
    std::iter::once(leaf).chain(chain).map(Certificate::facts).find_map(|facts| {
        if at > facts.not_after {
            Some(Refusal::Expired { name: facts.name, on: facts.not_after })
        } else if at < facts.not_before {
            Some(Refusal::NotYetValid { name: facts.name, from: facts.not_before })
        } else {
            None
        }
    })
}

/// Follows the names from the server's certificate up, to where nothing trusted is found.
fn where_it_stops(chain: &[Certificate], anchors: &[Certificate]) -> Refusal {
    let trusted: Vec<(Facts, Fingerprint)> =
        anchors.iter().map(|anchor| (anchor.facts(), anchor.fingerprint())).collect();
    let mut last = None;
    for facts in as_served(chain) {
        if let Some((namesake, fingerprint)) = trusted.iter().find(|(root, _)| root.subject_der == facts.issuer_der) {
            return Refusal::AnotherKey { issuer: namesake.name.clone(), trusted: *fingerprint };
        }
        last = Some(facts);
    }
    match last {
        Some(facts) => {
            Refusal::NoIssuer { name: facts.name, issuer: facts.issuer.clone(), issuer_der: facts.issuer_der }
        }
        None => Refusal::NoCertificate,
    }
}

/// The expired root, if one is trusted, at which clients end that follow the chain as it was served.
fn expired_end_as_served(chain: &[Certificate], anchors: &[Certificate], at: OffsetDateTime) -> Option<Certificate> {
    let top = as_served(chain).pop()?;
    let ends: Vec<(&Certificate, Facts)> = (anchors.iter())
        .map(|anchor| (anchor, anchor.facts()))
        .filter(|(_, facts)| facts.subject_der == top.issuer_der)
        .collect();
    // Where one of several namesakes is still valid, it depends on their order in the store: no trap for certain.
    let expired = ends.iter().all(|(_, facts)| facts.not_after < at);
    ends.first().filter(|_| expired).map(|(end, _)| (*end).clone())
}

/// The server's certificate and its issuers by name, as far as they came with the chain; roots are left out.
fn as_served(chain: &[Certificate]) -> Vec<Facts> {
    let mut rest: Vec<Facts> = chain.iter().map(Certificate::facts).collect();
    if rest.is_empty() {
        return Vec::new();
    }
    let mut path = vec![rest.swap_remove(position_of_leaf(chain))];
    rest.retain(|facts| !facts.self_issued);
    while let Some(next) =
        rest.iter().position(|facts| path.last().is_some_and(|last| last.issuer_der == facts.subject_der))
    {
        // What was taken is not there any more, so that two that issued each other do not go round for ever.
        path.push(rest.swap_remove(next));
    }
    path
}

#[cfg(test)]
mod tests;
