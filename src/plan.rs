//! What would be done to a store, as data; nothing is touched. Pure.

use crate::assess::Assessment;
use crate::certificate::Fingerprint;
use crate::finding::{Finding, Trouble};
use crate::lang::plan as say;
use crate::rollover::Root;
use crate::store::{AppendOptions, Appended, Nature, Store};

/// What the user wants of a plan.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Add the roots that the rollover keeps, too, where they are missing.
    pub with_old: bool,
    /// Add to a file that is no trust store all the same.
    pub force: bool,
    pub append: AppendOptions,
}

/// New bytes for one store, and what is new in them.
#[derive(Debug, Clone)]
pub struct Plan<'r> {
    /// The SHA-256 of the bytes that the plan was made from.
    pub sha256_before: Fingerprint,
    pub bytes: Vec<u8>,
    pub roots: Vec<&'r Root>,
    /// How many certificates were there and stay.
    pub kept: usize,
    pub findings: Vec<Finding>,
}

/// Adds roots to a store; `StoreFormat::append` of its format, or another engine that keeps the same promises.
pub type Append<'a> = &'a dyn Fn(&[u8], &Store, &[&Root], &AppendOptions) -> Result<Appended, Trouble>;

/// A plan, or `None` where the store is as it should be.
///
/// # Errors
/// The store is not one that should be, or can be, added to; the trouble says why and what to do.
pub fn plan<'r>(
    bytes: &[u8],
    store: &Store,
    assessment: &Assessment<'r>,
    request: &Request,
    append: Append<'_>,
) -> Result<Option<Plan<'r>>, Trouble> {
    if let Nature::NotATrustStore(finding) = &store.nature {
        if store.entries.is_empty() {
            return Err(Trouble::new(finding.code, finding.message.clone(), say::find_the_bundle()));
        }
        if !request.force {
            return Err(Trouble::new(finding.code, finding.message.clone(), say::force_if_meant()));
        }
    }
    let mut roots: Vec<&Root> = Vec::new();
    if request.with_old {
        roots.extend(&assessment.missing_old);
    }
    roots.extend(&assessment.missing_new);
    if store.broken && request.append.repair {
        // What is in a damaged text, and only out of the programs' sight, comes back when the text is mended.
        roots
            .retain(|root| store.entries.iter().all(|e| e.certificate.fingerprint() != root.certificate.fingerprint()));
    }
    for root in &roots {
        root.check()?;
    }
    if roots.is_empty() && !request.append.repair && !store.broken {
        return Ok(None);
    }
    let appended = append(bytes, store, &roots, &request.append)?;
    if appended.bytes == bytes {
        return Ok(None);
    }
    Ok(Some(Plan {
        sha256_before: Fingerprint::of(bytes),
        bytes: appended.bytes,
        roots,
        kept: store.entries.len(),
        findings: appended.findings,
    }))
}
