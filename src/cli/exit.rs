//! Exit codes, as those of diff and grep.

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every target is (now) as it should be.
    Good = 0,
    /// The honest answer is no.
    No = 1,
    /// Bad usage, or a target that could not be read, written or proved.
    Trouble = 2,
}

impl Exit {
    /// The worse of two.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        self.max(other)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}
