//! What was found out about a certificate, kept for the next file that holds it.
//!
//! The roots of the world are a few hundred, and every bundle of a machine holds most of them. What depends on nothing
//! but a certificate's bytes is therefore found out once in a process. Nothing is kept of what was refused, so that
//! only certificates fill the memory, and of those not more than [`MOST`].

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use crate::certificate::Fingerprint;

/// All roots that Mozilla, Microsoft and Apple ever trusted are fewer; at some 1.5 KB each they take 15 MB.
const MOST: usize = 10_000;

/// Answers by fingerprint.
#[derive(Debug)]
pub(crate) struct Known<T>(LazyLock<RwLock<HashMap<Fingerprint, T>>>);

impl<T: Clone> Known<T> {
    pub const fn new() -> Self {
        Known(LazyLock::new(RwLock::default))
    }

    /// The answer for this fingerprint, found out where it is not known. It must depend on nothing else.
    pub fn or_find<E>(&self, fingerprint: Fingerprint, find: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        // A panic elsewhere cannot leave an answer half written.
        let known = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&fingerprint).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = find()?;
        let mut known = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if known.len() < MOST {
            known.insert(fingerprint, found.clone());
        }
        Ok(found)
    }
}
