//! Where programs are told which roots to trust: in projects, in processes, on this machine.

pub mod cadir;
pub mod content;
mod engine;
pub mod found;
mod in_source;
pub mod java_home;
pub mod machine;
pub mod process;
mod resolve;
mod rules;
pub mod trace;
mod tree;
mod variables;

pub use in_source::literals;
pub use tree::{Options, Skipped, Tree, text, tree, vendored};
