//! The rung `stand-in`: chains of stand-ins for the old and the new root, judged by shadow copies of a store.
//!
//! Nobody but the CA can issue under a real root. So two roots are made that play the parts of the old and the new
//! one, each with an intermediate and a server's certificate below it. A copy of the store is given the old stand-in,
//! then the new one, by the same code that edits the real file, and is asked each time which chains it accepts. This
//! shows that this very file, edited in this way, makes a reader accept a chain to the added root, and that it did
//! not before.
//!
//! Not shown: anything about the genuine root's bytes (the rung `reread` looks at those), or about programs that read
//! the store in another way than the code given here.

use std::borrow::Borrow;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::chain::{Judgement, judge};
use crate::certificate::Certificate;
use crate::finding::Trouble;
use crate::lang::{Sentence, prove as say};
use crate::password::Passwords;
use crate::proof::{Proof, Rung, Verdict};
use crate::rollover::{Rollover, Root};
use crate::store::{AppendOptions, StoreFormat, Trust};

mod key;
mod rsa;

pub use key::KeyKind;

/// The organisation in the name of everything made here: nobody shall take it for a real one.
pub const MARKER: &str = "rootfix stand-in";

/// RFC 5280 appendix A, `ub-common-name`; OpenSSL refuses to make longer ones.
const LONGEST_COMMON_NAME: usize = 64;

/// A root, and a server's certificate under it, that exist in this process alone.
#[derive(Debug)]
pub struct StandIn {
    pub root: Root,
    /// Whose part it plays.
    pub plays: String,
    /// What the server would send: its certificate, then the intermediate.
    pub chain: Vec<Certificate>,
    /// The server's private key, as PKCS#8 DER.
    pub key: Zeroizing<Vec<u8>>,
}

impl StandIn {
    /// Makes one that plays the part of `plays`, for a server of these names, valid around `now`.
    ///
    /// Two with the same `id` and `plays` bear the same names and have different keys.
    ///
    /// # Errors
    /// A host is not one that a certificate can name, or the system gives no random numbers.
    pub fn new(id: &str, plays: &str, hosts: &[&str], now: OffsetDateTime) -> Result<Self, Trouble> {
        Self::with_keys(KeyKind::Ec, id, plays, hosts, now)
    }

    /// The same with keys of this kind.
    ///
    /// # Errors
    /// As [`StandIn::new`].
    pub fn with_keys(
        kind: KeyKind,
        id: &str,
        plays: &str,
        hosts: &[&str],
        now: OffsetDateTime,
    ) -> Result<Self, Trouble> {
        Self::make(kind, id, plays, hosts, now).map_err(|error| say::stand_in_not_made(&error.to_string()))
    }

    fn make(kind: KeyKind, id: &str, plays: &str, hosts: &[&str], now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        const YEAR: Duration = Duration::days(365);
        let own_name = common_name(&format!("{MARKER} {id}: {plays}"));

        // Shaped like the real ones: a root of 25 years with keyUsage and no path length, an intermediate of ten
        // years that may issue servers' certificates only, a server's certificate of less than 200 days.
        let mut params = blank(&own_name, now, YEAR * 10, YEAR * 15);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root_key = kind.generate()?;
        let root = params.self_signed(&root_key)?;
        let root_issuer = Issuer::new(params, root_key);

        let mut params = blank(&common_name(&format!("{MARKER} {id}: intermediate")), now, YEAR * 2, YEAR * 8);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let intermediate_key = kind.generate()?;
        let intermediate = params.signed_by(&intermediate_key, &root_issuer)?;
        let intermediate_issuer = Issuer::new(params, intermediate_key);

        let names: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params =
            blank(&common_name(hosts.first().unwrap_or(&id)), now, Duration::days(30), Duration::days(150));
        params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        if kind == KeyKind::Rsa {
            // As in every RSA certificate of a server; the oldest clients want it (RFC 5246, section 7.4.2).
            params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = kind.generate()?;
        let server = params.signed_by(&key, &intermediate_issuer)?;

        let certificate = |made: &rcgen::Certificate| {
            Certificate::from_der(made.der()).map_err(|_| rcgen::Error::CouldNotParseCertificate)
        };
        let root = certificate(&root)?;
        Ok(StandIn {
            plays: plays.to_owned(),
            root: Root {
                id: format!("stand-in-{id}"),
                name: own_name,
                alias: format!("rootfixstandin{}", id.to_lowercase()),
                pinned: root.fingerprint(),
                certificate: root,
                distrusted_for_tls: None,
                successors: Vec::new(),
            },
            chain: vec![certificate(&server)?, certificate(&intermediate)?],
            key: Zeroizing::new(key.serialize_der()),
        })
    }
}

fn blank(name: &str, now: OffsetDateTime, past: Duration, future: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, MARKER);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = now.saturating_sub(past);
    params.not_after = now.saturating_add(future);
    params
}

