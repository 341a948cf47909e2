//! Where programs are told which roots to trust: in projects, in processes, on this machine.

pub mod cadir;
pub mod content;
pub mod prefix;
//! Finding the bundles that programs are told to use.

pub mod java_home;
//! Finds where programs are told which trust bundle to use.

mod engine;
mod in_source;
mod resolve;
mod rules;
mod tree;

pub use tree::{Options, Skipped, Tree, text, tree};
