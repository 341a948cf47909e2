//! The chains that the stand-in server shows: root, one intermediate, leaf, as the real one does.
//!
//! The rogue bears the *names* of the new chain under keys of its own, so that a program that looks at names alone is
//! caught as well. All private keys exist in memory alone, and are made anew for each use: a fixed key in the program
//! would be a published one, and whoever trusted its root by accident would trust everyone.

use std::thread;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;
pub use crate::prove::stand_in::KeyKind;
use crate::prove::stand_in::StandIn;
use crate::rollover::{Rollover, Root};

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

/// What a server shows, and the key that it shows it with.
#[derive(Clone)]
pub struct Presented {
    /// DER, leaf first, without the root.
    pub certificates: Vec<Vec<u8>>,
    /// PKCS#8 DER of the leaf's key.
    pub key: Zeroizing<Vec<u8>>,
}

impl From<&StandIn> for Presented {
    fn from(stand_in: &StandIn) -> Self {
        let certificates = stand_in.chain.iter().map(|certificate| certificate.der().to_vec()).collect();
        Presented { certificates, key: stand_in.key.clone() }
    }
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Presented({} certificates)", self.certificates.len())
    }
}

/// The three chains of a rehearsal.
#[derive(Debug)]
pub struct StandIns {
    pub old: StandIn,
    pub new: StandIn,
    pub rogue: StandIn,
    /// The names that the leaves are for.
    pub hosts: Vec<String>,
}

impl StandIns {
    /// Chains for a rollover's first kept and first added root, for the rollover's hosts, `more_hosts` and localhost.
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
        let local = "localhost".to_owned();
        for host in rollover.hosts.iter().chain(more_hosts).chain([&local]) {
            let host = host.trim_end_matches('.').to_lowercase();
            if !is_dns_name(&host) {
                return Err(Trouble::new(Code::RehearsalHost, say::not_a_host(&host), say::name_a_host()));
            }
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let make = |id: &str, plays: Option<&Root>| {
            StandIn::with_keys(kind, id, plays.map_or(id, |root| &root.name), &names, now)
        };
        let (kept, added) = (rollover.keep.first(), rollover.add.first());
        let (old, new, rogue) = thread::scope(|scope| {
            let old = scope.spawn(|| make("old", kept));
            let new = scope.spawn(|| make("new", added));
            let rogue = make("new", added);
            (old.join().expect("does not panic"), new.join().expect("does not panic"), rogue)
        });
        Ok(StandIns { old: old?, new: new?, rogue: rogue?, hosts })
    }

    pub fn chain(&self, shown: Shown) -> &StandIn {
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
