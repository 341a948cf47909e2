//! The client matrix: each file by each client, by a real handshake, against what was predicted of it.
//!
//! Where they disagree, `disagreements.tsv` says why, and nothing else may: the tests fail when a disagreement comes up
//! that is not in the file, and when one that is in it is gone.

#[path = "../common/mod.rs"]
mod common;
#[cfg(unix)]
mod key_stores;
mod others;
mod pem;
#[path = "../readers/roots.rs"]
mod roots;
#[path = "../readers/variants.rs"]
#[allow(dead_code, reason = "shared with the tests of readers")]
mod variants;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rootfix::prove::clients::Answer;
use rootfix::rehearse::chain::Presented;
use rootfix::rehearse::server::{Reply, Server};
use roots::{Root, Roots};

const LISTED: &str = include_str!("disagreements.tsv");

/// What the cells say, as they are tried.
#[derive(Default)]
struct Matrix {
    compared: AtomicUsize,
    variants: Mutex<BTreeSet<String>>,
    clients: Mutex<BTreeSet<String>>,
    disagreements: Mutex<BTreeSet<String>>,
}

impl Matrix {
    /// One cell; `None` where the client gave no answer.
    fn compare(&self, variant: &str, client: &str, root: &Root, predicted: bool, seen: Option<bool>) {
        self.compared.fetch_add(1, Ordering::Relaxed);
        self.variants.lock().unwrap().insert(variant.to_owned());
        self.clients.lock().unwrap().insert(client.to_owned());
        if seen != Some(predicted) {
            let word = |accepts: bool| if accepts { "accepts" } else { "refuses" };
            let seen = seen.map_or("unclear", word);
            let line = format!("{variant}\t{client}\t{}\t{}\t{seen}", root.letter, word(predicted));
            self.disagreements.lock().unwrap().insert(line);
        }
    }

    /// Every disagreement is listed with its reason, and whatever is listed of these variants was seen.
    fn hold(self, what: &str) {
        let (variants, clients) = (self.variants.into_inner().unwrap(), self.clients.into_inner().unwrap());
        let seen = self.disagreements.into_inner().unwrap();
        println!(
            "{what}: {} files by {} clients, {} handshakes, {} disagreements ({})",
            variants.len(),
            clients.len(),
            self.compared.into_inner(),
            seen.len(),
            clients.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        );
        let listed: BTreeSet<String> = LISTED
            .lines()
            .skip(1)
            .filter(|line| {
                let [variant, client, ..] = line.split('\t').collect::<Vec<_>>()[..] else { return false };
                variants.contains(variant) && clients.contains(client)
            })
            .map(|line| {
                let (cell, reason) = line.rsplit_once('\t').expect("a reason behind the cell");
                assert!(!reason.trim().is_empty(), "{line}");
                cell.to_owned()
            })
            .collect();
        let new: Vec<_> = seen.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&seen).collect();
        assert!(new.is_empty() && gone.is_empty(), "not in disagreements.tsv: {new:#?}\nno longer so: {gone:#?}");
    }
}

/// A server under the second root, and one under the third.
fn servers(roots: &Roots) -> [Server; 2] {
    [1, 2].map(|number| {
        let root = &roots.roots[number];
        let presented = Presented { certificates: vec![root.leaf.clone()], key: root.leaf_key.clone().into() };
        Server::on_loopback(&presented, Reply::with_body(b"{}".to_vec()), false).unwrap()
    })
}

/// Does the work for each of these, two at a time, each worker with servers of its own.
fn for_each<T: Sync>(roots: &Roots, things: &[T], work: impl Fn(&T, &[Server; 2]) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let servers = servers(roots);
                while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(thing, &servers);
                }
            });
        }
    });
}

fn accepts(answer: &Answer) -> Option<bool> {
    match answer {
        Answer::Accepts => Some(true),
        Answer::Refuses(_) => Some(false),
        Answer::Unclear(_) => None,
    }
}