fn common_name(text: &str) -> String {
    text.chars().take(LONGEST_COMMON_NAME).collect()
}

/// The code that is put to the test: the same that reads and edits the real store, whose content an `S` is.
pub struct Hands<'a, S: ToOwned + ?Sized> {
    pub append: &'a Append<'a, S>,
    pub trusted: &'a Trusted<'a, S>,
}

/// A store's new content, with these roots added.
pub type Append<'a, S> = dyn Fn(&S, &[&Root]) -> Result<<S as ToOwned>::Owned, Trouble> + 'a;

/// The certificates that readers of this content trust.
pub type Trusted<'a, S> = dyn Fn(&S) -> Result<Vec<Certificate>, Trouble> + 'a;

impl<S: ToOwned + ?Sized> std::fmt::Debug for Hands<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hands")
    }
}

/// Proves a store of one format: `bytes` is the store before the edit, or one that was edited already.
///
/// Nothing is written. See [`prove_by`].
pub fn prove(
    path: &Path,
    bytes: &[u8],
    format: &dyn StoreFormat,
    passwords: &Passwords,
    options: &AppendOptions,
    rollover: &Rollover,
    now: OffsetDateTime,
) -> Vec<Proof> {
    // An alias that the user chose is for the real root; stand-ins have their own.
    let options = AppendOptions { alias: None, ..options.clone() };
    let append = |bytes: &[u8], roots: &[&Root]| {
        let store = format.decode(bytes, passwords)?;
        Ok(format.append(bytes, &store, roots, &options)?.bytes)
    };
    let trusted = |bytes: &[u8]| {
        let entries = format.decode(bytes, passwords)?.entries;
        Ok(entries.into_iter().filter(|e| e.trust == Trust::Trusted).map(|e| e.certificate).collect())
    };
    prove_by(path, bytes, &Hands { append: &append, trusted: &trusted }, rollover, now)
}

/// One proof for the root that is kept, one for each that is added, and one for impostors.
///
/// The three states of the store that are asked: as it is; with the old stand-in; with the old and the new ones.
pub fn prove_by<S: ToOwned + ?Sized>(
    path: &Path,
    content: &S,
    hands: &Hands<'_, S>,
    rollover: &Rollover,
    now: OffsetDateTime,
) -> Vec<Proof> {
    let host = rollover.stand_in_host();
    let proof = |subject: String, (verdict, detail): (Verdict, Sentence)| Proof {
        path: path.to_owned(),
        rung: Rung::StandIn,
        subject,
        verdict,
        detail,
    };
    let stage = match Stage::set(content, hands, rollover, host, now) {
        Ok(stage) => stage,
        Err((verdict, why)) => return vec![proof(host.to_owned(), (verdict, why))],
    };
    let [prior, old, both] = &stage.states;
    let asks = |stand_in: &StandIn, trusted: &[Certificate]| judge(&stand_in.chain, trusted, host, now);
    let mut proofs = vec![proof(
        stage.old.plays.clone(),
        accepted_from(&stage.old, &[asks(&stage.old, prior)], &[asks(&stage.old, old), asks(&stage.old, both)]),
    )];
    for (new, rogue) in &stage.new {
        let refused = [asks(new, prior), asks(new, old)];
        proofs.push(proof(new.plays.clone(), accepted_from(new, &refused, &[asks(new, both)])));
        // The control of a rejection is a store in which the chain is accepted: it is rejected for its root alone.
        let control = asks(rogue, std::slice::from_ref(&rogue.root.certificate));
        let rejections = [asks(rogue, prior), asks(rogue, old), asks(rogue, both)];
        proofs.push(proof(format!("{} (rogue)", rogue.plays), always_rejected(&control, &rejections)));
    }
    proofs
}

