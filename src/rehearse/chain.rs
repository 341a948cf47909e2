//! The chains that the stand-in server shows: root, one intermediate, leaf, as the real one does.
//!
//! Nobody but the real authority can issue under a real root, so throw-away roots play the parts: one for the root
//! that is kept, one for the root that comes, and a rogue that no bundle is given. The rogue bears the *names* of the
//! new chain under keys of its own, so that a program that looks at names alone is caught as well.
//!
//! Their private keys exist in memory alone, and are made anew for each use.

use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::rsa;
use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;
use crate::rollover::{Rollover, Root};

/// What the keys of a chain are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyKind {
    /// RSA-2048 and SHA-256: all that old clients know.
    #[default]
    Rsa,
    /// EC P-256 and SHA-256.
    Ec,
}

/// Which chain the server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Ends at the stand-in of the root that the rollover keeps.
    Old,
    /// Ends at the stand-in of the root that the rollover adds.
    New,
    /// Ends at a root that no bundle holds.
    Rogue,
}

/// A root and what a server under it shows.
#[derive(Debug, Clone)]
pub struct Chain {
    pub root: Root,
    pub presented: Presented,
}

/// What a server shows, and the key that it shows it with.
#[derive(Clone)]
pub struct Presented {
    /// DER, leaf first, without the root.
    pub certificates: Vec<Vec<u8>>,
    /// PKCS#8 DER of the leaf's key.
    pub key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Presented({} certificates)", self.certificates.len())
    }
}

/// The three chains of a rehearsal.
#[derive(Debug, Clone)]
pub struct StandIns {
    pub old: Chain,
    pub new: Chain,
    pub rogue: Chain,
    /// The names that the leaves are for.
    pub hosts: Vec<String>,
}

impl StandIns {
    /// Chains for a rollover's first kept and first added root, valid from a week before `now`; the leaves are for
    /// the rollover's hosts, `more_hosts` and localhost.
    ///
    /// # Errors
    /// A host is not a DNS name, or the operating system gives no random numbers.
    pub fn make(
        rollover: &Rollover,
        more_hosts: &[String],
        kind: KeyKind,
        now: OffsetDateTime,
    ) -> Result<StandIns, Trouble> {
        let mut hosts: Vec<String> = Vec::new();
        for host in rollover.hosts.iter().chain(more_hosts).map(|host| host.trim_end_matches('.').to_lowercase()) {
            if !is_dns_name(&host) {
                return Err(Trouble::new(Code::RehearsalHost, say::not_a_host(&host), say::name_a_host()));
            }
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        if !hosts.iter().any(|host| host == "localhost") {
            hosts.push("localhost".to_owned());
        }
        let name = |root: Option<&Root>, part| root.map_or(part, |root| root.name.as_str()).to_owned();
        let names = [name(rollover.keep.first(), "the old root"), name(rollover.add.first(), "the new root")];
        let make = |part, name: &str| make_chain(part, name, &hosts, kind, now);
        let (old, new, rogue) = thread::scope(|scope| {
            let old = scope.spawn(|| make("old", &names[0]));
            let new = scope.spawn(|| make("new", &names[1]));
            let rogue = make("new", &names[1]);
            (old.join().expect("does not panic"), new.join().expect("does not panic"), rogue)
        });
        Ok(StandIns { old: old?, new: new?, rogue: rogue?, hosts })
    }

    pub fn chain(&self, shown: Shown) -> &Chain {
        match shown {
            Shown::Old => &self.old,
            Shown::New => &self.new,
            Shown::Rogue => &self.rogue,
        }
    }
}

/// Letters, digits, hyphens and dots, as in a URL; what comes from an argument goes into a hosts file.
fn is_dns_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.len() <= 253 && host.split('.').all(label) && host.parse::<std::net::IpAddr>().is_err()
}

fn make_chain(part: &str, name: &str, hosts: &[String], kind: KeyKind, now: OffsetDateTime) -> Result<Chain, Trouble> {
    const KEYS: &str = "rcgen takes the keys that are made here";
    let authority = |common_name: String, constraint, years: i64| {
        let mut params = params(common_name, now, Duration::days(365 * years));
        params.is_ca = IsCa::Ca(constraint);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    };
    let root = authority(format!("Stand-in for {name}"), BasicConstraints::Unconstrained, 20);
    let mut middle = authority(format!("Stand-in for {name}, intermediate"), BasicConstraints::Constrained(0), 9);
    // A common name has 64 characters at most (RFC 5280, ub-common-name). 199 days: the CA/Browser Forum allows 200
    // from 2026-03-15 on.
    let common_name = hosts.iter().find(|host| host.len() <= 64).map_or("localhost", String::as_str);
    let mut leaf = params(common_name.to_owned(), now, Duration::days(199));
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.subject_alt_names = hosts
        .iter()
        .map(|host| host.as_str().try_into().map(rcgen::SanType::DnsName))
        .collect::<Result<_, _>>()
        .expect("DNS names are ASCII");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    for params in [&mut middle, &mut leaf] {
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    }

    let root = CertifiedIssuer::self_signed(root, key(kind)?).expect(KEYS);
    let middle = CertifiedIssuer::signed_by(middle, key(kind)?, &root).expect(KEYS);
    let leaf_key = key(kind)?;
    let leaf = leaf.signed_by(&leaf_key, &middle).expect(KEYS);
    Ok(Chain {
        root: Root {
            id: format!("stand-in-{part}"),
            name: format!("Stand-in for {name}"),
            alias: format!("rootfix-stand-in-{part}"),
            certificate: Certificate::from_der(root.der()).expect("rcgen makes certificates"),
            distrusted_for_tls: None,
        },
        presented: Presented {
            certificates: vec![leaf.der().to_vec(), middle.der().to_vec()],
            key: Zeroizing::new(leaf_key.serialize_der()),
        },
    })
}

fn params(common_name: String, now: OffsetDateTime, life: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "rootfix stand-in");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = now - Duration::days(7);
    params.not_after = params.not_before + life;
    params
}

fn key(kind: KeyKind) -> Result<KeyPair, Trouble> {
    let no_entropy = || Trouble::new(Code::NoRandomNumbers, say::no_entropy(), say::mount_dev());
    match kind {
        KeyKind::Ec => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|_| no_entropy()),
        KeyKind::Rsa => {
            let der = rsa::generate().map_err(|_| no_entropy())?;
            let der = rustls::pki_types::PrivatePkcs8KeyDer::from(der.as_slice());
            Ok(KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256).expect("ring takes the keys made here"))
        }
    }
}
