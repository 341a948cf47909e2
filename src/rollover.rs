//! Roots and rollovers: the embedded catalogue, whose fingerprints are checked when the program is built and again
//! when it starts.
//!
//! A root is known by the SHA-256 that is pinned beside it, and by nothing else. So what cannot be held against a
//! pinned fingerprint is no root here: [`Catalogue::load`] refuses to start with it, and [`Rollover::check`] refuses
//! to write it.

use std::collections::HashMap;

use serde::Deserialize;
use time::{Date, Month};

use crate::certificate::{Certificate, Fingerprint};
use crate::finding::Trouble;
use crate::lang::{Sentence, roots as say};

mod embedded;
mod outlook;
mod private;
#[cfg(test)]
mod tests;

pub use outlook::Outlook;

use embedded::{EmbeddedRollover, EmbeddedRoot};

/// The host of stand-in chains where a rollover names no server: a name that can never be registered (RFC 2606).
const NOBODYS_HOST: &str = "stand-in.invalid";

/// A root that a rollover names.
#[derive(Debug, Clone)]
pub struct Root {
    /// `digicert-global-root-g2`: the name on the command line, and of its file in `embedded-roots/`.
    pub id: String,
    /// `DigiCert Global Root G2`: the name for people.
    pub name: String,
    /// `digicertglobalrootg2`: lower case, as JDKs name it.
    pub alias: String,
    pub certificate: Certificate,
    /// What the SHA-256 of its DER must be: from the catalogue, or from the user.
    pub pinned: Fingerprint,
    /// The day from which Mozilla does not trust it for TLS.
    pub distrusted_for_tls: Option<Date>,
    /// The IDs of the roots that take its place.
    pub successors: Vec<String>,
}

impl Root {
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// One PEM block of the label `CERTIFICATE`: 64 columns, LF at the end of every line, no title.
    pub fn pem(&self) -> String {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF).set_line_wrap(64);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", self.der()), config)
    }

    /// Hashes the bytes in memory again and compares them with the pinned fingerprint.
    ///
    /// # Errors
    /// They differ: the memory, or the program, was changed.
    pub fn check(&self) -> Result<(), Trouble> {
        if Fingerprint::of(self.der()) == self.pinned { Ok(()) } else { Err(say::catalogue_damaged(&self.id)) }
    }
}

/// What happens on a day of a rollover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Servers begin to present chains to the new root.
    Moves,
    /// The last day on which servers could still present chains to the old root.
    FallbackEnds,
}

/// One date of a rollover, as its source tells it.
#[derive(Debug, Clone)]
pub struct Step {
    /// Whose servers.
    pub who: Sentence,
    pub kind: StepKind,
    /// `2024-08-05`, `2022-07` or `2020`: as precise as the source.
    pub when: String,
}

/// A planned change of roots.
#[derive(Debug, Clone)]
pub struct Rollover {
    pub id: String,
    pub keep: Vec<Root>,
    pub add: Vec<Root>,
    /// Servers that use it; the first is the one that stand-in chains are made for. May be empty: see
    /// [`Rollover::stand_in_host`].
    pub hosts: Vec<String>,
    /// Who moves and when, in the order of time.
    pub steps: Vec<Step>,
}

impl Rollover {
    /// The host that stand-in chains are made for.
    pub fn stand_in_host(&self) -> &str {
        self.hosts.first().map_or(NOBODYS_HOST, String::as_str)
    }

    /// Every root that it names: those to keep, then those to add.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        self.keep.iter().chain(&self.add)
    }

    /// Hashes each root in memory again; to be called before a write.
    ///
    /// # Errors
    /// A root is not the one that is pinned.
    pub fn check(&self) -> Result<(), Trouble> {
        self.roots().try_for_each(Root::check)
    }
}

/// The embedded roots and rollovers.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// In the order in which `rootfix roots` lists them.
    pub roots: Vec<Root>,
    /// The first is the default.
    pub rollovers: Vec<Rollover>,
}

impl Catalogue {
    /// Parses the embedded catalogue and holds every root against its pinned SHA-256.
    ///
    /// # Errors
    /// A root is not the one that is pinned, or the catalogue does not parse: this copy of the program is damaged.
    pub fn load() -> Result<Self, Trouble> {
        Self::from_parts(embedded::ROOTS, embedded::ROLLOVERS)
    }

    /// The day on which the embedded files were last compared with their sources.
    pub fn date() -> Option<Date> {
        let facts: CatalogueToml = toml::from_str(embedded::CATALOGUE).ok()?;
        day(facts.date)
    }

    fn from_parts(roots: &[EmbeddedRoot], rollovers: &[EmbeddedRollover]) -> Result<Self, Trouble> {
        let roots = roots.iter().map(read_root).collect::<Result<Vec<_>, _>>()?;
        let by_id: HashMap<&str, &Root> = roots.iter().map(|root| (root.id.as_str(), root)).collect();
        let rollovers =
            rollovers.iter().map(|rollover| read_rollover(rollover, &by_id)).collect::<Result<Vec<_>, _>>()?;
        let dangling = roots.iter().find(|root| root.successors.iter().any(|id| !by_id.contains_key(id.as_str())));
        match dangling {
            Some(root) => Err(say::catalogue_damaged(&root.id)),
            None => Ok(Catalogue { roots, rollovers }),
        }
    }