/// The stand-ins, and what the three states of the store trust.
struct Stage {
    old: StandIn,
    /// Each with a rogue of the same names.
    new: Vec<(StandIn, StandIn)>,
    states: [Vec<Certificate>; 3],
}

impl Stage {
    fn set<S: ToOwned + ?Sized>(
        content: &S,
        hands: &Hands<'_, S>,
        rollover: &Rollover,
        host: &str,
        now: OffsetDateTime,
    ) -> Result<Self, (Verdict, Sentence)> {
        let not_set = |trouble: Trouble| (Verdict::NotProven, say::stage_not_set(&trouble.message));
        let make = |id: &str, plays: &str| StandIn::new(id, plays, &[host], now).map_err(not_set);
        let old = make("kept", rollover.keep.last().map_or("old root", |root| &root.name))?;
        let mut new = Vec::new();
        for (number, root) in rollover.add.iter().enumerate() {
            let id = format!("added{}", number + 1);
            new.push((make(&id, &root.name)?, make(&id, &root.name)?));
        }
        let new_roots: Vec<&Root> = new.iter().map(|(stand_in, _)| &stand_in.root).collect();
        let prior = (hands.trusted)(content).map_err(not_set)?;
        let with_old = (hands.append)(content, &[&old.root]).map_err(not_set)?;
        // From here on an error is the edit's own: what it wrote does not read.
        let unread = |trouble: Trouble| (Verdict::Fail, say::edited_copy_not_read(&trouble.message));
        let old_state = (hands.trusted)(with_old.borrow()).map_err(unread)?;
        let with_both = (hands.append)(with_old.borrow(), &new_roots).map_err(unread)?;
        let both_state = (hands.trusted)(with_both.borrow()).map_err(unread)?;
        Ok(Stage { old, new, states: [prior, old_state, both_state] })
    }
}

/// The chain must be rejected in the first states, and accepted, at this very root, in the later ones.
fn accepted_from(stand_in: &StandIn, before: &[Judgement], after: &[Judgement]) -> (Verdict, Sentence) {
    for judgement in before {
        match judgement {
            Judgement::Rejected(_) => {}
            Judgement::Accepted(_) => return (Verdict::Fail, say::control_accepted()),
            Judgement::Undecided(why) => return (Verdict::NotProven, why.clone()),
        }
    }
    for judgement in after {
        match judgement {
            Judgement::Accepted(accepted) if accepted.root.fingerprint() == stand_in.root.pinned => {}
            Judgement::Accepted(_) => return (Verdict::Fail, say::ends_elsewhere()),
            Judgement::Rejected(refusal) => return (Verdict::Fail, say::still_rejected(&refusal.sentence())),
            Judgement::Undecided(why) => return (Verdict::NotProven, why.clone()),
        }
    }
    (Verdict::Pass, say::accepted_once_added())
}

fn always_rejected(control: &Judgement, states: &[Judgement]) -> (Verdict, Sentence) {
    match control {
        Judgement::Accepted(_) => {}
        Judgement::Rejected(refusal) => return (Verdict::NotProven, refusal.sentence()),
        Judgement::Undecided(why) => return (Verdict::NotProven, why.clone()),
    }
    for judgement in states {
        match judgement {
            Judgement::Rejected(_) => {}
            Judgement::Accepted(_) => return (Verdict::Fail, say::rogue_accepted()),
            Judgement::Undecided(why) => return (Verdict::NotProven, why.clone()),
        }
    }
    (Verdict::Pass, say::rogue_rejected())
}

#[cfg(test)]
mod tests;
