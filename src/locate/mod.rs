//! Where programs are told which roots to trust: in projects, in processes, on this machine.

pub mod cadir;
pub mod content;
pub mod prefix;
