//! Where programs are told which roots to trust: in projects, in processes, on this machine.

pub mod cadir;
pub mod content;
mod engine;
mod in_source;
pub mod java_home;
pub mod prefix;
mod resolve;
mod rules;
mod tree;

pub use tree::{Options, Skipped, Tree, text, tree};
