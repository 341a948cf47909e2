//! What comes next for each root: when it is distrusted, when it expires, what takes its place.

use time::{Date, OffsetDateTime};

use super::{Catalogue, Rollover, Root, StepKind};
use crate::lang::{Sentence, roots as say};

/// The dates of one root.
#[derive(Debug, Clone)]
pub struct Outlook<'a> {
    pub root: &'a Root,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
    /// For example `RSA-2048`.
    pub key: String,
    pub successors: Vec<&'a Root>,
}

impl Outlook<'_> {
    /// What a person should know on that day, the nearest first.
    pub fn sentences(&self, today: Date) -> Vec<Sentence> {
        let expiry = self.not_after.date();
        let mut dated = vec![(expiry, if expiry < today { say::expired(expiry) } else { say::expires(expiry) })];
        if let Some(day) = self.root.distrusted_for_tls {
            dated.push((day, if day <= today { say::distrusted(day) } else { say::will_be_distrusted(day) }));
        }
        dated.sort_by_key(|(day, _)| *day);
        let mut sentences: Vec<_> = dated.into_iter().map(|(_, sentence)| sentence).collect();
        if !self.successors.is_empty() {
            let names: Vec<_> = self.successors.iter().map(|root| root.name.as_str()).collect();
            sentences.push(say::succeeded_by(&names));
        }
        sentences
    }
}

impl Catalogue {
    /// Every root with its dates, in the catalogue's order.
    pub fn outlook(&self) -> Vec<Outlook<'_>> {
        (self.roots.iter())
            .map(|root| {
                let facts = root.certificate.facts();
                Outlook {
                    root,
                    not_before: facts.not_before,
                    not_after: facts.not_after,
                    key: facts.key,
                    successors: self.roots.iter().filter(|other| root.successors.contains(&other.id)).collect(),
                }
            })
            .collect()
    }
}

impl Rollover {
    /// What it does, and after it who moves and when.
    pub fn sentences(&self) -> Vec<Sentence> {
        let names = |roots: &[Root]| roots.iter().map(|root| root.name.clone()).collect::<Vec<_>>();
        let mut sentences = vec![say::keep_and_add(&names(&self.keep), &names(&self.add))];
        sentences.extend(self.steps.iter().map(|step| match step.kind {
            StepKind::Moves => say::moves(&step.who, &step.when),
            StepKind::FallbackEnds => say::fallback_ends(&step.who, &step.when),
        }));
        sentences
    }
}
