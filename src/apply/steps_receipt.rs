//! The receipt of a change of several steps. Unlike that of a single file its paths are followed when it is undone, so
//! [`super::steps`] asks who can have written it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::receipt::{Added, NotAReceipt, rfc3339};
use super::steps::Step;
use super::trouble;
use crate::certificate::Fingerprint;
use crate::finding::Trouble;

/// What was done in several steps, and enough to undo it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepsReceipt {
    pub subject: PathBuf,
    pub steps: Vec<Done>,
    pub commands: Vec<String>,
    pub added: Vec<Added>,
    pub time: OffsetDateTime,
    pub version: String,
    /// Where it stands.
    pub receipt: PathBuf,
}

/// One step, in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Done {
    Write { path: PathBuf, sha256_before: Option<Fingerprint>, sha256_after: Fingerprint },
    Link { path: PathBuf, target: PathBuf },
}

#[derive(Serialize, Deserialize)]
struct Written {
    schema: u32,
    #[serde(rename = "type")]
    kind: String,
    subject: PathBuf,
    steps: Vec<Done>,
    commands: Vec<String>,
    added: Vec<Added>,
    time: String,
    version: String,
}

impl StepsReceipt {
    pub(super) fn to_json(&self) -> Result<String, Trouble> {
        let written = Written {
            schema: 1,
            kind: "steps".to_owned(),
            subject: self.subject.clone(),
            steps: self.steps.clone(),
            commands: self.commands.clone(),
            added: self.added.clone(),
            time: rfc3339(self.time),
            version: self.version.clone(),
        };
        // Unlike the receipt of a file, this one is followed when it is undone, so its paths have to be exact.
        let json = serde_json::to_string_pretty(&written).map_err(|_| trouble::path_not_text(&self.subject))?;
        Ok(json + "\n")
    }

    /// Reads a receipt of steps.
    ///
    /// # Errors
    /// It is not JSON, not such a receipt, or of a schema that this version does not know.
    pub fn parse(json: &[u8]) -> Result<StepsReceipt, NotAReceipt> {
        let written: Written = serde_json::from_slice(json).map_err(|_| NotAReceipt)?;
        if written.schema != 1 || written.kind != "steps" {
            return Err(NotAReceipt);
        }
        Ok(StepsReceipt {
            subject: written.subject,
            steps: written.steps,
            commands: written.commands,
            added: written.added,
            time: OffsetDateTime::parse(&written.time, &Rfc3339).map_err(|_| NotAReceipt)?,
            version: written.version,
            receipt: PathBuf::new(),
        })
    }
}

impl Done {
    pub(super) fn path(&self) -> &Path {
        match self {
            Done::Write { path, .. } | Done::Link { path, .. } => path,
        }
    }

    /// The same name, in this directory.
    pub(super) fn move_to(&mut self, directory: &Path) {
        let (Done::Write { path, .. } | Done::Link { path, .. }) = self;
        *path = directory.join(path.file_name().unwrap_or_default());
    }

    pub(super) fn of(step: &Step) -> Self {
        match step {
            Step::Write { path, before, bytes } => {
                Done::Write { path: path.clone(), sha256_before: *before, sha256_after: Fingerprint::of(bytes) }
            }
            Step::Link { path, target } => Done::Link { path: path.clone(), target: target.clone() },
        }
    }
}
