//! Finds where programs are told which trust bundle to use.

mod engine;
mod in_source;
mod resolve;
mod rules;
mod tree;

pub use tree::{Options, Skipped, Tree, text, tree};
