//! Proofs of a repaired store: each is a check that could have failed, with a control that must.
//!
//! A proof that cannot fail proves nothing. So every rung first asks the same question of a store that lacks the root,
//! and where that store gives the good answer too, the proof fails, whatever the repaired store says.

pub mod chain;
pub mod clients;
pub mod directory;
pub mod reread;
pub mod saved_chain;
pub mod stand_in;

#[cfg(test)]
mod made;
