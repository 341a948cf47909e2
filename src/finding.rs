//! What was noticed, and what went wrong, as data. Sentences come from `lang`; showing them is `report`'s work.

use crate::lang::Sentence;
pub use crate::lang::codes::{Code, Severity};

/// Something noticed about a store or a pin. The work goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    pub message: Sentence,
    /// Counted from 1, in a text; `None` in a binary store or where the whole file is meant.
    pub line: Option<usize>,
}

impl Finding {
    pub fn new(code: Code, message: Sentence) -> Self {
        Finding { code, severity: code.severity(), message, line: None }
    }

    #[must_use]
    pub fn at(self, line: usize) -> Self {
        Finding { line: Some(line), ..self }
    }

    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Finding { severity, ..self }
    }
}

/// The work could not be done; nothing was changed.
///
/// The caller knows which file it is about and says so, together with the fact that it is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub code: Code,
    /// What happened.
    pub message: Sentence,
    /// What to do next.
    pub next: Sentence,
}

impl Trouble {
    pub fn new(code: Code, message: Sentence, next: Sentence) -> Self {
        Trouble { code, message, next }
    }
}
