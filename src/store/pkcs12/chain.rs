//! Which certificates belong to a private key, as Java finds out: the key's own by localKeyID or by name, and from
//! there issuer after issuer, from all certificates of the file, by name and key identifier. No signature is checked.

use std::collections::{HashMap, HashSet};

use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::java::Sorted;
use crate::certificate::{Certificate, Fingerprint};

/// Chains of the web have up to five certificates; a file may pretend to longer ones to keep a reader busy.
const MAX_CHAIN: usize = 32;

/// What links a certificate to its issuer.
struct Link {
    subject: Vec<u8>,
    issuer: Vec<u8>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    /// No authority, and not its own issuer.
    end_entity: bool,
}

impl Link {
    fn of(certificate: &Certificate) -> Self {
        let (_, x509) = X509Certificate::from_der(certificate.der()).expect("parsed when it was made");
        let find = |f: fn(&ParsedExtension<'_>) -> Option<Vec<u8>>| {
            x509.extensions().iter().find_map(|extension| f(extension.parsed_extension()))
        };
        Link {
            subject: x509.subject().as_raw().to_vec(),
            issuer: x509.issuer().as_raw().to_vec(),
            subject_key: find(|extension| match extension {
                ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
                _ => None,
            }),
            authority_key: find(|extension| match extension {
                ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
                _ => None,
            }),
            end_entity: !x509.is_ca() && x509.subject() != x509.issuer(),
        }
    }

    fn issued(&self, other: &Link) -> bool {
        let keys = self.subject_key.as_ref().zip(other.authority_key.as_ref());
        self.subject == other.issuer && keys.is_none_or(|(one, other)| one == other)
    }

    fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

/// The chains of the private keys of a file.
pub struct Chains {
    members: HashSet<Fingerprint>,
    /// The last certificates of the chains, without those that are their own issuers.
    open_ends: Vec<Link>,
}

impl Chains {
    pub fn of(sorted: &Sorted<'_>) -> Self {
        let mut chains = Chains { members: HashSet::new(), open_ends: Vec::new() };
        if sorted.keys.is_empty() {
            return chains;
        }
        let links: Vec<Link> = sorted.certificates.iter().map(|found| Link::of(found.certificate)).collect();
        let mut by_subject: HashMap<&[u8], Vec<usize>> = HashMap::new();
        links.iter().enumerate().for_each(|(at, link)| by_subject.entry(&link.subject).or_default().push(at));
        let mut ends = HashSet::new();
        for own in own_certificates(sorted, &links) {
            let mut chain = vec![own];
            while chain.len() < MAX_CHAIN {
                let last = &links[chain[chain.len() - 1]];
                let issuers = by_subject.get(&last.issuer[..]).into_iter().flatten().copied();
                // A certificate that is its own issuer, or a circle, ends it.
                match issuers.take(MAX_CHAIN).find(|at| links[*at].issued(last)) {
                    Some(issuer) if !chain.contains(&issuer) => chain.push(issuer),
                    _ => break,
                }
            }
            ends.extend(chain.last().copied());
            chains.members.extend(chain.into_iter().map(|at| sorted.certificates[at].certificate.fingerprint()));
        }
        let open = |(at, link): (usize, Link)| (ends.contains(&at) && !link.is_self_issued()).then_some(link);
        chains.open_ends = links.into_iter().enumerate().filter_map(open).collect();
        chains
    }

    /// Whether this certificate belongs to a private key of the file.
    pub fn hold(&self, certificate: &Certificate) -> bool {
        self.members.contains(&certificate.fingerprint())
    }

    /// Whether a chain would go on with this root, were it in the file.
    pub fn would_grow_by(&self, root: &Certificate) -> bool {
        let root = Link::of(root);
        self.open_ends.iter().any(|end| root.issued(end))
    }
}

/// Where the certificates are that private keys have for their own.
fn own_certificates(sorted: &Sorted<'_>, links: &[Link]) -> Vec<usize> {
    // Java never takes one that is marked as trusted.
    let untrusted = || sorted.certificates.iter().enumerate().filter(|(_, found)| !found.bag.trusted_key_usage);
    let (mut by_id, mut by_name) = (HashMap::new(), HashMap::new());
    for (at, found) in untrusted() {
        found.bag.local_key_id.as_ref().map(|id| by_id.entry(id).or_insert(at));
        found.bag.friendly_name.as_ref().map(|name| by_name.entry(name.to_lowercase()).or_insert(at));
    }
    let linked = sorted.keys.iter().filter_map(|key| {
        let by_id = key.local_key_id.as_ref().and_then(|id| by_id.get(id));
        by_id.or_else(|| by_name.get(&key.friendly_name.as_ref()?.to_lowercase())).copied()
    });
    let own: HashSet<usize> = linked.collect();
    if own.is_empty() {
        // Nothing says which is the key's own. One that is no authority's can only be that.
        return untrusted().map(|(at, _)| at).filter(|at| links[*at].end_entity).collect();
    }
    own.into_iter().collect()
}
