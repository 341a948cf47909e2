//! The labelled set: every example of every rule file, run through all rules.
//!
//! An example's lines begin with a mark and a blank: `+` a pin that decides which servers are trusted, `C` one that
//! authenticates clients, `D` one of a database connection, `-` a line that tempts a keyword search and is no pin.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::super::tree::text;
use super::{FILES, Value, definition};
use crate::pin::{Class, Pin};

#[derive(Deserialize)]
struct Examples {
    #[serde(default)]
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    path: String,
    text: String,
}

impl Example {
    fn marks(&self) -> Vec<char> {
        self.text.lines().map(|line| line.chars().next().unwrap_or(' ')).collect()
    }

    fn source(&self) -> String {
        self.text.lines().map(|line| line.get(2..).unwrap_or("")).collect::<Vec<_>>().join("\n") + "\n"
    }
}

fn examples() -> Vec<(&'static str, Example)> {
    FILES
        .iter()
        .flat_map(|&(name, text)| {
            let tail = &text[definition(text).len()..];
            let examples: Examples = toml::from_str(tail).unwrap_or_else(|error| panic!("{name}: {error}"));
            examples.example.into_iter().map(move |example| (name, example))
        })
        .collect()
}

#[derive(Default, Clone, Copy)]
struct Score {
    pins: usize,
    tempting: usize,
    found: usize,
    claims: usize,
    right: usize,
}

impl Score {
    fn precision(self) -> f64 {
        if self.claims == 0 { 1.0 } else { self.right as f64 / self.claims as f64 }
    }

    fn recall(self) -> f64 {
        if self.pins == 0 { 1.0 } else { self.found as f64 / self.pins as f64 }
    }

    fn add(&mut self, other: Score) {
        self.pins += other.pins;
        self.tempting += other.tempting;
        self.found += other.found;
        self.claims += other.claims;
        self.right += other.right;
    }
}

/// Scores one example. What went wrong is described in `wrong`.
fn score(name: &str, example: &Example, wrong: &mut Vec<String>) -> Score {
    let marks = example.marks();
    let source = example.source();
    let found: Vec<Pin> = text(Path::new(&example.path), source.as_bytes());
    let line = |number: usize| source.lines().nth(number - 1).unwrap_or("").trim().to_owned();
    let near = |number: usize, mark: char| {
        marks.get(number - 1) == Some(&mark)
            || (marks.get(number - 1) == Some(&' ')
                && (marks.get(number) == Some(&mark) || (number > 1 && marks.get(number - 2) == Some(&mark))))
    };
    let mut score = Score {
        pins: marks.iter().filter(|mark| **mark == '+').count(),
        tempting: marks.iter().filter(|mark| **mark == '-').count(),
        ..Score::default()
    };
    for pin in &found {
        let what = format!("{name}: {}:{} {} {:?}: {}", example.path, pin.line, pin.language, pin.kind, line(pin.line));
        match pin.class {
            Class::ServerTrust => {
                score.claims += 1;
                if near(pin.line, '+') {
                    score.right += 1;
                } else {
                    wrong.push(format!("false claim    {what}"));
                }
            }
            Class::ClientAuth if !near(pin.line, 'C') => wrong.push(format!("not client-auth {what}")),
            Class::Database if !near(pin.line, 'D') => wrong.push(format!("not database    {what}")),
            _ => {}
        }
    }
    for (index, mark) in marks.iter().enumerate() {
        let class = match mark {
            '+' => Class::ServerTrust,
            'C' => Class::ClientAuth,
            'D' => Class::Database,
            _ => continue,
        };
        let hit = found.iter().any(|pin| pin.class == class && pin.line.abs_diff(index + 1) <= 1);
        if hit {
            score.found += usize::from(*mark == '+');
        } else {
            wrong.push(format!("missed          {name}: {}:{} {mark} {}", example.path, index + 1, line(index + 1)));
        }
    }
    score
}

#[test]
fn the_rules_find_the_pins_of_the_labelled_set_and_nothing_else() {
    let mut by_language: BTreeMap<&str, Score> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, example) in examples() {
        by_language.entry(name).or_default().add(score(name, &example, &mut wrong));
    }
    let mut all = Score::default();
    println!("{:<16}{:>6}{:>10}{:>11}{:>9}", "", "pins", "tempting", "precision", "recall");
    for (name, score) in &by_language {
        let Score { pins, tempting, .. } = score;
        println!("{name:<16}{pins:>6}{tempting:>10}{:>11.3}{:>9.3}", score.precision(), score.recall());
        all.add(*score);
    }
    println!("{:<16}{:>6}{:>10}{:>11.3}{:>9.3}", "all", all.pins, all.tempting, all.precision(), all.recall());
    let wrong = wrong.join("\n");
    println!("{wrong}");
    for (name, score) in &by_language {
        assert!(score.pins > 0 && score.tempting > 0, "{name} has no examples of both kinds");
        assert!(score.precision() >= 0.95 && score.recall() >= 0.95, "{name} fell below 0.95\n{wrong}");
    }
    assert!(all.precision() >= 0.98 && all.recall() >= 0.98, "{wrong}");
}

#[test]
fn every_rule_file_in_the_folder_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/locate/rules");
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    let mut registered: Vec<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    there.sort();
    registered.sort();
    assert_eq!(there, registered);
}

#[test]
fn every_pattern_compiles_and_every_name_that_a_rule_uses_exists() {
    for rule in super::ALL.iter() {
        let name = rule.name;
        assert!(!rule.on.is_empty(), "{name}");
        for syntax in rule.on.iter().chain(rule.pin.iter().flat_map(|pin| &pin.on)) {
            assert!(super::super::engine::syntax::named(syntax).is_some(), "{name}: no syntax {syntax}");
        }
        let mut used = Vec::new();
        for pin in &rule.pin {
            assert!(!pin.words.is_empty() && pin.words.iter().all(|word| word.len() > 2), "{name}: {:?}", pin.words);
            let why = rule.why.get(&pin.why).unwrap_or_else(|| panic!("{name}: no reason {}", pin.why));
            assert!(!why.en.is_empty() && !why.zh.is_empty(), "{name}: {}", pin.why);
            used.push(&pin.why);
            for pattern in [&pin.only, &pin.unless, &pin.inside, &pin.outside, &pin.beside, &pin.not_beside]
                .into_iter()
                .chain([&pin.not_near, &pin.need, &pin.without, &pin.path, &pin.live_if])
                .flatten()
                .chain([&pin.find])
            {
                pattern.regex();
            }
            assert!(pin.value != Value::Match || pin.only.is_none(), "{name}: `only` would test the match itself");
        }
        for pattern in [&rule.server, &rule.database, &rule.nothing].into_iter().flatten() {
            pattern.regex();
        }
        assert!(rule.why.keys().all(|why| used.contains(&why)), "{name}: a reason is not used");
    }
}
