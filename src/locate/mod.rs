//! Where programs are told which roots to trust: in projects, in processes, on this machine.

pub mod cadir;
pub mod content;
pub mod prefix;
//! Finding the bundles that programs are told to use.

pub mod java_home;