    /// Hashes every root in memory again.
    ///
    /// # Errors
    /// A root is not the one that is pinned.
    pub fn check(&self) -> Result<(), Trouble> {
        self.roots.iter().try_for_each(Root::check)?;
        self.rollovers.iter().try_for_each(Rollover::check)
    }

    /// The rollover that is meant where none is named.
    pub fn default_rollover(&self) -> &Rollover {
        self.rollovers.first().expect("a test holds that the catalogue has rollovers")
    }

    /// # Errors
    /// There is no rollover of that ID; the trouble lists those that there are.
    pub fn rollover(&self, id: &str) -> Result<&Rollover, Trouble> {
        self.rollovers.iter().find(|rollover| rollover.id == id).ok_or_else(|| {
            let known: Vec<_> = self.rollovers.iter().map(|rollover| rollover.id.as_str()).collect();
            say::unknown_rollover_named(id, &known.join(", "))
        })
    }

    /// A root by its ID, its name, its alias (without regard to case) or its SHA-256.
    ///
    /// # Errors
    /// There is no such root; the trouble lists those that there are.
    pub fn root(&self, name: &str) -> Result<&Root, Trouble> {
        let fingerprint = name.parse().ok();
        (self.roots.iter())
            .find(|root| {
                [&root.id, &root.name, &root.alias].iter().any(|own| own.eq_ignore_ascii_case(name))
                    || fingerprint == Some(root.pinned)
            })
            .ok_or_else(|| {
                let known: Vec<_> = self.roots.iter().map(|root| root.id.as_str()).collect();
                say::unknown_root_named(name, &known.join(", "))
            })
    }
}

/// What the program needs of `embedded-roots/ID.toml`; the rest is for people and for the tests.
#[derive(Deserialize)]
struct RootToml {
    name: String,
    alias: String,
    sha256: String,
    successors: Vec<String>,
    distrusted_for_tls: Option<DistrustToml>,
}

#[derive(Deserialize)]
struct CatalogueToml {
    date: toml::value::Datetime,
}

#[derive(Deserialize)]
struct DistrustToml {
    date: toml::value::Datetime,
}

#[derive(Deserialize)]
struct RolloverToml {
    keep: Vec<String>,
    add: Vec<String>,
    hosts: Vec<String>,
    #[serde(default)]
    steps: Vec<StepToml>,
}

#[derive(Deserialize)]
struct StepToml {
    who: WhoToml,
    step: StepKind,
    when: String,
}

#[derive(Deserialize)]
struct WhoToml {
    en: String,
    zh: String,
}

/// Decodes with other code than the check in the build does, so that a mistake in one of them shows.
fn read_root(embedded: &EmbeddedRoot) -> Result<Root, Trouble> {
    let damaged = || say::catalogue_damaged(embedded.id);
    let facts: RootToml = toml::from_str(embedded.toml).map_err(|_| damaged())?;
    let block = pem::parse(embedded.pem).map_err(|_| damaged())?;
    let certificate = Certificate::from_der(block.contents()).map_err(|_| damaged())?;
    let pinned = Fingerprint::from_bytes(embedded.pinned);
    if certificate.fingerprint() != pinned || facts.sha256.parse() != Ok(pinned) {
        return Err(damaged());
    }
    Ok(Root {
        id: embedded.id.to_owned(),
        name: facts.name,
        alias: facts.alias,
        certificate,
        pinned,
        distrusted_for_tls: facts.distrusted_for_tls.map(|d| day(d.date).ok_or_else(damaged)).transpose()?,
        successors: facts.successors,
    })
}

fn read_rollover(embedded: &EmbeddedRollover, roots: &HashMap<&str, &Root>) -> Result<Rollover, Trouble> {
    let damaged = || say::catalogue_damaged(embedded.id);
    let facts: RolloverToml = toml::from_str(embedded.toml).map_err(|_| damaged())?;
    let resolve = |ids: Vec<String>| -> Result<Vec<Root>, Trouble> {
        ids.iter().map(|id| roots.get(id.as_str()).map(|root| (*root).clone()).ok_or_else(damaged)).collect()
    };
    Ok(Rollover {
        id: embedded.id.to_owned(),
        keep: resolve(facts.keep)?,
        add: resolve(facts.add)?,
        hosts: facts.hosts,
        steps: (facts.steps.into_iter())
            .map(|step| Step { who: Sentence::new(step.who.en, step.who.zh), kind: step.step, when: step.when })
            .collect(),
    })
}

fn day(date: toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    Date::from_calendar_date(date.year.into(), Month::try_from(date.month).ok()?, date.day).ok()
}
