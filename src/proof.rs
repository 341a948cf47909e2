//! One check of a repaired store, with its verdict.

use std::path::PathBuf;

use crate::lang::Sentence;

/// How far up the ladder a proof stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// The file, read back from disk.
    Reread,
    /// Chains made for the purpose, judged in memory.
    StandIn,
    /// A chain that a real server once sent.
    SavedChain,
    /// A real client program, on loopback.
    Client,
    /// A live server.
    Live,
    /// The user's own program, on loopback.
    Rehearsal,
}

/// What came of it. What could not be checked is not proven; it is never a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Fail,
    NotProven,
}

/// One check of a store.
#[derive(Debug, Clone)]
pub struct Proof {
    pub path: PathBuf,
    pub rung: Rung,
    /// What was put to the test: a chain, a client, a host.
    pub subject: String,
    pub verdict: Verdict,
    pub detail: Sentence,
}
